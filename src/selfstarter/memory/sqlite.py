"""The long-term memory in SQLite: records, their words and their vectors in one file.

`open_memory(home)` is the door. The file is the journal's own, so that what is copied or lost is
copied or lost together; the tables and their version are the memory's.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import apsw
from pydantic import TypeAdapter, ValidationError

from selfstarter.core.errors import BadSetting, EmbeddingDown, MemoryDown
from selfstarter.core.ports import MemoryKind, MemoryRecord, Recalled
from selfstarter.core.redaction import Redact, unchanged
from selfstarter.memory import recall
from selfstarter.memory.candidates import Candidates, Wanted
from selfstarter.memory.consolidate import Change, consolidated
from selfstarter.memory.embed import Embedding, KnownWords, WordLlama
from selfstarter.memory.features import NAMES, Column, Items, raw_features
from selfstarter.memory.learn import Learnt
from selfstarter.memory.rows import connect, many, marks, one, reading, rows, writing
from selfstarter.memory.table import COLUMNS, enrol, insert, put_vector, record_of
from selfstarter.memory.vectors import SCAN_AT_MOST, Bytes, Nearest, packed
from selfstarter.memory.weights import WEIGHTS

EMBED_AT_ONCE = 256
RECENT = 5_000
"""Records, the newest, that are compared with what was just filed."""

RECORD = TypeAdapter(MemoryRecord)
USED = """
    UPDATE memory SET uses = uses + 1, helped = helped + ?, used_at = max(used_at, ?) WHERE id = ?
"""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Health:
    """What `check` found."""

    records: int
    embedded: int
    """With a vector of the model in use; the others are found by words alone until they are."""
    in_graph: int
    """In the derived index file; the rest is scanned."""
    problems: tuple[str, ...]
    """Empty: table and indexes agree."""


def open_memory(home: Path, embedding: Embedding | None = None) -> "SqliteMemory":
    """The memory in the folder `home`; `embedding`: the static one that is built in. Raises
    BadSetting. Importing this module loads numpy: do it late."""
    return SqliteMemory(home / "journal.db", embedding)


class SqliteMemory:
    """The port `Memory`, and what a person needs beside it. Any number of processes may open a
    file; one writes at a time and the others wait for it. Methods may be called from any thread.

    Records that have no vector of this embedding yet (another model was used before, or the
    endpoint was down) are embedded by a thread behind; until then words alone find them.
    """

    def __init__(
        self,
        file: Path,
        embedding: Embedding | None = None,
        *,
        scan_at_most: int = SCAN_AT_MOST,
        weights: Mapping[str, float] = WEIGHTS,
    ) -> None:
        self.file = file
        self.weights = weights
        self.embedding: Embedding = embedding or WordLlama()
        self._db = connect(file)
        self._lock = threading.RLock()
        self._model = enrol(self._db, self.embedding)
        self._nearest = Nearest(file, self._model, self.embedding.dimension, scan_at_most)
        self._candidates = Candidates(self._db, self._nearest)
        lexicon = self.embedding if isinstance(self.embedding, WordLlama) else WordLlama()
        self._known = KnownWords(lexicon)
        self._closing = threading.Event()
        self._embedder: threading.Thread | None = None
        if self._unembedded():
            self._embed_behind()

    # ── the port ─────────────────────────────────────────────────────────────────────────────

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
        try:
            return await asyncio.to_thread(self.recall_now, query, limit, wanted)
        except apsw.Error as error:
            raise MemoryDown(
                f"The memory in {self.file} cannot be read: {error}. `selfstarter memory stats`"
                " says more; an export can be taken in with `selfstarter memory import`."
            ) from error

    async def get(self, id: str) -> MemoryRecord | None:
        with self._lock:
            found = rows(self._db, f"SELECT {COLUMNS} FROM memory m WHERE id = ?", id)
        return record_of(found[0]) if found else None

    async def supersede(self, id: str, by: str) -> None:
        with self._lock:
            rows(self._db, "UPDATE memory SET superseded_by = ? WHERE id = ?", by, id)

    async def used(self, ids: Sequence[str], helped: bool) -> None:
        with self._lock, writing(self._db):
            many(self._db, USED, [(int(helped), time.time(), id) for id in ids])

    async def forget(self, ids: Sequence[str]) -> None:
        with self._lock:
            with writing(self._db):
                before = one(self._db, "SELECT count(*) FROM memory")
                many(self._db, "DELETE FROM memory WHERE id = ?", [(id,) for id in ids])
                # A journal that is filed anew must not bring them back.
                many(self._db, "INSERT OR IGNORE INTO memory_gone VALUES (?)", [(i,) for i in ids])
                if one(self._db, "SELECT count(*) FROM memory") == before:
                    return
                self._nearest.give_up_graph(self._db)
            # What is gone must not stay readable in the log of the writes.
            rows(self._db, "PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """What a thread behind has not finished, the next process takes up."""
        self._closing.set()
        self._nearest.close()
        if self._embedder is not None:
            await asyncio.to_thread(self._embedder.join)
        with self._lock:
            self._db.close()

    # ── what runs leave ──────────────────────────────────────────────────────────────────────

    def filed(self) -> Mapping[str, int]:
        """Run -> the last event of its journal that has been filed."""
        with self._lock:
            return dict(rows(self._db, "SELECT run_id, seq FROM memory_filed"))

    def file_run(self, run_id: str, learnt: Learnt) -> int:
        """All that lies beyond what was filed of this run, at once or not at all; how many records
        were new. A crash before it loses nothing, for the journal is read again; a second time
        does nothing. What a person has forgotten does not come back."""
        vectors = self._embedded(learnt.records)
        with self._lock, writing(self._db):
            found = rows(self._db, "SELECT seq FROM memory_filed WHERE run_id = ?", run_id)
            last = found[0][0] if found else 0
            gone = {row[0] for row in rows(self._db, "SELECT id FROM memory_gone")}
            new = self._insert(learnt.records, vectors, lambda r: r.seq > last and r.id not in gone)
            for use in learnt.uses:
                if use.seq > last:
                    many(self._db, USED, [(int(use.helped), use.at, id) for id in use.ids])
            sql = "INSERT OR REPLACE INTO memory_filed(run_id, seq) VALUES (?, ?)"
            rows(self._db, sql, run_id, max(last, learnt.seq))
        return new

    def consolidate(self, now: float, among: int = RECENT) -> Sequence[Change]:
        """Take out of recall what no longer holds, among so many of the newest records; all of it
        or nothing. `now`: Unix seconds. Returns what was changed, and why."""
        with self._lock, writing(self._db):
            changes = consolidated(self.records(among), now)
            sql = "UPDATE memory SET superseded_by = ? WHERE id = ?"
            many(self._db, sql, [(change.by, change.id) for change in changes])
        return changes

    def unfile(self) -> None:
        """All journals are to be filed anew: records stay as they are, uses are counted again."""
        with self._lock, writing(self._db):
            rows(self._db, "DELETE FROM memory_filed")
            rows(self._db, "UPDATE memory SET uses = 0, helped = 0, used_at = 0")

    # ── for a person ─────────────────────────────────────────────────────────────────────────

    def records(
        self, limit: int = 50, kinds: Sequence[MemoryKind] = (), history: bool = False
    ) -> Sequence[MemoryRecord]:
        """The newest first; `history`: superseded ones too."""
        where, values = Wanted(tuple(kinds)).sql(history)
        sql = f"SELECT {COLUMNS} FROM memory m WHERE {where} ORDER BY m.at DESC, m.key DESC LIMIT ?"
        with self._lock:
            return [record_of(row) for row in rows(self._db, sql, *values, limit)]

    def find(self, prefix: str) -> Sequence[MemoryRecord]:
        """Those whose id begins so, at most ten."""
        sql = f"SELECT {COLUMNS} FROM memory m WHERE id >= ? AND id < ? ORDER BY id LIMIT 10"
        with self._lock:
            return [record_of(row) for row in rows(self._db, sql, prefix, prefix + "\U0010ffff")]

    def export(self, to: Path) -> int:
        """Every record, history too, one JSON object a line; how many. Vectors are left out: they
        are made anew where the file is taken in."""
        count = 0
        try:
            with to.open("w", encoding="utf-8") as file:
                to.chmod(0o600)
                for record in self._all_records():
                    file.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")
                    count += 1
        except OSError as error:
            raise BadSetting(f"{to} cannot be written: {error}") from error
        return count

    def replace_now(self, id: str, by: MemoryRecord) -> None:
        """`by` holds instead of the record `id`, which stays as history; both or neither."""
        vectors = self._embedded([by])
        with self._lock, writing(self._db):
            self._insert([by], vectors)
            rows(self._db, "UPDATE memory SET superseded_by = ? WHERE id = ?", by.id, id)

    def take_in(self, source: Path, redact: Redact = unchanged) -> int:
        """Records of an `export`; how many were new. Raises BadSetting: a line is not a record,
        and then nothing of the file is taken."""
        read: list[MemoryRecord] = []
        try:
            text = source.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(f"{source} cannot be read: {error}") from error
        for number, line in enumerate(text.split("\n"), 1):
            if not line.strip():
                continue
            try:
                record = RECORD.validate_json(line)
            except ValidationError as error:
                raise BadSetting(f"{source}, line {number} is no record: {error}") from error
            read.append(replace(record, text=redact(record.text), source=redact(record.source)))
        return self.add_now(read)

    def backup(self, to: Path) -> None:
        """A copy of the whole file (the journal's tables too), while others write."""
        try:
            with closing(apsw.Connection(str(to))) as copy:
                to.chmod(0o600)
                with self._lock, copy.backup("main", self._db, "main") as work:
                    work.step()
        except (apsw.Error, OSError) as error:
            raise BadSetting(f"The copy {to} cannot be written: {error}") from error

    def check(self) -> Health:
        """Whether the table, its word index, its vectors and the graph say the same."""
        problems: list[str] = []
        with self._lock, writing(self._db):  # one state for all, whoever writes
            said = one(self._db, "PRAGMA quick_check(1)")
            if said != "ok":
                problems.append(f"the file is damaged: {said}")
            try:
                sql = "INSERT INTO memory_text(memory_text, rank) VALUES ('integrity-check', 1)"
                rows(self._db, sql)
            except apsw.Error as error:
                problems.append(f"the word index does not hold what the table holds: {error}")
            sql = "SELECT count(*) FROM memory_vector WHERE key NOT IN (SELECT key FROM memory)"
            if stray := one(self._db, sql):
                problems.append(f"{stray} vectors belong to no record")
            sql = "SELECT count(*) FROM memory_vector WHERE model = ? AND length(vector) != ?"
            if odd := one(self._db, sql, self._model, self.embedding.dimension):
                problems.append(f"{odd} vectors are not {self.embedding.dimension} numbers long")
            self._nearest.sync(self._db)
            held = one(self._db, "SELECT count(*) FROM memory")
            sql = "SELECT count(*) FROM memory_vector WHERE model = ?"
            embedded = one(self._db, sql, self._model)
            if len(self._nearest) != embedded:
                problems.append(f"the index holds {len(self._nearest)} of {embedded} vectors")
        return Health(held, embedded, self._nearest.in_graph, tuple(problems))

    def reindex(self, threads: int = 1, progress: Progress | None = None) -> bool:
        """Make or extend the derived graph now, however few records there are. False: another
        process is at it."""
        return self._nearest.build(threads, progress)

    def embed_missing(self, progress: Progress | None = None) -> None:
        """Embed what has no vector of this model yet; `progress` is told how many of how many.
        Raises EmbeddingDown; what was embedded stays."""
        with closing(connect(self.file)) as db:
            self._embed_all(db, progress)

    # ── adding ───────────────────────────────────────────────────────────────────────────────

    def add_now(self, records: Sequence[MemoryRecord]) -> int:
        """As `add`; how many were new."""
        vectors = self._embedded(records)
        with self._lock, writing(self._db):
            return self._insert(records, vectors)

    def _embedded(self, records: Sequence[MemoryRecord]) -> Bytes | None:
        """None: there is no embedding now."""
        try:
            return packed(self.embedding.embed([record.text for record in records]))
        except EmbeddingDown:
            return None

    def _insert(
        self,
        records: Sequence[MemoryRecord],
        vectors: Bytes | None,
        wanted: Callable[[MemoryRecord], bool] = lambda _: True,
    ) -> int:
        """Inside a transaction. How many of the `wanted` were new."""
        new, current = 0, vectors is not None and self._is_current(self._db)
        for row, record in enumerate(records):
            key = insert(self._db, record) if wanted(record) else None
            new += key is not None
            if key is not None and vectors is not None and current:
                put_vector(self._db, key, self._model, vectors[row].tobytes())
        if new and not current:
            self._embed_behind()
        return new

    def _is_current(self, db: apsw.Connection) -> bool:
        """False: another process has gone over to another embedding since. Then the vectors are
        its own, and this one goes by words alone."""
        return one(db, "SELECT max(model) FROM memory_model") == self._model

    def _unembedded(self) -> int:
        sql = "SELECT count(*) FROM memory_vector WHERE model = ?"
        with self._lock:
            embedded = one(self._db, sql, self._model)
            return one(self._db, "SELECT count(*) FROM memory") - embedded

    def _embed_behind(self) -> None:
        if self._embedder is None or not self._embedder.is_alive():
            self._embedder = threading.Thread(target=self._embed_quietly, daemon=True)
            self._embedder.start()

    def _embed_quietly(self) -> None:
        # Recall goes on by words; the next process, or the next add, tries again.
        try:
            self.embed_missing()
        except (EmbeddingDown, BadSetting, apsw.Error):
            return

    def _embed_all(self, db: apsw.Connection, progress: Progress | None) -> None:
        sql = """
            SELECT m.key, m.text FROM memory m LEFT JOIN memory_vector v ON v.key = m.key
            WHERE m.key > ? AND (v.model IS NULL OR v.model != ?) ORDER BY m.key LIMIT ?
        """
        last, done = 0, one(db, "SELECT count(*) FROM memory_vector WHERE model = ?", self._model)
        while some := rows(db, sql, last, self._model, EMBED_AT_ONCE):
            if self._closing.is_set() or not self._is_current(db):
                return
            vectors = packed(self.embedding.embed([text for _, text in some]))
            with writing(db):
                if not self._is_current(db):
                    return
                for (key, _), vector in zip(some, vectors, strict=True):
                    if rows(db, "SELECT 1 FROM memory WHERE key = ?", key):  # not forgotten since
                        put_vector(db, key, self._model, vector.tobytes())
            last = some[-1][0]
            done += len(some)
            if progress:
                progress(done, one(db, "SELECT count(*) FROM memory"))

    # ── recalling ────────────────────────────────────────────────────────────────────────────

    def recall_now(
        self, query: str, limit: int = 8, wanted: Wanted | None = None
    ) -> list[Recalled]:
        """As `recall`."""
        items, raw = self.looked_up(query, wanted)
        hits = recall.ranked(items, raw, self.weights, limit)
        with self._lock:
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
            vector = self.embedding.embed([query])[0]
        except EmbeddingDown:
            vector = None
        with self._lock, reading(self._db):
            if vector is not None and not (vector.any() and self._is_current(self._db)):
                vector = None
            asked, items, store = self._candidates.prepared(query, vector, wanted)
        return items, raw_features(asked, items, store, self._known.near)

    def _records(self, keys: Sequence[int]) -> dict[int, MemoryRecord]:
        sql = f"SELECT m.key, {COLUMNS} FROM memory m WHERE m.key IN ({marks(len(keys))})"
        return {row[0]: record_of(row[1:]) for row in rows(self._db, sql, *keys)}

    def _all_records(self) -> Iterator[MemoryRecord]:
        last = 0
        sql = f"SELECT m.key, {COLUMNS} FROM memory m WHERE m.key > ? ORDER BY m.key LIMIT 1000"
        while True:
            with self._lock:
                page = rows(self._db, sql, last)
            if not page:
                return
            yield from (record_of(row[1:]) for row in page)
            last = page[-1][0]
