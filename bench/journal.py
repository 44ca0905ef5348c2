"""What it costs to keep an event for ever, side by side in one run: `python bench/journal.py`.

Each round runs every row once, in turn, so that a busy machine is busy for all of them alike: the
same rows put into the same database by hand, one commit each; our journal; and, where they can be
installed, LangGraph's SQLite checkpointer (synchronous) and DBOS on SQLite, each in a venv of its
own below build/. PEERS=0 leaves them out. CPU is that of the process, so without Postgres' server.
Last line: `bench-journal sqlite_cpu_x=N.N sqlite_wall_x=N.N postgres_cpu_x=N.N postgres_wall_x=N.N
langgraph_cpu_x=N.N dbos_cpu_x=N.N langgraph_wall_x=N.N dbos_wall_x=N.N growth_10k=N.NN`: times
the commit by hand (`-`: not measured); growth: the database's size over the bytes of its events.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import apsw
from bench.journal_peers import timed

from selfstarter.core.events import (
    AnyEvent,
    CallChosen,
    CallReturned,
    CallStarted,
    ModelCalled,
    RunStarted,
)
from selfstarter.core.ports import Recorded
from selfstarter.evals.postgres import NoPostgres, Server
from selfstarter.journal.open import open_store
from selfstarter.journal.store import row_of

ROOT = Path(__file__).resolve().parents[1]
VENVS = ROOT / "build" / "bench-journal"
PEERS = {
    "langgraph": ("langgraph>=1", "langgraph-checkpoint-sqlite>=3"),
    "dbos": ("dbos>=3",),
}
STEPS = int(os.environ.get("STEPS", "200"))
"""Events, or a peer's steps, of a row in a round."""
ROUNDS = int(os.environ.get("ROUNDS", "3"))
BYTES = 1_000
LONG = 10_000
"""Events of the run whose growth is measured."""
EVENT = CallReturned(call_id="1", status="ok", output="x" * BYTES)
STEP: tuple[AnyEvent, ...] = (
    ModelCalled(purpose="choose", text="x" * 400, input=4_000, output=120),
    CallChosen(call_id="1", tool="read_file", args={"path": "notes/2026/november.md"}),
    CallStarted(call_id="1"),
    EVENT,
)
"""What a step of a run leaves."""
Took = tuple[float, float]
"""Wall seconds, CPU seconds of all steps."""


def rows(many: int) -> list[tuple[str, int, float, str, str]]:
    return [("r", *row_of(Recorded(n, time.time(), EVENT))) for n in range(2, many + 2)]


def sqlite_by_hand(folder: Path) -> Took:
    """apsw, as we open it."""
    file: Any = apsw.Connection(str(folder / "by-hand.db"))
    file.pragma("journal_mode", "wal")
    file.pragma("synchronous", "full")
    file.execute(
        "CREATE TABLE events(run_id TEXT, seq INTEGER, at REAL, kind TEXT, body TEXT,"
        " PRIMARY KEY (run_id, seq)); CREATE INDEX k ON events(kind, at)"
    )
    wanted = rows(STEPS)

    def work() -> None:
        for row in wanted:
            file.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", row)

    took = timed(work)
    file.close()
    return took


def postgres_by_hand(url: str) -> Took:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE by_hand(run_id TEXT, seq INTEGER, at DOUBLE PRECISION, kind TEXT,"
            " body TEXT, PRIMARY KEY (run_id, seq)); CREATE INDEX ON by_hand(kind, at)"
        )
        wanted = rows(STEPS)

        def work() -> None:
            for row in wanted:
                connection.execute("INSERT INTO by_hand VALUES (%s, %s, %s, %s, %s)", row)

        return timed(work)


def ours(folder: Path, url: str = "", events: Sequence[AnyEvent] = (EVENT,) * STEPS) -> Took:
    store = open_store(folder, url)
    store.create(RunStarted(goal="g", workspace="/w", model="m"), "r")

    async def write() -> None:
        with store.open("r") as journal:
            for event in events:
                await journal.append(event)

    took = timed(lambda: asyncio.run(write()))
    store.close()
    return took


def growth() -> float:
    """The journal's file, in memory: its size does not depend on the disk."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        folder = Path(name)
        ours(folder, events=STEP * (LONG // len(STEP)))
        store = open_store(folder)
        said = store.rows("SELECT sum(length(body)) FROM events")[0][0]
        store.rows("PRAGMA wal_checkpoint(truncate)")
        store.close()
        return (folder / "journal.db").stat().st_size / said


def venv(name: str) -> tuple[Path | None, str]:
    """The peer's Python, and which version it is; or None and why not."""
    folder = VENVS / name
    python = folder / "bin" / "python"
    if not (folder / "done").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        argv = [python, "-m", "pip", "--disable-pip-version-check", "install", "-q", *PEERS[name]]
        ran = subprocess.run(argv, capture_output=True, text=True, check=False)
        if ran.returncode:
            return None, (ran.stderr.strip().splitlines() or ["pip failed"])[-1][:120]
        (folder / "done").touch()
    code = f"from importlib.metadata import version; print(version({name!r}))"
    ran = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return python, ran.stdout.strip()


def peer(name: str, python: Path, folder: Path) -> dict[str, float]:
    """Raises CalledProcessError."""
    script = ROOT / "bench" / "journal_peers.py"
    argv = [python, script, name, str(STEPS), str(BYTES), str(folder / f"{name}.db")]
    ran = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=folder)
    return json.loads(ran.stdout.splitlines()[-1])


def a_round(
    folder: Path, server: Server | None, peers: dict[str, Path]
) -> Iterator[tuple[str, Took]]:
    yield "SQLite, by hand", sqlite_by_hand(folder)
    yield "our journal, SQLite", ours(folder / "home")
    if server:
        url = server.database()
        yield "Postgres, by hand", postgres_by_hand(url)
        yield "our journal, Postgres", ours(folder / "there", url)
    for name, python in peers.items():
        said = peer(name, python, folder)
        yield name, (said["wall_s"], said["cpu_s"])
        if "bare_wall_s" in said:
            yield f"{name}, bare", (said["bare_wall_s"], said["bare_cpu_s"])


def main() -> int:
    took: dict[str, list[Took]] = {}
    peers: dict[str, Path] = {}
    for name in PEERS if os.environ.get("PEERS") != "0" else ():
        python, said = venv(name)
        print(f"{name} {said}" if python else f"{name} is left out: {said}")
        if python:
            peers[name] = python
    try:
        server = Server()
    except NoPostgres as trouble:
        server = None
        print(f"Postgres is left out: {trouble}")

    try:
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory() as name:
                for row, one in a_round(Path(name), server, peers):
                    took.setdefault(row, []).append(one)
    finally:
        if server:
            server.close()
    print(f"{STEPS} events of {BYTES} bytes, {ROUNDS} rounds; load {os.getloadavg()[0]:.1f}")
    print(f"{'':24}{'wall ms':>9}{'CPU ms':>9}   an event, the median of the rounds")
    for name, found in took.items():
        wall, cpu = middle(found)
        print(f"{name:24}{wall * 1e3 / STEPS:9.3f}{cpu * 1e3 / STEPS:9.3f}")
    print(last_line(took, growth()))
    return 0


def middle(found: list[Took]) -> Took:
    return median(wall for wall, _ in found), median(cpu for _, cpu in found)


def last_line(took: dict[str, list[Took]], grown: float) -> str:
    def times(name: str, base: str, which: int) -> str:
        if name not in took:
            return "-"
        spent = middle(took[name])[which]
        if bare := took.get(f"{name}, bare"):
            spent -= middle(bare)[which]
        return f"{spent / middle(took[base])[which]:.1f}"

    hand, other = "SQLite, by hand", "Postgres, by hand"
    shown = {
        "sqlite_cpu_x": times("our journal, SQLite", hand, 1),
        "sqlite_wall_x": times("our journal, SQLite", hand, 0),
        "postgres_cpu_x": times("our journal, Postgres", other, 1),
        "postgres_wall_x": times("our journal, Postgres", other, 0),
        **{f"{peer}_cpu_x": times(peer, hand, 1) for peer in PEERS},
        **{f"{peer}_wall_x": times(peer, hand, 0) for peer in PEERS},
        "growth_10k": f"{grown:.2f}",
    }
    return "bench-journal " + " ".join(f"{name}={value}" for name, value in shown.items())


if __name__ == "__main__":
    sys.exit(main())
