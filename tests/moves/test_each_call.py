"""Each call of a reply is run, refused in words, or said to be dropped."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from test_several_calls import STAYS, chosen, of, read, several, speaks_once, write
from test_surprises import FINISH, PLAN, Reply, draft, events

from selfstarter.app import pursue, resume
from selfstarter.core.events import (
    AnyEvent,
    CallChosen,
    CallReturned,
    CallsDropped,
    Compacted,
    FinishAsked,
    ModelCalled,
    NextCall,
    PersonAsked,
    PlanRevised,
    ReplyRejected,
)
from selfstarter.core.ports import Recorded
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings
from selfstarter.steering import tell

LONG = [f"notes/n{n}.md" for n in range(20)]


def lay(workspace: Path, names: list[str] = LONG, lines: int = 60) -> None:
    for name in names:
        (workspace / name).parent.mkdir(exist_ok=True)
        said = "".join(f"{name} line {n}: so it goes, and so it went.\n" for n in range(lines))
        (workspace / name).write_text(said)


def pursued(
    workspace: Path, home: Path, *replies: Reply, window: int, **more: Any
) -> ScriptedModel:
    model = ScriptedModel.of(draft("d.txt"), PLAN, *replies, window=window)
    settings = Settings(model="scripted", home=home, steps=100, tokens=10**9)
    asyncio.run(pursue("Make d.txt", workspace, settings, model=model, **more))
    return model


def came_to(event: AnyEvent) -> int:
    """So many calls of a reply have come to something."""
    match event:
        case CallsDropped():
            return len(event.calls)
        case ReplyRejected():
            return event.purpose == "choose"
        case CallChosen() | FinishAsked() | PlanRevised() | PersonAsked():
            return 1
        case _:
            return 0


@pytest.mark.parametrize("window", [2048, 4096, 6144, 8192, 12_288, 16_384, 131_072])
@pytest.mark.parametrize("speaks_at", [None, NextCall, CallReturned])
def test_whatever_the_window_each_call_of_a_reply_comes_to_something(
    workspace: Path, home: Path, window: int, speaks_at: type | None
) -> None:
    lay(workspace)
    replies = [
        several(*map(read, LONG[at : at + 4]), write(f"{at}.txt"), read(LONG[at]))
        for at in range(0, 20, 4)
    ]
    hear = speaks_once(speaks_at, "Go on.", home) if speaks_at else None
    more: dict[str, Any] = {"listener": hear} if hear else {}
    stays = [STAYS] if hear else []
    pursued(
        workspace, home, *stays, *replies, several(read("gone.txt"), write("e.txt"), FINISH),
        several(write("d.txt"), FINISH), window=window, **more,
    )  # fmt: skip
    wanted = sum(len(one.calls) for one in of(ModelCalled, home) if one.purpose == "choose")
    assert sum(map(came_to, events(home))) == wanted > 30
    assert [one.call_id for one in of(CallReturned, home)] == [
        one.call_id for one in of(CallChosen, home)
    ]


def test_a_compaction_does_not_come_between_a_call_and_its_reading(
    workspace: Path, home: Path
) -> None:
    lay(workspace)
    replies = [several(*map(read, LONG[at : at + 5])) for at in range(0, 20, 5)]
    pursued(workspace, home, *replies, several(write("d.txt"), FINISH), window=16_384)
    assert of(Compacted, home), "or nothing is tried here"
    assert [one.args["path"] for one in of(CallChosen, home)] == [*LONG, "d.txt"]


@pytest.mark.parametrize("how", ["stop", "pause"])
def test_a_call_that_a_stop_forestalls_is_run_when_the_run_goes_on(
    workspace: Path, home: Path, how: Any
) -> None:
    told: list[str] = []
    settings = Settings(model="scripted", home=home)

    def hear(run: str, recorded: Recorded) -> None:
        if isinstance(recorded.event, CallChosen) and not told:
            told.append(run)
            tell(run, how, "", settings)

    model = ScriptedModel.of(
        draft("d.txt"), PLAN, {"for": "wrap_up", "text": "So far."},
        several(write("d.txt"), write("e.txt"), FINISH, text="Both."),
    )  # fmt: skip
    asyncio.run(pursue("Make d.txt", workspace, settings, model=model, listener=hear))
    assert not (workspace / "e.txt").exists()
    outcome = asyncio.run(resume("@last", settings, model=model))
    assert outcome.ending == "done" and (workspace / "e.txt").exists()
    assert len(chosen(model)) == 1, "it was paid for already"
