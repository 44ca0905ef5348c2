"""Goals that want files put in order: none is the one file to change, and none may be lost."""

import asyncio
from pathlib import Path

import pytest
from plays import laid
from small_plays import python

from selfstarter.app import Outcome, look_up, pursue
from selfstarter.core.contract import FileChanged, FileExists
from selfstarter.core.events import ContractDrafted, CriterionChecked
from selfstarter.models.scripted import ScriptedModel
from selfstarter.sandbox.probe import probe
from selfstarter.settings import Settings

pytestmark = pytest.mark.skipif(probe().bwrap is None, reason=probe().why or "no sandbox")

PICS = [f"pics/IMG_2026{month:02}1{n}.jpg" for month in (1, 2) for n in (3, 4)]
BY_MONTH = "Move the photos in the pics folder into a folder for each month, named like 2026-01."
LIES, IN_FOLDERS = (
    FileChanged(path="", kept=True, moves=True),
    FileExists(path="*[0-9][0-9][0-9][0-9]-[0-9][0-9]/*"),
)


def ran(goal: str, workspace: Path, home: Path, program: str) -> Outcome:
    laid(workspace, {path: path for path in PICS[1:]} | {PICS[0]: ""})
    model = ScriptedModel.of({"text": python(f"{FILES}{program}")}, small=True)
    settings = Settings(model="scripted", home=home, steps=1)
    return asyncio.run(pursue(goal, workspace, settings, model=model))


def missed(outcome: Outcome, home: Path) -> set[str]:
    events = [r.event for r in look_up(outcome.run_id, Settings(home=home))[1]]
    last = {e.criterion: e.passed for e in events if isinstance(e, CriterionChecked)}
    return {name for name, passed in last.items() if not passed}


FILES = "from pathlib import Path\nfiles = sorted(Path('pics').glob('*.jpg'))\n"
MOVE = """for file in files:
    folder = Path('pics/' + file.name[4:8] + '-' + file.name[8:10])
    folder.mkdir(exist_ok=True)
    file.rename(folder / file.name)
"""


@pytest.mark.parametrize(
    ("program", "wrong"),
    [
        (MOVE, set[str]()),
        (MOVE.replace("file.rename", "if file != files[1]: file.rename"), set[str]()),
        (MOVE + "next(Path('pics').rglob('*14.jpg')).unlink()", {"c1"}),
        ("files[1].rename('pics/a.jpg')", {"c2"}),
        ("files[1].write_text('moved')", {"c1", "c2"}),
        ("pass", {"c1", "c2"}),
    ],
)
def test_files_that_are_moved_lie_elsewhere_and_none_is_lost(
    workspace: Path, home: Path, program: str, wrong: set[str]
) -> None:
    outcome = ran(BY_MONTH, workspace, home, program)
    events = [r.event for r in look_up(outcome.run_id, Settings(home=home))[1]]
    drafted = next(e.contract for e in events if isinstance(e, ContractDrafted))
    assert [c.check for c in drafted.criteria[:2]] == [LIES, IN_FOLDERS]
    assert missed(outcome, home) & {"c1", "c2"} == wrong


@pytest.mark.parametrize(
    ("goal", "kept"),
    [
        ("Rename the photos in pics: the month first.", True),
        ("Delete the photos in pics that are empty.", False),
        ("Put the photos in pics in order and remove duplicates.", False),
    ],
)
def test_what_is_to_be_deleted_may_be_gone(
    workspace: Path, home: Path, goal: str, kept: bool
) -> None:
    outcome = ran(goal, workspace, home, "files[0].unlink()")
    assert ("c1" in missed(outcome, home)) == kept
