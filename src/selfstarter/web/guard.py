"""The guard sits where the socket opens, so that redirects, retries and a name that changes its
mind (DNS rebinding) all pass through it: what was checked is what is connected to."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, cast

import httpcore2

from selfstarter.web.addresses import (
    NOT_PUBLIC,
    Refused,
    named,
    parsed_ip,
    public,
    refusal,
    why_not,
)

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) -> its addresses. Raises OSError: there are none."""


class Unresolved(httpcore2.ConnectError):
    """The name has no address: there is no such host, or no network."""


async def resolved(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Guard(httpcore2.AsyncNetworkBackend):
    """Opens sockets to public addresses, and to those that `hosts` names (`name`, `name:port`)."""

    def __init__(
        self,
        hosts: frozenset[str],
        resolve: Resolve = resolved,
        backend: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self.hosts = hosts
        self.resolve = resolve
        # The cast: without anyio the name stands for a class that only complains.
        plain = cast(httpcore2.AsyncNetworkBackend, httpcore2.AnyIOBackend())
        self.backend = backend or plain

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the name is the base class's)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Raises Refused, and httpcore2's ConnectError, ConnectTimeout."""
        addresses = await self.allowed(host, port)
        trouble: Exception = Unresolved(f"{host} has no address")
        for ip in addresses:
            try:
                return await self.backend.connect_tcp(
                    ip, port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                trouble = error
        raise trouble

    async def allowed(self, host: str, port: int) -> Sequence[str]:
        """The addresses of `host`; one that is not public is enough to refuse them all."""
        try:
            found = list(dict.fromkeys(await self.resolve(host, port)))
        except (OSError, UnicodeError) as error:
            raise Unresolved(f"cannot resolve {host}: {error}") from error
        if named(host, port, self.hosts):
            return found
        for text in found:
            ip = parsed_ip(text)
            if ip is None or not public(ip):
                raise refusal(f"{host}:{port}", host, port, why_not(ip) if ip else NOT_PUBLIC)
        return found

    async def connect_unix_socket(self, *args: Any, **more: Any) -> httpcore2.AsyncNetworkStream:
        raise Refused("unix:", "a socket of this machine is not the web")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
