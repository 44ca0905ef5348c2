"""A table with a row for each entry of one text, filled in by the model, written by the harness."""

import asyncio
import json
from pathlib import Path

import pytest
from plays import laid

from selfstarter.app import pursue
from selfstarter.core.ports import Request
from selfstarter.models.scripted import ScriptedModel
from selfstarter.scaffold.entries import passages_of
from selfstarter.settings import Settings

NOTES = (
    "Garden committee, 12 May\n\n1. The fence leans. Tobias will get two quotes by 20 May.\n"
    "2. The party is on 4 July. Wen takes care of the invitations, to go out by 1 June.\n"
)
GOAL = "Read notes.txt and make tasks.csv with one row for each task: owner, task, due."
ROWS = (
    {
        "owner": "Tobias",
        "task": "get two quotes",
        "due": "20 May",
    },
    {
        "owner": "Wen",
        "task": "the invitations go out",
        "due": "1 June",
    },
)
TOLD = {"1": [], "2": [ROWS[0]], "3": [ROWS[1]]}


def ran(workspace: Path, home: Path, *told: object, goal: str = GOAL) -> list[Request]:
    laid(workspace, {"notes.txt": NOTES})
    model = ScriptedModel.of(*({"text": json.dumps(one)} for one in told), small=True)
    settings = Settings(model="scripted", home=home, steps=len(told))
    asyncio.run(pursue(goal, workspace, settings, model=model))
    return [request for request in model.asked if request.purpose == "choose"]


def test_each_entry_becomes_a_row_and_none_twice(workspace: Path, home: Path) -> None:
    asked = ran(workspace, home, {**TOLD, "2": [ROWS[0], ROWS[0]]})
    assert "Tobias will get two quotes" in asked[0].messages[-1].text
    assert (workspace / "tasks.csv").read_text() == (
        "owner,task,due\nTobias,get two quotes,20 May\nWen,the invitations go out,1 June\n"
    )


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"owner": "Wen"}, "the owner 'Wen' is not in passage 2"),
        ({"due": "1 June"}, "the due '1 June' is not in passage 2"),
        ({"task": "paint the fence"}, "the task 'paint the fence' is not in passage 2"),
    ],
)
def test_what_the_text_does_not_say_is_turned_back(
    workspace: Path, home: Path, wrong: dict[str, str], why: str
) -> None:
    asked = ran(workspace, home, TOLD | {"2": [ROWS[0] | wrong]}, TOLD)
    assert why in asked[1].messages[-1].text
    assert (workspace / "tasks.csv").read_text().count("\n") == 3


def test_a_cell_may_be_empty(workspace: Path, home: Path) -> None:
    ran(workspace, home, TOLD | {"2": [ROWS[0] | {"due": ""}]})
    assert "Tobias,get two quotes,\n" in (workspace / "tasks.csv").read_text()


def test_what_is_to_be_added_up_is_a_program_s_work(workspace: Path, home: Path) -> None:
    goal = "Count the tasks per owner in notes.txt: tasks.csv, one row per owner: owner, count."
    asked = ran(workspace, home, TOLD, goal=goal)
    assert not asked[0].schema


def test_an_independent_attempt_is_shown_the_text_first(workspace: Path, home: Path) -> None:
    asked = ran(workspace, home, TOLD, TOLD)
    first, second = (one.messages[-1].text for one in asked[:2])
    assert first.startswith("A task:") and second.startswith("== 1\nGarden")
    assert len(asked[0].messages) > len(asked[1].messages) == 1, "without the example"


def test_a_text_is_taken_apart_where_it_begins_anew() -> None:
    assert [*passages_of("A b.\nc d.\n\n- e\n- f\n").values()] == ["A b. c d.", "- e", "- f"]
    assert [*passages_of("Ann did it. Bo did not.").values()] == ["Ann did it.", "Bo did not."]
    assert not passages_of("a b\n\n" * 30) and not passages_of("  ")


def test_told_of_it_once_a_row_that_holds_nowhere_is_left_out(workspace: Path, home: Path) -> None:
    wrong = TOLD | {"3": [ROWS[1] | {"owner": "Palle"}]}
    ran(workspace, home, wrong, wrong)
    assert (workspace / "tasks.csv").read_text().count("\n") == 2
