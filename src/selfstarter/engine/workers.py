"""Who is at work. Each worker has a row, and holds a pen of its own name as it holds those of runs:
who has let go of it is dead, whatever the row says."""

import os
import secrets
import socket
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from selfstarter.core.errors import JournalDown
from selfstarter.engine.port import WorkerSeen
from selfstarter.journal.store import Store

BEAT_S = 3.0
KEPT_S = 86_400.0
"""How long a worker that died is shown."""
COLUMNS = "worker_id, host, pid, concurrency, since, seen, runs"
Rows = Callable[..., list[Any]]


class Presence:
    """A worker's own row. `rows`: as `Store.rows`."""

    def __init__(self, rows: Rows, worker_id: str, still: Callable[[], object]) -> None:
        self.rows = rows
        self.worker_id = worker_id
        self._still = still
        self._runs = ""
        self._beat_at = 0.0

    def beat(self, runs: Sequence[str]) -> None:
        """A heartbeat, if one is due or what is in hand has changed."""
        named, now = " ".join(runs), time.monotonic()
        if named == self._runs and now < self._beat_at + BEAT_S:
            return
        self._still()
        sql = "UPDATE workers SET seen = ?, runs = ? WHERE worker_id = ?"
        self.rows(sql, time.time(), named, self.worker_id)
        self._runs, self._beat_at = named, now


@contextmanager
def present(store: Store, rows: Rows, concurrency: int) -> Generator[Presence]:
    """Shown as at work."""
    worker_id = f"worker-{secrets.token_hex(4)}"
    with store.hold(worker_id) as still:
        now = time.time()
        rows("DELETE FROM workers WHERE seen < ?", now - KEPT_S)
        row = (worker_id, socket.gethostname(), os.getpid(), concurrency, now, now, "")
        rows(f"INSERT INTO workers({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", *row)
        try:
            yield Presence(rows, worker_id, still)
        finally:
            with suppress(JournalDown):  # it will be seen as dead
                for table in ("slots", "workers"):
                    rows(f"DELETE FROM {table} WHERE worker_id = ?", worker_id)


def seen(rows: Rows, alive: Callable[[str], bool]) -> Sequence[WorkerSeen]:
    return [
        WorkerSeen(*row[:-1], runs=row[-1].split(), alive=alive(row[0]))
        for row in rows(f"SELECT {COLUMNS} FROM workers ORDER BY since, worker_id")
    ]
