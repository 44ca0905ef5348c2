"""How a small model's next reply begins: what it would get wrong, the harness writes for it."""

import csv
import io
import re
from collections.abc import Sequence
from keyword import iskeyword

from selfstarter.core.contract import AnswerGiven, FileChanged, FileMatches, TestsPass
from selfstarter.core.errors import ToolFailed
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.moves.fenced import FENCE
from selfstarter.moves.requirements import clauses, files_named
from selfstarter.moves.scout import COLUMNS, THOUSANDS
from selfstarter.moves.view import error_in, full_turns

MOST_REMARKS, LONGEST_REMARK = 12, 400
MOST_LOADED = 3
COUNTED = re.compile(r"0\d+")
"""A number that is a name: 0123 is not 123."""


def opening(state: State, hands: Hands) -> str:
    """How a small model's reply begins.

    Where a program makes the result: with the goal's own words and what is known of its tables as
    comments; asked to name the requirements itself, the model turns some into their opposite, and
    asked to mend a part, it mends it alone. Where a question was asked and a program printed
    something: with the answer; left alone, the model starts on another task.
    """
    checks = [c.check for c in state.contract.criteria] if state.contract else []
    last = next(iter(state.transcript), None)
    printed = last and last.result and last.result.status == "ok" and last.result.output.strip()
    if printed and any(isinstance(check, AnswerGiven) for check in checks):
        return f"{FENCE}finish\n"
    said = (*clauses(state.goal), *column_remarks(state), *table_wanted(state), *last_time(state))
    by_hand = any(isinstance(check, (FileChanged, TestsPass)) for check in checks)
    if by_hand or len(said) > MOST_REMARKS or max(map(len, said)) > LONGEST_REMARK:
        return FENCE
    # Code too: left to begin it, the model may go on with comments to the end.
    code = loading(state, hands) or "import"
    return f"{FENCE}python\n" + "".join(f"# {remark}\n" for remark in said) + code


def last_time(state: State) -> tuple[str, ...]:
    """What was wrong with the last program."""
    last = next(iter(full_turns(state)[::-1]), None)
    if last is None or last.from_person:
        return ()
    if last.call and last.result and last.result.status == "permanent":
        return (f"An earlier program failed: {error_in(last)}",)
    return (
        (f"An earlier program did not do it. {' '.join(last.note.split())}",) if last.note else ()
    )


def table_wanted(state: State) -> tuple[str, ...]:
    criteria = state.contract.criteria if state.contract else ()
    looks = [(c.text, c.check) for c in criteria if isinstance(c.check, FileMatches)]
    return tuple(text for text, check in looks if check.columns or check.order)


def column_remarks(state: State) -> tuple[str, ...]:
    heads = state.scouted.heads if state.scouted else ""
    return tuple(m[1] for m in re.finditer(rf"^{COLUMNS}(.+)$", heads, re.MULTILINE))[:2]


def loading(state: State, hands: Hands) -> str:
    """Lines that read the tables which the goal names, as they must be read, if it names any."""
    known = [path for path, _ in state.scouted.digests] if state.scouted else []
    named = [name for name in files_named(state.goal) if name in known]
    tables = [name for name in named if name.endswith((".csv", ".tsv"))][:MOST_LOADED]
    lines = [line for name in tables if (line := reading(name, hands))]
    return "\n".join(["import pandas as pd", "", *lines, ""]) if lines else ""


def reading(path: str, hands: Hands) -> str:
    try:
        text = hands.files.read(path, 256 << 10).decode("utf-8")
        head = text.partition("\n")[0]
        mark = "\t" if path.endswith(".tsv") else max(",;\t", key=head.count)
        rows = list(csv.reader(io.StringIO(text), delimiter=mark))
    except (ToolFailed, UnicodeDecodeError, csv.Error):
        return ""
    if len(rows) < 2:
        return ""
    options = [f"sep={mark!r}"] if mark != "," else []
    options += how_to_read(rows)
    variable = re.sub(r"\W+", "_", path.rpartition("/")[2].rpartition(".")[0]).strip("_").lower()
    variable = variable if variable.isidentifier() and not iskeyword(variable) else "table"
    return f"{variable} = pd.read_csv({', '.join([repr(path), *options])})"


def how_to_read(rows: Sequence[Sequence[str]]) -> list[str]:
    """What pandas cannot guess: marks of thousands, and numbers that are names."""
    cells = [[row[n].strip() for row in rows[1:] if n < len(row)] for n in range(len(rows[0]))]
    options = ["thousands=','"] if any(any(map(THOUSANDS.fullmatch, c)) for c in cells) else []
    names = [rows[0][n] for n, column in enumerate(cells) if any(map(COUNTED.fullmatch, column))]
    return options + ([f"dtype={dict.fromkeys(names, 'str')}"] if names else [])
