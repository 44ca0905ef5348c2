"""The bare loop: it does what a plain loop does, within the same budgets, and no more."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from selfstarter.evals.core.level1 import SHELF_AND_BOOK
from selfstarter.evals.core.traps import BALLOTS, GATE_LOG
from selfstarter.evals.practice.tables import BOOKS_TO_JSON
from selfstarter.evals.running import Result, run_task
from selfstarter.evals.task import Task
from selfstarter.models.scripted import ScriptedModel
from selfstarter.sandbox.probe import probe

NOTHING_THERE = "there is no missing.txt"


def missing(folder: Path, task: Task = SHELF_AND_BOOK) -> str:
    folder.mkdir()
    task.lay(folder)
    task.reference(folder)
    return (folder / "missing.txt").read_text("utf-8")


def attempt(task: Task, model: ScriptedModel) -> Result:
    return asyncio.run(run_task(task, 1, model, "scripted", None, agent="bare"))


def writing(content: str) -> dict[str, Any]:
    return {"call": {"tool": "write_file", "args": {"path": "missing.txt", "content": content}}}


def test_with_native_calls_it_works_until_it_calls_nothing(tmp_path: Path) -> None:
    model = ScriptedModel.of(writing(missing(tmp_path / "right")), {"text": "It is written."})
    result = attempt(SHELF_AND_BOOK, model)
    assert (result.passed, result.ending, result.steps, result.calls) == (True, "done", 1, 2)
    assert (result.agent, result.answer) == ("bare", "It is written.")
    assert result.input > 0
    assert {spec.name for spec in model.asked[0].tools} >= {"write_file", "run_python"}


def test_with_fenced_blocks_it_works_until_it_says_finish(tmp_path: Path) -> None:
    text = missing(tmp_path / "right")
    model = ScriptedModel.of(
        {"text": "Let me see."},
        {"text": "```read book.txt"},
        {"text": f"```file missing.txt\n{text}```"},
        {"text": "```finish\nIt is written.\n```"},
        small=True,
        native_tools=False,
    )
    result = attempt(SHELF_AND_BOOK, model)
    assert (result.passed, result.ending, result.steps, result.calls) == (True, "done", 2, 4)
    shown = [request.messages[-1].text for request in model.asked]
    assert "none of the blocks" in shown[1]
    assert "Lamp-02" in shown[2]
    assert model.asked[2].messages[-2].text == "```read book.txt\n```"
    assert model.asked[0].stop


def test_it_is_believed_and_that_is_what_is_measured() -> None:
    result = attempt(SHELF_AND_BOOK, ScriptedModel.of({"text": "All done."}))
    assert result.false_done
    assert result.reason == NOTHING_THERE


@pytest.mark.parametrize(
    ("args", "answer"), [({}, "It is written."), ({"summary": 7}, "7"), ({"summary": "So."}, "So.")]
)
def test_a_native_finish_ends_it_whatever_it_is_called_with(
    args: dict[str, Any], answer: str
) -> None:
    call = {"tool": "finish", "args": args}
    result = attempt(SHELF_AND_BOOK, ScriptedModel.of({"text": "It is written.", "call": call}))
    assert (result.ending, result.answer, result.reason) == ("done", answer, NOTHING_THERE)


@pytest.mark.parametrize("window", [4_096, 60_000])
def test_it_stops_at_the_limit_of_steps(window: int) -> None:
    read = {"call": {"tool": "read_file", "args": {"path": "ballots/01.txt"}}}
    model = ScriptedModel.of(read, window=window)
    result = attempt(BALLOTS, model)
    assert (result.ending, result.steps) == ("out_of_budget", BALLOTS.budget.steps)


def test_it_stops_before_a_call_that_the_tokens_cannot_pay() -> None:
    big = {"text": "```python\n" + "x = 1\n" * 1_000 + "```"}
    result = attempt(BOOKS_TO_JSON, ScriptedModel.of(big, small=True, native_tools=False))
    assert result.ending == "out_of_budget"
    assert 0 < result.tokens <= BOOKS_TO_JSON.budget.tokens


def test_the_window_is_never_overrun_and_the_goal_stays() -> None:
    model = ScriptedModel.of(
        {"text": "```read gates.log\n```"}, small=True, native_tools=False, window=4_096
    )
    attempt(GATE_LOG, model)
    assert len(model.asked) > 2
    for request in model.asked:
        assert request.messages[1].text == GATE_LOG.goal
        said = sum(model.count(message.text) for message in request.messages[:-1])
        assert said + request.max_tokens <= 4_096


def test_a_tool_that_is_not_there_is_news_for_the_model() -> None:
    model = ScriptedModel.of({"call": {"tool": "fly", "args": {}}}, {"text": "I cannot."})
    result = attempt(SHELF_AND_BOOK, model)
    assert (result.ending, result.steps) == ("done", 1)
    assert model.asked[1].messages[-1].text.startswith("There is no tool fly, but ")


@pytest.mark.skipif(probe().bwrap is None, reason=probe().why)
def test_its_programs_run_in_the_same_sandbox() -> None:
    code = "import os\nopen('missing.txt', 'w').write('x')\nprint(sorted(os.listdir()))"
    model = ScriptedModel.of(
        writing("z"),
        {"call": {"tool": "run_python", "args": {"code": code}}},
        writing("y"),
        {"text": "Done."},
    )
    result = attempt(SHELF_AND_BOOK, model)
    told = [request.messages[-1].text for request in model.asked]
    assert "book.txt" in told[2]
    assert "Nothing was written" not in told[3]
    assert result.reason.startswith("missing.txt holds ['y']")
