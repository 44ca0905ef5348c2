"""A model that can use it is told the day; it may say it again, and no other number with it."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from plays import WRAP_UP, needs_sandbox, worked

from selfstarter.app import pursue, resume
from selfstarter.asking.begun import begun, day_line
from selfstarter.core.ports import Request
from selfstarter.core.state import State
from selfstarter.models.scripted import ScriptedModel
from selfstarter.proofs.figures import strays
from selfstarter.proofs.held import dates_between, held_in
from selfstarter.settings import Settings

BEGAN = State(began_at=datetime(2026, 3, 4, 23, 30).timestamp())
HELD = held_in("17") | dates_between(BEGAN.began_at, BEGAN.began_at)


def test_the_day_is_told_in_words_and_in_numbers() -> None:
    assert day_line(BEGAN) == "Date: Wednesday, 4 March 2026 (2026-03-04), when this run began."


@pytest.mark.parametrize(
    "said",
    ["2026-03-04", "4 March 2026", "4th of March", "04 Mar. 2026", "March 4, 2026", "Mar 4",
     "4.3.2026", "04.03.2026", "3/4/2026", "04/03/2026"],
)  # fmt: skip
def test_the_day_may_be_said_again(said: str) -> None:
    assert not strays(f"As of {said}, 17 are left", HELD)


@pytest.mark.parametrize(
    "said", ["2026-03-07", "14 March 2026", "14 April 2026", "March 14", "2026-03-041", "1,204"]
)
def test_no_other_number_is_let_through(said: str) -> None:
    assert strays(f"As of {said}, 17 are left", HELD)


@pytest.mark.parametrize("small", [False, True])
def test_the_day_stands_in_the_prompts_of_a_model_that_can_use_it(
    workspace: Path, home: Path, small: bool
) -> None:
    draft: dict[str, Any] = {"outcome": "o", "files": [], "assumptions": [], "document": False}
    plan = {"tasks": [{"title": "Look"}]}
    model = ScriptedModel.of(
        {"for": "draft", "json": draft}, {"for": "plan", "json": plan}, {"text": "x"}, small=small
    )
    settings = Settings(model="scripted", home=home, steps=2, web=False)
    outcome = asyncio.run(pursue("What is due today?", workspace, settings, model=model))
    said = {one.purpose: "\n".join(m.text for m in one.messages) for one in model.asked}
    for line in begun(outcome.state).splitlines():
        told = {purpose for purpose, text in said.items() if line in text}
        assert told == (set() if small else {"draft", "choose"})


@needs_sandbox
def test_what_programs_find_is_kept_with_the_run(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Request] = []
    outcome = worked(workspace, home, "Do it", {"text": "x"}, asked=asked)
    assert outcome.state.scouted
    there = outcome.state.scouted.inside
    assert "Python 3" in there and "pandas" in there
    monkeypatch.setattr("selfstarter.sandbox.found_inside", lambda: "Nothing is there.")
    model = ScriptedModel.of(WRAP_UP, {"text": "y"})
    again = asyncio.run(resume(outcome.run_id, Settings(home=home), model=model))
    assert "choose" in {one.purpose for one in model.asked}
    told = [m.text for one in (*asked, *model.asked) for m in one.messages if there in m.text]
    assert again.state.scouted and again.state.scouted.inside == there
    assert len(told) == sum(one.purpose in ("draft", "choose") for one in (*asked, *model.asked))
