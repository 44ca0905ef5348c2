"""Rung by rung through the front door: what a model, a journal and a person see of the ladder."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from selfstarter.app import Outcome, look_up, pursue, resume
from selfstarter.cli.lines import lines
from selfstarter.core.events import (
    EVENT,
    AnyEvent,
    CallReturned,
    CallStarted,
    Hinted,
    PersonAsked,
    Reflected,
)
from selfstarter.evals.guards.replies import (
    ALWAYS,
    Reply,
    call,
    draft,
    finish,
    plans,
    reads,
    says,
    writes,
)
from selfstarter.journal.sqlite import SqliteStore
from selfstarter.settings import Settings

Script = Callable[..., str]
GOAL = "Write hello.txt with a greeting"
LOOK = reads("a.txt")
WRITE = writes("hello.txt", "hello\n")


def go(workspace: Path, home: Path, model: str, attended: bool = False) -> Outcome:
    (workspace / "a.txt").write_text("one\ntwo\n")
    chosen = Settings(model=model, home=home, steps=40)
    return asyncio.run(pursue(GOAL, workspace, chosen, attended=attended))


def events_of(outcome: Outcome, home: Path) -> list[AnyEvent]:
    return [recorded.event for recorded in look_up(outcome.run_id, Settings(home=home))[1]]


def test_the_rungs_come_in_order_and_each_is_an_event_that_a_person_can_read(
    workspace: Path, home: Path, script: Script
) -> None:
    outcome = go(workspace, home, script(draft("hello.txt"), *ALWAYS, *[LOOK] * 20))
    rungs = [
        event
        for event in events_of(outcome, home)
        if isinstance(event, (Hinted, Reflected, PersonAsked))
        or (isinstance(event, CallReturned) and event.refused)
    ]
    kinds = [event.kind for event in rungs]
    assert kinds == ["hinted", "call_returned", "call_returned", "reflected", "call_returned",
                     "reflected", "call_returned"]  # fmt: skip
    assert outcome.ending == "stuck"
    said = "\n".join(line for event in rungs for line in lines(event))
    for word in ("hint ", "refused ", "stuck? ", "the same call gave the same result"):
        assert word in said
    assert "Going nowhere" in outcome.report and "refused (4×)" in outcome.report
    assert "went in circles" in outcome.report


def test_a_refused_call_is_not_run_and_the_model_is_told_what_else_to_do(
    workspace: Path, home: Path, script: Script
) -> None:
    outcome = go(workspace, home, script(draft("hello.txt"), *ALWAYS, *[LOOK] * 20))
    events = events_of(outcome, home)
    refused = [e for e in events if isinstance(e, CallReturned) and e.refused]
    assert {(e.status, "was not run" in e.error, "else" in e.next_action) for e in refused} == {
        ("denied", True, True)
    }
    assert sum(isinstance(e, CallStarted) for e in events) == 2


def test_a_model_that_turns_round_after_the_hint_is_done(
    workspace: Path, home: Path, script: Script
) -> None:
    outcome = go(
        workspace, home, script(draft("hello.txt"), *ALWAYS, LOOK, LOOK, LOOK, WRITE, finish())
    )
    assert outcome.ending == "done"
    assert outcome.state.reflections == 0


def test_a_call_that_was_refused_may_be_made_again_once_something_has_changed(
    workspace: Path, home: Path, script: Script
) -> None:
    model = script(draft("hello.txt"), *ALWAYS, LOOK, LOOK, LOOK, WRITE, LOOK, finish())
    outcome = go(workspace, home, model)
    returned = [e for e in events_of(outcome, home) if isinstance(e, CallReturned)]
    assert [e.refused for e in returned] == [False, False, True, False, False]
    assert outcome.ending == "done"


def test_no_more_than_so_many_revisions_without_anything_done(
    workspace: Path, home: Path, script: Script
) -> None:
    grows = [plans(f"step {n}") for n in range(20)]
    outcome = go(workspace, home, script(draft("hello.txt"), *ALWAYS, *grows))
    assert outcome.ending == "stuck"
    assert len(outcome.state.plan) == 1 + 3
    mixed = [step for n in range(3) for step in (grows[n], writes(f"{n}.txt", "x"))]
    other = go(workspace, home, script(draft("hello.txt"), *ALWAYS, *mixed, WRITE, finish()))
    assert other.ending == "done"


def test_who_is_there_is_asked_and_the_answer_is_a_new_start(
    workspace: Path, home: Path, script: Script
) -> None:
    talk = [says("I will see.")] * 4
    same = {"for": "amend", "json": {"quote": ""}}
    model = script(draft("hello.txt"), *ALWAYS, same, *talk, WRITE, finish())
    asked = go(workspace, home, model, attended=True)
    assert asked.ending is None
    assert "unusable replies" in asked.state.question
    store = SqliteStore(home)
    store.command(asked.run_id, "say", "Just write it.")
    store.close()
    outcome = asyncio.run(resume(asked.run_id, Settings(home=home)))
    assert outcome.ending == "done"


def test_a_model_that_cannot_outline_works_without_an_outline(
    workspace: Path, home: Path, script: Script
) -> None:
    """It was asked for one for ever, until the time or the tokens were spent."""
    for name in "bcdefgh":
        (workspace / f"{name}.txt").write_text(f"note {name}\n" * 60)
    model = script(
        draft("hello.txt", document=True), *ALWAYS, {"for": "outline", "text": "?"},
        *[says("?")] * 3, WRITE, finish(), window=2048,
    )  # fmt: skip
    outcome = go(workspace, home, model)
    assert outcome.ending == "done"


@pytest.mark.parametrize(
    "old",
    [
        {"kind": "hinted", "signal": "s", "text": "t"},
        {"kind": "call_returned", "call_id": "1", "status": "denied"},
        {"kind": "person_asked", "question": "q"},
    ],
)
def test_events_of_an_older_release_still_load(old: Mapping[str, Any]) -> None:
    assert EVENT.validate_python(old).kind == old["kind"]


REPLIES: list[Reply] = [
    LOOK,
    WRITE,
    finish(),
    finish("42 things."),
    plans("more"),
    says("Well."),
    reads("none.txt"),
    call("list_files"),
    call("search_files", text="x"),
    call("no_such_tool"),
    call("revise_plan", reason="r", done=["1"]),
    call("ask_person", question="?"),
    call("write_file", path="../x", content=""),
]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(REPLIES), min_size=1, max_size=30))
def test_any_stream_of_replies_ends_by_itself(
    workspace: Path, quick: Path, script: Script, replies: list[Reply]
) -> None:
    """Whatever it says, and however often it says the last of it again."""
    for path in workspace.iterdir():
        path.unlink()
    outcome = go(workspace, quick, script(draft("hello.txt"), *ALWAYS, *replies))
    assert outcome.ending is not None
    assert outcome.ending != "done" or (workspace / "hello.txt").read_text() == "hello\n"
