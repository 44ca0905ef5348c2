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
SHOW = f"""
    INSERT INTO workers({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (worker_id) DO UPDATE SET seen = excluded.seen, runs = excluded.runs
"""
Rows = Callable[..., list[Any]]


class Presence:
    """A worker's own row. `rows`: as `Store.rows`. `while_idle`: shown with nothing in hand too;
    else nothing is written then."""

    def __init__(
        self,
        rows: Rows,
        worker_id: str,
        still: Callable[[], object],
        concurrency: int,
        while_idle: bool,
    ) -> None:
        self.rows = rows
        self.worker_id = worker_id
        self.concurrency = concurrency
        self.while_idle = while_idle
        self.since = time.time()
        self._still = still
        self._shown = False
        self._runs = ""
        self._beat_at = 0.0

    def beat(self, runs: Sequence[str]) -> None:
        """A heartbeat, if one is due or what is in hand has changed."""
        if not runs and not self.while_idle:
            self.leave()
            return
        named, now = " ".join(runs), time.monotonic()
        if self._shown and named == self._runs and now < self._beat_at + BEAT_S:
            return
        self._still()
        if not self._shown:
            self.rows("DELETE FROM workers WHERE seen < ?", time.time() - KEPT_S)
        who = (self.worker_id, socket.gethostname(), os.getpid(), self.concurrency, self.since)
        self.rows(SHOW, *who, time.time(), named)
        self._runs, self._beat_at = named, now
        self._shown = True

    def leave(self) -> None:
        """No longer shown, and without a slot."""
        if self._shown:
            for table in ("slots", "workers"):
                self.rows(f"DELETE FROM {table} WHERE worker_id = ?", self.worker_id)
            self._shown = False


@contextmanager
def present(
    store: Store, rows: Rows, concurrency: int, *, while_idle: bool = True
) -> Generator[Presence]:
    """Shown as at work; `while_idle` as in `Presence`."""
    worker_id = f"worker-{secrets.token_hex(4)}"
    with store.hold(worker_id) as still:
        presence = Presence(rows, worker_id, still, concurrency, while_idle)
        presence.beat(())
        try:
            yield presence
        finally:
            with suppress(JournalDown):  # it will be seen as dead
                presence.leave()


def seen(rows: Rows, alive: Callable[[str], bool]) -> Sequence[WorkerSeen]:
    return [
        WorkerSeen(*row[:-1], runs=row[-1].split(), alive=alive(row[0]))
        for row in rows(f"SELECT {COLUMNS} FROM workers ORDER BY since, worker_id")
    ]
