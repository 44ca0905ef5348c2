"""A person's words change what done means: by their own words only, and never to nothing."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plays import Reply, draft, laid, needs_sandbox, write

from selfstarter.app import Outcome, look_up, pursue, resume
from selfstarter.core.contract import Contract, Criterion, FileExists, Judge, Sketch
from selfstarter.core.errors import ModelDown
from selfstarter.core.events import (
    CallReturned,
    ContractAmended,
    GoalSketched,
    PersonSaid,
    RunStarted,
)
from selfstarter.core.fold import fold
from selfstarter.core.ports import Recorded
from selfstarter.core.state import State
from selfstarter.journal.sqlite import SqliteStore
from selfstarter.models.scripted import ScriptedModel
from selfstarter.moves.amend import by_the_words
from selfstarter.settings import Settings
from selfstarter.steering import tell

Script = Callable[..., str]
GOAL = "Write hello.txt with a greeting"
OLD = {"text": "hello.txt exists", "check": {"kind": "file_exists", "path": "hello.txt"}}
NEW = {"text": "bye.txt exists", "check": {"kind": "file_exists", "path": "bye.txt"}}
DRAFT = {
    "for": "draft",
    "json": {"outcome": "a greeting", "files": ["hello.txt"], "assumptions": [], "document": False},
}
PLAN = {"for": "plan", "json": {"tasks": [{"title": "Do it"}]}}
FINISH = {"call": {"tool": "finish", "args": {"summary": "written"}}}
WORDS = "Please write bye.txt instead, no hello.txt."


def writes(path: str) -> dict[str, Any]:
    return {"call": {"tool": "write_file", "args": {"path": path, "content": "x\n"}}}


def amends(**reply: object) -> dict[str, Any]:
    return {"for": "amend", "json": reply}


def told(words: str, workspace: Path, home: Path, script: Script, *replies: Any) -> Outcome:
    """A run is cut off after its plan, a person speaks, and it goes on."""
    settings = Settings(model=script(DRAFT, PLAN, {"fail": "down"}), home=home, steps=8)
    with pytest.raises(ModelDown):
        asyncio.run(pursue(GOAL, workspace, settings))
    run_id = look_up("@last", settings)[0].run_id
    store = SqliteStore(home)
    store.command(run_id, "say", words)
    store.close()
    wrap_up = {"for": "wrap_up", "text": "Not all of it."}
    model = script(DRAFT, PLAN, wrap_up, *replies)
    return asyncio.run(resume(run_id, settings, model_name=model))


def amendments(home: Path) -> list[ContractAmended]:
    records = look_up("@last", Settings(home=home))[1]
    return [r.event for r in records if isinstance(r.event, ContractAmended)]


def test_what_the_person_wants_now_is_what_is_checked(
    workspace: Path, home: Path, script: Script
) -> None:
    change = amends(quote="write bye.txt instead", drop=["c1"], add=[NEW])
    early = writes("hello.txt"), FINISH
    outcome = told(WORDS, workspace, home, script, change, *early, writes("bye.txt"), FINISH)
    assert outcome.ending == "done" and (workspace / "bye.txt").is_file()
    assert outcome.state.rejections == 1, "hello.txt alone is no longer what done means"
    (made,) = amendments(home)
    assert made.added == ("bye.txt exists",) and len(made.dropped) == 1
    assert "bye.txt exists (you asked) | passed" in outcome.report


def test_a_model_may_not_drop_a_criterion_by_words_that_nobody_said(
    workspace: Path, home: Path, script: Script
) -> None:
    cheats = amends(quote="you need not write anything", drop=["c1"], add=[])
    outcome = told("How is it going?", workspace, home, script, cheats, cheats, *[FINISH] * 5)
    assert outcome.ending == "partly"
    (made,) = amendments(home)
    assert made.dropped == () and made.contract.criteria == outcome.state.contract.criteria  # type: ignore[union-attr]


def test_a_contract_is_never_emptied(workspace: Path, home: Path, script: Script) -> None:
    drops = amends(quote="no hello.txt", drop=["c1"])
    no = {"for": "judge", "json": {"evidence": "", "passes": False}}
    outcome = told(WORDS, workspace, home, script, drops, *[no] * 4, *[FINISH] * 5)
    assert outcome.ending == "partly"
    assert outcome.state.contract
    assert [c.check for c in outcome.state.contract.criteria] == [
        Judge(question=f"Does this do what the person wants now: {WORDS}")
    ]


def test_a_model_that_cannot_answer_leaves_the_contract_as_it_is(
    workspace: Path, home: Path, script: Script
) -> None:
    nonsense = {"for": "amend", "text": "?"}
    replies = nonsense, nonsense, writes("hello.txt"), FINISH
    assert told("Thanks!", workspace, home, script, *replies).ending == "done"


def test_a_wish_in_an_answer_is_wanted_too(workspace: Path, home: Path, script: Script) -> None:
    asks = {"call": {"tool": "ask_person", "args": {"question": "For whom is it?"}}}
    change = amends(quote="write bye.txt, too", add=[NEW]) | {"hears": "For whom is it?"}
    early = writes("hello.txt"), FINISH
    model = script(DRAFT, PLAN, asks, change, *early, writes("bye.txt"), FINISH)
    settings = Settings(model=model, home=home, steps=8)
    asked = asyncio.run(pursue(GOAL, workspace, settings, attended=True))
    tell(asked.run_id, "say", "For the board. And write bye.txt, too.", settings)
    outcome = asyncio.run(resume(asked.run_id, settings))
    assert outcome.ending == "done" and (workspace / "bye.txt").is_file()
    assert outcome.state.rejections == 1, "hello.txt alone is no longer what done means"


# ── the new checks are looked at as those of a draft ─────────────────────────────────────────

SITE = {"index.html": "<h1>Bakery</h1>\n", "prices.html": "<h1>Prices</h1>\n"}
TOP = "The opening hours must stand at the top of every page."
HOURS = {"kind": "command_passes", "command": "grep -q Open index.html prices.html"}


def wanting(*checks: dict[str, Any], quote: str = TOP) -> dict[str, Any]:
    return amends(
        quote=quote, add=[{"text": f"Wish {n}", "check": c} for n, c in enumerate(checks)]
    )


def interrupted(
    workspace: Path, home: Path, *replies: Reply, words: str = TOP
) -> tuple[Outcome, list[str]]:
    """A person speaks once a style sheet is there. With it what the model is asked for the
    amendment, all messages of a request as one text."""
    laid(workspace, SITE)
    spoken: list[str] = []

    def hear(run: str, recorded: Recorded) -> None:
        if isinstance(recorded.event, CallReturned) and not spoken:
            spoken.append(words)
            tell(run, "say", words, settings)

    settings = Settings(model="scripted", home=home, steps=9)
    style = {"kind": "file_matches", "path": "style.css", "contains": ["color"]}
    model = ScriptedModel.of(
        draft(style, files=["style.css"]), PLAN, write("style.css", "p { color: black }\n"),
        {"for": "wrap_up", "text": "Not all of it."}, *replies,
    )  # fmt: skip
    run = pursue("Give the site a calm look", workspace, settings, model=model, listener=hear)
    outcome = asyncio.run(run)
    asked = [request for request in model.asked if request.purpose == "amend"]
    return outcome, ["\n".join(m.text for m in request.messages) for request in asked]


def test_who_is_to_write_checks_sees_the_files_as_they_are_and_the_checks_there_are(
    workspace: Path, home: Path
) -> None:
    _, (asked,) = interrupted(workspace, home, wanting(HOURS), *[FINISH] * 4)
    assert "\nDate: " in asked and "prices.html (16 bytes)" in asked
    assert "== index.html\n<h1>Bakery</h1>" in asked
    assert "== style.css\np { color: black }" in asked, "what was done so far"
    assert '- m1: It holds, look 1 (file_matches style.css: contains "color")' in asked


@needs_sandbox
def test_of_a_new_check_it_is_known_how_it_stood_and_what_holds_already_proves_nothing(
    workspace: Path, home: Path
) -> None:
    black = {"kind": "file_matches", "path": "style.css", "contains": ["black"]}
    there = {"kind": "file_exists", "path": "prices.html"}
    replies = wanting(HOURS, black, there), FINISH, write("index.html", "Open 7-12\n"), FINISH
    outcome, _ = interrupted(workspace, home, *replies)
    assert outcome.ending == "done", outcome.report
    hours, *others = [c for c in outcome.state.criteria if c.id.startswith("s1.")]
    assert hours.before.startswith("exit status 1") and not hours.invariant
    assert [c.invariant for c in others] == [True, True]
    assert outcome.state.rejections == 1


def test_where_all_that_is_wanted_now_holds_already_the_words_are_looked_at(
    workspace: Path, home: Path
) -> None:
    there = {"kind": "file_exists", "path": "prices.html"}
    change = amends(quote=TOP, drop=["m1"], add=[{"text": "There", "check": there}])
    no = {"for": "judge", "json": {"evidence": "", "passes": False}}
    outcome, _ = interrupted(workspace, home, change, *[no] * 4, *[FINISH] * 5)
    assert [c.text for c in outcome.state.criteria if not c.invariant] == [TOP]


@needs_sandbox
@pytest.mark.parametrize(
    ("check", "why"),
    [
        ({"kind": "file_matches", "path": "index.html", "regex": "(?<=<h1>)O"}, "look-around"),
        ({"kind": "command_passes", "command": "grep -q '\\d:' *.html"}, "takes \\d for a letter"),
        ({"kind": "command_passes", "command": "if grep -q Open; do"}, "cannot run"),
        ({"kind": "command_passes", "command": "html-linter *.html"}, "is not installed here"),
        ({"kind": "command_passes", "command": "echo done"}, "passes whatever is done"),
        ({"kind": "file_changed", "path": "gone.html", "kept": True}, "there is no gone.html"),
    ],
)
def test_a_new_check_that_cannot_be_used_is_named_once_and_then_a_judge_looks(
    workspace: Path, home: Path, check: dict[str, Any], why: str
) -> None:
    wrong, yes = (
        wanting(HOURS, check),
        {"for": "judge", "json": {"evidence": "Open", "passes": True}},
    )
    replies = wrong, wrong, write("index.html", "Open 7-12\n"), FINISH, yes
    outcome, (_, again) = interrupted(workspace, home, *replies)
    assert why in again.rpartition("'Wish 1': ")[2]
    assert '"Wish 0"' in again, "what it wrote is shown again"
    wished = [c for c in outcome.state.criteria if c.id.startswith("s1.")]
    assert [c.text for c in wished] == ["Wish 0", TOP]
    assert wished[1].check == Judge(question=f"Does this do what the person wants now: {TOP}")
    assert outcome.ending == "done", outcome.report


def test_the_words_that_change_it_may_be_many(workspace: Path, home: Path) -> None:
    long = " ".join([TOP, *(f"And page {n} must be as calm as the others." for n in range(40))])
    there = {"kind": "file_exists", "path": "hours.html"}
    outcome, asked = interrupted(
        workspace,
        home,
        wanting(there, quote=long),
        write("hours.html", "Open\n"),
        FINISH,
        words=long,
    )
    assert outcome.ending == "done" and len(asked) == 1
    assert [c.text for c in outcome.state.criteria][-1:] == ["Wish 0"]


# ── a small model is not asked ───────────────────────────────────────────────────────────────


def small(words: str) -> tuple[State, Contract]:
    criterion = Criterion(id="c1", text="hello.txt exists", check=FileExists(path="hello.txt"))
    contract = Contract(outcome="o", criteria=(criterion,))
    events = (
        RunStarted(goal=GOAL, workspace="/w", model="m", contract=contract),
        GoalSketched(sketch=Sketch(outcome="o")),
        PersonSaid(text=words),
    )
    return fold(Recorded(n, 0.0, event) for n, event in enumerate(events, 1)), contract


@pytest.mark.parametrize(
    ("words", "files"),
    [
        ("Thank you, go on.", ["hello.txt"]),
        ("Make bye.txt too.", ["hello.txt", "bye.txt"]),
        ("Write it to bye.txt instead.", ["bye.txt"]),
        ("What is in hello.txt?", ["hello.txt"]),
    ],
)
def test_files_that_the_words_name_are_wanted(words: str, files: list[str]) -> None:
    state, contract = small(words)
    made = by_the_words(words, state, contract)
    assert [c.check for c in made.contract.criteria] == [FileExists(path=f) for f in files]
