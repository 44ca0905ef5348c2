"""The journal in Postgres: what happens when a session, the server or a process is lost."""

import asyncio
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from journal_processes import STARTED, WRITE, appended, process, said, until

from selfstarter.core.errors import BadSetting, JournalDown, RunBusy
from selfstarter.core.events import CallStarted
from selfstarter.evals.postgres import Server
from selfstarter.journal import sessions
from selfstarter.journal.migrations import STEPS
from selfstarter.journal.open import open_store
from selfstarter.journal.postgres import PostgresStore, finished
from selfstarter.journal.sessions import Pen
from selfstarter.journal.store import row_of

PASSWORD = "a-pass-" + "word-1"


@pytest.fixture
def store(home: Path, database: str) -> Iterator[PostgresStore]:
    made = PostgresStore(database, home)
    made.create(STARTED, "r")
    yield made
    made.close()


def end_sessions(url: str) -> None:
    """As a restart or a broken network does, for everybody but who asks."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


# ── the fence ────────────────────────────────────────────────────────────────────────────────


def test_a_stopped_process_that_lost_its_session_cannot_write_when_it_wakes(
    store: PostgresStore, home: Path, database: str
) -> None:
    """A zombie: SIGSTOP, its session ends, another process takes the run, SIGCONT."""
    with process(WRITE, home, database) as zombie:
        said(zombie)
        zombie.send_signal(signal.SIGSTOP)
        with pytest.raises(RunBusy, match="is pursuing"), store.open("r"):
            pytest.fail("while its session lives, the run is its own")
        end_sessions(database)
        with store.open("r") as journal:
            ours = appended(journal, CallStarted(call_id="ours"))[0]
            zombie.send_signal(signal.SIGCONT)
            _, told = zombie.communicate(timeout=60)
            assert "Another process has taken over run r" in told
            assert list(store.read("r"))[-1] == ours
            assert appended(journal, CallStarted(call_id="more"))[0].seq == ours.seq + 1


def test_an_older_epoch_is_refused_even_with_a_session(store: PostgresStore) -> None:
    """The fence alone, below the lock."""
    row = (2, 1.0, "call_started", '{"kind": "call_started", "call_id": "1"}')
    with store.open("r") as journal:
        stale = Pen.__new__(Pen)
        stale.__dict__.update(journal.pen.__dict__, epoch=journal.pen.epoch - 1)
        with pytest.raises(RunBusy, match="has taken over"):
            stale.append(row)
        assert len(list(store.read("r"))) == 1
        journal.pen.append(row)


def test_who_lost_the_session_goes_on_if_nobody_took_the_run(
    store: PostgresStore, database: str
) -> None:
    with store.open("r") as journal:
        for number in range(3):
            end_sessions(database)
            appended(journal, CallStarted(call_id=str(number)))
            assert store.is_driven("r")
    assert [recorded.seq for recorded in store.read("r")] == [1, 2, 3, 4]


def test_an_append_whose_answer_was_lost_is_there_once(store: PostgresStore) -> None:
    with store.open("r") as journal:
        (recorded,) = appended(journal, CallStarted(call_id="1"))
        journal.pen.append(row_of(recorded))
        with pytest.raises(RunBusy):
            journal.pen.append((recorded.seq, 1.0, "call_started", "{}"))
    assert len(list(store.read("r"))) == 2


def test_a_command_that_is_asked_twice_is_given_once(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server goes down after it has taken the command, before it says so."""
    do = store.rows
    lost = iter([True])

    def rows(sql: str, *values: str | int | float) -> list[object]:
        found = do(sql, *values)
        return do(sql, *values) if next(lost, False) else found

    monkeypatch.setattr(store, "rows", rows)
    store.command("r", "say", "hello")
    store.command("r", "say", "hello")
    assert len(store.commands("r", 0)) == 2


def test_an_append_that_is_under_way_is_finished_by_whoever_is_cancelled() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(60)
        done.set()

    async def main() -> None:
        task = asyncio.create_task(finished(work))
        await asyncio.to_thread(begun.wait, 60)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert done.is_set()

    asyncio.run(main())


# ── the server ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_writer_outlives_a_restart_of_the_server(home: Path, how: signal.Signals) -> None:
    with Server(durable=False) as server:
        url = server.database()
        store = open_store(home, url)
        store.create(STARTED, "r")
        with process(WRITE, home, url) as writer:
            told = [int(said(writer)) for _ in range(20)]
            server.stop(how)
            server.start()
            told += [int(said(writer)) for _ in range(2_000)]
            assert writer.poll() is None
        kept = [recorded.seq for recorded in store.read("r")]
        assert kept == list(range(1, len(kept) + 1))
        assert kept[-1] >= told[-1]
        store.close()


def test_a_server_that_stays_away_is_told_with_what_is_saved(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "PATIENCE_S", 0.5)
    with Server(durable=False) as server:
        store = open_store(home, server.database())
        store.create(STARTED, "r")
        with store.open("r") as journal:
            server.stop(signal.SIGKILL)
            with pytest.raises(JournalDown, match="acknowledged is saved"):
                appended(journal, CallStarted(call_id="1"))
        with pytest.raises(JournalDown):
            list(store.read("r"))
        server.start()
        assert len(list(store.read("r"))) == 1
        store.close()


def test_a_server_that_was_there_before_is_away_and_no_wrong_setting(home: Path) -> None:
    """A worker tries such a run again; what a person must mend it leaves alone."""
    with Server(durable=False) as server:
        url = server.database()
        open_store(home, url).close()
        server.stop(signal.SIGKILL)
        with pytest.raises(JournalDown, match="when the database is back"):
            open_store(home, url)
        with pytest.raises(BadSetting, match="right"):
            open_store(home, url.replace("//postgres@", "//other@"))


def test_a_journal_of_a_newer_release_is_refused(store: PostgresStore, home: Path) -> None:
    store.rows("UPDATE journal_steps SET done = ?", len(STEPS) + 1)
    with pytest.raises(BadSetting, match="newer release"):
        PostgresStore(store.url, home)
    assert store.rows("SELECT done FROM journal_steps") == [(len(STEPS) + 1,)]


def test_a_user_who_may_not_make_schemas_can_work_in_ours(
    store: PostgresStore, home: Path, postgres: Server
) -> None:
    name = f"worker{time.time_ns()}"
    store.rows(f"CREATE ROLE {name} LOGIN")
    store.rows(f"GRANT USAGE ON SCHEMA selfstarter TO {name}")
    store.rows(f"GRANT ALL ON ALL TABLES IN SCHEMA selfstarter TO {name}")
    store.rows(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA selfstarter TO {name}")
    theirs = PostgresStore(store.url.replace("//postgres@", f"//{name}@"), home)
    with theirs.open("r") as journal:
        appended(journal, CallStarted(call_id="1"))
    theirs.command("r", "say", "hello")
    theirs.close()


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://nobody:{PASSWORD}@/nowhere?host=/nowhere",
        "postgresql://h?what=ever",
        "postgresql://[",
    ],
)
def test_a_database_that_is_not_there_is_told_without_its_password(home: Path, url: str) -> None:
    with pytest.raises(BadSetting, match="--database") as trouble:
        open_store(home, url)
    assert PASSWORD not in str(trouble.value)


def test_nothing_is_left_open(store: PostgresStore, database: str) -> None:
    with store.open("r") as journal:
        appended(journal, CallStarted(call_id="1"))
    store.close()
    with psycopg.connect(database, autocommit=True) as connection:  # else it sees one moment
        sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        until(lambda: connection.execute(sql).fetchone() == (1,))
