"""The journal under real processes: one writer, many readers, and no append that is lost."""

import asyncio
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from selfstarter.core.errors import BadSetting, NoSuchRun, RunBusy
from selfstarter.core.events import (
    AnyEvent,
    CallStarted,
    PersonSaid,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
)
from selfstarter.core.ports import Command, Recorded
from selfstarter.journal.migrations import STEPS
from selfstarter.journal.sqlite import SqliteJournal, SqliteStore

STARTED = RunStarted(goal="g", workspace="/w", model="scripted")
HOLD = """
import sys, time
from pathlib import Path
from selfstarter.journal.sqlite import SqliteStore
with SqliteStore(Path(sys.argv[1])).open("r"):
    print("held", flush=True)
    time.sleep(60)
"""
WRITE = """
import asyncio, sys
from pathlib import Path
from selfstarter.core.events import CallStarted
from selfstarter.journal.sqlite import SqliteStore
async def main():
    with SqliteStore(Path(sys.argv[1])).open("r") as journal:
        while True:
            recorded = await journal.append(CallStarted(call_id="x" * 300))
            print(recorded.seq, flush=True)
asyncio.run(main())
"""


@pytest.fixture
def store(home: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(home)
    yield made
    made.close()


@contextmanager
def process(code: str, home: Path) -> Generator[subprocess.Popen[str]]:
    running = subprocess.Popen(
        [sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, text=True
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def said(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def appended(journal: SqliteJournal, *events: AnyEvent) -> list[Recorded]:
    async def main() -> list[Recorded]:
        return [await journal.append(event) for event in events]

    return asyncio.run(main())


def commands(journal: SqliteJournal) -> list[Command]:
    async def main() -> list[Command]:
        _ = [recorded async for recorded in journal.read()]
        return list(await journal.commands())

    return asyncio.run(main())


def until(true: Callable[[], bool], longest_s: float = 10) -> None:
    end = time.monotonic() + longest_s
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


# ── events ───────────────────────────────────────────────────────────────────────────────────


def test_what_is_appended_is_read_back_in_order_without_gaps(store: SqliteStore) -> None:
    run_id = store.create(STARTED)
    before = time.time()
    with store.open(run_id) as journal:
        written = appended(journal, CallStarted(call_id="1"), RunEnded(ending="done"))
    records = list(store.read(run_id))
    assert [recorded.seq for recorded in records] == [1, 2, 3]
    assert records[0].event == STARTED
    assert records[1:] == written
    assert before <= records[1].at <= records[2].at <= time.time()
    assert [recorded.seq for recorded in store.read(run_id, after=2)] == [3]


def test_runs_do_not_see_each_other(store: SqliteStore) -> None:
    one, other = store.create(STARTED), store.create(STARTED)
    with store.open(one) as journal, store.open(other) as second:
        appended(journal, CallStarted(call_id="1"))
        assert appended(second, CallStarted(call_id="1"))[0].seq == 2
    assert len(list(store.read(one))) == len(list(store.read(other))) == 2


def test_an_old_journal_with_fields_that_are_gone_still_loads(store: SqliteStore) -> None:
    store.create(STARTED, "r")
    body = '{"kind": "call_started", "call_id": "1", "colour": "red", "v": 0}'
    row = (2, 1.0, "call_started", body)
    store.db.execute("INSERT INTO events VALUES ('r', ?, ?, ?, ?)", row)  # pyright: ignore[reportUnknownMemberType]
    assert list(store.read("r"))[1].event == CallStarted(call_id="1", v=0)


def test_the_files_are_for_their_owner_alone(store: SqliteStore, home: Path) -> None:
    store.create(STARTED)
    for path in (home, home / "locks", home / "journal.db"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


# ── names ────────────────────────────────────────────────────────────────────────────────────


def test_a_run_is_found_by_its_id_by_a_prefix_of_it_and_as_the_last(store: SqliteStore) -> None:
    for name in ("abc1", "abd2", "ab"):
        store.create(STARTED, name)
    for name in ("ab.a1", "abc1.c1", "abc1.c1.c1", "abc1.c2"):
        store.create(STARTED, name)
    assert store.find("abc") == "abc1", "its children do not make the beginning ambiguous"
    assert store.find("abc1.c2") == "abc1.c2"
    assert store.find("abc1.c1") == "abc1.c1"
    assert store.find("abd2") == "abd2"
    assert store.find("ab") == "ab", "a whole name beats a prefix"
    assert store.find("@last") == "ab", "an attempt is nobody's last run"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a", "is the beginning of several runs"),
        ("b", "is not a run"),
        ("", "is not a run|several"),
        ("%", "is not a run"),
        ("A", "is not a run"),
        ("@first", "is not a run"),
        ("' OR 1=1 --", "is not a run"),
    ],
)
def test_a_name_that_means_no_one_run_is_told(store: SqliteStore, name: str, why: str) -> None:
    for known in ("abc1", "abd2"):
        store.create(STARTED, known)
    with pytest.raises(NoSuchRun, match=why):
        store.find(name)


def test_there_is_no_last_run_before_the_first(store: SqliteStore) -> None:
    with pytest.raises(NoSuchRun):
        store.find("@last")


def test_runs_are_listed_newest_first_without_their_attempts(store: SqliteStore) -> None:
    for name in ("one", "two", "two.a1", "three"):
        store.create(STARTED.model_copy(update={"goal": name}), name)
    with store.open("two") as journal:
        appended(journal, RunEnded(ending="partly"))
    rows = store.runs()
    assert [row.run_id for row in rows] == ["three", "two", "one"]
    assert [(row.ending, row.events) for row in rows] == [("", 1), ("partly", 2), ("", 1)]
    assert [row.run_id for row in store.runs(limit=1)] == ["three"]


# ── one writer ───────────────────────────────────────────────────────────────────────────────


def test_a_second_process_cannot_take_the_pen_until_the_first_is_gone(
    store: SqliteStore, home: Path
) -> None:
    store.create(STARTED, "r")
    with process(HOLD, home) as holder:
        assert said(holder) == "held"
        with pytest.raises(RunBusy, match="Another process is pursuing run r"), store.open("r"):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with store.open("r") as journal:
            assert appended(journal, CallStarted(call_id="1"))[0].seq == 2


def test_the_pen_of_one_run_does_not_bar_another(store: SqliteStore, home: Path) -> None:
    store.create(STARTED, "r")
    store.create(STARTED, "s")
    with process(HOLD, home) as holder:
        assert said(holder) == "held"
        with store.open("s") as journal:
            appended(journal, CallStarted(call_id="1"))


def test_a_writer_that_was_overtaken_cannot_append(store: SqliteStore) -> None:
    """The fence below the lock: a process that slept through the loss of its lock."""
    store.create(STARTED, "r")
    sleeper, fresh = SqliteJournal(store.db, "r"), SqliteJournal(store.db, "r")
    appended(fresh, CallStarted(call_id="1"))
    with pytest.raises(apsw.ConstraintError):
        appended(sleeper, CallStarted(call_id="2"))
    assert len(list(store.read("r"))) == 2


def test_every_append_that_was_told_of_survives_kill_9(store: SqliteStore, home: Path) -> None:
    store.create(STARTED, "r")
    told = 1
    for _ in range(3):
        with process(WRITE, home) as writer:
            for _ in range(20):
                told = int(said(writer))
            writer.send_signal(signal.SIGKILL)
            writer.wait()
        kept = [recorded.seq for recorded in store.read("r")]
        assert kept == list(range(1, len(kept) + 1))
        assert len(kept) >= told
    assert store.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]  # pyright: ignore[reportUnknownMemberType]


def test_readers_in_other_processes_are_welcome_while_one_writes(
    store: SqliteStore, home: Path
) -> None:
    store.create(STARTED, "r")
    with process(WRITE, home) as writer:
        said(writer)
        other = SqliteStore(home)
        seen: list[int] = []

        def grown() -> bool:
            seen.append(len(list(other.read("r"))))
            return len(seen) > 20 and seen[-1] > seen[0] + 5

        until(grown)
        assert seen == sorted(seen)
        assert other.runs()[0].events >= seen[-1]
        other.close()
        assert writer.poll() is None


# ── what a person asks of a live run ─────────────────────────────────────────────────────────


def test_a_command_from_another_shell_is_read_once(store: SqliteStore, home: Path) -> None:
    store.create(STARTED, "r")
    other = SqliteStore(home)
    with store.open("r") as journal:
        assert commands(journal) == []
        other.command("r", "say", "hello")
        other.command("s", "say", "not for r")
        found = commands(journal)
        assert [(c.kind, c.text) for c in found] == [("say", "hello")]
        appended(journal, PersonSaid(text="hello", command=found[0].id))
        assert commands(journal) == []
    with store.open("r") as journal:
        assert commands(journal) == [], "after a restart it is still answered"
    other.close()


def test_a_resume_ends_a_pause_that_was_asked_for_before_and_keeps_what_was_said(
    store: SqliteStore,
) -> None:
    store.create(STARTED, "r")
    store.command("r", "pause")
    store.command("r", "say", "hello")
    with store.open("r") as journal:
        assert [c.kind for c in commands(journal)] == ["pause", "say"]
        appended(journal, RunResumed())
        assert [c.kind for c in commands(journal)] == ["say"]
        store.command("r", "pause")
        found = commands(journal)
        assert [c.kind for c in found] == ["say", "pause"]
        appended(journal, RunPaused(reason="", command=found[-1].id))
        assert commands(journal) == []


# ── files that are not ours ──────────────────────────────────────────────────────────────────


def test_a_journal_of_a_newer_release_is_refused_and_left_alone(home: Path) -> None:
    made = SqliteStore(home)
    made.create(STARTED, "r")
    made.db.execute(f"PRAGMA user_version = {len(STEPS) + 1}")  # pyright: ignore[reportUnknownMemberType]
    made.close()
    with pytest.raises(BadSetting, match="newer release"):
        SqliteStore(home)
    found = apsw.Connection(str(home / "journal.db"))
    version = found.execute("PRAGMA user_version").fetchall()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    assert version == [(len(STEPS) + 1,)]
    found.close()


def test_a_file_that_is_no_database_is_told_with_the_way_out(home: Path) -> None:
    home.mkdir()
    (home / "journal.db").write_text("this is a letter, not a database; " * 99)
    with pytest.raises(BadSetting, match="--home"):
        SqliteStore(home)


def test_many_processes_may_open_a_new_home_at_once(home: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from selfstarter.journal.sqlite import SqliteStore\nSqliteStore(Path(sys.argv[1]))"
    )
    opening = [subprocess.Popen([sys.executable, "-c", code, str(home)]) for _ in range(6)]
    assert [each.wait(timeout=60) for each in opening] == [0] * 6
