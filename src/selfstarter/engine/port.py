"""What distributes runs. What a run is and how far it has come is in its journal, so an engine that
forgets a run or gives it out twice loses nothing and repeats nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

NEVER = inf
"""Due when a person has answered."""
Go = Callable[[str], Awaitable[bool]]
"""Pursues a run as far as it goes. Whether it has ended; if not, it has been deferred, or is due
still."""


@dataclass(frozen=True, slots=True)
class Queued:
    run_id: str
    priority: int
    """The highest first."""
    due: float
    """Unix seconds; NEVER: it waits for a person."""
    driven: bool
    """A worker is at it."""

    @property
    def waits(self) -> bool:
        """For a person."""
        return self.due == NEVER


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    worker_id: str
    host: str
    pid: int
    concurrency: int
    """Runs that it takes at once."""
    since: float
    """Unix seconds; so is `seen`, its last heartbeat."""
    seen: float
    runs: Sequence[str]
    """In hand."""
    alive: bool


class Engine(Protocol):
    def enqueue(self, run_id: str, priority: int = 0, due: float = 0.0, model: str = "") -> None:
        """Durable when it returns. A run is in the queue once; again: with the new values.
        `model`: under whose limit it falls."""
        ...

    def defer(self, run_id: str, due: float) -> None:
        """Not before; where it is no longer queued, nothing happens."""
        ...

    def cancel(self, run_id: str) -> bool:
        """Out of the queue; whether it was in it. A worker that is at it goes on."""
        ...

    def queued(self) -> Sequence[Queued]:
        """In the order in which they are given out."""
        ...

    def workers(self) -> Sequence[WorkerSeen]:
        """The oldest first; those that died are shown for a day, with what they had in hand."""
        ...

    async def work(
        self,
        go: Go,
        concurrency: int,
        stopping: asyncio.Event,
        limits: Mapping[str, int] | None = None,
        *,
        scheduled: bool = False,
    ) -> None:
        """Give out runs, so many at once, until `stopping` is set and those are back. `scheduled`:
        only those that schedules have begun, and nothing is written while none is due.

        `limits`: most runs at once on a model, over all workers: by its name or by its kind, the
        word before the colon. `local` is counted for each machine.
        """
        ...
