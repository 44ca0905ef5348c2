"""Which records answer a question best: a learned sum of features (features.py).

Pure: what was looked up in, a ranking out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from selfstarter.memory.features import INDICATORS, NAMES, Column, Items, Marks, standard
from selfstarter.memory.weights import FLOOR, WEAK

SAME = 0.98
"""Cosine from which two records say the same."""


@dataclass(frozen=True, slots=True)
class Hit:
    key: int
    score: float


def ranked(items: Items, raw: Column, weights: Mapping[str, float], limit: int) -> list[Hit]:
    """The best candidates, best first; none that is too far off, none that says what a better one
    says already. `raw`: the features of `items`."""
    if not len(items):
        return []
    may = near_enough(raw, items.candidate)
    scores = scored(raw, items.candidate, weights)
    saying = Saying(items)
    kept: list[int] = []
    order: list[int] = np.argsort(-scores, kind="stable").tolist()
    for row in order:
        if not may[row] or any(saying.same(row, other) for other in kept):
            continue
        kept.append(row)
        if len(kept) == limit:
            break
    return [Hit(items.keys[row], round(float(scores[row]), 4)) for row in kept]


def scored(raw: Column, candidate: Marks, weights: Mapping[str, float]) -> Column:
    return comparable(raw, candidate) @ np.array([weights[name] for name in NAMES], np.float32)


def comparable(raw: Column, candidate: Marks) -> Column:
    """Features as they are weighed: in standard deviations from the mean of the candidates, so that
    no question's numbers are larger than another's."""
    columns = [
        raw[:, place] if name in INDICATORS else standard(raw[:, place], candidate)
        for place, name in enumerate(NAMES)
    ]
    return np.stack(columns, axis=1)


def near_enough(raw: Column, candidate: Marks) -> Marks:
    if not (reaching(raw, FLOOR) & candidate).any():
        return np.zeros(len(raw), bool)
    return reaching(raw, WEAK) & candidate


def reaching(raw: Column, floor: Mapping[str, float]) -> Marks:
    """Rows where one of these features is as large as that."""
    return np.any([raw[:, NAMES.index(name)] >= least for name, least in floor.items()], axis=0)


class Saying:
    """Whether two items say the same."""

    def __init__(self, items: Items) -> None:
        self._items = items
        self._stems: dict[int, frozenset[str]] = {}

    def same(self, one: int, other: int) -> bool:
        mine, theirs = self._of(one), self._of(other)
        if mine == theirs:
            return True
        if len(mine & theirs) < 0.9 * len(mine | theirs) or numbers(mine) != numbers(theirs):
            return False
        vectors = self._items.vectors
        return float(vectors[one] @ vectors[other]) >= SAME

    def _of(self, row: int) -> frozenset[str]:
        if row not in self._stems:
            self._stems[row] = frozenset(word.stem for word in self._items.words[row])
        return self._stems[row]


def numbers(stems: frozenset[str]) -> set[str]:
    return {stem for stem in stems if any(mark.isdigit() for mark in stem)}
