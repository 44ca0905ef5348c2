"""Real processes that add to a memory, and are killed."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ADD = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from memory_parts import record
from selfstarter.memory.open import open_memory
async def main():
    memory = open_memory(Path(sys.argv[1]), sys.argv[2])
    start = int(sys.argv[3])
    print("open", flush=True)
    for n in range(start, start + 1_000_000):
        await memory.add([record(f"Note {n}: the value of item{n} is {n * 7}.", "run", n)])
        print(n, flush=True)
asyncio.run(main())
"""


def adding(home: Path, start: int, url: str = "") -> "subprocess.Popen[str]":
    argv = [sys.executable, "-c", ADD, str(home), url, str(start), str(Path(__file__).parent)]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "open\n"
    return process


def acknowledged(process: "subprocess.Popen[str]", count: int) -> list[int]:
    """Reads `count` of them, kills the process, reads the rest."""
    assert process.stdout
    read = [int(process.stdout.readline()) for _ in range(count)]
    process.send_signal(signal.SIGKILL)
    read += [int(line) for line in process.stdout.read().split("\n")[:-1] if line]
    process.wait()
    return read


def eventually(true: Callable[[], bool], longest_s: float = 60) -> None:
    until = time.monotonic() + longest_s
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)
