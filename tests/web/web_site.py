"""A web site on loopback, and the wires that make names of the internet lead to it."""

import asyncio
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import httpcore2

PUBLIC = "93.184.216.34"


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    chunks: Callable[[], Iterable[bytes]] | None = None
    """Instead of a body: sent as they come, until the other side hangs up."""


def page(text: str, **more: Any) -> Answer:
    return Answer(f"<html><body>{text}</body></html>".encode(), **more)


def to(url: str, status: int = 302) -> Answer:
    return Answer(status=status, headers={"Location": url})


@dataclass(frozen=True)
class Heard:
    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Site(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answers: Mapping[str, Answer | Sequence[Answer]]) -> None:
        super().__init__(("127.0.0.1", 0), Serving)
        self.answers = dict(answers)
        self.heard: list[Heard] = []

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def paths(self) -> list[str]:
        return [heard.path for heard in self.heard if heard.path != "/robots.txt"]

    def answer(self, path: str) -> Answer:
        found = self.answers.get(path) or self.answers.get(path.partition("?")[0])
        if isinstance(found, Sequence):
            times = sum(heard.path == path for heard in self.heard)
            return found[min(times, len(found)) - 1]
        return found or Answer(b"not here", status=404)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of these tests."""


class Serving(BaseHTTPRequestHandler):
    server: Site  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        heard = Heard(self.command, self.path, headers, self.rfile.read(length))
        self.server.heard.append(heard)
        answer = self.server.answer(self.path)
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.type, **answer.headers}.items():
            self.send_header(name, value)
        if answer.chunks is None:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        for chunk in answer.chunks() if answer.chunks else (answer.body,):
            self.wfile.write(chunk)
            self.wfile.flush()

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def served(answers: Mapping[str, Answer | Sequence[Answer]]) -> Generator[Site, None, None]:
    site = Site(answers)
    thread = threading.Thread(target=site.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()
        thread.join()


class Wires(httpcore2.AsyncNetworkBackend):
    """Sockets to `leads` are sockets to the site; all that were asked for are written down."""

    def __init__(self, leads: str = PUBLIC, port: int = 0) -> None:
        self.leads = leads
        self.port = port
        self.opened: list[tuple[str, int]] = []

    async def connect_tcp(self, host: str, port: int, *args: Any, **more: Any) -> Any:
        self.opened.append((host, port))
        if host != self.leads or not self.port:
            raise httpcore2.ConnectError(f"nobody at {host}")
        plain = cast(httpcore2.AsyncNetworkBackend, httpcore2.AnyIOBackend())
        return await plain.connect_tcp("127.0.0.1", self.port, *args, **more)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Names:
    """A resolver: each name's answers in turn, the last one for ever."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): list(given) for name, given in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        given = self.answers.get(host)
        if given is None:
            raise OSError("no such name")
        return given.pop(0) if len(given) > 1 else given[0]
