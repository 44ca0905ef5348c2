"""Runs pursued in the server's own process, several at once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from selfstarter.app import pursue, resume
from selfstarter.core.errors import RunBusy, Trouble
from selfstarter.core.ports import Model, Recorded
from selfstarter.settings import Settings
from selfstarter.working import Models

Tell = Callable[[str, Recorded], None]
Go = Callable[[Model, Tell], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a door asks for."""

    text: str
    workspace: str
    criteria: Sequence[str] = ()
    attended: bool = True
    """Somebody can answer what it asks."""
    held: bool = False
    """It waits, before its first move, to be resumed."""
    review: bool = False
    """It waits, before the work begins, until its contract is accepted."""


class Engine:
    """Starts and resumes runs. What is wrong before a run begins is raised to whoever asks; what
    goes wrong later is in its journal."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.models = Models()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def start(self, goal: Goal, settings: Settings, run_id: str) -> None:
        """Returns when the run's first event is durable; of one that is held, when it is paused.
        Raises BadSetting, ModelDown."""

        async def go(model: Model, tell: Tell) -> None:
            await pursue(
                goal.text,
                goal.workspace,
                settings,
                criteria=goal.criteria,
                attended=goal.attended,
                listener=None if goal.held else tell,
                model=model,
                run_id=run_id,
                held=goal.held,
                review=goal.review,
            )

        await self._launch(run_id, settings.model, go)

    async def resume(self, run_id: str, model_name: str, more: dict[str, float | None]) -> None:
        """Returns when the run goes on. Raises NoSuchRun, RunBusy, BadSetting, ModelDown."""
        if run_id in self._tasks:
            raise RunBusy("Run {run_id} is being pursued already.", run_id=run_id)

        async def go(model: Model, tell: Tell) -> None:
            await resume(run_id, self.settings, more=more, listener=tell, model=model)

        await self._launch(run_id, model_name, go)

    async def close(self) -> None:
        """End the work; the journal holds everything up to here, and `resume` goes on."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _launch(self, run_id: str, model_name: str, go: Go) -> None:
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def tell(_: str, __: Recorded) -> None:
            if not begun.done():
                begun.set_result(None)

        task = asyncio.create_task(self._work(model_name, go, tell, begun))
        self._tasks[run_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(run_id, None))
        await asyncio.shield(begun)

    async def _work(self, model_name: str, go: Go, tell: Tell, begun: asyncio.Future[None]) -> None:
        try:
            async with self.models.shared(model_name) as model:
                await go(model, tell)
            if not begun.done():
                begun.set_result(None)  # nothing was left to do
        except BaseException as error:
            if not begun.done():
                begun.set_exception(error)
            elif isinstance(error, Trouble):
                logging.getLogger(__name__).warning("%s", error)  # the run is paused and says why
            else:
                raise
