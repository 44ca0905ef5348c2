"""The journal in a file: what SQLite alone does."""

import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from journal_processes import STARTED, WRITE, appended, process, said

from selfstarter.core.errors import BadSetting, RunBusy
from selfstarter.core.events import CallStarted
from selfstarter.journal.migrations import STEPS
from selfstarter.journal.sqlite import SqliteJournal, SqliteStore


@pytest.fixture
def file(home: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(home)
    yield made
    made.close()


def test_the_files_are_for_their_owner_alone(file: SqliteStore, home: Path) -> None:
    file.create(STARTED)
    for path in (home, home / "locks", home / "journal.db"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_to_open_it_writes_nothing(file: SqliteStore, home: Path) -> None:
    """Else each look wakes everybody who watches, and waits for the disk."""
    before = file.version()
    SqliteStore(home).close()
    assert file.version() == before


def test_a_writer_that_was_overtaken_cannot_append(file: SqliteStore) -> None:
    """The fence below the lock: a process that slept through the loss of its lock."""
    file.create(STARTED, "r")
    sleeper, fresh = SqliteJournal(file.db, "r"), SqliteJournal(file.db, "r")
    appended(fresh, CallStarted(call_id="1"))
    with pytest.raises(RunBusy, match="has taken over"):
        appended(sleeper, CallStarted(call_id="2"))
    assert len(list(file.read("r"))) == 2


def test_kill_9_leaves_a_sound_file(file: SqliteStore, home: Path) -> None:
    file.create(STARTED, "r")
    with process(WRITE, home, "") as writer:
        said(writer)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    assert file.rows("PRAGMA integrity_check") == [("ok",)]


# ── files that are not ours ──────────────────────────────────────────────────────────────────


def test_a_journal_of_a_newer_release_is_refused_and_left_alone(home: Path) -> None:
    made = SqliteStore(home)
    made.create(STARTED, "r")
    made.rows(f"PRAGMA user_version = {len(STEPS) + 1}")
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
