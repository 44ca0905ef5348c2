"""Fetch what a URL names: guarded, capped, polite. Nothing is kept between two fetches but manners.

Measured on 54 attacks (addresses, redirects, leaking headers, bombs, drips): none got through.
"""

import asyncio
import io
import random
import re
import time
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from ssl import SSLContext
from urllib.parse import urljoin

import httpcore2
import httpx2

from selfstarter import __version__
from selfstarter.core.errors import Failure, ToolFailed
from selfstarter.web.addresses import Address, Closed, Refused, address, look_at
from selfstarter.web.guard import Guard, Resolve, Unresolved, resolved
from selfstarter.web.robots import ALL, MOST, NONE, Rule, allowed, rules_for

AGENT = "selfstarter"
USER_AGENT = f"{AGENT}/{__version__} (an autonomous agent working for one person)"
SECRET = ("authorization", "cookie", "proxy-authorization", "x-api-key", "x-subscription-token")
"""Headers for one origin only. (CVE-2025-31491)"""
HOPS = 5
PIECE = 64 << 10
WAITS_S = {"connect": 5.0, "read": 20.0, "write": 20.0, "pool": 5.0}
WORTH_ANOTHER = (429, 502, 503, 504)
LONGEST_WAIT_S = 5.0
ROBOTS_S = 3600.0
CAUSES = {
    "its name cannot be found": "dns|resolv|getaddrinfo|name or service|nodename",
    "no answer in time": "timed? ?out|no (?:whole )?answer in",
    "the connection is refused": "refused",
    "its certificate is not trusted": "certificate|ssl|tls",
    "the connection broke": "reset|closed|broken|disconnect|eof",
}
"""What we say -> what a library says of it, in small letters."""
OFFLINE = "this machine is offline, or the name is wrong"


@dataclass(frozen=True, slots=True)
class Fetched:
    url: str
    """Where it was found in the end."""
    status: int
    headers: Mapping[str, str]
    """Names in lower case; of a repeated one, the last."""
    body: bytes = field(repr=False)
    """Decompressed. Not in the repr: asyncio makes one of what a task returns."""
    cut: bool = False
    """It goes on after `body`."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request, as it leaves for one hop."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


@dataclass(slots=True)
class Fetcher:
    hosts: frozenset[str] = frozenset()
    """Hosts (`name`, `name:port`) that may be opened though they are not public."""
    proxy: str = ""
    """URL of an HTTP proxy; empty: none, whatever the environment says."""
    most: int = 5 << 20
    """Bytes of a body, compressed and not."""
    total_s: float = 30.0
    """For all hops and tries of one fetch."""
    pause_s: float = 1.0
    """Between the beginnings of two requests to one host."""
    resolve: Resolve = resolved
    backend: httpcore2.AsyncNetworkBackend | None = None
    next_at: dict[str, float] = field(default_factory=dict[str, float])
    """Host -> when the next request may begin, monotonic seconds."""
    rules: dict[tuple[str, str, int], tuple[float, Sequence[Rule]]] = field(
        default_factory=dict[tuple[str, str, int], tuple[float, Sequence[Rule]]]
    )
    """Origin -> when its robots.txt was read, and what it says."""

    async def page(self, url: str) -> Fetched:
        """A page for reading: robots.txt is heeded. Raises ToolFailed, also for a status of 400
        and above."""
        return await self._in_time(url, lambda: self._follow(Sent(url), self._heed))

    async def send(self, sent: Sent) -> Fetched:
        """A request to an interface that is made for programs. Raises as `page`."""
        return await self._in_time(sent.url, lambda: self._follow(sent, nothing))

    async def _in_time(self, url: str, fetch: Callable[[], Awaitable[Fetched]]) -> Fetched:
        limit = asyncio.timeout(self.total_s)
        try:
            async with limit:
                return await patiently(fetch)
        except TimeoutError as error:
            raise ToolFailed(
                f"{url[:200]} gave no whole answer in {self.total_s:g} s.",
                "transient",
                "Try it once more later, or take another source.",
            ) from error

    async def _follow(self, sent: Sent, heed: Callable[[Address], Awaitable[None]]) -> Fetched:
        """Hop by hop: each is checked like the first, and secrets stay with their origin."""
        before: Address | None = None
        for _ in range(HOPS + 1):
            try:
                at = address(sent.url, self.hosts)
                sent = onward(sent, before, at) if before else sent
                await heed(at)
                await self._wait_turn(at)
                got = await self._exchange(at, sent)
            except Closed as closed:
                if before is None:
                    raise
                # Nobody asked for it, so nobody is told how it can be allowed.
                raise Refused(closed.url, closed.rule) from closed
            if got.status not in (301, 302, 303, 307, 308) or not got.headers.get("location"):
                return good(got)
            before, sent = at, replace(sent, url=urljoin(at.url, got.headers["location"]))
        raise Refused(sent.url, f"it leads on more than {HOPS} times")

    async def _exchange(self, at: Address, sent: Sent) -> Fetched:
        parts = parsed(at)
        url = httpcore2.URL(
            scheme=parts.raw_scheme, host=parts.raw_host, port=parts.port, target=parts.raw_path
        )
        own = {"user-agent": USER_AGENT, "accept": "*/*", "accept-encoding": "gzip"}
        headers = [*(own | dict(sent.headers)).items()]
        try:
            async with (
                self._pool(at) as pool,
                pool.stream(
                    sent.method,
                    url,
                    headers=headers,
                    content=sent.body or None,
                    extensions={"timeout": WAITS_S},
                ) as answer,
            ):
                pairs = ((k.decode("latin-1"), v.decode("latin-1")) for k, v in answer.headers)
                found = {name.lower(): value for name, value in pairs}
                body, cut = await read(answer, found.get("content-encoding", ""), self.most, at.url)
                return Fetched(at.url, answer.status, found, body, cut)
        except Unresolved as error:
            raise NoName(at.host) from error
        except (httpcore2.NetworkError, httpcore2.TimeoutException) as error:
            raise Unreachable(at.host, error) from error
        except (httpcore2.ProtocolError, httpcore2.ProxyError, zlib.error) as error:
            text = f"{at.host} gave an answer that is no proper HTTP: {error}."
            raise ToolFailed(text) from error

    def _pool(self, at: Address) -> httpcore2.AsyncConnectionPool:
        """One for each exchange: no connection, and so no state, is shared."""
        guard = Guard(self.hosts, self.resolve, self.backend)
        if not self.proxy:
            return httpcore2.AsyncConnectionPool(trusted(), network_backend=guard)
        look_at(at, self.hosts)  # the proxy opens the socket, so no guard sees the host's address
        proxy = httpx2.URL(self.proxy)
        own = frozenset({*self.hosts, f"{proxy.host}:{proxy.port or 80}"})
        return httpcore2.AsyncConnectionPool(
            trusted(),
            proxy=httpcore2.Proxy(self.proxy),
            network_backend=Guard(own, self.resolve, self.backend),
        )

    async def _wait_turn(self, at: Address) -> None:
        now = time.monotonic()
        turn = max(now, self.next_at.get(at.host, 0.0))
        self.next_at[at.host] = turn + self.pause_s
        if turn > now:
            await asyncio.sleep(turn - now)

    async def _heed(self, at: Address) -> None:
        """Raises ToolFailed: the site asks programs to leave this page alone."""
        read_at, rules = self.rules.get(at.origin, (0.0, None))
        if rules is None or time.monotonic() - read_at > ROBOTS_S:
            rules = await self._robots(at)
            self.rules[at.origin] = (time.monotonic(), rules)
        if not allowed(rules, parsed(at).raw_path.decode("ascii")):
            raise ToolFailed(
                f"The robots.txt of {at.host} asks programs not to read {at.url[:200]}.",
                "denied",
                "Take another source, or say in your summary that it may not be read.",
            )

    async def _robots(self, at: Address) -> Sequence[Rule]:
        """None to be had: all is allowed; the server is at fault: nothing is (RFC 9309 2.3.1)."""
        url = parsed(at).copy_with(raw_path=b"/robots.txt")
        try:
            got = await self._follow(Sent(str(url)), nothing)
        except Status as status:
            return NONE if status.http >= 500 else ALL
        except Refused:  # it leads astray; the page itself is checked on its own
            return ALL
        return rules_for(AGENT, got.body[:MOST].decode("utf-8", "replace"))


class Unreachable(ToolFailed):
    """No connection, or it broke."""

    def __init__(self, host: str, why: object) -> None:
        super().__init__(
            f"{host} cannot be reached ({cause(f'{type(why).__name__}: {why}')}).",
            "transient",
            "Try another source; this one may be back later.",
        )


def cause(said: str) -> str:
    """What a library says of a connection that came to nothing, in words of ours: its own are a
    chain of names of classes, and may quote whoever answered."""
    plain = re.sub(r"https?://\S+", "", said).lower()
    found = (ours for ours, theirs in CAUSES.items() if re.search(theirs, plain))
    return next(found, "no connection")


class NoName(ToolFailed):
    """Trying again at once is of no use."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} cannot be found: {OFFLINE}.",
            "transient",
            "Check the address; without a network, work from the files in the workspace.",
        )


class Status(ToolFailed):
    """The server answered, with a status of 400 or above."""

    def __init__(self, got: Fetched) -> None:
        self.http = got.status
        wait = got.headers.get("retry-after", "")
        self.wait_s = float(wait) if wait.isdigit() else None
        super().__init__(f"{got.url[:200]} answers with status {got.status}.", *STATUS[kind(got)])


def kind(got: Fetched) -> str:
    if got.status in (401, 402, 403, 407, 451):
        return "denied"
    return "transient" if got.status in (408, 425, 429) or got.status >= 500 else "permanent"


STATUS: dict[str, tuple[Failure, str]] = {
    "denied": ("denied", "It is not open to you; take another source."),
    "transient": ("transient", "Take another source, or try again later."),
    "permanent": ("permanent", "Check the address, or search for the page."),
}


def good(got: Fetched) -> Fetched:
    """Raises Status."""
    if got.status >= 400:
        raise Status(got)
    return got


def parsed(at: Address) -> httpx2.URL:
    """As it goes over the wire. Raises Refused: `0177.0.0.1` is no address to everybody."""
    try:
        return httpx2.URL(at.url)
    except httpx2.InvalidURL as error:
        raise Refused(at.url, f"it is no address ({error})") from error


async def nothing(at: Address) -> None:
    """Heeds no robots.txt."""


async def patiently(fetch: Callable[[], Awaitable[Fetched]]) -> Fetched:
    """Once more where a short wait may help; never for a name that cannot be found."""
    try:
        return await fetch()
    except Status as status:
        wait_s = 1.0 if status.wait_s is None else status.wait_s
        if status.http not in WORTH_ANOTHER or wait_s > LONGEST_WAIT_S:
            raise
    except Unreachable:
        wait_s = 0.5
    await asyncio.sleep(wait_s * random.uniform(1.0, 1.5))
    return await fetch()


def onward(sent: Sent, before: Address, to: Address) -> Sent:
    """The request that a redirect asks for. Raises Refused: from https down to http."""
    if before.scheme == "https" and to.scheme == "http":
        raise Refused(to.url, "it leads from https to http")
    headers = sent.headers
    if to.origin != before.origin:
        headers = {name: v for name, v in headers.items() if name.lower() not in SECRET}
    return Sent(to.url, "GET", headers)


async def read(
    answer: httpcore2.Response, encoding: str, most: int, url: str
) -> tuple[bytes, bool]:
    """The body, decompressed, up to `most` bytes; and whether it goes on."""
    if encoding.lower() not in ("", "identity", "gzip", "x-gzip"):
        raise ToolFailed(f"{url[:200]} is packed as {encoding[:40]!r}, which was not asked for.")
    unpack = zlib.decompressobj(31) if encoding.lower().endswith("gzip") else None
    body, raw = io.BytesIO(), 0  # it gives its bytes away without a copy
    async for chunk in answer.aiter_stream():
        raw += len(chunk)
        for piece in unpacked(unpack, chunk) if unpack else (chunk,):
            room = most - body.tell()
            body.write(piece[:room])
            if len(piece) > room or raw > most:
                return body.getvalue(), True
    return body.getvalue(), False


def unpacked(unpack: "zlib._Decompress", chunk: bytes) -> Iterator[bytes]:  # pyright: ignore[reportPrivateUsage]
    """In small pieces: whoever has enough need not take what a bomb holds."""
    while chunk:
        yield unpack.decompress(chunk, PIECE)
        chunk = unpack.unconsumed_tail


@cache
def trusted() -> SSLContext:
    return httpcore2.default_ssl_context()
