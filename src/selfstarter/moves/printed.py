"""What programs of the run have printed, for who decides on its work or on one of its checks."""

from collections.abc import Iterable

from selfstarter.asking.view import HEAD_OF_FILE
from selfstarter.core.contract import SHOW_IT
from selfstarter.core.gate import PROGRAMS
from selfstarter.core.state import State, Turn
from selfstarter.proofs.in_short import cut

MOST, PROGRAM = 6, 400
"""Programs, the last ones, and characters of each."""
LINES, OUTPUT = 8, 600
"""Of what one printed: the last lines, and the most characters of them."""


def asked_to_show(state: State) -> int:
    """The turn in which the maker was told what a judge would have to see; 0: it was not."""
    return next((turn.n for turn in state.transcript if SHOW_IT in turn.note), 0)


def last_runs(state: State) -> list[Turn]:
    """Of each program the last that came to its end and printed something, newest first."""
    found: dict[str, Turn] = {}
    for turn in state.transcript:
        if turn.result and turn.result.status == "ok" and (text := program_of(turn)):
            found.setdefault(text, turn)
    return [turn for turn in found.values() if end_of(turn)]


def program_of(turn: Turn) -> str:
    """Empty: it ran none."""
    if turn.call is None or turn.call.tool not in PROGRAMS:
        return ""
    return str(turn.call.args.get("code") or turn.call.args.get("command") or "").strip()


def end_of(turn: Turn) -> str:
    """Of what it printed."""
    output = turn.result.output.partition(HEAD_OF_FILE)[0] if turn.result else ""
    return "\n".join(output.strip().splitlines()[-LINES:])[-OUTPUT:]


def as_printed(turns: Iterable[Turn], room: int) -> str:
    """Of the first of these, newest first, each program and the end of what it printed, in so many
    characters; oldest first."""
    shown: list[str] = []
    for turn, _ in zip(turns, range(MOST), strict=False):
        shown.append(f"$ {cut(program_of(turn), PROGRAM)}\n{end_of(turn)}")
        if sum(map(len, shown)) > room:
            shown.pop()
            break
    return "\n\n".join(shown[::-1])
