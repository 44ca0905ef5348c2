"""A text as statements that can be understood alone: a sentence, a row with its columns' names."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from selfstarter.core.marks import mark_of

TABLES = ("csv", "tsv")
MOST_ROWS = 500
LONGEST_WORDS = 60
"""A longer sentence is cut: no punctuation is not a reason to fill the window."""
ALONE = re.compile(r"^\s*(#{1,6} |[-*•–] |\d+[.)] )")
"""A line that is no part of its neighbours: a heading, an item of a list."""
RULE = re.compile(r"^[\s|:=_*~-]+$")
END = re.compile(r"(?<=[.!?…])[\"”’)]?\s+(?=[\"“‘(]?[A-Z0-9])")


def statements(text: str) -> tuple[str, ...]:
    """The statements of a running text, in order; no word is lost but for lines of a ruler."""
    found: list[str] = []
    for kind, block in groupby(text.replace("\r\n", "\n").split("\n"), kind_of):
        match kind:
            case "row":
                found += records([cells(line) for line in block if not RULE.match(line)])
            case "alone":
                found += [piece for line in block for piece in sentences(line)]
            case "prose":
                found += sentences(" ".join(block))
            case _:
                pass
    return tuple(found)


def kind_of(line: str) -> str:
    if not line.strip():
        return "blank"
    if " | " in line or framed(line):
        return "row"
    return "rule" if RULE.match(line) else "alone" if ALONE.match(line) else "prose"


def sentences(text: str) -> Iterator[str]:
    for sentence in END.split(text):
        words = sentence.split()
        for start in range(0, len(words), LONGEST_WORDS):
            yield " ".join(words[start : start + LONGEST_WORDS])


def framed(line: str) -> bool:
    line = line.strip()
    return len(line) > 1 and line[0] == line[-1] == "|"


def cells(line: str) -> list[str]:
    """Without the frame; an empty first cell, as over the names of rows, stays."""
    inner = line.strip()[1:-1] if framed(line) else line
    return [cell.strip() for cell in inner.split("|")]


def table_statements(path: str, text: str) -> tuple[str, ...]:
    reader = csv.reader(io.StringIO(text), delimiter=mark_of(path, text))
    try:
        rows = [row for row, _ in zip(reader, range(MOST_ROWS), strict=False) if any(row)]
    except csv.Error:
        return statements(text)
    return tuple(records(rows))


def records(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each row as `column: value; …`; a lone row has no names to go by and stands as it is."""
    if len(rows) < 2:
        yield from (" | ".join(row) for row in rows)
        return
    names = [cell.strip() for cell in rows[0]]
    for row in rows[1:]:
        named = zip(names, row, strict=False)
        yield "; ".join(
            f"{name}: {cell.strip()}".removeprefix(": ") for name, cell in named if cell
        )
