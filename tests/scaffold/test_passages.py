"""A text with a passage for each file: the model fills in, the harness puts together."""

import json
from pathlib import Path

import pytest
from small_plays import asked

from selfstarter.core.ports import Request

LETTERS = {
    "letters/anna.txt": "Dear all, the roof over gate 4 leaks since May. The rest is fine here.\n",
    "letters/bert.txt": "From: Bert\nBroken: two lamps\nMended: one of them, myself\n",
}
GOAL = (
    "Write faults.md: for each letter in the letters folder a heading with the file name and"
    " what is broken."
)


def run(workspace: Path, home: Path, *replies: str, goal: str = GOAL) -> list[Request]:
    (workspace / "letters").mkdir(exist_ok=True)
    for path, text in LETTERS.items():
        (workspace / path).write_text(text)
    return asked(workspace, home, goal, *replies)


def test_every_file_has_its_passage(workspace: Path, home: Path) -> None:
    said = {"anna.txt": "The roof over gate 4 leaks.", "bert.txt": "Two lamps are broken."}
    first, *_ = run(workspace, home, json.dumps(said))
    assert first.schema and first.schema["required"] == ["anna.txt", "bert.txt"]
    assert LETTERS["letters/anna.txt"].strip() in first.messages[-1].text
    assert (workspace / "faults.md").read_text() == (
        "# Faults\n\n## anna.txt\n\nThe roof over gate 4 leaks.\n\n"
        "## bert.txt\n\nTwo lamps are broken.\n"
    )


def test_a_sentence_with_a_number_that_its_file_does_not_have_is_left_out(
    workspace: Path, home: Path
) -> None:
    said = {"anna.txt": "Gate 4 leaks. It costs 1200 euros.", "bert.txt": "Two lamps are broken."}
    run(workspace, home, json.dumps(said))
    text = (workspace / "faults.md").read_text()
    assert "Gate 4 leaks.\n" in text
    assert "1200" not in text


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (
            json.dumps({"anna.txt": "It costs 1200 euros.", "bert.txt": "Lamps."}),
            "passage of anna.txt",
        ),
        (json.dumps({"anna.txt": "A roof leaks."}), "passage of bert.txt"),
        (
            json.dumps(dict.fromkeys(["anna.txt", "bert.txt"], "A heading with what is broken.")),
            "passage of anna.txt says nothing that is in anna.txt",
        ),
        ("The roof leaks.", "not the JSON asked for"),
        ("[]", "not the JSON asked for"),
    ],
)
def test_a_passage_that_says_nothing_is_turned_back(
    workspace: Path, home: Path, reply: str, why: str
) -> None:
    _, second, *_ = run(workspace, home, reply, reply)
    assert why in second.messages[-1].text
    assert not (workspace / "faults.md").exists()


def test_the_goals_limit_is_shared_out(workspace: Path, home: Path) -> None:
    first, *_ = run(workspace, home, "{}", goal=f"{GOAL} At most 60 words.")
    assert "at most 27 words" in first.messages[-1].text


def test_the_goal_may_ask_for_the_name_of_the_file_too(workspace: Path, home: Path) -> None:
    goal = "Write faults.md: what each letter in the letters folder says is broken, and the name of"
    first, *_ = run(workspace, home, "{}", goal=f"{goal} the file where that's written.")
    assert first.schema


def test_which_of_them_is_said_of_each(workspace: Path, home: Path) -> None:
    goal = "Read the letters in letters/ and tell me which of them need an answer. Write faults.md."
    first, *_ = run(workspace, home, "{}", goal=goal)
    assert first.schema and [*first.schema["properties"]] == ["anna.txt", "bert.txt"]


@pytest.mark.parametrize(
    "goal",
    [
        "Write faults.csv with a row for each letter in the letters folder.",
        "Write faults.md with a table: one row for each letter in the letters folder.",
        "How many words has each letter in the letters folder? Write counts.md.",
        "Write faults.md about the letters folder.",
        "Which of the letters in the letters folder speaks of each lamp?",
    ],
)
def test_other_work_is_not_done_so(workspace: Path, home: Path, goal: str) -> None:
    first, *_ = run(workspace, home, "```finish\nno\n```", goal=goal)
    assert first.schema is None
