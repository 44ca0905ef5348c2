"""Where the goal wants all of something out of texts, a judge sees them all, named or not."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from plays import PLAN, WRAP_UP, Reply, draft, finish, laid, refusals, write

from selfstarter.app import Outcome, pursue
from selfstarter.core.ports import Reply as Said
from selfstarter.core.ports import Request
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings

WHAT = ("send the quote", "sign the note", "bake the cake", "write the guide")
MAILS = {
    f"mail {n}.eml": f"Dear Ines,\n\nI will {what} by Friday.\n" for n, what in enumerate(WHAT)
}
GOAL = "Put every commitment that stands in the mails into open.csv (who, what)"
HEAD = "who,what\n"
HALF, WHOLE = ("".join([HEAD, *(f"I,{what}\n" for what in WHAT[:n])]) for n in (2, 4))
EACH: Reply = {"kind": "judge", "path": "open.csv", "question": "Is each commitment there?"}
MOST = 32_768


class Compares(ScriptedModel):
    """A judge that finds what is shown beside the work and is not in it."""

    async def complete(self, request: Request) -> Said:
        said = await super().complete(request)
        if request.purpose != "judge":
            return said
        shown = request.messages[-1].text
        lacks = [what for what in re.findall("I will (.+) by", shown) if f"I,{what}" not in shown]
        verdict: dict[str, Any] = {"evidence": ["who,what"], "passes": not lacks, "why": str(lacks)}
        return Said(text=json.dumps(verdict))


def ran(folder: Path, home: Path, sources: bool, *texts: str) -> tuple[Outcome, ScriptedModel]:
    laid(folder, MAILS)
    check = {**EACH, "sources": sources}
    replies = (one for text in texts for one in (write("open.csv", text), finish("All are there.")))
    judge: Reply = {"for": "judge", "text": "?"}
    model = Compares.of(
        PLAN, WRAP_UP, draft(check, files=["open.csv"]), judge, *replies, window=MOST
    )
    settings = Settings(home=home)
    return asyncio.run(pursue(GOAL, folder, settings, model=model)), model


def test_who_leaves_out_half_is_turned_back_and_who_has_all_is_done(
    workspace: Path, home: Path
) -> None:
    outcome, model = ran(workspace, home, True, HALF, WHOLE)
    assert outcome.ending == "done", outcome.report
    (refused,) = refusals(outcome)
    assert "bake the cake" in refused and "write the guide" in refused
    task = next(one for one in model.asked if one.purpose == "choose").messages[1].text
    assert "(a judge reads open.csv beside all files and asks: Is each" in task


def test_half_is_never_done(workspace: Path, home: Path) -> None:
    outcome, _ = ran(workspace, home, True, HALF)
    assert outcome.ending == "partly", outcome.report


def test_without_being_told_so_a_judge_sees_what_the_work_names(
    workspace: Path, home: Path
) -> None:
    _, model = ran(workspace, home, False, HALF)
    shown = next(one for one in model.asked if one.purpose == "judge").messages[-1].text
    assert "I will" not in shown


def test_what_there_is_no_room_for_is_named(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {f"note {n}.txt": f"I will do {n} by Friday. {'So ' * 500}\n" for n in range(300)}
    for name, text in many.items():
        monkeypatch.setitem(MAILS, name, text)
    _, model = ran(workspace, home, True, WHOLE)
    shown = next(one for one in model.asked if one.purpose == "judge").messages[-1].text
    assert "There is no room to show these beside: note " in shown
    assert "[parts of " in shown, "of the others it is said that they are not whole"
