"""The edges of graders: `make mutants` moves each a little, and here that is noticed."""

from pathlib import Path

import pytest

from selfstarter.evals.core.level4 import HELPERS, SHIFTS, best_plan
from selfstarter.evals.graders.answers import (
    LONGEST_ANSWER,
    admits,
    answers,
    answers_number,
    csv_numbers_among,
    no_content,
)
from selfstarter.evals.graders.programs import CHECKED, program_holds
from selfstarter.evals.graders.tables import csv_is, json_is, lines_are, table_is
from selfstarter.evals.graders.texts import edited, mentions, moved, untouched, words_at_most
from selfstarter.evals.task import GIVEN_UP, Grader
from selfstarter.sandbox.probe import probe

MILL = answers("mill", never=["harbour"])
NEVER = answers(never=["harbour"])
TEN = answers_number(10, never=[8, 12])


@pytest.mark.parametrize(
    ("grader", "answer", "right"),
    [
        (answers("x"), "x" * LONGEST_ANSWER, True),
        (answers("x"), "x" * (LONGEST_ANSWER + 1), False),
        (MILL, "The harbour, then the mill, then the harbour.", False),
        (MILL, "The mill, then the harbour, then the mill.", True),
        (MILL, "The mill and then the harbour.", True),
        (MILL, "The harbour and then the mill.", True),
        (MILL, "The mill, the harbour, the mill, the harbour.", True),
        (MILL, "The harbour, the mill, the harbour, the mill.", True),
        (MILL, "mill or harbour", False),
        (NEVER, "It is quiet.", True),
        (NEVER, "The harbour.", False),
        (TEN, "8, then 10, then 12", False),
        (TEN, "10, then 8, then 10", True),
        (TEN, "10 and 12", True),
        (answers_number(10), "10.004", True),
        (answers_number(10), "10.006", False),
        (answers_number(0.125), "0.125 or so", True),
        (answers_number(21), "twenty one", False),
        (answers_number(0), "zero", True),
        (answers_number(20), "Twenty!", True),
        (admits("prices"), GIVEN_UP, True),
        (admits("prices"), "", False),
        (admits("prices"), "There is no tea. The prices are fine.", False),
    ],
)
def test_an_answer(grader: Grader, answer: str, right: bool) -> None:
    assert (grader(Path(), answer) == "") == right


@pytest.mark.parametrize(
    ("grader", "text", "right"),
    [
        (no_content("a", r"\d+ euros"), None, True),
        (no_content("a", r"\d+ euros"), "nothing is known", True),
        (no_content("a", r"\d+ euros"), "it was 7 euros", False),
        (csv_numbers_among("a", [3, 4.5]), None, True),
        (csv_numbers_among("a", [3, 4.5]), "x,3\ny,4.50\n", True),
        (csv_numbers_among("a", [3, 4.5]), "x,3\ny,5\n", False),
        (edited("a", "one\none\n", ("one", "two")), "two\none\n", True),
        (edited("a", "one\none\n", ("one", "two")), "two\ntwo\n", False),
        (edited("a", "one\n", ("one", "two")), "two\nthree\n", False),
        (edited("a", "one\n", ("one", "two")), "one\n", False),
        (words_at_most("a", 3), "one two three", True),
        (words_at_most("a", 3), "one two three four", False),
        (lines_are("a", ["x", "x"]), "x\n", False),
        (lines_are("a", ["x"]), "x\nx\n", False),
        (lines_are("a", ["x", "y"], in_order=True), "y\nx\n", False),
        (csv_is("a", ["n"], [[1]]), "n\n1\n\n", True),
        (csv_is("a", ["n", "m"], [[1, 2]]), "n,m\n1\n", False),
        (json_is("a", [1, 2]), "[2, 1]", False),
        (json_is("a", [1, 2], any_order=True), "[2, 1]", True),
        (json_is("a", [1, 2], any_order=True), "[2, 2]", False),
        (json_is("a", {"b": True}), '{"b": 1}', False),
        (json_is("a", {"b": 0.1234561}), '{"b": 0.1234559}', True),
        (json_is("a", {"b": 0.123456}), '{"b": 0.123457}', False),
        (table_is("a", ["N"], [[1]]), "| N |\n|---|\n| 1 |\n", True),
        (table_is("a", ["N"], [[1]]), "| M |\n|---|\n| 1 |\n", False),
        (table_is("a", ["N", "M"], [[1, 2]]), "|N|M|\n|-|x|\n|1|2|\n", False),
        (table_is("a", ["N"], []), "| N |\n|---|\n", True),
        (table_is("a", ["N"], []), "| N |\n", False),
        (table_is("a", ["N", "M"], [[1, 2], [3, 4]]), "|N|M|\n|-|-|\n|3|4|\n|1|2|\n", True),
        (mentions("a", ("may", "roof", "leaks")), "May: the roof leaks.", True),
        (
            mentions("a", ("may", "roof", "leaks")),
            "# May\n\nThe roof.\n\n# June\n\nIt leaks.",
            False,
        ),
    ],
)
def test_a_file(grader: Grader, text: str | None, right: bool, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "a").write_text(text, "utf-8")
    assert (grader(tmp_path, "") == "") == right


def test_files_that_stay_and_files_that_move(tmp_path: Path) -> None:
    files = {"a": "one\r\n", "b": "two\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8", newline="")
    assert untouched(files)(tmp_path, "") == ""
    assert untouched(files, "b")(tmp_path, "") == ""
    here = moved(files, {"a": "x/a", "b": "b"})
    assert "x/a is not there" in here(tmp_path, "")
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a").write_text("one\n", "utf-8")
    assert "a is still there" in here(tmp_path, "")
    (tmp_path / "a").unlink()
    assert here(tmp_path, "") == ""
    (tmp_path / "x" / "a").write_text("other\n", "utf-8")
    assert "does not hold" in here(tmp_path, "")
    (tmp_path / "b").write_text("other\n", "utf-8")
    assert untouched(files, "b")(tmp_path, "") == "b was changed"


def test_a_plan_gives_each_helper_and_each_shift_once(tmp_path: Path) -> None:
    def judged(helpers: list[str], shifts: list[str]) -> str:
        rows = "".join(f"{h},{s}\n" for h, s in zip(helpers, shifts, strict=True))
        (tmp_path / "plan.csv").write_text(f"helper,shift\n{rows}", "utf-8")
        return best_plan(tmp_path, "")

    helpers, shifts = list(HELPERS), list(SHIFTS)
    nobody_twice = "each helper one shift"
    assert nobody_twice in judged([helpers[0], *helpers[:-1]], shifts)
    assert nobody_twice in judged(helpers, [shifts[0], *shifts[:-1]])


@pytest.mark.skipif(not probe().bwrap, reason=probe().why)
@pytest.mark.parametrize(
    ("program", "right"),
    [
        ("seven = 7", True),
        ("seven = 8", False),
        ("import sys; sys.exit(0)", False),
        (f"print({CHECKED!r}); raise SystemExit(3)", False),
    ],
)
def test_a_program_that_ends_early_or_claims_to_be_right_is_not(
    program: str, right: bool, tmp_path: Path
) -> None:
    (tmp_path / "made.py").write_text(program, "utf-8")
    grader = program_holds("import made\nassert made.seven == 7")
    assert (grader(tmp_path, "") == "") == right
