"""Data of which the goal says nothing may be put elsewhere, and nothing of it may be lost."""

from pathlib import Path

import pytest
from plays import Reply, finish, needs_sandbox, refusals, shell, worked, write

from selfstarter.core.ports import Request

THERE = {"costs.csv": "day,eur\n1,20\n", "costs (1).csv": "day,eur\n1,20\n", "todo.md": "- call\n"}
TIDY = "I have lost the overview of this folder. Sort that out for me."
MADE = write("overview.md", "# Overview\n\nThe costs lie in money/costs.csv.\n")
CHECK: Reply = {"kind": "file_matches", "path": "overview.md", "contains": ["costs.csv"]}
MOVE = "mkdir -p money && mv costs.csv money/ && rm 'costs (1).csv'"


@needs_sandbox
@pytest.mark.parametrize(
    ("goal", "command", "refused"),
    [
        (TIDY, MOVE, ""),
        (TIDY, f"{MOVE} && echo 2,9 >> money/costs.csv", "costs.csv"),
        (TIDY, "rm costs.csv 'costs (1).csv'", "costs.csv"),
        (f"{TIDY} Leave costs.csv as it is.", MOVE, "costs.csv"),
        ("Write overview.md from costs.csv", MOVE, "costs.csv"),
    ],
)
def test_moved_is_not_edited(
    workspace: Path, home: Path, goal: str, command: str, refused: str
) -> None:
    outcome = worked(
        workspace,
        home,
        goal,
        shell(command),
        MADE,
        finish("The folder is in order."),
        there=THERE,
        checks=[CHECK],
        files=["overview.md"],
    )
    told = refusals(outcome)
    result = next(turn.result for turn in outcome.state.transcript if turn.result and turn.n == 1)
    assert ("is to stay as it was" in result.next_action) == bool(refused)
    assert (outcome.ending == "done") == (not refused), outcome.report
    assert all(refused in said for said in told[:1]) and bool(told) == bool(refused)


def test_it_is_said_what_may_only_be_moved(workspace: Path, home: Path) -> None:
    for goal, said in (
        (TIDY, "they may lie elsewhere: "),
        ("Write overview.md from costs.csv", ""),
    ):
        asked: list[Request] = []
        worked(
            workspace, home, goal, finish("x"), there=THERE, checks=[CHECK], files=["overview.md"],
            asked=asked,
        )  # fmt: skip
        task = next(one for one in asked if one.purpose == "choose").messages[1].text
        named = f"What stands in these may not be changed; {said}" if said else ""
        assert f"{named or 'These may not be changed: '}costs" in task.replace("costs (1)", "costs")


@needs_sandbox
def test_beside_a_criterion_that_nothing_is_lost_no_file_is_named_alone(
    workspace: Path, home: Path
) -> None:
    asked: list[Request] = []
    keeps: Reply = {"kind": "file_changed", "path": "", "kept": True}
    worked(
        workspace, home, TIDY, shell("rm costs.csv 'costs (1).csv'"), MADE, finish("x"),
        there=THERE, checks=[CHECK, keeps], files=["overview.md"], asked=asked,
    )  # fmt: skip
    tasks = [one.messages[1].text for one in asked if one.purpose == "choose"]
    assert all("nothing is lost" in task and "they may lie" not in task for task in tasks)
    told = "\n".join(message.text for message in asked[-1].messages)
    assert "lost: no file holds what stood in costs" in told, "it is held all the same"
