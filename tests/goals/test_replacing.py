"""One text replaced by another in many files: each file is compared with what it is to hold."""

import asyncio
from pathlib import Path

import pytest
from plays import laid
from small_plays import first_prefix, python

from selfstarter.app import Outcome, pursue
from selfstarter.core.contract import Replaced
from selfstarter.goals.replacing import Wanted, wanted_in
from selfstarter.models.scripted import ScriptedModel
from selfstarter.sandbox.probe import probe
from selfstarter.settings import Settings

box = pytest.mark.skipif(probe().bwrap is None, reason=probe().why or "no sandbox")
GOAL = "Replace Acme by Apex in all .txt files."
NOTES = {
    "a.txt": "Acme sells pumps.\nAsk Acme.\n",
    "old/b.txt": "Bought from Acme in 2019.\n",
    "c.txt": "Nothing here.\n",
    "d.md": "Acme stays.\n",
}
ALL = """from pathlib import Path
for file in Path('.').rglob('*.txt'):
    file.write_text(file.read_text().replace('Acme', 'Apex'))
"""


def ran(workspace: Path, home: Path, program: str, goal: str = GOAL, **more: str) -> Outcome:
    laid(workspace, NOTES | more)
    model = ScriptedModel.of({"text": python(program)}, small=True)
    settings = Settings(model="scripted", home=home, steps=1)
    return asyncio.run(pursue(goal, workspace, settings, model=model))


def seen(outcome: Outcome) -> str:
    """The evidence."""
    (criterion,) = [c for c in outcome.state.criteria if isinstance(c.check, Replaced)]
    return outcome.state.checks[criterion.id].evidence


@box
@pytest.mark.parametrize(
    ("program", "said"),
    [
        (ALL, ""),
        (ALL.replace("rglob", "glob"), "old/b.txt still has 'Acme', as in 'Bought from Acme in"),
        (ALL.replace("'Apex')", "'Apex', 1)"), "a.txt still has 'Acme', as in 'Ask Acme.'"),
        (ALL.replace("'Apex')", "'Apex').upper()"), "a.txt differs in more than 'Apex'"),
        (ALL + "Path('c.txt').write_text('')", "c.txt differs in more than 'Apex'"),
        (ALL + "Path('c.txt').unlink()", "c.txt"),
        (ALL + "Path('d.md').unlink()", "d.md was to stay as it was"),
    ],
)
def test_each_file_is_as_it_was_but_for_that_text(
    workspace: Path, home: Path, program: str, said: str
) -> None:
    outcome = ran(workspace, home, program)
    assert (outcome.ending == "done") == (not said)
    assert said in seen(outcome)


@box
def test_no_new_file_is_wanted_whatever_the_model_says(workspace: Path, home: Path) -> None:
    laid(workspace, NOTES)
    sketch = {"outcome": "o", "files": ["Apex.txt"], "assumptions": [], "document": False}
    model = ScriptedModel.of({"for": "draft", "json": sketch}, {"text": python(ALL)}, small=True)
    settings = Settings(model="scripted", home=home, steps=1)
    assert asyncio.run(pursue(GOAL, workspace, settings, model=model)).ending == "done"


@box
def test_what_cannot_be_read_as_a_text_leaves_it_open(workspace: Path, home: Path) -> None:
    workspace.mkdir(exist_ok=True)
    (workspace / "e.txt").write_bytes("Acme für alle".encode("latin-1"))
    assert ran(workspace, home, ALL.replace("rglob('*.txt')", "glob('a.txt')")).ending == "partly"
    (workspace / "e.txt").write_text("Acme " * 300_000)
    assert ran(workspace, home, ALL).ending == "partly"


@box
def test_a_word_in_a_text_whose_words_are_not_parted_leaves_it_open(
    workspace: Path, home: Path
) -> None:
    goal = GOAL.replace("Acme", "the word Acme")
    outcome = ran(workspace, home, ALL, goal, **{"e.txt": "我们Acme公司"})
    assert not any(isinstance(c.check, Replaced) for c in outcome.state.criteria)


@box
@pytest.mark.parametrize("more", ["Acmes are pumps.", "ACME, in capitals", "a Acme_Corp"])
def test_where_it_is_open_what_is_meant_nothing_is_called_done(
    workspace: Path, home: Path, more: str
) -> None:
    outcome = ran(workspace, home, ALL, **{"e.txt": more})
    assert outcome.ending == "partly"
    assert not any(isinstance(c.check, Replaced) for c in outcome.state.criteria)


@box
def test_a_word_is_not_a_part_of_a_longer_one(workspace: Path, home: Path) -> None:
    goal = GOAL.replace("Acme", "the word Acme")
    more = {"e.txt": "Acmes are pumps of Acme.\n"}
    assert ran(workspace, home, ALL, goal, **more).ending != "done"
    for path in workspace.rglob("*"):
        if path.is_file():
            path.unlink()
    program = "import re\n" + ALL.replace(
        "file.read_text().replace('Acme', 'Apex')", r"re.sub(r'\bAcme\b', 'Apex', file.read_text())"
    )
    assert ran(workspace, home, program, goal, **more).ending == "done"


@pytest.mark.parametrize(
    ("goal", "wanted"),
    [
        (GOAL, Wanted("Acme", "Apex", False, ("txt",), "")),
        (
            "Replace the word colour with color in every Markdown file in docs/",
            Wanted("colour", "color", True, ("md",), "docs"),
        ),
        (
            "In all .txt files, replace 'foo bar' with “baz”.",
            Wanted("foo bar", "baz", False, ("txt",), ""),
        ),
        (
            "Rename the function load_all to read_all in all Python files of the folder src.",
            Wanted("load_all", "read_all", True, ("py",), "src"),
        ),
        (
            "Replace “Acme Ltd” by “Apex Inc.” everywhere",
            Wanted("Acme Ltd", "Apex Inc.", False, (), ""),
        ),
        (
            "In every file of this folder replace the term AI with ML",
            Wanted("AI", "ML", True, (), ""),
        ),
        (
            "Replace colour by color in all .txt files",
            Wanted("colour", "color", False, ("txt",), ""),
        ),
        (
            "Please replace Acme by Apex in all .txt files in old/.",
            Wanted("Acme", "Apex", False, ("txt",), "old"),
        ),
        (
            "Bump the version from 1.4.2 to 1.5.0 everywhere in this project.",
            Wanted("1.4.2", "1.5.0", True, (), ""),
        ),
        ("Raise the version from 1.4.2 to 1.5.0 and tag it everywhere", None),
        ("Replace '->' by '=>' in all files", Wanted("->", "=>", False, (), "")),
        ("In old/, replace Acme by Apex in all .txt files.", None),
        (f"{GOAL[:-1]} and Foo by Bar", None),
        (f"{GOAL} Don't touch old/.", None),
        (f"{GOAL[:-1]} in old/ and new/", None),
        (f"{GOAL[:-1]} in 'my notes'", None),
        ("Change DEBUG to False in all .py files", None),
        ("Replace Acme by Apex everywhere in all .txt files", None),
        ("Replace names by initials in all files", None),
        ("Replace every date by its ISO form in all files", None),
        ("Replace 'Acme' with 'Apex' in all .txt files, but not in old/", None),
        ("Replace Acme by Apex in all .txt files. Then fix the spelling.", None),
        ("Replace Acme by Apex in every config file", None),
        ("Rename all .txt files to .md", None),
        ("Replace the battery of the lamp", None),
    ],
)  # fmt: skip
def test_what_is_to_be_replaced_is_read_off_the_goal_if_it_says_so_plainly(
    goal: str, wanted: Wanted | None
) -> None:
    assert wanted_in(goal) == wanted


def test_what_tells_of_the_past_keeps_its_versions(workspace: Path, home: Path) -> None:
    laid(workspace, {"a.md": "tidy 1.4.2\n", "CHANGES.md": "# 1.4.2\n", "b.toml": "v = 1.4.2\n"})
    goal = "Bump the version from 1.4.2 to 1.5.0 everywhere in this project."
    program = (
        "from pathlib import Path\nfor p in [Path('a.md'), Path('b.toml')]:\n"
        "    p.write_text(p.read_text().replace('1.4.2', '1.5.0'))"
    )
    assert ran(workspace, home, program, goal).ending == "done"


def test_a_small_model_is_told_the_files_in_which_it_is_meant(workspace: Path, home: Path) -> None:
    laid(workspace, {"a.md": "tidy 1.4.2\n", "CHANGES.md": "# 1.4.2\n", "c.md": "tidy\n"})
    goal = "Bump the version from 1.4.2 to 1.5.0 everywhere in this project."
    assert "paths = ['a.md']" in first_prefix(workspace, home, goal)
