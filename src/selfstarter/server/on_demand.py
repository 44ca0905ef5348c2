"""What is only loaded when somebody first asks for it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from starlette.types import ASGIApp, Receive, Scope, Send


class OnDemand:
    """An ASGI application that `make` opens at its first request and that `close` closes; both in
    one task of its own, as a task group wants it."""

    def __init__(self, make: Callable[[], AbstractAsyncContextManager[ASGIApp]]) -> None:
        self.make = make
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._made: asyncio.Future[ASGIApp] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._made is None:
            self._made = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._keep(self._made))
        await (await asyncio.shield(self._made))(scope, receive, send)

    async def _keep(self, made: "asyncio.Future[ASGIApp]") -> None:
        try:
            async with self.make() as app:
                made.set_result(app)
                await self._over.wait()
        except BaseException as error:
            if made.done():
                raise
            made.set_exception(error)

    async def close(self) -> None:
        self._over.set()
        if self._task:
            await self._task
