"""What distributes runs. What a run is and how far it has come is in its journal, so an engine that
forgets a run or gives it out twice loses nothing and repeats nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
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


class Engine(Protocol):
    def enqueue(self, run_id: str, priority: int = 0, due: float = 0.0) -> None:
        """Durable when it returns. A run is in the queue once; again: with the new values."""
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

    async def work(self, go: Go, concurrency: int, stopping: asyncio.Event) -> None:
        """Give out runs, so many at once, until `stopping` is set and those are back."""
        ...
