"""What a look leaves behind, and what a refusal tells, with a strong model."""

from pathlib import Path

import pytest
from plays import (
    MENDED,
    Reply,
    finish,
    needs_sandbox,
    refusals,
    worked,
    write,
)

MEND = "Correct shapes.py so that the tests pass"
TESTED: Reply = {"kind": "tests_pass"}
BY_COMMAND: Reply = {"kind": "command_passes", "command": "python3 -m pytest -q tests"}


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
