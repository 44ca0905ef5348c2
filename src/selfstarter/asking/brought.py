"""What calls have brought, in a few words for who judges by it."""

from collections.abc import Mapping

from selfstarter.asking.pages_read import pages_read
from selfstarter.core.cleaning import in_a_line
from selfstarter.core.events import CallReturned, Outside
from selfstarter.core.hands import Hands, brought, reaching_out
from selfstarter.core.state import State
from selfstarter.prompts import prompt
from selfstarter.texts.reading import WHOLE, text_of

MOST_TOLD = 300
MOST_NAMED = 20
SHORTEST_LINE, LONGEST_LINE, MOST_OF_TOOLS = 60, 200, 6_000
"""Characters of what is told of one tool, of many and of few, and of all."""
SHORTEST_CALL = 120
"""Characters of a call, of many."""


def is_well(result: CallReturned) -> bool:
    return result.status in ("ok", "empty")


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
    texts = {path: text_of(path, hands, WHOLE) for path in state.ledger.made}
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


def tools_told(state: State, hands: Hands) -> str:
    """A line for each tool that the person or their servers brought."""
    there = brought(hands, state)
    each = max(SHORTEST_LINE, min(LONGEST_LINE, MOST_OF_TOOLS // max(1, len(there))))
    return "\n".join(f"- {in_a_line(f'{one.name}: {one.does}', each)}" for one in there)


def tools_to_check(state: State, hands: Hands) -> str:
    """For who says what done means; empty: there are none."""
    told = tools_told(state, hands)
    return f"\n{prompt('brought', tools=told)}\n" if told else ""


def done_outside(state: State, hands: Hands, most: int) -> str:
    """A line for each call that may have changed something outside the workspace, in so many
    characters or so; and which of the tools that could have were not called well."""
    called = tuple(state.outside)[::-1]
    each = max(SHORTEST_CALL, most // max(1, len(called)))
    lines = [f"- {in_a_call(one, each)}" for one in called[-(most // SHORTEST_CALL) :]]
    if unused := [name for name in reaching_out(hands, state) if name not in state.worked]:
        more = f" and {len(unused) - MOST_NAMED} more" if len(unused) > MOST_NAMED else ""
        lines.append(f"No call came back well of: {', '.join(unused[:MOST_NAMED])}{more}.")
    return "\n".join(lines)


def in_a_call(one: Outside, most: int) -> str:
    """With what came back in a third of the characters, at most."""
    args = in_a_line(", ".join(f"{name}={value}" for name, value in one.args), most * 2 // 3)
    how = "" if one.status in ("ok", "empty") else f"({one.status}) "
    return f"{one.tool} {args} -> {how}{in_a_line(one.said, most // 3)}".rstrip()


def titled(texts: Mapping[str, str]) -> str:
    parts = [f"== {name}\n{text.strip()}" for name, text in texts.items() if text.strip()]
    return "\n\n".join(parts)
