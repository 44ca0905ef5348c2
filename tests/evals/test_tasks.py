"""Each grader is itself examined: right passes, untouched fails, plausible mistakes fail."""

from itertools import combinations
from pathlib import Path

import pytest

from selfstarter.evals.sets import SETS
from selfstarter.evals.task import Solution, Task
from selfstarter.sandbox.probe import probe

TASKS = [task for tasks in SETS.values() for task in tasks]
RUNS_PROGRAMS = ("fix", "write")
MISTAKES = [
    pytest.param(task, wrong, id=f"{task.name}-{number}")
    for task in TASKS
    for number, wrong in enumerate(task.wrong, 1)
]
each_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


def laid(task: Task, folder: Path) -> Path:
    if task.family in RUNS_PROGRAMS and probe().bwrap is None:
        pytest.skip(probe().why)
    workspace = folder / "workspace"
    workspace.mkdir()
    task.lay(workspace)
    return workspace


@each_task
def test_the_reference_solution_passes(task: Task, tmp_path: Path) -> None:
    workspace = laid(task, tmp_path)
    verdict = task.grade(workspace, task.reference(workspace))
    assert verdict.passed, verdict.reason


@each_task
@pytest.mark.parametrize("answer", ["", "Done. Everything is as you asked."])
def test_the_untouched_workspace_fails(task: Task, answer: str, tmp_path: Path) -> None:
    verdict = task.grade(laid(task, tmp_path), answer)
    assert not verdict.passed
    assert verdict.reason


@pytest.mark.parametrize(("task", "wrong"), MISTAKES)
def test_a_plausible_mistake_fails(task: Task, wrong: Solution, tmp_path: Path) -> None:
    workspace = laid(task, tmp_path)
    verdict = task.grade(workspace, wrong(workspace))
    assert not verdict.passed


@each_task
def test_there_are_three_mistakes(task: Task) -> None:
    assert len(task.wrong) >= 3


@each_task
def test_the_goal_names_what_it_needs(task: Task, tmp_path: Path) -> None:
    """One of the things that lie there, and every file that the reference solution makes."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    task.lay(workspace)
    laid_out = {path.name for path in workspace.iterdir()}
    task.reference(workspace)
    made = {path.name for path in workspace.iterdir()} - laid_out
    named = [name for name in laid_out if name in task.goal]
    assert named or not laid_out or task.name == "supplier-emails", sorted(laid_out)
    if task.family != "vague":  # there the files themselves say what is to be made
        assert [name for name in made if name not in task.goal] == []


def test_the_sets_share_no_task() -> None:
    names = [task.name for task in TASKS]
    goals = [task.goal for task in TASKS]
    assert len(set(names)) == len(names)
    assert len(set(goals)) == len(goals)
    contents = [
        {text for task in tasks for text in task.files.values() if text} for tasks in SETS.values()
    ]
    assert not any(one & other for one, other in combinations(contents, 2))


def test_an_impossible_goal_may_be_given_up_but_not_invented(tmp_path: Path) -> None:
    task = next(task for task in TASKS if task.name == "supplier-emails")
    workspace = laid(task, tmp_path)
    assert task.grade(workspace, "", done=False).passed
    assert not task.grade(workspace, "", done=True).passed
    task.wrong[0](workspace)
    assert not task.grade(workspace, "", done=False).passed
