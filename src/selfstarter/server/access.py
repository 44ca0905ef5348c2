"""Who may call: a token, from this machine's own names, and from no other site's page (X45)."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import Request
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import JSONResponse, Response

COOKIE = "selfstarter"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
OPEN = ("/healthz", "/readyz", "/api/v1/session")
"""Paths that need no token. All else that answers without one is the page itself, which holds
nothing of anybody."""
API = ("/api/", "/mcp", "/v1/", "/ap/")
SAFE = ("GET", "HEAD", "OPTIONS")

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
FILE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Of files that a run has made: shown, never run, and loading nothing."""


def token_in(home: Path) -> str:
    """The server's token, made once; a page that is open survives a restart. 0600."""
    path = home / "server-token"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return path.read_text("ascii").strip() or fresh(path)
    except (OSError, UnicodeDecodeError):
        return fresh(path)


def fresh(path: Path) -> str:
    token = secrets.token_urlsafe(32)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="ascii") as text:
        text.write(token + "\n")
    return token


def refusal(status: int, detail: str) -> Response:
    title = {400: "Bad request", 401: "Not signed in", 403: "Refused"}[status]
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(body, status, media_type="application/problem+json")


class Guard:
    """A middleware: looks at Host, Origin and token before anything else does."""

    def __init__(self, token: str, hosts: Sequence[str] = ()) -> None:
        """`hosts`: names under which the server is reached, besides those of loopback."""
        self.token = token
        self.hosts = {host.lower() for host in (*LOOPBACK, *hosts)}

    async def __call__(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        wrong = self.wrong(request)
        response = wrong or await call_next(request)
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    def wrong(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        if name_of(host) not in self.hosts:
            return refusal(403, f"This server does not answer to the name {host[:100]!r}.")
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return refusal(403, "This request comes from another site's page.")
        path = request.url.path
        if path in OPEN or not path.startswith(API):
            return None
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.fits(bearer):
            return None
        if not self.fits(request.cookies.get(COOKIE, "")):
            return refusal(401, "A token is needed: open the address that `selfstarter ui` prints.")
        if request.method not in SAFE and origin is None:
            return refusal(403, "A browser's request that changes something must name its origin.")
        return None

    def fits(self, token: str) -> bool:
        return secrets.compare_digest(token.encode(), self.token.encode())


def name_of(host: str) -> str:
    """`[::1]:80` -> `[::1]`."""
    name, bracket, _ = host.lower().partition("]")
    return name + bracket if bracket else name.partition(":")[0]
