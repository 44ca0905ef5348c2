"""What can be told of a record in the light of a question: one number per feature.

Pure: words and vectors in, a table out. What the features mean and how their weights were learnt:
docs/memory-measured.md.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selfstarter.memory.embed import Vectors
from selfstarter.memory.times import asks_when, spans, tells_time
from selfstarter.memory.words import Word

Column = NDArray[np.float32]
Places = NDArray[np.int64]
Marks = NDArray[np.bool_]

K1, B = 0.9, 0.4
"""Of BM25; for short texts better than the usual 1.2 and 0.75 (research/memory.md, 4.1)."""
FEW = 50
"""Of fewer records nothing can be said about how rare a word is."""
FAINT = 0.4
"""Cosine of two words below which they have nothing to do with each other."""
AT_ONCE = 96
"""Rows in one product of matrices: few enough that BLAS does not wake its threads for it."""
LABEL = re.compile(r"([\w.'-]+(?: [\w.'-]+){0,2}): ")
"""Who speaks or what a record is about, at its beginning."""
NO_LABEL = frozenset[str]()
WORD = re.compile(r"\w+")
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
class Items:
    """Records that may be the answer, and those that stand beside them; one row each."""

    keys: Sequence[int]
    texts: Sequence[str]
    runs: Sequence[str]
    at: Sequence[float]
    words: Sequence[Sequence[Word]]
    """Without stop words, in their order."""
    vectors: Vectors
    """Of unit length; zeros where a record has none."""
    before: Places
    """Row of what the same run filed just before; -1: not here."""
    after: Places
    candidate: Marks

    def __len__(self) -> int:
        return len(self.keys)

    def zeros(self) -> Column:
        return np.zeros(len(self), np.float32)

    def beside(self, places: Places, column: Column) -> Column:
        """Of each row's neighbour; 0 where there is none."""
        taken = column[places]
        taken[places < 0] = 0
        return taken

    def sum(self, column: Column) -> Column:
        """Of a row and its two neighbours."""
        return column + self.beside(self.before, column) + self.beside(self.after, column)

    def largest(self, column: Column) -> Column:
        beside = np.maximum(self.beside(self.before, column), self.beside(self.after, column))
        return np.maximum(column, beside)


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
    "share_before",
    "share_wide",  # with two neighbours on each side
    "run_best",  # how good the best other candidate of the same run is
    "run_top",  # and its best three
    "who",  # the question names who speaks
    "who_before",
    "addressed",  # somebody else speaks, to or of the one whom the question names
    "reply",  # the record before it asks something
    "asks",  # it asks something itself
    "long",  # logarithm of its words
    "when",  # the question asks for a time and the record tells one
    "date",  # the question names a date and the record is of then
)
INDICATORS = ("who", "who_before", "addressed", "reply", "asks", "when", "date")
"""0 to 1 as they are; all others are standardised over the candidates."""


def raw_features(asked: Asked, items: Items, store: Store, near: Near) -> Column:
    bag = Bag(items.words)
    stems = {word.stem: word.raw for word in asked.words}
    rarity = np.array([store.rarity(stem) for stem in stems], np.float32)
    total = max(float(rarity.sum()), 1e-6)
    held, length = bag.counts(list(stems)), bag.sizes.astype(np.float32)
    cosine = cosines(asked, items.vectors)
    words = bm25(held, length, rarity, store.mean_words)
    wide = bm25(items.sum(held), items.sum(length), rarity, 3 * store.mean_words)
    share = weighed(np.minimum(held, 1), rarity) / total
    alike = np.maximum(np.minimum(held, 1), bag.likeness(list(stems.values()), near))
    base = standard(cosine, items.candidate) + 2 * standard(wide, items.candidate)
    best, top = of_run(items, base)
    labels = [label(text) for text in items.texts]
    who = named(asked.text, labels)
    columns = {
        "meaning": cosine,
        "meaning_before": items.beside(items.before, cosine),
        "meaning_after": items.beside(items.after, cosine),
        "meaning_window": window_cosines(asked, items),
        "words": words,
        "words_before": items.beside(items.before, words),
        "words_after": items.beside(items.after, words),
        "words_window": wide,
        "share": share,
        "share_window": weighed(np.minimum(items.sum(held), 1), rarity) / total,
        "near": weighed(alike, rarity) / total,
        "near_window": weighed(items.largest(alike), rarity) / total,
        "share_before": items.beside(items.before, share),
        "share_wide": weighed(np.minimum(items.sum(items.sum(held)), 1), rarity) / total,
        "run_best": best,
        "run_top": top,
        "who": who,
        "who_before": items.beside(items.before, who),
        "addressed": addressed(asked.text, labels, items),
        "reply": items.beside(items.before, holding(items, lambda text: "?" in text)),
        "asks": holding(items, lambda text: text.rstrip().endswith("?")),
        "long": np.log1p(length),
        "when": when(asked.text, items),
        "date": dated(asked.text, items),
    }
    return np.stack([columns[name] for name in NAMES], axis=1).astype(np.float32)


class Bag:
    """The words of all items as numbers, so that each different word is looked at once."""

    def __init__(self, texts: Sequence[Sequence[Word]]) -> None:
        different = {word.raw: word.stem for words in texts for word in words}
        place = {raw: number for number, raw in enumerate(different)}
        self.flat = np.array([place[word.raw] for words in texts for word in words], np.int64)
        """Number of each word, item after item."""
        self.raws = list(different)
        self.stems = list(different.values())
        self.sizes = np.array([len(words) for words in texts], np.int64)

    def counts(self, stems: Sequence[str]) -> Column:
        """How often each item holds each stem."""
        held = np.zeros((len(self.sizes), len(stems)), np.float32)
        columns = {stem: i for i, stem in enumerate(stems)}
        column = np.array([columns.get(stem, -1) for stem in self.stems], np.int64)
        owner = np.repeat(np.arange(len(self.sizes)), self.sizes)
        if len(self.flat):
            hit = column[self.flat]
            np.add.at(held, (owner[hit >= 0], hit[hit >= 0]), 1)
        return held

    def likeness(self, words: Sequence[str], near: Near) -> Column:
        """How close, in meaning, the closest word of each item is to each of `words`: 0 to 1."""
        closest = np.zeros((len(self.sizes), len(words)), np.float32)
        if not len(self.flat) or not words:
            return closest
        cosine = products(near(self.raws), near(words).T)
        filled = self.sizes > 0
        starts = np.concatenate([[0], np.cumsum(self.sizes[filled])[:-1]])
        closest[filled] = np.maximum.reduceat(cosine[self.flat], starts, axis=0)
        return np.clip((closest - FAINT) / (1 - FAINT), 0, 1)


def products(rows: Column, columns: Column) -> Column:
    parts = [rows[start : start + AT_ONCE] @ columns for start in range(0, len(rows), AT_ONCE)]
    return np.concatenate(parts)


def bm25(held: Column, length: Column, rarity: Column, mean: float) -> Column:
    norm = K1 * (1 - B + B * length / max(mean, 1e-6))
    return weighed(np.asarray(held * (K1 + 1) / (held + norm[:, None]), np.float32), rarity)


def weighed(table: Column, rarity: Column) -> Column:
    return np.asarray((table * rarity).sum(axis=1), np.float32)


def cosines(asked: Asked, vectors: Vectors) -> Column:
    if asked.vector is None:
        return np.zeros(len(vectors), np.float32)
    return np.asarray(vectors @ asked.vector, np.float32)


def window_cosines(asked: Asked, items: Items) -> Column:
    wide = items.sum(items.vectors)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    return cosines(asked, np.asarray(wide / np.where(lengths > 0, lengths, 1), np.float32))


def of_run(items: Items, base: Column) -> tuple[Column, Column]:
    """Per item, among the others of its run: the best of `base`, and the mean of the best 3."""
    runs: dict[str, list[int]] = {}
    for row, run in enumerate(items.runs):
        runs.setdefault(run, []).append(row)
    value: list[float] = base.tolist()
    best, top = items.zeros(), items.zeros()
    for members in runs.values():
        first = sorted(members, key=value.__getitem__, reverse=True)[:4]
        for row in first:
            others = [value[other] for other in first if other != row]
            best[row], top[row] = of_others(others)
        if len(members) > len(first):
            rest = [row for row in members if row not in first]
            best[rest], top[rest] = of_others([value[row] for row in first[:3]])
    return best, top


def of_others(values: Sequence[float]) -> tuple[float, float]:
    """`values`: of the best three, the largest first."""
    return max(values[0], 0) if values else 0, max(sum(values) / 3, 0)


def named(question: str, labels: Sequence[Set[str]]) -> Column:
    """1 where the question names who speaks; "I" is the person, "you" the agent."""
    said = words_of(question)
    if said & SELF:
        said |= PERSON
    if said & OTHER:
        said |= AGENT
    return np.array([not said.isdisjoint(by) for by in labels], np.float32)


def addressed(question: str, labels: Sequence[Set[str]], items: Items) -> Column:
    asked = words_of(question) & set[str]().union(*labels)
    if not asked:
        return items.zeros()
    speaks = zip(labels, items.words, strict=True)
    found = [not asked <= by and bool(asked & {w.raw for w in ws} - by) for by, ws in speaks]
    return np.array(found, np.float32)


def holding(items: Items, true: Callable[[str], bool]) -> Column:
    return np.array([true(text) for text in items.texts], np.float32)


def words_of(question: str) -> set[str]:
    return set(WORD.findall(question.lower().replace("'s", " ")))


def label(text: str) -> Set[str]:
    """Words before the first colon, where they stand at the beginning."""
    found = LABEL.match(text)
    return set(WORD.findall(found[1].lower())) if found else NO_LABEL


def when(question: str, items: Items) -> Column:
    return holding(items, tells_time) if asks_when(question) else items.zeros()


def dated(question: str, items: Items) -> Column:
    asked = spans(question)
    if not asked:
        return items.zeros()
    held = [max(span.holds(at) for span in asked) for at in items.at]
    return np.array(held, np.float32)


def standard(column: Column, among: Marks) -> Column:
    """In standard deviations from the mean of those `among`; all 0 where they do not differ."""
    some = column[among]
    spread = float(some.std()) if len(some) else 0.0
    return (column - some.mean()) / spread if spread > 1e-6 else np.zeros_like(column)
