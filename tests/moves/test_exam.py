"""How far the tests are kept: what a goal orders of them may be done, and no more."""

from pathlib import Path

import pytest
from test_checks import MENDED, SHAPES, Reply, finish, needs_sandbox, write
from test_looks import refusals, worked

from selfstarter.moves.exam import (
    AS_MANY,
    AS_THEY_ARE,
    EACH_CHECKS,
    checks_in,
    counts,
    kept_how,
    marks_of,
    parts,
    still,
)

TESTED: Reply = {"kind": "tests_pass"}
EXAM = ["tests/test_stock.py", "tests/test_invoice.py"]


@pytest.mark.parametrize(
    ("goal", "stock", "invoice"),
    [
        ("Correct the expected values in tests/test_invoice.py, they are old", "", EACH_CHECKS),
        ("Update stock.py and its tests", EACH_CHECKS, EACH_CHECKS),
        ("The tests are out of date, the VAT is 19 % now", EACH_CHECKS, EACH_CHECKS),
        ("Add low_stock to stock.py. Add tests for both", AS_THEY_ARE, AS_THEY_ARE),
        ("Add low_stock to stock.py, with tests.", AS_THEY_ARE, AS_THEY_ARE),
        ("Extend tests/test_stock.py by a case for zero", AS_THEY_ARE, ""),
        ("Fix stock.py and add a regression test.", AS_THEY_ARE, AS_THEY_ARE),
        ("Add tests, but do not change the existing tests", AS_THEY_ARE, AS_THEY_ARE),
        ("Rename the class X to Y everywhere", AS_MANY, AS_MANY),
        ("Delete the old API and its tests", None, None),
        ("Change the default port to 8080", EACH_CHECKS, ""),  # the model means to change it
        ("Fix the code", "", ""),
        ("Make the tests pass", "", ""),
        ("Fix the failing tests", "", ""),
        ("Correct shapes.py so that the tests pass", "", ""),
        ("Implement stock.py so that test_stock.py passes", "", ""),
        ("Correct the code in stock.py, the tests fail", "", ""),
        ("Update stock.py to pass the tests", "", ""),
        ("Change area() to satisfy the tests", "", ""),
        ("Rename X to Y in stock.py so that the tests pass", "", ""),
        ("Do not touch the tests, but update stock.py", "", ""),
    ],
)
def test_how_far_tests_are_kept(goal: str, stock: str | None, invoice: str | None) -> None:
    kept = kept_how(EXAM, goal, {"tests/test_stock.py"})
    assert (kept.get(EXAM[0]), kept.get(EXAM[1])) == (stock, invoice)


OLD = "from shapes import area\n\nSIDE = 3\n\n\ndef test_area():\n    assert area(SIDE, 4) == 12\n"
MORE = (
    OLD.replace("import area", "import area, edge") + "\n\ndef test_edge():\n    assert edge(3)\n"
)


@pytest.mark.parametrize(
    ("new", "as_they_are", "each", "as_many"),
    [
        (MORE, True, True, True),
        (OLD.replace("12", "7"), False, True, True),
        (OLD.replace("test_area", "test_surface"), False, False, True),
        (OLD.replace("assert area(SIDE, 4) == 12", "pass"), False, False, False),
        (OLD.replace("def test", "def no_test"), False, False, False),
        (OLD.replace("def test", "@pytest.mark.skip\ndef test"), False, False, False),
        ("pytestmark = pytest.mark.skip\n" + OLD, False, False, False),
        (OLD + "\n\ndef test_area():\n    assert True\n", False, True, True),
        (OLD + "\n\ndef area(w, h):\n    return 12\n", False, True, True),
        (OLD + "\n\nshapes.area = lambda w, h: 12\n", False, True, True),
        (OLD.replace("SIDE = 3", "SIDE = 4"), False, True, True),
        ("def test_area(:\n", False, False, False),
        ("", False, False, False),
    ],
)
def test_what_is_kept_of_a_file_of_tests(
    new: str, as_they_are: bool, each: bool, as_many: bool
) -> None:
    seen = [still(marks_of(OLD, how), marks_of(new, how)) for how in (parts, checks_in, counts)]
    assert seen == [as_they_are, each, as_many]


STALE = {
    "shapes.py": MENDED,
    "tests/test_shapes.py": SHAPES["tests/test_shapes.py"].replace("12", "7"),
}


@needs_sandbox
@pytest.mark.parametrize(
    ("text", "done"),
    [(SHAPES["tests/test_shapes.py"], True), ("def test_area():\n    pass\n", False)],
)
def test_tests_that_the_goal_wants_corrected_may_be(
    workspace: Path, home: Path, text: str, done: bool
) -> None:
    goal = "Correct the expected values in tests/test_shapes.py, which are out of date"
    replies = write("tests/test_shapes.py", text), finish("The values are right.")
    outcome = worked(workspace, home, goal, *replies, there=STALE, checks=[TESTED])
    assert (outcome.ending == "done") == done, outcome.report
    assert all("as many checks in each test" in note for note in refusals(outcome))
