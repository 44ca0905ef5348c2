"""Pages of the web that the run has read."""

from collections.abc import Mapping

from selfstarter.core.errors import ToolFailed
from selfstarter.core.hands import Hands
from selfstarter.core.state import State


def pages_read(state: State, hands: Hands) -> Mapping[str, str]:
    """Of each page that was read in the turns that are still shown, the whole text, by its
    address."""
    read = (
        (turn.call, turn.result)
        for turn in state.transcript
        if turn.call and turn.result and turn.result.status == "ok"
    )
    pages = [(str(call.args["url"]), result.output) for call, result in read
             if call.tool == "read_page"]  # fmt: skip
    return {url: captured(url, hands) or shown for url, shown in pages}


def captured(url: str, hands: Hands) -> str:
    try:
        return hands.captures.text(url) if hands.captures else ""
    except ToolFailed:
        return ""
