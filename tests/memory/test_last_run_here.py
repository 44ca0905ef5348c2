"""What the last run in a folder has made is told before the next one's contract is drafted."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from plays import PLAN, WRAP_UP, Reply, draft, finish, laid, write

from selfstarter.app import Outcome, pursue
from selfstarter.asking.recalled import HERE
from selfstarter.core.ports import Request
from selfstarter.journal.sqlite import SqliteStore
from selfstarter.memories import opened
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings

GUIDE = "Write an architecture guide: docs/ARCHITECTURE.md and a page for each package."
AGAIN = "The code has changed; bring the guide up to date."
PATHS = ("docs/ARCHITECTURE.md", "docs/packages/api.md")
HOLDS: Reply = {"kind": "file_matches", "path": PATHS[0], "contains": ["api"]}
MADE = [*(write(path, "# The api\n") for path in PATHS), finish("The guide is written.")]


def ran(
    goal: str, folder: Path, home: Path, *replies: Reply, **more: Any
) -> tuple[Outcome, list[Request]]:
    folder.mkdir(exist_ok=True)
    laid(folder, {"api/__init__.py": "", "README.md": "The shop.\n"})
    model = ScriptedModel.of(PLAN, WRAP_UP, draft(HOLDS, files=()), *replies, window=32_768)
    settings = Settings(model="scripted", home=home, steps=9, **more)
    return asyncio.run(pursue(goal, folder, settings, model=model)), model.asked


def told(asked: list[Request], purpose: str) -> str:
    """The line on the last run here; empty: nothing."""
    text = next(
        m.text for r in asked if r.purpose == purpose for m in r.messages if AGAIN in m.text
    )
    return text.partition(f"{HERE}\n- ")[2].partition("\n")[0]


@pytest.mark.parametrize("purpose", ["draft", "plan", "choose"])
def test_the_next_run_in_the_folder_is_told_what_was_made(
    workspace: Path, home: Path, purpose: str
) -> None:
    first, asked = ran(GUIDE, workspace, home, *MADE)
    assert first.ending == "done" and not any(HERE in str(one) for one in asked)
    (workspace / PATHS[1]).unlink()
    then, asked = ran(AGAIN, workspace, home, finish("x"))
    day = told(asked, purpose)
    assert f"“{GUIDE}” ended as done." in day
    assert day.endswith("there are: docs/ARCHITECTURE.md."), "what is gone is not told"
    assert f"“{GUIDE}” ended as done" in then.report


def test_how_it_ended_is_told_even_where_it_made_nothing(workspace: Path, home: Path) -> None:
    gives_up = {"call": {"tool": "finish", "args": {"summary": "No.", "missing": "The code."}}}
    looks = {"call": {"tool": "read_file", "args": {"path": "README.md"}}}
    ran(GUIDE, workspace, home, looks, gives_up)
    _, asked = ran(AGAIN, workspace, home, finish("x"))
    assert told(asked, "draft").endswith(f"“{GUIDE}” ended as partly.")


@pytest.mark.parametrize("case", ["another folder", "no memory then", "no memory now", "forgotten"])
def test_nothing_is_told_of_what_is_not_to_be_remembered(
    workspace: Path, home: Path, case: str
) -> None:
    off = {"memory": "off"}
    first, _ = ran(GUIDE, workspace, home, *MADE, **(off if case == "no memory then" else {}))
    if case == "forgotten":
        store = SqliteStore(home)
        memory = opened(store, "")
        asyncio.run(forgets(memory, f"{first.run_id}:"))
        store.close()
    folder = workspace.parent / "other" if case == "another folder" else workspace
    _, asked = ran(AGAIN, folder, home, finish("x"), **(off if case == "no memory now" else {}))
    assert not told(asked, "draft")


async def forgets(memory: Any, run: str) -> None:
    found = await memory.recall(GUIDE, 50)
    await memory.forget([one.record.id for one in found if one.record.id.startswith(run)])
    await memory.close()
