"""Columns of words that have few values, each of which can be told. Pure."""

import re
from collections import Counter
from collections.abc import Sequence

FEW = 8
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def spellings(cells: Sequence[str]) -> dict[str, str]:
    """Of a column of few values: those that differ from a more frequent one only in capitals."""
    counted = Counter(cell for cell in cells if cell) if few_values(cells) else Counter[str]()
    best: dict[str, str] = {}
    for value, _ in counted.most_common():
        best.setdefault(value.casefold(), value)
    return {value: best[value.casefold()] for value in counted if value != best[value.casefold()]}


def values_meant(cells: Sequence[str]) -> list[str]:
    """`few_values`, of each but one spelling."""
    others = spellings(cells)
    return [value for value in few_values(cells) if value not in others]


def few_values(cells: Sequence[str]) -> list[str]:
    """All values of a column of words that has few; empty for any other."""
    full = [cell for cell in cells if cell]
    values = sorted(set(full))
    few = len(full) > len(values) and len(values) <= FEW
    return values if few and not all(map(NUMBER.fullmatch, values)) else []
