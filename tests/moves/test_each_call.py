"""Each call of a reply is run, refused in words, or said to be dropped; and what came of it is read
by the model before it is shortened, or said not to have been shown."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from plays import needs_sandbox, shell
from test_several_calls import STAYS, chosen, of, read, several, speaks_once, write
from test_surprises import FINISH, PLAN, Reply, call, draft, events

from selfstarter.app import pursue, resume
from selfstarter.asking.ask import tokens_of
from selfstarter.asking.view import NOT_SHOWN
from selfstarter.core.events import (
    AnyEvent,
    CallChosen,
    CallReturned,
    CallsDropped,
    CallStarted,
    Compacted,
    FinishAsked,
    ModelCalled,
    NextCall,
    PersonAsked,
    PlanRevised,
    ReplyRejected,
)
from selfstarter.core.ports import Recorded, Request, Usage
from selfstarter.core.ports import Reply as ModelReply
from selfstarter.models.scripted import Script, ScriptedModel
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


@pytest.mark.parametrize("window", [6144, 8192, 16_384, 32_768])
def test_what_nobody_has_read_is_kept_or_said_not_to_have_been_shown(
    workspace: Path, home: Path, window: int
) -> None:
    lay(workspace)
    replies = [several(*map(read, LONG[at : at + 5])) for at in range(0, 20, 5)]
    model = pursued(workspace, home, *replies, several(write("d.txt"), FINISH), window=window)
    assert len(chosen(model)) == 5
    kept = 0
    for at, request in enumerate(chosen(model)[1:]):
        said = [m.text for m in request.messages]
        for name in LONG[5 * at : 5 * at + 5]:
            whole = any(m.role == "tool" and f"{name} line 0:" in m.text for m in request.messages)
            line = [
                line for text in said for line in text.splitlines() if f"path='{name}')" in line
            ]
            assert whole or NOT_SHOWN in line[0], (name, said)
            kept += whole
        assert tokens_of(request.messages, model.count, request.tools) < window
    assert kept >= {6144: 4, 8192: 8, 16_384: 18, 32_768: 20}[window]
    for request in chosen(model)[2:]:  # of what it has read nothing is said to be unread
        said = "\n".join(m.text for m in request.messages)
        assert said.count(NOT_SHOWN) <= 20 - kept


def test_a_reply_has_room_whatever_stands_before_the_transcript(
    workspace: Path, home: Path
) -> None:
    lay(workspace)
    goal = "Make d.txt. " + "It is to be made with care, and as was said before. " * 180
    replies = [*map(read, LONG), several(write("d.txt"), FINISH)]
    model = ScriptedModel.of(draft("d.txt"), PLAN, *replies, window=16_384)
    settings = Settings(model="scripted", home=home, steps=100, tokens=10**9)
    outcome = asyncio.run(pursue(goal, workspace, settings, model=model))
    assert outcome.ending == "done"
    assert min(request.max_tokens for request in chosen(model)) >= 16_384 // 6
    assert 1 < len(of(Compacted, home)) <= 7, "not at every step"


class IsCut(ScriptedModel):
    """As a provider gives a call that was cut off: by its name, and with what there is of it."""

    at = 9

    async def complete(self, request: Request) -> ModelReply:
        cut = len(chosen(self)) == self.at and request.purpose == "choose"
        reply = await super().complete(request)
        return replace(reply, cut=True, usage=Usage(9, request.max_tokens)) if cut else reply


@pytest.mark.parametrize(
    ("cut", "advice"),
    [
        (call("run_python", code="print(1)"), "names live on"),
        (call("run_shell", command="ls"), "smaller commands"),
        (write("d.txt"), "begun with `write_file`"),
        ({"text": "So it is,"}, "begun with `write_file`"),
    ],
)
def test_after_a_cut_there_is_more_room_and_advice_for_that_tool(
    workspace: Path, home: Path, cut: Reply, advice: str
) -> None:
    lay(workspace)
    replies = [*map(read, LONG[:9]), cut, several(write("d.txt"), FINISH)]
    model = IsCut(
        Script.model_validate({"replies": (draft("d.txt"), PLAN, *replies), "window": 16_384})
    )
    settings = Settings(model="scripted", home=home)
    asyncio.run(pursue("Make d.txt", workspace, settings, model=model))
    *_, before, after = chosen(model)
    assert len(of(CallStarted, home)) == 10, "nothing of it was run"
    assert any(advice in m.text for m in after.messages)
    assert after.max_tokens > before.max_tokens + 1_000
    assert len(of(Compacted, home)) == 1


@pytest.mark.parametrize("done", [False, True])
def test_a_plan_is_revised_after_a_failure_unless_something_is_called_done(
    workspace: Path, home: Path, done: bool
) -> None:
    (workspace / "there.txt").write_text("there\n")
    refused = call("edit_file", path="there.txt", old="no", new="x")
    revised = call("revise_plan", **({"done": ["1"]} if done else {"add": ["look again"]}))
    pursued(
        workspace, home, several(refused, revised), several(write("d.txt"), FINISH), window=8192
    )
    assert (len(of(PlanRevised, home)), len(of(CallsDropped, home))) == ((0, 1) if done else (1, 0))


@needs_sandbox
def test_a_difference_is_an_answer_after_which_the_rest_is_run(workspace: Path, home: Path) -> None:
    for name in "ab":
        (workspace / f"{name}.txt").write_text(f"{name}\n")
    looks = several(shell("cd . && diff a.txt b.txt 2>&1"), shell("wc -l a.txt"))
    pursued(workspace, home, looks, several(write("d.txt"), FINISH), window=8192)
    assert not of(CallsDropped, home) and "2c2" not in of(CallReturned, home)[0].output
    assert [one.status for one in of(CallReturned, home)] == ["ok"] * 3


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
