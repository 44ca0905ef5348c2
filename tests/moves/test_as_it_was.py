"""A file that is as it was again is none that the run has changed."""

import asyncio
from pathlib import Path

from test_several_calls import FINISH, PLAN, draft, several, write

from selfstarter.app import pursue
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings


def test_a_file_that_is_as_it_was_is_not_called_changed(workspace: Path, home: Path) -> None:
    (workspace / "tax.py").write_text("RATE = 19\n")
    model = ScriptedModel.of(
        draft("a.txt"), PLAN,
        several(
            write("tax.py", "RATE = 19\n"),
            write("tax.py", "RATE = 7\n"),
            write("tax.py", "RATE = 19\n"),
            write("a.txt"),
            FINISH,
        ),
    )  # fmt: skip
    settings = Settings(model="scripted", home=home)
    outcome = asyncio.run(pursue("Make a.txt", workspace, settings, model=model))
    assert outcome.ending == "done", outcome.report
    changed = [turn.result.changed for turn in outcome.state.transcript if turn.result][::-1]
    assert [[path for path, _ in paths] for paths in changed] == [
        [],
        ["tax.py"],
        ["tax.py"],
        ["a.txt"],
    ]
    assert outcome.state.ledger.made == ["a.txt"]
    assert "- Made: a.txt\n" in outcome.report and "tax.py" not in outcome.report
