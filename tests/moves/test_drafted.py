"""Drafts and plans as models write them: what is meant is read, and what is not is asked again."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from selfstarter.app import Outcome, pursue
from selfstarter.core.contract import (
    CitationsResolve,
    CommandPasses,
    FileExists,
    FileMatches,
    Judge,
    TestsPass,
)
from selfstarter.core.events import ModelCalled, PlanMade, ReplyRejected
from selfstarter.models.scripted import ScriptedModel
from selfstarter.moves.drafted import CHECK, OFFERED, criteria_in, draft_in, draft_schema
from selfstarter.moves.plan import read_plan
from selfstarter.prompts import prompt
from selfstarter.proofs.commands import programs_in
from selfstarter.sandbox.probe import probe
from selfstarter.settings import Settings

box = pytest.mark.skipif(probe().bwrap is None, reason=probe().why or "no sandbox")

PLAN = {"for": "plan", "json": {"tasks": [{"title": "work.", "done_when": None}, "look at it"]}}
WRITE = {"call": {"tool": "write_file", "args": {"path": "a.md", "content": "good words"}}}
JUDGED = {"for": "judge", "json": {"evidence": "good words", "passes": True}}
FINISH = {"call": {"tool": "finish", "args": {"summary": "a.md is there."}}}
GOOD = {"text": "It is good", "check": {"kind": "file_matches", "path": "a.md", "contains": "good"}}
BAD = {"text": "It is best", "check": {"kind": "file_matches", "path": "a.md", "is": "best"}}


def ran(workspace: Path, home: Path, *drafts: dict[str, Any]) -> tuple[Outcome, ScriptedModel]:
    replies = [{"for": "draft", "json": one} for one in drafts]
    model = ScriptedModel.of(*replies, PLAN, WRITE, FINISH)
    settings = Settings(model="scripted", home=home)
    return asyncio.run(pursue("Write a.md.", workspace, settings, model=model)), model


def asked(model: ScriptedModel, purpose: str) -> list[str]:
    return [one.messages[-1].text for one in model.asked if one.purpose == purpose]


def planned(text: str, cut: bool = False) -> PlanMade | ReplyRejected:
    return read_plan(ModelCalled(purpose="plan", text=text, cut=cut))


def test_what_is_null_is_left_out(workspace: Path, home: Path) -> None:
    matches = {"kind": "file_matches", "path": "a.md", "contains": ["good"], "regex": None}
    draft = {
        "outcome": "It is written.",
        "files": ["a.md", None],
        "assumptions": None,
        "criteria": [{"text": "It is good", "check": {**matches, "parses_as": None}}, None],
    }
    outcome, model = ran(workspace, home, draft)
    assert (outcome.ending, len(asked(model, "draft")), len(asked(model, "plan"))) == ("done", 1, 1)
    assert "It is good" in [c.text for c in outcome.state.criteria]
    assert [task.title for task in outcome.state.plan] == ["work.", "look at it"]
    assert '{"tasks": [' in asked(model, "plan")[0], "a server may not show the schema"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({"type": "command_passes", "command": "true"}, CommandPasses(command="true")),
        ({"command_passes": {"command": "true"}}, CommandPasses(command="true")),
        ({"command_passes": "true"}, CommandPasses(command="true")),
        ({"file_matches": {"path": "a", "regex": "x"}}, FileMatches(path="a", regex="x")),
        ({"file_matches": {"path": "a", "contains": "x"}}, FileMatches(path="a", contains=("x",))),
        ({"judge": "Is it good?"}, Judge(question="Is it good?")),
        ({"tests_pass": {}}, TestsPass()),
        ("tests_pass", TestsPass()),
    ],
)
def test_a_check_in_another_shape_is_read(said: object, meant: object) -> None:
    (found,), unusable = criteria_in([{"text": "It holds", "check": said}])
    assert (found.check, found.text, unusable) == (meant, "It holds", ())


def test_files_to_be_kept_take_no_place_of_what_is_to_be_made(workspace: Path, home: Path) -> None:
    kept = [f"words{n}.csv" for n in range(5)]
    for name in kept:
        (workspace / name).write_text("a,b\n")
    stays = [
        {"text": f"{name} stays", "check": {"kind": "file_changed", "path": name, "kept": True}}
        for name in kept
    ]
    made = [
        {"text": f"{n}", "check": {"file_matches": {"path": "a.md", "regex": f"g.{n}"}}}
        for n in range(20)
    ]
    outcome, model = ran(
        workspace, home, {"outcome": "x", "files": ["a.md"], "criteria": [*made, *stays]}
    )
    contract = outcome.state.contract
    assert contract and {*kept} <= {path for path, _ in contract.protects}
    texts = [c.text for c in contract.criteria]
    assert [text for text in texts if text.isdigit()] == [str(n) for n in range(12)]
    assert "a file that is `kept` does not count" in asked(model, "draft")[0]


def test_a_check_may_stand_without_its_frame() -> None:
    flat, bare = criteria_in(
        [{"text": "t", "kind": "file_exists", "path": "a"}, {"file_exists": "a"}]
    )[0]
    assert flat.check == bare.check == FileExists(path="a")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"kind": "replaced", "old": "a", "new": "b", "files": []}, "there is no check 'replaced'"),
        ({"kind": "reproduced", "path": "a"}, "there is no check 'reproduced'"),
        ({"kind": "tool_called", "tool": "shell", "n": 2}, "tool_called has no 'n'"),
        ({"kind": "file_matches", "path": "a", "values_of": "b.csv"}, "has no 'values_of'"),
        ({"kind": "file_exists", "path": "a", "min_size": 4}, "file_exists has no 'min_size'"),
        ({"kind": "judge"}, "question: Field required"),
        ({"kind": ["a"]}, "there is no check"),
        ({"kind": {"type": []}}, "there is no check"),
        ({}, "there is no check"),
        (7, "there is no check '7'"),
    ],
)
def test_what_would_not_be_looked_at_is_no_criterion(said: object, why: str) -> None:
    found, (told,) = criteria_in([{"text": "It holds", "check": said}])
    assert found == () and "'It holds': " in told and why in told


def test_a_bad_criterion_is_named_once_and_does_not_take_the_others_along(
    workspace: Path, home: Path
) -> None:
    draft = {"outcome": "It is written.", "assumptions": ["short"], "criteria": [BAD, GOOD]}
    outcome, model = ran(workspace, home, draft, draft)
    first, again = asked(model, "draft")
    assert "file_matches has no 'is'" in again and "unusable" not in first
    second = [one for one in model.asked if one.purpose == "draft"][1]
    assert json.loads(second.messages[-2].text) == draft, "it is to keep what was right in it"
    assert second.messages[0].text == first
    assert outcome.ending == "done"
    texts = [c.text for c in outcome.state.criteria]
    assert "It is good" in texts and "It is best" not in texts
    assert [a.text for a in outcome.state.contract.assumptions] == ["short"]  # pyright: ignore


@pytest.mark.parametrize("reply", ["", "no", "[]", "{}", '{"tasks": []}', "[" * 5_000])
def test_what_is_no_draft_is_none(reply: str) -> None:
    assert draft_in(reply) is None
    assert isinstance(planned(reply), ReplyRejected)


def test_a_draft_in_prose_is_found_and_what_is_too_long_is_cut() -> None:
    said = {"outcome": "o" * 900, "files": [f"{n}.md" for n in range(20)], "criteria": [GOOD] * 20}
    found = draft_in(f"Here it is:\n```json\n{json.dumps(said)}\n```")
    assert found and (len(found.outcome), len(found.files), len(found.criteria)) == (300, 12, 12)


@pytest.mark.parametrize(
    ("criteria", "off", "kept", "lost"),
    [
        ([GOOD, BAD], 20, True, "nobody checks “It is best”, nor what was to come after it."),
        ([BAD, GOOD], 20, False, "nobody checks “It is good”, nor what was to come after it."),
        ([GOOD, BAD], 80, True, "nobody checks what was to come after “It is good”."),
        ([GOOD], 100, False, "cut off before its criteria: nobody checks what they were to hold."),
    ],
)
def test_of_a_draft_that_was_cut_it_is_told_and_then_what_is_whole_is_taken_and_what_is_lost_said(
    workspace: Path, home: Path, criteria: list[Any], off: int, kept: bool, lost: str
) -> None:
    said = {"outcome": "It is good.", "assumptions": ["short"], "criteria": criteria}
    cut = {"for": "draft", "text": json.dumps(said)[:-off]}
    model = ScriptedModel.of(cut, cut, PLAN, JUDGED, WRITE, FINISH)
    settings = Settings(model="scripted", home=home)
    outcome = asyncio.run(pursue("Write a.md.", workspace, settings, model=model))
    assert (outcome.ending, len(asked(model, "draft"))) == ("done", 2)
    assert "it was cut off before its end: write it shorter" in asked(model, "draft")[1]
    assert outcome.state.sketch and outcome.state.sketch.assumptions[0] == "short"
    assert lost in outcome.report
    assert ("It is good" in [c.text for c in outcome.state.criteria]) is kept


def test_a_draft_that_ends_too_soon_is_whole_only_where_the_model_ended_it() -> None:
    said = json.dumps({"outcome": "It is good.", "criteria": [GOOD]})[:-1]
    found = draft_in(said)
    assert found and len(found.criteria) == 1
    assert draft_in(said, ended=False) is None
    assert draft_in(said[:-1]) is None, "more criteria may have been meant to come"


LOOSE = """\
<think>
As {"tasks": [...]}, and short.
</think>

{'tasks': [
  {'title': "Read John's files", 'done_when': 'it is known that it\\'s ";"'},  # all of them
  {'title': 'Write it', 'done_when': None},
]}"""


@pytest.mark.parametrize(
    ("said", "titles"),
    [
        (LOOSE, ["Read John's files", "Write it"]),
        ('Here is it:\n\n[\n {"title": "a"},\n {"title": "b"}\n]', ["a", "b"]),
        ('["a", "b"]', ["a", "b"]),
        ('{"plan": ["a", {"title": "b"}]}', ["a", "b"]),
        ('```json\n{"steps": [{"title": "a"}]\n```', ["a"]),
    ],
)
def test_a_plan_in_another_shape_is_read(said: str, titles: list[str]) -> None:
    made = planned(said)
    assert isinstance(made, PlanMade) and [task.title for task in made.tasks] == titles


@pytest.mark.parametrize(
    ("said", "cut", "why"),
    [
        ('{"tasks": [{"title": "a"}, {"title": "b', True, "cut off before its end: write it short"),
        ('{"tasks": [{"title": "a"}, {"title": "b', False, "cut off before its end: write it"),
        ('[{"title": "a"}', True, "cut off before its end: write it shorter"),
        ('{"list": ["a"]}', False, 'It is {"tasks": [{"title": '),
        ("{'tasks': ['it's']}", False, "Keys and texts stand in double quotes"),
        ("First I read, then I write.", False, "it is not the JSON asked for"),
    ],
)
def test_of_a_plan_that_cannot_be_read_it_is_told_why(said: str, cut: bool, why: str) -> None:
    made = planned(said, cut)
    assert isinstance(made, ReplyRejected) and why in made.reason


def test_a_comma_too_many_costs_no_draft_and_no_character_of_a_text() -> None:
    found = draft_in('{"outcome": "a, ]", "files": ["a.md",], "criteria": [], }')
    assert found and (found.outcome, found.files) == ("a, ]", ("a.md",))


def test_of_a_draft_that_is_no_json_it_is_told_where(workspace: Path, home: Path) -> None:
    broken = {"for": "draft", "text": '{"outcome": "It is written.",\n "files": [a.md]}'}
    good = {"for": "draft", "json": {"outcome": "It is written.", "criteria": [GOOD]}}
    model = ScriptedModel.of(broken, good, PLAN, WRITE, FINISH)
    settings = Settings(model="scripted", home=home)
    outcome = asyncio.run(pursue("Write a.md.", workspace, settings, model=model))
    assert outcome.ending == "done"
    assert (
        'it is not the JSON asked for: expected value at `a.md]}` in `"files": [a.md]}`'
        ". Keys and texts stand in double quotes" in asked(model, "draft")[1]
    )


def fields(form: Any) -> tuple[str, ...]:
    return tuple(name for name in form["properties"] if name != "kind")


def kinds_in(schema: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    forms = schema["properties"]["criteria"]["items"]["properties"]["check"]["anyOf"]
    return {form["properties"]["kind"]["enum"][0]: fields(form) for form in forms}


def test_what_is_offered_is_what_the_prompt_names() -> None:
    offered = kinds_in(draft_schema(tools=False))
    with_tools = kinds_in(draft_schema(tools=True))
    assert with_tools == OFFERED == offered | {"tool_called": ("tool", "at_least")}
    assert '{"kind": "tool_called", "tool": "…", "at_least": 1}' in prompt("brought", tools="")
    for name in ("draft", "amend"):
        holes = dict.fromkeys(HOLES[name], "") | {"checks": prompt("checks")}
        text = " ".join(prompt(name, **holes).split())
        for kind, named in offered.items():
            assert f"{kind} {{{', '.join(named)}" in text
        assert f"parses_as: {'|'.join(filter(None, FORMS))}}}" in text
    assert len(json.dumps(draft_schema(tools=False))) < 2_500
    assert set(OFFERED) < set(CHECK.json_schema()["discriminator"]["mapping"])


FORMS = FileMatches.model_json_schema()["properties"]["parses_as"]["enum"]
HOLES = {
    "draft": ("goal", "begun", "files", "tools", "again"),
    "amend": ("goal", "begun", "files", "tools", "criteria", "said", "again"),
}


# ── what the goal's words add to a draft ─────────────────────────────────────────────────────

NOTES = {"notes.txt": "b\na\n", "test_a.py": "def test_a():\n    assert False\n"}
OWN = {"kind": "file_matches", "path": "a.md", "contains": ["good"]}


def contract(
    workspace: Path, home: Path, goal: str, *checks: dict[str, Any], files: Sequence[str] = ()
) -> Outcome:
    for name, text in NOTES.items():
        (workspace / name).write_text(text)
    criteria = [{"text": f"own {n}", "check": check} for n, check in enumerate(checks)]
    draft = {"outcome": "It is done.", "files": files, "criteria": criteria}
    model = ScriptedModel.of({"for": "draft", "json": draft}, PLAN, {"text": "so"})
    settings = Settings(model="scripted", home=home, steps=1)
    return asyncio.run(pursue(goal, workspace, settings, model=model))


@pytest.mark.parametrize(
    ("goal", "files", "told"),
    [
        ("Improve notes.txt", ["notes.txt"], []),
        ("Translate notes.txt into French", ["a.md"], []),
        ("Write a table of notes.txt to b.md", ["b.md"], ["b.md exists and is not empty"]),
        (
            "Write b.csv with the columns x and y, sorted by x, each once, from notes.txt",
            ["b.csv"],
            ["b.csv exists and is valid csv"],
        ),
        ("Summarise notes.txt", ["a.md"], []),
        ("What is in notes.txt?", [], ["the question is answered from what was observed"]),
        ("Build a tracker", ["tracker.py", "README.md"], []),
        ("Organise my files by month", [], ["files lie in other places, none is lost"]),
    ],
)
def test_beside_a_draft_stands_only_what_the_goal_says_for_certain(
    workspace: Path, home: Path, goal: str, files: list[str], told: list[str]
) -> None:
    outcome = contract(workspace, home, goal, OWN, files=files)
    assert [c.text for c in outcome.state.criteria] == [*told, "own 0"]


@pytest.mark.parametrize(
    "check",
    [
        {"kind": "file_exists", "path": "notes.txt"},
        {"kind": "answer_given"},
        {"kind": "reproduced"},
    ],
)
def test_a_draft_that_cannot_tell_takes_nothing_away(
    workspace: Path, home: Path, check: dict[str, Any]
) -> None:
    outcome = contract(workspace, home, "Improve notes.txt", check, files=["notes.txt"])
    assert "notes.txt is changed" in [c.text for c in outcome.state.criteria]


@box
def test_a_command_whose_program_is_not_here_is_left_out_and_said(
    workspace: Path, home: Path
) -> None:
    never = {"kind": "command_passes", "command": "test -s a.md && no-such-lint a.md | sort"}
    outcome = contract(workspace, home, "Write a.md", OWN, never)
    assert [c.text for c in outcome.state.criteria] == ["a.md exists and is not empty", "own 0"]
    assert outcome.state.contract
    (assumed,) = outcome.state.contract.assumptions
    assert assumed.text == "no-such-lint is not installed here, so nobody checks: own 1"


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("shellcheck run.sh", "shellcheck"),
        ("cat a.json | jq -e '.a | b; c' 2>&1 | tee x", "cat jq tee"),
        ('test -z "$(git status | x)" && A=1 python -m pytest', "test python"),
        ("export F=$(mktemp -d)/h; ! lint a || exit 1", "export mktemp lint exit"),
        ("grep ';' data | cut -d '|' -f2 | wc \\; l", "grep cut wc"),
        ('x --form="a | b" y; test $(( n | m )) -eq 2  # then | so', "x test"),
        ("diff <(sort a) <(jq . b)", "diff sort jq"),
        ("./run.sh && $TOOL a && scripts/a.sh", ""),
        ("jq . a || python3 -m json.tool a", ""),
        ("command -v jq && jq .", ""),
        ("f() { echo; }; f", ""),
        ("python3 - <<'E'\nfoo\nE", ""),
        ("echo 'a | b", ""),
        ("""test "$(python3 -c "import a; print(a.load(open('b')))")" -eq 3""", ""),
        ('[ "$(grep -c "a;b" f.txt)" -ge 2 ] && x', ""),
        ('[ "`grep -c "a;b" f.txt`" -ge 2 ]', ""),
        ('x="${a:-"b; c"}"', ""),
        ('test "$(wc -l < a)" = "${n}$((1 + 2))" && lint a', "test lint"),
        ("", ""),
    ],
)
def test_which_programs_a_command_needs(command: str, names: str) -> None:
    assert programs_in(command) == tuple(names.split())


def test_what_the_draft_says_will_be_changed_is_not_protected(workspace: Path, home: Path) -> None:
    goal = "Write a.md and mention it in notes.txt"
    for files, held in ((["a.md", "notes.txt"], []), (["a.md"], ["notes.txt"])):
        outcome = contract(workspace, home, goal, OWN, files=files)
        assert outcome.state.contract
        assert [path for path, _ in outcome.state.contract.protects] == held


@pytest.mark.parametrize(
    ("path", "there", "runs"),
    [
        ("tests", ("tests/test_a.py", "tests/unit/test_b.py"), ["tests"]),
        ("tests/", ("tests/test_a.py",), ["tests/"]),
        (".", ("tests/test_a.py",), ["."]),
        ("tests", ("tests/test_a.py", "test_b.py"), ["."]),
        ("tests/test_a.py", ("tests/test_a.py",), ["."]),
        ("exam.py", ("tests/test_a.py", "exam.py"), [".", "exam.py"]),
    ],
)
def test_all_tests_are_run_once(
    workspace: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    there: tuple[str, ...],
    runs: list[str],
) -> None:
    monkeypatch.delitem(NOTES, "test_a.py")
    for name in there:
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_text("def test_it():\n    assert False\n")
    own = {"kind": "tests_pass", "path": path}
    outcome = contract(workspace, home, "Correct code.py so that the tests pass", own)
    checks = [c.check for c in outcome.state.criteria]
    assert [check.path for check in checks if isinstance(check, TestsPass)] == runs


@pytest.mark.parametrize(
    ("goal", "every"),
    [
        ("Write a.md, every figure with its source.", True),
        ("Write a.md and cite each number.", True),
        ("Write a.md, with a source for every single claim.", True),
        ("Write a.md; no number without a source.", True),
        ("Write a.md; not every figure needs a source.", False),
        ("Write a.md and cite every source that you use.", False),
        ("Write a.md and compare each price with the references.", False),
    ],
)
def test_a_goal_may_want_a_source_for_every_figure(
    workspace: Path, home: Path, goal: str, every: bool
) -> None:
    outcome = contract(workspace, home, goal, {"kind": "citations_resolve", "path": "a.md"})
    found = [c.check for c in outcome.state.criteria if isinstance(c.check, CitationsResolve)]
    assert [check.every_figure for check in found] == [every]


@pytest.mark.parametrize(
    ("weak", "strong"),
    [
        (
            {"kind": "citations_resolve", "path": "a.md", "at_least": 4},
            {"kind": "citations_resolve", "path": "a.md", "at_least": 20},
        ),
        (
            {"kind": "citations_resolve", "path": "a.md"},
            {"kind": "citations_resolve", "path": "a.md", "every_figure": True},
        ),
        (
            {"kind": "file_matches", "path": "b.csv", "parses_as": "csv"},
            {"kind": "file_matches", "path": "b.csv", "parses_as": "csv", "columns": ["day"]},
        ),
    ],
)
def test_of_two_checks_the_one_that_says_all_of_the_other_stays(
    workspace: Path, home: Path, weak: dict[str, Any], strong: dict[str, Any]
) -> None:
    for checks in ((weak, strong), (strong, weak)):
        outcome = contract(workspace, home, "Look into it", *checks)
        same = [c for c in outcome.state.criteria if c.check.kind == strong["kind"]]
        told = [one.check.model_dump(mode="json", include={*strong}) for one in same]
        assert told == [strong]


def test_a_title_that_is_too_long_ends_with_a_sign_that_there_is_more() -> None:
    made = planned(json.dumps({"tasks": [{"title": "sort it " * 40}]}))
    assert isinstance(made, PlanMade) and made.tasks[0].title.endswith("…")
    assert len(made.tasks[0].title) <= 200
