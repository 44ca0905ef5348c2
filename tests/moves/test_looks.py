"""What a look leaves behind, and what a refusal tells, with a strong model."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from test_checks import MENDED, PLAN, SHAPES, WRAP_UP, Reply, draft, finish, needs_sandbox, write
from test_gathered import laid

from selfstarter.app import Outcome, pursue
from selfstarter.core.ports import Request
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings

MEND = "Correct shapes.py so that the tests pass"
TESTED: Reply = {"kind": "tests_pass"}
BY_COMMAND: Reply = {"kind": "command_passes", "command": "python3 -m pytest -q tests"}


def worked(
    folder: Path,
    home: Path,
    goal: str,
    *replies: Reply,
    there: Mapping[str, str] = SHAPES,
    checks: Sequence[Reply] = (),
    files: Sequence[str] = (),
    asked: list[Request] | None = None,
) -> Outcome:
    """`asked`: takes what the model is asked."""
    laid(folder, dict(there))
    model = ScriptedModel.of(PLAN, WRAP_UP, draft(*checks, files=files), *replies)
    settings = Settings(model="scripted", home=home)
    try:
        return asyncio.run(pursue(goal, folder, settings, model=model))
    finally:
        if asked is not None:
            asked += model.asked


def refusals(outcome: Outcome) -> list[str]:
    return [turn.note for turn in outcome.state.transcript if turn.note][::-1]


@needs_sandbox
@pytest.mark.parametrize("check", [TESTED, BY_COMMAND])
def test_a_look_leaves_no_caches_in_the_folder(workspace: Path, home: Path, check: Reply) -> None:
    right = write("shapes.py", MENDED), finish("shapes.py is right.")
    outcome = worked(workspace, home, MEND, *right, checks=[check], files=["shapes.py"])
    assert outcome.ending == "done", outcome.report
    lying = {path.name for path in workspace.rglob("*")}
    assert not lying & {".pytest_cache", "__pycache__"}


@needs_sandbox
def test_what_may_not_be_edited_does_not_hide_what_else_failed(workspace: Path, home: Path) -> None:
    emptied = write("tests/test_shapes.py", "def test_area():\n    assert False\n")
    outcome = worked(
        workspace, home, MEND, emptied, finish("It is done."), checks=[TESTED], files=["shapes.py"]
    )
    told = refusals(outcome)[0]
    assert "given and may not be edited" in told and "These checks failed" in told
