"""The nearest vectors by pgvector: compared one by one, and past some size by an HNSW index."""

import threading
from contextlib import closing

import numpy as np

from selfstarter.core.errors import BadSetting, MemoryDown
from selfstarter.memory.database import Database, Form
from selfstarter.memory.embed import Vectors
from selfstarter.memory.vectors import Nearest, Progress, packed

SCAN_AT_MOST = 20_000
"""Vectors that the server compares one by one; more of them want an index."""
SEARCHED, MOST_SEARCHED = 200, 1_000
"""`hnsw.ef_search`: how wide the index is searched, and the widest that pgvector takes."""
WIDEST = 4_000
"""Numbers of a vector that pgvector can index."""
BUILD = "SET lock_timeout = 0; SET maintenance_work_mem = '256MB'"


def text_of(vector: bytes) -> str:
    return str(np.frombuffer(vector, np.int8).tolist())


def bytes_of(sent: bytes) -> bytes:
    """Of what `halfvec_send` gives: two numbers of 16 bits, then floats of 16 bits."""
    return np.frombuffer(sent, ">f2", offset=4).astype(np.int8).tobytes()


HALVES = Form("halfvec_send(v.vector)", "vector_dims(v.vector)", text_of, bytes_of)
"""Whole numbers from -127 to 127 are kept by a float of 16 bits as they are."""


class Pgvector(Nearest):
    def __init__(self, db: Database, model: int, dimension: int, scan_at_most: int) -> None:
        self.db = db
        self.model = model
        self.dimension = dimension
        self.scan_at_most = scan_at_most if dimension <= WIDEST else 10**12
        self.index = f"memory_near_{model}"
        self._indexed = False
        self._builder: threading.Thread | None = None

    def prepare(self) -> None:
        if self._indexed:
            return
        # Places count up, so this is about how many there are, and costs nothing.
        sql = "SELECT coalesce(max(place) - min(place), 0) FROM memory_vector"
        self._indexed = self._is_indexed(self.db)
        if not self._indexed and self.db.one(sql) >= self.scan_at_most:
            self._build_behind()

    def search(self, vector: Vectors, count: int) -> list[int]:
        near = text_of(packed(vector.reshape(1, -1)).tobytes())
        if self._indexed and count <= MOST_SEARCHED:
            sql = "SELECT set_config('hnsw.ef_search', ?, true)"
            self.db.rows(sql, str(max(SEARCHED, count)))
            found = self.db.rows(self.statement(indexed=True), near, count)
            if len(found) == count:
                return [row[0] for row in found]
        return [row[0] for row in self.db.rows(self.statement(indexed=False), near, count)]

    def statement(self, *, indexed: bool) -> str:
        """Asks for the nearest: by the words that the index has, or by others, so that all are
        compared. The model by its number, not as a value: else the index is not seen to fit."""
        vector = f"(vector::halfvec({self.dimension}))" if indexed else "vector"
        return f"""
            SELECT key FROM memory_vector WHERE model = {self.model}
            ORDER BY {vector} <=> ?::halfvec LIMIT ?
        """

    def health(self) -> tuple[int, int]:
        held = self.db.one("SELECT count(*) FROM memory_vector WHERE model = ?", self.model)
        return held, held if self._is_indexed(self.db) else 0

    def build(self, threads: int = 1, progress: Progress | None = None) -> bool:
        with self.db.alone("index") as alone, closing(self.db.another()) as db:
            if not alone:
                return False
            for index in db.rows(OURS):
                if index != (self.index, True):  # of another model, or left by one that was killed
                    db.rows(f"DROP INDEX CONCURRENTLY IF EXISTS {index[0]}")
            db.rows(BUILD)
            db.rows(f"""
                CREATE INDEX CONCURRENTLY IF NOT EXISTS {self.index} ON memory_vector
                USING hnsw ((vector::halfvec({self.dimension})) halfvec_cosine_ops)
                WHERE model = {self.model}
            """)
        return True

    def give_up(self) -> None:
        """The index forgets by itself."""

    def close(self) -> None:
        """What the server has begun, it finishes."""

    def _is_indexed(self, db: Database) -> bool:
        return (self.index, True) in db.rows(OURS)

    def _build_behind(self) -> None:
        if self._builder is None:  # once: whoever may not make an index need not try each time
            self._builder = threading.Thread(target=self._build_quietly, daemon=True)
            self._builder.start()

    def _build_quietly(self) -> None:
        # To have none costs time at recall, nothing else.
        try:
            self.build()
        except (MemoryDown, BadSetting):
            return


OURS = """
    SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = to_regclass('memory_vector') AND c.relname LIKE 'memory\\_near\\_%'
"""
"""Indexes over vectors, and whether each is whole."""
