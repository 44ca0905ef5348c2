"""docs/security.md says what is there: every case, where its tests lie, every mutant."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")


def rows(columns: int) -> list[list[str]]:
    found = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line[:3] == "| X"]
    return [cells for cells in found if len(cells) == columns]


def files_by_case() -> dict[str, set[str]]:
    """Files below tests/ that have a test of a case."""
    found: dict[str, set[str]] = {}
    for file in (ROOT / "tests").rglob("*.py"):
        for names in re.findall(r"mark\.case\(([^)]*)\)", file.read_text("utf-8")):
            for case in re.findall(r"X\d\d", names):
                found.setdefault(case, set()).add(str(file.relative_to(ROOT / "tests")))
    return found


def test_the_page_has_a_row_for_every_case_and_its_tests_are_there() -> None:
    files = files_by_case()
    assert {case: what for case, what, _, _ in rows(4)} == from_tools("security").CASES
    for case, _, guard, where in rows(4):
        assert guard and set(where.split(", ")) <= files.get(case, set()), case


def test_the_page_has_a_row_for_every_mutant() -> None:
    mutants = from_tools("mutants").MUTANTS
    assert [tuple(cells) for cells in rows(3)] == [
        (mutant.case, mutant.guard, f"`{mutant.file}`") for mutant in mutants
    ]


def test_every_mutant_fits_the_code_of_today() -> None:
    """Each text that it replaces stands there once, and leaves something else behind."""
    for mutant in from_tools("mutants").MUTANTS:
        text = (ROOT / "src" / "selfstarter" / mutant.file).read_text("utf-8")
        for old, new in mutant.swaps:
            assert text.count(old) == 1 and old != new, (mutant.guard, old)


def from_tools(name: str):
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        return __import__(name)
    finally:
        sys.path.pop(0)
