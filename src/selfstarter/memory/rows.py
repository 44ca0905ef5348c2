"""SQLite as this room uses it: one way to ask, one way to write, tables brought up to date."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from selfstarter.core.errors import BadSetting
from selfstarter.memory.migrations import STEPS

BUSY_MS = 10_000
CACHE_KIB = 65_536
MMAP_BYTES = 2 << 30

Value = str | int | float | bytes


def connect(file: Path) -> apsw.Connection:
    """Raises BadSetting: the file is no database of ours, is damaged, or cannot be written."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        db = apsw.Connection(str(file))
        file.chmod(0o600)
        db.set_busy_timeout(BUSY_MS)
        rows(db, "PRAGMA journal_mode = wal")
        # FULL: what was acknowledged survives a power cut (sqlite.org/pragma.html).
        rows(db, "PRAGMA synchronous = full")
        rows(db, "PRAGMA secure_delete = on")
        rows(db, f"PRAGMA cache_size = -{CACHE_KIB}")
        rows(db, f"PRAGMA mmap_size = {MMAP_BYTES}")
        migrate(db)
    except (apsw.Error, OSError) as error:
        raise BadSetting(
            f"The memory in {file} cannot be used: {error}. Choose another folder with --home, or"
            " move the file away."
        ) from error
    return db


def migrate(db: apsw.Connection) -> None:
    with writing(db):
        rows(db, "CREATE TABLE IF NOT EXISTS memory_meta(name TEXT PRIMARY KEY, value INTEGER)")
        done = meta(db, "version")
        if done > len(STEPS):
            raise BadSetting(
                f"The memory was written by a newer release (schema {done}, this one knows"
                f" {len(STEPS)}). Update selfstarter, or use another --home."
            )
        for step in STEPS[done:]:
            rows(db, step)
        if done < len(STEPS):
            set_meta(db, "version", len(STEPS))


def rows(db: apsw.Connection, sql: str, *values: Value) -> list[Any]:
    """Every row. The one place that calls apsw, whose stubs name a type that 3.11 lacks."""
    return db.execute(sql, values).fetchall()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def many(db: apsw.Connection, sql: str, values: Sequence[tuple[Value, ...]]) -> None:
    db.executemany(sql, values)  # pyright: ignore[reportUnknownMemberType]


def one(db: apsw.Connection, sql: str, *values: Value) -> Any:
    """The first column of the first row."""
    return rows(db, sql, *values)[0][0]


def meta(db: apsw.Connection, name: str) -> int:
    found = rows(db, "SELECT value FROM memory_meta WHERE name = ?", name)
    return found[0][0] if found else 0


def set_meta(db: apsw.Connection, name: str, value: int) -> None:
    rows(db, "INSERT OR REPLACE INTO memory_meta(name, value) VALUES (?, ?)", name, value)


@contextmanager
def writing(db: apsw.Connection) -> Generator[None]:
    """One transaction, durable at its end; nothing of it where it fails."""
    rows(db, "BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        rows(db, "ROLLBACK")
        raise
    rows(db, "COMMIT")


@contextmanager
def reading(db: apsw.Connection) -> Generator[None]:
    """All that is asked inside sees the file as it was at one moment."""
    rows(db, "BEGIN")
    try:
        yield
    finally:
        rows(db, "COMMIT")


def marks(count: int) -> str:
    return ",".join("?" * count)
