"""`selfstarter` as a program uses it: what it is given, and what it says where that is wrong."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import selfstarter
from selfstarter.core.errors import BadSetting
from selfstarter.core.ports import Recorded
from selfstarter.settings import Settings

Script = Callable[..., str]
GOAL = "Write hello.txt with a greeting"
REPLIES = (
    {"for": "draft", "json": {"outcome": "There.", "files": ["hello.txt"], "assumptions": [],
                              "document": False}},
    {"for": "plan", "json": {"tasks": [{"title": "Write"}]}},
    {"call": {"tool": "write_file", "args": {"path": "hello.txt", "content": "hello"}}},
    {"call": {"tool": "finish", "args": {"summary": "it says hello"}}},
)  # fmt: skip


@pytest.fixture
def settings(home: Path, script: Script) -> Settings:
    return Settings(model=script(*REPLIES), home=home, web=False)


def test_a_listener_that_fails_does_not_change_the_run(
    workspace: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[int] = []

    def listener(_: str, recorded: Recorded) -> None:
        heard.append(recorded.seq)
        raise ValueError("the dashboard is gone")

    outcome = selfstarter.pursue_now(GOAL, workspace, settings=settings, listener=listener)
    assert outcome.ending == "done"
    assert heard == list(range(1, outcome.state.seq + 1)), "it is told of each event all the same"
    (logged,) = caplog.records
    assert "A listener failed at event 1" in logged.getMessage()
    assert "the dashboard is gone" in caplog.text


def test_a_model_is_named_where_it_is_given_and_settings_are_some_of_them(
    workspace: Path, home: Path, script: Script
) -> None:
    model, some = script(*REPLIES), {"home": home, "web": False, "steps": 1}
    outcome = selfstarter.pursue_now(GOAL, workspace, settings=some, model=model)
    assert (outcome.ending, outcome.state.limits.steps) == ("done", 1)
    more, model = {"steps": 9}, script(*REPLIES[-1:])
    going_on = selfstarter.resume(outcome.run_id, some, more=more, model=model)
    outcome = asyncio.run(going_on)
    assert outcome.ending == "done"
    with pytest.raises(BadSetting, match="no setting 'stepps'. Did you mean 'steps'"):
        selfstarter.pursue_now(GOAL, workspace, settings={"stepps": 1})
    with pytest.raises(BadSetting, match="'gpt' is of no known form"):
        selfstarter.pursue_now(GOAL, workspace, settings=some, model="gpt")


def test_a_tool_that_is_none_yet_is_told_how_to_become_one(
    workspace: Path, settings: Settings
) -> None:
    async def in_stock(article: str) -> str:
        return f"5 pieces of {article}"

    with pytest.raises(BadSetting, match=r'in_stock is a plain .* write @tool\(effect="read"\)'):
        selfstarter.pursue_now(GOAL, workspace, settings=settings, tools=[in_stock])
    bare: Any = selfstarter.tool
    with pytest.raises(BadSetting, match=r"with one of read, repeatable, once, irreversible"):
        bare(in_stock)


def test_a_notebook_is_told_to_await(workspace: Path, settings: Settings) -> None:
    async def cell() -> None:
        selfstarter.pursue_now(GOAL, workspace, settings=settings)

    with pytest.raises(BadSetting, match="await pursue"):
        asyncio.run(cell())


def test_the_names_of_the_library_are_listed() -> None:
    assert set(selfstarter.__all__) < set(dir(selfstarter))
