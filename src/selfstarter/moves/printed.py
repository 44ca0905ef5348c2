"""What programs of the run have printed, for who decides on its work or on one of its checks."""

from collections.abc import Iterable

from selfstarter.asking.view import HEAD_OF_FILE
from selfstarter.core.contract import SHOW_IT
from selfstarter.core.gate import PROGRAMS
from selfstarter.core.state import State, Turn
from selfstarter.proofs.in_short import cut

MOST, PROGRAM = 12, 400
"""Programs, the last ones, and characters of each."""
LINES, LEAST, OUTPUT = 20, 600, 2_000
"""Of what one printed: the most lines, and of characters the least that it is cut to, where there
is no room for more, and the most."""
LINES_SHOWN, SHOWN = 200, 8_000
"""The most of the last program, where its maker was asked to show something (`SHOW_IT`)."""
MOST_SEEN = (
    "Of a program's output a judge sees both ends, {lines} lines and {most:,} characters at most;"
    " of the last program's, {lines_shown} and {shown:,}."
)
SKIPPED = "[… {n:,} characters left out …]"
HEADS, LINES_OF_HEAD = 3, 11
"""Files whose beginnings `act` puts behind an output, and the most lines of one."""


def most_seen(window: int) -> str:
    """As much as there is room for in a window of so many tokens, whatever else there is."""
    shown = min(SHOWN, window // 3)
    most = min(OUTPUT, shown)
    return MOST_SEEN.format(lines=LINES, most=most, lines_shown=LINES_SHOWN, shown=shown)


def asked_to_show(state: State) -> int:
    """The first turn in which the maker was told what a judge would have to see; 0: it was not."""
    return min(times_asked(state), default=0)


def times_asked(state: State) -> list[int]:
    """The newest first."""
    return [turn.n for turn in state.transcript if SHOW_IT in turn.note]


def last_runs(state: State) -> list[Turn]:
    """Of each program the last that came to its end and printed something, newest first; of some a
    status other than 0 is what they say."""
    found: dict[str, Turn] = {}
    for turn in state.transcript:
        if turn.result and turn.result.status in ("ok", "permanent") and (text := program_of(turn)):
            found.setdefault(text, turn)
    return [turn for turn in found.values() if printed(turn)]


def program_of(turn: Turn) -> str:
    """Empty: it ran none."""
    if turn.call is None or turn.call.tool not in PROGRAMS:
        return ""
    return str(turn.call.args.get("code") or turn.call.args.get("command") or "").strip()


def printed(turn: Turn) -> str:
    """Without the beginnings of files that were put behind it; with the status, where it is
    not 0."""
    result = turn.result
    if result is None:
        return ""
    output = result.output.rstrip()
    for path in [path for path, sha in result.changed[:HEADS] if sha][::-1]:
        before, mark, head = output.rpartition(f"{HEAD_OF_FILE}{path}\n")
        if mark and head.count("\n") < LINES_OF_HEAD:
            output = before.rstrip()
    return output.strip()


def both_ends(text: str, lines: int, most: int) -> str:
    """Whole, or the beginning and the end in so many lines and characters, and how much is left out
    between them."""
    all_lines = text.splitlines()
    if len(all_lines) <= lines and len(text) <= most:
        return text
    first = "\n".join(all_lines[: lines // 2])[: most // 2]
    last = "\n".join(all_lines[len(all_lines) - lines // 2 :])
    last = last[max(0, len(last) - most // 2, len(first) + len(last) - len(text)) :]
    return f"{first}\n{SKIPPED.format(n=len(text) - len(first) - len(last))}\n{last}"


def as_printed(turns: Iterable[Turn], room: int, shown: int = 0) -> str:
    """Of the first of these, newest first, each program and both ends of what it printed, in so
    many characters; oldest first. `shown`: the turn after which the newest was to show something,
    and is shown with more of it."""
    newest = [turn for turn, _ in zip(turns, range(MOST), strict=False)]
    told, left = list[str](), room
    for n, turn in enumerate(newest):
        if n == 0 and 0 < shown < turn.n:
            lines, most = LINES_SHOWN, min(SHOWN, room * 3 // 4)
        else:
            lines, most = LINES, max(LEAST, min(OUTPUT, left // (len(newest) - n)))
        one = f"$ {cut(program_of(turn), PROGRAM)}\n{both_ends(printed(turn), lines, most)}"
        left -= len(one)
        if left < 0:
            break
        told.append(one)
    return "\n\n".join(told[::-1])
