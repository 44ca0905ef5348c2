"""A program that the goal wants is tried out with what the goal gives it."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from plays import needs_sandbox
from small_plays import asked

from selfstarter.app import pursue
from selfstarter.goals.programs import arguments, examples, like, trial
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings

GOAL = (
    "Write letters.py, a program that is given a text file and prints each letter with its count,"
    ' a line each like "e 12".'
)


@pytest.mark.parametrize(
    ("goal", "there", "words"),
    [
        (GOAL, ["a.csv", "b.txt", "c.txt"], ["b.txt"]),
        (GOAL, ["a.csv"], None),
        (
            "Write letters.py: `python letters.py a.txt 5` prints 5 letters.",
            ["a.txt"],
            ["a.txt", "5"],
        ),
        ("Write letters.py: `python letters.py a.txt 5` prints 5 letters.", ["b.txt"], None),
        ("Write letters.py: `python other.py a.txt` calls it.", ["a.txt"], None),
        ("letters.py takes a csv file and prints its head.", ["a.txt", "b.csv"], ["b.csv"]),
        ("Write letters.py with a function count(text).", ["a.txt"], None),
    ],
)
def test_it_is_given_what_the_goal_shows(
    goal: str, there: list[str], words: list[str] | None
) -> None:
    assert arguments(goal, "letters.py", there) == words


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("import sys\nprint('e', len(open(sys.argv[1]).read()))", ""),
        ("import sys\nprint('e:', len(open(sys.argv[1]).read()))", "is like 'e 12', but:\ne: 4"),
        ("print('e 12\\n\\n 13')", "these of its lines are not like 'e 12':\n 13"),
        ("print('e 12\\n\\nf 13')", ""),
        ("print()", "it prints nothing"),
        ("print(e)", "NameError"),
        ("print(input())", "EOFError"),
    ],
)
def test_it_must_end_well_and_print_such_lines(tmp_path: Path, program: str, told: str) -> None:
    (tmp_path / "b.txt").write_text("tree")
    (tmp_path / "letters.py").write_text(program)
    tried = trial(GOAL, "letters.py", ["b.txt"])
    assert tried
    ran = subprocess.run(
        ["bash", "-c", tried.command], cwd=tmp_path, capture_output=True, text=True
    )
    assert (ran.returncode == 0) == (not told)
    assert told in ran.stdout


@pytest.mark.parametrize(
    ("shown", "line", "fits"),
    [
        ("e 12", "the 3", True),
        ("e 12", "the: 3", False),
        ("e 12", "the 3.5", True),
        ("the: 12 (4%)", "of: 7 (2%)", True),
        ("the: 12 (4%)", "of: 7 2%", False),
        ("a^2 = [4]", "b^3 = [9]", True),
    ],
)
def test_a_line_is_like_the_one_shown(shown: str, line: str, fits: bool) -> None:
    ran = subprocess.run(["grep", "-Eq", like(shown)], input=line, text=True)
    assert (ran.returncode == 0) == fits


def test_it_begins_with_what_it_reads_and_is_tried_out(workspace: Path, home: Path) -> None:
    (workspace / "poem.txt").write_text("tree")
    wrong = "```file letters.py\nimport sys\nprint('12 e')\n```"
    first, second, *_ = asked(workspace, home, GOAL, wrong, "```finish\nno\n```")
    assert first.prefix == "```file letters.py\nimport sys\n"
    assert "none of its lines is like 'e 12', but:" in str(second.messages)


CONVERTS = (
    "Write conv.py: `python conv.py 100C` prints 212.0F and `python conv.py 50F` prints 10.0C."
)


@pytest.mark.parametrize(
    ("goal", "shown"),
    [
        (CONVERTS, ["conv.py 100C prints 212.0F", "conv.py 50F prints 10.0C"]),
        ("`python conv.py a b` should print `b a`.", ["conv.py a b prints b a"]),
        ('`python3 conv.py "a b"` -> "AB"', ['conv.py "a b" prints AB']),
        ("`python other.py 1` prints 2", []),
        ("`python conv.py 1` prints the next number.", []),
        ("`python conv.py a.txt` prints 7.", []),
        ("`python conv.py < a.txt` prints 7.", []),
        ("`python conv.py` prints usage", []),
    ],
)
def test_what_a_call_prints_is_read_off_the_goal(goal: str, shown: list[str]) -> None:
    assert [text for text, _ in examples(goal, "conv.py", [])] == shown


@needs_sandbox
@pytest.mark.parametrize(("degrees", "ending"), [("9 / 5 + 32", "done"), ("2 + 30", "stuck")])
def test_a_program_is_done_when_it_prints_what_the_goal_shows(
    workspace: Path, home: Path, degrees: str, ending: str
) -> None:
    program = (
        "```file conv.py\nimport sys\n\nn = float(sys.argv[1][:-1])\nif sys.argv[1][-1] == 'C':\n"
        f"    print(f'{{n * {degrees}}}F')\nelse:\n    print(f'{{(n - 32) / 9 * 5}}C')\n```"
    )
    model = ScriptedModel.of(*({"text": program} for _ in range(12)), small=True)
    settings = Settings(model="scripted", home=home)
    outcome = asyncio.run(pursue(CONVERTS, workspace, settings, model=model))
    assert outcome.ending == ending
