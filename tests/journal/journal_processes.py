"""Real processes at a journal, and what a test says to it without `await`."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from selfstarter.core.events import AnyEvent, RunStarted
from selfstarter.core.ports import Command, Recorded
from selfstarter.journal.store import RunJournal

STARTED = RunStarted(goal="g", workspace="/w", model="scripted")
OPEN = """
import asyncio, sys, time
from pathlib import Path
from selfstarter.core.events import CallStarted
from selfstarter.journal.open import open_store
store = open_store(Path(sys.argv[1]), sys.argv[2])
"""
HOLD = """
with store.open("r"):
    print("held", flush=True)
    time.sleep(60)
"""
WRITE = """
async def main():
    with store.open("r") as journal:
        while True:
            recorded = await journal.append(CallStarted(call_id="x" * 300))
            print(recorded.seq, flush=True)
asyncio.run(main())
"""


@contextmanager
def process(code: str, home: Path, url: str) -> Generator[subprocess.Popen[str]]:
    """Runs `code` at the journal `store`."""
    argv = [sys.executable, "-c", OPEN + code, str(home), url]
    running = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def said(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def appended(journal: RunJournal, *events: AnyEvent) -> list[Recorded]:
    async def main() -> list[Recorded]:
        return [await journal.append(event) for event in events]

    return asyncio.run(main())


def commands(journal: RunJournal) -> list[Command]:
    async def main() -> list[Command]:
        _ = [recorded async for recorded in journal.read()]
        return list(await journal.commands())

    return asyncio.run(main())


def until(true: Callable[[], bool], longest_s: float = 30) -> None:
    end = time.monotonic() + longest_s
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
