"""How a small model's next reply begins: what it would get wrong, the harness writes for it."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from keyword import iskeyword

from selfstarter.core.contract import AnswerGiven, FileChanged, FileMatches, TestsPass
from selfstarter.core.errors import ToolFailed
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.moves.fenced import FENCE
from selfstarter.moves.requirements import FREE_TEXT, TABLE, clauses, files_named, outputs
from selfstarter.moves.scout import RAGGED, THOUSANDS, few_values
from selfstarter.moves.view import error_in, full_turns

MOST_REMARKS, LONGEST_REMARK = 14, 400
CODE = ("py", "js", "ts", "sh")
MOST_LOADED = 3
READ = 256 << 10
COUNTED = re.compile(r"0\d+")
"""A number that is a name: 0123 is not 123."""
LONG = 3
"""Characters of a value that is hardly found in another column by chance."""
MOSTLY = 0.6
"""Of a column's values that must be keys of another table, to say that they are."""


@dataclass(frozen=True, slots=True)
class Named:
    """A table that the goal names and that is there."""

    path: str
    mark: str
    columns: Mapping[str, Sequence[str]]
    """Name -> values, without the blanks around them."""
    ragged: frozenset[str]
    """Names of the columns with blanks around some values."""

    @property
    def variable(self) -> str:
        stem = self.path.rpartition("/")[2].rpartition(".")[0]
        name = re.sub(r"\W+", "_", stem).strip("_").lower()
        return name if name.isidentifier() and not iskeyword(name) else "table"


def opening(state: State, hands: Hands) -> str:
    """How a small model's reply begins.

    A text or a program: with the file that is to be made. Where a program makes the result: with
    the goal's own words and what is known of its tables as comments, and the tables read; asked to
    name the requirements itself, the model turns some into their opposite, and asked to mend a
    part, it mends it alone. Where a question was asked and a program printed something: with the
    answer; left alone, the model starts on another task.
    """
    checks = [c.check for c in state.contract.criteria] if state.contract else []
    last = next(iter(state.transcript), None)
    printed = last and last.result and last.result.status == "ok" and last.result.output.strip()
    if printed and any(isinstance(check, AnswerGiven) for check in checks):
        return f"{FENCE}finish\n"
    tables = tables_named(state, hands)
    if path := written_out(state, tables):
        return f"{FENCE}file {path}\n"
    remarks = (
        *clauses(state.goal),
        *known(tables, state.goal),
        *joins(tables),
        *wanted(state),
        *last_time(state),
    )
    by_hand = any(isinstance(check, (FileChanged, TestsPass)) for check in checks)
    if by_hand or len(remarks) > MOST_REMARKS or max(map(len, remarks)) > LONGEST_REMARK:
        return FENCE
    # Code too: left to begin it, the model may go on with comments to the end.
    comments = "".join(f"# {remark}\n" for remark in remarks)
    return f"{FENCE}python\n{comments}{loading(tables) or 'import'}"


def written_out(state: State, tables: Sequence[Named]) -> str:
    """The one file to make, where it is a program, or a text that no table goes into."""
    there = dict(state.scouted.digests) if state.scouted else {}
    made = outputs(state.goal, state.sketch, there) if state.sketch else ()
    if len(made) != 1:
        return ""
    kind = made[0].rpartition(".")[2].lower()
    text = state.sketch is not None and state.sketch.document and kind in FREE_TEXT
    drawn = bool(tables) or bool(TABLE.search(state.goal))
    return made[0] if kind in CODE or (text and not drawn) else ""


def known(tables: Sequence[Named], goal: str) -> Iterator[str]:
    """What the columns hold that a program must heed.

    The values of a column only where the goal speaks of one: named without need, they are taken
    for a condition.
    """
    words = goal.lower()
    for table in tables:
        for name, cells in table.columns.items():
            said = [RAGGED] if name in table.ragged else []
            values = few_values(cells)
            if any(value.lower() in words for value in values):
                said.append("its values are " + ", ".join(repr(value) for value in values))
            if blank := sum(not cell for cell in cells):
                said.append(f"{blank} blank")
            if said:
                yield f"{name}: {', '.join(said)}"


def wanted(state: State) -> tuple[str, ...]:
    """What the contract asks of the table to be made."""
    criteria = state.contract.criteria if state.contract else ()
    looks = [(c.text, c.check) for c in criteria if isinstance(c.check, FileMatches)]
    return tuple(text for text, check in looks if check.columns or check.order)


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


# ── the tables that the goal names ───────────────────────────────────────────────────────────


def tables_named(state: State, hands: Hands) -> list[Named]:
    there = [path for path, _ in state.scouted.digests] if state.scouted else []
    paths = [name for name in files_named(state.goal) if name in there]
    paths = [path for path in paths if path.endswith((".csv", ".tsv"))][:MOST_LOADED]
    return [table for path in paths if (table := table_at(path, hands))]


def table_at(path: str, hands: Hands) -> Named | None:
    try:
        text = hands.files.read(path, READ).decode("utf-8")
        head = text.partition("\n")[0]
        mark = "\t" if path.endswith(".tsv") else max(",;\t", key=head.count)
        names, *rows = csv.reader(io.StringIO(text), delimiter=mark)
    except (ToolFailed, ValueError, csv.Error):  # not there, not text, no head, no table
        return None
    raw = {name: [row[n] for row in rows if n < len(row)] for n, name in enumerate(names)}
    columns = {name: [cell.strip() for cell in cells] for name, cells in raw.items()}
    ragged = frozenset(name for name, cells in raw.items() if cells != columns[name])
    return Named(path, mark, columns, ragged) if rows else None


def loading(tables: Sequence[Named]) -> str:
    """Lines that read the tables as they must be read; empty: there are none."""
    lines = [
        f"{table.variable} = pd.read_csv({', '.join([repr(table.path), *options(table)])})"
        for table in tables
    ]
    return "\n".join(["import pandas as pd", "", *lines, ""]) if lines else ""


def options(table: Named) -> Iterator[str]:
    """What pandas cannot guess: marks of fields and of thousands, and numbers that are names."""
    if table.mark != ",":
        yield f"sep={table.mark!r}"
    if any(any(map(THOUSANDS.fullmatch, cells)) for cells in table.columns.values()):
        yield "thousands=','"
    names = [name for name, cells in table.columns.items() if any(map(COUNTED.fullmatch, cells))]
    if names:
        yield f"dtype={dict.fromkeys(names, 'str')}"


def joins(tables: Sequence[Named]) -> Iterator[str]:
    """Where a column of one table holds the keys of another: read off the values."""
    for one, other in permutations(tables, 2):
        for column, cells in one.columns.items():
            for key, values in other.columns.items():
                if refers(column, cells, key, values):
                    by = f"on={key!r}" if key == column else f"left_on={column!r}, right_on={key!r}"
                    merge = f"{one.variable}.merge({other.variable}, how='left', {by})"
                    yield f"{column} of {one.path} is {key} of {other.path}: {merge}"


def refers(column: str, cells: Sequence[str], key: str, values: Sequence[str]) -> bool:
    """Short numbers are found in many columns: they must share a word of their names too."""
    keys = set(values)
    if len(keys) < max(2, len(values)) or sum(c in keys for c in cells) < MOSTLY * len(cells):
        return False
    return key.lower() in column.lower() or min(map(len, keys)) >= LONG
