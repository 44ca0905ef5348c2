"""The sandbox as tests use it: without `await`, with programs written as text."""

import asyncio
import os
import platform
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

from selfstarter.core.ports import Ran
from selfstarter.sandbox.bubblewrap import Bubblewrap, Grants
from selfstarter.sandbox.limits import SandboxLimits
from selfstarter.sandbox.seccomp import ABSENT, ASKED, DENIED

COLUMN = 0 if platform.machine() == "x86_64" else 1
NUMBERS = {name: pair[COLUMN] for name, pair in (DENIED | ABSENT | ASKED).items()}


class Box:
    """The port without `await`, in one event loop."""

    def __init__(self, workspace: Path, bwrap: str) -> None:
        self.workspace = workspace
        self.bwrap = bwrap
        self.runner = asyncio.Runner()
        self.sandbox = Bubblewrap(workspace, bwrap, keep_ready=True)

    def limited(self, **limits: int) -> "Box":
        return self.other(limits=replace(SandboxLimits(), **limits))

    def granted(self, grants: Grants) -> "Box":
        return self.other(grants=grants)

    def other(self, limits: SandboxLimits | None = None, grants: Grants | None = None) -> "Box":
        self.close_worker()
        self.sandbox = Bubblewrap(self.workspace, self.bwrap, limits, grants, keep_ready=True)
        return self

    def run(self, *argv: str, timeout_s: float = 30, stdin: bytes = b"") -> Ran:
        return self.runner.run(self.sandbox.run(argv, timeout_s, stdin))

    def program(self, code: str, *args: str | Path, timeout_s: float = 30) -> Ran:
        """A Python program of its own."""
        words = (textwrap.dedent(code), *map(str, args))
        return self.run(sys.executable, "-I", "-c", *words, timeout_s=timeout_s)

    def attack(self, code: str, *args: str | Path, timeout_s: float = 30) -> list[str]:
        """What got through. `code` calls `through(what)`, and `tries(what, call)` for a call that
        must raise OSError; `system_call(name, …)` makes the call that the C library does not offer.
        """
        numbers = f"numbers = {NUMBERS}\n"
        ran = self.program(
            numbers + ATTACK + textwrap.dedent(code) + DONE, *args, timeout_s=timeout_s
        )
        assert ran.output.endswith("attacked\n"), f"the attack itself failed: {ran}"
        return [line[3:] for line in ran.output.splitlines() if line.startswith("!! ")]

    def cell(self, code: str, timeout_s: float = 30) -> Ran:
        return self.runner.run(self.sandbox.python(textwrap.dedent(code), timeout_s))

    def close_worker(self) -> None:
        self.runner.run(self.sandbox.close())

    def close(self) -> None:
        self.close_worker()
        self.runner.close()


ATTACK = """
import ctypes, os, sys
args = sys.argv[1:]
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def through(what):
    print("!!", what, flush=True)
def tries(what, call):
    try:
        answer = call()
    except OSError:
        return
    through(f"{what}: {answer!r}")
def system_call(name, *words):
    longs = [ctypes.c_long(word) if isinstance(word, int) else word for word in words]
    answer = libc.syscall(ctypes.c_long(numbers[name]), *longs)
    if answer == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer
"""
DONE = "\nprint('attacked')\n"


def running(mark: str) -> list[str]:
    """Command lines of this machine that hold `mark`."""
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if mark in line:
                found.append(line)
    return found
