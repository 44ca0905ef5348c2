"""A check that no right result can pass may be called wrong; who has not seen the work decides."""

import asyncio
from pathlib import Path

import pytest
from plays import (
    PLAN,
    WRAP_UP,
    Reply,
    draft,
    drafted,
    laid,
    needs_sandbox,
    refusals,
    worked,
    write,
)

from selfstarter.app import pursue
from selfstarter.core.contract import CommandPasses, Criterion
from selfstarter.core.ports import Request
from selfstarter.models.scripted import ScriptedModel
from selfstarter.moves.dispute import AS_BEFORE, RAN
from selfstarter.settings import Settings

THERE = {"north.txt": "7 complaints\n", "south.txt": "no complaints\n"}
GOAL = "Write out.txt with the number of complaints of each report that names one"
BOTH = "grep -q 'north 7' out.txt && grep -q 'south [0-9]' out.txt"
WANTS_BOTH: Reply = {"kind": "command_passes", "command": BOTH}
TEXT = "It holds, look 1"
INSTEAD = "Each report that names complaints is there"
RIGHT = write("out.txt", "north 7\n")
BETTER = "grep -q 'north 7' out.txt && ! grep -q south out.txt"
GIVES_UP: Reply = {
    "call": {"tool": "finish", "args": {"summary": "north has 7.", "missing": "south has none."}}
}


def disputes(command: str = BETTER, criterion: str = TEXT, missing: str = "") -> Reply:
    said = {"criterion": criterion, "why": "south.txt names no complaints", "command": command}
    said |= {"text": INSTEAD}
    args = {"summary": "north has 7.", "disputed": [said], "missing": missing}
    return {"call": {"tool": "finish", "args": args}}


def rules(wrong: bool) -> Reply:
    why = "south.txt holds no number" if wrong else "a right result can hold it"
    return {"for": "judge", "json": {"why": why, "wrong": wrong}}


@needs_sandbox
def test_a_check_that_a_judge_finds_wrong_is_replaced_and_told(workspace: Path, home: Path) -> None:
    asked: list[Request] = []
    outcome = worked(
        workspace, home, GOAL, RIGHT, disputes(), rules(wrong=True),
        there=THERE, checks=[WANTS_BOTH], asked=asked,
    )  # fmt: skip
    assert outcome.ending == "done", outcome.report
    assert drafted(outcome)["m1d"].check == CommandPasses(command=BETTER)
    assert f"- {TEXT} (its check was wrong: south.txt names no complaints)" in outcome.report
    assert f"| {INSTEAD} (its check was changed) | passed |" in outcome.report
    (prompt,) = (one.messages[0].text for one in asked if one.purpose == "judge")
    for shown in (GOAL, BOTH, BETTER, INSTEAD, "south.txt names no complaints"):
        assert shown in prompt
    assert "no complaints\n" in prompt, "the file that it is about"
    assert "north 7\n---" not in prompt, "not the work"
    assert AS_BEFORE not in prompt, "there was no out.txt"


@needs_sandbox
@pytest.mark.parametrize(
    ("said", "judged", "told"),
    [
        (disputes(), [rules(wrong=False)], "The check stands: a right result can hold it"),
        (
            disputes("grep -q never out.txt"),
            [],
            "does not pass either: exit status 1",
        ),
        (disputes("true"), [], "The check that you give instead proves nothing."),
        (
            disputes(criterion="Another one"),
            [],
            "“Another one” cannot be disputed: no check that failed has these words.",
        ),
        (disputes(criterion=""), [], "Not finished. These checks failed"),
        (
            disputes(criterion="out.txt exists and is not empty"),
            [],
            "cannot be disputed: no check that failed has these words.",
        ),
    ],
)
def test_else_it_stands(
    workspace: Path, home: Path, said: Reply, judged: list[Reply], told: str
) -> None:
    outcome = worked(
        workspace, home, GOAL, RIGHT, said, *judged, GIVES_UP, there=THERE, checks=[WANTS_BOTH]
    )
    assert outcome.ending == "partly", outcome.report
    assert told in refusals(outcome)[0]
    assert drafted(outcome)["m1"].check.model_dump()["command"] == BOTH


@needs_sandbox
def test_the_other_check_is_not_called_wrong_in_its_turn(workspace: Path, home: Path) -> None:
    """And it is looked at like any other: what passed when the judge was asked may not any more."""
    spoils = "grep -q 'north 7' out.txt && rm out.txt"
    again = disputes("test ! -e out.txt", INSTEAD)
    outcome = worked(
        workspace, home, GOAL, RIGHT, disputes(spoils), rules(wrong=True), again, GIVES_UP,
        there=THERE, checks=[WANTS_BOTH],
    )  # fmt: skip
    assert outcome.ending == "partly", outcome.report
    assert drafted(outcome)["m1d"].check == CommandPasses(command=spoils)
    first, second = refusals(outcome)[1:3]
    assert "cannot be disputed" not in first, "it was"
    assert "cannot be disputed: its check was changed already." in second


@needs_sandbox
def test_what_a_person_wants_cannot_be_called_wrong(workspace: Path, home: Path) -> None:
    check = CommandPasses(command=BOTH)
    theirs = Criterion(id="m7", text=TEXT, check=check)
    outcome = worked(
        workspace, home, GOAL, RIGHT, disputes(), GIVES_UP, there=THERE, criteria=[theirs]
    )
    assert outcome.ending == "partly", outcome.report
    assert f"“{TEXT}” cannot be disputed: the person wants it so." in refusals(outcome)[0]


PLACEHOLDER = "Write docs/page.md for each report, with its number of complaints"
PAGES = [write("docs/north.md", "7\n"), write("docs/south.md", "none\n")]
EACH = "test -s docs/north.md && test -s docs/south.md"
NAMED = "docs/page.md exists and is not empty"
BY_THE_GOAL: Reply = {"kind": "file_matches", "path": "docs/north.md", "contains": ["7"]}


@needs_sandbox
@pytest.mark.parametrize("wrong", [True, False])
def test_what_is_read_off_a_name_may_be_called_wrong(
    workspace: Path, home: Path, wrong: bool
) -> None:
    asked: list[Request] = []
    outcome = worked(
        workspace, home, PLACEHOLDER, *PAGES, disputes(EACH, NAMED), rules(wrong), GIVES_UP,
        there=THERE, checks=[BY_THE_GOAL], asked=asked,
    )  # fmt: skip
    assert (outcome.ending == "done") == wrong, outcome.report
    (prompt,) = (one.messages[0].text for one in asked if one.purpose == "judge")
    assert "The check, of a file of the work:\n---\nfile_exists docs/page.md\n---" in prompt


@needs_sandbox
@pytest.mark.parametrize(
    ("check", "done"),
    [
        ({"kind": "file_matches", "path": "out.txt", "regex": "south [0-9]"}, True),
        ({"kind": "citations_resolve", "path": "out.txt"}, False),
    ],
)
def test_of_what_is_drafted_a_look_into_a_file_may_be_called_wrong(
    workspace: Path, home: Path, check: Reply, done: bool
) -> None:
    outcome = worked(
        workspace, home, GOAL, RIGHT, disputes(), rules(wrong=True), GIVES_UP,
        there=THERE, checks=[check],
    )  # fmt: skip
    assert (outcome.ending == "done") == done, outcome.report
    told = "cannot be disputed: only a command, or what is looked for in a file, can be."
    assert (told in refusals(outcome)[0]) != done


@needs_sandbox
def test_what_the_goal_says_cannot_be_called_wrong(workspace: Path, home: Path) -> None:
    goal = "Write out.csv with the columns area and complaints"
    outcome = worked(
        workspace, home, goal, write("out.csv", "area\nnorth\n"),
        disputes("test -s out.csv", "out.csv has the columns area, complaints"), GIVES_UP,
        there=THERE,
    )  # fmt: skip
    assert outcome.ending == "partly", outcome.report
    assert "cannot be disputed: it follows from the goal." in refusals(outcome)[0]


@needs_sandbox
def test_a_ruling_that_cannot_be_read_is_asked_for_again(workspace: Path, home: Path) -> None:
    mumbles: Reply = {"for": "judge", "text": "hm"}
    outcome = worked(
        workspace, home, GOAL, RIGHT, disputes(), mumbles, mumbles, rules(wrong=True),
        there=THERE, checks=[WANTS_BOTH],
    )  # fmt: skip
    assert outcome.ending == "done", outcome.report


@needs_sandbox
def test_without_a_right_finish_nothing_is_asked(workspace: Path, home: Path) -> None:
    asked: list[Request] = []
    right = write("out.txt", "north 7\nsouth 0\n"), disputes()
    outcome = worked(workspace, home, GOAL, *right, there=THERE, checks=[WANTS_BOTH], asked=asked)
    assert outcome.ending == "done" and not [one for one in asked if one.purpose == "judge"]


@needs_sandbox
@pytest.mark.parametrize(
    ("window", "shown"), [(8_192, [False, False, True]), (16_384, [True, True, True])]
)
def test_how_to_call_a_check_wrong_is_shown_from_the_start_where_there_is_room(
    workspace: Path, home: Path, window: int, shown: list[bool]
) -> None:
    """And else once one has failed."""
    early: Reply = {"call": {"tool": "finish", "args": {"summary": "north has 7."}}}
    laid(workspace, THERE)
    model = ScriptedModel.of(
        PLAN, WRAP_UP, draft(WANTS_BOTH, files=()), RIGHT, early, disputes(), rules(wrong=True),
        window=window,
    )  # fmt: skip
    settings = Settings(model="scripted", home=home)
    outcome = asyncio.run(pursue(GOAL, workspace, settings, model=model))
    assert outcome.ending == "done" and "`disputed` of `finish`" in refusals(outcome)[0]
    chosen = [one.tools for one in model.asked if one.purpose == "choose"]
    finishes = [next(t for t in tools if t.name == "finish") for tools in chosen]
    assert ["disputed" in one.parameters["properties"] for one in finishes] == shown
    told = finishes[-1].parameters["properties"]["disputed"]["description"]
    assert "Not criteria that a judge decides" in told
    if window > 8_192:
        assert chosen[0] == chosen[1] == chosen[2], "so that a cache of the prompt holds"


@needs_sandbox
@pytest.mark.parametrize("text", ["", INSTEAD])
def test_what_is_wanted_as_before_is_not_said_to_be_wanted_no_longer(
    workspace: Path, home: Path, text: str
) -> None:
    said = {"criterion": TEXT, "why": "south.txt names none", "command": BETTER, "text": text}
    disputed: Reply = {"call": {"tool": "finish", "args": {"summary": "x", "disputed": [said]}}}
    outcome = worked(
        workspace, home, GOAL, RIGHT, disputed, rules(wrong=True),
        there=THERE, checks=[WANTS_BOTH],
    )  # fmt: skip
    (told,) = refusals(outcome)
    if text:
        assert f"no longer wanted: {TEXT} (" in told and f"wanted now: {INSTEAD} (" in told
    else:
        assert told == f"The check of “{TEXT}” was replaced: {TEXT} ($ {BETTER})."


@needs_sandbox
def test_the_judge_reads_what_is_installed_and_how_the_program_has_failed(
    workspace: Path, home: Path
) -> None:
    """And what the check printed; not how others ran, nor what the maker says that it printed."""
    asked: list[Request] = []
    runs = [
        {"call": {"tool": "run_shell", "args": {"command": command}}}
        for command in ("cmp out.txt lost", "ls nowhere", "echo cmp has failed; exit 3")
    ]
    check: Reply = {"kind": "command_passes", "command": "cmp gone out.txt"}
    outcome = worked(
        workspace, home, GOAL, RIGHT, *runs, disputes(criterion="It holds"), rules(wrong=True),
        there=THERE, checks=[check], asked=asked,
    )  # fmt: skip
    assert outcome.ending == "done", outcome.report
    (prompt,) = (one.messages[0].text for one in asked if one.purpose == "judge")
    assert "\nPrograms run in a sandbox without network, and nothing can be installed: " in prompt
    ran = prompt.partition(RAN)[2].partition("\n---\n\n")[0]
    assert ran.startswith("\n---\n$ cmp out.txt lost\ncmp: lost: No such file")
    assert "nowhere" not in prompt and "cmp has failed" not in prompt
    said = prompt.partition("\nIt says: ")[2].partition("\n\n")[0]
    assert said.startswith("exit status 2: cmp: gone: No such file") and said.endswith(AS_BEFORE)
