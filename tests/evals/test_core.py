"""The suite `core`: its levels, and that a task gets its own budget, faults and sessions."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from selfstarter.evals.core.traps import BALLOTS
from selfstarter.evals.running import run_task
from selfstarter.evals.sets import CORE
from selfstarter.models.scripted import ScriptedModel

SKETCH: dict[str, Any] = {
    "outcome": "it is counted",
    "files": [],
    "assumptions": [],
    "document": False,
}


def test_every_task_has_its_level() -> None:
    levels = Counter(task.level for task in CORE)
    assert set(levels) <= {1, 2, 3, 4, 5}
    assert min(levels[1], levels[2], levels[3]) >= 4


@pytest.mark.parametrize("steps", [8])
def test_a_run_gets_the_budget_of_its_task_and_no_more(steps: int) -> None:
    assert BALLOTS.budget.steps == steps
    reads = [
        {"call": {"tool": "read_file", "args": {"path": f"ballots/{n:02}.txt"}}}
        for n in range(1, 40)
    ]
    model = ScriptedModel.of(
        {"for": "draft", "json": SKETCH},
        {"for": "plan", "json": {"tasks": [{"title": "read them all"}]}},
        {"for": "wrap_up", "text": "I ran out of steps."},
        *reads,
        window=60_000,
    )
    result = asyncio.run(run_task(BALLOTS, 1, model, "scripted", None))
    assert result.steps <= steps
    assert not result.passed
    assert result.ending == "out_of_budget", result.reason
