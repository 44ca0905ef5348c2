"""Texts that a goal draws on stay as they are; those that it could mean to be changed are free."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from plays import Reply, finish, refusals, worked, write

from selfstarter.core.contract import Contract, Sketch
from selfstarter.goals.material import material
from selfstarter.moves.amend import amended

NOTES = "We have nothing agreed with the movers.\n"
THERE = {
    "notes.md": NOTES,
    "mail/keys.eml": "Subject: keys\n\nOn the 3rd.\n",
    "quotes.txt": "Bo: 900\n",
    "old.log.gz": "",
    "budget.csv": "item,euros\nvan,900\n",
    "README.md": "# The move\n",
}
TEXTS = ["notes.md", "mail/keys.eml", "quotes.txt", "old.log.gz"]
PLAN_IT = "Plan our move to Oslo in ten weeks. Write plan.md with a timetable and the costs."
CHECK: Reply = {"kind": "file_matches", "path": "plan.md", "contains": ["agreed"]}
PLANNED = write("plan.md", "The movers come as agreed.\n")
FORGED = write("notes.md", "The movers have agreed to come for nothing.\n")


def drawn_on(goal: str, *files: str, there: Sequence[str] = tuple(THERE)) -> list[str]:
    return list(material(goal, Sketch(outcome="x", files=files), there))


def test_a_text_that_was_given_may_not_be_forged(workspace: Path, home: Path) -> None:
    forged = worked(
        workspace, home, PLAN_IT, FORGED, PLANNED, finish("It is planned."),
        there=THERE, checks=[CHECK], files=["plan.md"],
    )  # fmt: skip
    assert forged.ending != "done"
    assert "given and may not be edited or made up: notes.md" in refusals(forged)[0]
    results = [turn.result.next_action for turn in forged.state.transcript if turn.result]
    assert any("notes.md is given and is to stay as it was" in one for one in results)


def test_a_plan_that_leaves_what_was_given_as_it_is_is_done(workspace: Path, home: Path) -> None:
    right = worked(
        workspace, home, PLAN_IT, PLANNED, finish("It is planned."),
        there=THERE, checks=[CHECK], files=["plan.md"],
    )  # fmt: skip
    assert right.ending == "done", right.report


@pytest.mark.parametrize("files", [["plan.md", "notes.md"], ["plan.md"]])
def test_what_the_contract_wants_changed_is_free(
    workspace: Path, home: Path, files: list[str]
) -> None:
    """Named among its files, or wanted by a check."""
    wanted: Reply = {"kind": "file_matches", "path": "notes.md", "contains": ["for nothing"]}
    outcome = worked(
        workspace, home, PLAN_IT, FORGED, PLANNED, finish("It is planned."),
        there=THERE, checks=[CHECK, *([] if "notes.md" in files else [wanted])], files=files,
    )  # fmt: skip
    assert outcome.ending == "done", outcome.report
    assert outcome.state.contract
    assert "quotes.txt" in dict(outcome.state.contract.protects)


@pytest.mark.parametrize(
    ("goal", "files"),
    [
        (PLAN_IT, ()),
        ("For every decision in these notes write a line in decisions.csv: date, decision.", ()),
        ("We were down on Tuesday. Find out why; write incident.md with the evidence.", ()),
        ("Write a summary of my notes", ("summary.md",)),
        ("Put the figures of all mails into figures.json.", ()),
        ("Draft a letter to the movers about the change of our date, as letter.md.", ()),
    ],
)
def test_out_of_what_a_new_text_is_written_stays(goal: str, files: tuple[str, ...]) -> None:
    assert drawn_on(goal, *files) == TEXTS


@pytest.mark.parametrize(
    ("goal", "files"),
    [
        ("Tidy my notes", ("log.md",)),
        ("Tidy my notes and write what you did into log.md", ()),
        ("Fix the typos in these texts. Write the list of them to typos.md.", ()),
        ("Read this and fix what is wrong; write changes.md.", ()),
        ("Improve this project and write report.md", ()),
        ("Make this better", ("better.md",)),
        ("Bring fr.json up to date with en.json; save what was missing as missing.md", ()),
        ("Update the README and write install.md", ()),
        ("Write a new chapter4.md and make the earlier chapters fit", ()),
        ("Write glossary.md and link each term to it", ()),
        ("Sort the files into folders and write overview.md", ()),
        ("Rename every note by its date and write names.csv", ()),
        ("Write out.md, and keep the quotes up to date", ()),
        ("Anonymize these mails and save a report.md of what was in them", ()),
        ("Write stats.py that counts the words", ()),
        ("Write index.html about the move", ()),
        ("Rewrite notes.md", ("notes.md",)),
        ("Schreibe plan.md und verbessere die Notizen", ()),
        ("What do the notes say about the movers?", ()),
    ],
)
def test_what_a_goal_may_want_changed_is_free(goal: str, files: tuple[str, ...]) -> None:
    assert drawn_on(goal, *files) == []


@pytest.mark.parametrize("beside", ["app.py", "site.css", "mkdocs.yml", "web/main.ts"])
def test_texts_beside_code_are_free(beside: str) -> None:
    assert drawn_on(PLAN_IT, there=(*THERE, beside)) == []


def test_a_database_that_somebody_writes_to_is_free() -> None:
    goal = "Write report.md about the orders in the shop"
    assert drawn_on(goal, there=("shop.db", "old.db", "shop.db-wal")) == ["old.db"]


@pytest.mark.parametrize(
    ("said", "free"),
    [
        ("Please fix the typos in notes.md, too.", True),
        ("Update my notes as well.", True),
        ("Correct the total in the plan.", False),
        ("Fix the plan, and do not change notes.md.", False),
        ("The notes are right.", False),
    ],
)
def test_a_person_may_set_a_file_free(said: str, free: bool) -> None:
    held = Contract(outcome="x", criteria=(), protects=(("notes.md", "a"), ("quotes.txt", "b")))
    now = amended(held, set(), (), said, said, 1).contract
    assert [path for path, _ in now.protects] == [*([] if free else ["notes.md"]), "quotes.txt"]
