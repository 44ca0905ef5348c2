"""The suite `core`: its levels, and that a task gets its own budget, faults and sessions."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from selfstarter.evals import running
from selfstarter.evals.agent import OURS
from selfstarter.evals.core.recover import CABIN_NIGHTS
from selfstarter.evals.core.sessions import CLAIM, CLAIM_TASK
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
    assert len(CORE) == 40
    assert all(levels[level] >= 5 for level in range(1, 6))


def test_a_run_gets_the_budget_of_its_task_and_no_more() -> None:
    assert BALLOTS.budget.steps == 8
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
    assert result.steps <= 8
    assert not result.passed
    assert result.ending == "out_of_budget", result.reason


def test_the_second_session_has_another_folder_and_only_it_is_graded() -> None:
    read = {"call": {"tool": "read_file", "args": {"path": "handbook.md"}}}
    model = ScriptedModel.of(read, {"text": "0.38"}, read, {"text": f"You get {CLAIM:.2f}."})
    result = asyncio.run(run_task(CLAIM_TASK, 1, model, "scripted", None, agent="bare"))
    assert result.passed, result.reason
    assert (result.calls, result.steps) == (4, 2)
    assert CLAIM_TASK.before is not None
    goals = [request.messages[1].text for request in model.asked]
    assert goals == [CLAIM_TASK.before.goal] * 2 + [CLAIM_TASK.goal] * 2
    assert "0.38 a kilometre" in model.asked[1].messages[-1].text
    assert "0.38 a kilometre" not in model.asked[3].messages[-1].text


@pytest.mark.parametrize("agent", [OURS, "bare"])
def test_faulty_tools_are_faulty_for_all_who_use_ours(
    agent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CALL_S", 0.3)
    reads = [
        {"call": {"tool": "read_file", "args": {"path": f"bookings/{month}.csv"}}}
        for month in ("may", "june", "july", "august") * 5
    ]
    model = ScriptedModel.of(
        {"for": "draft", "json": SKETCH},
        {"for": "plan", "json": {"tasks": [{"title": "read"}]}},
        {"for": "wrap_up", "text": "It did not work out."},
        *reads,
        window=60_000,
    )
    asyncio.run(run_task(CABIN_NIGHTS, 1, model, "scripted", None, agent=agent))
    told = "\n".join(m.text for request in model.asked for m in request.messages)
    assert "connection reset by peer" in told or "input/output error" in told
    assert "cabin,guest,nights" in told
