"""Every vector of a model in memory, compared one by one."""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selfstarter.memory.database import Database
from selfstarter.memory.embed import Vectors
from selfstarter.memory.vectors import Bytes, Nearest, Progress, packed

Keys = NDArray[np.int64]

PAGE = 10_000
NEWER = """
    SELECT place, key, vector FROM memory_vector WHERE place > ? AND model = ?
    ORDER BY place LIMIT ?
"""


class Scan(Nearest):
    """As the database holds them at each `prepare`."""

    def __init__(self, db: Database, model: int, dimension: int) -> None:
        self.db = db
        self.model = model
        self.dimension = dimension
        self.forget_all()

    def prepare(self) -> None:
        self.sync()

    def sync(self) -> None:
        generation = self.db.meta("generation")
        if generation != self.generation:
            self.forget_all()
            self.generation = generation
        self.follow()
        while new := self.db.rows(NEWER, self.place, self.model, PAGE):
            self._append(new)

    def follow(self) -> None:
        """Take in what is derived, before the rest is."""

    def search(self, vector: Vectors, count: int) -> list[int]:
        index: Any = import_module("usearch.index")  # half of its types a checker does not know
        some = min(count, self.count)
        if not some:
            return []
        asked, matrix = packed(vector.reshape(1, -1))[0], self.matrix[: self.count]
        hits = index.search(matrix, asked, some, index.MetricKind.Cos, exact=True, threads=1)
        return self.keys[hits.keys.astype(np.int64)].tolist()

    def health(self) -> tuple[int, int]:
        self.sync()
        return self.count, 0

    def build(self, threads: int = 1, progress: Progress | None = None) -> bool:
        return True

    def give_up(self) -> None:
        self.db.set_meta("generation", self.db.meta("generation") + 1)

    def close(self) -> None: ...

    def forget_all(self) -> None:
        self.generation = -1
        self.place = 0
        """Up to which row of the table all is here."""
        self.count = 0
        self.keys: Keys = np.zeros(0, np.int64)
        self.matrix: Bytes = np.zeros((0, self.dimension), np.int8)

    def _append(self, new: list[Any]) -> None:
        keys, vectors = self.read(new)
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

    def read(self, new: list[Any]) -> tuple[Keys, Bytes]:
        keys = np.array([row[1] for row in new], np.int64)
        held = np.frombuffer(b"".join(row[2] for row in new), np.int8)
        return keys, held.reshape(len(new), self.dimension)
