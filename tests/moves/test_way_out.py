"""What cannot be had is said and ends the run; an excuse for one failure is none for another."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from plays import Reply, finish, needs_sandbox, refusals, worked, write

from selfstarter.app import Outcome
from selfstarter.core.contract import Criterion, FileMatches
from selfstarter.moves.way_out import SAYS_NOTHING, speaks_of

DATES, COSTS = "The plan respects every date and deadline", "The costs stay within 9,000 euros"
WRONG = write("out.txt", "a plan\n")
RIGHT = write("out.txt", "12 February, VAT is in it\n")
HALF = write("out.txt", "VAT is in it\n")
NO_DATE = "Which of the two dates is right cannot be found out here; the rest is done."


def holds(text: str, word: str) -> Criterion:
    return Criterion(id=word, text=text, check=FileMatches(path="out.txt", contains=(word,)))


DONE = finish("It is done.")
BOTH = (holds(DATES, "February"), holds(COSTS, "VAT"))


def gives_up(missing: str) -> Reply:
    return {"call": {"tool": "finish", "args": {"summary": "It is done.", "missing": missing}}}


def planned(
    folder: Path, home: Path, *replies: Reply, criteria: Sequence[Criterion] = BOTH
) -> Outcome:
    return worked(folder, home, "Write a plan", *replies, there={}, criteria=criteria)


def test_what_it_says_nothing_of_is_sent_back_once(workspace: Path, home: Path) -> None:
    outcome = planned(workspace, home, WRONG, gives_up(NO_DATE), gives_up(NO_DATE))
    assert (outcome.ending, outcome.state.rejections) == ("partly", 1)
    (refused,) = refusals(outcome)
    assert f"- {DATES}: out.txt does not mention February" in refused
    assert f"- {COSTS}: out.txt does not mention VAT" in refused
    assert refused.partition(SAYS_NOTHING)[2].startswith(f"\n- {COSTS}\n"), "and of it alone"


@pytest.mark.parametrize(
    ("work", "last", "ending"), [(HALF, gives_up(NO_DATE), "partly"), (RIGHT, DONE, "done")]
)
def test_and_what_can_be_mended_is(
    workspace: Path, home: Path, work: Reply, last: Reply, ending: str
) -> None:
    outcome = planned(workspace, home, WRONG, gives_up(NO_DATE), work, last)
    assert (outcome.ending, outcome.state.rejections) == (ending, 1), outcome.report
    assert outcome.state.checks["VAT"].passed


@pytest.mark.parametrize(
    ("missing", "criteria"),
    [
        (f"{NO_DATE} Nobody says what it costs.", BOTH),
        (f"{NO_DATE} Whether it is below 9000, too.", BOTH),
        ("A drawing.", BOTH[:1]),
        ("A drawing.", (holds(DATES, "February"), holds(DATES, "VAT"))),
    ],
)
def test_who_speaks_of_all_of_it_goes_at_once(
    workspace: Path, home: Path, missing: str, criteria: Sequence[Criterion]
) -> None:
    outcome = planned(workspace, home, WRONG, gives_up(missing), criteria=criteria)
    assert (outcome.ending, outcome.state.rejections) == ("partly", 0), refusals(outcome)


@pytest.mark.parametrize(
    ("texts", "missing", "spoken"),
    [
        (
            (
                "Every text of fr.json is right, formal French for what en.json says",
                "Every text of de.json is right, formal German for what en.json says",
            ),
            "A few interface texts could not be translated, for there is no translation service.",
            (False, False),
        ),
        (
            (
                "Every command and rule of spec.md is carried out, none is left out or a stub",
                "The tests look at every command and rule of spec.md, the refusals too",
            ),
            "overdue and export are there in a first version; the rest needs a real database.",
            (False, False),
        ),
        (
            ("Each fr text is whole", "Each de text is whole", "计划写明日期", "费用不超过预算"),
            "There is no French or German speaker for whole texts (de, fr). 日期无法确定。",
            (True, True, True, False),
        ),
    ],
)
def test_words_that_they_share_speak_of_none(
    texts: Sequence[str], missing: str, spoken: Sequence[bool]
) -> None:
    failed = [holds(text, str(n)) for n, text in enumerate(texts)]
    assert tuple(speaks_of(one, failed, missing) for one in failed) == spoken


@needs_sandbox
def test_who_cannot_leave_a_given_file_as_it_was_may_say_so(workspace: Path, home: Path) -> None:
    """The goal cannot be reached so: an end that says why is worth more than many refusals."""
    outcome = worked(
        workspace,
        home,
        "Correct shapes.py, the tests say what is wanted.",
        write(
            "tests/test_shapes.py",
            "from shapes import area\n\n\ndef test_area():\n    area(3, 4)\n",
        ),
        finish("It is corrected."),
        {"call": {"tool": "finish", "args": {"summary": "x", "missing": "The test is wrong."}}},
        checks=[{"kind": "tests_pass"}],
    )
    assert outcome.ending == "partly" and outcome.state.rejections == 1
    assert "may not be edited or made up: tests/test_shapes.py" in outcome.report
    (refused,) = refusals(outcome)
    assert "say it in `missing`" in refused
