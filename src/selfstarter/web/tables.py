"""The SQLite files of this room: copies of what can be had again, for their owner only."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import apsw

BUSY_MS = 5_000


@contextmanager
def table(file: Path, schema: str) -> Generator[apsw.Connection, None, None]:
    """Raises apsw.Error, OSError."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(0o600)
    db = apsw.Connection(str(file))
    try:
        db.set_busy_timeout(BUSY_MS)
        rows(db, schema)
        yield db
    finally:
        db.close()


def rows(db: apsw.Connection, sql: str, *values: str | float) -> list[tuple[Any, ...]]:
    return list(cast(Any, db).execute(sql, values))
