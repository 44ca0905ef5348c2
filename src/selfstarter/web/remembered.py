"""Answers of search engines, kept for a day: the same question costs nothing again."""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import apsw

from selfstarter.core.pages import Hit
from selfstarter.core.redaction import Redact, unchanged
from selfstarter.web.tables import rows, table

FRESH_S = 24 * 3600.0
SCHEMA = """
CREATE TABLE IF NOT EXISTS answers(
    engine TEXT, query TEXT, count INTEGER, at REAL, hits TEXT, PRIMARY KEY (engine, query, count)
) WITHOUT ROWID
"""
FRESH = "SELECT hits FROM answers WHERE engine = ? AND query = ? AND count = ? AND at > ?"


@dataclass(frozen=True, slots=True)
class Answers:
    """A file that may be lost at any time: what cannot be read or written is asked again."""

    file: Path
    redact: Redact = unchanged
    """Takes out what must not reach the disk."""

    def get(self, engine: str, query: str, count: int) -> Sequence[Hit]:
        """Empty: nothing fresh is kept."""
        asked = (engine, self._key(query), count, time.time() - FRESH_S)
        try:
            with table(self.file, SCHEMA) as db:
                found = rows(db, FRESH, *asked)
            return [Hit(**one) for row in found for one in json.loads(row[0])]
        except (apsw.Error, OSError, ValueError, TypeError):
            return ()

    def keep(self, engine: str, query: str, count: int, hits: Sequence[Hit]) -> None:
        text = self.redact(json.dumps([asdict(hit) for hit in hits]))
        now = time.time()
        with suppress(apsw.Error, OSError), table(self.file, SCHEMA) as db:
            rows(db, "DELETE FROM answers WHERE at < ?", now - FRESH_S)
            row = (engine, self._key(query), count, now, text)
            rows(db, "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", *row)

    def _key(self, query: str) -> str:
        return self.redact(query.casefold())
