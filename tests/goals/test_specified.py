"""Goals that go by a file of the folder: nothing that it asks for is left out unseen."""

import time
from pathlib import Path

import pytest
from plays import drafted, finish, needs_sandbox, worked, write

from selfstarter.core.ports import Request
from selfstarter.goals.specified import specified

THERE = ("spec.md", "docs/MIGRATION.md", "notes.md", "rules.txt", "README.md")


@pytest.mark.parametrize(
    ("goal", "path"),
    [
        ("Build the program in spec.md, with tests and a README.", "spec.md"),
        ("Write the small tool that is specified in spec.md", "spec.md"),
        ("Implement everything in spec.md.", "spec.md"),
        ("Migrate everything to v2 as MIGRATION.md says.", "docs/MIGRATION.md"),
        ("Sort people.csv as described in rules.txt.", "rules.txt"),
        ("Lay the desk out according to rules.txt.", "rules.txt"),
        ("Do what notes.md says.", "notes.md"),
        ("Sortiere die Liste gemäß rules.txt.", "rules.txt"),
        ("Baue das Werkzeug, wie in spec.md beschrieben.", "spec.md"),
        ("Build the program in other.md.", ""),
        ("Write a summary of notes.md to out.md.", ""),
        ("Make a page from notes.md.", ""),
        ("Build a table of contents in README.md.", ""),
        ("Develop a plan from notes.md.", ""),
        ("Correct the spelling in spec.md.", ""),
    ],
)
def test_a_goal_says_by_which_file_it_goes(goal: str, path: str) -> None:
    assert specified(goal, THERE) == ([path] if path else [])


def test_a_goal_without_end_takes_no_time() -> None:
    began = time.monotonic()
    assert specified("0" * 100_000, THERE) == []
    assert specified(f"Build the program in spec.md. {'0' * 100_000}", THERE) == ["spec.md"]
    assert time.monotonic() - began < 2


SPEC = "# greet\n\n1. `greet.py NAME` prints `Hello, NAME`.\n2. Without a name it exits with 2.\n"
STUB = 'import sys\nprint("Hello, " + (sys.argv[1:] or ["you"])[0])\n'
WHOLE = "import sys\nif len(sys.argv) < 2:\n    sys.exit(2)\nprint('Hello, ' + sys.argv[1])\n"


@needs_sandbox
@pytest.mark.parametrize(("program", "right"), [(STUB, False), (WHOLE, True)])
def test_what_the_file_asks_for_is_judged_where_no_criterion_speaks_of_it(
    workspace: Path, home: Path, program: str, right: bool
) -> None:
    asked: list[Request] = []
    verdict = {"evidence": [program.splitlines()[-1]], "passes": right, "why": "point 2"}
    outcome = worked(
        workspace,
        home,
        "Build the program in spec.md.",
        {"for": "judge", "json": verdict},
        write("greet.py", program),
        finish("All is done."),
        there={"spec.md": SPEC},
        checks=[
            {"kind": "command_passes", "command": "python3 greet.py Ada | grep -x 'Hello, Ada'"}
        ],
        files=["greet.py"],
        asked=asked,
    )
    assert (outcome.ending == "done") is right, outcome.report
    (question,) = {m.text for one in asked if one.purpose == "judge" for m in one.messages}
    assert "Go through spec.md from its beginning" in question
    assert "Without a name it exits with 2." in question and program.splitlines()[-1] in question


def test_nobody_is_asked_twice_where_a_criterion_speaks_of_the_file(
    workspace: Path, home: Path
) -> None:
    outcome = worked(
        workspace,
        home,
        "Build the program in spec.md.",
        write("greet.py", WHOLE),
        {"for": "judge", "json": {"evidence": ["sys.exit(2)"], "passes": True}},
        finish("All is done."),
        there={"spec.md": SPEC},
        checks=[{"kind": "judge", "question": "Does greet.py do all that spec.md says?"}],
        files=["greet.py"],
    )
    texts = [criterion.text for criterion in drafted(outcome).values()]
    assert "all that spec.md asks for is done" not in texts and outcome.ending == "done"
