"""The door of the long-term memory. Importing this module loads numpy: do it late."""

from pathlib import Path

from selfstarter.memory.embed import Embedding
from selfstarter.memory.sqlite import SqliteDatabase
from selfstarter.memory.store import MemoryStore


def open_memory(home: Path, embedding: Embedding | None = None) -> MemoryStore:
    """The memory in the folder `home`; `embedding`: the static one that is built in. Raises
    BadSetting."""
    return MemoryStore(SqliteDatabase(home / "journal.db"), embedding)
