"""A fork has what the run had up to there, and goes its own way; nothing is paid for twice."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from history_parts import DRAFT, FINISH, GOAL, PLAN, events, files, go, go_on, look, write

from selfstarter.app import look_up
from selfstarter.core.errors import BadSetting
from selfstarter.history.compare import compare
from selfstarter.history.fork import fork
from selfstarter.history.undo import undo
from selfstarter.memory.learn import learn
from selfstarter.replay import replay
from selfstarter.settings import Settings

Script = Callable[..., str]


@pytest.fixture
def run(workspace: Path, home: Path, script: Script) -> str:
    (workspace / "mine.md").write_text("mine\n")
    steps = (write("a.txt", "one\n"), look(), write("hello.txt", "hello\n"))
    outcome = go(workspace, home, script(DRAFT, PLAN, *steps, FINISH))
    assert outcome.ending == "done"
    return outcome.run_id


def test_a_fork_at_any_event_goes_on_to_its_own_end(run: str, workspace: Path, home: Path) -> None:
    settings, here = Settings(home=home), files(workspace)
    outcome, records = look_up(run, settings)
    for at in range(1, len(records) + 1, 4):
        made = fork(run, f"e{at}", settings)
        assert made.at <= at
        theirs = look_up(made.run_id, settings)[1]
        assert [r.event for r in theirs[1:-1]] == [r.event for r in records[1 : made.at]]
        again = go_on(made.run_id, home)
        assert again.ending == "done", at
        assert files(made.workspace) == here, at
        assert again.state.before == made.spent
        fresh = again.state.spent.calls - again.state.before.calls
        assert fresh == outcome.state.spent.calls - made.spent.calls, "nothing is asked twice"
        found = replay(look_up(made.run_id, settings)[1])
        assert found.faults == () and found.differences == ()
    assert files(workspace) == here
    assert look_up(run, settings)[1] == records, "the run itself is as it was"


def test_a_fork_may_spend_what_the_run_was_given_and_says_what_went_before(
    run: str, home: Path
) -> None:
    settings = Settings(home=home)
    outcome = look_up(run, settings)[0]
    made = fork(run, "1", settings)
    state = look_up(made.run_id, settings)[0].state
    for name in ("tokens", "steps", "time"):
        given = (state.limits.of(name) or 0) - state.before.of(name)
        assert given == pytest.approx(outcome.state.limits.of(name))
    assert state.before == state.spent and state.before.tokens > 0
    done = go_on(made.run_id, home)
    assert "Before the fork" in done.report and run in done.report


def test_a_fork_with_another_goal_makes_another_contract(
    run: str, home: Path, script: Script
) -> None:
    other = script(
        {
            "for": "draft",
            "json": {
                "outcome": "The farewell is there.",
                "files": ["bye.txt"],
                "assumptions": [],
                "document": False,
                "criteria": [],
            },
        },
        {"for": "draft", "json": {}},
        PLAN,
        PLAN,
        *[write("bye.txt", "bye\n")] * 5,
        FINISH,
    )
    made = fork(run, "end", Settings(home=home), model=other, goal="Write a farewell to bye.txt")
    state = look_up(made.run_id, Settings(home=home))[0].state
    assert state.goal == "Write a farewell to bye.txt"
    assert state.contract is None and state.ended is None and state.plan == ()


def test_what_was_learnt_before_the_fork_is_learnt_once(
    run: str, home: Path, workspace: Path, script: Script
) -> None:
    goal = f"Always greet in French. {GOAL}"
    steps = (write("a.txt", "one\n"), write("hello.txt", "hello\n"))
    settings = Settings(home=home, model=script(DRAFT, PLAN, *steps, FINISH), memory="on")
    from selfstarter.app import pursue

    outcome = asyncio.run(pursue(goal, workspace, settings))
    made = fork(outcome.run_id, "1", settings)
    before = learn(outcome.run_id, look_up(outcome.run_id, settings)[1]).records
    assert [record.seq for record in before if record.seq <= made.at]
    go_on(made.run_id, home)
    after = learn(made.run_id, look_up(made.run_id, settings)[1]).records
    assert after and all(record.seq > made.at for record in after)


def test_a_fork_can_be_undone_past_the_fork(run: str, home: Path, workspace: Path) -> None:
    made = fork(run, "end", Settings(home=home))
    asyncio.run(undo(made.run_id, Settings(home=home), "start"))
    assert files(made.workspace) == {"mine.md": b"mine\n"}
    assert "hello.txt" in files(workspace)


def test_a_folder_with_something_in_it_is_not_used(run: str, home: Path, workspace: Path) -> None:
    with pytest.raises(BadSetting, match="not empty"):
        fork(run, "1", Settings(home=home), workspace=workspace)


def test_two_runs_side_by_side(run: str, home: Path, script: Script) -> None:
    settings = Settings(home=home)
    made = fork(run, "1", settings)
    (made.workspace / "extra.txt").write_text("extra")
    again = go_on(made.run_id, home)
    assert again.ending == "done"
    found = compare(run, made.run_id, settings)
    assert found.left.criteria == found.right.criteria
    assert found.right.before.tokens and not found.left.before.tokens
    assert found.parted == made.at + 1
    assert found.files is not None
    assert [(file.path, file.how) for file in found.files] == [("extra.txt", "added")]
    same = compare(run, run, settings)
    assert same.parted == 0 and same.files == ()


def test_the_commands_say_it(run: str, home: Path, workspace: Path) -> None:
    def said(*args: str) -> str:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "selfstarter", *args, "--home", home],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "+one" in said("diff", run, "--step", "1")
    forked = json.loads(said("fork", run, "--at", "1", "--json"))
    assert forked["status"] == "done"
    assert "They parted at event" in said("compare", run, forked["run_id"])
    assert "put back  hello.txt" in said("undo", run, "--to", "1")
    assert not (workspace / "hello.txt").exists()
    assert [e.kind for e in events(run, home)][-1] == "workspace_undone"


def test_a_run_without_a_step_has_none_to_fork_at(
    workspace: Path, home: Path, script: Script
) -> None:
    outcome = go(workspace, home, script(DRAFT, PLAN, FINISH))
    with pytest.raises(BadSetting, match="has no step '2'. Its steps: none yet"):
        fork(outcome.run_id, "2", Settings(home=home))
