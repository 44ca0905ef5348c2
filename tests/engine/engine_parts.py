"""Workers in processes of their own."""

import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

WORK = """
import asyncio, sys
from pathlib import Path
from selfstarter.engine import slots, workers
from selfstarter.engine.table import TableEngine
from selfstarter.journal.open import open_store

async def go(run_id):
    print(run_id, flush=True)
    await asyncio.sleep(600)

store = open_store(Path(sys.argv[1]), sys.argv[2])
workers.BEAT_S, slots.SILENT_S = 0.5, 2.0
asyncio.run(TableEngine(store).work(go, 2, asyncio.Event()))
"""


@contextmanager
def process(code: str, *args: str | Path) -> Generator["subprocess.Popen[str]"]:
    argv = [sys.executable, "-c", code, *map(str, args)]
    running = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def said(running: "subprocess.Popen[str]") -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def until(true: Callable[[], bool], longest_s: float = 60) -> None:
    end = time.monotonic() + longest_s
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


LOG = """
import asyncio, os, sys
from pathlib import Path
from selfstarter.engine import slots, workers
from selfstarter.engine.table import TableEngine
from selfstarter.journal.open import open_store

log = os.open(sys.argv[3], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
store = open_store(Path(sys.argv[1]), sys.argv[2])
workers.BEAT_S, slots.SILENT_S = 0.5, 2.0
pens = open_store(Path(sys.argv[1]), sys.argv[2])

async def go(run_id):
    with pens.hold(run_id):
        os.write(log, f"+ {run_id} {os.getpid()}\\n".encode())
        await asyncio.sleep(600 if run_id in sys.argv[4:] else 0.05)
        os.write(log, f"- {run_id} {os.getpid()}\\n".encode())
    return True

limits = {"x": 2, "x:small": 1, "nobody": 0}
asyncio.run(TableEngine(store).work(go, 3, asyncio.Event(), limits))
"""
"""Each worker says in one log what it begins and what it ends; runs named after the log hang."""
