"""A server reached by streamable HTTP, through a guard that sits where the socket opens."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpcore2
import httpx2

if TYPE_CHECKING:
    from mcp.client._transport import TransportStreams

MOST_BYTES = 32 << 20
"""Of one response body: a stream of events that goes on for long is ended too."""


class TooLong(httpx2.ReadError):
    pass


class Capped(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self.inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        total = 0
        async for block in self.inner:
            total += len(block)
            if total > MOST_BYTES:
                raise TooLong(f"the answer is longer than {MOST_BYTES >> 20} MB")
            yield block

    async def aclose(self) -> None:
        await self.inner.aclose()


class Guarded(httpx2.AsyncHTTPTransport):
    """Opens sockets only through `guard`; no proxy of the environment stands in between."""

    def __init__(self, guard: httpcore2.AsyncNetworkBackend) -> None:
        super().__init__(trust_env=False, retries=0)
        # httpx2 takes no network backend of its own; a test shows that this one is asked.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=httpx2.create_ssl_context(trust_env=False), network_backend=guard
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=Capped(response.stream),
            extensions=response.extensions,
        )


@asynccontextmanager
async def streamable(
    url: str, key: str, guard: httpcore2.AsyncNetworkBackend
) -> "AsyncGenerator[TransportStreams]":
    """`key`: sent as a bearer token to this origin alone (the SDK follows no redirect off it)."""
    from mcp.client.streamable_http import streamable_http_client

    headers = {"Authorization": f"Bearer {key}"} if key else {}
    # No gzip: a small answer could be an endless one.
    headers["Accept-Encoding"] = "identity"
    timeout = httpx2.Timeout(30.0, read=300.0)
    async with (
        httpx2.AsyncClient(
            transport=Guarded(guard), headers=headers, timeout=timeout, trust_env=False
        ) as client,
        streamable_http_client(url, http_client=client) as streams,
    ):
        yield streams
