"""Data files as a program must read them: marks, heads, records, and their columns. Pure."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from selfstarter.core.decoding import decoded
from selfstarter.core.marks import mark_of
from selfstarter.texts.columns import Column, column_of
from selfstarter.texts.logs import pattern_of
from selfstarter.texts.words import ending

Form = Literal["csv", "json", "jsonl", "lines"]
FORMS: Mapping[str, Form] = {
    "csv": "csv",
    "tsv": "csv",
    "json": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
}
MOST_COLUMNS = 40
FILE = "file"
"""Column that says where a row stands, where a sheet is several files."""
KEY = "key"
"""Column of the names, where records are the values of an object."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that holds records, or several of one kind, read and looked at."""

    path: str
    """Of several: `sales/*.csv`, for all below that folder."""
    form: Form
    columns: tuple[Column, ...]
    rows: int
    mark: str = ","
    """Between the cells of a row."""
    encoding: str = ""
    """Empty: UTF-8."""
    headless: bool = False
    ragged_head: bool = False
    """Are there blanks around names of columns?"""
    root: str | None = None
    """JSON: the key that holds the records. Empty: the records are the values of an object."""
    absent: Mapping[str, int] = field(default_factory=dict[str, int])
    """JSON: key -> records that lack it."""
    lacking: Mapping[str, int] = field(default_factory=dict[str, int])
    """JSON: column -> rows in which there is no such key, not even with a null."""
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """JSON: key that holds lists -> the keys of their records; none: lists of plain values."""
    nested: tuple[str, ...] = ()
    """JSON: keys that hold objects, whose keys are columns `key.inner` here."""
    unrolled: str = ""
    """JSON: of `lists`, the one whose entries are the rows."""
    pattern: str = ""
    """Lines: what each of them matches, with a group for each column (texts/logs.py)."""
    unlike: tuple[str, ...] = ()
    """Lines that do not match it."""
    prefixed: bool = False
    """Do the entries' keys begin with the list's name, as the records have the same?"""

    @property
    def several(self) -> bool:
        """Then a column says of each row where it stands."""
        return "*" in self.path

    @property
    def usable(self) -> list[Column]:
        """Columns that a program can name."""
        names = [column.name for column in self.columns]
        return [c for c in self.columns if c.name and names.count(c.name) == 1]


def sheet_of(path: str, data: bytes, goal: str = "") -> Sheet | None:
    """None: the file holds no records, or a program could not read them without more ado.

    `goal`: lists in records are unrolled where it speaks of what is in them.
    """
    form = FORMS.get(ending(path))
    text, encoding = decoded(data)
    faulty = "\0" in text or (encoding and "\ufffd" in text)
    if form is None or not text.strip() or faulty:
        return None
    if form == "csv":
        return of_rows(path, text, encoding)
    return None if encoding else of_records(path, form, text, goal)


def of_rows(path: str, text: str, encoding: str) -> Sheet | None:
    mark = mark_of(path, text)
    try:
        read = list(csv.reader(io.StringIO(text), delimiter=mark, strict=True))
    except csv.Error:
        return None
    rows = [row for row in read if row]
    width = len(rows[0]) if rows else 0
    if len(rows) < 2 or width > MOST_COLUMNS or any(len(row) > width for row in rows):
        return None
    if any(row[0] != row[0].lstrip() and not "".join(row).strip() for row in rows) or (
        width == 1 and not all(row[0].strip() for row in rows)
    ):
        return None  # pandas leaves out some rows of blanks, and keeps others
    headless = no_head(rows)
    head = [f"column{n}" for n in range(1, width + 1)] if headless else rows[0]
    body = rows if headless else rows[1:]
    names = [name.strip() for name in head]
    columns = tuple(
        column_of(name, [row[n] if n < len(row) else "" for row in body])
        for n, name in enumerate(names)
    )
    return Sheet(path, "csv", columns, len(body), mark, encoding, headless, names != list(head))


def no_head(rows: Sequence[Sequence[str]]) -> bool:
    """Does the first row hold values already: a number above numbers, a date above dates?"""
    below = [
        column_of("", [row[n] for row in rows[1:] if n < len(row)]) for n in range(len(rows[0]))
    ]
    first = [column_of("", [cell]) for cell in rows[0]]
    alike = [
        one.kind == two.kind != "text" and bool(one.full)
        for one, two in zip(first, below, strict=True)
    ]
    typed = [two.kind != "text" for two in below]
    return any(alike) and alike == typed


def of_lines(files: Mapping[str, str], path: str = "") -> Sheet | None:
    """Logs: path -> text. `path`: of the sheet, where the files are several. None: their lines are
    not built alike."""
    lines = [(name, line.strip()) for name, text in files.items() for line in text.splitlines()]
    lines = [(name, line) for name, line in lines if line and not line.startswith("#")]
    pattern = pattern_of([line for _, line in lines])
    if not pattern:
        return None
    found = [(name, re.fullmatch(pattern, line)) for name, line in lines]
    rows = [{FILE: name, **match.groupdict()} for name, match in found if match]
    names = [name for name in rows[0] if path or name != FILE]
    columns = tuple(column_of(name, [row[name] for row in rows]) for name in names)
    odd = tuple(line for (_, line), (_, match) in zip(lines, found, strict=True) if not match)
    where = path or next(iter(files))
    return Sheet(where, "lines", columns, len(rows), pattern=pattern, unlike=odd)


def together(sheets: Sequence[Sheet], path: str) -> Sheet | None:
    """Files of rows with the same columns as one table; None: they differ."""
    first = sheets[0]
    names = [column.name for column in first.columns]
    alike = all(
        (one.form, one.mark, one.encoding, one.headless, one.ragged_head)
        == ("csv", first.mark, first.encoding, first.headless, first.ragged_head)
        and [column.name for column in one.columns] == names
        for one in sheets
    )
    if not alike or FILE in names:
        return None
    cells = [[cell for one in sheets for cell in one.columns[n].cells] for n in range(len(names))]
    where = column_of(FILE, [one.path for one in sheets for _ in range(one.rows)])
    columns = (*(column_of(*both) for both in zip(names, cells, strict=True)), where)
    return replace(first, path=path, columns=columns, rows=sum(one.rows for one in sheets))


def of_records(path: str, form: Form, text: str, goal: str) -> Sheet | None:
    try:
        found: object = (
            [json.loads(line) for line in text.splitlines() if line.strip()]
            if form == "jsonl"
            else json.loads(text)
        )
    except (ValueError, RecursionError):
        return None
    records, root = records_in(found)
    if not records or any(not key.isprintable() for record in records for key in record):
        return None
    keys = list(dict.fromkeys(key for record in records for key in record))
    absent = {key: n for key in keys if (n := sum(record.get(key) is None for record in records))}
    lists = {key: inner for key in keys if (inner := list_at(key, records)) is not None}
    unrolled = next((key for key, inner in lists.items() if speaks_of(goal, key, inner)), "")
    prefixed = bool({*lists.get(unrolled, ())} & {*keys} - {unrolled})
    rows = unroll(records, unrolled, prefixed) if unrolled else records
    nested = tuple(key for key in keys if holds_objects(key, rows) and key not in lists)
    flat = [flattened(row) for row in rows]
    names = list(dict.fromkeys(key for row in flat for key in row))
    if not rows or len(names) > MOST_COLUMNS:
        return None
    columns = tuple(column_of(name, [said(row.get(name)) for row in flat]) for name in names)
    lacking = {name: n for name in names if (n := sum(name not in row for row in flat))}
    return Sheet(
        path,
        form,
        columns,
        len(rows),
        root=root,
        absent=absent,
        lacking=lacking,
        lists=lists,
        nested=nested,
        unrolled=unrolled,
        prefixed=prefixed,
    )


def records_in(found: object) -> tuple[list[dict[str, Any]], str | None]:
    """(the records, where they are); none: there are none, or something else is among them."""
    if isinstance(found, list):
        return objects(cast(list[Any], found)), None
    if not isinstance(found, dict):
        return [], None
    whole = cast(dict[str, Any], found)
    held = [key for key, value in whole.items() if isinstance(value, list) and key]
    if len(held) == 1 and (records := objects(whole[held[0]])):
        return records, held[0]
    inner = objects(list(whole.values()))
    if len(inner) > 1 and not any(KEY in record for record in inner):
        return [{KEY: key, **record} for key, record in zip(whole, inner, strict=True)], ""
    return [], None


def objects(items: list[Any]) -> list[dict[str, Any]]:
    records = [cast(dict[str, Any], item) for item in items if isinstance(item, dict) and item]
    return records if len(records) == len(items) else []


def list_at(key: str, records: Sequence[Mapping[str, Any]]) -> tuple[str, ...] | None:
    """The keys of the records in the lists under `key`; None: what is there are no such lists."""
    there = [record[key] for record in records if record.get(key) is not None]
    if not there or not all(isinstance(value, list) for value in there):
        return None
    items = [item for value in there for item in value]
    if items and all(isinstance(item, dict) for item in items):
        return tuple(dict.fromkeys(name for item in items for name in item))
    return () if items and not any(isinstance(item, (dict, list)) for item in items) else None


def speaks_of(goal: str, key: str, inner: Sequence[str]) -> bool:
    """Of the entries of the lists, by the key or by two of the keys in them?"""
    words = {stem(word) for word in re.findall(r"[a-z]+", goal.lower())}
    said = sum(stem(name.lower()) in words for name in inner)
    return said > 1 or (stem(key.lower()) in words and (said > 0 or not inner))


def stem(word: str) -> str:
    return word.removesuffix("s")


def unroll(records: Sequence[Mapping[str, Any]], key: str, prefixed: bool) -> list[dict[str, Any]]:
    """A row for each entry of the lists under `key`."""
    return [
        {
            **{name: value for name, value in record.items() if name != key},
            **(
                {f"{key}_{n}" if prefixed else n: v for n, v in cast(dict[str, Any], entry).items()}
                if isinstance(entry, dict)
                else {key: entry}
            ),
        }
        for record in records
        for entry in cast(list[Any], record.get(key) or [])
    ]


def holds_objects(key: str, records: Sequence[Mapping[str, Any]]) -> bool:
    return any(isinstance(record.get(key), dict) for record in records)


def flattened(record: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """As `pandas.json_normalize` does it: {"a": {"b": 1}} is {"a.b": 1}."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict) and value:
            flat |= flattened(cast(dict[str, Any], value), f"{before}{key}.")
        else:
            flat[f"{before}{key}"] = value
    return flat


def said(value: object) -> str:
    """A value as a cell; of a list or an object nothing that could be taken for a number."""
    if value is None:
        return ""
    return "[…]" if isinstance(value, (list, dict)) else str(value)
