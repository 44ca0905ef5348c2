"""A question about a text: read first, asked in three ways, and answered with what was quoted."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from plays import laid
from small_plays import first_prefix

from selfstarter.app import Outcome, pursue
from selfstarter.core.ports import Reply, Request
from selfstarter.models.scripted import Script, ScriptedModel
from selfstarter.settings import Settings

TERMS = """# Terms

Members may pause for at most 4 weeks a year.

From the third year on they may pause for at most 10 weeks in a calendar year.
"""
GOAL = "How many weeks may Jo pause, who has been a member for 5 years? terms.md has the rules."
LATER = "From the third year on they may pause for at most 10 weeks in a calendar year."
TEN: Mapping[str, Any] = {
    "quotes": [LATER],
    "so": "5 years is after the third year, so 10 weeks hold.",
    "answer": "Jo may pause for 10 weeks.",
}
FOUR = {**TEN, "so": "All may pause for 4 weeks.", "answer": "Jo may pause for 4 weeks."}
Said = Mapping[str, Any] | str
OUTRIGHT: Said = {"answer": "Jo may pause for 10 weeks."}
WRONG: Said = {"answer": "Jo may pause for 4 weeks."}


def shape(request: Request) -> list[str] | str:
    """The fields of the form, or how the reply begins."""
    return list(request.schema["properties"]) if request.schema else request.prefix


class Ways(ScriptedModel):
    """Replies by the way in which the question is asked: the attempts have one script."""

    def __init__(self, followed: Sequence[Said], outright: Said, question_first: Said) -> None:
        super().__init__(Script.model_validate({"replies": [{"text": "no"}], "small": True}))
        self.followed, self.outright = list(followed), outright
        self.question_first = question_first

    async def complete(self, request: Request) -> Reply:
        self.asked.append(request)
        fields = shape(request)
        said = self.outright
        if "so" in fields and request.messages[-1].text.startswith("A question:"):
            said = self.question_first
        elif "so" in fields:
            said = self.followed.pop(0) if len(self.followed) > 1 else self.followed[0]
        return Reply(said if isinstance(said, str) else json.dumps(said))


def ran(
    workspace: Path,
    home: Path,
    *followed: Said,
    outright: Said = OUTRIGHT,
    question_first: Said = TEN,
    goal: str = GOAL,
) -> tuple[Outcome, list[Request]]:
    laid(workspace, {"terms.md": TERMS, "list.txt": "a 1\nb 2\n"})
    model = Ways(followed, outright, question_first)
    settings = Settings(model="scripted", home=home, steps=6)
    outcome = asyncio.run(pursue(goal, workspace, settings, model=model))
    return outcome, [request for request in model.asked if request.purpose == "choose"]


def test_the_text_is_read_and_the_question_asked_in_several_ways(
    workspace: Path, home: Path
) -> None:
    outcome, asked = ran(workspace, home, TEN)
    assert (outcome.ending, outcome.answer) == ("done", "Jo may pause for 10 weeks.")
    assert list(map(shape, asked)) == [["quotes", "so", "answer"], ["answer"]]
    assert LATER in asked[0].messages[-1].text
    reads = [turn.call.tool for turn in outcome.state.transcript if turn.call]
    assert reads == ["read_file"], "before anything was asked"


def test_the_third_way_decides(workspace: Path, home: Path) -> None:
    outcome, asked = ran(workspace, home, TEN, outright=WRONG)
    assert asked[2].messages[-1].text.startswith("A question:")
    assert outcome.ending == "done"


def test_what_no_other_way_comes_to_is_not_called_done(workspace: Path, home: Path) -> None:
    outcome, _ = ran(workspace, home, TEN, outright=WRONG, question_first=FOUR)
    assert outcome.ending != "done"


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ({**TEN, "quotes": ["Jo may pause for 10 weeks."]}, "none of the quotes is in the text"),
        ({**TEN, "so": "The first rule holds."}, "the answer says 10, which does not follow"),
        ({**FOUR, "so": "5 years, so 10 weeks."}, "the answer says 4, which does not follow"),
        ({"answer": "10 weeks"}, "quotes"),
    ],
)
def test_an_answer_that_rests_on_nothing_is_turned_back(
    workspace: Path, home: Path, reply: Mapping[str, Any], why: str
) -> None:
    outcome, asked = ran(workspace, home, reply, TEN)
    assert why in asked[1].messages[-1].text
    assert outcome.answer == "Jo may pause for 10 weeks."


def test_a_model_that_cannot_fill_in_the_form_is_asked_outright(
    workspace: Path, home: Path
) -> None:
    _, asked = ran(workspace, home, "10 weeks")
    assert [shape(request) for request in asked[1:3]] == [["quotes", "so", "answer"], "```finish\n"]


@pytest.mark.parametrize(
    ("goal", "read"),
    [
        ("How many weeks may Jo pause? The terms tell.", True),
        ("How many weeks may Jo pause?", False),
        ("How much is b, as list.txt says?", False),
        ("Write to weeks.txt how many weeks Jo may pause, from terms.md.", True),
        ("How many words does terms.md have?", False),
        ("Write a letter to Jo about terms.md to letter.txt.", False),
    ],
)
def test_it_is_the_text_that_is_spoken_of_and_nothing_but_a_text(
    workspace: Path, home: Path, goal: str, read: bool
) -> None:
    _, asked = ran(workspace, home, TEN, goal=goal)
    assert (shape(asked[0]) == ["quotes", "so", "answer"]) == read


def test_an_answer_goes_into_the_file_that_the_goal_names(workspace: Path, home: Path) -> None:
    goal = "Read terms.md and write how many weeks Jo may pause, a member for 5 years, to w.txt."
    ten = {**TEN, "answer": "10 weeks"}
    outcome, asked = ran(workspace, home, ten, outright={"answer": "10"}, goal=goal)
    assert outcome.ending == "done" and (workspace / "w.txt").read_text() == "10 weeks\n"
    assert list(map(shape, asked)) == [["quotes", "so", "answer"], ["answer"]]
    for request in asked:
        assert "Write how many weeks Jo may pause, a member for 5 years.\n" in (
            request.messages[-1].text
        ), "neither where to look nor where it goes"


def test_of_a_text_that_is_too_long_what_is_to_the_point_is_shown(
    workspace: Path, home: Path
) -> None:
    filler = "\n\n".join(f"Rule {n} is about the boats and who cleans them." for n in range(900))
    laid(workspace, {"long.md": f"{filler}\n\n{TERMS}\n\n{filler}"})
    _, asked = ran(workspace, home, TEN, goal="How many weeks may Jo pause, by long.md?")
    assert LATER in asked[0].messages[-1].text
    assert len(asked[0].messages[-1].text) < len(filler) / 2


def test_several_texts_are_all_read(workspace: Path, home: Path) -> None:
    laid(workspace, {"more.md": "Who is ill may pause for as long as it takes to get well.\n"})
    goal = "How long may Jo pause, by more.md and terms.md?"
    _, asked = ran(workspace, home, TEN, goal=goal)
    assert "to get well" in asked[0].messages[-1].text
    assert LATER in asked[0].messages[-1].text


def test_a_list_is_no_prose(workspace: Path, home: Path) -> None:
    laid(workspace, {"list.txt": "a 1\nb 2\n", "c.txt": "c 3\n"})
    assert first_prefix(workspace, home, "How much is b, as list.txt says?").startswith("```python")


@pytest.mark.parametrize(
    ("goal", "read"),
    [
        ("What does pricing.py do with orders above 500 euros?", True),
        ("Why does pricing.py add 3 percent?", True),
        ("What does pricing.py print for 600?", False),
        ("How many functions does pricing.py have?", False),
    ],
)
def test_what_a_program_does_is_read_and_what_it_comes_to_is_run(
    workspace: Path, home: Path, goal: str, read: bool
) -> None:
    laid(
        workspace, {"pricing.py": "def total(net):\n    return net * 1.03 if net > 500 else net\n"}
    )
    model = Ways([TEN], OUTRIGHT, TEN)
    settings = Settings(model="scripted", home=home, steps=2)
    asyncio.run(pursue(goal, workspace, settings, model=model))
    first = next(request for request in model.asked if request.purpose == "choose")
    assert ("quotes" in shape(first)) == read
