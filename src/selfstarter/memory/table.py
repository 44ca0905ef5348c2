"""The memory's tables, row by row."""

from collections.abc import Sequence
from typing import Any

import apsw

from selfstarter.core.ports import MemoryRecord
from selfstarter.memory.embed import Embedding
from selfstarter.memory.rows import marks, one, rows, writing

FIELDS = tuple(MemoryRecord.__dataclass_fields__)
COLUMNS = ", ".join(f"m.{name}" for name in FIELDS)


def enrol(db: apsw.Connection, embedding: Embedding) -> int:
    """The number of this embedding. Where the last one used was another it gets a new number, and
    then every record is to be embedded anew."""
    with writing(db):
        last = rows(
            db, "SELECT model, name, dimension FROM memory_model ORDER BY model DESC LIMIT 1"
        )
        if last and tuple(last[0][1:]) == (embedding.name, embedding.dimension):
            return last[0][0]
        sql = "INSERT INTO memory_model(name, dimension) VALUES (?, ?) RETURNING model"
        return one(db, sql, embedding.name, embedding.dimension)


def insert(db: apsw.Connection, record: MemoryRecord) -> int | None:
    """Its key; None: it is there already."""
    into = f"memory({', '.join(FIELDS)}) VALUES ({marks(len(FIELDS))})"
    sql = f"INSERT OR IGNORE INTO {into} RETURNING key"
    found = rows(db, sql, *(getattr(record, name) for name in FIELDS))
    return found[0][0] if found else None


def put_vector(db: apsw.Connection, key: int, model: int, vector: bytes) -> None:
    sql = "INSERT OR REPLACE INTO memory_vector(key, model, vector) VALUES (?, ?, ?)"
    rows(db, sql, key, model, vector)


def record_of(row: Sequence[Any]) -> MemoryRecord:
    fields: dict[str, Any] = dict(zip(FIELDS, row, strict=True))
    fields["trusted"] = bool(fields["trusted"])
    return MemoryRecord(**fields)
