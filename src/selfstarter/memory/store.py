"""The long-term memory, whichever database it lies in: the same tables, the same answers.

`open_memory` (open.py) is the door. Importing this module loads numpy: do it late.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from selfstarter.core.errors import EmbeddingDown
from selfstarter.core.ports import MemoryKind, MemoryRecord, Recalled
from selfstarter.core.redaction import Redact, unchanged
from selfstarter.memory import recall, table, transfer
from selfstarter.memory.behind import Behind
from selfstarter.memory.candidates import Candidates
from selfstarter.memory.consolidate import Change, consolidated
from selfstarter.memory.database import Database
from selfstarter.memory.embed import Embedding, KnownWords, Vectors, WordLlama
from selfstarter.memory.features import NAMES, Column, Items, raw_features
from selfstarter.memory.health import Health, check
from selfstarter.memory.learn import PERSON, Learnt
from selfstarter.memory.table import COLUMNS, record_of
from selfstarter.memory.vectors import Bytes, Progress, packed
from selfstarter.memory.wanted import Wanted, marks
from selfstarter.memory.weights import WEIGHTS
from selfstarter.memory.words import Reader

RECENT = 5_000
"""Records, the newest, that are compared with what was just filed."""


class MemoryStore:
    """The port `Memory`, and what a person needs beside it. Any number of processes may open a
    memory; one writes at a time and the others wait for it. Methods may be called from any thread.

    Whatever asks the database raises MemoryDown where it fails; to make one raises EmbeddingDown
    where the embedding is new here and does not answer.
    """

    def __init__(
        self,
        db: Database,
        embedding: Embedding | None = None,
        weights: Mapping[str, float] = WEIGHTS,
    ) -> None:
        self.db = db
        self.weights = weights
        self.embedding: Embedding = embedding or WordLlama()
        self._model, dimension = table.enrol(db, self.embedding)
        self._nearest = db.nearest(self._model, dimension)
        self._candidates = Candidates(db, self._nearest, Reader())
        lexicon = self.embedding if isinstance(self.embedding, WordLlama) else WordLlama()
        self._known = KnownWords(lexicon)
        self._behind = Behind(db, self._vectors, self._model)
        if self._behind.missing():
            self._behind.begin()

    async def add(self, records: Sequence[MemoryRecord]) -> None:
        await asyncio.to_thread(self.add_now, records)

    async def recall(
        self,
        query: str,
        limit: int = 8,
        *,
        kinds: Sequence[MemoryKind] = (),
        trusted_only: bool = False,
        not_run: str = "",
    ) -> Sequence[Recalled]:
        wanted = Wanted(tuple(kinds), trusted_only, not_run)
        return await asyncio.to_thread(self.recall_now, query, limit, wanted)

    async def wishes(self, limit: int, *, not_run: str = "") -> Sequence[MemoryRecord]:
        where, values = Wanted(trusted_only=True, not_run=not_run).sql()
        sql = f"""
            SELECT {COLUMNS} FROM memory m WHERE {where} AND m.importance >= ?
            ORDER BY m.at DESC, m.key DESC LIMIT ?
        """
        found = await asyncio.to_thread(self.db.rows, sql, *values, PERSON, limit)
        return [record_of(row) for row in found]

    async def get(self, id: str) -> MemoryRecord | None:
        sql = f"SELECT {COLUMNS} FROM memory m WHERE id = ?"
        found = await asyncio.to_thread(self.db.rows, sql, id)
        return record_of(found[0]) if found else None

    async def supersede(self, id: str, by: str) -> None:
        def work() -> None:
            with self.db.writing():
                table.supersede(self.db, [(by, id)])

        await asyncio.to_thread(work)

    async def used(self, ids: Sequence[str], helped: bool) -> None:
        def work() -> None:
            with self.db.writing():
                table.use(self.db, ids, helped, time.time())

        await asyncio.to_thread(work)

    async def forget(self, ids: Sequence[str]) -> None:
        await asyncio.to_thread(self.forget_now, ids)

    async def close(self) -> None:
        """What a thread behind has not finished, the next process takes up."""
        self._nearest.close()
        await asyncio.to_thread(self._behind.close)
        self.db.close()

    def filed(self) -> Mapping[str, int]:
        """Run -> the last event of its journal that has been filed."""
        return dict(self.db.rows("SELECT run_id, seq FROM memory_filed"))

    def file_run(self, run_id: str, learnt: Learnt) -> int:
        """All that lies beyond what was filed of this run, at once or not at all; how many records
        were new. A crash before it loses nothing, for the journal is read again; a second time
        does nothing. What a person has forgotten does not come back."""
        vectors = self._embedded(learnt.records)
        with self.db.writing():
            found = self.db.rows("SELECT seq FROM memory_filed WHERE run_id = ?", run_id)
            last = found[0][0] if found else 0
            gone = {row[0] for row in self.db.rows("SELECT id FROM memory_gone")}
            new = self._insert(learnt.records, vectors, lambda r: r.seq > last and r.id not in gone)
            now = [one for one in learnt.replaced if one.seq > last and one.by not in gone]
            table.supersede(self.db, [(one.by, one.id) for one in now])
            for use in learnt.uses:
                if use.seq > last:
                    table.use(self.db, use.ids, use.helped, use.at)
            sql = """
                INSERT INTO memory_filed(run_id, seq) VALUES (?, ?)
                ON CONFLICT (run_id) DO UPDATE SET seq = excluded.seq
            """
            self.db.rows(sql, run_id, max(last, learnt.seq))
        return new

    def consolidate(self, now: float, among: int = RECENT) -> Sequence[Change]:
        """Take out of recall what no longer holds, among so many of the newest records; all of it
        or nothing. `now`: Unix seconds. Returns what was changed, and why."""
        with self.db.writing():
            changes = consolidated(self.records(among), now)
            table.supersede(self.db, [(change.by, change.id) for change in changes])
        return changes

    def unfile(self) -> None:
        """All journals are to be filed anew: records stay as they are, uses are counted again."""
        with self.db.writing():
            self.db.rows("DELETE FROM memory_filed")
            self.db.rows("UPDATE memory SET uses = 0, helped = 0, used_at = 0")

    def forget_now(self, ids: Sequence[str]) -> None:
        """As `forget`."""
        with self.db.writing():
            before = self.db.one("SELECT count(*) FROM memory")
            self.db.many("DELETE FROM memory WHERE id = ?", [(id,) for id in ids])
            # A journal that is filed anew must not bring them back.
            sql = "INSERT INTO memory_gone VALUES (?) ON CONFLICT DO NOTHING"
            self.db.many(sql, [(id,) for id in ids])
            if self.db.one("SELECT count(*) FROM memory") == before:
                return
            self._nearest.give_up()
        self.db.forgotten()

    def records(
        self, limit: int = 50, kinds: Sequence[MemoryKind] = (), history: bool = False
    ) -> Sequence[MemoryRecord]:
        """The newest first; `history`: superseded ones too."""
        where, values = Wanted(tuple(kinds)).sql(history)
        sql = f"SELECT {COLUMNS} FROM memory m WHERE {where} ORDER BY m.at DESC, m.key DESC LIMIT ?"
        return [record_of(row) for row in self.db.rows(sql, *values, limit)]

    def find(self, prefix: str) -> Sequence[MemoryRecord]:
        """Those whose id begins so, at most ten."""
        sql = f"SELECT {COLUMNS} FROM memory m WHERE id >= ? AND id < ? ORDER BY id LIMIT 10"
        return [record_of(row) for row in self.db.rows(sql, prefix, prefix + "\U0010ffff")]

    def export(self, to: Path) -> int:
        """Every record, history too, one JSON object a line; how many. Vectors are left out: they
        are made anew where the file is taken in. Raises BadSetting."""
        return transfer.write(self._all_records(), to)

    def replace_now(self, id: str, by: MemoryRecord) -> None:
        """`by` holds instead of the record `id`, which stays as history; both or neither."""
        vectors = self._embedded([by])
        with self.db.writing():
            self._insert([by], vectors)
            table.supersede(self.db, [(by.id, id)])

    def take_in(self, source: Path, redact: Redact = unchanged) -> int:
        """Records of an `export`; how many were new. Raises BadSetting: a line is not a record,
        and then nothing of the file is taken."""
        return self.add_now(transfer.read(source, redact))

    def backup(self, to: Path) -> None:
        """A copy of the whole database (the journal's tables too), while others write. Raises
        BadSetting."""
        self.db.backup(to)

    def check(self) -> Health:
        """Whether the table, its word index, its vectors and the graph say the same."""
        return check(self.db, self._nearest)

    def reindex(self, threads: int = 1, progress: Progress | None = None) -> bool:
        """Make or extend the derived graph now, however few records there are. False: another
        process is at it."""
        return self._nearest.build(threads, progress)

    def embed_missing(self, progress: Progress | None = None) -> None:
        """Embed what has no vector of this model yet; `progress` is told how many of how many.
        Raises EmbeddingDown; what was embedded stays."""
        self._behind.embed(progress)

    def add_now(self, records: Sequence[MemoryRecord]) -> int:
        """As `add`; how many were new."""
        vectors = self._embedded(records)
        with self.db.writing():
            return self._insert(records, vectors)

    def _embedded(self, records: Sequence[MemoryRecord]) -> Bytes | None:
        """None: there is no embedding now."""
        try:
            return packed(self._vectors([record.text for record in records]))
        except EmbeddingDown:
            return None

    def _vectors(self, texts: Sequence[str]) -> Vectors:
        """As `Embedding.embed`; down is an endpoint, too, that has another model of that name now:
        what it says cannot be compared with what it said."""
        vectors = self.embedding.embed(texts)
        if vectors.shape[1] != self._nearest.dimension:
            raise EmbeddingDown(
                "{name} gives {dimensions} numbers for a text now, and gave"
                " {dimension} before. Call the new model by another name.",
                name=self.embedding.name,
                dimensions=vectors.shape[1],
                dimension=self._nearest.dimension,
            )
        return vectors

    def _insert(
        self,
        records: Sequence[MemoryRecord],
        vectors: Bytes | None,
        wanted: Callable[[MemoryRecord], bool] = lambda _: True,
    ) -> int:
        """Inside a transaction. How many of the `wanted` were new."""
        new, current = 0, vectors is not None and table.is_current(self.db, self._model)
        for row, record in enumerate(records):
            key = table.insert(self.db, record) if wanted(record) else None
            new += key is not None
            if key is not None and vectors is not None and current:
                table.put_vector(self.db, key, self._model, vectors[row].tobytes())
        if new and not current:
            self._behind.begin()
        return new

    def recall_now(
        self, query: str, limit: int = 8, wanted: Wanted | None = None
    ) -> list[Recalled]:
        """As `recall`."""
        items, raw = self.looked_up(query, wanted)
        hits = recall.ranked(items, raw, self.weights, limit)
        records = self._records([hit.key for hit in hits])
        cosines: list[float] = raw[:, NAMES.index("meaning")].tolist()
        near = dict(zip(items.keys, cosines, strict=True))
        return [
            Recalled(records[hit.key], hit.score, round(near[hit.key], 4))
            for hit in hits
            if hit.key in records  # one may have been forgotten since
        ]

    def looked_up(self, query: str, wanted: Wanted | None = None) -> tuple[Items, Column]:
        """Every candidate for an answer, what stands beside it, and their features: what `recall`
        ranks, and what weights are learnt from."""
        wanted = wanted or Wanted()
        try:
            vector = self._vectors([query])[0]
        except EmbeddingDown:
            vector = None
        with self.db.reading():
            if vector is not None and not (vector.any() and table.is_current(self.db, self._model)):
                vector = None
            asked, items, store = self._candidates.prepared(query, vector, wanted)
        return items, raw_features(asked, items, store, self._known.near)

    def _records(self, keys: Sequence[int]) -> dict[int, MemoryRecord]:
        if not keys:
            return {}
        sql = f"SELECT m.key, {COLUMNS} FROM memory m WHERE m.key IN ({marks(len(keys))})"
        return {row[0]: record_of(row[1:]) for row in self.db.rows(sql, *keys)}

    def _all_records(self) -> Iterator[MemoryRecord]:
        last = 0
        sql = f"SELECT m.key, {COLUMNS} FROM memory m WHERE m.key > ? ORDER BY m.key LIMIT 1000"
        while page := self.db.rows(sql, last):
            yield from (record_of(row[1:]) for row in page)
            last = page[-1][0]
