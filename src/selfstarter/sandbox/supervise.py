"""Run one program to its end, whatever it does: wall time, memory, processes, disk, output."""

import asyncio
import contextlib
from pathlib import Path

from selfstarter.core.errors import NoSandbox
from selfstarter.core.ports import Ran
from selfstarter.sandbox.launch import Launched
from selfstarter.sandbox.limits import SandboxLimits
from selfstarter.sandbox.output import Output
from selfstarter.sandbox.watch import over_limits

GRACE_S = 0.5
"""After the end: how long the last output is waited for."""
TIMED_OUT, KILLED = 124, 137


async def supervise(
    started: Launched, workspace: Path, timeout_s: float, limits: SandboxLimits, stdin: bytes
) -> Ran:
    """Always returns, at the latest shortly after `timeout_s`; no process of it is left then.

    Raises NoSandbox: it could not be closed, and the program was not run.
    """
    process, output = started.process, Output(limits)
    reading = asyncio.create_task(read(process, output))
    feeding = asyncio.create_task(feed(process, stdin))
    watching = asyncio.create_task(over_limits(process.pid, workspace, limits))
    ending = asyncio.create_task(process.wait())
    try:
        stopped = await first(timeout_s, ending, watching, reading)
    finally:
        started.kill()
        await asyncio.wait({reading}, timeout=GRACE_S)
        for task in (reading, feeding, watching, ending):
            task.cancel()
        await asyncio.wait({reading})
        closed_in = started.was_closed_in()
        await started.end()
    if not closed_in and not stopped:
        raise NoSandbox(
            "The sandbox did not start, nothing was run: {output}", output=output.text().strip()
        )
    if stopped:
        return Ran(TIMED_OUT if stopped == "timeout" else KILLED, output.text(), stopped)
    status = process.returncode or 0
    return Ran(status if status >= 0 else 128 - status, output.text())


async def first(
    timeout_s: float,
    ending: "asyncio.Task[int]",
    watching: "asyncio.Task[str]",
    reading: "asyncio.Task[str]",
) -> str:
    """Why it had to be ended; empty when it ended by itself."""
    waiting: set[asyncio.Task[int] | asyncio.Task[str]] = {ending, watching, reading}
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    while True:
        await asyncio.wait(
            waiting, timeout=deadline - loop.time(), return_when=asyncio.FIRST_COMPLETED
        )
        if ending.done():
            return ""
        for task in (watching, reading):
            if task.done() and task.result():
                return task.result()
        if loop.time() >= deadline:
            return "timeout"
        waiting.discard(reading)  # it closed its output and goes on


async def read(process: asyncio.subprocess.Process, output: Output) -> str:
    """Until the last process closes it: empty, or why that was not waited for."""
    assert process.stdout
    while block := await process.stdout.read(1 << 16):
        output.add(block)
        if output.flooded:
            return output.flooded
    return ""


async def feed(process: asyncio.subprocess.Process, stdin: bytes) -> None:
    assert process.stdin
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(stdin)
        await process.stdin.drain()
    process.stdin.close()
