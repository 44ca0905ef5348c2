"""One server while a run lasts: started at the first call, asked again what its tools are before
each, started anew when it has died."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from typing import TYPE_CHECKING, Any, cast

from selfstarter.core.cleaning import clean
from selfstarter.core.errors import NoSandbox, ToolFailed, Trouble
from selfstarter.core.ports import Result
from selfstarter.mcp.admission import Admitted, Said, pin
from selfstarter.mcp.pipes import Gone
from selfstarter.mcp.servers import Server

if TYPE_CHECKING:
    from mcp import Client
    from mcp.client._transport import TransportStreams
    from mcp_types import CallToolResult

log = logging.getLogger(__name__)

START_S = 30.0
LIST_S = 15.0
PAGES, TOOLS = 20, 200
RESULT = 32_000
"""Characters of a result that are passed on."""

Open = Callable[[], "AbstractAsyncContextManager[TransportStreams]"]


class Connection:
    """A server that may be running. Calls may overlap."""

    def __init__(self, server: Server, open: Open) -> None:
        self.server = server
        self.open = open
        self.turn = asyncio.Lock()
        self.keeper: asyncio.Task[None] | None = None
        self.client: Client | None = None
        self.leave = asyncio.Event()

    async def tools(self) -> list[Said]:
        """What the server says of its tools now. Raises Gone, NoSandbox."""
        client = await self.connected()
        try:
            async with asyncio.timeout(LIST_S):
                return await listed(client)
        except Exception as error:  # the SDK and the server behind it are foreign code
            await self.drop(client)
            raise Gone(f"The MCP server {self.server.name} did not say what its tools are:"
                       f" {why(error)}.", "transient") from error  # fmt: skip

    async def call(self, tool: Admitted, args: Mapping[str, Any]) -> Result:
        """Every failure is a Result, but NoSandbox."""
        try:
            said = {one.name: one for one in await self.tools()}
            now = said.get(tool.tool)
            if now is None or pin(self.server, now) != tool.pin:
                return changed(self.server, tool, gone=now is None)
            client = await self.connected()
        except ToolFailed as failed:
            return Result(failed.failure, error=str(failed), next_action=failed.next_action)
        limit = self.server.timeout_s
        try:
            async with asyncio.timeout(limit + 5):  # the SDK's own limit tells the server
                answer = await client.call_tool(tool.tool, dict(args), read_timeout_seconds=limit)
        except Exception as error:  # as above
            return await self.failed(client, tool, error)
        return result_of(tool, answer)

    async def failed(self, client: "Client", tool: Admitted, error: Exception) -> Result:
        if is_timeout(error):
            return Result(
                "transient", untrusted=True,
                error=f"{tool.name} gave no answer in {self.server.timeout_s:g} s.",
                next_action="It may have taken effect: look, then try again or another way.",
            )  # fmt: skip
        if from_server(error) and self.alive():
            return Result("permanent", error=f"{tool.name}: {why(error)}", untrusted=True)
        await self.drop(client)
        return Result(
            "transient", untrusted=True,
            error=f"The MCP server {self.server.name} ended during the call: {why(error)}.",
            next_action="It may have taken effect: look before you call it again.",
        )  # fmt: skip

    def alive(self) -> bool:
        return self.keeper is not None and not self.keeper.done()

    async def connected(self) -> "Client":
        async with self.turn:
            if self.client is not None and self.alive():
                return self.client
            await self.end()
            self.leave = asyncio.Event()
            ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
            self.keeper = asyncio.create_task(self.keep(ready, self.leave))
            try:
                async with asyncio.timeout(START_S):
                    client = await asyncio.shield(ready)
            except (NoSandbox, ToolFailed):
                raise
            except Exception as error:  # as above
                await self.end()
                said = (
                    f"no answer in {START_S:g} s" if isinstance(error, TimeoutError) else why(error)
                )
                raise Gone(
                    f"The MCP server {self.server.name} does not start: {said}.", "transient",
                    "Do without it.",
                ) from error  # fmt: skip
            self.client = client
            return client

    async def keep(self, ready: "asyncio.Future[Client]", leave: asyncio.Event) -> None:
        from mcp import Client
        from mcp_types import Implementation

        try:
            us = Implementation(name="selfstarter", version="1")
            async with Client(self.open(), cache=None, client_info=us) as client:
                if not ready.done():
                    ready.set_result(client)
                await leave.wait()
        except Exception as error:  # as above
            if not ready.done():
                ready.set_exception(root(error))
            else:
                log.info("MCP server %s: %s", self.server.name, why(error))
        finally:
            if not ready.done():
                ready.cancel()

    async def drop(self, client: "Client") -> None:
        """It does not answer as it should: the next call starts it anew."""
        async with self.turn:
            if self.client is client:
                await self.end()

    async def end(self) -> None:
        self.leave.set()
        self.client = None
        if self.keeper is not None:
            done, _ = await asyncio.wait({self.keeper}, timeout=5)
            if not done:
                self.keeper.cancel()
                await asyncio.wait({self.keeper}, timeout=5)
            with suppress(BaseException):
                self.keeper.exception()
            self.keeper = None

    async def close(self) -> None:
        async with self.turn:
            await self.end()


async def listed(client: "Client") -> list[Said]:
    found: list[Said] = []
    cursor: str | None = None
    for _ in range(PAGES):
        page = await client.list_tools(cursor=cursor)
        for tool in page.tools[:TOOLS]:
            hints = tool.annotations.model_dump(exclude_none=True) if tool.annotations else {}
            found.append(
                Said(
                    name=tool.name, description=tool.description or "",
                    parameters=tool.input_schema, output=tool.output_schema, hints=hints,
                    destructive=hints.get("destructive_hint") is True,
                )
            )  # fmt: skip
        cursor = page.next_cursor
        if not cursor or len(found) >= TOOLS:
            break
    return found[:TOOLS]


def changed(server: Server, tool: Admitted, gone: bool) -> Result:
    what = "is not there any more" if gone else "is not what was approved any more"
    return Result(
        "denied",
        error=f"{tool.name} did not run: it {what}, so it is off until a person approves it again"
        f" (selfstarter mcp approve {server.name}).",
        next_action="Do without it.",
    )


def result_of(tool: Admitted, answer: "CallToolResult") -> Result:
    text = capped(shown(answer))
    if answer.is_error:
        return Result("permanent", error=text or f"{tool.name} failed.", untrusted=True)
    return Result("ok" if text.strip() else "empty", output=text, untrusted=True)


def shown(answer: "CallToolResult") -> str:
    """Its parts as text; pictures and sounds are only named."""
    import json

    parts: list[str] = []
    for part in answer.content:
        match part.type:
            case "text":
                parts.append(part.text)
            case "image" | "audio":
                parts.append(f"[{part.mime_type}, {len(part.data) * 3 // 4:,} bytes, not shown]")
            case "resource_link":
                parts.append(f"[{part.name}: {part.uri}]")
            case "resource":
                inner = part.resource
                parts.append(
                    getattr(inner, "text", f"[{inner.mime_type} at {inner.uri}, not shown]")
                )
    if not parts and answer.structured_content is not None:
        parts.append(json.dumps(answer.structured_content, ensure_ascii=False))
    return "\n".join(parts)


def capped(text: str) -> str:
    if len(text) <= RESULT:
        return text
    note = f"\n[… cut here: the result had {len(text):,} characters, {RESULT:,} are the most]"
    return text[: RESULT - len(note)] + note


def root(error: BaseException) -> BaseException:
    """What lies in the groups that anyio makes."""
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return root(group.exceptions[0])
    return error


def why(error: BaseException) -> str:
    inner = root(error)
    if isinstance(inner, Trouble):
        return str(inner).rstrip(".")
    said = clean(str(inner), one_line=True)[:300]
    return said or type(inner).__name__


def is_timeout(error: BaseException) -> bool:
    inner = root(error)
    return isinstance(inner, TimeoutError) or getattr(inner, "code", None) == REQUEST_TIMEOUT


def from_server(error: BaseException) -> bool:
    from mcp import MCPError

    return (
        isinstance(root(error), MCPError) and getattr(root(error), "code", 0) != CONNECTION_CLOSED
    )


REQUEST_TIMEOUT, CONNECTION_CLOSED = -32001, -32000
