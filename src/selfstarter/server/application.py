"""The server put together: guard, API, page."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.routing import Match, Route
from starlette.types import ASGIApp

from selfstarter import __version__
from selfstarter.core.errors import Trouble
from selfstarter.server import (
    agent_protocol,
    configuration,
    history,
    inbox,
    memory,
    openai,
    runs,
    schedules,
    session,
    stream,
)
from selfstarter.server.access import API, Guard, token_in
from selfstarter.server.description import Described
from selfstarter.server.desk import Desk
from selfstarter.server.on_demand import OnDemand
from selfstarter.server.problems import PROBLEMS, malformed, problem, troubled
from selfstarter.settings import Settings

PAGE = Path(__file__).parent / "page"
"""The built page (ui/): `index.html` and `assets/`."""
PARTS = (
    session,
    configuration,
    runs,
    history,
    inbox,
    memory,
    schedules,
    stream,
    openai,
    agent_protocol,
)


def application(settings: Settings, hosts: Sequence[str] = (), *, fires: bool = True) -> FastAPI:
    """`hosts`: names under which the server is reached, besides those of loopback. `fires`: what
    schedules want.

    Raises BadSetting: the journal cannot be used.
    """
    desk = Desk(settings)
    tools = OnDemand(lambda: tools_of(desk))

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncGenerator[None]:
        attending = asyncio.ensure_future(desk.attend()) if fires else None
        yield
        if attending:
            attending.cancel()
            await asyncio.gather(attending, return_exceptions=True)
        await tools.close()
        await desk.close()

    app = Described(
        title="selfstarter",
        version=__version__,
        lifespan=life,
        docs_url=None,
        redirect_slashes=False,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        responses=PROBLEMS,
    )
    app.state.desk = desk
    app.state.token = token_in(settings.home)
    app.add_middleware(BaseHTTPMiddleware, dispatch=Guard(app.state.token, hosts))
    app.add_exception_handler(Trouble, troubled)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, malformed)
    for part in PARTS:
        app.include_router(part.routes)
    app.router.routes.append(Route("/mcp", tools))
    return app


@asynccontextmanager
async def tools_of(desk: Desk) -> AsyncGenerator[ASGIApp]:
    from selfstarter.server import mcp  # the SDK takes as long to load as all the rest

    async with mcp.over_http(desk) as app:
        yield app


def page(path: str) -> Response:
    """Every state of the page is an address of its own, so all that is no file is the page."""
    file = (PAGE / path).resolve()
    if path and file.is_file() and file.is_relative_to(PAGE):
        kept = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
        return FileResponse(file, headers={"Cache-Control": kept})
    index = PAGE / "index.html"
    if not index.is_file():
        return problem(404, "No page", "The page is not built; the API is at /api/v1.")
    return FileResponse(index, headers={"Cache-Control": "no-cache"})


def refused(request: Request, error: Exception) -> Response:
    """Also whatever has no route: the page, but for the API's addresses."""
    assert isinstance(error, HTTPException)
    path, detail = request.url.path, str(error.detail)
    if error.status_code == 404 and error.detail == "Not Found":
        if request.method in ("GET", "HEAD") and not path.startswith(API):
            return page(path.removeprefix("/"))
        detail = f"There is nothing at {path}."
    answer = problem(error.status_code, str(error.detail), detail)
    answer.headers.update(error.headers or {})
    if error.status_code == 405:  # the router names those of the first route only
        answer.headers["Allow"] = ", ".join(sorted(allowed(request)))
    return answer


def allowed(request: Request) -> set[str]:
    """The methods of whatever lies at that address; `/config/schema` is not the key `schema`."""
    routes = (route for part in PARTS for route in part.routes.routes)
    found = (r for r in routes if isinstance(r, Route | APIRoute))
    here = [r for r in found if r.matches(request.scope)[0] != Match.NONE]
    here = [route for route in here if "{" not in route.path] or here
    return {method for route in here for method in route.methods or ()}
