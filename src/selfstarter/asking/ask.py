"""The one way to a model: every call is budgeted here, and leaves one event.

No call is made that a limit could not pay to its last token, and to the end of the time; a part of
each budget is kept for the final report.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from selfstarter.asking.fenced import END
from selfstarter.asking.written_calls import calls_in
from selfstarter.core.budget import working_time_s
from selfstarter.core.cleaning import clean, storable, whole
from selfstarter.core.errors import ModelDown
from selfstarter.core.events import (
    BudgetReached,
    CallChosen,
    FinishAsked,
    LimitName,
    Limits,
    Lost,
    ModelCalled,
    Purpose,
    ReplyRejected,
)
from selfstarter.core.hands import Hands
from selfstarter.core.ports import FREE, Facts, JsonSchema, Message, Request, ToolSpec
from selfstarter.core.redaction import Redact
from selfstarter.core.state import State

HEADROOM = 24
"""Tokens that a chat template adds per message, at most, in the templates measured."""
SMALLEST_ANSWER = 32
WARMER = 0.3
REPORT_PROMPT, REPORT_ANSWER = 1_600, 400
"""Tokens of the call that writes the final report."""
RESERVE = 0.1
"""Most of a budget that is kept for it, as a share."""
ROUNDING_USD = 1e-9
"""Sums of prices are off by less."""
BY_HEART = 2_048
"""Messages and tools, more than a prompt has."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a small model fills in where it would choose a tool, and how its reply is read."""

    messages: tuple[Message, ...]
    schema: JsonSchema | None
    """None: the reply is a fenced block, whose beginning is `prefix`."""
    read: Callable[[str], CallChosen | FinishAsked | ReplyRejected]
    prefix: str = ""
    warmth: float = 0.0
    """More than that of the profile."""


async def ask_form(state: State, hands: Hands, form: Form) -> ModelCalled | BudgetReached:
    return await ask(
        state,
        hands,
        "choose",
        form.messages,
        schema=form.schema,
        warmth=hands.profile.warmth + form.warmth,
        stop=(END,) if form.prefix else (),
        prefix=form.prefix,
    )


def turned_back(state: State) -> str:
    """Why the last reply to a form was not taken, for the prompt; empty: it was the first."""
    return f"Your last reply was not right: {state.reason}." if state.rejected else ""


@dataclass(frozen=True, slots=True)
class Room:
    """What the limits leave to one call."""

    answer: int
    """Tokens."""
    time_s: float
    payable: int
    """How many such calls could be paid."""


async def ask(
    state: State,
    hands: Hands,
    purpose: Purpose,
    messages: Sequence[Message],
    *,
    schema: JsonSchema | None = None,
    tools: tuple[ToolSpec, ...] = (),
    max_tokens: int = 0,
    warmth: float = 0.0,
    stop: tuple[str, ...] = (),
    prefix: str = "",
) -> ModelCalled | BudgetReached:
    """One model call inside every limit of the run; the caller yields what comes back.

    After an unusable reply or a failed call the temperature rises over `warmth`, so that asking
    again is not asking the same.
    Raises ModelDown.
    """
    model, facts = hands.model, hands.model.facts
    # Here, for not all that a model reads was a tool's result: names and heads of files, sources.
    messages = [safe(message, hands.redact) for message in messages]
    prompt = tokens_of(messages, model.count, tools)
    if prefix:
        prompt += model.count(prefix)
    if schema and not facts.local:
        prompt += model.count(json.dumps(schema))  # a local server keeps it out of the prompt
    wanted = min(
        max_tokens or hands.profile.answer_tokens, max(SMALLEST_ANSWER, facts.window - prompt)
    )
    room = room_for(state, hands, purpose, prompt, wanted)
    if not isinstance(room, Room):
        return BudgetReached(limit=room)
    began = time.monotonic()
    try:
        reply = await model.complete(
            Request(
                messages=tuple(messages),
                tools=tools,
                schema=schema,
                max_tokens=room.answer,
                thoughts=facts.thoughts,
                temperature=min(1.0, warmth + WARMER * coldness_lost(state)),
                seed=seed_of(state),
                stop=stop,
                prefix=prefix,
                timeout_s=room.time_s,
                payable=room.payable,
                purpose=purpose,
            )
        )
    except ModelDown as down:
        lost = lost_tries(down.tries, down.billed, prompt, room.answer, facts)
        if time.monotonic() - began >= room.time_s:
            return BudgetReached(limit="time", lost=lost)
        down.lost = lost
        raise
    used = reply.usage
    cost = used.cost_usd
    if cost is None and facts.price:
        cost = facts.price.of(used.input, used.output)
    text, calls = reply.text, reply.calls
    if tools and not calls:
        text, calls = calls_in(text, {tool.name for tool in tools})
    return ModelCalled(
        purpose=purpose,
        text=whole(text),  # else it could not be kept, and was paid for
        calls=tuple(
            storable({"tool": call.tool, "args": dict(call.args), "id": call.id}) for call in calls
        ),
        input=used.input,
        output=used.output,
        cached=used.cached,
        cost_usd=cost,
        cut=reply.cut,
        duration_s=round(time.monotonic() - began, 3),
        lost=lost_tries(reply.tries - 1, reply.billed, prompt, room.answer, facts),
    )


def safe(message: Message, redact: Redact) -> Message:
    """Nearly always the message itself."""
    text = clean(redact(message.text))
    return message if text == message.text else replace(message, text=text)


def coldness_lost(state: State) -> int:
    """What did not work so far, in steps of temperature."""
    return state.rejected + min(state.failures + state.misses, 2) + state.starts_over


def room_for(
    state: State, hands: Hands, purpose: Purpose, prompt: int, wanted: int
) -> Room | LimitName:
    """The room for a prompt of so many tokens and an answer of up to `wanted`; or the limit that
    bars the call."""
    spent, limits, facts = state.spent, state.limits, hands.model.facts
    last = purpose == "wrap_up"
    kept_tokens, kept_usd = (0, 0.0) if last else reserve(hands, limits)
    time_s = (limits.time_s if last else working_time_s(limits)) - spent.time_s
    if time_s <= 0:
        return "time"
    tokens = limits.tokens - kept_tokens - spent.tokens
    answer = min(wanted, tokens - prompt - facts.thoughts)
    least = min(wanted, SMALLEST_ANSWER)
    if answer < least:
        return "tokens"
    payable = tokens // (prompt + answer + facts.thoughts)
    if limits.cost_usd is not None:
        price = facts.price or FREE
        usd = limits.cost_usd - kept_usd - spent.cost_usd - ROUNDING_USD
        if price.output:
            answer = min(answer, int((usd - price.of(prompt, facts.thoughts)) / price.output))
        most = price.of(prompt, answer + facts.thoughts)
        if answer < least or (most and most > usd):
            return "cost"
        if most:
            payable = min(payable, int(usd / most))
    return Room(answer, time_s, payable)


def reserve(hands: Hands, limits: Limits) -> tuple[int, float]:
    """Tokens and USD that only the final report may use; none for a model that writes none."""
    if not hands.profile.drafts_criteria:
        return 0, 0.0
    facts = hands.model.facts
    answer = REPORT_ANSWER + facts.thoughts
    tokens = min(REPORT_PROMPT + answer, int(limits.tokens * RESERVE))
    usd = min((facts.price or FREE).of(REPORT_PROMPT, answer), (limits.cost_usd or 0.0) * RESERVE)
    return tokens, usd


def lost_tries(tries: int, billed: int, prompt: int, answer: int, facts: Facts) -> Lost:
    """What tries without a reply may have cost, at the most."""
    input, output = billed * prompt, billed * (answer + facts.thoughts)
    unknown = None if billed else 0.0
    cost = facts.price.of(input, output) if facts.price else unknown
    return Lost(tries=tries, billed=billed, input=input, output=output, cost_usd=cost)


def tokens_of(
    messages: Sequence[Message], count: Callable[[str], int], tools: Sequence[ToolSpec] = ()
) -> int:
    """What they take of the window, with the arguments of the calls in the messages."""
    told = sum(count(written(message)) + HEADROOM for message in messages)
    return told + sum(count(shape(tool)) for tool in tools)


@lru_cache(BY_HEART)
def written(m: Message) -> str:
    args = json.dumps(dict(m.call.args)) if m.call and m.role == "assistant" else ""
    return m.text + args


@lru_cache(BY_HEART)
def shape(tool: ToolSpec) -> str:
    """A tool about as a provider writes it into the prompt."""
    return f"{tool.name} {tool.does} {json.dumps(tool.parameters)}"


def seed_of(state: State) -> int:
    """Differs for each call of a run and is the same when the run is repeated."""
    base = state.started.seed if state.started else 0
    return base * 10_007 + state.spent.calls + 1
