"""The graph that many vectors want: a file beside the database, derived from its table.

It is made anew by itself when it is missing, torn or of another model, and what it does not hold
yet is scanned.
"""

import os
import threading
import zlib
from pathlib import Path
from typing import Any, cast

import numpy as np

from selfstarter.core.errors import MemoryDown
from selfstarter.memory.database import Database
from selfstarter.memory.embed import Vectors
from selfstarter.memory.scan import NEWER, PAGE, Keys, Scan
from selfstarter.memory.vectors import Progress, packed

SCAN_AT_MOST = 20_000
"""Vectors that are scanned (3 ms); more of them want a graph."""
TAIL = 0.05
"""Of what the graph holds: how many newer ones may be scanned beside it before it is extended."""
CONNECTIVITY, EXPANSION_ADD, EXPANSION_SEARCH = 16, 96, 160


class Graph(Scan):
    def __init__(
        self, db: Database, file: Path, model: int, dimension: int, scan_at_most: int
    ) -> None:
        self.path = file.with_name(file.stem + ".memory.usearch")
        self.scan_at_most = scan_at_most
        self._builder: threading.Thread | None = None
        self._closing = threading.Event()
        super().__init__(db, model, dimension)

    @property
    def in_graph(self) -> int:
        return len(self.graph) if self.graph is not None else 0

    def prepare(self) -> None:
        self.sync()
        if self.count > max(self.scan_at_most, self.in_graph * TAIL):
            self._build_behind()

    def follow(self) -> None:
        row = graph_row(self.db)
        if row == self.graph_row:
            return
        self.graph_row = row
        self.graph = graph = self._load(row, self.generation)
        self.count = 0
        self.place = row[1] if graph is not None else 0

    def search(self, vector: Vectors, count: int) -> list[int]:
        found = [np.array(super().search(vector, count), np.int64)]
        if self.in_graph:
            asked = packed(vector.reshape(1, -1))[0]
            near: Keys = self.graph.search(asked, min(count, self.in_graph)).keys
            found.append(near.astype(np.int64))
        return np.unique(np.concatenate(found)).tolist()

    def health(self) -> tuple[int, int]:
        self.sync()
        return self.count + self.in_graph, self.in_graph

    def build(self, threads: int = 1, progress: Progress | None = None) -> bool:
        with self.db.alone("memory") as alone:
            if not alone:
                return False
            db = self.db.another()
            try:
                self._build(db, threads, progress)
            finally:
                db.close()
        return True

    def give_up(self) -> None:
        # Even what is removed from a graph can be read in its file, so the file goes.
        super().give_up()
        self.db.rows("DELETE FROM memory_graph")
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        self._closing.set()
        if self._builder is not None:
            self._builder.join()

    def forget_all(self) -> None:
        super().forget_all()
        self.graph: Any = None
        self.graph_row: tuple[int, ...] = ()

    def _build_behind(self) -> None:
        if self._builder is None or not self._builder.is_alive():
            self._builder = threading.Thread(target=self._build_quietly, daemon=True)
            self._builder.start()

    def _build_quietly(self) -> None:
        # A derived file that cannot be written (full disk) costs time at recall, nothing else.
        try:
            self.build()
        except (MemoryDown, OSError):
            return

    def _build(self, db: Database, threads: int, progress: Progress | None) -> None:
        generation, row = db.meta("generation"), graph_row(db)
        graph = self._load(row, generation)
        place = row[1] if graph is not None else 0
        graph = graph if graph is not None else self._empty()
        total = db.one("SELECT count(*) FROM memory_vector WHERE model = ?", self.model)
        while new := db.rows(NEWER, place, self.model, PAGE // 10):
            if self._closing.is_set():
                return
            graph.add(*self.read(new), threads=threads)
            place = new[-1][0]
            if progress:
                progress(len(graph), total)
        self._save(db, graph, place, generation)

    def _save(self, db: Database, graph: Any, place: int, generation: int) -> None:
        """Whole or not at all: a cut between the file and its row makes the file one that does not
        fit, and it is made anew."""
        part = self.path.with_suffix(".part")
        graph.save(str(part))
        part.chmod(0o600)
        durable(part)
        size, crc = part.stat().st_size, checksum(part)
        with db.writing():
            if db.meta("generation") != generation:
                part.unlink()  # it may hold what was forgotten meanwhile
                return
            part.replace(self.path)
            durable(self.path.parent)
            db.rows("DELETE FROM memory_graph")
            # A new number each time: others must look again, even at a file with the same bytes.
            sql = "INSERT INTO memory_graph(model, place, generation, bytes, crc)"
            db.rows(sql + " VALUES (?, ?, ?, ?, ?)", self.model, place, generation, size, crc)

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


def graph_row(db: Database) -> tuple[int, ...]:
    """(model, place, generation, bytes, crc, made) of the last finished graph, or nothing."""
    found = db.rows("SELECT model, place, generation, bytes, crc, made FROM memory_graph")
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
