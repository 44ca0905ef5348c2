"""Which journal: the file of this machine, or the database of many."""

from pathlib import Path

from selfstarter.core.errors import BadSetting
from selfstarter.core.redaction import Redact, unchanged
from selfstarter.journal.sqlite import SqliteStore
from selfstarter.journal.store import Store


def open_store(home: Path, database: str = "", redact: Redact = unchanged) -> Store:
    """`database`: URL of a Postgres; empty: SQLite in `home`. Raises BadSetting."""
    if not database:
        return SqliteStore(home, redact)
    try:
        from selfstarter.journal.postgres import PostgresStore
    except ImportError as error:
        raise BadSetting(
            "A journal in Postgres needs psycopg: pip install 'selfstarter[postgres]'."
        ) from error
    return PostgresStore(database, home, redact)
