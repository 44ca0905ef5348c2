"""Goals from one shell, workers in others: killed, drained, waited for."""

import asyncio
import json
import signal
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from terminal import (
    FINISH,
    GOAL,
    LONG,
    PLAN,
    SAME,
    SLEEP,
    WRITE,
    Script,
    call,
    clean,
    draft,
    needs_sandbox,
    until,
    words,
)

from selfstarter.engine.port import NEVER
from selfstarter.engine.table import TableEngine
from selfstarter.evals.postgres import Server
from selfstarter.journal.open import open_store
from selfstarter.settings import Settings
from selfstarter.working import submit

BEGIN = (draft("hello.txt"), PLAN)
LOOKS = [call("write_file", path=f"{n}.txt", content=f"{n}") for n in range(3)]
Shell = Callable[..., str]


@pytest.fixture
def env(tmp_path: Path, url: str) -> dict[str, str]:
    return clean(tmp_path) | {"SELFSTARTER_DATABASE": url}


@pytest.fixture
def shell(home: Path, workspace: Path, env: dict[str, str]) -> Shell:
    """What a command says on stdout."""

    def ran(*args: str | Path) -> str:
        done = subprocess.run(
            words(*args, "--home", home), env=env, cwd=workspace, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return ran


@contextmanager
def worker(home: Path, env: dict[str, str], *args: str) -> Generator["subprocess.Popen[str]"]:
    argv = words("worker", "--home", home, *args)
    running = subprocess.Popen(argv, env=env, stderr=subprocess.PIPE, text=True)
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def stopped(running: "subprocess.Popen[str]") -> str:
    """What it has said, once SIGTERM has ended it well."""
    running.send_signal(signal.SIGTERM)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 0, said
    return said


class Look:
    """At the queue and at the journal, from this process: commands would cost seconds."""

    def __init__(self, home: Path, url: str) -> None:
        self.store = open_store(home, url)
        self.engine = TableEngine(self.store)

    def queue(self) -> list[tuple[str, str]]:
        return [
            (one.run_id, "at work" if one.driven else "waits" if one.due == NEVER else "due")
            for one in self.engine.queued()
        ]

    def runs(self) -> dict[str, str]:
        return {row.run_id: row.ending for row in self.store.runs()}

    def in_hand(self) -> list[list[str]]:
        return [list(row.runs) for row in self.engine.workers()]

    def events(self, run_id: str) -> list[tuple[int, str]]:
        return [(recorded.seq, recorded.event.kind) for recorded in self.store.read(run_id)]

    def until(self, *queue: tuple[str, str]) -> None:
        until(lambda: self.queue() == list(queue), longest_s=120)


@pytest.fixture
def look(home: Path, url: str) -> Iterator[Look]:
    made = Look(home, url)
    yield made
    made.store.close()


def test_what_is_submitted_is_pursued_by_a_worker(
    shell: Shell, script: Script, home: Path, env: dict[str, str], workspace: Path, look: Look
) -> None:
    model = script(*BEGIN, WRITE, FINISH)
    assert shell("workers") == ""
    for name in ("low", "high"):
        (workspace / name).mkdir()
    low = shell("submit", GOAL, "-m", model, "-w", workspace / "low").strip()
    high = shell("submit", GOAL, "-m", model, "-w", workspace / "high", "--priority", "5").strip()
    assert look.queue() == [(high, "due"), (low, "due")]
    with worker(home, env, "--concurrency", "1") as running:
        look.until()
        until(lambda: look.in_hand() == [[]], longest_s=60)
        (row,) = [json.loads(line) for line in shell("workers", "--json").splitlines()]
        assert (row["status"], row["pid"], row["runs"]) == ("idle", running.pid, [])
        said = stopped(running)
    assert said.index(f"{high}  done") < said.index(f"{low}  done")
    assert look.runs() == {low: "done", high: "done"}
    assert (workspace / "low" / "hello.txt").exists()


def test_a_run_that_waits_goes_on_by_itself_when_a_person_has_answered(
    shell: Shell, script: Script, home: Path, env: dict[str, str], look: Look
) -> None:
    question = call("ask_person", question="Which language?")
    run_id = shell("submit", GOAL, "-m", script(*BEGIN, SAME, question, WRITE, FINISH)).strip()
    with worker(home, env) as running:
        look.until((run_id, "waits"))
        shell("say", run_id, "English")
        look.until()
        stopped(running)
    assert look.runs() == {run_id: "done"}


@needs_sandbox
def test_a_run_that_needs_a_person_says_so_itself(
    shell: Shell, script: Script, home: Path, env: dict[str, str], look: Look
) -> None:
    model = script(*BEGIN)
    run_id = shell("submit", GOAL, "-m", model).strip()
    Path(model.partition(":")[2]).unlink()
    with worker(home, env) as running:
        look.until((run_id, "waits"))
        stopped(running)
    assert "Paused: The script" in shell("show", run_id)


def test_a_worker_that_is_killed_is_followed_by_another(
    shell: Shell, script: Script, home: Path, env: dict[str, str], workspace: Path, look: Look
) -> None:
    verify = call("run_shell", command="cat slept", timeout_s=60)
    run_id = shell("submit", GOAL, "-m", script(*BEGIN, LONG, verify, WRITE, FINISH)).strip()
    with worker(home, env) as first, worker(home, env) as second:
        until((workspace / "begun").exists, longest_s=90)
        assert look.queue() == [(run_id, "at work")]
        until(lambda: [run_id] in look.in_hand(), longest_s=60)
        at_work, idle = sorted(shell("workers").splitlines(), key=lambda line: run_id not in line)
        assert "at work  1 of 2" in at_work and "idle     0 of 2" in idle
        both = [first, second]
        first.send_signal(signal.SIGKILL)
        second.send_signal(signal.SIGKILL)
        for each in both:
            each.wait()
    look.until((run_id, "due"))
    assert shell("workers").count(" dead ") == 2
    with worker(home, env) as running:
        look.until()
        stopped(running)
    assert look.runs() == {run_id: "done"}
    assert not (workspace / "slept").exists(), "the step that was cut short did not run again"


@needs_sandbox
def test_a_worker_that_is_asked_to_stop_ends_its_step_and_leaves_the_run_to_the_next(
    shell: Shell, script: Script, home: Path, env: dict[str, str], workspace: Path, look: Look
) -> None:
    run_id = shell("submit", GOAL, "-m", script(*BEGIN, SLEEP, WRITE, FINISH)).strip()
    with worker(home, env) as running:
        until((workspace / "begun").exists, longest_s=90)
        assert f"{run_id}  left to the next worker" in stopped(running)
    assert (workspace / "slept").read_text() == "x\n", "the step was not cut short"
    assert look.queue() == [(run_id, "due")]
    with worker(home, env) as running:
        look.until()
        stopped(running)
    assert (workspace / "slept").read_text() == "x\n"
    assert look.runs() == {run_id: "done"}


def test_a_run_is_taken_out_of_the_queue_and_put_in_again(
    shell: Shell, script: Script, look: Look
) -> None:
    run_id = shell("submit", GOAL, "-m", script(*BEGIN, WRITE, FINISH)).strip()
    (row,) = [json.loads(line) for line in shell("queue", "--json").splitlines()]
    assert (row["run_id"], row["status"], row["priority"]) == (run_id, "due", 0)
    assert run_id in shell("queue", "--rm", run_id)
    assert look.queue() == []
    assert shell("submit", "--run", run_id[:4]).strip() == run_id
    assert look.queue() == [(run_id, "due")]


@needs_sandbox
def test_a_run_goes_from_worker_to_worker_and_is_watched_all_the_while(
    shell: Shell, script: Script, home: Path, env: dict[str, str], workspace: Path, look: Look
) -> None:
    """Begun by A, paused from a shell, approved from another with nobody at it, ended by B."""
    env |= {"SELFSTARTER_MODE": "ask", "SELFSTARTER_ALLOW": "run_shell"}
    slow = "touch begun; until [ -e go ]; do sleep 0.1; done; echo x >> slept"
    model = script(*BEGIN, call("run_shell", command=slow, timeout_s=120), WRITE, FINISH)
    run_id = shell("submit", GOAL, "-m", model).strip()
    argv = words("attach", run_id, "--jsonl", "--home", home)
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, text=True) as watching:
        with worker(home, env, "--concurrency", "1") as first:
            until((workspace / "begun").exists, longest_s=120)
            shell("pause", run_id)
            (workspace / "go").touch()
            look.until((run_id, "waits"))
            assert (workspace / "slept").read_text() == "x\n"
            shell("submit", "--run", run_id)
            until(lambda: run_id in look.store.asking(), longest_s=120)
            first.send_signal(signal.SIGKILL)
            first.wait()
        request = shell("inbox").split()[0]
        shell("approve", request)
        assert look.queue() == [(run_id, "due")] and watching.poll() is None
        with worker(home, env) as second:
            look.until()
            stopped(second)
        seen, _ = watching.communicate(timeout=60)
    assert watching.returncode == 0
    told = [json.loads(line) for line in seen.splitlines()]
    assert [(row["seq"], row["kind"]) for row in told] == look.events(run_id), "each of them once"
    kinds = [row["kind"] for row in told]
    assert kinds.count("run_resumed") == 3, "by A, by A after the pause, by B"
    places = [kinds.index(kind) for kind in ("approval_asked", "call_approved", "run_ended")]
    assert places == sorted(places) and "run_paused" in kinds[2 : places[0]]
    assert (workspace / "slept").read_text() == "x\n" and (workspace / "hello.txt").exists()


def test_every_run_ends_though_the_database_is_killed_under_load(
    home: Path, tmp_path: Path, script: Script, postgres: Server
) -> None:
    """And none is left to a person."""
    replies = ({**reply, "after_s": 0.2} for reply in (*BEGIN, *LOOKS, WRITE, FINISH))
    with Server(durable=False) as server:
        url = server.database()
        settings = Settings(home=home, database=url, model=script(*replies), memory="off")
        runs: list[str] = []
        for number in range(6):
            folder = tmp_path / str(number)
            folder.mkdir()
            runs.append(asyncio.run(submit(GOAL, folder, settings)))
        look = Look(home, url)
        env = clean(tmp_path) | {"SELFSTARTER_DATABASE": url, "SELFSTARTER_MEMORY": "off"}
        with worker(home, env, "--concurrency", "2") as running:
            for ended in (1, 3):
                until(lambda ended=ended: list(look.runs().values()).count("done") >= ended, 120)
                server.stop(signal.SIGKILL)
                server.start()
            until(lambda: look.queue() == [], longest_s=120)
            stopped(running)
        assert look.runs() == dict.fromkeys(runs, "done")
        look.store.close()
