"""The queue as a table beside the journal: in a file for one machine, in Postgres for many.

The pen of a run is the lease. Nobody has to notice that a worker has died: the database or the
system lets go of the pen, the row is still there, and the next worker that looks takes the run.
"""

import asyncio
import threading
import time
from collections.abc import Sequence
from typing import Any

from selfstarter.engine.port import NEVER, Go, Queued
from selfstarter.journal.store import Store, Value

LOOK_S = 0.5
MOST = 200
"""Runs that are looked at for one that is free."""
FAR = 1e15
"""NEVER, as both databases can keep and compare it."""
ENQUEUE = """
    INSERT INTO queue(run_id, priority, due) VALUES (?, ?, ?)
    ON CONFLICT (run_id) DO UPDATE SET priority = excluded.priority, due = excluded.due
"""


class TableEngine:
    """Port `Engine`. May be used from any thread."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = threading.Lock()

    def enqueue(self, run_id: str, priority: int = 0, due: float = 0.0) -> None:
        self._rows(ENQUEUE, run_id, priority, min(due, FAR))

    def defer(self, run_id: str, due: float) -> None:
        self._rows("UPDATE queue SET due = ? WHERE run_id = ?", min(due, FAR), run_id)

    def cancel(self, run_id: str) -> bool:
        return bool(self._rows("DELETE FROM queue WHERE run_id = ? RETURNING run_id", run_id))

    def queued(self) -> Sequence[Queued]:
        sql = "SELECT run_id, priority, due FROM queue ORDER BY priority DESC, due, run_id"
        return [
            Queued(run_id, priority, NEVER if due >= FAR else due, self._driven(run_id))
            for run_id, priority, due in self._rows(sql)
        ]

    async def work(self, go: Go, concurrency: int, stopping: asyncio.Event) -> None:
        at_work: dict[str, asyncio.Task[None]] = {}
        stopped = asyncio.ensure_future(stopping.wait())
        try:
            while not stopping.is_set():
                for run_id in await asyncio.to_thread(self._free, concurrency, set(at_work)):
                    at_work[run_id] = asyncio.create_task(self._one(run_id, go))
                waited = [stopped, *at_work.values()]
                await asyncio.wait(waited, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
                for run_id in [run_id for run_id, task in at_work.items() if task.done()]:
                    at_work.pop(run_id).result()  # a bug travels up
            await asyncio.gather(*at_work.values())
        finally:
            stopped.cancel()
            for task in at_work.values():
                task.cancel()
            await asyncio.gather(*at_work.values(), return_exceptions=True)

    async def _one(self, run_id: str, go: Go) -> None:
        if await go(run_id):
            await asyncio.to_thread(self.cancel, run_id)

    def _free(self, concurrency: int, at_work: set[str]) -> Sequence[str]:
        """Runs that are due and that nobody pursues, as many as there is room for."""
        sql = "SELECT run_id FROM queue WHERE due <= ? ORDER BY priority DESC, due, run_id LIMIT ?"
        found: list[str] = []
        if len(at_work) < concurrency:
            for (run_id,) in self._rows(sql, time.time(), MOST):
                if run_id not in at_work and not self._driven(run_id):
                    found.append(run_id)
                if len(at_work) + len(found) == concurrency:
                    break
        return found

    def _rows(self, sql: str, *values: Value) -> list[Any]:
        with self._lock:
            return self.store.rows(sql, *values)

    def _driven(self, run_id: str) -> bool:
        with self._lock:
            return self.store.is_driven(run_id)
