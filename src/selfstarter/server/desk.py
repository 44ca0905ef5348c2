"""What the routes work with, one for each server."""

from typing import Annotated

from fastapi import Depends, Request

from selfstarter.server.engine import Engine
from selfstarter.settings import Settings
from selfstarter.viewing import Window


class Desk:
    def __init__(self, settings: Settings) -> None:
        """Raises BadSetting: the journal cannot be used."""
        self.settings = settings
        self.window = Window(settings)
        self.engine = Engine(settings)

    async def resume(self, run_id: str, more: dict[str, float | None]) -> None:
        """With the model that it was begun with. Raises as `Engine.resume`."""
        started = self.window.state(run_id).started
        await self.engine.resume(run_id, started.model if started else self.settings.model, more)

    async def close(self) -> None:
        await self.engine.close()
        self.window.close()


def desk_of(request: Request) -> Desk:
    return request.app.state.desk


AtDesk = Annotated[Desk, Depends(desk_of)]
