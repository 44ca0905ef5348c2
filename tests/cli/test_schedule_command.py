"""`selfstarter schedule` as a person meets it, and workers that fire what is due."""

import signal
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from shell import objects, shell
from terminal import FINISH, GOAL, PLAN, WRITE, Script, clean, draft, until, words

from selfstarter import scheduling
from selfstarter.journal.open import open_store
from selfstarter.schedules.when import At
from selfstarter.settings import load


def test_a_schedule_is_made_listed_paused_run_and_removed(
    home: Path, workspace: Path, script: Script
) -> None:
    here = ("--home", home)
    id = shell(
        "schedule", "add", GOAL, "--cron", "0 9 * * MON-FRI", "--zone", "Europe/Berlin", "-w",
        workspace, "-m", script(draft("hello.txt")), "--max-steps", "7", *here,
    ).stdout.strip()  # fmt: skip
    (row,) = objects(shell("schedule", "ls", "--json", *here))
    assert (row["id"], row["goal"], row["workspace"]) == (id, GOAL, str(workspace))
    assert (row["told"], row["missed"]) == ("0 9 * * MON-FRI (Europe/Berlin)", "once")
    assert row["settings"]["steps"] == 7
    assert row["next_due"] > time.time()
    assert "no run yet" in shell("schedule", "ls", *here).stdout
    shell("schedule", "pause", id[:6], *here)
    assert "next paused" in shell("schedule", "ls", *here).stdout
    shell("schedule", "resume", id, *here)
    run_id = shell("schedule", "run", id, *here).stdout.strip()
    assert "last open" in shell("schedule", "ls", *here).stdout
    (queued,) = objects(shell("queue", "--json", *here))
    assert (queued["run_id"], queued["status"]) == (run_id, "due")
    assert run_id in shell("schedule", "run", id, *here, code=2).stderr
    shell("schedule", "rm", id, *here)
    assert shell("schedule", "ls", *here).stdout == ""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ((), "Say when, in one way"),
        (("--cron", "@daily", "--every", "2h"), "Say when, in one way"),
        (("--cron", "99 * * * *"), "is no cron expression (minute)"),
        (("--every", "soon"), "Write 30m, 2h"),
        (("--at", "2001-01-01"), "is past"),
        (("--every", "2h", "--zone", "Mars"), "no time zone 'Mars'"),
        (("--every", "2h", "-w", "/nowhere"), "is not a folder"),
        (("--every", "2h", "-m", "locl"), "of no known form. Did you mean local"),
        (("--every", "2h", "--missed", "twice"), "Invalid value for '--missed'"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    home: Path, said: tuple[str, ...], told: str
) -> None:
    ran = shell("schedule", "add", GOAL, *said, "--home", home, code=2)
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr


def test_who_lists_what_nobody_begins_is_told(home: Path, workspace: Path) -> None:
    settings = load({"home": home}, environ={})
    made = scheduling.add(
        scheduling.wanted(GOAL, workspace, settings, when={"every": "2h"}), settings
    )
    assert "Nobody" not in shell("schedule", "ls", "--home", home).stderr
    with scheduling.table(settings) as schedules:
        schedules.change(made.id, made.wanted, time.time() - 3_600)
    assert "selfstarter worker" in shell("schedule", "ls", "--home", home).stderr
    scheduling.pause(made.id, settings)
    assert "Nobody" not in shell("schedule", "ls", "--home", home).stderr


def test_what_a_schedule_names_must_be_there(home: Path) -> None:
    for verb in ("run", "pause", "resume", "rm"):
        assert "schedule ls" in shell("schedule", verb, "nosuch", "--home", home, code=2).stderr


def test_three_workers_pursue_what_is_due_once(
    home: Path, workspace: Path, script: Script, tmp_path: Path, url: str
) -> None:
    env = clean(tmp_path) | {"SELFSTARTER_DATABASE": url}
    model = script(draft("hello.txt"), PLAN, WRITE, FINISH)
    settings = load({"home": home, "database": url, "model": model}, environ={})
    asked = scheduling.wanted(
        GOAL, workspace, settings, when={"every": "1h"}, given={"model": model}
    )
    soon = asked.model_copy(update={"when": At(at=time.time() + 1)})
    made = scheduling.add(soon, settings)
    store = open_store(home, url)
    with ExitStack() as stack:
        argv = words("worker", "--home", home)
        workers = [
            stack.enter_context(subprocess.Popen(argv, env=env, stderr=subprocess.PIPE, text=True))
            for _ in range(3)
        ]
        for each in workers:
            stack.callback(each.kill)
        until(lambda: [row.ending for row in store.runs()] == ["done"], longest_s=180)
        for each in workers:
            each.send_signal(signal.SIGTERM)
        said = "".join(each.communicate(timeout=180)[1] for each in workers)
    (row,) = scheduling.listed(settings)
    assert (row.schedule.last_run, row.status) == (store.runs()[0].run_id, "done")
    assert said.count(f"begun by schedule {made.id}") >= 1
    assert (workspace / "hello.txt").read_text() == "hello\n"
    store.close()
