"""How far the tests are kept: what a goal orders of them may be done, and no more."""

from pathlib import Path

import pytest
from plays import MENDED, SHAPES, Reply, finish, needs_sandbox, refusals, shell, worked, write

from selfstarter.core.ports import Request
from selfstarter.proofs.exam import kept_how
from selfstarter.proofs.kept_tests import (
    ALL_VALUES,
    AS_MANY,
    AS_THEY_ARE,
    EACH_CHECKS,
    EACH_LOOKS,
    KEPT,
    Kept,
    lost_of,
    marks_of,
)

TESTED: Reply = {"kind": "tests_pass"}
EXAM = ["tests/test_stock.py", "tests/test_invoice.py"]


@pytest.mark.parametrize(
    ("goal", "stock", "invoice"),
    [
        ("Correct the expected values in tests/test_invoice.py, they are old", "", EACH_LOOKS),
        ("Update stock.py and its tests", EACH_CHECKS, EACH_CHECKS),
        ("The tests are out of date, the VAT is 19 % now", EACH_CHECKS, EACH_CHECKS),
        ("The tests in this folder are flaky: make them reliable", EACH_CHECKS, EACH_CHECKS),
        ("Fix the flaky tests without skipping any", EACH_CHECKS, EACH_CHECKS),
        ("Make the tests in tests/ deterministic", EACH_CHECKS, EACH_CHECKS),
        ("Speed up the tests", EACH_CHECKS, EACH_CHECKS),
        ("Add low_stock to stock.py. Add tests for both", AS_THEY_ARE, AS_THEY_ARE),
        ("Add low_stock to stock.py, with tests.", AS_THEY_ARE, AS_THEY_ARE),
        ("Extend tests/test_stock.py by a case for zero", AS_THEY_ARE, ""),
        ("Fix stock.py and add a regression test.", AS_THEY_ARE, AS_THEY_ARE),
        ("Add tests, but do not change the existing tests", AS_THEY_ARE, AS_THEY_ARE),
        ("Rename the class X to Y everywhere", ALL_VALUES, ALL_VALUES),
        ("Replace X by Y everywhere", ALL_VALUES, ALL_VALUES),
        ("Convert the prices to cents everywhere", AS_MANY, AS_MANY),
        ("Migrate everything to v2 of lib as MIGRATION.md says", AS_MANY, AS_MANY),
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
    ("new", "kept"),
    [
        (OLD, "as_they_are each looks many values"),
        (MORE, "as_they_are each looks many values"),
        (OLD.replace("12", "7"), "each looks many"),
        (OLD.replace("test_area", "test_surface"), "each looks many values"),
        (OLD.replace("assert area(SIDE, 4) == 12", "pass"), ""),
        (OLD.replace("assert area(SIDE, 4) == 12", "assert area(SIDE, 4)"), "many"),
        (OLD.replace("area(SIDE, 4) == 12", "area(SIDE, 4) == area(SIDE, 4)"), "many"),
        (OLD.replace("area(SIDE, 4) == 12", "area(SIDE, 4) != 12"), "many"),
        (OLD.replace("area(SIDE, 4) == 12", "area(12, 4) == 12"), "each many values"),
        (OLD.replace("area(SIDE, 4) == 12", "12 == 12"), "many"),
        (OLD.replace("def test", "def no_test"), ""),
        (OLD.replace("def test", "@pytest.mark.skip\ndef test"), ""),
        ("pytestmark = pytest.mark.skip\n" + OLD, ""),
        (OLD + "\n\ndef test_area():\n    assert True\n", "many values"),
        (OLD + "\n\ndef area(w, h):\n    return 12\n", "each looks many values"),
        (OLD + "\n\nshapes.area = lambda w, h: 12\n", "each looks many values"),
        (OLD.replace("SIDE = 3", "SIDE = 4"), "each looks many"),
        (OLD + "    assert area(1, 1) == 1\n", "as_they_are each looks many values"),
        (OLD.replace("assert", "return\n    assert"), "each looks many values"),
        (OLD.replace("assert", "area = max\n    assert"), "each looks many values"),
        ("def test_area(:\n", ""),
        ("", ""),
    ],
)
def test_what_is_kept_of_a_file_of_tests(new: str, kept: str) -> None:
    ways = dict(zip(("as_they_are", "each", "looks", "many", "values"), KEPT.values(), strict=True))
    seen = [name for name, way in ways.items() if not lost(OLD, new, way)]
    assert seen == kept.split()


def lost(old: str, new: str, way: Kept, goal: str = "") -> list[str]:
    return lost_of(marks_of(old, way, goal), marks_of(new, way), way)


CASES = """import pytest


@pytest.fixture
def stock():
    held = Stock()
    held.add("tea", 2)
    yield held


@pytest.mark.parametrize(("net", "gross"), [(1, 2)])
def test_gross(net, gross, stock):
    held = stock.gross(net)
    assert held == gross
"""


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("[(1, 2)]", "[(0, 0), (1, 2), (3, 4)]", True),
        ("[(1, 2)]", "[(1, 3)]", False),
        ("[(1, 2)]", "[(3, 4)]", False),
        ('    held.add("tea", 2)\n', '    held.add("tea", 2)\n    held.add("rye", 1)\n', True),
        ('    held.add("tea", 2)\n', '    monkeypatch.setattr(Stock, "gross", None)\n', False),
        ('    held.add("tea", 2)\n', '    held.add("tea", 3)\n', False),
        ("    assert held", "    assert stock\n    assert held", True),
        ("    assert held", "    held = gross\n    assert held", False),
        ("    assert held", "    if net:\n        return\n    assert held", False),
        ("== gross\n", "== gross\n    again = stock.gross(net)\n    assert again == held\n", True),
        ("gross, stock)", "gross, stock=None)", False),
    ],
)
def test_a_test_that_is_there_may_check_more(old: str, new: str, same: bool) -> None:
    assert CASES.count(old) == 1
    assert (not lost(CASES, CASES.replace(old, new), KEPT[AS_THEY_ARE])) == same


ROUNDED = """class TestLines:
    def test_bankers_rounding(self):
        assert [gross(n) for n in ("0.5", "1.5")] == [D("0.52"), D("1.58")]
        assert abs(rate() - 0.19) < 1e-6

    def test_total(self):
        self.assertEqual(total(), D("258.00"))
        with pytest.raises(ValueError):
            total("x")
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("0.52", "0.53", ""),
        ("0.19", "0.2", ""),
        ("258.00", "288.00", ""),
        ("bankers_rounding", "half_up", ""),
        (' == [D("0.52"), D("1.58")]', "", "TestLines.test_bankers_rounding (1 check)"),
        ('D("258.00")', "total()", "TestLines.test_total (1 check)"),
        ("total(), D", "298, D", "TestLines.test_total (1 check)"),
        ("def test_bankers", "def bankers", "TestLines.test_bankers_rounding (2 checks)"),
        ("1e-6", "1e6", "TestLines.test_bankers_rounding (1 check)"),
    ],
)
def test_values_that_are_expected_may_be_corrected(old: str, new: str, told: str) -> None:
    assert ROUNDED.count(old) == 1
    seen = lost(ROUNDED, ROUNDED.replace(old, new), KEPT[EACH_LOOKS])
    assert seen == ([told] if told else [])


@pytest.mark.parametrize(
    ("goal", "pairs", "told"),
    [
        ("Rename total to sum_of everywhere", [("total", "sum_of")], []),
        ("Rename total to sum_of everywhere", [("258.00", "288.00")], ["1 × 258"]),
        ("Rename the function `total`", [("total()", "whole()"), ("ValueError", "Error")], []),
        ("Replace D by Decimal in all files", [("D(", "Decimal(")], []),
        ("Replace 0.19 with 0.2 everywhere", [("0.19", "0.2")], []),
        ("Replace 0.19 with 0.2 everywhere", [('"1.5"', '"1.4"')], ["1 × 1.5"]),
        ("Rename total to sum_of everywhere", [("<", "<=")], ["1 × Lt"]),
        ("Rename x to y everywhere", [('"x"', '"y"')], []),
        ("Rename total to sum_of everywhere", [('"x"', '"y"')], ["1 × x"]),
    ],
)
def test_with_a_renaming_all_values_stay(
    goal: str, pairs: list[tuple[str, str]], told: list[str]
) -> None:
    new = ROUNDED
    for pair in pairs:
        new = new.replace(*pair)
    assert new != ROUNDED
    assert lost(ROUNDED, new, KEPT[ALL_VALUES], goal) == told


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
    assert all("lost: test_area (1 check)" in note for note in refusals(outcome))


def test_a_strong_model_is_told_which_tests_may_be_changed(workspace: Path, home: Path) -> None:
    goal, asked = "Correct the expected values in tests/test_shapes.py", list[Request]()
    worked(workspace, home, goal, finish("Done."), there=STALE, checks=[TESTED], asked=asked)
    texts = [message.text for request in asked for message in request.messages]
    told = "may be changed, but every test and its checks stay: tests/test_shapes.py\n"
    assert any(told in text for text in texts)
    assert not any("These may not be changed: tests/test_shapes.py" in text for text in texts)


CONFTEST = """import pytest
from lib.v1 import connect


@pytest.fixture
def db():
    return connect('a', 1)
"""
MIGRATED = CONFTEST.replace("v1 import connect", "v2 import link").replace("connect(", "link(")
MIGRATES = "Migrate everything to v2 of lib."
HOOK = "\n\ndef pytest_runtest_call(item):\n    pass\n"


@needs_sandbox
@pytest.mark.parametrize(
    ("goal", "conftest", "ending"),
    [
        (MIGRATES, MIGRATED, "done"),
        (MIGRATES, MIGRATED + HOOK, ""),
        (MIGRATES, MIGRATED + "\n\nlib.area = lambda w, h: 12\n", ""),
        ("Correct shapes.py so that the tests pass.", MIGRATED, ""),
    ],
    ids=["adapted", "a hook", "an attribute", "another goal"],
)  # fmt: skip
def test_a_migration_goes_through_what_the_tests_stand_on(
    workspace: Path, home: Path, goal: str, conftest: str, ending: str
) -> None:
    lib = {
        "lib/__init__.py": "", "lib/v1.py": "def connect(name, n): ...\n",
        "lib/v2.py": "def link(n, name): ...\n", "tests/conftest.py": CONFTEST,
    }  # fmt: skip
    outcome = worked(
        workspace,
        home,
        goal,
        shell(f"cat > tests/conftest.py <<'E'\n{conftest}E"),
        write("shapes.py", MENDED),
        finish("It is migrated."),
        there={**SHAPES, **lib},
        checks=[TESTED],
        files=["shapes.py", "tests/conftest.py"],
    )
    assert (outcome.ending == "done") == (ending == "done"), outcome.report
    assert ending or "made up: tests/conftest.py" in outcome.report + "".join(refusals(outcome))
