"""Which records may answer a question: the nearest by words, the nearest by meaning, and what
stands beside them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import apsw
import numpy as np

from selfstarter.core.ports import MemoryKind
from selfstarter.memory.counts import Holding
from selfstarter.memory.embed import Vectors
from selfstarter.memory.features import Asked, Items, Store
from selfstarter.memory.rows import marks, one, rows
from selfstarter.memory.vectors import Nearest, unpacked_all
from selfstarter.memory.words import Reader, Word

DENSE = 50
"""Candidates by meaning, and as many by words; more find nothing more (research/memory.md, 4.3)."""
SPARE = 30
"""Asked for on top, as some of the found may be filtered out."""
TERMS = 24
"""Words of a question that are looked up, the rarest first."""
POSTINGS = 8_000
"""Records that the word index may score for one question (about 1 µs each)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records a question may be answered with."""

    kinds: tuple[MemoryKind, ...] = ()
    trusted_only: bool = False
    not_run: str = ""

    def sql(self, history: bool = False) -> tuple[str, list[str]]:
        """A condition on `memory m`, and its values."""
        parts, values = ["1"] if history else ["m.superseded_by = ''"], list[str]()
        if self.kinds:
            parts.append(f"m.kind IN ({marks(len(self.kinds))})")
            values += self.kinds
        if self.trusted_only:
            parts.append("m.trusted")
        if self.not_run:
            parts.append("m.run_id != ?")
            values.append(self.not_run)
        return " AND ".join(parts), values


class Candidates:
    """Looks in a memory's tables and indexes; whoever asks holds the connection's lock."""

    def __init__(self, db: apsw.Connection, nearest: Nearest) -> None:
        self._db = db
        self._nearest = nearest
        self._reader = Reader(db)
        self._holding = Holding(db)

    def prepared(
        self, query: str, vector: Vectors | None, wanted: Wanted
    ) -> tuple[Asked, Items, Store]:
        """The question, the candidates with what stands beside them, and the word counts."""
        words, total = self._reader.words(query), self._bound()
        self._holding.learn({word.stem: word.raw for word in words}, total)
        words = self._holding.rarest(words, TERMS)
        keys = self._by_words(words, wanted)
        if vector is not None:
            keys |= self._by_meaning(vector, wanted)
        store = Store(total, self._holding.mean_words(self._reader), self._holding.counts)
        return Asked(query, words, vector), self._items(keys, wanted), store

    def _bound(self) -> int:
        # Keys are never used twice, so this is a bound that costs nothing; forgotten ones count.
        return one(self._db, "SELECT coalesce(max(key), 0) FROM memory")

    def _by_meaning(self, vector: Vectors, wanted: Wanted) -> set[int]:
        self._nearest.sync(self._db)
        if self._nearest.wants_graph():
            self._nearest.build_behind()
        total, count = len(self._nearest), DENSE + SPARE
        while True:
            kept = self._vectors(self._nearest.search(vector, min(count, total)), wanted)
            if len(kept) >= DENSE or count >= total:
                break
            count *= 8
        order = sorted(kept, key=lambda key: -float(kept[key] @ vector))
        return set(order[:DENSE])

    def _vectors(self, keys: Sequence[int], wanted: Wanted) -> dict[int, Vectors]:
        where, values = wanted.sql()
        sql = f"""
            SELECT m.key, v.vector FROM memory m JOIN memory_vector v ON v.key = m.key
            WHERE m.key IN (SELECT value FROM json_each(?)) AND v.model = ? AND {where}
        """
        found = rows(self._db, sql, json.dumps(list(keys)), self._nearest.model, *values)
        vectors = unpacked_all([row[1] for row in found], self._nearest.dimension)
        return dict(zip([row[0] for row in found], vectors, strict=True))

    def _by_words(self, words: Sequence[Word], wanted: Wanted) -> set[int]:
        match = self._holding.match(words, POSTINGS)
        if not match:
            return set()
        where, values = wanted.sql()
        sql = "SELECT rowid FROM memory_text WHERE memory_text MATCH ? ORDER BY rank LIMIT ?"
        best = [row[0] for row in rows(self._db, sql, match, DENSE + SPARE)]
        sql = f"SELECT key FROM memory m WHERE key IN ({marks(len(best))}) AND {where}"
        kept = {row[0] for row in rows(self._db, sql, *best, *values)}
        if len(kept) >= DENSE or len(best) < DENSE + SPARE:
            return set([key for key in best if key in kept][:DENSE])
        sql = f"""
            SELECT m.key FROM memory_text JOIN memory m ON m.key = memory_text.rowid
            WHERE memory_text MATCH ? AND {where} ORDER BY memory_text.rank LIMIT ?
        """
        return {row[0] for row in rows(self._db, sql, match, *values, DENSE)}

    def _items(self, found: set[int], wanted: Wanted) -> Items:
        """The found and their neighbours are candidates; the neighbours' own neighbours are there
        to be looked at."""
        beside = self._beside(found)
        candidates = found | {key for pair in beside.values() for key in pair if key}
        beside |= self._beside(candidates - found)
        keys = sorted(candidates | {key for pair in beside.values() for key in pair if key})
        where, values = wanted.sql()
        sql = f"""
            SELECT m.key, m.text, m.run_id, m.at, {where},
                CASE WHEN v.model = ? THEN v.vector END
            FROM memory m LEFT JOIN memory_vector v ON v.key = m.key
            WHERE m.key IN (SELECT value FROM json_each(?)) ORDER BY m.key
        """
        held = rows(self._db, sql, *values, self._nearest.model, json.dumps(keys))
        texts = [row[1] for row in held]
        place = {row[0]: i for i, row in enumerate(held)}
        sides = [beside.get(key, (0, 0)) for key in place]
        none = bytes(self._nearest.dimension)
        return Items(
            keys=list(place),
            texts=texts,
            runs=[row[2] for row in held],
            at=[row[3] for row in held],
            words=[self._reader.words(text) for text in texts],
            vectors=unpacked_all([row[5] or none for row in held], self._nearest.dimension),
            before=np.array([place.get(before, -1) for before, _ in sides], np.int64),
            after=np.array([place.get(after, -1) for _, after in sides], np.int64),
            candidate=np.array([row[0] in candidates and bool(row[4]) for row in held], bool),
        )

    def _beside(self, keys: set[int]) -> dict[int, tuple[int, int]]:
        """Key -> the keys of what the same run filed before and after it; 0: nothing."""
        sql = """
            SELECT m.key,
                (SELECT b.key FROM memory b WHERE b.run_id = m.run_id
                 AND (b.seq, b.key) < (m.seq, m.key) ORDER BY b.seq DESC, b.key DESC LIMIT 1),
                (SELECT a.key FROM memory a WHERE a.run_id = m.run_id
                 AND (a.seq, a.key) > (m.seq, m.key) ORDER BY a.seq, a.key LIMIT 1)
            FROM memory m WHERE m.key IN (SELECT value FROM json_each(?))
        """
        found = rows(self._db, sql, json.dumps(sorted(keys)))
        return {key: (before or 0, after or 0) for key, before, after in found}
