"""A server that is a program: its stdin and stdout as a transport of the SDK.

The SDK's own stdio client starts the program itself, with the rights of the agent; here somebody
else starts it, in a sandbox. What is no message (a line of chatter) is passed over; a message
without end ends the server.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from selfstarter.core.errors import ToolFailed

if TYPE_CHECKING:
    from mcp.client._transport import TransportStreams

LONGEST_LINE = 16 << 20
"""Bytes of one message."""


class Program(Protocol):
    """A running server."""

    @property
    def process(self) -> asyncio.subprocess.Process: ...
    async def end(self) -> None:
        """It and all that it started are gone when this returns."""
        ...


Start = Callable[[], Awaitable[Program]]


@asynccontextmanager
async def pipes(start: Start) -> "AsyncGenerator[TransportStreams]":
    import anyio
    import mcp_types
    from mcp.shared.message import SessionMessage

    program = await start()
    stdin, stdout = program.process.stdin, program.process.stdout
    assert stdin and stdout
    heard, read_stream = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    write_stream, to_say = anyio.create_memory_object_stream[SessionMessage](0)

    async def hear() -> None:
        with suppress(anyio.ClosedResourceError, anyio.BrokenResourceError):
            async with heard:
                buffer = bytearray()
                while block := await stdout.read(1 << 16):
                    *lines, rest = block.split(b"\n")
                    for line in lines:
                        buffer += line
                        message = parsed(bytes(buffer))
                        buffer.clear()
                        if message is not None:
                            await heard.send(message)
                    buffer += rest
                    if len(buffer) > LONGEST_LINE:
                        return

    def parsed(line: bytes) -> SessionMessage | None:
        try:
            return SessionMessage(
                mcp_types.jsonrpc_message_adapter.validate_json(line, by_name=False)
            )
        except ValueError:
            return None

    async def say() -> None:
        with suppress(OSError, anyio.ClosedResourceError, anyio.BrokenResourceError):
            async with to_say:
                async for one in to_say:
                    text = one.message.model_dump_json(by_alias=True, exclude_unset=True)
                    stdin.write(text.encode() + b"\n")
                    await stdin.drain()
        await heard.aclose()  # nobody listens any more: what waits for an answer must not hang

    tasks = [asyncio.create_task(hear()), asyncio.create_task(say())]
    try:
        yield read_stream, write_stream
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for stream in (heard, read_stream, write_stream, to_say):
            stream.close()
        await program.end()


class Gone(ToolFailed):
    """The server could not be started, or ended."""
