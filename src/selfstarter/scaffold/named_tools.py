"""Tools of the person's own that the goal names, for a small model, which is shown none of them: it
fills in the call as a form. What only reads is called before the work begins; what acts outside is
called at the end, when all else was looked at and passed."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from selfstarter.asking.ask import Form, turned_back
from selfstarter.asking.brought import is_well, what_was_found, what_was_read
from selfstarter.asking.view import cut_to, result_text
from selfstarter.core.events import CallChosen, FinishAsked, ReplyRejected
from selfstarter.core.gate import BY_A_PERSON
from selfstarter.core.hands import Hands
from selfstarter.core.loose_json import brief, json_in
from selfstarter.core.ports import JsonSchema, Message, Tool
from selfstarter.core.state import State, Turn
from selfstarter.goals.tools import tools_named
from selfstarter.prompts import prompt

ARGS = TypeAdapter(dict[str, Any])
MOST_TRIED = 3
SHARE = 0.5
"""Of the window: most that the texts may take."""
DID_NOT_RUN = "did not run"
"""What a refusal says, of the gate or of the tool's arguments."""


def by_reading_tool(state: State, hands: Hands) -> Form | None:
    """The call of a named tool that only reads, and has not brought anything yet."""
    named = tools_named(state.goal_given, hands.own)
    there = ((name, hands.tools.get(name)) for name in named)  # one may have been put away
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
    again = result_text(tried[0], native=False) if tried else turned_back(state)
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


def nothing_else(state: State, hands: Hands) -> FinishAsked | None:
    """The finish, where all that is wanted is done by calls."""
    tools = state.tools_to_call
    if len(tools) != len(state.criteria):
        return None
    return FinishAsked(summary=f"All that is wanted is a call of {', '.join(tools)}.")


def called(reply: str, tool: str, state: State) -> CallChosen | ReplyRejected:
    try:
        args = ARGS.validate_json(json_in(reply))
    except ValidationError as error:
        return ReplyRejected(purpose="choose", reason=brief(error))
    return CallChosen(call_id=f"{state.spent.steps + 1}", tool=tool, args=args)
