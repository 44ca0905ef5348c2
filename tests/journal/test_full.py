"""Places that are full: the disk under the journal, and the pipe that a run's events go down."""

import asyncio
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from journal_processes import STARTED, appended, until

from selfstarter.core.errors import JournalDown
from selfstarter.core.events import CallStarted
from selfstarter.evals.postgres import Server
from selfstarter.journal import sessions
from selfstarter.journal.open import open_store
from selfstarter.journal.store import RunJournal, Store

LONG = CallStarted(call_id="x" * 20_000)
PROGRAM = (sys.executable, "-P", "-m", "selfstarter")
Script = Callable[..., str]


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Generator[Path]:
    """A file system of its own; skips where none can be made."""
    folder.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)]
    try:
        made = subprocess.run(argv, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no small file system: there is no mount here")
    if made.returncode:
        pytest.skip(f"no small file system can be mounted here: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def filled(folder: Path) -> Path:
    """A file that takes all the room that is left."""
    path = folder / "filler"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return path


def until_full(journal: RunJournal) -> int:
    """The last event that was acknowledged."""

    async def main() -> int:
        for _ in range(5_000):
            try:
                await journal.append(LONG)
            except JournalDown:
                return journal.seq
        pytest.fail("the disk did not become full")

    return asyncio.run(main())


def goes_on(store: Store, last: int) -> None:
    kept = [recorded.seq for recorded in store.read("r")]
    assert kept == list(range(1, last + 1)), "all that was acknowledged, and nothing else"
    with store.open("r") as journal:
        assert appended(journal, LONG)[0].seq == last + 1


def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        store = open_store(disk / "home")
        store.create(STARTED, "r")
        with store.open("r") as journal:
            last = until_full(journal)
            with pytest.raises(JournalDown, match="Make room"):
                appended(journal, LONG)
        filler = filled(disk)
        store.close()
        filler.unlink()
        # The journal has eaten the room itself: give it some more.
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        store = open_store(disk / "home")
        assert store.rows("PRAGMA integrity_check") == [("ok",)]
        goes_on(store, last)
        store.close()


def test_a_journal_on_a_full_disk_says_that_the_disk_is_full(tmp_path: Path) -> None:
    """SQLite itself says "disk I/O error" here, or "unable to open database file"."""
    with small_disk(tmp_path / "disk", 2) as disk:
        open_store(disk / "home").close()
        filler = filled(disk)
        for home in (disk / "home", disk / "another"):
            with pytest.raises(JournalDown, match=r"the disk is full\. Make room"):
                open_store(home)
        filler.unlink()
        open_store(disk / "home").close()


def test_a_full_disk_under_postgres_loses_nothing_that_was_acknowledged(
    postgres: Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "PATIENCE_S", 1.0)
    # Beside the server of the other tests: there its user may go.
    with small_disk(postgres.folder / "disk", 160) as disk, Server(within=disk) as server:
        store = open_store(home, server.database())
        store.create(STARTED, "r")
        with store.open("r") as journal:
            filler = filled(disk)
            last = until_full(journal)
        filler.unlink()
        server.stop(signal.SIGKILL)  # it may be down already, as it could not write its log
        server.start()
        goes_on(store, last)
        store.close()


# ── a pipe ───────────────────────────────────────────────────────────────────────────────────


def replies(script: Script) -> str:
    sketch = {"outcome": "It is there.", "files": ["a.txt"], "assumptions": (), "document": False}
    write = {"call": {"tool": "write_file", "args": {"path": "a.txt", "content": "a" * 6_000}}}
    return script(
        {"for": "draft", "json": sketch},
        {"for": "plan", "json": {"tasks": [{"title": "Do it"}]}},
        write,
        {"call": {"tool": "finish", "args": {"summary": "a.txt is there"}}},
    )


def run_into(out: int, home: Path, workspace: Path, model: str) -> "subprocess.Popen[str]":
    argv = [*PROGRAM, "run", "Write a.txt", "-w", str(workspace), "-m", model, "--jsonl"]
    return subprocess.Popen(
        [*argv, "--home", str(home)], stdout=out, stderr=subprocess.PIPE, text=True
    )


def test_a_run_whose_output_nobody_reads_waits_and_loses_nothing(
    home: Path, workspace: Path, script: Script
) -> None:
    read, write = os.pipe()
    room = fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096) if hasattr(fcntl, "F_SETPIPE_SZ") else 0
    running = run_into(write, home, workspace, replies(script))
    os.close(write)
    store = open_store(home)
    until(lambda: bool(store.asking() or store.runs()), longest_s=60)
    (row,) = store.runs()
    until(lambda: store.runs()[0].events >= 3, longest_s=60)
    time.sleep(1)
    stuck = store.runs()[0].events
    time.sleep(1)
    assert running.poll() is None
    assert store.runs()[0].events == stuck, "it waits for its reader"
    assert store.is_driven(row.run_id)
    store.command(row.run_id, "say", "others can still work with the journal")
    assert room <= 4096
    with os.fdopen(read) as reader:
        told = [json.loads(line)["seq"] for line in reader]
    assert running.wait(60) == 0
    assert told == [recorded.seq for recorded in store.read(row.run_id)]
    store.close()


def test_a_run_whose_reader_is_gone_is_saved_and_says_how_to_go_on(
    home: Path, workspace: Path, script: Script
) -> None:
    read, write = os.pipe()
    running = run_into(write, home, workspace, replies(script))
    os.close(write)
    assert os.read(read, 1)
    os.close(read)
    _, told = running.communicate(timeout=60)
    store = open_store(home)
    (row,) = store.runs()
    if row.ending != "done":  # else it was quicker than we
        assert running.returncode == 141
        assert f"selfstarter resume {row.run_id}" in told
        assert "Traceback" not in told
        argv = [*PROGRAM, "resume", row.run_id, "--home", str(home), "--plain"]
        again = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
        assert again.returncode == 0, again.stderr
    assert store.runs()[0].ending == "done"
    kept = [recorded.seq for recorded in store.read(row.run_id)]
    assert kept == list(range(1, len(kept) + 1))
    store.close()
