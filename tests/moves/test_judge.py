"""A judge that cannot be read is asked again, and its verdict is kept as long as the work is."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
from plays import needs_sandbox

from selfstarter.app import Outcome, look_up, pursue
from selfstarter.core.contract import REASON, SHOW_IT, Criterion, Judge
from selfstarter.core.events import FinishRejected, ModelCalled, ReplyRejected
from selfstarter.models.scripted import ScriptedModel
from selfstarter.moves.beside import BESIDE, MADE_TOO
from selfstarter.moves.exhibits import PRINTED, what_is_asked
from selfstarter.moves.judge import (
    LINE,
    SHORT_SCHEMA,
    UNNAMED,
    UNQUOTED,
    UNREADABLE,
    UNSAID,
    Verdict,
    in_words,
    is_quoted,
    read_verdict,
)
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
        ("docs/packages/billing.md is unchanged", LOOKED, ""),
        ("Is docs/overview.md left untouched?", LOOKED, ""),
        ("Nothing is made up", LOOKED, ""),
        ("None of the old names is left", LOOKED, ""),
        ("Is nothing missing of what the goal names?", LOOKED, UNQUOTED),
        ("No pitfall of the list is left out", LOOKED, UNQUOTED),
        ("The guide names what is unchanged and what is new", LOOKED, UNQUOTED),
        ("Is it free of names?", NOT_SAID, UNSAID),
        ("Is it free of names?", NOT_SAID.replace('"why": ""', '"why": "没有任何姓名"'), ""),
        ("Is it free of names?", NOT_SAID.replace('"why": ""', '"why": "没有"'), UNSAID),
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


# ── what a bigger model is shown ─────────────────────────────────────────────────────────────

CHANGES = "- A shop with no goods has a total of 0.\n"
SHOP = "def total(prices):\n    return sum(prices)\n"
ASKED = "Does each line say what was wrong?"
AGREES = "Each line of CHANGES.md says what was wrong and agrees with the code"
UNSEEN: Reply = {
    "for": "judge",
    "json": {"evidence": [], "passes": "unseen", "why": "I would have to see test_shop.py"},
}
RIGHT: Reply = {
    "for": "judge",
    "json": {"evidence": ["A shop with no goods", "has a total of 0"], "passes": True},
}
Examined = tuple[Outcome, list[str]]
Examine = Callable[..., Examined]


@pytest.fixture
def examine(workspace: Path, home: Path) -> Examine:
    """The outcome, and what the judge was asked."""

    def ran(
        *replies: Reply,
        path: str = "CHANGES.md",
        goal: str = "Mend the shop.",
        others: Sequence[Reply] = (),
    ) -> Examined:
        check = {"kind": "judge", "path": path, "question": ASKED}
        criteria = [{"text": AGREES, "check": check}]
        criteria += [{"text": "so be it", "check": dict(other)} for other in others]
        sketch = {"outcome": "x", "files": ["CHANGES.md"], "document": False, "assumptions": ()}
        sketch |= {"criteria": criteria}
        model = ScriptedModel.of({"for": "draft", "json": sketch}, PLAN, WRAP_UP, *replies)
        settings = Settings(model="scripted", home=home)
        outcome = asyncio.run(pursue(goal, workspace, settings, model=model))
        asked = [one.messages[-1].text for one in model.asked if one.purpose == "judge"]
        return outcome, asked

    return ran


def test_a_judge_decides_on_the_whole_criterion_for_the_goal(examine: Examine) -> None:
    there: Reply = {"kind": "file_exists", "path": "shop.py"}
    outcome, (asked,) = examine(
        write("shop.py", SHOP), write("CHANGES.md", CHANGES), FINISH, RIGHT, others=[there]
    )
    assert outcome.ending == "done"
    assert f"What is to hold: {AGREES}\nQuestion: {ASKED}" in asked
    assert "The goal that it was made for: Mend the shop." in asked
    assert "found to hold:\n- so be it: shop.py has 42 bytes\n" in asked


def test_a_judge_of_a_file_is_not_shown_what_its_maker_says(examine: Examine) -> None:
    answer: Reply = {"kind": "answer_given"}
    said = "All is well: the shop.py of CHANGES.md is right."
    told: Reply = {"call": {"tool": "finish", "args": {"summary": said}}}
    outcome, asked = examine(
        write("shop.py", SHOP), write("CHANGES.md", CHANGES), told, RIGHT, RIGHT, others=[answer]
    )
    assert outcome.ending == "done", outcome.report
    assert "found to hold:" in asked[0] and "- so be it\n" in asked[0]
    assert said not in asked[0]


def test_a_criterion_that_is_its_own_question_is_shown_once() -> None:
    check = Judge(question=KIND_ASKED)
    own_words = Criterion(id="p1", text=KIND_ASKED, check=check)
    assert what_is_asked(own_words, check).count(KIND_ASKED) == 1


def test_what_a_judge_cannot_see_is_told_once_and_neither_passed_nor_failed(
    examine: Examine, home: Path
) -> None:
    outcome, asked = examine(write("CHANGES.md", CHANGES), FINISH, UNSEEN)
    assert (outcome.ending, outcome.state.rejections, len(asked)) == ("partly", 1, 1)
    assert outcome.state.ended and AGREES in outcome.state.ended.reason
    told = "nobody could judge all of it: I would have to see test_shop.py"
    assert f"| not judged | {told} |" in outcome.report
    (refused,) = events(FinishRejected, home)
    assert f"- {AGREES}: {told}" in refused.failures and SHOW_IT in refused.failures


SHOWS_MORE: Reply = {"call": {"tool": "run_shell", "args": {"command": "seq 3"}}}


@needs_sandbox
@pytest.mark.parametrize(
    ("then", "ending", "times"),
    [
        ([RIGHT], "done", 1),
        ([UNSEEN, FINISH], "partly", 2),
        ([UNSEEN, SHOWS_MORE, FINISH, RIGHT], "done", 2),
        ([UNSEEN, SHOWS_MORE, FINISH, UNSEEN], "partly", 2),
    ],
    ids=["seen", "not shown again", "seen the second time", "never seen"],
)
def test_what_is_shown_then_is_judged_anew(
    examine: Examine, then: list[Reply], ending: str, times: int
) -> None:
    shows = {"call": {"tool": "run_shell", "args": {"command": "echo 0 is the total; false || :"}}}
    outcome, (first, second, *more) = examine(
        write("CHANGES.md", CHANGES), FINISH, UNSEEN, shows, FINISH, *then
    )
    assert (outcome.ending, outcome.state.rejections) == (ending, times)
    assert all("0 is the total\n" in one and "$ seq 3\n1\n2\n3" in one for one in more)
    assert "$ echo 0 is the total; false || :\n0 is the total\n---" in second
    assert PRINTED in second and PRINTED not in first


def test_who_says_what_is_missing_is_not_asked_to_show_it(examine: Examine) -> None:
    gone = {"call": {"tool": "finish", "args": {"summary": "x", "missing": "I have no tests."}}}
    outcome, _ = examine(write("CHANGES.md", CHANGES), gone, UNSEEN)
    assert (outcome.ending, outcome.state.rejections) == ("partly", 0)


@needs_sandbox
def test_a_judge_is_shown_what_the_programs_printed_that_made_the_work(examine: Examine) -> None:
    """Each once, as it was last run, with a status that is not 0; of the others nothing."""
    made = [
        {"call": {"tool": "run_shell", "args": {"command": command}}}
        for command in (
            f"echo {'x' * 9}; echo '{CHANGES.strip()}' > CHANGES.md",
            "cat NOTES.md; echo unheard",
            *["echo '- more of it' >> CHANGES.md; wc -l < CHANGES.md; seq 30"] * 2,
            "echo 9 >> CHANGES.md; echo == lost; echo and found; exit 3",
        )
    ]
    outcome, (asked,) = examine(*made, FINISH, RIGHT)
    assert outcome.ending == "done"
    shown = asked.partition(PRINTED)[2].partition("\n---\n\n")[0]
    assert "> CHANGES.md\nxxxxxxxxx\n\n$ echo '- more" in shown
    assert shown.count("wc -l") == 1
    assert "\n3\n1\n2\n" in shown and "\n21\n22\n" in shown and "\n12\n" not in shown
    assert "\n== lost\nand found\n[exit status 3]" in shown and "unheard" not in shown


def test_what_is_unseen_must_be_named(examine: Examine) -> None:
    says_nothing = says('{"evidence": [], "passes": "unseen"}')
    outcome, asked = examine(write("CHANGES.md", CHANGES), FINISH, says_nothing, RIGHT)
    assert outcome.ending == "done"
    assert [f"could not be used: {UNNAMED}" in one for one in asked] == [False, True]


def test_a_judge_compares_with_files_that_are_named_and_programs_that_were_changed(
    examine: Examine, workspace: Path
) -> None:
    (workspace / "shop.py").write_text("def total(prices): ...\n")
    (workspace / "prices.csv").write_text("good,price\ntea,3\n")
    (workspace / "orders.txt").write_text("mend the total of no goods")
    (workspace / "other.csv").write_text("nobody names it\n")
    work = f"{CHANGES}- Prices are read from prices.csv.\n"
    _, (asked, *_) = examine(
        write("shop.py", SHOP), write("notes.md", "a text of its own"), write("CHANGES.md", work),
        FINISH, RIGHT, goal="Mend the shop as orders.txt says.",
    )  # fmt: skip
    shown = asked.partition(BESIDE)[2]
    theirs, _, made = shown.partition(MADE_TOO)
    assert f"== shop.py (changed in this run)\n{SHOP}" in made and "shop.py" not in theirs
    assert "== prices.csv\ngood,price\ntea,3" in theirs and "== orders.txt\n" in theirs
    assert "nobody names it" not in shown and "a text of its own" not in shown
    assert CHANGES not in shown


@pytest.mark.parametrize(("window", "shown"), [(128_000, 30), (32_768, 24)])
def test_as_many_of_the_files_that_it_names_are_shown_as_there_is_room_for(
    workspace: Path, home: Path, window: int, shown: int
) -> None:
    names = [f"part{n:02}.py" for n in range(30)]
    for name in names:
        (workspace / name).write_text(f"NAME = '{name}'\n")
    page = "".join(f"- `{name}` holds its name.\n" for name in names)
    check = {"kind": "judge", "path": "CHANGES.md", "question": ASKED}
    sketch = {"outcome": "x", "files": ["CHANGES.md"], "assumptions": ()}
    sketch |= {"criteria": [{"text": AGREES, "check": check}]}
    drafts: Reply = {"for": "draft", "json": sketch}
    model = ScriptedModel.of(
        drafts, PLAN, WRAP_UP, write("CHANGES.md", page), FINISH, RIGHT, window=window
    )
    settings = Settings(model="scripted", home=home)
    asyncio.run(pursue("Mend the shop.", workspace, settings, model=model))
    asked = next(one.messages[-1].text for one in model.asked if one.purpose == "judge")
    assert sum(f"== {name}\n" in asked for name in names) == shown


SAYS = "A shop with no goods has a total of 0, in shop.py and CHANGES.md."


@pytest.mark.parametrize(
    ("question", "seen"),
    [
        ("Does the answer say which files were changed?", True),
        ("Does the final answer name CHANGES.md?", True),
        ("Is the answer to each question in CHANGES.md right?", False),
        ("Does each line say what was wrong?", False),
    ],
)
def test_an_answer_that_is_asked_about_is_the_work_and_no_claim_otherwise(
    workspace: Path, home: Path, question: str, seen: bool
) -> None:
    check = {"kind": "judge", "question": question}
    sketch = {"outcome": "x", "files": ["CHANGES.md"], "assumptions": ()}
    sketch |= {"criteria": [{"text": AGREES, "check": check}]}
    drafts: Reply = {"for": "draft", "json": sketch}
    ends: Reply = {"call": {"tool": "finish", "args": {"summary": SAYS}}}
    model = ScriptedModel.of(drafts, PLAN, WRAP_UP, write("CHANGES.md", CHANGES), ends, RIGHT)
    settings = Settings(model="scripted", home=home)
    asyncio.run(pursue("Mend the shop.", workspace, settings, model=model))
    asked = next(one.messages[-1].text for one in model.asked if one.purpose == "judge")
    assert (f"== The answer\n{SAYS}" in asked) == seen
    assert (SAYS in asked) == seen


def test_no_evidence_is_taken_from_what_is_shown_beside_the_work(examine: Examine) -> None:
    quotes = {"evidence": ["A shop with no goods", "return sum(prices)"], "passes": True}
    elsewhere: Reply = {"for": "judge", "json": quotes}
    outcome, asked = examine(
        write("shop.py", SHOP), write("CHANGES.md", CHANGES), FINISH, *[elsewhere] * 3
    )
    assert (outcome.ending, len(asked)) == ("partly", 3)
    assert "return sum(prices)" in outcome.state.checks["m1"].evidence


@pytest.mark.parametrize("work", [None, "", " \n"])
def test_nobody_is_asked_of_a_file_that_is_absent_or_empty(
    examine: Examine, work: str | None
) -> None:
    made = [write("report.md", work)] if work is not None else []
    outcome, asked = examine(
        *made, write("CHANGES.md", CHANGES), FINISH,
        write("report.md", CHANGES), FINISH, RIGHT, path="report.md",
    )  # fmt: skip
    assert (outcome.ending, outcome.state.rejections, len(asked)) == ("done", 1, 1)


@pytest.mark.parametrize("path", ["notes", "notes/", "notes/*.md"])
def test_a_judge_of_a_folder_sees_its_files(examine: Examine, path: str) -> None:
    made = [write("notes/a.md", CHANGES), write("notes/b.md", "b"), write("CHANGES.md", "x")]
    outcome, (asked,) = examine(*made, FINISH, RIGHT, path=path)
    assert outcome.ending == "done"
    named = "== CHANGES.md\nx\n\n"  # by the criterion, so it is a part of what is judged
    assert f"---\n{named}== notes/a.md\n{CHANGES}\n== notes/b.md\nb\n---" in asked


@pytest.mark.parametrize(("said", "ending"), [(RIGHT, "done"), (UNSEEN, "partly")])
@pytest.mark.parametrize(("mends", "asks"), [("notes.md", 3), ("shop.py", 4)])
def test_a_verdict_is_kept_until_something_that_was_shown_is_another(
    examine: Examine, said: Reply, ending: str, mends: str, asks: int
) -> None:
    kind: Reply = {"kind": "judge", "path": "more.md", "question": KIND_ASKED}
    again = [said] if asks == 4 else []
    outcome, asked = examine(
        write("shop.py", "x = 1\n"), write("CHANGES.md", CHANGES), write("more.md", "Go away."),
        FINISH, said, verdict("Go away", False),
        write(mends, SHOP), write("more.md", "Be welcome here."),
        FINISH, *again, verdict("Be welcome here", True), others=[kind],
    )  # fmt: skip
    refused = 1 + (said is UNSEEN)  # and that is told once
    assert (outcome.ending, outcome.state.rejections, len(asked)) == (ending, refused, asks)


def test_each_of_several_passages_stands_in_the_report_beside_the_reason() -> None:
    passages = [f"passage {n} {'of many words ' * 20}" for n in range(1, 4)]
    why = "it says of each bug what was wrong, and agrees with the code that it is about"
    line = in_words(Verdict(evidence=tuple(passages), passes=True, why=why))
    assert len(line) <= LINE + 10 and f"({why})" in line
    quotes = line.removeprefix("judge: ").removesuffix(f" ({why})").split(" … ")
    assert [quote.split()[1] for quote in quotes] == ["1", "2", "3"]
    assert all(quote.rstrip("…").split()[-1] in ("of", "many", "words") for quote in quotes)


@pytest.mark.parametrize("passes", [False, "unseen"])
def test_why_it_does_not_pass_is_told_whole(passes: bool | Literal["unseen"]) -> None:
    why = f"{'the reason is long and ' * 40}ends here"
    told = in_words(Verdict(evidence=("of its own words " * 20,), passes=passes, why=why))
    assert f": {why}" in told and len(told) < len(why) + 150
    endless = in_words(Verdict(evidence=("a b c",), passes=passes, why="lengthy " * 500))
    assert len(endless) < REASON + 60 and "lengthy…" in endless


def test_maker_and_person_read_it_to_its_end(examine: Examine, home: Path) -> None:
    why = f"{'the reason is long and ' * 30}2026-07-19 the vote was taken back"
    wrong = {"evidence": "A shop with no goods", "passes": False, "why": why}
    outcome, _ = examine(
        write("CHANGES.md", CHANGES), FINISH, {"for": "judge", "json": wrong}, FINISH, FINISH
    )
    (refused, *_) = events(FinishRejected, home)
    assert why in refused.failures
    (row,) = [line for line in outcome.report.splitlines() if "**failed**" in line]
    assert f"{why} (A shop with no goods)" in row


def test_a_small_model_writes_one_passage() -> None:
    assert SHORT_SCHEMA["properties"]["evidence"] == {"title": "Evidence", "type": "string"}
    assert SHORT_SCHEMA["properties"]["passes"] == {"title": "Passes", "type": "boolean"}


def test_all_that_judges_find_wrong_is_told_at_once(workspace: Path, home: Path) -> None:
    criteria = [
        {"text": f"It is {what}", "check": {"kind": "judge", "path": "a.md", "question": "Is it?"}}
        for what in ("short", "kind", "true")
    ]
    sketch = {"outcome": "It is written.", "files": ["a.md"], "criteria": criteria}
    yes = verdict(GOOD, True)
    no, wrong = (
        {"for": "judge", "json": {"evidence": "", "passes": False, "why": why}}
        for why in ("it is not short", "it is not true")
    )
    made: Reply = {"call": {"tool": "write_file", "args": {"path": "a.md", "content": TEXT}}}
    said: Reply = {"call": {"tool": "finish", "args": {"summary": "It is written."}}}
    better: Reply = {"call": {"tool": "write_file", "args": {"path": "a.md", "content": GOOD}}}
    model = ScriptedModel.of(
        {"for": "draft", "json": sketch}, PLAN, WRAP_UP, made, said, no, yes, wrong, better, said,
        yes, yes, yes,
    )  # fmt: skip
    outcome = asyncio.run(pursue("Write a.md", workspace, Settings(home=home), model=model))
    assert outcome.ending == "done", outcome.report
    told = next(turn.note for turn in outcome.state.transcript if turn.finish and turn.note)
    assert "it is not short" in told and "it is not true" in told
    assert sum(one.purpose == "judge" for one in model.asked) == 6


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\4\x4c\0\0\2\x6c" + b"\0\xff" * 500


@pytest.mark.parametrize("path", ["", "out/a.png", "out"])
def test_a_judge_reads_what_kind_of_file_it_is_where_it_is_no_text(
    examine: Examine, workspace: Path, path: str
) -> None:
    (workspace / "out").mkdir()
    for n, data in enumerate((PNG, b"PK\x03\x04" + b"\0\xff" * 500)):
        (workspace / f"{n}").write_bytes(data)
    code = "import shutil; shutil.move('0', 'out/a.png'); shutil.move('1', 'out/b.xlsx')"
    draws: Reply = {"call": {"tool": "run_python", "args": {"code": code}}}
    seen: Reply = {"for": "judge", "json": {"evidence": ["1100 × 620 pixels"], "passes": True}}
    outcome, (asked,) = examine(draws, write("CHANGES.md", CHANGES), FINISH, seen, path=path)
    assert outcome.ending == "done", outcome.report
    image = "out/a.png is not text: a PNG image, 1,024 bytes read. It is 1100 × 620 pixels."
    assert image in asked and ("out/b.xlsx is not a workbook" in asked) != (path[3:] != "")
    assert "\0" not in asked and "\ufffd" not in asked


@pytest.mark.parametrize("named", [True, False])
def test_an_answer_is_compared_with_the_data_that_the_goal_is_about(
    workspace: Path, home: Path, named: bool
) -> None:
    (workspace / "a.csv").write_text("good,price\ntea,3\n")
    (workspace / "b.csv").write_text("good,price\nmilk,4\n")
    (workspace / "shop.py").write_text(SHOP)
    asks: Reply = {"kind": "judge", "question": "Is it the price of tea?"}
    sketch = {"outcome": "It is answered.", "files": (), "assumptions": (), "document": False}
    sketch |= {"criteria": [{"text": "It is right", "check": asks}]}
    read = {"call": {"tool": "read_file", "args": {"path": "a.csv"}}}
    said: Reply = {"call": {"tool": "finish", "args": {"summary": "The price of tea is 3."}}}
    model = ScriptedModel.of(
        {"for": "draft", "json": sketch}, PLAN, WRAP_UP, read, said,
        verdict("The price of tea", True),
    )  # fmt: skip
    goal = f"What is the price of tea{' in a.csv' if named else ''}?"
    asyncio.run(pursue(goal, workspace, Settings(model="scripted", home=home), model=model))
    (asked,) = [one.messages[-1].text for one in model.asked if one.purpose == "judge"]
    assert "== a.csv\ngood,price\ntea,3" in asked and "== shop.py" not in asked
    assert ("== b.csv\ngood,price\nmilk,4" in asked) != named


def test_a_file_that_was_only_moved_is_not_said_to_be_changed(
    examine: Examine, workspace: Path
) -> None:
    (workspace / "old").mkdir()
    for name in ("a.csv", "b.csv", "c.csv"):
        (workspace / "old" / name).write_text(f"good,price\n{name},3\n")
    code = (
        "import os; os.mkdir('new'); [os.rename(f'old/{n}.csv', f'new/{n}.csv') for n in 'ab'];"
        "open('old/c.csv', 'a').write('milk,4\\n')"
    )
    moves: Reply = {"call": {"tool": "run_python", "args": {"code": code}}}
    work = f"{CHANGES}- new/a.csv and old/c.csv are in their places.\n"
    goal = "Move old/a.csv and old/b.csv to new, and add milk to old/c.csv."
    _, (asked,) = examine(moves, write("CHANGES.md", work), FINISH, RIGHT, goal=goal)
    assert "== new/a.csv (moved here from old/a.csv, as it was)\ngood,price" in asked
    assert "== old/c.csv (changed in this run)\ngood,price" in asked
    assert "== new/b.csv" not in asked


def test_a_judge_is_told_what_the_last_look_found_and_how_long_it_took_does_not_matter(
    examine: Examine, workspace: Path
) -> None:
    (workspace / "shop.py").write_text(f"{SHOP}# 44\n")
    cites: Reply = {"kind": "citations_resolve", "path": "CHANGES.md"}
    timed = "import random; print(f'5 rows in {random.random():.9f}s')"
    command: Reply = {"kind": "command_passes", "command": f'python3 -c "{timed}"'}
    kind: Reply = {"kind": "judge", "path": "more.md", "question": KIND_ASKED}
    work = f"{CHANGES}- 44 bytes [shop.py]\n- 57 goods were counted\n"
    _, asked = examine(
        write("CHANGES.md", work), write("more.md", "Go away."),
        FINISH, RIGHT, verdict("Go away", False), write("more.md", "Be welcome here."),
        FINISH, verdict("Be welcome here", True), others=[cites, command, kind],
    )  # fmt: skip
    assert len(asked) == 3
    found = "1 citations in CHANGES.md, all in existing files that hold the numbers;"
    assert f"- so be it: {found} not looked at: 1 lines with figures and no citation" in asked[0]
    assert "- so be it: exit status 0: 5 rows in …\n" in asked[0]
    assert timed not in asked[0]


ODD = ("archive/todo_old (1).md", "meetings/meeting 12 may.txt", "app/README", "Makefile")


def test_a_file_whose_name_has_a_blank_or_no_ending_is_shown_where_it_is_named(
    examine: Examine, workspace: Path
) -> None:
    for n, path in enumerate((*ODD, "other/README", "notes", "b/c.md")):
        (workspace / path).parent.mkdir(exist_ok=True)
        (workspace / path).write_text(f"the words of file {n}\n")
    named = "`./archive/todo_old (1).md`, meeting 12 may.txt, app/README and Makefile"
    work = f"{CHANGES}- As said in {named}: notes of README, and a/b/c.md.\n"
    _, (asked,) = examine(write("CHANGES.md", work), FINISH, RIGHT)
    shown = asked.partition("copy no evidence from them.")[2]
    assert [f"== {path}\n" in shown for path in ODD] == [True] * 4
    assert shown.count("the words of file") == 4


def test_a_judge_is_shown_as_much_as_half_of_what_the_window_has_left(
    workspace: Path, home: Path
) -> None:
    (workspace / "shop.csv").write_text("good,price\n" + "tea,3\n" * 50_000)
    check = {"kind": "judge", "path": "a.md", "question": KIND_ASKED}
    sketch = {"outcome": "x", "files": ["a.md"], "criteria": [{"text": "Kind", "check": check}]}
    made = write("a.md", f"{TEXT}See shop.csv.\n")
    lengths: list[int] = []
    for window in (16_000, 64_000, 500_000):
        model = ScriptedModel.of(
            {"for": "draft", "json": sketch}, PLAN, WRAP_UP, made, FINISH, verdict(GOOD, True),
            window=window,
        )  # fmt: skip
        asyncio.run(pursue("Write a.md", workspace, Settings(home=home), model=model))
        (asked,) = [one.messages[-1].text for one in model.asked if one.purpose == "judge"]
        lengths.append(len(asked.partition("copy no evidence from them.")[2]))
    assert [round(length, -4) for length in lengths] == [20_000, 110_000, 120_000]


@pytest.mark.parametrize("wanted", [True, False])
def test_without_a_path_the_answer_is_judged_where_one_is_wanted(run: Run, wanted: bool) -> None:
    kind: Reply = {"kind": "judge", "question": KIND_ASKED}
    checks = (kind, {"kind": "answer_given"}) if wanted else (kind,)
    summary = "The letter has warm regards to the team."
    finish = {"call": {"tool": "finish", "args": {"summary": summary}}}
    outcome = run(
        write("out.txt", TEXT), {"call": {"tool": "read_file", "args": {"path": "out.txt"}}},
        *(verdict("The letter has warm regards", passes=True) for _ in range(3)), finish,
        checks=checks,
    )  # fmt: skip
    assert (outcome.ending == "done") == wanted, outcome.report
