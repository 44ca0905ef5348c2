"""The long-term memory in SQLite: records, their words and their vectors in one file.

The file is the journal's own, so that what is copied or lost is copied or lost together; the tables
and their version are the memory's. Any number of processes may open it.
"""

import threading
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import apsw
from filelock import FileLock, Timeout

from selfstarter.core.errors import BadSetting, MemoryDown
from selfstarter.memory.database import Database, Value
from selfstarter.memory.features import Store
from selfstarter.memory.graph import SCAN_AT_MOST, Graph
from selfstarter.memory.migrations import SQLITE
from selfstarter.memory.wanted import SPARE, LookedUp, Wanted, marks

BUSY_MS = 10_000
CACHE_KIB = 65_536
MMAP_BYTES = 2 << 30


class SqliteDatabase(Database):
    """Raises BadSetting: the file is no database of ours, is damaged, or cannot be written."""

    AMONG = "IN (SELECT value FROM json_each(?))"

    def __init__(self, file: Path, scan_at_most: int = SCAN_AT_MOST) -> None:
        self.file = file
        self.scan_at_most = scan_at_most
        self._lock = threading.RLock()
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._db = apsw.Connection(str(file))
            file.chmod(0o600)
            self._db.set_busy_timeout(BUSY_MS)
            self._ask("PRAGMA journal_mode = wal")
            # FULL: what was acknowledged survives a power cut (sqlite.org/pragma.html).
            self._ask("PRAGMA synchronous = full")
            self._ask("PRAGMA secure_delete = on")
            self._ask(f"PRAGMA cache_size = -{CACHE_KIB}")
            self._ask(f"PRAGMA mmap_size = {MMAP_BYTES}")
            self._migrate()
        except (apsw.Error, MemoryDown, OSError) as error:
            raise BadSetting(
                "The memory in {file} cannot be used: {why}. Choose another"
                " folder with --home, or move the file away.",
                file=file,
                why=error.__cause__ or error,
            ) from error

    def _migrate(self) -> None:
        with self.writing():
            sql = "CREATE TABLE IF NOT EXISTS memory_meta(name TEXT PRIMARY KEY, value INTEGER)"
            self._ask(sql)
            done = self.meta("version")
            if done > len(SQLITE):
                raise BadSetting(
                    "The memory was written by a newer release (schema {done}, this one knows"
                    " {ours}). Update selfstarter, or use another --home.",
                    done=done,
                    ours=len(SQLITE),
                )
            for step in SQLITE[done:]:
                self._ask(step)
            if done < len(SQLITE):
                self.set_meta("version", len(SQLITE))

    def _ask(self, sql: str, *values: Value) -> list[Any]:
        """The one place that calls apsw, whose stubs name a type that 3.11 lacks."""
        return self._db.execute(sql, values).fetchall()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]

    def rows(self, sql: str, *values: Value) -> list[Any]:
        with self._telling():
            return self._ask(sql, *values)

    def many(self, sql: str, values: Sequence[tuple[Value, ...]]) -> None:
        with self._telling():
            self._db.executemany(sql, values)  # pyright: ignore[reportUnknownMemberType]

    @contextmanager
    def _telling(self) -> Generator[None]:
        try:
            with self._lock:
                yield
        except apsw.Error as error:
            raise MemoryDown(
                "The memory in {file} cannot be used: {error}. `selfstarter memory stats`"
                " says more; an export can be taken in with `selfstarter memory import`.",
                file=self.file,
                error=error,
            ) from error

    @contextmanager
    def writing(self) -> Generator[None]:
        with self._lock:
            self.rows("BEGIN IMMEDIATE")
            try:
                yield
                self.rows("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # where the disk is full, SQLite rolls back by itself
                    self.rows("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Generator[None]:
        with self._lock:
            self.rows("BEGIN")
            try:
                yield
            finally:
                self.rows("COMMIT")

    @contextmanager
    def alone(self, work: str) -> Generator[bool]:
        lock = FileLock(self.file.with_name(f"{self.file.stem}.{work}.lock"), 0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def another(self) -> "SqliteDatabase":
        return SqliteDatabase(self.file, self.scan_at_most)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def nearest(self, model: int, dimension: int) -> Graph:
        return Graph(self, self.file, model, dimension, self.scan_at_most)

    def put_words(self, key: int, text: str) -> None:
        """A trigger does it."""

    def holding(self, stem: str) -> int:
        found = self.rows("SELECT doc FROM memory_words WHERE term = ?", stem)
        return found[0][0] if found else 0

    def by_words(self, asked: LookedUp, store: Store, wanted: Wanted, count: int) -> set[int]:
        match = matching(asked)
        where, values = wanted.sql()
        sql = "SELECT rowid FROM memory_text WHERE memory_text MATCH ? ORDER BY rank LIMIT ?"
        best = [row[0] for row in self.rows(sql, match, count + SPARE)]
        sql = f"SELECT key FROM memory m WHERE key IN ({marks(len(best))}) AND {where}"
        kept = {row[0] for row in self.rows(sql, *best, *values)}
        if len(kept) >= count or len(best) < count + SPARE:
            return set([key for key in best if key in kept][:count])
        sql = f"""
            SELECT m.key FROM memory_text JOIN memory m ON m.key = memory_text.rowid
            WHERE memory_text MATCH ? AND {where} ORDER BY memory_text.rank LIMIT ?
        """
        return {row[0] for row in self.rows(sql, match, *values, count)}

    def forgotten(self) -> None:
        # Nor in the log of the writes.
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def problems(self) -> list[str]:
        problems: list[str] = []
        said = self.one("PRAGMA quick_check(1)")
        if said != "ok":
            problems.append(f"the file is damaged: {said}")
        try:
            self._ask("INSERT INTO memory_text(memory_text, rank) VALUES ('integrity-check', 1)")
        except apsw.Error as error:
            problems.append(f"the word index does not hold what the table holds: {error}")
        return problems

    def backup(self, to: Path) -> None:
        try:
            with closing(apsw.Connection(str(to))) as copy:
                to.chmod(0o600)
                with self._lock, copy.backup("main", self._db, "main") as work:
                    work.step()
        except (apsw.Error, OSError) as error:
            raise BadSetting(
                "The copy {to} cannot be written: {error}", to=to, error=error
            ) from error


def matching(asked: LookedUp) -> str:
    """The question for FTS5."""
    parts = [quoted(word.raw) for word in asked.rare]
    parts += [f"({quoted(one.raw)} AND {quoted(two.raw)})" for one, two in asked.pairs]
    return " OR ".join(parts)


def quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
