"""Who goes on with a run that ended short reads what was not met, and no judge is asked the same
twice."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from plays import PLAN, WRAP_UP, Reply, draft, finish, write

from selfstarter.app import Outcome, pursue, resume
from selfstarter.core.contract import SHOW_IT
from selfstarter.core.events import FinishAsked, ModelFacts, RunEnded, RunResumed, RunStarted
from selfstarter.core.fold import fold
from selfstarter.core.ports import Recorded, Request
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings

AGREES: Reply = {"kind": "judge", "path": "out.txt", "question": "Does it agree with the tests?"}
UNSEEN: Reply = {
    "for": "judge",
    "json": {"evidence": [], "passes": "unseen", "why": "I would have to see the tests"},
}
RIGHT: Reply = {"for": "judge", "json": {"evidence": ["good bye to all"], "passes": True}}
WORK = write("out.txt", "good bye to all of you")


def of(model: ScriptedModel, purpose: str) -> list[Request]:
    return [one for one in model.asked if one.purpose == purpose]


@pytest.fixture
def go_on(workspace: Path, home: Path) -> Callable[..., tuple[Outcome, ScriptedModel]]:
    """After a run that nobody could judge, with these replies."""

    def goes(*replies: Reply) -> tuple[Outcome, ScriptedModel]:
        begins = (draft(AGREES), PLAN, WRAP_UP, WORK, finish("It is written."), UNSEEN)
        settings = Settings(model="scripted", home=home)
        first = ScriptedModel.of(*begins)
        ended = asyncio.run(pursue("Say bye", workspace, settings, model=first))
        assert ended.ending == "partly" and len(of(first, "judge")) == 1
        model = ScriptedModel.of(*begins, finish("It is written."), *replies)
        return asyncio.run(resume("@last", settings, model=model)), model

    return goes


def test_the_first_request_says_what_was_not_met_and_why(
    go_on: Callable[..., tuple[Outcome, ScriptedModel]],
) -> None:
    _, model = go_on(finish("It is written."))
    *_, call, told, _tail = of(model, "choose")[0].messages
    assert call.call and call.call.args == {"summary": "It is written."}
    assert told.text.startswith("This ended as partly: All else passes, but nobody could judge")
    assert "- It holds, look 1: nobody could judge all of it: I would have to see" in told.text
    assert told.text.endswith(SHOW_IT)


@pytest.mark.parametrize(
    ("replies", "asked", "ending"),
    [
        ((finish("It is written."), RIGHT), 0, "partly"),
        ((write("out.txt", "good bye to all"), finish("It is."), RIGHT), 1, "done"),
        ((write("out.txt", "good bye to all"), finish("It is."), UNSEEN), 1, "partly"),
    ],
)
def test_no_judge_is_asked_again_what_one_has_answered(
    go_on: Callable[..., tuple[Outcome, ScriptedModel]],
    replies: tuple[Reply, ...],
    asked: int,
    ending: str,
) -> None:
    outcome, model = go_on(*replies)
    assert (outcome.ending, len(of(model, "judge"))) == (ending, asked)


def test_another_model_judges_anew(workspace: Path, home: Path, script: Callable[..., str]) -> None:
    begins = (draft(AGREES), PLAN, WRAP_UP, WORK, finish("It is written."))
    settings = Settings(model=script(*begins, UNSEEN), home=home)
    assert asyncio.run(pursue("Say bye", workspace, settings)).ending == "partly"
    again = resume("@last", settings, model_name=script(*begins, UNSEEN, RIGHT))
    assert asyncio.run(again).ending == "done"


@pytest.mark.parametrize("small", [True, False])
def test_a_small_model_begins_as_before(small: bool) -> None:
    facts = ModelFacts(window=8192, native_tools=not small, json_schema=True, small=small)
    events = (
        RunStarted(goal="g", workspace="/w", model="m", facts=facts),
        FinishAsked(summary="It is written."),
        RunEnded(ending="partly", reason="Nobody could judge it."),
        RunResumed(facts=facts),
    )
    state = fold(Recorded(n, float(n), event) for n, event in enumerate(events, 1))
    assert len([*state.transcript]) == (0 if small else 1)
