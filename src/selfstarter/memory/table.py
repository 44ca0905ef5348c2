"""The memory's tables, row by row; inside a transaction."""

from collections.abc import Sequence
from typing import Any

from selfstarter.core.ports import MemoryRecord
from selfstarter.memory.database import Database
from selfstarter.memory.embed import Embedding
from selfstarter.memory.wanted import marks

FIELDS = tuple(MemoryRecord.__dataclass_fields__)
COLUMNS = ", ".join(f"m.{name}" for name in FIELDS)
USED = """
    UPDATE memory SET uses = uses + 1, helped = helped + ?,
        used_at = CASE WHEN used_at < ? THEN ? ELSE used_at END
    WHERE id = ?
"""


def enrol(db: Database, embedding: Embedding) -> tuple[int, int]:
    """The number of this embedding, and its dimension. Where the last one used was another it gets
    a new number, and then every record is to be embedded anew. Raises EmbeddingDown: it is new
    here, and does not answer."""
    if known := enrolled(db, embedding):
        return known
    dimension = embedding.dimension  # may take long: not in a transaction
    with db.writing():
        if known := enrolled(db, embedding):
            return known
        sql = "INSERT INTO memory_model(name, dimension) VALUES (?, ?) RETURNING model"
        return db.one(sql, embedding.name, dimension), dimension


def enrolled(db: Database, embedding: Embedding) -> tuple[int, int] | None:
    sql = "SELECT model, dimension, name FROM memory_model ORDER BY model DESC LIMIT 1"
    for model, dimension, name in db.rows(sql):
        if name == embedding.name:
            return model, dimension
    return None


def is_current(db: Database, model: int) -> bool:
    """False: another process has gone over to another embedding since. Then the vectors are its
    own, and this one goes by words alone."""
    return db.one("SELECT max(model) FROM memory_model") == model


def insert(db: Database, record: MemoryRecord) -> int | None:
    """Its key; None: it is there already."""
    # Not ON CONFLICT: in Postgres each conflict would use up a key.
    if db.rows("SELECT 1 FROM memory WHERE id = ?", record.id):
        return None
    sql = f"INSERT INTO memory({', '.join(FIELDS)}) VALUES ({marks(len(FIELDS))}) RETURNING key"
    values = (getattr(record, name) for name in FIELDS)
    key: int = db.one(sql, *(int(v) if isinstance(v, bool) else v for v in values))
    db.put_words(key, record.text)
    return key


def renew_vector(db: Database, key: int, model: int, vector: bytes) -> None:
    """It gets a new place, so that whoever follows the table sees it."""
    db.rows("DELETE FROM memory_vector WHERE key = ?", key)
    put_vector(db, key, model, vector)


def put_vector(db: Database, key: int, model: int, vector: bytes) -> None:
    """Of a record that has none."""
    sql = "INSERT INTO memory_vector(key, model, vector) VALUES (?, ?, ?)"
    db.rows(sql, key, model, db.form.put(vector))


def supersede(db: Database, changes: Sequence[tuple[str, str]]) -> None:
    """`changes`: (what holds instead, the record's id)."""
    db.many("UPDATE memory SET superseded_by = ? WHERE id = ?", changes)


def use(db: Database, ids: Sequence[str], helped: bool, at: float) -> None:
    db.many(USED, [(int(helped), at, at, id) for id in ids])


def record_of(row: Sequence[Any]) -> MemoryRecord:
    fields: dict[str, Any] = dict(zip(FIELDS, row, strict=True))
    fields["trusted"] = bool(fields["trusted"])
    return MemoryRecord(**fields)
