"""Names that stand for many files are no file; a name in capitals is one like any other."""

from pathlib import Path

import pytest
from plays import drafted, finish, worked, write

from selfstarter.core.contract import FileExists
from selfstarter.goals.names import files_named, with_globs

PACKAGES = "Write docs/ARCHITECTURE.md, and docs/packages/NAME.md for each package."


@pytest.mark.parametrize(
    ("goal", "names", "globs"),
    [
        (PACKAGES, ["docs/ARCHITECTURE.md"], ["docs/packages/*.md"]),
        ("Write docs/<name>.md, docs/{name}.md and docs/[name].md", [], []),
        ("Write <date>-notes.md and {lang}_README.md for all", [], []),
        ("Write a page PACKAGE_NAME.md per package and an index.md", ["index.md"], ["*.md"]),
        ("Put the notes of each day into notes/YYYY-MM-DD.md", [], ["notes/*.md"]),
        ("One file per month: logs/yyyy/mm.csv", [], ["logs/*.csv"]),
        ("Cut book.txt into chapterN.md", ["book.txt"], ["chapter*.md"]),
        ("Write week-XX.md, NN-title.md and adr-N.md", [], ["week-*.md", "*-title.md", "adr-*.md"]),
        ("Write CITY.md for each city", [], ["*.md"]),
        ("For every city write a page `cities/CITY.md`", [], ["cities/*.md"]),
        ("Write TITLE.txt (a few lines) for each song. TITLE.txt is short.", [], ["*.txt"]),
        ("Update CHANGELOG.md and TODO.md", ["CHANGELOG.md", "TODO.md"], []),
        ("Write README.md for each package", ["README.md"], []),
        ("For each log add a line to LOG.md", ["LOG.md"], []),
        ("Write REPORT.md with a section for each report", ["REPORT.md"], []),
        ("Write LICENSE.txt, MAKE.md and N-gram.md", ["LICENSE.txt", "MAKE.md", "N-gram.md"], []),
        ("Write **NOTES.md** and *LOG.md*, -v.txt", ["NOTES.md", "LOG.md", "-v.txt"], []),
        ("Write names.md, filename.md, RNN.py and XXL.csv",
         ["names.md", "filename.md", "RNN.py", "XXL.csv"], []),
    ],
)  # fmt: skip
def test_which_names_stand_for_many(goal: str, names: list[str], globs: list[str]) -> None:
    assert list(files_named(goal)) == names
    stands_for = with_globs(goal)
    assert [glob for name, glob in stands_for.items() if glob != name] == globs


CODE = {"api/__init__.py": "", "billing/__init__.py": "", "README.md": "The shop.\n"}
GUIDE = write("docs/ARCHITECTURE.md", "# Architecture\n\napi imports billing.\n")
PAGES = [write(f"docs/packages/{name}.md", f"# {name}\n") for name in ("api", "billing")]
NAMED = {"kind": "file_matches", "path": "docs/ARCHITECTURE.md", "contains": ["billing"]}


@pytest.mark.parametrize(("pages", "ending"), [(PAGES, "done"), ([], "partly")])
def test_a_page_for_each_is_wanted_and_none_that_is_called_like_the_placeholder(
    workspace: Path, home: Path, pages: list[dict[str, object]], ending: str
) -> None:
    files = ["docs/ARCHITECTURE.md", "docs/packages/NAME.md"]
    outcome = worked(
        workspace, home, PACKAGES, GUIDE, *pages, *[finish("Written.")] * 3,
        there=CODE, checks=[NAMED], files=files,
    )  # fmt: skip
    wanted = [c.check.path for c in drafted(outcome).values() if isinstance(c.check, FileExists)]
    assert wanted == ["docs/ARCHITECTURE.md", "docs/packages/*.md"]
    assert outcome.ending == ending


def test_where_there_are_such_files_they_may_be_what_it_is_about(
    workspace: Path, home: Path
) -> None:
    goal = "For each package, bring docs/packages/NAME.md up to date."
    there = {**CODE, "docs/packages/api.md": "# api\n"}
    right = {"kind": "file_matches", "path": "docs/packages/api.md", "contains": ["billing"]}
    mended = write("docs/packages/api.md", "# api\n\nIt imports billing.\n")
    outcome = worked(workspace, home, goal, mended, finish("Done."), there=there, checks=[right])
    assert outcome.ending == "done"
    assert not [c for c in drafted(outcome).values() if isinstance(c.check, FileExists)]
