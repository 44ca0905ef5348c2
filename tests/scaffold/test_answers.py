"""An answer as the goal wants it: rounded, and with what was printed."""

import asyncio
from pathlib import Path

import pytest
from plays import needs_sandbox

from selfstarter.app import pursue
from selfstarter.goals.decimals import decimals
from selfstarter.models.scripted import ScriptedModel
from selfstarter.proofs.same_answer import said
from selfstarter.scaffold.answers import rounded, spoken
from selfstarter.settings import Settings

GOAL = "How many days does a job take on average? Round to one decimal. It is all in jobs.txt."


@pytest.mark.parametrize(
    ("goal", "places"),
    [
        ("Round to one decimal.", 1),
        ("with 2 decimals", 2),
        ("rounded to two decimal places", 2),
        ("to the nearest whole number", 0),
        ("as a whole number", 0),
        ("How many are there?", None),
    ],
)
def test_how_many_decimals_are_wanted(goal: str, places: int | None) -> None:
    assert decimals(goal) == places


@pytest.mark.parametrize(
    ("written", "places", "stands"),
    [
        ("6.96", 1, "7.0"),
        ("6.964", 2, "6.96"),
        ("6.9", 1, "7.0"),
        ("6.97", 1, "6.97"),
        ("12.5", 1, "12.5"),
    ],
)
def test_only_what_was_printed_is_rounded(written: str, places: int, stands: str) -> None:
    assert rounded(written, ["6.964285714285714"], places) == stands


def answer(workspace: Path, home: Path, printed: str, *said: str, goal: str = GOAL) -> str:
    (workspace / "jobs.txt").write_text("6.9 and others\n")
    program = f"```python\nprint({printed!r})\n```"
    replies = [{"text": program}, *({"text": f"```finish\n{text}\n```"} for text in said)]
    model = ScriptedModel.of(*replies, small=True)
    settings = Settings(model="scripted", home=home, steps=2)
    return asyncio.run(pursue(goal, workspace, settings, model=model)).answer


@needs_sandbox
@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("['Ana', 'Caro']", "Ana, Caro"),
        ("(3, 'x')", "3, x"),
        ("Ana  Caro\nBen", "Ana Caro Ben"),
        ("[1, 2", "[1, 2"),
        ("", ""),
    ],
)
def test_what_was_printed_is_told_on_one_line(printed: str, told: str) -> None:
    assert spoken(printed) == told


WHO = "Who owes more than 100 euros? Use debts.csv."


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("They are Ana and Caro.", "Caro, Ana owe more than 100 euros.", True),
        ("The answer is ['Ana', 'Caro'].", "Ana and Caro", True),
        ("They are Ana and Caro.", "They are Ana and Ben.", False),
        ("They are Ana and Caro.", "Ana", False),
        ("Yes, Ana may.", "Yes, as the rules say.", True),
        ("Yes, Ana may.", "No, Ana may not.", False),
        ("It costs 1,200.50 euros.", "1200.5", True),
        ("It is src/a.py.", "src/b.py", False),
    ],
)
def test_two_answers_agree_in_what_they_say_and_not_in_the_goal_s_own_words(
    one: str, other: str, agree: bool
) -> None:
    assert (said(one, WHO) == said(other, WHO)) == agree


def test_an_answer_is_rounded_as_the_goal_says(workspace: Path, home: Path) -> None:
    said = answer(workspace, home, "6.964285714285714", "It takes 6.96 days.")
    assert said == "It takes 7.0 days."


@needs_sandbox
def test_an_answer_without_the_number_gets_what_was_printed(workspace: Path, home: Path) -> None:
    said = answer(workspace, home, "6.5 days", "The mean is calculated and printed.")
    assert said == "The mean is calculated and printed. 6.5 days"


@needs_sandbox
def test_attempts_agree_on_the_number_and_not_on_the_sentence(workspace: Path, home: Path) -> None:
    goal = "How many jobs are there in jobs.txt?"
    model = ScriptedModel.of(
        *(
            {"text": text}
            for said in ("There are 9 Jobs in the Text.", "The number of jobs is 9.")
            for text in ("```python\nprint(9)\n```", f"```finish\n{said}\n```")
        ),
        small=True,
    )
    (workspace / "jobs.txt").write_text("a b c d e\n")
    settings = Settings(model="scripted", home=home)
    outcome = asyncio.run(pursue(goal, workspace, settings, model=model))
    assert outcome.ending == "done", outcome.report


@needs_sandbox
@pytest.mark.parametrize(
    ("goal", "told"),
    [
        ("How much did I spend on food? It is all in jobs.txt.", "It is 112.40 in all."),
        ("What is the balance? It is all in jobs.txt.", "It is -112.40 in all."),
    ],
)
def test_what_was_spent_has_no_sign(workspace: Path, home: Path, goal: str, told: str) -> None:
    assert answer(workspace, home, "-112.40", "It is -112.40 in all.", goal=goal) == told
