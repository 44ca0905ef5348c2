"""Our side of the Python worker: start it, ask it, interrupt it, end it."""

import asyncio
import contextlib
import json
import os
import secrets
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from selfstarter.core.errors import NoSandbox
from selfstarter.core.ports import Ran
from selfstarter.sandbox.launch import Launched
from selfstarter.sandbox.limits import SandboxLimits
from selfstarter.sandbox.output import Output
from selfstarter.sandbox.supervise import KILLED, TIMED_OUT
from selfstarter.sandbox.watch import POLL_S, descendants, over_limits

OBEY_S = 2.0
"""How long an interrupted cell has to come to its end."""
STATUS_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Worker:
    started: Launched
    watching: "asyncio.Task[str]"
    """Ends when it used too much, in a cell or after one: what a cell left behind may go on."""


class Cells:
    """One Python whose names live on. Cells take turns; a dead worker is replaced at the next."""

    def __init__(
        self, start: Callable[[], Awaitable[Launched]], workspace: Path, limits: SandboxLimits
    ) -> None:
        self.start = start
        self.workspace = workspace
        self.limits = limits
        self.turn = asyncio.Lock()
        self.worker: Worker | None = None

    async def run(self, code: str, timeout_s: float) -> Ran:
        async with self.turn:
            if self.worker is not None and self.worker.watching.done():
                return await self.lost(self.worker, Output(self.limits), "after the last cell: ")
            try:
                return await self.cell(await self.watched_worker(), code, timeout_s)
            except BaseException:
                await self.close()
                raise

    async def watched_worker(self) -> Worker:
        """The worker, watched afresh: what counts is what this cell adds to the workspace."""
        if self.worker is None:
            started = await self.start()
        else:
            started = self.worker.started
            self.worker.watching.cancel()
        watching = asyncio.create_task(ended_when_over(started, self.workspace, self.limits))
        self.worker = Worker(started, watching)
        return self.worker

    async def cell(self, worker: Worker, code: str, timeout_s: float) -> Ran:
        process, output = worker.started.process, Output(self.limits)
        nonce = secrets.token_hex(16)
        reading = asyncio.create_task(read(process, nonce, output))
        try:
            await send(process, {"nonce": nonce, "code": code})
            stopped = await stop_reason(reading, output, timeout_s)
            if stopped:
                interrupt(process.pid)
                await asyncio.wait({reading}, timeout=OBEY_S)
            if reading.done() and (status := reading.result()) is not None:
                return Ran(TIMED_OUT if stopped else status, output.text(), stopped)
        finally:
            reading.cancel()
            await asyncio.wait({reading})
        return await self.lost(worker, output, stopped)

    async def lost(self, worker: Worker, output: Output, stopped: str) -> Ran:
        """The worker is gone, or has to go."""
        over = worker.watching.result() if worker.watching.done() else ""
        closed_in = worker.started.was_closed_in()
        await self.close()
        if not closed_in:
            raise NoSandbox(
                "The sandbox did not start, nothing was run: {output}", output=output.text().strip()
            )
        status = TIMED_OUT if stopped == "timeout" else KILLED
        why = f"{stopped}{over}" or "the interpreter ended"
        return Ran(status, output.text(), f"{why}; names are lost")

    async def close(self) -> None:
        worker, self.worker = self.worker, None
        if worker is not None:
            worker.watching.cancel()
            await worker.started.end()


async def ended_when_over(started: Launched, workspace: Path, limits: SandboxLimits) -> str:
    why = await over_limits(started.process.pid, workspace, limits)
    started.kill()
    return why


async def send(process: asyncio.subprocess.Process, message: dict[str, str]) -> None:
    assert process.stdin
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the reader will see the end
        process.stdin.write(json.dumps(message).encode() + b"\n")
        await process.stdin.drain()


async def read(process: asyncio.subprocess.Process, nonce: str, output: Output) -> int | None:
    """Up to the end of the cell: its status. None: the worker died."""
    assert process.stdout
    end = f"\0{nonce}\0".encode()
    while True:
        try:
            block = await process.stdout.readuntil(end)
        except asyncio.LimitOverrunError as over:
            output.add(await process.stdout.read(over.consumed))
            continue
        except asyncio.IncompleteReadError as died:
            output.add(died.partial)
            return None
        output.add(block[: -len(end)])
        with contextlib.suppress(asyncio.IncompleteReadError):
            return int(await process.stdout.readexactly(STATUS_DIGITS))
        return None


async def stop_reason(reading: "asyncio.Task[int | None]", output: Output, timeout_s: float) -> str:
    """Why the cell must be interrupted; empty when it came to its end, or the worker to its."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    while (left := deadline - loop.time()) > 0:
        if (await asyncio.wait({reading}, timeout=min(POLL_S, left)))[0]:
            return ""
        if output.flooded:
            return output.flooded
    return "timeout"


def interrupt(bwrap: int) -> None:
    """SIGINT from outside reaches even a cell that never lets another thread run.

    Below bubblewrap's process are its init and then the worker.
    """
    below = list(descendants(bwrap))
    if len(below) > 1:
        with contextlib.suppress(ProcessLookupError):
            os.kill(below[1].pid, signal.SIGINT)
