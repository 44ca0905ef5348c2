"""Start a sandbox, tell it its program, and know whether it was closed before that ran."""

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import FileIO

from selfstarter.sandbox.seccomp import seccomp_filter

PIPE_BYTES = 1 << 20
"""A command line fits in, so that telling it never waits for the other side."""


@dataclass(frozen=True, slots=True)
class Launched:
    """A sandbox that has its guards, or is about to, and waits for its program."""

    process: asyncio.subprocess.Process
    ready: int
    """A pipe: one byte in it says that every guard stands and the program runs."""
    go: FileIO
    """A pipe that the stage inside reads the program from."""

    def run(self, program: Sequence[str]) -> None:
        """Once. A sandbox that has ended meanwhile shows in `was_closed_in`."""
        with contextlib.suppress(BrokenPipeError):
            rest = b"".join(os.fsencode(word) + b"\0" for word in program)
            while rest:
                rest = rest[self.go.write(rest) or 0 :]
        self.go.close()

    def was_closed_in(self) -> bool:
        """Ask once, when the program has said something or ended."""
        with contextlib.suppress(BlockingIOError):
            return os.read(self.ready, 1) == b"1"
        return False

    def kill(self) -> None:
        """Killing bubblewrap ends its pid namespace, and with it whatever was forked inside."""
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, 9)

    async def end(self) -> None:
        """Kill, and return when it is gone. Nobody else may be reading its output."""
        self.kill()
        self.go.close()
        assert self.process.stdout
        while await self.process.stdout.read(1 << 16):
            pass  # asyncio counts a process as ended only when its pipes are empty
        await self.process.wait()
        os.close(self.ready)


async def launch(argv: Callable[[int, int, int], list[str]]) -> Launched:
    """`argv` makes the command line of three descriptors: seccomp filter, ready, go."""
    seccomp, seccomp_in = os.pipe()
    ready, ready_in = os.pipe()
    go_out, go = os.pipe()
    try:
        with contextlib.suppress(OSError):  # more than this person may have; then it may wait
            fcntl.fcntl(go, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        os.write(seccomp_in, seccomp_filter())  # smaller than a pipe's buffer
        os.close(seccomp_in)
        os.set_blocking(ready, False)
        process = await asyncio.create_subprocess_exec(
            *argv(seccomp, ready_in, go_out),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={},
            start_new_session=True,
            pass_fds=(seccomp, ready_in, go_out),
        )
    except BaseException:
        os.close(ready)
        os.close(go)
        raise
    finally:
        os.close(seccomp)
        os.close(ready_in)
        os.close(go_out)
    return Launched(process, ready, FileIO(go, "w"))
