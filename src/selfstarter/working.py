"""Runs that are pursued by worker processes: put into a queue from any shell, given out by an
engine."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from selfstarter.app import opened, pursue, resume
from selfstarter.core.errors import BadSetting, NothingToDo, RunBusy, Trouble
from selfstarter.core.events import RunPaused
from selfstarter.core.fold import fold
from selfstarter.core.ports import Model
from selfstarter.engine.port import NEVER, Queued, WorkerSeen
from selfstarter.engine.table import TableEngine
from selfstarter.runs import store_in
from selfstarter.scheduling import Scheduler
from selfstarter.settings import Settings

log = logging.getLogger(__name__)

BUSY_S = 2.0
"""Until a run is looked at again that another process was quicker to take."""
AGAIN_S = (10.0, 30.0, 120.0, 600.0)
"""Until it is tried again, after the first, second … time that something was out of reach."""
DRAINING = "The worker that pursued it is stopping."
ANSWERS = ("say", "approve", "deny")
Told = Callable[[str, str], None]
"""(run id, what became of it)."""


@dataclass(slots=True)
class Shared:
    """A model that is open, and how many runs use it."""

    model: Model
    users: int
    stack: AsyncExitStack


class Models:
    """Runs with the same model use it together; it is closed after the last of them. A script is
    read anew by each."""

    def __init__(self) -> None:
        self._opening = asyncio.Lock()
        self._models: dict[str, Shared] = {}

    @asynccontextmanager
    async def shared(self, name: str) -> AsyncGenerator[Model]:
        if name.startswith("scripted:"):
            async with opened(name) as model:
                yield model
            return
        async with self._opening:
            shared = self._models.get(name)
            if shared is None:
                stack = AsyncExitStack()
                shared = Shared(await stack.enter_async_context(opened(name)), 0, stack)
                self._models[name] = shared
            shared.users += 1
        try:
            yield shared.model
        finally:
            shared.users -= 1
            if not shared.users:
                self._models.pop(name, None)
                await shared.stack.aclose()


async def submit(
    goal: str,
    workspace: Path,
    settings: Settings,
    priority: int = 0,
    due: float = 0.0,
    *,
    review: bool = False,
) -> str:
    """Begin a run that a worker is to pursue; its id. `due`: not before, in Unix seconds. Raises as
    `pursue`."""
    held = await pursue(goal, workspace, settings, attended=True, held=True, review=review)
    enqueue(held.run_id, settings, priority, due)
    return held.run_id


def enqueue(name: str, settings: Settings, priority: int = 0, due: float = 0.0) -> str:
    """A run that has begun; its id. Raises NoSuchRun."""
    with closing(store_in(settings)) as store:
        run_id = store.find(name)
        started = fold([next(store.read(run_id))]).started
        model = started.model if started else ""
        TableEngine(store).enqueue(run_id, priority, due, model)
        return run_id


def cancel(name: str, settings: Settings) -> str:
    """Take a run out of the queue; its id. Raises NoSuchRun; NothingToDo: it was not in it."""
    with closing(store_in(settings)) as store:
        run_id = store.find(name)
        if not TableEngine(store).cancel(run_id):
            raise NothingToDo(
                "Run {run_id} is not queued; `selfstarter queue` shows what is.", run_id=run_id
            )
        return run_id


def queued(settings: Settings) -> Sequence[Queued]:
    with closing(store_in(settings)) as store:
        return TableEngine(store).queued()


def workers(settings: Settings) -> Sequence[WorkerSeen]:
    with closing(store_in(settings)) as store:
        return TableEngine(store).workers()


class Worker:
    """Pursues what is queued, and fires what is due, until it is asked to stop.

    Raises BadSetting: the journal cannot be used.
    """

    def __init__(self, settings: Settings, tell: Told, models: Models | None = None) -> None:
        """`models`: those of a process that pursues other runs too."""
        self.settings = settings
        self.tell = tell
        self.stopping = asyncio.Event()
        self._store = store_in(settings)
        self._queue = store_in(settings)
        self._engine = TableEngine(self._queue)
        self._models = models or Models()
        self._scheduler = Scheduler(settings, tell, self._models.shared)
        self._at: set[str] = set()
        self._failed: dict[str, int] = {}

    async def work(self, concurrency: int, *, scheduled: bool = False) -> None:
        """`scheduled`: of what is queued only what schedules have begun; what was submitted is left
        to other workers. Nothing is written then while nothing is due."""
        limits = self.settings.runs_at_once()
        pursuing = self._engine.work(
            self._go, concurrency, self.stopping, limits, scheduled=scheduled
        )
        parts = [
            asyncio.ensure_future(pursuing),
            asyncio.ensure_future(self._scheduler.work(self.stopping)),
        ]
        try:
            await asyncio.gather(*parts)
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            self._close()

    def reload(self, settings: Settings) -> None:
        """For what is begun or gone on with from now on."""
        self.settings = self._scheduler.settings = settings

    def _close(self) -> None:
        self._scheduler.close()
        self._store.close()
        self._queue.close()

    def stop(self) -> None:
        """Takes nothing new; each run pauses after its step and stays in the queue."""
        self.stopping.set()
        for run_id in self._at:
            self._store.command(run_id, "pause", DRAINING)

    async def _go(self, run_id: str) -> bool:
        state = fold(self._store.read(run_id))
        if state.started is None or state.ended:
            return True
        self._at.add(run_id)
        try:
            async with self._models.shared(state.started.model) as model:
                await resume(run_id, self.settings, model=model)
        except RunBusy:
            self._engine.defer(run_id, time.time() + BUSY_S)
        except BadSetting as trouble:
            await self._note(run_id, str(trouble))
            self._engine.defer(run_id, NEVER)
            self.tell(run_id, f"needs a person: {trouble}")
        except Trouble as trouble:
            tried = self._failed[run_id] = self._failed.get(run_id, 0) + 1
            wait = AGAIN_S[min(tried, len(AGAIN_S)) - 1]
            self._engine.defer(run_id, time.time() + wait)
            self.tell(run_id, f"again in {wait:.0f} s: {trouble}")
        else:
            self._failed.pop(run_id, None)
            return self._ended(run_id)
        finally:
            self._at.discard(run_id)
        return False

    async def _note(self, run_id: str, why: str) -> None:
        """Whoever looks at the run sees nothing of what a worker says."""
        with suppress(RunBusy), self._store.open(run_id) as journal:
            await journal.append(RunPaused(reason=why))

    def _ended(self, run_id: str) -> bool:
        state = fold(self._store.read(run_id))
        if state.ended:
            self.tell(run_id, state.ended.ending)
            return True
        if state.paused == DRAINING:
            self.tell(run_id, "left to the next worker")
            return False
        self._engine.defer(run_id, NEVER)
        self.tell(run_id, "waits for a person" if state.waiting else "paused")
        unread = self._store.commands(run_id, state.answered)
        if any(command.kind in ANSWERS for command in unread):
            self._engine.defer(run_id, 0.0)  # it was answered between its last look and ours
        return False
