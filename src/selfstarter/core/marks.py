"""What stands between the cells of a table that is a text."""

import csv
import re

MARKS = ",;\t|"
QUOTED = re.compile(r'"[^"]*(?:"|$)')


def mark_of(path: str, text: str) -> str:
    """Of what stands in the head, outside of quotes: that by which all rows are as wide as it, and
    of several the most frequent."""
    if path.lower().endswith(".tsv"):
        return "\t"
    head = QUOTED.sub("", next((line for line in text.splitlines() if line.strip()), ""))
    there = [mark for mark in MARKS if mark in head] or [","]
    if len(there) == 1:
        return there[0]
    return max(there, key=lambda mark: (even(text, mark), head.count(mark)))


def even(text: str, mark: str) -> bool:
    try:
        return len(widths(text, mark)) == 1
    except csv.Error:
        return False


def widths(text: str, mark: str) -> set[int]:
    """How many cells its rows have. Raises csv.Error: it cannot be read so."""
    lines = (f"{line}\n" for line in text.split("\n"))
    return {len(row) for row in csv.reader(lines, delimiter=mark) if row}
