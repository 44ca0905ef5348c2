"""Tools of the person's own that the goal names, for a small model, which is shown none of them: it
fills in the call as a form. What only reads is called before the work begins; what acts outside is
called at the end, when all else was looked at and passed."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from selfstarter.asking.ask import Form, turned_back
from selfstarter.asking.replies import brief, json_in
from selfstarter.asking.view import cut_to, result_text
from selfstarter.core.events import CallChosen, CallReturned, FinishAsked, ReplyRejected
from selfstarter.core.gate import BY_A_PERSON
from selfstarter.core.hands import Hands
from selfstarter.core.ports import JsonSchema, Message, Tool
from selfstarter.core.state import State, Turn
from selfstarter.prompts import prompt
from selfstarter.scaffold.looked_up import pages_read
from selfstarter.texts.reading import whole_text
from selfstarter.texts.words import mentions

USES = r"\b(?:use|uses|using|call|calls|calling) "
CALLS = rf"(?:^|{USES}|\b(?:run|with|by|via|through|ask|and|then|please) )"
NOT = re.compile(r"\b(?:not|never|without|no|don't|instead of|avoid|unless)\b", re.IGNORECASE)
CLAUSE = re.compile(r"[.;,:!?](?:\s|$)|\n|\bbut\b", re.IGNORECASE)
ARGS = TypeAdapter(dict[str, Any])
MOST_TRIED = 3
MOST_TOLD = 300
SHARE = 0.5
"""Of the window: most that the texts may take."""
DID_NOT_RUN = "did not run"
"""What a refusal says, of the gate or of the tool's arguments."""


def tools_named(goal: str, own: Iterable[str]) -> list[str]:
    """Those that the goal wants called. A name without `_` is a word, and counts only after `use`
    or `call`."""
    return [name for name in sorted(own) if any(is_named(one, goal) for one in names(name, own))]


def tools_forbidden(words: str, own: Iterable[str]) -> list[str]:
    said = [
        clause[found.end() :] for clause in CLAUSE.split(words) if (found := NOT.search(clause))
    ]
    return [
        name
        for name in sorted(own)
        if any(mentions(one, rest) for one in names(name, own) for rest in said)
    ]


def names(tool: str, own: Iterable[str]) -> tuple[str, ...]:
    """Of a server's tool the last part will do, where no other has it."""
    short = tool.rpartition("__")[2]
    alone = sum(one.rpartition("__")[2] == short for one in own) == 1
    return (tool, short) if alone else (tool,)


def is_named(name: str, goal: str) -> bool:
    """In a clause that calls it and does not say not to."""
    before = CALLS if "_" in name else USES
    called = rf"{before}(?:the )?(?:tool )?[`'\"]?{re.escape(name)}(?!\(|[\w.-]*\w)"
    clauses = (clause.strip() for clause in CLAUSE.split(goal))
    found = ((clause, re.search(called, clause, re.IGNORECASE)) for clause in clauses)
    return any(said and not NOT.search(clause[: said.end()]) for clause, said in found)


def by_reading_tool(state: State, hands: Hands) -> Form | None:
    """The call of a named tool that only reads, and has not brought anything yet."""
    there = (
        (name, hands.tools.get(name)) for name in tools_named(state.goal_given, hands.own)
    )  # one may have been put away
    due = (name for name, tool in there if tool and tool.effect == "read")
    return next((form for name in due if (form := calling(name, state, hands))), None)


def calling(name: str, state: State, hands: Hands) -> Form | None:
    """None: it was called, it may not be, or trying again could do it twice."""
    tool = hands.tools.get(name)
    small = hands.profile.protocol == "fenced"
    done = name in state.tools_that_worked
    if tool is None or done or not small or state.permissions.hides(name):
        return None
    # One that came back well was for another goal, before a fork.
    tried = [turn for turn in state.calls_of(name) if turn.result and not is_well(turn.result)]
    if len(tried) >= MOST_TRIED or state.rejected >= MOST_TRIED:
        return None
    if tried and not may_be_tried_again(tried[0], tool):
        return None
    again = result_text(tried[0]) if tried else turned_back(state)
    texts, schema = [what_was_read(state, hands), what_was_found(state, hands)], tool.parameters
    if any(turn.result and turn.result.status == "denied" for turn in tried):
        # What was not permitted is likely to come from what was read: now it is done without that,
        # without the denial, whose address a small model would copy, and without what may be left
        # out, which it fills with addresses of its own.
        again, texts, schema = "", texts[1:], required(schema)
    model = hands.model
    cut = cut_to("\n\n".join(texts), int(model.facts.window * SHARE), model.count)
    values = {"tool": name, "does": tool.does, "goal": state.wanted, "again": again}
    message = Message("user", prompt("call", texts=cut.strip(), **values))
    return Form((message,), schema, lambda reply: called(reply, name, state))


def is_well(result: CallReturned) -> bool:
    return result.status in ("ok", "empty")


def may_be_tried_again(turn: Turn, tool: Tool) -> bool:
    """Not where it may have taken effect, and not where a person said no."""
    result = turn.result
    if result is None or BY_A_PERSON in result.barred:
        return False
    harmless = tool.effect in ("read", "repeatable") and not result.cut
    return harmless or result.refused or DID_NOT_RUN in result.error


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


def nothing_else(state: State, hands: Hands) -> FinishAsked | None:
    """The finish, where all that is wanted is done by calls."""
    tools = state.tools_to_call
    if len(tools) != len(state.criteria):
        return None
    return FinishAsked(summary=f"All that is wanted is a call of {', '.join(tools)}.")


def told(state: State) -> str:
    """The answer; where all that was wanted is done by calls, what they gave."""
    assert state.finish is not None
    if len(state.tools_to_call) != len(state.criteria):
        return state.finish.summary
    last = [next(state.calls_of(tool), None) for tool in state.tools_to_call]
    gave = [
        f"{turn.call.tool}: {turn.result.output.strip()[:MOST_TOLD]}"
        for turn in last
        if turn and turn.call and turn.result and is_well(turn.result)
    ]
    return "\n".join(gave) or state.finish.summary


def what_was_found(state: State, hands: Hands) -> str:
    """The answer, and the files that were made."""
    texts = {path: whole_text(path, hands) for path in state.ledger.made}
    answer = state.finish.summary if state.finish and state.is_question else ""
    return titled({**texts, "What was found": answer})


def what_was_read(state: State, hands: Hands) -> str:
    """The pages, and what the person's own tools brought."""
    brought = {
        turn.call.tool: turn.result.output
        for turn in state.transcript
        if turn.call and turn.result and turn.call.tool in hands.own and turn.result.status == "ok"
    }
    return titled({**pages_read(state, hands), **brought})


def titled(texts: Mapping[str, str]) -> str:
    parts = [f"== {name}\n{text.strip()}" for name, text in texts.items() if text.strip()]
    return "\n\n".join(parts)
