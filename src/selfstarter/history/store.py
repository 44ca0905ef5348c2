"""Snapshots of one run's workspace in one SQLite file of the run's folder: contents by their
digest, and trees, which say what lay where. Nothing of it lies in the workspace."""

import hashlib
import json
import os
import sqlite3
import threading
import zlib
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from selfstarter.core.errors import BadSetting, JournalDown

FILE = "snapshots.db"
CHAIN = 32
"""Trees that are kept as a difference to the one before, until one is kept whole again."""
BUSY_S = 10.0

SCHEMA = """
CREATE TABLE IF NOT EXISTS blobs(digest TEXT PRIMARY KEY, size INTEGER NOT NULL,
                                 body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS trees(id TEXT PRIMARY KEY, base TEXT NOT NULL, depth INTEGER NOT NULL,
                                 body BLOB NOT NULL) WITHOUT ROWID;
"""


Kind = Literal["file", "program", "link", "out"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What lies at a path."""

    kind: Kind
    """A link is kept as its target, never followed. out: it is there, and was not kept."""
    digest: str
    """sha256 of the content, in hex; of what is left out: why."""
    size: int = 0
    """In bytes."""


Tree = Mapping[str, Entry]
Said = tuple[Kind, str, int]
"""An entry as it is written down."""
REST = "*"
"""The path under which a tree says that it does not hold all there was."""


def id_of(tree: Tree) -> str:
    """The same for the same files, in whatever run."""
    lines = (f"{path}\0{e.kind}\0{e.digest}\0{e.size}\n" for path, e in sorted(tree.items()))
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def differing(before: Tree, after: Tree) -> list[str]:
    """Paths, sorted."""
    return sorted(p for p in {*before, *after} if before.get(p) != after.get(p))


def difference(before: Tree, after: Tree) -> dict[str, Said | None]:
    """As it is written down: what lies at each path that differs; None: nothing."""
    return {
        path: (entry.kind, entry.digest, entry.size) if (entry := after.get(path)) else None
        for path in differing(before, after)
    }


def alter(tree: dict[str, Entry], said: Mapping[str, Said | None]) -> None:
    """By a difference, as it was read."""
    for path, entry in said.items():
        tree.pop(path, None)
        if entry is not None:
            tree[path] = Entry(*entry)


class SnapshotStore:
    """Used from one thread at a time of any thread; readers in other processes are welcome.

    Raises BadSetting: the file cannot be used.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.RLock()
        try:
            os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            self._db = sqlite3.connect(file, BUSY_S, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = wal")
            self._db.execute("PRAGMA synchronous = full")
            self._db.executescript(SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise BadSetting(
                "The snapshots {file} cannot be used: {error}.", file=file, error=error
            ) from error

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def writing(self) -> Generator[None]:
        """All that is kept inside becomes durable together, or not at all. Raises JournalDown."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if not isinstance(error, sqlite3.Error):
                    raise
                raise JournalDown(
                    "The workspace cannot be kept in {file}: {error}. Make room on the disk"
                    " and resume the run; everything up to here is saved.",
                    file=self.file,
                    error=error,
                ) from error

    def keep(self, digest: str, data: bytes) -> None:
        """One that is there already is left as it is."""
        if self._one("SELECT 1 FROM blobs WHERE digest = ?", digest):
            return
        packed = zlib.compress(data, 1)
        sql = "INSERT INTO blobs(digest, size, body) VALUES (?, ?, ?)"
        self._db.execute(sql, (digest, len(data), packed if len(packed) < len(data) else data))

    def keep_tree(self, tree: Tree, base: str = "", before: Tree = MappingProxyType({})) -> str:
        """`before`: the tree `base`, against which this one is written down. Returns its id."""
        id = id_of(tree)
        if self._one("SELECT 1 FROM trees WHERE id = ?", id):
            return id
        row = self._one("SELECT depth FROM trees WHERE id = ?", base)
        depth = row[0] + 1 if row else 0
        if not row or depth >= CHAIN:
            base, depth = "", 0
        before = before if base and before else {}
        body = zlib.compress(json.dumps(difference(before, tree)).encode(), 1)
        sql = "INSERT INTO trees(id, base, depth, body) VALUES (?, ?, ?, ?)"
        self._db.execute(sql, (id, base, depth, body))
        return id

    def holds(self, id: str) -> bool:
        """Is this tree kept here? Not where another machine has pursued the run."""
        return self._one("SELECT 1 FROM trees WHERE id = ?", id) is not None

    def tree(self, id: str) -> dict[str, Entry]:
        """Raises BadSetting: it is not kept here."""
        steps: list[Mapping[str, Said | None]] = []
        while True:
            row = self._one("SELECT base, body FROM trees WHERE id = ?", id)
            if row is None:
                raise BadSetting("The snapshot {id} is not in {file}.", id=id, file=self.file)
            steps.append(json.loads(zlib.decompress(row[1])))
            if not (id := row[0]):
                break
        found: dict[str, Entry] = {}
        for step in reversed(steps):
            alter(found, step)
        return found

    def blob(self, digest: str) -> bytes:
        """Raises BadSetting: it is not kept here, or not as it was."""
        row = self._one("SELECT size, body FROM blobs WHERE digest = ?", digest)
        if row is None:
            raise BadSetting(
                "The content {digest}… is not in {file}.", digest=digest[:12], file=self.file
            )
        data = row[1] if len(row[1]) == row[0] else zlib.decompress(row[1])
        if hashlib.sha256(data).hexdigest() != digest:
            raise BadSetting(
                "The content {digest}… in {file} is damaged.", digest=digest[:12], file=self.file
            )
        return data

    def kept(self, digest: str) -> bytes | None:
        """The same; None: it is not."""
        try:
            return self.blob(digest)
        except BadSetting:
            return None

    def copy(self, file: Path) -> None:
        """All of it into a new file, as it is at this moment."""
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        with self._lock, closing(sqlite3.connect(file)) as other:
            self._db.backup(other)

    def _one(self, sql: str, value: str) -> tuple[Any, ...] | None:
        with self._lock:
            return self._db.execute(sql, (value,)).fetchone()
