"""Signing in, and the questions of whoever watches the server."""

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel

from selfstarter import __version__
from selfstarter.server.access import COOKIE, LOOPBACK, Guard, name_of
from selfstarter.server.desk import AtDesk
from selfstarter.server.shapes import Login

routes = APIRouter(tags=["server"])


class Version(BaseModel):
    version: str


class Health(BaseModel):
    ok: bool


@routes.post("/api/v1/session", status_code=204)
def sign_in(login: Login, request: Request, response: Response) -> None:
    """Change the token, which the page has from the address it was opened with, into a cookie."""
    if not Guard(request.app.state.token).fits(login.token):
        raise HTTPException(401, "This is not the server's token.")
    local = name_of(request.headers.get("host", "")) in LOOPBACK
    response.set_cookie(
        COOKIE, login.token, max_age=30 * 86_400, httponly=True, samesite="strict", secure=not local
    )


@routes.get("/api/v1/version")
def version() -> Version:
    return Version(version=__version__)


@routes.get("/healthz")
def alive() -> Health:
    return Health(ok=True)


@routes.get("/readyz")
def ready(desk: AtDesk) -> Health:
    """The journal can be read."""
    desk.window.version()
    return Health(ok=True)
