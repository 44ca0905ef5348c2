"""What the routes work with, one for each server."""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from typing import Annotated, Any

from fastapi import Depends, Request

from selfstarter import steering
from selfstarter.app import Outcome, outcome
from selfstarter.core.errors import NothingToDo, Trouble
from selfstarter.core.ports import Recorded
from selfstarter.core.state import State
from selfstarter.server.engine import Engine, Goal
from selfstarter.server.openai_shapes import Ask
from selfstarter.settings import Settings, load, narrowed
from selfstarter.viewing import LOOK_S, Window
from selfstarter.working import Worker

log = logging.getLogger(__name__)

SCHEDULED = 2
"""Runs of schedules at once."""
AGAIN_S = 10.0
RESPONSES = 1_000


class Desk:
    def __init__(self, settings: Settings) -> None:
        """Raises BadSetting: the journal cannot be used."""
        self.settings = settings
        self.window = Window(settings)
        self.engine = Engine(settings)
        self.responses: dict[str, Ask] = {}
        """Run -> how it was asked for by OpenAI's protocol, RESPONSES of them at most."""
        self._worker: Worker | None = None

    async def begin(
        self,
        goal: str,
        workspace: str = "",
        criteria: Sequence[str] = (),
        given: Mapping[str, Any] | None = None,
        run_id: str = "",
        *,
        attended: bool = True,
        held: bool = False,
        review: bool = False,
    ) -> str:
        """Begin a run, in a new folder if `workspace` is empty. `given`: settings that were asked
        for, stronger than what the workspace's own file lowers. Returns its id. Raises as
        `Engine.start`."""
        run_id = run_id or secrets.token_hex(4)
        folder = workspace or self._new_folder(run_id)
        wanted = Goal(goal, folder, criteria, attended, held, review)
        settings = narrowed(self.settings, wanted.workspace)
        await self.engine.start(wanted, settings.model_copy(update=dict(given or {})), run_id)
        return run_id

    def asked_for(self, run_id: str, wanted: Ask) -> None:
        """It is not in the journal: of older ones, and after a restart, only the run is known."""
        self.responses[run_id] = wanted.model_copy(update={"input": ""})
        if len(self.responses) > RESPONSES:
            self.responses.pop(next(iter(self.responses)))

    async def attend(self) -> None:
        """Fire the schedules and pursue their runs, until it is cancelled."""
        while True:
            try:
                self._worker = Worker(self.settings, told, self.engine.models)
                await self._worker.work(SCHEDULED, scheduled=True)
            except Trouble as trouble:  # the database is gone for a while
                log.warning("Schedules wait: %s", trouble)
                await asyncio.sleep(AGAIN_S)

    async def resume(self, run_id: str, more: dict[str, float | None]) -> None:
        """With the model that it was begun with. Raises as `Engine.resume`."""
        started = self.window.state(run_id).started
        await self.engine.resume(run_id, started.model if started else self.settings.model, more)

    async def watched(
        self, run_id: str, after: int = 0, *, alone_too: bool = False
    ) -> AsyncGenerator[tuple[list[Recorded], State]]:
        """The events after `after` and the state with them, until the run rests: it has ended, it
        waits for a person, or nobody pursues it. If whoever watches goes away, it is paused, but
        where it is to go on `alone_too`."""
        try:
            while True:
                driven = self.window.is_driven(run_id)  # before the look, so that nothing is missed
                found = await asyncio.to_thread(self.window.events, run_id, after)
                if found:
                    after = found[-1].seq
                    yield found, await asyncio.to_thread(self.window.state, run_id)
                elif driven:
                    await asyncio.sleep(LOOK_S)
                else:
                    return
        except (asyncio.CancelledError, GeneratorExit):
            if not alone_too:
                with suppress(NothingToDo):
                    steering.tell(run_id, "pause", "Whoever asked for it went away.", self.settings)
            raise

    def outcome(self, name: str) -> Outcome:
        """How a run stands now; only what is new in its journal is read. Raises NoSuchRun."""
        run_id = self.window.find(name)
        return outcome(run_id, self.window.state(run_id), self.settings.home)

    def _new_folder(self, run_id: str) -> str:
        folder = self.settings.home / "workspaces" / run_id
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    def reload(self) -> None:
        """The settings anew, for what is begun from now on; the journal stays where it is. Raises
        BadSetting."""
        place = {"home": self.settings.home, "database": self.settings.database}
        self.settings = self.engine.settings = load(place)
        if self._worker:
            self._worker.reload(self.settings)

    async def close(self) -> None:
        await self.engine.close()
        self.window.close()


def told(run_id: str, what: str) -> None:
    log.info("Run %s: %s", run_id, what)


def desk_of(request: Request) -> Desk:
    return request.app.state.desk


AtDesk = Annotated[Desk, Depends(desk_of)]
