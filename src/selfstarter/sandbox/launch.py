"""Start a program in a sandbox, and know whether the sandbox was closed before it ran."""

import asyncio
import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass

from selfstarter.sandbox.seccomp import seccomp_filter


@dataclass(frozen=True, slots=True)
class Launched:
    process: asyncio.subprocess.Process
    ready: int
    """A pipe: one byte in it says that every guard stands and the program runs."""

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
        assert self.process.stdout
        while await self.process.stdout.read(1 << 16):
            pass  # asyncio counts a process as ended only when its pipes are empty
        await self.process.wait()
        os.close(self.ready)


async def launch(argv: Callable[[int, int], list[str]]) -> Launched:
    """`argv` makes the command line of two descriptors: seccomp filter, ready."""
    seccomp, seccomp_in = os.pipe()
    ready, ready_in = os.pipe()
    try:
        os.write(seccomp_in, seccomp_filter())  # smaller than a pipe's buffer
        os.close(seccomp_in)
        os.set_blocking(ready, False)
        process = await asyncio.create_subprocess_exec(
            *argv(seccomp, ready_in),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={},
            start_new_session=True,
            pass_fds=(seccomp, ready_in),
        )
    except BaseException:
        os.close(ready)
        raise
    finally:
        os.close(seccomp)
        os.close(ready_in)
    return Launched(process, ready)
