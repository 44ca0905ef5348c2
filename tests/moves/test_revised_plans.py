"""A plan that is changed beside the work: what counts as done in between, and what is still run."""

from pathlib import Path
from typing import Any

import pytest
from plays import Reply, finish, worked, write

from selfstarter.app import Outcome
from selfstarter.core.events import CallReturned

HOLDS: Reply = {"kind": "file_matches", "path": "out.txt", "contains": ["all"]}
GOAL = "Join a.txt and b.txt"
THERE = {"a.txt": "one\n", "b.txt": "two\n", "c.txt": "three\n"}
MADE = (write("out.txt", "all\n"), finish("Collected."))


def call(tool: str, **args: Any) -> Reply:
    return {"tool": tool, "args": args}


def plans(title: str, **more: Any) -> Reply:
    return call("revise_plan", add=[{"title": title}], **more)


def several(*calls: Reply) -> Reply:
    return {"calls": calls}


def went(workspace: Path, home: Path, *replies: Reply) -> Outcome:
    return worked(workspace, home, GOAL, *replies, *MADE, there=THERE, checks=[HOLDS])


def fired(outcome: Outcome) -> list[str]:
    return sorted(outcome.state.fired)


def results(outcome: Outcome) -> list[CallReturned]:
    return [turn.result for turn in outcome.state.transcript if turn.result][::-1]


@pytest.mark.parametrize("name", ["a.txt", "none.txt"])
def test_a_call_between_two_plans_is_something_done_even_if_it_failed(
    workspace: Path, home: Path, name: str
) -> None:
    replies = [several(plans("read a"), call("read_file", path=name))]
    replies += [several(plans(f"read {n}"), call("read_file", path=f"{n}.txt")) for n in "bc"]
    outcome = went(workspace, home, *replies)
    assert outcome.ending == "done" and fired(outcome) == []
    assert len(results(outcome)) == 4, "nothing was dropped"


@pytest.mark.parametrize(
    "refused",
    [plans("d"), call("revise_plan", drop=["99"])],
)
def test_a_plan_that_is_not_taken_leaves_the_calls_beside_it(
    workspace: Path, home: Path, refused: Reply
) -> None:
    look = call("read_file", path="a.txt")
    outcome = went(workspace, home, several(*map(plans, "abc"), refused, look))
    notes = [turn.note for turn in outcome.state.transcript if turn.of_reply]
    assert len(notes) == 1 and "plan" in notes[0]
    assert results(outcome)[0].output.endswith("one") and outcome.ending == "done"
    assert not any("Not run" in turn.note for turn in outcome.state.transcript)


def test_a_plan_that_only_grows_is_still_noticed(workspace: Path, home: Path) -> None:
    grows = [{"call": plans(f"step {n}")} for n in range(20)]
    outcome = worked(workspace, home, GOAL, *grows, there=THERE, checks=[HOLDS])
    assert outcome.ending == "stuck" and fired(outcome) == ["the plan grows and nothing is done"]


def test_looks_that_bring_nothing_are_no_progress_by_being_planned(
    workspace: Path, home: Path
) -> None:
    turns = [
        several(
            plans(f"look {n}", done=[str(n)]), call("search_files", text=f"nothing {n % 2} here")
        )
        for n in range(1, 40)
    ]
    outcome = worked(workspace, home, GOAL, *turns, there=THERE, checks=[HOLDS])
    assert outcome.ending == "stuck" and outcome.state.spent.steps < 30
