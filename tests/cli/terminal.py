"""The command line as a person meets it: what the tests of it share."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from selfstarter.journal.sqlite import SqliteStore
from selfstarter.sandbox.probe import probe

Reply = Mapping[str, Any]
Script = Callable[..., str]
PROGRAM = (sys.executable, "-P", "-m", "selfstarter")
GOAL = "Write hello.txt with a greeting"

needs_sandbox = pytest.mark.skipif(probe().bwrap is None, reason=probe().why or "no sandbox")


def draft(*files: str) -> Reply:
    sketch = {"outcome": "It is there.", "files": files, "assumptions": (), "document": False}
    return {"for": "draft", "json": sketch}


def call(tool: str, **args: object) -> Reply:
    return {"call": {"tool": tool, "args": args}}


PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "Do it"}]}}
SAME: Reply = {"for": "amend", "json": {"quote": ""}}
WRAP_UP: Reply = {"for": "wrap_up", "text": "It is not all there."}
WRITE = call("write_file", path="hello.txt", content="hello\n")
FINISH = call("finish", summary="hello.txt says hello")
TALK: Reply = {"text": "I am thinking."}
DOWN: Reply = {"fail": "down"}
SLEEP = call("run_shell", command="touch begun; sleep 5; echo x >> slept", timeout_s=60)
LONG = call("run_shell", command="touch begun; sleep 60; echo x >> slept", timeout_s=120)


def words(*args: str | Path) -> list[str]:
    return [*PROGRAM, *map(str, args)]


Cli = Callable[..., subprocess.CompletedProcess[str]]


def clean(tmp_path: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SELFSTARTER_")}
    return kept | {"XDG_CONFIG_HOME": str(tmp_path / "config")}


def rows(home: Path, run_id: str) -> list[dict[str, Any]]:
    store = SqliteStore(home)
    try:
        return [
            {"run": run_id, "seq": r.seq, "at": r.at, **r.event.model_dump(mode="json")}
            for r in store.read(run_id)
        ]
    finally:
        store.close()


def the_run(home: Path) -> str:
    store = SqliteStore(home)
    try:
        return store.find("@last")
    finally:
        store.close()


class Live:
    """A run in a process of its own, in the middle of a call."""

    def __init__(
        self, workspace: Path, home: Path, env: dict[str, str], model: str, *options: str
    ) -> None:
        args = words("run", GOAL, "-w", workspace, "-m", model, "--home", home, *options)
        self.process = subprocess.Popen(
            args, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        until(lambda: (workspace / "begun").exists())

    def sent(self, *signals: signal.Signals) -> tuple[int, str]:
        """Exit code and stderr after the signals, a moment apart."""
        for each in signals:
            self.process.send_signal(each)
            time.sleep(0.3)
        _, err = self.process.communicate(timeout=30)
        return self.process.returncode, err


def in_terminal(args: list[str], env: dict[str, str], typed: Sequence[str]) -> tuple[int, str]:
    """Exit code, and all that a terminal is sent; each time that it asks, a line is typed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(args, stdin=theirs, stdout=theirs, stderr=theirs, env=env)
    os.close(theirs)
    said, seen, left = b"", 0, list(typed)
    while True:
        try:
            block = os.read(ours, 1 << 16)
        except OSError:
            break
        said += block
        if left and said[seen:].rstrip(b" ").endswith(b":"):
            seen = len(said)
            os.write(ours, left.pop(0).encode())
    process.wait(timeout=60)
    os.close(ours)
    return process.returncode, said.decode("utf-8", "replace")


def until(true: Callable[[], bool], longest_s: float = 20) -> None:
    end = time.monotonic() + longest_s
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
