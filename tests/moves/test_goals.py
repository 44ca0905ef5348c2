"""Goals as people say them, and what the harness makes of them for a small model, at the door."""

import asyncio
import json
from pathlib import Path

import pytest
from plays import laid

from selfstarter.app import Outcome, pursue
from selfstarter.goals.files import renamed
from selfstarter.models.scripted import ScriptedModel
from selfstarter.moves.outline import read_outline
from selfstarter.settings import Settings


def ran(goal: str, workspace: Path, home: Path) -> tuple[Outcome, list[str]]:
    """(outcome, how the model's replies were begun for it)"""
    model = ScriptedModel.of({"text": "no"}, small=True)
    settings = Settings(model="scripted", home=home, steps=3, web=False)
    outcome = asyncio.run(pursue(goal, workspace, settings, model=model))
    return outcome, [request.prefix for request in model.asked if request.purpose == "choose"]


def criteria(outcome: Outcome) -> list[str]:
    contract = outcome.state.contract
    return [criterion.text for criterion in contract.criteria] if contract else []


@pytest.mark.parametrize(
    ("goal", "begun"),
    [
        ("Write a haiku about autumn to haiku.txt.", "```file haiku.txt\n"),
        ("Make a plan for a party with 10 guests, in plan.md.", "```file plan.md\n"),
        ("Make a website for a bakery: one page, index.html.", "```file index.html\n"),
        ("Translate letter.txt into German and save it as brief.txt.", "```file brief.txt\n"),
        ("Extract all email addresses from letter.txt to emails.txt", "```python\n"),
        ("Write the sum of the numbers in letter.txt to letter-sum.txt", "```python\n"),
    ],
)
def test_a_text_that_is_written_and_not_worked_out_is_written_by_the_model(
    workspace: Path, home: Path, goal: str, begun: str
) -> None:
    laid(workspace, {"letter.txt": "Dear Jo, x@y.example wrote, 4 and 5.\nAlso a@b.example, 2.\n"})
    outcome, prefixes = ran(goal, workspace, home)
    assert prefixes[0].startswith(begun)
    by_hand = not begun.startswith("```python")
    contract = outcome.state.contract
    assert contract and contract.open_ended == by_hand, "nothing here can check a haiku"


@pytest.mark.parametrize(
    "goal",
    [
        "Surprise me",
        "Do whatever you think best",
        "Help me with it",
        "Make it better, please",
        "Tidy up",
        "Clean this up and sort it",
    ],
)
def test_who_wants_nothing_that_can_be_named_is_offered_something_to_choose_from(
    workspace: Path, home: Path, goal: str
) -> None:
    laid(workspace, {"notes.txt": "Buy milk.\n"})
    outcome, prefixes = ran(goal, workspace, home)
    assert prefixes[0] == "```file RESULT.md\n# What could be done here\n\n1."
    assert criteria(outcome) == ["RESULT.md exists"]
    assert (workspace / "notes.txt").read_text() == "Buy milk.\n"


GUESSED = ("Fix it", "Make something cool", "Replace milk by tea in all .txt files.")


@pytest.mark.parametrize("goal", [*GUESSED, "Tidy up my notes"])
def test_an_order_about_something_is_no_open_end(workspace: Path, home: Path, goal: str) -> None:
    laid(workspace, {"notes.txt": "Buy milk.\n"})
    outcome, prefixes = ran(goal, workspace, home)
    assert "What could be done here" not in prefixes[0]
    contract = outcome.state.contract
    assert contract
    assert contract.open_ended == (goal in GUESSED), "a guess at what is meant is not called done"


def test_each_file_that_gets_another_ending_is_a_criterion(workspace: Path, home: Path) -> None:
    laid(workspace, {"a.txt": "1\n", "sub/b.txt": "2\n", "c.csv": "3\n"})
    outcome, _ = ran("Rename all .txt files to .md.", workspace, home)
    assert {"a.md is there", "sub/b.md is there"} < set(criteria(outcome))


@pytest.mark.parametrize(
    ("goal", "there", "new"),
    [
        ("Rename every *.htm file to .html", ["x.htm", "y.txt"], ("x.html",)),
        ("Rename the .jpeg files so that they end in .jpg", ["x.jpeg"], ("x.jpg",)),
        ("Rename a.txt to b.txt", ["a.txt"], ()),
        ("Rename all .txt files to .md", ["a.csv"], ()),
    ],
)
def test_which_files_get_another_ending(goal: str, there: list[str], new: tuple[str, ...]) -> None:
    assert renamed(goal, there) == new


OFFERS = [
    ("offers/berg.txt", "Berg Gates: a steel gate for 1,450 euros. Delivery in 5 weeks."),
    ("offers/lind.txt", "Lind & Sons: an oak gate for 1,900 euros. Delivery in 8 weeks."),
    ("offers/orla.txt", "The steel gate of Orla Metall is 1,180 euros."),
]


@pytest.mark.parametrize(
    ("subjects", "kept"),
    [
        (["steel gate", "oak gate"], ("Berg Gates", "Lind & Sons", "Orla Metall")),
        (["Berg", "Lind", "Orla"], ("Berg", "Lind", "Orla")),
        (["gate"], ("Berg Gates", "Lind & Sons", "Orla Metall")),
    ],
)
def test_where_each_file_is_one_of_the_things_compared_each_has_a_row(
    subjects: list[str], kept: tuple[str, ...]
) -> None:
    reply = json.dumps({"subjects": subjects, "aspects": ["price"]})
    outlined = read_outline(reply, OFFERS, one_each=True)
    assert outlined.kind == "sources_outlined" and outlined.outline.subjects == kept
    free = read_outline(reply, OFFERS, one_each=False)
    assert free.kind == "sources_outlined" and set(free.outline.subjects) <= set(subjects)


def test_texts_that_are_compared_are_compared_cell_by_cell(workspace: Path, home: Path) -> None:
    laid(workspace, dict(OFFERS))
    model = ScriptedModel.of({"text": "no"}, small=True)
    settings = Settings(model="scripted", home=home, steps=3, web=False)
    goal = "Compare the three offers in offers/ and recommend one in recommendation.md."
    asyncio.run(pursue(goal, workspace, settings, model=model))
    assert "outline" in [request.purpose for request in model.asked]


def test_a_summary_of_the_notes_here_has_a_passage_for_each(workspace: Path, home: Path) -> None:
    laid(workspace, {"a.txt": "Ola came to the mill.\n", "b.txt": "The roof of it leaks.\n"})
    model = ScriptedModel.of({"text": "no"}, small=True)
    settings = Settings(model="scripted", home=home, steps=3, web=False)
    goal = "Summarise the notes in this folder in summary.md."
    asyncio.run(pursue(goal, workspace, settings, model=model))
    forms = [request.schema for request in model.asked if request.purpose == "choose"]
    assert forms[0] and list(forms[0]["properties"]) == ["a.txt", "b.txt"]
