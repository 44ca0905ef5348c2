"""Files read as tables, whatever holds them: CSV, JSON, a Markdown table, lines of text. Pure."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from selfstarter.core.marks import mark_of
from selfstarter.texts.columns import column_of
from selfstarter.texts.sheets import no_head
from selfstarter.texts.words import ending

RULE = re.compile(r"[\s:-]+\|[\s:|-]*|\|[\s:-]*\|[\s:|-]*")  # linear, whatever the line
AMOUNT = re.compile(r"[^\d\s.,-]{0,3}\s?((?:(?<![^\W\d_])-)?[\d,]*\.?\d+)\s?[^\d\s.,]{0,3}")
"""With a currency or a unit. The number of EUR -5 is -5; TCK-101 is a name, and none."""
DAY = re.compile(r"\d{4}-\d\d-\d\d\b.*")
GLUED = re.compile(r"(\d[\d,]*\.\d\d){2,}")
"""What a program leaves that adds texts: 49.0012.00240.00."""


@dataclass(frozen=True, slots=True)
class Table:
    head: tuple[str, ...]
    """Empty where the form has no names for its columns."""
    rows: tuple[tuple[str, ...], ...]


def table_of(path: str, text: str) -> Table | None:
    """None: the file holds no table."""
    match ending(path):
        case "csv" | "tsv":
            return with_head(rows_between(text, mark_of(path, text)))
        case "json":
            return from_json(text)
        case "md":
            return from_markdown(text)
        case "txt":
            lines = tuple((line.strip(),) for line in text.splitlines() if line.strip())
            return Table((), lines)
        case _:
            return None


def given_table(path: str, text: str) -> Table | None:
    """A table of the person's. A CSV file without a head is none."""
    table = table_of(path, text)
    if table and ending(path) == "csv" and no_head([table.head, *table.rows]):
        return None
    return table


def with_head(rows: list[tuple[str, ...]]) -> Table | None:
    return Table(rows[0], tuple(rows[1:])) if rows else None


def rows_between(text: str, mark: str) -> list[tuple[str, ...]]:
    try:
        read = csv.reader(io.StringIO(text), delimiter=mark)
        return [tuple(cell.strip() for cell in row) for row in read if any(map(str.strip, row))]
    except csv.Error:
        return []


def from_json(text: str) -> Table | None:
    """A list of flat objects, or of anything else; an object is one record."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    listed = cast(list[Any], found) if isinstance(found, list) else [found]
    objects = [cast(dict[str, Any], item) for item in listed if isinstance(item, dict)]
    if any(isinstance(value, (list, dict)) for item in objects for value in item.values()):
        return None  # records in records: how many rows they make is for the goal to say
    if len(objects) < len(listed) or not objects:
        return Table((), tuple((str(item),) for item in listed))
    head = tuple(dict.fromkeys(key for item in objects for key in item))
    return Table(head, tuple(tuple(str(item.get(key, "")) for key in head) for item in objects))


def from_markdown(text: str) -> Table | None:
    lines = [line.strip() for line in text.splitlines()]
    for n, line in enumerate(lines[1:], 1):
        if RULE.fullmatch(line) and "|" in lines[n - 1]:
            body: list[str] = []
            for row in lines[n + 1 :]:
                if "|" not in row:
                    break
                body.append(row)
            return Table(cells(lines[n - 1]), tuple(map(cells, body)))
    return None


def cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip().strip("*") for cell in line.strip("|").split("|"))


def other_values(table: Table, source: Table, path: str) -> str:
    """How the values of a column differ from those of the same name in `source`; empty: nowhere."""
    names = [name.lower() for name in table.head]
    for n, name in enumerate(source.head):
        if name.lower() not in names:
            continue
        there, here = column(source, n), column(table, names.index(name.lower()))
        lost, new = list((there - here).elements()), list((here - there).elements())
        if lost or new:
            was, now = (repr(values[0] if values else "") for values in (lost, new))
            return f"has other values than {path} in the column {name}: {now} for {was}"
    return ""


def column(table: Table, n: int) -> Counter[str]:
    return Counter(plain(row[n]) for row in table.rows if n < len(row))


def not_one_per(table: Table, source: Table | None, name: str, path: str) -> str:
    """Why the table has not one row for each value of the column, in `source` if there is one;
    empty: it has."""
    here = values_at(table, name)
    there = values_at(source, name) if source else here
    if not here or not there:
        return ""
    counted = Counter(value for value in here if not value.startswith("total"))
    if twice := next((value for value, n in counted.items() if n > 1), ""):
        return f"has {counted[twice]} rows for {name} {twice!r}; wanted is one per {name}"
    strange = next((value for value in counted if value and value not in there), "")
    return f"has the {name} {strange!r}, which is not in {path}" if strange else ""


def values_at(table: Table, name: str) -> list[str]:
    """A column, without regard to case; empty: there is no such column."""
    names = [one.lower() for one in table.head]
    if name.lower() not in names:
        return []
    n = names.index(name.lower())
    return [plain(row[n]).casefold() for row in table.rows if n < len(row)]


def plain(cell: str) -> str:
    """A value without the marks of its form: 286.0 is 286, and what is unknown is blank."""
    found = AMOUNT.fullmatch(cell)
    if found and len(found[1]) == len(cell):
        return f"{float(cell.replace(',', '')):.10g}"
    return "" if cell.lower() in ("none", "null", "nan") else cell


def glued(rows: Sequence[Sequence[str]]) -> str:
    """A cell that holds several numbers run together; empty: none."""
    return next((cell for row in rows for cell in row if GLUED.fullmatch(cell)), "")


def too_long(rows: Sequence[Sequence[str]], decimals: int) -> str:
    """A number with more decimals; empty: there is none."""
    longer = re.compile(rf"-?\d+\.\d{{{decimals + 1},}}")
    return next((cell for row in rows for cell in row if longer.fullmatch(cell)), "")


def not_numeric(table: Table, column: str) -> str:
    """A cell of the column that is no number as a program writes it; empty: there is none."""
    names = [name.strip().lower() for name in table.head]
    at = names.index(column.lower()) if column.lower() in names else len(names)
    cells = (row[at].strip() for row in table.rows if at < len(row))
    return next((cell for cell in cells if cell and not PLAIN_NUMBER.fullmatch(cell)), "")


PLAIN_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)


def unordered(table: Table, falling: bool, by: str) -> str:
    """Why the rows are not in the order wanted; empty: they are.

    `by`: the column; empty: any one that can tell, numbers and days where it is to fall. One that
    holds the same everywhere cannot.
    """
    rows = [row for row in table.rows if not row[:1] or not row[0].lower().startswith("total")]
    names = [name.lower() for name in table.head]
    width = min((len(row) for row in rows), default=0)
    columns = [names.index(by.lower())] if by.lower() in names else list(range(width))
    keys = [column_keys([row[n] for row in rows], falling and not by) for n in columns if n < width]
    can_tell = [column for column in keys if len(set(column)) > 1]
    if len(rows) < 2 or not can_tell or any(in_order(column, falling) for column in can_tell):
        return ""
    what = f"by {by} " if by else ""
    return f"is not sorted {what}with the {'largest' if falling else 'smallest'} first"


def in_no_order(table: Table) -> str:
    """Why no column of numbers or days rises or falls; empty: one does, or none can tell.

    The first column names the rows, so it only speaks where no other is measured.
    """
    width = min((len(row) for row in table.rows), default=0)
    columns = [[row[n] for row in table.rows] for n in range(width)]
    measured = [cells for cells in columns if column_of("", cells).kind != "text"]
    others = [cells for cells in measured if cells is not columns[0]] or measured
    keys = [column_keys(cells, measured=True) for cells in others]
    can_tell = [column for column in keys if column]
    sorted_by = [c for c in can_tell if in_order(c, falling=True) or in_order(c, falling=False)]
    return "is not sorted by any of its numbers" if can_tell and not sorted_by else ""


def column_keys(column: Sequence[str], measured: bool) -> list[float] | list[str]:
    """What to compare; empty: a column of words where only a measure can tell."""
    decimals = column_of("", column).comma
    cells = [c.replace(".", "").replace(",", ".") for c in column] if decimals else column
    amounts = [AMOUNT.fullmatch(cell) for cell in cells]
    if column and all(amounts):
        return [float(found[1].replace(",", "")) for found in amounts if found]
    if measured and not all(map(DAY.fullmatch, column)):
        return []
    return [cell.casefold() for cell in column]


def in_order(keys: list[float] | list[str], falling: bool) -> bool:
    return keys == sorted(keys, reverse=falling)  # pyright: ignore[reportArgumentType, reportCallIssue]
