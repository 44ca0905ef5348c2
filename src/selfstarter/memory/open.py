"""The door of the long-term memory: the file of this machine, or the database of many.

Importing this module loads numpy: do it late.
"""

from pathlib import Path

from selfstarter.core.errors import BadSetting
from selfstarter.memory.embed import Embedding
from selfstarter.memory.sqlite import SqliteDatabase
from selfstarter.memory.store import MemoryStore


def open_memory(home: Path, database: str = "", embedding: Embedding | None = None) -> MemoryStore:
    """`database`: URL of a Postgres; empty: SQLite in `home`. `embedding`: the static one that is
    built in. Raises BadSetting, and as `MemoryStore`."""
    if not database:
        return MemoryStore(SqliteDatabase(home / "journal.db"), embedding)
    try:
        from selfstarter.memory.postgres import PostgresDatabase
    except ImportError as error:
        raise BadSetting(
            "A memory in Postgres needs psycopg: pip install 'selfstarter[postgres]'."
        ) from error
    return MemoryStore(PostgresDatabase(database), embedding)
