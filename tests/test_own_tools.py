"""Tools of the person's own: given by a program, named in a setting, or brought by a package."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import selfstarter
from selfstarter.app import Outcome
from selfstarter.core.errors import BadSetting
from selfstarter.own_tools import own_tools
from selfstarter.settings import Settings

Script = Callable[..., str]
MINE = """
from selfstarter import tool

@tool(effect="read")
async def in_stock(article: str) -> str:
    '''How many of an article are in stock.'''
    return f"{len(article)} pieces of {article}"
"""
REPLIES = (
    {"for": "draft", "json": {"outcome": "There.", "files": ["total.txt"], "assumptions": [],
                              "document": False}},
    {"for": "plan", "json": {"tasks": [{"title": "Ask"}]}},
    {"call": {"tool": "in_stock", "args": {"article": "apple"}}},
    {"hears": "5 pieces of apple",
     "call": {"tool": "write_file", "args": {"path": "total.txt", "content": "5"}}},
    {"call": {"tool": "finish", "args": {"summary": "5"}}},
)  # fmt: skip


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "my_tools.py"
    file.write_text(MINE)
    return file


def test_a_tool_of_a_file_is_called_by_a_run(
    mine: Path, home: Path, workspace: Path, script: Script
) -> None:
    settings = Settings(model=script(*REPLIES), home=home, web=False, tools=(str(mine),))
    outcome = asyncio.run(selfstarter.pursue("Write total.txt", workspace, settings))
    assert (outcome.ending, outcome.answer) == ("done", "5")


def test_a_tool_that_a_program_gives_is_called_by_its_run_and_no_other(
    home: Path, workspace: Path, script: Script
) -> None:
    @selfstarter.tool(effect="read")
    async def in_stock(article: str) -> str:
        """How many of an article are in stock."""
        return f"5 pieces of {article}"

    def ran(**given: object) -> Outcome:
        settings = Settings(model=script(*REPLIES), home=home, web=False)
        return selfstarter.pursue_now("Write total.txt", workspace, settings=settings, **given)

    assert ran(tools=[in_stock]).ending == "done"
    with pytest.raises(Exception, match="was to hear"):
        ran()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "holds no tool"),
        ("import nosuchmodule", "cannot be loaded: ModuleNotFoundError"),
        ("raise SystemError(1)", "cannot be loaded: SystemError"),
        ("def (", "cannot be loaded: SyntaxError"),
        (None, "is no Python file"),
    ],
)
def test_a_file_that_is_wrong_is_said_before_the_run(
    tmp_path: Path, home: Path, text: str | None, said: str
) -> None:
    file = tmp_path / "wrong.py"
    if text is not None:
        file.write_text(text)
    with pytest.raises(BadSetting, match=said):
        own_tools(Settings(home=home, tools=(str(file),)))


def test_a_package_brings_tools_by_an_entry_point(
    mine: Path, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = tmp_path / "stock-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: stock\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[selfstarter.tools]\nin_stock = my_tools:in_stock\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert [tool.name for tool in own_tools(Settings(home=home))] == ["in_stock"]
