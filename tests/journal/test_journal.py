"""What every journal does, under real processes: one writer, many readers, no append that is lost.

Each test runs once for each database that a journal may lie in.
"""

import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from journal_processes import HOLD, STARTED, WRITE, appended, commands, process, said, until

from selfstarter.core.errors import NoSuchRun, RunBusy
from selfstarter.core.events import (
    AnyEvent,
    CallStarted,
    PersonSaid,
    RunEnded,
    RunPaused,
    RunResumed,
    WorkspaceSaved,
)
from selfstarter.core.redaction import Redactor
from selfstarter.journal.open import open_store
from selfstarter.journal.store import Store

# ── events ───────────────────────────────────────────────────────────────────────────────────


def test_what_is_appended_is_read_back_in_order_without_gaps(store: Store) -> None:
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


def test_runs_do_not_see_each_other(store: Store) -> None:
    one, other = store.create(STARTED), store.create(STARTED)
    with store.open(one) as journal, store.open(other) as second:
        appended(journal, CallStarted(call_id="1"))
        assert appended(second, CallStarted(call_id="1"))[0].seq == 2
    assert len(list(store.read(one))) == len(list(store.read(other))) == 2


def test_an_old_journal_with_fields_that_are_gone_still_loads(store: Store) -> None:
    store.create(STARTED, "r")
    body = '{"kind": "call_started", "call_id": "1", "colour": "red", "v": 0}'
    store.insert("r", [(2, 1.0, "call_started", body)])
    assert list(store.read("r"))[1].event == CallStarted(call_id="1", v=0)


def test_any_text_comes_back_as_it_was(store: Store) -> None:
    texts = [
        "",
        "\0 \x01 \x1b[31m",
        "'; DROP TABLE events; --",
        "%s %% ? $1 {name}",
        "\U0010ffff é\r\n",
    ]
    run_id = store.create(STARTED.model_copy(update={"goal": texts[1]}))
    with store.open(run_id) as journal:
        appended(journal, *(CallStarted(call_id=text) for text in texts))
        for text in texts:
            store.command(run_id, "say", text)
        said = [command.text for command in commands(journal)]
    assert [recorded.event for recorded in store.read(run_id)][1:] == [
        CallStarted(call_id=text) for text in texts
    ]
    assert [text.replace("\ufffd", "\0") for text in said] == texts
    assert store.runs()[0].goal == texts[1]
    assert store.holding("call_started", "DROP TABLE") == [
        (run_id, 4, pytest.approx(time.time(), abs=60))
    ]


def test_a_secret_does_not_reach_the_database(home: Path, url: str) -> None:
    store = open_store(home, url, Redactor(["hunter2-hunter2"]))
    run_id = store.create(STARTED.model_copy(update={"goal": "say hunter2-hunter2"}))
    with store.open(run_id) as journal:
        written = appended(journal, PersonSaid(text="hunter2-hunter2"))
    store.command(run_id, "say", "hunter2-hunter2")
    assert "hunter2" not in f"{list(store.read(run_id))} {written} {store.commands(run_id, 0)}"
    store.close()


def test_a_long_run_is_read_whole(store: Store) -> None:
    store.create(STARTED, "r")
    body = '{"kind": "call_started", "call_id": "1"}'
    store.insert("r", ((seq, 1.0, "call_started", body) for seq in range(2, 2_501)))
    assert [recorded.seq for recorded in store.read("r")] == list(range(1, 2_501))
    with store.open("r") as journal:
        assert appended(journal, CallStarted(call_id="2"))[0].seq == 2_501
    assert store.runs()[0].events == 2_501


def test_a_run_begins_once(store: Store) -> None:
    store.create(STARTED, "r")
    with pytest.raises(RunBusy, match="There is a run r already"):
        store.create(STARTED.model_copy(update={"goal": "another"}), "r")
    assert [recorded.event for recorded in store.read("r")] == [STARTED]


# ── names ────────────────────────────────────────────────────────────────────────────────────


def test_a_run_is_found_by_its_id_by_a_prefix_of_it_and_as_the_last(store: Store) -> None:
    for name in ("abc1", "abd2", "ab"):
        store.create(STARTED, name)
    for name in ("ab.a1", "abc1.c1", "abc1.c1.c1", "abc1.c2"):
        store.create(STARTED, name)
    assert store.find("abc") == "abc1", "its children do not make the beginning ambiguous"
    assert store.find("abc1.c2") == "abc1.c2"
    assert store.find("abc1.c1") == "abc1.c1"
    assert store.find("abd2") == "abd2"
    assert store.find("ab") == "ab", "a whole name beats a prefix"
    for last in ("@last", "last"):
        assert store.find(last) == "ab", "an attempt is nobody's last run"


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
def test_a_name_that_means_no_one_run_is_told(store: Store, name: str, why: str) -> None:
    for known in ("abc1", "abd2"):
        store.create(STARTED, known)
    with pytest.raises(NoSuchRun, match=why):
        store.find(name)


def test_there_is_no_last_run_before_the_first(store: Store) -> None:
    with pytest.raises(NoSuchRun):
        store.find("@last")


def test_runs_are_listed_newest_first_without_their_attempts(store: Store) -> None:
    for name in ("one", "two", "two.a1", "three"):
        store.create(STARTED.model_copy(update={"goal": name}), name)
    with store.open("two") as journal:
        appended(journal, RunEnded(ending="partly"))
    rows = store.runs()
    assert [row.run_id for row in rows] == ["three", "two", "one"]
    assert [(row.ending, row.events) for row in rows] == [("", 1), ("partly", 2), ("", 1)]
    assert [row.run_id for row in store.runs(limit=1)] == ["three"]


# ── one writer ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("events", "stands"),
    [
        ([RunPaused(reason="lunch")], "paused"),
        ([RunPaused(reason="lunch"), WorkspaceSaved(tree="t")], "paused"),
        ([RunPaused(reason="lunch"), PersonSaid(text="Be short.")], "paused"),
        ([RunPaused(reason="lunch"), RunResumed()], "interrupted"),
        ([RunPaused(reason="lunch"), RunResumed(), WorkspaceSaved(tree="t")], "interrupted"),
        ([RunEnded(ending="done"), WorkspaceSaved(tree="t")], "done"),
        ([CallStarted(call_id="1")], "interrupted"),
    ],
)
def test_a_run_is_paused_until_it_is_resumed(
    store: Store, events: list[AnyEvent], stands: str
) -> None:
    with store.open(store.create(STARTED)) as journal:
        appended(journal, *events)
    assert store.runs()[0].standing(driven=False) == stands


def test_a_second_process_cannot_take_the_pen_until_the_first_is_gone(
    store: Store, home: Path, url: str
) -> None:
    store.create(STARTED, "r")
    with process(HOLD, home, url) as holder:
        assert said(holder) == "held"
        with pytest.raises(RunBusy, match="Another process is pursuing run r"), store.open("r"):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with store.open("r") as journal:
            assert appended(journal, CallStarted(call_id="1"))[0].seq == 2


def test_the_pen_of_one_run_does_not_bar_another(store: Store, home: Path, url: str) -> None:
    store.create(STARTED, "r")
    store.create(STARTED, "s")
    with process(HOLD, home, url) as holder:
        assert said(holder) == "held"
        with store.open("s") as journal:
            appended(journal, CallStarted(call_id="1"))


def test_every_append_that_was_told_of_survives_kill_9(store: Store, home: Path, url: str) -> None:
    store.create(STARTED, "r")
    told = 1
    for _ in range(3):
        with process(WRITE, home, url) as writer:
            for _ in range(20):
                told = int(said(writer))
            writer.send_signal(signal.SIGKILL)
            writer.wait()
        kept = [recorded.seq for recorded in store.read("r")]
        assert kept == list(range(1, len(kept) + 1))
        assert len(kept) >= told


def test_readers_in_other_processes_are_welcome_while_one_writes(
    store: Store, home: Path, url: str
) -> None:
    store.create(STARTED, "r")
    with process(WRITE, home, url) as writer:
        said(writer)
        other = open_store(home, url)
        seen: list[int] = []

        def grown() -> bool:
            seen.append(other.runs()[0].events)
            return len(seen) > 20 and seen[-1] > seen[0] + 5

        until(grown)
        assert seen == sorted(seen)
        assert len(list(other.read("r"))) >= seen[-1]
        other.close()
        assert writer.poll() is None


def test_whether_a_run_is_pursued_is_seen_without_disturbing_it(
    store: Store, home: Path, url: str
) -> None:
    store.create(STARTED, "r")
    assert not store.is_driven("r")
    with process(WRITE, home, url) as writer:
        said(writer)
        assert all(store.is_driven("r") for _ in range(20))
        assert not store.is_driven("s")
        assert writer.poll() is None
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    until(lambda: not store.is_driven("r"))


def test_a_change_by_another_process_is_noticed(store: Store, home: Path, url: str) -> None:
    other = open_store(home, url)
    for _ in range(5):
        before = store.version()
        assert store.version() == before, "nobody has written"
        run_id = other.create(STARTED)
        assert store.version() != before
        assert list(store.read(run_id)), "and what was written can be read by then"
    other.close()


# ── what a person asks of a live run ─────────────────────────────────────────────────────────


def test_a_command_from_another_shell_is_read_once(store: Store, home: Path, url: str) -> None:
    store.create(STARTED, "r")
    other = open_store(home, url)
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
    store: Store,
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


@pytest.mark.parametrize("hour_s", [-3600, 3600], ids=["back", "forward"])
def test_a_pause_is_heard_whatever_the_clocks_say(
    store: Store, monkeypatch: pytest.MonkeyPatch, hour_s: int
) -> None:
    """A clock is set, or a command comes from a machine whose clock is another."""
    now = time.time

    def asked_elsewhere() -> int:
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(time, "time", lambda: now() + hour_s)
            return store.command("r", "pause")

    store.create(STARTED, "r")
    asked_elsewhere()
    with store.open("r") as journal:
        appended(journal, RunResumed())
        assert commands(journal) == [], "it was asked for before"
        asked = asked_elsewhere()
        assert [c.id for c in commands(journal)] == [asked]
    with store.open("r") as journal:
        assert [c.id for c in commands(journal)] == [asked], "by the next process too"


# ── a run that moves ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("direction", ["in", "out"])
def test_a_run_moves_between_databases_and_is_heard_afterwards(
    store: Store, tmp_path: Path, direction: str
) -> None:
    file = open_store(tmp_path / "file")
    source, target = (file, store) if direction == "in" else (store, file)
    for _ in range(5):
        source.command("r", "say", "hello")
    source.create(STARTED, "r")
    with source.open("r") as journal:
        last = commands(journal)[-1].id
        appended(journal, CallStarted(call_id="1"), PersonSaid(text="hello", command=last))
    target.take_in("r", source.read("r"))
    assert list(target.read("r")) == list(source.read("r"))
    with pytest.raises(RunBusy, match="already"):
        target.take_in("r", source.read("r"))
    target.take_in("s", source.read("r"))
    assert [row.events for row in target.runs()] == [3, 3]
    with target.open("r") as journal:
        assert commands(journal) == []
        target.command("r", "say", "again")
        assert [command.text for command in commands(journal)] == ["again"]
    file.close()


def test_a_run_that_cannot_move_whole_does_not_move(store: Store) -> None:
    store.create(STARTED, "r")
    first = next(store.read("r"))
    with pytest.raises(RunBusy):
        store.take_in("s", [first, first])
    assert list(store.read("s")) == []


def test_many_processes_may_open_a_new_journal_at_once(home: Path, url: str) -> None:
    with ExitStack() as stack:
        code = "print(store.create.__name__, flush=True)"
        opening = [stack.enter_context(process(code, home, url)) for _ in range(6)]
        assert [said(each) for each in opening] == ["create"] * 6
