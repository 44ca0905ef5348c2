"""What a model says at the end is heard: what it cannot do, what it said last, and that it is
done where only the word was missing."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from selfstarter.app import Outcome, look_up, pursue
from selfstarter.cli.drive import summary
from selfstarter.core.events import CriterionChecked, FinishRejected
from selfstarter.core.ports import Recorded, Request
from selfstarter.models.scripted import ScriptedModel
from selfstarter.sandbox.probe import probe
from selfstarter.settings import Settings

Reply = Mapping[str, Any]
box = pytest.mark.skipif(probe().bwrap is None, reason=probe().why or "no sandbox")

PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "work"}]}}
WRAP_UP: Reply = {"for": "wrap_up", "text": "That is how far it went."}
BYE: Reply = {"kind": "file_matches", "path": "hello.txt", "contains": ["bye"], "min_words": 2}
RUNS: Reply = {"kind": "command_passes", "command": "grep -q seen log.txt"}


def call(tool: str, **args: object) -> Reply:
    return {"call": {"tool": tool, "args": args}}


def write(text: str) -> Reply:
    return call("write_file", path="hello.txt", content=text)


FINISH = call("finish", summary="It is written.")


class Ran:
    def __init__(self, outcome: Outcome, model: ScriptedModel, home: Path) -> None:
        self.outcome, self.model, self.home = outcome, model, home

    def events(self, kind: type) -> list[Any]:
        records = look_up(self.outcome.run_id, Settings(home=self.home))[1]
        return [r.event for r in records if isinstance(r.event, kind)]

    def asked(self, purpose: str) -> list[Request]:
        return [request for request in self.model.asked if request.purpose == purpose]

    @property
    def as_json(self) -> Mapping[str, Any]:
        return summary(self.outcome, self.outcome.run_id, 1, None, 0.0, "")


@pytest.fixture
def run(workspace: Path, home: Path) -> Callable[..., Ran]:
    def ran(*replies: Reply, checks: tuple[Reply, ...] = (BYE,), **more: Any) -> Ran:
        criteria = [{"text": f"It is well {n}", "check": c} for n, c in enumerate(checks, 1)]
        sketch = {"outcome": "It is there.", "files": ["hello.txt"], "criteria": criteria}
        sketch |= {"assumptions": (), "document": False}
        model = ScriptedModel.of({"for": "draft", "json": sketch}, PLAN, WRAP_UP, *replies)
        settings = Settings.model_validate({"model": "scripted", "home": home, **more})
        outcome = asyncio.run(pursue("Write hello.txt", workspace, settings, model=model))
        return Ran(outcome, model, home)

    return ran


Run = Callable[..., Ran]


# ── what it is shown of its criteria ─────────────────────────────────────────────────────────


@box
def test_a_bigger_model_is_shown_what_its_work_is_checked_by(run: Run) -> None:
    judge: Reply = {"kind": "judge", "path": "hello.txt", "question": "Is it kind?"}
    cites: Reply = {"kind": "citations_resolve", "path": "hello.txt", "at_least": 8}
    ran = run(write("x"), checks=(BYE, RUNS, judge, cites), steps=1)
    task = ran.asked("choose")[0].messages[1].text
    assert '- It is well 1 (file_matches hello.txt: contains "bye"; at least 2 words)' in task
    assert "- It is well 2 ($ grep -q seen log.txt); at first: there is no log.txt" in task
    assert "- It is well 3 (a judge reads hello.txt and asks: Is it kind?)" in task
    assert "in [brackets]" in task and "at least 8; what is worked out" in task
    assert "now:" not in task


def test_what_is_to_be_met_is_shown_to_its_end(run: Run) -> None:
    question = f"{'Does each figure agree with the forecast, and not nearly? ' * 9}To the cent?"
    judge: Reply = {"kind": "judge", "path": "hello.txt", "question": question}
    lists: Reply = {"kind": "file_matches", "path": "hello.txt", "contains": ["a b" * 50] * 9}
    ran = run(write("x"), checks=(judge, lists), steps=1)
    for purpose in ("plan", "choose"):
        shown = "\n".join(one.text for one in ran.asked(purpose)[0].messages)
        assert f"asks: {question}" in shown and shown.count("a b" * 50) == 9


@box
def test_a_command_is_run_though_a_cheaper_check_failed_and_both_are_told(
    run: Run, workspace: Path
) -> None:
    (workspace / "log.txt").write_text("nothing\n")
    ran = run(write("x"), FINISH, write("good bye"), checks=(BYE, RUNS), steps=2)
    (refused,) = ran.events(FinishRejected)
    assert "It is well 1: hello.txt does not mention bye" in refused.failures
    told = "It is well 2 ($ grep -q seen log.txt): exit status 1: it printed nothing"
    assert told in refused.failures


# ── what cannot be done ──────────────────────────────────────────────────────────────────────


def test_what_cannot_be_done_is_said_once_and_ends_the_run(run: Run) -> None:
    why = "The search engine cannot be reached, so nobody knows what it would say."
    ran = run(write("hi"), call("finish", summary="It says hi.", missing=why))
    assert (ran.outcome.ending, ran.outcome.state.rejections) == ("partly", 0)
    assert ran.outcome.answer == f"It says hi.\n\nNot done: {why}"
    assert [seen.passed for seen in ran.events(CriterionChecked)] == [True, False]
    assert not ran.asked("wrap_up"), "it has said it itself"


@pytest.mark.parametrize("passes", [True, False])
def test_a_judge_looks_though_something_is_said_to_be_missing(run: Run, passes: bool) -> None:
    kind: Reply = {"kind": "judge", "path": "hello.txt", "question": "Is it kind?"}
    verdict: Reply = {"for": "judge", "json": {"evidence": "hi dear", "passes": passes}}
    gone = call("finish", summary="It says hi.", missing="Nobody knows how to say bye.")
    ran = run(write("hi dear"), gone, verdict, checks=(BYE, kind))
    assert (ran.outcome.ending, ran.outcome.state.rejections) == ("partly", 0)
    assert [seen.passed for seen in ran.events(CriterionChecked)] == [True, False, passes]
    assert "not looked at" not in ran.outcome.report
    assert f"say {ran.outcome.run_id}" in ran.outcome.report


def test_where_all_passes_it_is_done_whatever_is_said_to_be_missing(run: Run) -> None:
    ran = run(write("good bye"), call("finish", summary="It says bye.", missing="A drawing."))
    assert (ran.outcome.ending, ran.outcome.answer) == (
        "done",
        "It says bye.\n\nNot done: A drawing.",
    )


@pytest.mark.parametrize("nothing", ["", "None", "n/a", "Nothing is missing.", "-"])
def test_a_field_that_is_only_filled_in_ends_nothing(run: Run, nothing: str) -> None:
    ran = run(
        write("hi"), call("finish", summary="It says hi.", missing=nothing),
        write("good bye"), FINISH,
    )  # fmt: skip
    assert (ran.outcome.ending, ran.outcome.state.rejections) == ("done", 1)


def test_nor_does_it_excuse_an_account_that_is_not_true(run: Run) -> None:
    said = "I ran `make all` and it passed."
    ran = run(write("good bye"), call("finish", summary=said, missing="A drawing."), FINISH)
    (refused,) = ran.events(FinishRejected)
    assert "make all" in refused.failures and ran.outcome.ending == "done"


# ── what it said last ────────────────────────────────────────────────────────────────────────


def test_a_request_to_finish_that_is_turned_down_is_a_call_with_its_result(run: Run) -> None:
    ran = run(write("hi"), FINISH, write("good bye"), FINISH)
    asked, result = ran.asked("choose")[2].messages[-3:-1]
    assert asked.call and (asked.call.tool, asked.call.args) == (
        "finish",
        {"summary": "It is written."},
    )
    assert result.role == "tool" and "does not mention bye" in result.text
    assert "say it in `missing`" in result.text
    assert result.call == asked.call


def test_the_last_answer_is_kept_and_marked_and_the_report_beside_it(run: Run) -> None:
    ran = run(write("hi"), FINISH, FINISH, FINISH)
    assert ran.outcome.ending == "partly"
    said = "It is written.\n\nNot accepted:\n- It is well 1: hello.txt does not mention bye"
    assert ran.outcome.answer == said
    assert (ran.as_json["answer"], ran.as_json["report"]) == (said, "That is how far it went.")
    assert "That is how far it went." in ran.outcome.report
    (asked,) = ran.asked("wrap_up")
    assert "not met: hello.txt does not mention bye" in asked.messages[0].text
    assert "finish: It is written. -> Not finished." in asked.messages[0].text


def test_where_it_never_said_so_the_report_is_the_answer(run: Run) -> None:
    ran = run(write("hi"), steps=1)
    assert (ran.outcome.answer, ran.as_json["report"]) == ("That is how far it went.", "")


def test_a_judge_who_was_never_asked_has_not_said_no(run: Run) -> None:
    judge: Reply = {"kind": "judge", "path": "hello.txt", "question": "Is it kind?"}
    ran = run(write("hi"), checks=(judge,), steps=1)
    (asked,) = ran.asked("wrap_up")
    assert "- It is well 1: not looked at" in asked.messages[0].text


# ── at the end of a budget ───────────────────────────────────────────────────────────────────


def test_what_was_missing_and_is_mended_is_done_though_no_step_is_left_to_say_so(run: Run) -> None:
    ran = run(write("hi"), FINISH, write("good bye"), steps=2)
    assert (ran.outcome.ending, ran.outcome.answer) == ("done", "Made hello.txt.")
    assert ran.outcome.state.ended and "2 steps is spent" in ran.outcome.state.ended.reason


def test_one_who_never_said_so_is_not_done_and_it_is_told_that_all_passes(run: Run) -> None:
    ran = run(write("good bye"), steps=1)
    assert ran.outcome.ending == "out_of_budget"
    assert "Every criterion passes as it is" in ran.outcome.report


def test_a_judge_who_has_not_seen_the_work_as_it_is_keeps_it_from_being_done(run: Run) -> None:
    judge: Reply = {"kind": "judge", "path": "hello.txt", "question": "Is it kind?"}
    kind: Reply = {"for": "judge", "json": {"evidence": "good bye", "passes": True}}
    spoilt = call("finish", summary="I ran `make all` and it passed.")
    ran = run(
        write("good bye"), spoilt, write("good bye, fool"), kind, checks=(BYE, judge), steps=2
    )
    assert ran.outcome.ending == "out_of_budget"


def test_the_journal_of_such_a_run_can_be_shown(run: Run) -> None:
    ran = run(write("hi"), FINISH, FINISH, FINISH)
    assert json.dumps(ran.as_json)


# ── while it goes on, and what is left of a budget ───────────────────────────────────────────


def test_a_bigger_model_is_warned_while_a_few_calls_can_still_be_paid(run: Run) -> None:
    dear = {**call("list_files"), "usage": {"input": 4_000, "output": 100}}
    ran = run(dear, dear, dear, dear, dear, dear, tokens=30_000)
    warned = [
        n for n, one in enumerate(ran.asked("choose")) if "Budget left" in one.messages[-1].text
    ]
    assert warned and warned[0] in (2, 3, 4), "not at once, and not when it is too late"
    ended = ran.outcome.state.ended
    assert ended and ended.ending == "out_of_budget"
    left = 30_000 - ran.outcome.state.spent.tokens
    assert left > 0 and "too little is left for another call." in ended.reason


def test_a_run_that_is_pursued_is_not_called_paused(workspace: Path, home: Path) -> None:
    seen: list[str] = []

    def look(run_id: str, _: Recorded) -> None:
        seen.append(look_up(run_id, Settings(home=home))[0].report)

    model = ScriptedModel.of(
        {"for": "draft", "json": {"outcome": "x", "files": ["hello.txt"], "criteria": (),
         "assumptions": (), "document": False}}, PLAN, write("hi"), FINISH,
    )  # fmt: skip
    settings = Settings(model="scripted", home=home)
    asyncio.run(pursue("Write hello.txt", workspace, settings, model=model, listener=look))
    assert seen[2].startswith("# Running: it has not ended yet.")
    assert "selfstarter attach" in seen[2]
    assert seen[-1].startswith("# Done")
