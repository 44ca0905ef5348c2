"""What calls have brought, in a few words for who judges by it."""

from collections.abc import Mapping

from selfstarter.asking.pages_read import pages_read
from selfstarter.core.events import CallReturned
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.texts.reading import WHOLE, text_of

MOST_TOLD = 300


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


def titled(texts: Mapping[str, str]) -> str:
    parts = [f"== {name}\n{text.strip()}" for name, text in texts.items() if text.strip()]
    return "\n\n".join(parts)
