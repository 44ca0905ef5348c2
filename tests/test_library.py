"""`selfstarter` as a program uses it: what it is given, and what it says where that is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

import selfstarter
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
