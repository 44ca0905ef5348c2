"""The one way to a model: every call is budgeted here, and leaves one event."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict

from selfstarter.core.events import BudgetReached, ModelCalled, Purpose
from selfstarter.core.hands import Hands
from selfstarter.core.ports import JsonSchema, Message, Request, ToolSpec
from selfstarter.core.state import State

HEADROOM = 24
"""Tokens that a chat template adds per message, at most, in the templates measured."""
SMALLEST_ANSWER = 32
WARMER = 0.3
REPORT_RESERVE = 0.02
"""Share of the token budget that only the final report may use."""


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

    No call is made that the budget could not pay to its last token. After an unusable reply or a
    failed call the temperature rises over `warmth`, so that asking again is not asking the same.
    Raises ModelDown.
    """
    model = hands.model
    prompt_tokens = tokens_of(messages, model.count) + sum(model.count(shape(t)) for t in tools)
    answer = min(
        max_tokens or hands.profile.answer_tokens,
        max(SMALLEST_ANSWER, model.facts.window - prompt_tokens),
    )
    reserve = 0 if purpose == "wrap_up" else int(state.limits.tokens * REPORT_RESERVE)
    left = state.limits.tokens - reserve - state.spent.tokens - prompt_tokens
    if left < SMALLEST_ANSWER:
        return BudgetReached(limit="tokens")
    began = time.monotonic()
    reply = await model.complete(
        Request(
            messages=tuple(messages),
            tools=tools,
            schema=schema,
            max_tokens=min(answer, left),
            temperature=min(1.0, warmth + WARMER * coldness_lost(state)),
            seed=seed_of(state),
            stop=stop,
            prefix=prefix,
            timeout_s=max(10.0, state.limits.time_s - state.spent.time_s),
            purpose=purpose,
        )
    )
    return ModelCalled(
        purpose=purpose,
        text=reply.text,
        calls=tuple(asdict(call) for call in reply.calls),
        input=reply.usage.input,
        output=reply.usage.output,
        cached=reply.usage.cached,
        cost_usd=reply.usage.cost_usd,
        cut=reply.cut,
        duration_s=round(time.monotonic() - began, 3),
    )


def coldness_lost(state: State) -> int:
    """What did not work so far, in steps of temperature."""
    return state.rejected + min(state.failures + state.misses, 2) + state.starts_over


def tokens_of(messages: Sequence[Message], count: Callable[[str], int]) -> int:
    """What messages take of the window, with the arguments of the calls in them."""
    return sum(
        count(
            m.text + json.dumps(dict(m.call.args)) if m.call and m.role == "assistant" else m.text
        )
        + HEADROOM
        for m in messages
    )


def shape(tool: ToolSpec) -> str:
    """A tool about as a provider writes it into the prompt."""
    return f"{tool.name} {tool.does} {json.dumps(tool.parameters)}"


def seed_of(state: State) -> int:
    """Differs for each call of a run and is the same when the run is repeated."""
    base = state.started.seed if state.started else 0
    return base * 10_007 + state.spent.calls + 1
