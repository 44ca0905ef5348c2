"""A tool of the person's own that the goal names, for a small model, which is shown none of them:
it fills in the call as a form. What only reads is called first; what does something outside is
called once all else is done and was looked at."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from selfstarter.core.contract import AnswerGiven, ToolCalled
from selfstarter.core.events import CallChosen, FinishAsked, ReplyRejected
from selfstarter.core.hands import Hands
from selfstarter.core.ports import JsonSchema, Message
from selfstarter.core.state import State, Turn
from selfstarter.moves.ask import Form, turned_back
from selfstarter.moves.looked_up import pages_read
from selfstarter.moves.plan import brief, json_in
from selfstarter.moves.reading import whole_text
from selfstarter.moves.view import cut_to, result_text
from selfstarter.moves.words import mentions
from selfstarter.prompts import prompt

USES = r"\b(?:use|using|call|calling|ask|with|by|via|through) (?:the )?(?:tool )?"
ARGS = TypeAdapter(dict[str, Any])
MOST_TRIED = 3
SHARE = 0.5
"""Of the window: most that the texts may take."""
MOST_SAID = 300


def tools_named(goal: str, own: Iterable[str]) -> list[str]:
    """With or without the server's name. One that is also a word, as `search`, is meant only in
    quotes or after `use`."""
    return [
        name
        for name in sorted(own)
        if is_named(name, goal) or is_named(name.rpartition("__")[2], goal)
    ]


def is_named(tool: str, goal: str) -> bool:
    if "_" in tool:
        return bool(mentions(tool, goal))
    meant = rf"[`'\"]{re.escape(tool)}[`'\"]|{USES}{re.escape(tool)}\b"
    return bool(re.search(meant, goal, re.IGNORECASE))


def by_call(state: State, hands: Hands) -> Form | None:
    """None: no tool is due, or its call did not come off."""
    due = next(uncalled(state, hands), None)
    if due is None or hands.profile.protocol != "fenced":
        return None
    tool, tried = hands.tools[due], list(calls_of(due, state))
    if len(tried) >= MOST_TRIED or state.rejected >= MOST_TRIED:
        return None
    again = result_text(tried[0]) if tried else turned_back(state)
    texts, schema = [read(state, hands), known(state, hands)], tool.parameters
    if any(turn.result and turn.result.status == "denied" for turn in tried):
        # What was not permitted is likely to come from what was read: now it is done without that,
        # without the denial, whose address a small model would copy, and without what may be left
        # out, which it fills with addresses of its own.
        again, texts, schema = "", texts[1:], required(schema)
    model = hands.model
    cut = cut_to("\n\n".join(texts), int(model.facts.window * SHARE), model.count)
    values = {"tool": due, "does": tool.does, "goal": state.goal, "again": again}
    message = Message("user", prompt("call", texts=cut.strip(), **values))
    return Form((message,), schema, lambda reply: called(reply, due, state))


def required(schema: JsonSchema) -> JsonSchema:
    """Without the properties that may be left out."""
    needed = schema.get("required", ())
    kept = {name: one for name, one in schema.get("properties", {}).items() if name in needed}
    return {**schema, "properties": kept, "additionalProperties": False}


def called(reply: str, tool: str, state: State) -> CallChosen | ReplyRejected:
    try:
        args = ARGS.validate_json(json_in(reply))
    except ValidationError as error:
        return ReplyRejected(purpose="choose", reason=brief(error))
    return CallChosen(call_id=f"{state.spent.steps + 1}", tool=tool, args=args)


def as_claimed(state: State, hands: Hands) -> FinishAsked | None:
    """The finish that was turned down because a tool had not been called, once it has been."""
    last = next(iter(state.transcript), None)
    tools = wanted(state)
    if hands.profile.protocol != "fenced" or not (last and last.call and last.result):
        return None
    if last.call.tool not in tools or not state.worked.issuperset(tools) or not done_besides(state):
        return None
    said = f"{last.call.tool}: {last.result.output.strip()[:MOST_SAID]}"
    return FinishAsked(summary=state.claimed or said)


def uncalled(state: State, hands: Hands) -> Iterator[str]:
    """Tools whose time has come."""
    for name in wanted(state):
        tool = hands.tools.get(name)
        if tool and name not in state.worked and (tool.effect == "read" or done_besides(state)):
            yield name


def wanted(state: State) -> list[str]:
    return [c.check.tool for c in state.criteria if isinstance(c.check, ToolCalled)]


def done_besides(state: State) -> bool:
    """Did all passed that is looked at before, when a finish was last asked for?"""
    others = [c for c in state.criteria if not isinstance(c.check, ToolCalled)]
    return all((seen := state.checks.get(c.id)) and seen.passed for c in others)


def calls_of(tool: str, state: State) -> Iterator[Turn]:
    return (turn for turn in state.transcript if turn.call and turn.call.tool == tool)


def known(state: State, hands: Hands) -> str:
    """The answer that was found, and the files that were made."""
    texts = {path: whole_text(path, hands) for path in state.ledger.made}
    return titled({**texts, "What was found": state.claimed if asked_only(state) else ""})


def asked_only(state: State) -> bool:
    return any(isinstance(c.check, AnswerGiven) for c in state.criteria)


def read(state: State, hands: Hands) -> str:
    """The pages, and what the person's own tools brought."""
    brought = {
        turn.call.tool: turn.result.output
        for turn in state.transcript
        if turn.call and turn.result and turn.call.tool in hands.own and turn.result.status == "ok"
    }
    return titled({**pages_read(state, hands), **brought})


def titled(texts: Mapping[str, str]) -> str:
    return "\n\n".join(f"== {name}\n{text.strip()}" for name, text in texts.items() if text.strip())
