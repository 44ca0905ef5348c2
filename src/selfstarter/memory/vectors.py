"""The nearest vectors: an exact scan in memory, and past some size a graph in a file beside.

The table `memory_vector` is the truth. The graph is derived from it: it is made anew by itself
when it is missing, torn or of another model, and what it does not hold yet is scanned.
Vectors are kept as whole numbers from -127 to 127, each scaled by its own largest; the cosine does
not see the scale.
"""

import os
import threading
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import apsw
import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from selfstarter.memory.embed import Vectors
from selfstarter.memory.rows import connect, meta, one, rows, set_meta, writing

Keys = NDArray[np.int64]
Bytes = NDArray[np.int8]

SCAN_AT_MOST = 20_000
"""Vectors that are scanned (3 ms); more of them want a graph."""
TAIL = 0.05
"""Of what the graph holds: how many newer ones may be scanned beside it before it is extended."""
CONNECTIVITY, EXPANSION_ADD, EXPANSION_SEARCH = 16, 96, 160
PAGE = 10_000


def packed(vectors: Vectors) -> Bytes:
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    return np.rint(vectors * (127 / np.where(largest > 0, largest, 1))).astype(np.int8)


def unpacked(vectors: Bytes) -> Vectors:
    """At length 1."""
    wide = vectors.astype(np.float32)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    return np.asarray(wide / np.where(lengths > 0, lengths, 1), np.float32)


def unpacked_all(vectors: Sequence[bytes], dimension: int) -> Vectors:
    return unpacked(np.frombuffer(b"".join(vectors), np.int8).reshape(len(vectors), dimension))


class Nearest:
    """The vectors of one model, as the file holds them at each `sync`."""

    def __init__(
        self, file: Path, model: int, dimension: int, scan_at_most: int = SCAN_AT_MOST
    ) -> None:
        self.file = file
        self.path = file.with_name(file.stem + ".memory.usearch")
        self.model = model
        self.dimension = dimension
        self.scan_at_most = scan_at_most
        self.graph: Any = None
        self.graph_row: tuple[int, ...] = ()
        self._forget_all()
        self._builder: threading.Thread | None = None
        self._closing = threading.Event()

    def __len__(self) -> int:
        return self.count + self.in_graph

    @property
    def in_graph(self) -> int:
        return len(self.graph) if self.graph is not None else 0

    def sync(self, db: apsw.Connection) -> None:
        """Take in what this or another process has written since."""
        generation = meta(db, "generation")
        if generation != self.generation:
            self._forget_all()
            self.generation = generation
        row = graph_row(db)
        if row != self.graph_row:
            self._take_graph(row)
        sql = """
            SELECT place, key, vector FROM memory_vector WHERE place > ? AND model = ?
            ORDER BY place LIMIT ?
        """
        while new := rows(db, sql, self.place, self.model, PAGE):
            self._append(new)

    def search(self, vector: Vectors, count: int) -> list[int]:
        """Keys of about the nearest `count`, in no order; some more where there is a graph."""
        from usearch.compiled import MetricKind
        from usearch.index import search

        asked = packed(vector.reshape(1, -1))[0]
        found: list[Keys] = []
        if self.in_graph:
            found.append(self.graph.search(asked, min(count, self.in_graph)).keys)
        if self.count:
            matrix = self.matrix[: self.count]
            some = min(count, self.count)
            hits = cast(Any, search)(matrix, asked, some, MetricKind.Cos, exact=True, threads=1)
            found.append(self.keys[hits.keys.astype(np.int64)])
        if not found:
            return []
        return np.unique(np.concatenate(found).astype(np.int64)).tolist()

    def wants_graph(self) -> bool:
        return self.count > max(self.scan_at_most, self.in_graph * TAIL)

    def build_behind(self) -> None:
        """Begin to make or extend the graph in a thread, unless one is at it."""
        if self._builder is None or not self._builder.is_alive():
            self._builder = threading.Thread(target=self._build_quietly, daemon=True)
            self._builder.start()

    def build(self, threads: int = 1, progress: Callable[[int, int], None] | None = None) -> bool:
        """Make or extend the graph now. False: another process is at it.

        `progress` is told how many vectors of how many are in.
        """
        lock = FileLock(self.path.with_suffix(".lock"), timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            return False
        db = connect(self.file)
        try:
            self._build(db, threads, progress)
        finally:
            db.close()
            lock.release()
        return True

    def give_up_graph(self, db: apsw.Connection) -> None:
        """Inside the transaction that forgets: even what is removed from a graph can be read in its
        file, so the file goes and is made anew."""
        set_meta(db, "generation", meta(db, "generation") + 1)
        rows(db, "DELETE FROM memory_graph")
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """A graph that is being made is left; the next process begins it anew."""
        self._closing.set()
        if self._builder is not None:
            self._builder.join()

    def _build_quietly(self) -> None:
        # A derived file that cannot be written (full disk) costs time at recall, nothing else.
        try:
            self.build()
        except (apsw.Error, OSError):
            return

    def _build(
        self, db: apsw.Connection, threads: int, progress: Callable[[int, int], None] | None
    ) -> None:
        generation, row = meta(db, "generation"), graph_row(db)
        graph = self._load(row, generation)
        place = row[1] if graph is not None else 0
        graph = graph if graph is not None else self._empty()
        total = one(db, "SELECT count(*) FROM memory_vector WHERE model = ?", self.model)
        sql = """
            SELECT place, key, vector FROM memory_vector WHERE place > ? AND model = ?
            ORDER BY place LIMIT ?
        """
        while new := rows(db, sql, place, self.model, PAGE // 10):
            if self._closing.is_set():
                return
            graph.add(*self._read(new), threads=threads)
            place = new[-1][0]
            if progress:
                progress(len(graph), total)
        self._save(db, graph, place, generation)

    def _save(self, db: apsw.Connection, graph: Any, place: int, generation: int) -> None:
        """Whole or not at all: a cut between the file and its row makes the file one that does not
        fit, and it is made anew."""
        part = self.path.with_suffix(".part")
        graph.save(str(part))
        part.chmod(0o600)
        durable(part)
        size, crc = part.stat().st_size, checksum(part)
        with writing(db):
            if meta(db, "generation") != generation:
                part.unlink()  # it may hold what was forgotten meanwhile
                return
            part.replace(self.path)
            durable(self.path.parent)
            rows(db, "DELETE FROM memory_graph")
            # A new number each time: others must look again, even at a file with the same bytes.
            sql = "INSERT INTO memory_graph(model, place, generation, bytes, crc)"
            rows(db, sql + " VALUES (?, ?, ?, ?, ?)", self.model, place, generation, size, crc)

    def _load(self, row: tuple[int, ...], generation: int) -> Any:
        fits = row and row[0] == self.model and row[2] == generation
        return load(self.path, row) if fits else None

    def _empty(self) -> Any:
        from usearch.index import Index

        return Index(
            ndim=self.dimension,
            metric="cos",
            dtype="i8",
            connectivity=CONNECTIVITY,
            expansion_add=EXPANSION_ADD,
            expansion_search=EXPANSION_SEARCH,
        )

    def _take_graph(self, row: tuple[int, ...]) -> None:
        self.graph_row = row
        self.graph = graph = self._load(row, self.generation)
        self.count = 0
        self.place = row[1] if graph is not None else 0

    def _forget_all(self) -> None:
        self.generation = -1
        self.graph, self.graph_row = None, ()
        self.place = 0
        """Up to which row of the table all is here."""
        self.count = 0
        self.keys: Keys = np.zeros(0, np.int64)
        self.matrix: Bytes = np.zeros((0, self.dimension), np.int8)

    def _append(self, new: list[Any]) -> None:
        keys, vectors = self._read(new)
        need = self.count + len(keys)
        if need > len(self.keys):
            room = max(1_024, 2 * need)
            self.keys = np.concatenate([self.keys[: self.count], np.zeros(room, np.int64)])
            more = np.zeros((room, self.dimension), np.int8)
            self.matrix = np.concatenate([self.matrix[: self.count], more])
        self.keys[self.count : need] = keys
        self.matrix[self.count : need] = vectors
        self.count = need
        self.place = new[-1][0]

    def _read(self, new: list[Any]) -> tuple[Keys, Bytes]:
        keys = np.array([row[1] for row in new], np.int64)
        held = np.frombuffer(b"".join(row[2] for row in new), np.int8)
        return keys, held.reshape(len(new), self.dimension)


def graph_row(db: apsw.Connection) -> tuple[int, ...]:
    """(model, place, generation, bytes, crc, made) of the last finished graph, or nothing."""
    found = rows(db, "SELECT model, place, generation, bytes, crc, made FROM memory_graph")
    return tuple(found[0]) if found else ()


def load(path: Path, row: tuple[int, ...]) -> Any:
    """The graph, or None: the file is missing or is not the one that was finished."""
    from usearch.index import Index

    try:
        if path.stat().st_size != row[3] or checksum(path) != row[4]:
            return None
        graph = cast(Any, Index).restore(str(path))
    except (OSError, RuntimeError, ValueError):
        return None
    if graph is not None:
        graph.expansion_add, graph.expansion_search = EXPANSION_ADD, EXPANSION_SEARCH
    return graph


def checksum(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            crc = zlib.crc32(part, crc)
    return crc


def durable(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
