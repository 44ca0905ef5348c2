"""Is it the right table, list or object?

Left open, unless the goal fixes it: line ends, blank lines, blanks around a cell, `3.5` or `3.50`,
the order of columns and rows, upper or lower case in a heading.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import cast

from selfstarter.evals.graders.texts import text_of
from selfstarter.evals.task import Grader


def csv_is(
    path: str, head: Sequence[str], rows: Sequence[Sequence[object]], in_order: bool = False
) -> Grader:
    """The table holds these columns and these rows."""

    def grader(workspace: Path, answer: str) -> str:
        found = [row for row in csv.reader(io.StringIO(text_of(workspace / path))) if any(row)]
        if not found:
            return f"{path} is empty"
        names = [name.strip().lower() for name in found[0]]
        if sorted(names) != sorted(name.lower() for name in head):
            return f"{path} has the columns {found[0]}, not {list(head)}"
        if any(len(row) != len(names) for row in found):
            return f"{path} has rows of different lengths"
        order = [names.index(name.lower()) for name in head]
        got = [tuple(cell(row[n]) for n in order) for row in found[1:]]
        want = [tuple(cell(str(value)) for value in row) for row in rows]
        return rows_differ(path, got, want, in_order)

    return grader


def lines_are(path: str, lines: Sequence[str], in_order: bool = False) -> Grader:
    """The text holds these lines; blank ones do not count."""

    def grader(workspace: Path, answer: str) -> str:
        found = [line.strip() for line in text_of(workspace / path).splitlines() if line.strip()]
        return rows_differ(path, [(x,) for x in found], [(x,) for x in lines], in_order)

    return grader


def table_is(
    path: str, head: Sequence[str], rows: Sequence[Sequence[object]], in_order: bool = False
) -> Grader:
    """The Markdown file holds one table with this head and these rows."""

    def grader(workspace: Path, answer: str) -> str:
        text = text_of(workspace / path)
        table = [bare(line) for line in text.splitlines() if "|" in line]
        if len(table) < 2 or not all(re.fullmatch(r":?-+:?", mark) for mark in table[1]):
            return f"{path} has no Markdown table with a head and a rule"
        if [name.lower() for name in table[0]] != [name.lower() for name in head]:
            return f"{path} has the head {table[0]}, not {list(head)}"
        got = [tuple(map(cell, row)) for row in table[2:]]
        want = [tuple(cell(str(value)) for value in row) for row in rows]
        return rows_differ(path, got, want, in_order)

    return grader


def bare(line: str) -> list[str]:
    """The cells of a table line, without emphasis or code marks."""
    return [part.strip().strip("*`").strip() for part in line.strip().strip("|").split("|")]


def rows_differ(
    path: str, got: Sequence[tuple[str, ...]], want: Sequence[tuple[str, ...]], in_order: bool
) -> str:
    extra, missing = Counter(got) - Counter(want), Counter(want) - Counter(got)
    if missing:
        return f"{path} lacks {', '.join(next(iter(missing)))}" + many(missing)
    if extra:
        return f"{path} should not hold {', '.join(next(iter(extra)))}" + many(extra)
    return f"{path} has the right lines in the wrong order" if in_order and got != want else ""


def many(rows: Counter[tuple[str, ...]]) -> str:
    return f" and {rows.total() - 1} more" if rows.total() > 1 else ""


def cell(text: str) -> str:
    """One spelling for each value: `3.50`, ` 3.5` and `3.5` are the same."""
    text = " ".join(text.split())
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    leading_zero = re.match(r"-?0\d", text)
    return text if leading_zero or not number.is_finite() else f"{number.normalize() + 0:f}"


def json_is(path: str, value: object, any_order: bool = False) -> Grader:
    """The same value: keys in any order, 3.50 as 3.5, but a number is no string.

    `any_order`: the outermost list may be in any order.
    """

    def grader(workspace: Path, answer: str) -> str:
        got, want = plain(json.loads(text_of(workspace / path))), plain(value)
        if any_order:
            got, want = in_some_order(got), in_some_order(want)
        return "" if dumped(got) == dumped(want) else json_differs(path, got, want)

    return grader


def in_some_order(value: object) -> object:
    """A list, sorted by something."""
    if not isinstance(value, list):
        return value
    return sorted(cast(list[object], value), key=dumped)


def json_differs(path: str, got: object, want: object) -> str:
    """Two values that are not the same: the first entry that differs, where both are lists."""
    pairs = [(got, want)]
    if isinstance(got, list) and isinstance(want, list):
        found, wanted = cast(list[object], got), cast(list[object], want)
        if len(found) != len(wanted):
            return f"{path} has {len(found)} entries, not {len(wanted)}"
        pairs = list(zip(found, wanted, strict=True))
    one, other = next((a, b) for a, b in pairs if dumped(a) != dumped(b))
    return f"{path} holds {dumped(one)[:160]}, not {dumped(other)[:160]}"


def plain(value: object) -> object:
    """Whole floats as integers, texts without blanks around them."""
    match value:
        case bool():
            return value
        case float():
            return int(value) if value.is_integer() else round(value, 6)
        case str():
            return value.strip()
        case dict():
            return {k: plain(v) for k, v in cast(dict[str, object], value).items()}
        case list():
            return [plain(v) for v in cast(list[object], value)]
        case _:
            return value


def dumped(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
