"""A sandbox that stands ready for the next program, made while nobody waits for it.

Starting one takes several times as long as a short command, and most of that is the same each time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass

from selfstarter.sandbox.launch import Launched


@dataclass(frozen=True, slots=True)
class Ready:
    made_for: Hashable
    """What it was made of. If the same would not be made now, it is not taken."""
    launching: "asyncio.Task[Launched]"


class Standby:
    """At most one sandbox, which has no program yet."""

    def __init__(self) -> None:
        self.ready: Ready | None = None

    def prepare(self, made_for: Hashable, start: Callable[[], Awaitable[Launched]]) -> None:
        if self.ready is None:
            self.ready = Ready(made_for, asyncio.ensure_future(started(start)))

    async def take(self, wanted: Hashable) -> Launched | None:
        """None: there is none, or it is not what is wanted (and then it is ended)."""
        if self.ready is None:
            return None
        if self.ready.made_for != wanted:
            await self.close()
            return None
        ready, self.ready = self.ready, None
        try:
            launched = await asyncio.shield(ready.launching)
        except asyncio.CancelledError:
            self.ready = ready  # it goes on being launched, and `close` will find it
            raise
        except OSError:
            return None  # the next try says why, to somebody who asked
        if launched.process.returncode is not None:
            await launched.end()
            return None
        return launched

    async def close(self) -> None:
        ready, self.ready = self.ready, None
        if ready is not None:
            with suppress(OSError):
                await (await ready.launching).end()


async def started(start: Callable[[], Awaitable[Launched]]) -> Launched:
    return await start()
