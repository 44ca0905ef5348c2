"""`Do what TASK.md says`: what the file says is the goal, and is not the person's word for more."""

import asyncio
from pathlib import Path

import pytest
from plays import laid, needs_sandbox
from small_plays import python

from selfstarter.app import Outcome, pursue
from selfstarter.core.contract import FileMatches
from selfstarter.goals.goal_file import MOST, Pointed, pointed
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings

TASK = """# For Robin

Please make a file `members.txt` with the names of all active members from members.csv,
one name per line, in alphabetical order.

Thanks!
"""
MEMBERS = "name,city,active\nZoe Hart,Leeds,yes\nAdam Lund,York,no\nBea Okoro,York,yes\n"
WRITES = (
    "import pandas as pd\nm = pd.read_csv('members.csv')\n"
    "m[m['active'] == 'yes']['name'].sort_values().to_csv('members.txt', index=False)\n"
)


def ran(workspace: Path, home: Path, goal: str, program: str, task: str = TASK) -> Outcome:
    laid(workspace, {"TASK.md": task, "members.csv": MEMBERS})
    model = ScriptedModel.of({"text": python(program)}, small=True)
    settings = Settings(model="scripted", home=home, steps=4, web=False)
    return asyncio.run(pursue(goal, workspace, settings, model=model))


@needs_sandbox
def test_what_the_file_says_is_done_and_the_head_of_a_list_taken_away(
    workspace: Path, home: Path
) -> None:
    outcome = ran(workspace, home, "Do what TASK.md says.", WRITES)
    assert outcome.ending == "done"
    assert (workspace / "members.txt").read_text() == "Bea Okoro\nZoe Hart\n"
    state = outcome.state
    assert "one name per line" in state.goal
    assert state.goal_given == state.own_words == "Do what TASK.md says."
    assert FileMatches(path="members.txt", no_head=("name", "city", "active")) in [
        criterion.check for criterion in state.criteria
    ]


@pytest.mark.parametrize(
    ("goal", "name"),
    [
        ("Read TASK.md and do what it asks, but call the file active.txt.", "active.txt"),
        ("Do what TASK.md says and save the result as active.txt", "active.txt"),
        ("Do what TASK.md says and tell in log.txt how you did it", "members.txt"),
        ("Do what TASK.md says, but call the file members.csv", "members.txt"),
    ],
)
def test_the_person_may_call_the_result_otherwise(goal: str, name: str) -> None:
    found = pointed(goal)
    assert found and f"make a file `{name}`" in found.with_text(TASK, {"members.csv", "TASK.md"})


@needs_sandbox
def test_the_task_itself_stays_as_it_is(workspace: Path, home: Path) -> None:
    program = WRITES + "open('TASK.md', 'w').write('Make members.txt, somehow.')\n"
    outcome = ran(workspace, home, "Do what TASK.md says.", program)
    assert outcome.ending != "done" or (workspace / "TASK.md").read_text() == TASK


@needs_sandbox
def test_a_file_that_holds_a_book_is_read_by_the_model_and_never_done_by_telling_of_it(
    workspace: Path, home: Path
) -> None:
    program = "print('It says that one should read on.')\n"
    outcome = ran(workspace, home, "Do what TASK.md says.", program, "Read on. " * MOST)
    assert outcome.state.goal_read is None
    assert outcome.ending != "done"


@pytest.mark.parametrize(
    ("goal", "found"),
    [
        ("Do what TASK.md says.", Pointed("TASK.md")),
        ("Do everything TASK.md asks for.", Pointed("TASK.md")),
        ("Do what is written in the file TASK.md, please.", Pointed("TASK.md")),
        ("Follow the instructions in `a/b.txt`.", Pointed("a/b.txt")),
        ("Carry out everything that is asked for in request.txt.", Pointed("request.txt")),
        ("Read TASK.md, then follow the instructions.", Pointed("TASK.md")),
        ("Open the file todo.txt and complete the tasks listed there.", Pointed("todo.txt")),
        ("The task is in TASK.md. Please complete it.", Pointed("TASK.md")),
        ("goal.txt contains your instructions.", Pointed("goal.txt")),
        ("Implement SPEC.md", Pointed("SPEC.md")),
        ("Write the script described in spec.md.", Pointed("spec.md", "Write the script")),
        (
            "Do what TASK.md says and save the result as out.csv.",
            Pointed("TASK.md", "", "Save the result as out.csv."),
        ),
        (
            "Follow the steps in howto.txt. Use only the standard library.",
            Pointed("howto.txt", "", "Use only the standard library."),
        ),
    ],
)
def test_goals_that_point_to_a_file(goal: str, found: Pointed) -> None:
    assert pointed(goal) == found


@pytest.mark.parametrize(
    "goal",
    [
        "Tell me what TASK.md says.",
        "What does TASK.md say to do?",
        "Do you know what notes.txt says?",
        "Summarise the instructions in manual.txt.",
        "The tasks are in todo.txt, count them.",
        "The tasks are in todo.txt. Sort them by date and write sorted.txt.",
        "Write convert.py as described in SPEC.md.",
        "Complete README.md",
        "Mark all tasks in todo.md as done.",
        "Translate the steps of recipe.txt into German and save them as schritte.txt",
        "notes.txt lists the tasks of last week; count them",
        "Read numbers.txt and add them up.",
        "Finish the letter in letter.txt",
    ],
)
def test_goals_about_a_file_do_not(goal: str) -> None:
    assert pointed(goal) is None
