"""Embedding what has no vector yet, behind the back of whoever recalls."""

import threading
from contextlib import closing

from selfstarter.core.errors import BadSetting, EmbeddingDown, MemoryDown
from selfstarter.memory.database import Database
from selfstarter.memory.embed import Embed
from selfstarter.memory.table import is_current, renew_vector
from selfstarter.memory.vectors import Progress, packed

AT_ONCE = 256
"""Texts."""


class Behind:
    """Records that have no vector of this model (another was used before, or the endpoint was
    down) are found by words alone until they are embedded: by one process of all."""

    def __init__(self, db: Database, embed: Embed, model: int) -> None:
        self.db = db
        self._vectors = embed
        self.model = model
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def missing(self) -> int:
        embedded = self.db.one("SELECT count(*) FROM memory_vector WHERE model = ?", self.model)
        return self.db.one("SELECT count(*) FROM memory") - embedded

    def begin(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._quietly, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """What is not finished, the next process takes up."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _quietly(self) -> None:
        # Recall goes on by words; the next process, or the next add, tries again.
        try:
            with self.db.alone("embedding") as alone:
                if alone:
                    self.embed()
        except (EmbeddingDown, BadSetting, MemoryDown):
            return

    def embed(self, progress: Progress | None = None) -> None:
        """Raises EmbeddingDown; what was embedded stays."""
        with closing(self.db.another()) as db:
            self._embed(db, progress)

    def _embed(self, db: Database, progress: Progress | None) -> None:
        sql = """
            SELECT m.key, m.text FROM memory m LEFT JOIN memory_vector v ON v.key = m.key
            WHERE m.key > ? AND (v.model IS NULL OR v.model != ?) ORDER BY m.key LIMIT ?
        """
        last, done = 0, db.one("SELECT count(*) FROM memory_vector WHERE model = ?", self.model)
        while some := db.rows(sql, last, self.model, AT_ONCE):
            if self._closing.is_set() or not is_current(db, self.model):
                return
            vectors = packed(self._vectors([text for _, text in some]))
            with db.writing():
                if not is_current(db, self.model):
                    return
                for (key, _), vector in zip(some, vectors, strict=True):
                    if db.rows("SELECT 1 FROM memory WHERE key = ?", key):  # not forgotten since
                        renew_vector(db, key, self.model, vector.tobytes())
            last = some[-1][0]
            done += len(some)
            if progress:
                progress(done, db.one("SELECT count(*) FROM memory"))
