"""How near a record is to what was asked: features of both, and a learned sum of them.

Pure: records, words and vectors in, a ranking out. What the features mean and how their weights
were learnt: docs/memory.md.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selfstarter.core.ports import MemoryRecord, Recalled
from selfstarter.memory.embed import Vectors
from selfstarter.memory.times import asks_when, spans, tells_time
from selfstarter.memory.weights import FLOOR, WEIGHTS
from selfstarter.memory.words import Word

Column = NDArray[np.float32]

K1, B = 0.9, 0.4
"""Of BM25; for short texts better than the usual 1.2 and 0.75 (research/memory.md, 4.1)."""
FEW = 50
"""Of fewer records nothing can be said about how rare a word is."""
SAME = 0.98
"""Cosine from which two records say the same."""
FAINT = 0.4
"""Cosine of two words below which they have nothing to do with each other."""
LABEL = re.compile(r"([\w.'-]+(?: [\w.'-]+){0,2}): ")
"""Who speaks or what a record is about, at its beginning."""
SELF = frozenset({"i", "me", "my", "mine", "we", "our", "us", "myself"})
OTHER = frozenset({"you", "your", "yours", "yourself"})
PERSON = frozenset({"user", "human", "person", "customer", "client"})
AGENT = frozenset({"assistant", "agent", "ai", "bot", "model"})


@dataclass(frozen=True, slots=True)
class Asked:
    text: str
    words: Sequence[Word]
    """Without stop words."""
    vector: Vectors | None
    """None: there is no embedding now; then words alone decide."""


@dataclass(frozen=True, slots=True)
class Item:
    """A record that may be the answer, or stands beside one that may be."""

    key: int
    record: MemoryRecord
    words: Sequence[Word]
    """Without stop words, in their order."""
    vector: Vectors | None
    before: int
    """Place, in the list of items, of what the same run filed just before; -1: not there."""
    after: int
    candidate: bool = True


@dataclass(frozen=True, slots=True)
class Store:
    """What is known of all records together."""

    records: int
    mean_words: float
    holding: Mapping[str, int]
    """Stem -> how many records hold it."""

    def rarity(self, stem: str) -> float:
        held = self.holding.get(stem, 0)
        return math.log(1 + (max(self.records, FEW) - held + 0.5) / (held + 0.5))


Near = Callable[[Sequence[str]], Vectors]
"""Words -> their vectors, of unit length."""

NAMES = (
    "meaning",  # cosine of question and record
    "meaning_before",  # the same, of the record before it in the run; after it
    "meaning_after",
    "meaning_window",  # of the three together
    "words",  # BM25
    "words_before",
    "words_after",
    "words_window",  # BM25 over the three as one text
    "share",  # of the rarity of the question's words: how much the record holds
    "share_window",
    "near",  # as `share`, but a word of close meaning counts in part
    "near_window",
    "rarest",  # holds the rarest word of the question that any candidate holds
    "run_best",  # how good the best other candidate of the same run is
    "run_top",  # and its best three
    "who",  # the question names who speaks
    "when",  # the question asks for a time and the record tells one
    "date",  # the question names a date and the record is of then
)
INDICATORS = ("who", "when", "date")
"""0 to 1 as they are; all others are standardised over the candidates."""


def raw_features(asked: Asked, items: Sequence[Item], store: Store, near: Near) -> Column:
    around = Around(items)
    rarity, held, length = counts(asked, items, store)
    total = max(float(rarity.sum()), 1e-6)
    cosine = cosines(asked, items)
    words = bm25(held, length, rarity, store.mean_words)
    wide = bm25(around.sum(held), around.sum(length), rarity, 3 * store.mean_words)
    share = (held > 0) @ rarity / total
    alike = likeness(asked, items, held, near)
    base = standard(cosine, around.candidate) + 2 * standard(wide, around.candidate)
    best, top = of_run(items, base)
    columns = {
        "meaning": cosine,
        "meaning_before": around.before(cosine),
        "meaning_after": around.after(cosine),
        "meaning_window": window_cosines(asked, items, around),
        "words": words,
        "words_before": around.before(words),
        "words_after": around.after(words),
        "words_window": wide,
        "share": share,
        "share_window": (around.sum(held) > 0) @ rarity / total,
        "near": alike @ rarity / total,
        "near_window": around.largest(alike) @ rarity / total,
        "rarest": rarest(held, rarity),
        "run_best": best,
        "run_top": top,
        "who": named(asked.text, items),
        "when": when(asked.text, items),
        "date": dated(asked.text, items),
    }
    return np.stack([columns[name] for name in NAMES], axis=1).astype(np.float32)


class Around:
    """Columns of an item's neighbours; 0 where there is none."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._before = np.array([item.before for item in items], np.int64)
        self._after = np.array([item.after for item in items], np.int64)
        self.candidate = np.array([item.candidate for item in items], bool)

    def before(self, column: Column) -> Column:
        return self._at(self._before, column)

    def after(self, column: Column) -> Column:
        return self._at(self._after, column)

    def sum(self, column: Column) -> Column:
        return column + self.before(column) + self.after(column)

    def largest(self, column: Column) -> Column:
        return np.maximum(column, np.maximum(self.before(column), self.after(column)))

    @staticmethod
    def _at(places: NDArray[np.int64], column: Column) -> Column:
        taken = column[places]
        taken[places < 0] = 0
        return taken


def counts(asked: Asked, items: Sequence[Item], store: Store) -> tuple[Column, Column, Column]:
    """Rarity per word of the question; how often each item holds it; words per item."""
    place = {stem: i for i, stem in enumerate(dict.fromkeys(word.stem for word in asked.words))}
    rarity = np.array([store.rarity(stem) for stem in place], np.float32)
    held = np.zeros((len(items), len(place)), np.float32)
    for row, item in enumerate(items):
        for word in item.words:
            if (column := place.get(word.stem)) is not None:
                held[row, column] += 1
    return rarity, held, np.array([len(item.words) for item in items], np.float32)


def bm25(held: Column, length: Column, rarity: Column, mean: float) -> Column:
    norm = K1 * (1 - B + B * length / max(mean, 1e-6))
    return np.asarray((held * (K1 + 1) / (held + norm[:, None])) @ rarity, np.float32)


def cosines(asked: Asked, items: Sequence[Item]) -> Column:
    return stacked(asked, items) @ asked.vector if asked.vector is not None else zeros(items)


def window_cosines(asked: Asked, items: Sequence[Item], around: Around) -> Column:
    if asked.vector is None:
        return zeros(items)
    wide = around.sum(stacked(asked, items))
    lengths = np.linalg.norm(wide, axis=1)
    return np.asarray(wide @ asked.vector / np.where(lengths > 0, lengths, 1), np.float32)


def stacked(asked: Asked, items: Sequence[Item]) -> Column:
    assert asked.vector is not None
    none = np.zeros_like(asked.vector)
    vectors = [item.vector if item.vector is not None else none for item in items]
    return np.array(vectors, np.float32).reshape(len(items), len(none))


def likeness(asked: Asked, items: Sequence[Item], held: Column, near: Near) -> Column:
    """Per item and word of the question: 1 where it is held, else how close the closest is."""
    stems = dict[str, str]()
    for word in asked.words:
        stems.setdefault(word.stem, word.raw)
    exact = (held > 0).astype(np.float32)
    place: dict[str, int] = {}
    flat = [place.setdefault(w.raw, len(place)) for item in items for w in item.words]
    if not flat or not stems:
        return exact
    cosine = near(list(place)) @ near(list(stems.values())).T
    sizes = np.array([len(item.words) for item in items])
    filled = sizes > 0
    starts = np.concatenate([[0], np.cumsum(sizes[filled])[:-1]])
    closest = np.zeros_like(exact)
    closest[filled] = np.maximum.reduceat(cosine[flat], starts, axis=0)
    return np.maximum(exact, np.clip((closest - FAINT) / (1 - FAINT), 0, 1))


def rarest(held: Column, rarity: Column) -> Column:
    there = (held > 0).any(axis=0)
    if not there.any():
        return np.zeros(len(held), np.float32)
    column = int(np.argmax(np.where(there, rarity, -1)))
    return (held[:, column] > 0).astype(np.float32)


def of_run(items: Sequence[Item], base: Column) -> tuple[Column, Column]:
    """Per item, among the others of its run: the best of `base`, and the mean of the best 3."""
    runs: dict[str, list[int]] = {}
    for row, item in enumerate(items):
        runs.setdefault(item.record.run_id, []).append(row)
    best, top = zeros(items), zeros(items)
    for members in runs.values():
        ranked = sorted(members, key=lambda row: -base[row])
        for row in members:
            others = [float(base[other]) for other in ranked[:4] if other != row][:3]
            best[row] = max(others[0], 0) if others else 0
            top[row] = max(sum(others) / 3, 0)
    return best, top


def named(text: str, items: Sequence[Item]) -> Column:
    """1 where the question names who speaks; "I" is the person, "you" the agent."""
    said = set(re.findall(r"\w+", text.lower().replace("'s", " ")))
    if said & SELF:
        said |= PERSON
    if said & OTHER:
        said |= AGENT
    return np.array([bool(label(item.record.text) & said) for item in items], np.float32)


def label(text: str) -> set[str]:
    """Words before the first colon, where they stand at the beginning."""
    found = LABEL.match(text)
    return set(re.findall(r"\w+", found[1].lower())) if found else set()


def when(text: str, items: Sequence[Item]) -> Column:
    if not asks_when(text):
        return zeros(items)
    return np.array([tells_time(item.record.text) for item in items], np.float32)


def dated(text: str, items: Sequence[Item]) -> Column:
    asked = spans(text)
    if not asked:
        return zeros(items)
    held = [max(span.holds(item.record.at) for span in asked) for item in items]
    return np.array(held, np.float32)


def zeros(items: Sequence[Item]) -> Column:
    return np.zeros(len(items), np.float32)


def standard(column: Column, among: NDArray[np.bool_]) -> Column:
    """In standard deviations from the mean of those `among`; all 0 where they do not differ."""
    some = column[among]
    spread = float(some.std()) if len(some) else 0.0
    return (column - some.mean()) / spread if spread > 1e-6 else np.zeros_like(column)


def ranked(
    asked: Asked, items: Sequence[Item], store: Store, near: Near, limit: int
) -> list[Recalled]:
    """The best candidates, best first; none that is too far off, none that says what a better one
    says already."""
    if not items:
        return []
    raw = raw_features(asked, items, store, near)
    candidate = np.array([item.candidate for item in items])
    enough = near_enough(raw)
    scores = scored(raw, candidate)
    kept: list[int] = []
    order: list[int] = np.argsort(-scores, kind="stable").tolist()
    for row in order:
        if not (candidate[row] and enough[row]):
            continue
        if any(says_the_same(items[row], items[other]) for other in kept):
            continue
        kept.append(row)
        if len(kept) == limit:
            break
    return [Recalled(items[row].record, round(float(scores[row]), 4)) for row in kept]


def scored(raw: Column, candidate: NDArray[np.bool_]) -> Column:
    total = np.zeros(len(raw), np.float32)
    for place, name in enumerate(NAMES):
        column = raw[:, place]
        if name not in INDICATORS:
            column = standard(column, candidate)
        total += WEIGHTS[name] * column
    return total


def near_enough(raw: Column) -> NDArray[np.bool_]:
    meaning = raw[:, NAMES.index("meaning")]
    shared = raw[:, NAMES.index("near_window")]
    return (meaning >= FLOOR["meaning"]) | (shared >= FLOOR["near_window"])


def says_the_same(one: Item, other: Item) -> bool:
    mine, theirs = {word.stem for word in one.words}, {word.stem for word in other.words}
    if mine == theirs:
        return True
    if one.vector is None or other.vector is None or numbers(mine) != numbers(theirs):
        return False
    alike = len(mine & theirs) >= 0.9 * len(mine | theirs)
    return alike and float(one.vector @ other.vector) >= SAME


def numbers(stems: set[str]) -> set[str]:
    return {stem for stem in stems if any(mark.isdigit() for mark in stem)}
