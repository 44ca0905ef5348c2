"""A person looks at the contract, in the terminal of the run or from another shell."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from terminal import (
    FINISH,
    GOAL,
    PLAN,
    WRITE,
    Cli,
    Script,
    call,
    clean,
    draft,
    in_terminal,
    rows,
    the_run,
    words,
)

BEGIN = (draft("hello.txt"), PLAN)
JUDGED = {"for": "judge", "json": {"evidence": "hello", "passes": True}}


def kinds(home: Path) -> list[str]:
    return [row["kind"] for row in rows(home, the_run(home))]


def test_another_shell_sees_the_contract_and_accepts_it_changed(
    cli: Cli, workspace: Path, home: Path, script: Script
) -> None:
    model = script(*BEGIN, WRITE, FINISH, JUDGED)
    asked = cli("run", GOAL, "-m", model, "--attended", "--review", "--json")
    found = json.loads(asked.stdout)
    assert (asked.returncode, found["status"]) == (4, "waiting")
    assert found["waits_for"].startswith("Is this what done means?")
    shown = cli("inbox").stdout
    request, name = shown.split()[0], found["criteria"][0]["id"]
    assert f"done when {name}" in shown and "(the file must be there)" in shown
    assert "plan      1. Do it" in shown and f"selfstarter approve {request} [--drop ID]" in shown
    assert "waiting" in cli("ls").stdout
    wrong = cli("approve", request, "--drop", name)
    assert (wrong.returncode, "nothing would be left" in wrong.stderr) == (2, True)
    changed = cli("approve", request, "--drop", name, "--add", "It greets")
    assert changed.returncode == 0 and "Accepted" in changed.stdout
    done = cli("resume", "@last")
    assert done.returncode == 0, done.stderr
    assert "accepted  by a person" in done.stderr and "new: It greets" in done.stderr


def test_what_is_no_contract_has_no_criteria_to_drop(cli: Cli, script: Script) -> None:
    model = script(*BEGIN, call("list_files"), WRITE, FINISH)
    assert cli("run", GOAL, "-m", model, "--max-steps", "1", "--on-limit", "ask").returncode == 4
    wrong = cli("approve", "@last", "--add", "It greets")
    assert (wrong.returncode, "No contract waits" in wrong.stderr) == (2, True)


@pytest.mark.parametrize("options", [(), ("--unattended",)])
def test_where_nobody_is_there_it_begins_at_once_and_says_so(
    cli: Cli, workspace: Path, script: Script, options: tuple[str, ...]
) -> None:
    done = cli("run", GOAL, "-m", script(*BEGIN, WRITE, FINISH), "--review", *options)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("Nobody is there to look at it (--attended)")
    assert "Nobody was there to look at what done means." in done.stderr


CHANGES = ("edit\n", "c1\n", "\n", "c9\n", "\n", "\n", "It greets\n", "\n")
"""Nothing would be left; there is none of that name; one more is wanted."""


@pytest.mark.parametrize(
    ("typed", "code", "last", "added"),
    [
        (("y\n",), 0, ["run_ended"], "-"),
        (CHANGES, 0, ["run_ended"], "- It greets"),
        (("n\n",), 130, ["stop_asked", "run_ended"], ""),
        (("\x04",), 4, ["review_asked"], ""),
    ],
    ids=["yes", "edit", "no", "gone"],
)
def test_in_a_terminal_it_is_shown_and_asked_until_it_is_decided(
    workspace: Path,
    home: Path,
    tmp_path: Path,
    script: Script,
    typed: Sequence[str],
    code: int,
    last: list[str],
    added: str,
) -> None:
    model = script(*BEGIN, WRITE, FINISH, JUDGED)
    args = words("run", GOAL, "-w", workspace, "-m", model, "--home", home, "--review", "--plain")
    done, said = in_terminal(args, clean(tmp_path) | {"COLUMNS": "200"}, typed)
    assert "done when c1" in said and "Begin? y: yes" in said
    assert (done, kinds(home)[-len(last) :]) == (code, last), said
    assert (workspace / "hello.txt").exists() == (code == 0)
    accepted = [row for row in rows(home, the_run(home)) if row["kind"] == "contract_accepted"]
    assert " ".join(" ".join(["-", *row["added"]]) for row in accepted) == added
    if typed == CHANGES:
        assert "nothing would be left" in said and "there is no criterion 'c9'" in said


def test_said_in_the_terminal_it_is_drafted_and_shown_again(
    workspace: Path, home: Path, tmp_path: Path, script: Script
) -> None:
    same = {"for": "amend", "json": {"quote": ""}}
    model = script(*BEGIN, same, PLAN, WRITE, FINISH)
    args = words("run", GOAL, "-w", workspace, "-m", model, "--home", home, "--review", "--plain")
    typed = ("say\n", "In English\n", "y\n")
    done, said = in_terminal(args, clean(tmp_path) | {"COLUMNS": "200"}, typed)
    assert (done, said.count("Begin? y: yes")) == (0, 2), said
    assert kinds(home).count("review_asked") == 2


def test_who_queues_a_goal_can_see_its_contract_too(cli: Cli, home: Path, script: Script) -> None:
    queued = cli("submit", GOAL, "-m", script(*BEGIN, WRITE, FINISH), "--review")
    assert queued.returncode == 0, queued.stderr
    assert cli("resume", "@last").returncode == 4
    assert kinds(home)[-1] == "review_asked"
