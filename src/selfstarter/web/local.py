"""Search in folders of one's own: passages by words (SQLite FTS5), indexed when they are asked for.

The index is a copy of what the files say: it lies beside the journal, for its owner only, and
follows the files by their sizes and times. It may be deleted at any time.
"""

import json
import re
from asyncio import to_thread
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw

from selfstarter.core.errors import ToolFailed
from selfstarter.core.pages import Found, Hit, Place
from selfstarter.core.redaction import Redact, unchanged
from selfstarter.web.tables import rows, table

PASSAGE = 110
"""Words of a passage: long enough to be understood alone."""
OVERLAP = 20
"""Words that two neighbours share, so that a sentence is whole in one of them."""
MOST_FILES = 20_000
MOST_BYTES = 2 << 20
SCHEMA = """
CREATE TABLE IF NOT EXISTS files(
    place TEXT, path TEXT, size INTEGER, time INTEGER, first INTEGER, last INTEGER,
    PRIMARY KEY (place, path)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_passage ON files(first);
CREATE VIRTUAL TABLE IF NOT EXISTS passages USING fts5(
    words, tokenize = 'porter unicode61 remove_diacritics 2'
);
"""
"""A file's passages are the rows `first` to `last`."""
BEST = """
SELECT files.place, files.path, passages.words FROM passages
JOIN files ON passages.rowid BETWEEN files.first AND files.last
WHERE passages MATCH ? AND files.place IN (SELECT value FROM json_each(?))
ORDER BY bm25(passages) LIMIT ?
"""
COMMON = frozenset(
    "a about an and are as at be by can do does for from had has have how i in is it its of on or"  # noqa: SIM905
    " that the their there this to was were what when where which who why will with".split()
)


@dataclass(frozen=True, slots=True)
class LocalDocuments:
    """Port `Search`."""

    folders: Sequence[Place]
    text: Callable[[str, bytes], str]
    """(path, bytes) to text. Raises ToolFailed: it holds none."""
    file: Path
    redact: Redact = unchanged
    """Takes out what must not reach the disk."""

    async def search(self, query: str, count: int) -> Found:
        return await to_thread(self._search, query, count)

    def _search(self, query: str, count: int) -> Found:
        wanted, hits = question(query), list[Hit]()
        called = {folder.path: folder.called for folder in self.folders}
        try:
            with table(self.file, SCHEMA) as db:
                for folder in self.folders:
                    self._follow(db, folder)
                places = json.dumps(list(called))
                for place, path, words in rows(db, BEST, wanted, places, count) if wanted else ():
                    name = f"{called[place]}{path}"
                    hits.append(Hit(name, name, words))
        except (apsw.Error, OSError) as error:
            raise ToolFailed(f"The index of the folders cannot be used: {error}.") from error
        if not hits:
            raise ToolFailed(
                f"The folders on this machine hold nothing about {query[:200]!r}.",
                "empty",
                "Ask with other words.",
            )
        return Found(tuple(hits), "local", private=True)

    def _follow(self, db: apsw.Connection, folder: Place) -> None:
        """Bring the index to what the folder holds now, whole or not at all."""
        now = dict(list(folder.files.stamps().items())[:MOST_FILES])
        known = rows(db, "SELECT * FROM files WHERE place = ?", folder.path)
        gone = [row for row in known if now.get(row[1]) != (row[2], row[3])]
        kept = {row[1] for row in known} - {row[1] for row in gone}
        new = [path for path in now if path not in kept]
        if not gone and not new:
            return
        with db:
            for _, path, _, _, first, last in gone:
                rows(db, "DELETE FROM passages WHERE rowid BETWEEN ? AND ?", first, last)
                rows(db, "DELETE FROM files WHERE place = ? AND path = ?", folder.path, path)
            for path in new:
                self._add(db, folder, path, *now[path])

    def _add(self, db: apsw.Connection, folder: Place, path: str, size: int, time: int) -> None:
        try:
            text = self.redact(self.text(path, folder.files.read(path, MOST_BYTES)))
        except ToolFailed:  # not text: nothing to find in it
            text = ""
        first = last = rows(db, "SELECT ifnull(max(last), 0) + 1 FROM files")[0][
            0
        ]  # a file without text has a row that is not there
        for last, words in enumerate(passages(text), first):
            rows(db, "INSERT INTO passages (rowid, words) VALUES (?, ?)", last, words)
        row = (folder.path, path, size, time, first, last)
        rows(db, "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)", *row)


def passages(text: str) -> Iterator[str]:
    words = text.split()
    for start in range(0, max(1, len(words) - OVERLAP), PASSAGE - OVERLAP):
        if piece := words[start : start + PASSAGE]:
            yield " ".join(piece)


def question(query: str) -> str:
    """As FTS5 asks: any of the words, the rare ones weigh most. Empty: there is no word in it."""
    words = dict.fromkeys(re.findall(r"\w+", query.lower()))
    telling = [word for word in words if word not in COMMON] or list(words)
    return " OR ".join(f'"{word}"' for word in telling[:40])
