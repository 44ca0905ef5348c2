"""Which records may answer a question: the nearest by words, the nearest by meaning, and what
stands beside them."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from selfstarter.memory.counts import Holding
from selfstarter.memory.database import Database
from selfstarter.memory.embed import Vectors
from selfstarter.memory.features import Asked, Items, Store
from selfstarter.memory.vectors import Nearest, unpacked_all
from selfstarter.memory.wanted import SPARE, Wanted
from selfstarter.memory.words import Reader

DENSE = 50
"""Candidates by meaning, and as many by words; more find nothing more (research/memory.md, 4.3)."""
TERMS = 24
"""Words of a question that are looked up, the rarest first."""
POSTINGS = 8_000
"""Records that the word index may score for one question (about 1 µs each)."""


class Candidates:
    """Looks in a memory's tables and indexes, inside a transaction."""

    def __init__(self, db: Database, nearest: Nearest, reader: Reader) -> None:
        self._db = db
        self._nearest = nearest
        self._reader = reader
        self._holding = Holding(db)

    def prepared(
        self, query: str, vector: Vectors | None, wanted: Wanted
    ) -> tuple[Asked, Items, Store]:
        """The question, the candidates with what stands beside them, and the word counts."""
        words, total = self._reader.words(query), self._bound()
        self._holding.learn((word.stem for word in words), total)
        words = self._holding.rarest(words, TERMS)
        asked = self._holding.looked_up(words, POSTINGS)
        store = Store(total, self._holding.mean_words(self._reader), self._holding.counts)
        keys = self._db.by_words(asked, store, wanted, DENSE) if asked.rare else set[int]()
        if vector is not None:
            keys |= self._by_meaning(vector, wanted)
        return Asked(query, words, vector), self._items(keys, wanted), store

    def _bound(self) -> int:
        # Keys are never used twice, so this is a bound that costs nothing; forgotten ones count.
        return self._db.one("SELECT coalesce(max(key), 0) FROM memory")

    def _by_meaning(self, vector: Vectors, wanted: Wanted) -> set[int]:
        self._nearest.prepare()
        count = DENSE + SPARE
        while True:
            found = self._nearest.search(vector, count)
            kept = self._vectors(found, wanted)
            if len(kept) >= DENSE or len(found) < count:
                break
            count *= 8
        order = sorted(kept, key=lambda key: -float(kept[key] @ vector))
        return set(order[:DENSE])

    def _vectors(self, keys: Sequence[int], wanted: Wanted) -> dict[int, Vectors]:
        where, values = wanted.sql()
        sql = f"""
            SELECT m.key, {self._db.form.read} FROM memory m JOIN memory_vector v ON v.key = m.key
            WHERE m.key {self._db.AMONG} AND v.model = ? AND {where}
        """
        found = self._db.rows(sql, json.dumps(list(keys)), self._nearest.model, *values)
        vectors = self._unpacked([row[1] for row in found])
        return dict(zip([row[0] for row in found], vectors, strict=True))

    def _unpacked(self, kept: Sequence[Any]) -> Vectors:
        """Zeros where there is none."""
        none, taken = bytes(self._nearest.dimension), self._db.form.taken
        return unpacked_all([taken(one) if one else none for one in kept], len(none))

    def _items(self, found: set[int], wanted: Wanted) -> Items:
        """The found and their neighbours are candidates; the neighbours' own neighbours are there
        to be looked at."""
        beside = self._beside(found)
        candidates = found | {key for pair in beside.values() for key in pair if key}
        beside |= self._beside(candidates - found)
        keys = sorted(candidates | {key for pair in beside.values() for key in pair if key})
        where, values = wanted.sql()
        sql = f"""
            SELECT m.key, m.text, m.run_id, m.at, CASE WHEN {where} THEN 1 ELSE 0 END,
                CASE WHEN v.model = ? THEN {self._db.form.read} END
            FROM memory m LEFT JOIN memory_vector v ON v.key = m.key
            WHERE m.key {self._db.AMONG} ORDER BY m.key
        """
        held = self._db.rows(sql, *values, self._nearest.model, json.dumps(keys))
        texts = [row[1] for row in held]
        place = {row[0]: i for i, row in enumerate(held)}
        sides = [beside.get(key, (0, 0)) for key in place]
        return Items(
            keys=list(place),
            texts=texts,
            runs=[row[2] for row in held],
            at=[row[3] for row in held],
            words=[self._reader.words(text) for text in texts],
            vectors=self._unpacked([row[5] for row in held]),
            before=np.array([place.get(before, -1) for before, _ in sides], np.int64),
            after=np.array([place.get(after, -1) for _, after in sides], np.int64),
            candidate=np.array([row[0] in candidates and bool(row[4]) for row in held], bool),
        )

    def _beside(self, keys: set[int]) -> dict[int, tuple[int, int]]:
        """Key -> the keys of what the same run filed before and after it; 0: nothing."""
        sql = f"""
            SELECT m.key,
                (SELECT b.key FROM memory b WHERE b.run_id = m.run_id
                 AND (b.seq, b.key) < (m.seq, m.key) ORDER BY b.seq DESC, b.key DESC LIMIT 1),
                (SELECT a.key FROM memory a WHERE a.run_id = m.run_id
                 AND (a.seq, a.key) > (m.seq, m.key) ORDER BY a.seq, a.key LIMIT 1)
            FROM memory m WHERE m.key {self._db.AMONG}
        """
        found = self._db.rows(sql, json.dumps(sorted(keys)))
        return {key: (before or 0, after or 0) for key, before, after in found}
