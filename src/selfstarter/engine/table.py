"""The queue as a table beside the journal: in a file for one machine, in Postgres for many.

The pen of a run is the lease. Nobody has to notice that a worker has died: the database or the
system lets go of the pen, the row is still there, and the next worker that looks takes the run.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from selfstarter.engine.port import NEVER, Go, Queued, WorkerSeen
from selfstarter.engine.slots import Slots
from selfstarter.engine.workers import Presence, present, seen
from selfstarter.journal.store import Store, Value

LOOK_S = 0.5
MOST = 200
"""Runs that are looked at for one that is free."""
OF_SCHEDULES = "AND run_id IN (SELECT last_run FROM schedules)"
FAR = 1e15
"""NEVER, as both databases can keep and compare it."""
ENQUEUE = """
    INSERT INTO queue(run_id, priority, due, model) VALUES (?, ?, ?, ?) ON CONFLICT (run_id)
    DO UPDATE SET priority = excluded.priority, due = excluded.due, model = excluded.model
"""


class TableEngine:
    """Port `Engine`. May be used from any thread."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = threading.Lock()

    def enqueue(self, run_id: str, priority: int = 0, due: float = 0.0, model: str = "") -> None:
        self._rows(ENQUEUE, run_id, priority, min(due, FAR), model)

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

    def workers(self) -> Sequence[WorkerSeen]:
        return seen(self._rows, self._driven)

    async def work(
        self,
        go: Go,
        concurrency: int,
        stopping: asyncio.Event,
        limits: Mapping[str, int] | None = None,
        *,
        scheduled: bool = False,
    ) -> None:
        among = OF_SCHEDULES if scheduled else ""
        with present(self.store, self._rows, concurrency, while_idle=not scheduled) as presence:
            slots = Slots(self._rows, presence.worker_id, limits or {}, self._driven)
            free = partial(self._free, slots, among)
            await self._work(go, concurrency, stopping, presence, free)

    async def _work(
        self,
        go: Go,
        concurrency: int,
        stopping: asyncio.Event,
        presence: Presence,
        free: Callable[[int, set[str]], Sequence[str]],
    ) -> None:
        at_work: dict[str, asyncio.Task[None]] = {}
        stopped = asyncio.ensure_future(stopping.wait())
        try:
            while not stopping.is_set():
                room = concurrency - len(at_work)
                for run_id in await asyncio.to_thread(free, room, set(at_work)):
                    at_work[run_id] = asyncio.create_task(self._one(run_id, go))
                await asyncio.to_thread(presence.beat, list(at_work))
                waited = [stopped, *at_work.values()]
                await asyncio.wait(waited, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
                for run_id in [run_id for run_id, task in at_work.items() if task.done()]:
                    at_work.pop(run_id).result()  # a bug travels up
            while left := {run_id: task for run_id, task in at_work.items() if not task.done()}:
                await asyncio.to_thread(presence.beat, list(left))
                await asyncio.wait(left.values(), timeout=LOOK_S)
            await asyncio.gather(*at_work.values())
        finally:
            stopped.cancel()
            for task in at_work.values():
                task.cancel()
            await asyncio.gather(*at_work.values(), return_exceptions=True)

    async def _one(self, run_id: str, go: Go) -> None:
        if await go(run_id):
            await asyncio.to_thread(self.cancel, run_id)

    def _free(self, slots: Slots, among: str, room: int, at_work: set[str]) -> Sequence[str]:
        """Runs that are due and that nobody pursues, as many as there is room for. `among`: a
        condition in SQL, or nothing."""
        slots.keep(at_work)
        found: list[str] = []
        full: list[str] = []
        while len(found) < room:
            for run_id, model in self._due(full, among):
                if run_id in at_work or run_id in found or self._driven(run_id):
                    continue
                if not slots.take(run_id, model):
                    full.append(model)
                    break  # those who wait for that model bar nobody
                found.append(run_id)
                if len(found) == room:
                    break
            else:
                break
        return found

    def _due(self, full: Sequence[str], among: str) -> list[Any]:
        """(run, model), the first first; not those on a model that has no room."""
        sql = f"""
            SELECT run_id, model FROM queue
            WHERE due <= ? {among} {" AND model <> ?" * len(full)}
            ORDER BY priority DESC, due, run_id LIMIT ?
        """
        return self._rows(sql, time.time(), *full, MOST)

    def _rows(self, sql: str, *values: Value) -> list[Any]:
        with self._lock:
            return self.store.rows(sql, *values)

    def _driven(self, run_id: str) -> bool:
        with self._lock:
            return self.store.is_driven(run_id)
