"""One real sandbox per test, on every bubblewrap that this machine has."""

import asyncio
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from selfstarter.core.ports import Ran
from selfstarter.sandbox.bubblewrap import Bubblewrap
from selfstarter.sandbox.limits import SandboxLimits
from selfstarter.sandbox.probe import candidates, probe


class Box:
    """The port without `await`, in one event loop."""

    def __init__(self, workspace: Path, bwrap: str) -> None:
        self.workspace = workspace
        self.bwrap = bwrap
        self.runner = asyncio.Runner()
        self.sandbox = Bubblewrap(workspace, bwrap)

    def limited(self, **limits: int) -> "Box":
        self.sandbox = Bubblewrap(self.workspace, self.bwrap, replace(SandboxLimits(), **limits))
        return self

    def run(self, *argv: str, timeout_s: float = 30, stdin: bytes = b"") -> Ran:
        return self.runner.run(self.sandbox.run(argv, timeout_s, stdin))

    def program(self, code: str, *args: str, timeout_s: float = 30) -> Ran:
        """A Python program of its own."""
        return self.run(
            sys.executable, "-I", "-c", textwrap.dedent(code), *args, timeout_s=timeout_s
        )

    def cell(self, code: str, timeout_s: float = 30) -> Ran:
        return self.runner.run(self.sandbox.python(textwrap.dedent(code), timeout_s))

    def close(self) -> None:
        self.runner.run(self.sandbox.close())
        self.runner.close()


@pytest.fixture(params=candidates() or [""])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    found = probe()
    if found.bwrap is None:
        pytest.skip(found.why)
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    made = Box(workspace, request.param)
    yield made
    made.close()
