"""Signing in, and the questions of whoever watches the server."""

import asyncio
from typing import Literal

from fastapi import APIRouter, HTTPException, Request, Response
from pydantic import BaseModel

from selfstarter import __version__
from selfstarter.core.cleaning import clean
from selfstarter.core.events import Limits
from selfstarter.core.permissions import Mode
from selfstarter.doctor import examine
from selfstarter.server.access import COOKIE, LOOPBACK, Guard, name_of
from selfstarter.server.desk import AtDesk
from selfstarter.server.language import Language
from selfstarter.server.shapes import Login
from selfstarter.words import in_language

routes = APIRouter(tags=["server"])


class Version(BaseModel):
    version: str


class Defaults(BaseModel):
    model: str
    mode: Mode
    limits: Limits
    home: str
    """Folder of journal and reports."""


class Found(BaseModel):
    name: str
    state: Literal["ok", "off", "bad"]
    """off: not there and not needed as things are set; bad: runs will meet it."""
    said: str
    mend: str
    """What a person can do; empty where there is nothing to do."""


class Findings(BaseModel):
    findings: list[Found]


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


@routes.get("/api/v1/defaults")
def defaults(desk: AtDesk) -> Defaults:
    """What a run has that is begun with its goal only."""
    settings = desk.settings
    return Defaults(
        model=settings.model,
        mode=settings.mode,
        limits=settings.limits(),
        home=str(settings.home),
    )


@routes.get("/api/v1/doctor")
def doctor(desk: AtDesk, language: Language) -> Findings:
    """What this machine has and lacks, as `selfstarter doctor` says it. Nobody outside is asked."""
    found = asyncio.run(examine(desk.settings))  # in a thread of its own: some of it takes a while
    return Findings(
        findings=[
            Found(
                name=one.name,
                state=one.state,
                said=clean(in_language(language, one.said)),
                mend=clean(in_language(language, one.mend)),
            )
            for one in found
        ]
    )


@routes.get("/healthz")
def alive() -> Health:
    return Health(ok=True)


@routes.get("/readyz")
def ready(desk: AtDesk) -> Health:
    """The journal can be read."""
    desk.window.version()
    return Health(ok=True)
