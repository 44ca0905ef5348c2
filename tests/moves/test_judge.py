"""A judge that cannot be read is asked again, and its verdict is kept as long as the work is."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from selfstarter.app import Outcome, look_up, pursue
from selfstarter.core.events import FinishRejected, ModelCalled, ReplyRejected
from selfstarter.models.scripted import ScriptedModel
from selfstarter.moves.judge import UNQUOTED, UNREADABLE, UNSAID, Verdict, is_quoted, read_verdict
from selfstarter.settings import Settings

Reply = Mapping[str, Any]
Run = Callable[..., Outcome]

PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "work"}]}}
WRAP_UP: Reply = {"for": "wrap_up", "text": "That is how far it went."}
KIND_ASKED = "Is it kind?"
KIND: Reply = {"kind": "judge", "path": "out.txt", "question": KIND_ASKED}
TEXT = "Dear team,\n\n- warm **regards** to all of you\n- and have a good week\n"
FINISH: Reply = {"call": {"tool": "finish", "args": {"summary": "done"}}}


def write(path: str, content: str) -> Reply:
    return {"call": {"tool": "write_file", "args": {"path": path, "content": content}}}


def says(text: str) -> Reply:
    return {"for": "judge", "text": text}


def verdict(evidence: str, passes: bool) -> Reply:
    return {"for": "judge", "json": {"evidence": evidence, "passes": passes}}


@pytest.fixture
def run(workspace: Path, home: Path) -> Run:
    def ran(*replies: Reply, checks: tuple[Reply, ...] = (KIND,), **more: Any) -> Outcome:
        criteria = [{"text": f"It is kind {n}", "check": c} for n, c in enumerate(checks, 1)]
        sketch = {"outcome": "It is there.", "files": ["out.txt"], "criteria": criteria}
        sketch |= {"assumptions": (), "document": False}
        model = ScriptedModel.of({"for": "draft", "json": sketch}, PLAN, WRAP_UP, *replies, **more)
        settings = Settings(model="scripted", home=home)
        return asyncio.run(pursue("Do the work.", workspace, settings, model=model))

    return ran


def events(kind: type, home: Path) -> list[Any]:
    return [r.event for r in look_up("@last", Settings(home=home))[1] if isinstance(r.event, kind)]


def judgements(home: Path) -> int:
    return sum(called.purpose == "judge" for called in events(ModelCalled, home))


GOOD = "warm regards to all"


@pytest.mark.parametrize(
    "first",
    [
        says("I like it."),
        says('{"evidence": "warm reg'),
        verdict("kind words were said here", True),
        verdict("it insults the whole team", False),
        verdict("", True),
    ],
)
def test_a_judge_whose_reply_cannot_be_used_is_asked_again(
    run: Run, home: Path, first: Reply
) -> None:
    outcome = run(write("out.txt", TEXT), FINISH, first, verdict(GOOD, True))
    assert (outcome.ending, outcome.state.rejections, judgements(home)) == ("done", 0, 2)
    assert len(events(ReplyRejected, home)) == 1


@pytest.mark.parametrize("reply", [says("I like it."), verdict("kind words were said", False)])
def test_what_nobody_could_judge_is_neither_done_nor_the_makers_fault(
    run: Run, home: Path, reply: Reply
) -> None:
    outcome = run(write("out.txt", TEXT), FINISH, *[reply] * 3, verdict(GOOD, True))
    assert (outcome.ending, outcome.state.rejections, judgements(home)) == ("partly", 0, 3)
    assert outcome.state.ended and "nobody could judge" in outcome.state.ended.reason
    assert "It is kind 1 | not judged |" in outcome.report


def test_each_question_has_its_own_tries(run: Run, home: Path) -> None:
    other = {**KIND, "question": "Is it short?"}
    bad = says("I like it.")
    outcome = run(
        write("out.txt", TEXT), FINISH,
        *(bad, bad, verdict(GOOD, True)), *(bad, bad, verdict(GOOD, True)), checks=(KIND, other),
    )  # fmt: skip
    assert (outcome.ending, judgements(home)) == ("done", 6)


def test_a_verdict_is_kept_as_long_as_the_work_is(run: Run, home: Path) -> None:
    empty: Reply = {"kind": "judge", "path": "more.txt", "question": "Is it kind?"}
    outcome = run(
        write("out.txt", TEXT), write("more.txt", "Go away.\n"), FINISH,
        verdict(GOOD, True), verdict("", False), FINISH, write("more.txt", "Be welcome here.\n"),
        FINISH, verdict("Be welcome here", True), checks=(KIND, empty),
    )  # fmt: skip
    assert (outcome.ending, outcome.state.rejections, judgements(home)) == ("done", 2, 3)


def test_no_judge_is_asked_of_what_an_account_spoils(run: Run, home: Path) -> None:
    lie = {"call": {"tool": "finish", "args": {"summary": "I ran `make check` and it passed."}}}
    outcome = run(write("out.txt", TEXT), lie, FINISH, verdict(GOOD, True))
    assert (outcome.ending, judgements(home)) == ("done", 1)
    (refused,) = events(FinishRejected, home)
    assert "make check" in refused.failures


def test_a_bigger_model_has_room_to_think(workspace: Path, home: Path, run: Run) -> None:
    model = ScriptedModel.of(
        {"for": "draft", "json": {"outcome": "x", "files": ["out.txt"], "document": False,
         "assumptions": (), "criteria": [{"text": "It is kind", "check": KIND}]}},
        PLAN, write("out.txt", TEXT), FINISH, verdict(GOOD, True),
    )  # fmt: skip
    asyncio.run(pursue("Do it.", workspace, Settings(model="scripted", home=home), model=model))
    (asked,) = [request for request in model.asked if request.purpose == "judge"]
    assert asked.max_tokens > 2_000
    assert "word for word" in asked.messages[-1].text


@pytest.mark.parametrize(
    "quote",
    [
        "warm regards to all of you",
        "warm **regards** to all",
        "Warm regards to all … have a good week",
        '"warm regards to all", "have a good week."',
        "warm regards to all of you\nand have a good week",
        "- warm regards to all of you\n- and have a good week",
        "1. warm regards to all\n2. have a good week",
        "Dear team, [...] and have a good week",
        "Dear team",
    ],
)
def test_passages_of_the_work_are_a_quote(quote: str) -> None:
    assert is_quoted(quote, TEXT)


@pytest.mark.parametrize(
    "quote",
    [
        "",
        "…",
        "warm regards to all … kind words were said",
        "cold regards",
        "Dear … friends",
        "* -",
    ],
)
def test_other_words_are_none(quote: str) -> None:
    assert not is_quoted(quote, TEXT)


@pytest.mark.parametrize(
    ("reply", "passes"),
    [
        (f'{{"evidence": "{GOOD}", "passes": true}}', True),
        (f'```json\n{{"evidence": "{GOOD}", "passes": "yes"}}\n```', True),
        (f'**Verdict: PASS**\n\n**evidence**: "{GOOD}"\n\npasses: true', True),
        (f'{{"evidence": "he wrote "{GOOD}"", "passes": false}}', False),
        (f'{{"evidence": "{GOOD}"", "passes": true}}', True),
        (f'{{"passes": false, "evidence": "{GOOD}', False),
        (f"Evidence: {GOOD}\nPasses: no.", False),
        (f"It says “{GOOD}”.\nVerdict: passed", True),
        (f"Verdict: fail\nevidence: {GOOD}\npasses: true", None),
        (f"evidence: {GOOD}\npasses (true or false): false", None),
        (f"evidence: {GOOD}\nVerdict: pass, but only just if at all", None),
        ("passes: true", None),
        ("", None),
    ],
)
def test_a_verdict_is_read_where_it_is_clear(reply: str, passes: bool | None) -> None:
    read = read_verdict(reply, TEXT, KIND_ASKED)
    assert (read.passes if isinstance(read, Verdict) else None) == passes


def test_a_verdict_that_is_none_says_so() -> None:
    assert read_verdict("I like it.", TEXT, KIND_ASKED) == UNREADABLE


def test_a_judge_of_an_answer_is_shown_what_was_run_and_read(workspace: Path, home: Path) -> None:
    (workspace / "big.csv").write_text("name,score\n" + "a,1\n" * 3_000)
    asks: Reply = {"kind": "judge", "question": "Is every row weighed?"}
    sketch = {"outcome": "It is answered.", "files": (), "assumptions": (), "document": False}
    sketch |= {"criteria": [{"text": "Every row is weighed", "check": asks}]}
    part = {"call": {"tool": "read_file", "args": {"path": "big.csv", "lines": 40}}}
    said: Reply = {
        "call": {"tool": "finish", "args": {"summary": "Each row has name a and score 1."}}
    }
    model = ScriptedModel.of(
        {"for": "draft", "json": sketch}, PLAN, WRAP_UP, part, said,
        verdict("Each row has name a", True),
    )  # fmt: skip
    settings = Settings(model="scripted", home=home)
    goal = "What are the rows of big.csv like?"
    outcome = asyncio.run(pursue(goal, workspace, settings, model=model))
    assert outcome.ending == "done", outcome.report
    (asked,) = [one.messages[-1].text for one in model.asked if one.purpose == "judge"]
    assert "- read_file big.csv lines 1-40 of 3,001" in asked
    assert asked.index("Each row has name a") < asked.index("What the run did for it")


LOOKED = '{"evidence": "", "passes": true, "why": "I looked for names, there are none"}'
NOT_SAID = LOOKED.replace("I looked for names, there are none", "")


@pytest.mark.parametrize(
    ("question", "reply", "wrong"),
    [
        ("Is the report free of names of customers?", LOOKED, ""),
        ("Does the report not mention the price?", LOOKED, ""),
        ("The letter names no customer", LOOKED, ""),
        ("Is it free of names?", NOT_SAID, UNSAID),
        (KIND_ASKED, LOOKED, UNQUOTED),
        ("Is the letter polite and not too long?", LOOKED, UNQUOTED),
        ("Does it have no more than two parts?", LOOKED, UNQUOTED),
        ("Does it thank the team, without naming anybody?", LOOKED, UNQUOTED),
        ("Is this done, all of it and not only begun: Write to no customer", LOOKED, UNQUOTED),
        ("Is it free of names?", LOOKED.replace('""', '"none at all here"'), "not in the work"),
    ],
)
def test_what_is_absent_cannot_be_quoted(question: str, reply: str, wrong: str) -> None:
    read = read_verdict(reply, TEXT, question)
    assert wrong in str(read) if wrong else isinstance(read, Verdict)


def test_a_judge_is_told_what_its_verdict_lacks(run: Run, home: Path) -> None:
    outcome = run(write("out.txt", TEXT), FINISH, verdict("", True), verdict(GOOD, True))
    assert outcome.ending == "done"
    (rejected,) = events(ReplyRejected, home)
    assert rejected.reason == UNQUOTED
