"""Evidence recall@10: of the records that hold an answer, how many are among ten recalled."""

import asyncio
import tempfile
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bench.memory.history import History, Question

from selfstarter.memory.embed import WordLlama
from selfstarter.memory.features import Bag, Column, Marks, Places, Store, bm25
from selfstarter.memory.open import open_memory
from selfstarter.memory.recall import comparable, ranked
from selfstarter.memory.store import MemoryStore
from selfstarter.memory.words import Reader

TOP = 10
RRF = 60
"""The usual constant of reciprocal rank fusion."""

Scores = dict[str, list[float]]
"""Kind of question -> recall of each."""


def mean(scores: Scores) -> float:
    every = [score for some in scores.values() for score in some]
    return sum(every) / max(1, len(every))


def share(found: Sequence[str], question: Question) -> float:
    return len(question.evidence & set(found)) / len(question.evidence)


def scored(answers: Iterable[tuple[Question, Sequence[str]]]) -> Scores:
    """`answers`: questions, and the ids of what was recalled for each."""
    scores: Scores = {}
    for question, found in answers:
        scores.setdefault(question.kind, []).append(share(found, question))
    return scores


@contextmanager
def stored(history: History) -> Generator[MemoryStore]:
    """A store of its own that holds the history."""
    with tempfile.TemporaryDirectory() as folder:
        memory = open_memory(Path(folder))
        memory.add_now(history.records)
        try:
            yield memory
        finally:
            asyncio.run(memory.close())


def front_door(history: History, memory: MemoryStore) -> Scores:
    """As a run recalls, with the weights that are shipped."""

    def found(question: Question) -> list[str]:
        return [one.record.id for one in memory.recall_now(question.text, TOP)]

    return scored((question, found(question)) for question in history.questions)


# ── with other weights ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Seen:
    """A question as the ranker sees it."""

    question: Question
    rank: Callable[[Mapping[str, float]], Sequence[str]]
    """Weights -> the ids that recall would answer with."""
    features: Column
    """Of the candidates, as they are weighed."""
    answers: Marks
    """Where a candidate is evidence."""


def seen(history: History, memory: MemoryStore) -> list[Seen]:
    return [look(history, memory, question) for question in history.questions]


def look(history: History, memory: MemoryStore, question: Question) -> Seen:
    items, raw = memory.looked_up(question.text)
    ids = [history.records[key - 1].id for key in items.keys]  # filed in this order, from key 1 on

    def rank(weights: Mapping[str, float]) -> Sequence[str]:
        hits = ranked(items, raw, weights, TOP)
        return [history.records[hit.key - 1].id for hit in hits]

    answers = np.array([id in question.evidence for id in ids], bool)
    features = comparable(raw, items.candidate) if ids else raw
    return Seen(question, rank, features[items.candidate], answers[items.candidate])


def reranked(every: Sequence[Seen], weights: Mapping[str, float]) -> Scores:
    """What `front_door` gives with these weights, without looking up anew."""
    return scored((one.question, one.rank(weights)) for one in every)


# ── what is usual ────────────────────────────────────────────────────────────────────────────


def baselines(history: History) -> dict[str, Scores]:
    """BM25 alone, vectors alone, and reciprocal rank fusion of both: over all records, with the
    words and the embedding that our store uses."""
    embedding = WordLlama()
    texts = [record.text for record in history.records]
    vectors = embedding.embed(texts)
    reader = Reader()
    bag = Bag([reader.words(text) for text in texts])
    every: dict[str, Scores] = {"bm25": {}, "dense": {}, "rrf": {}}
    for question in history.questions:
        stems = list({word.stem for word in reader.words(question.text)})
        by_words = order(words_alone(bag, stems))
        by_meaning = order(np.asarray(vectors @ embedding.embed([question.text])[0]))
        fused = rank_share(by_words) + rank_share(by_meaning)
        for name, best in (("bm25", by_words), ("dense", by_meaning), ("rrf", order(fused))):
            rows: list[int] = best[:TOP].tolist()
            found = [history.records[row].id for row in rows]
            every[name].setdefault(question.kind, []).append(share(found, question))
    return every


def words_alone(bag: Bag, stems: Sequence[str]) -> Column:
    held, length = bag.counts(stems), bag.sizes.astype(np.float32)
    holding = dict(zip(stems, (held > 0).sum(axis=0).tolist(), strict=True))
    store = Store(len(length), float(length.mean()), holding)
    rarity = np.array([store.rarity(stem) for stem in stems], np.float32)
    return bm25(held, length, rarity, store.mean_words)


def order(scores: Column) -> Places:
    """Rows, best first."""
    return np.argsort(-scores, kind="stable")


def rank_share(best_first: Places) -> Column:
    """Of each row: what its rank, from 1, adds to its score."""
    shares = np.zeros(len(best_first), np.float32)
    shares[best_first] = 1 / (RRF + np.arange(1, len(best_first) + 1))
    return shares
