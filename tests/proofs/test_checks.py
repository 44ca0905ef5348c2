"""Each kind of check, through a whole run: what is there passes, what is claimed does not."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from plays import (
    MENDED,
    PLAN,
    SHAPES,
    WRAP_UP,
    Reply,
    draft,
    drafted,
    finish,
    needs_sandbox,
    refusals,
    shell,
    worked,
    write,
)

from selfstarter.app import Outcome, look_up, pursue
from selfstarter.core.contract import Check, Criterion, FileChanged, FileMatches, Judge
from selfstarter.core.events import ContractDrafted, CriterionChecked, ModelCalled
from selfstarter.core.ports import Request
from selfstarter.settings import Settings

Run = Callable[..., Outcome]


TABLE = "| a | b |\n| --- | --- |\n| 1 | 2 |\n"
SOURCES = {"prices.csv": "plan,eur\nbasic,120\nplus,1200.50\n", "notes.txt": "founded 1999\n"}


@pytest.fixture
def run(workspace: Path, home: Path, script: Callable[..., str]) -> Run:
    """A run of these replies in a workspace with these files."""

    def ran(
        *replies: Reply,
        there: Mapping[str, str] = {},
        goal: str = "Do the work.",
        criteria: Sequence[Criterion] = (),
    ) -> Outcome:
        for path, text in there.items():
            (workspace / path).parent.mkdir(parents=True, exist_ok=True)
            (workspace / path).write_text(text)
        settings = Settings(model=script(PLAN, WRAP_UP, *replies), home=home)
        return asyncio.run(pursue(goal, workspace, settings, criteria=criteria))

    return ran


# ── what a check sees ────────────────────────────────────────────────────────────────────────


def exists(path: str) -> Reply:
    return {"kind": "file_exists", "path": path}


def matches(**what: object) -> Reply:
    return {"kind": "file_matches", "path": "out.txt", **what}


ONCE = FileMatches(path="out.txt", distinct=True)
CITES: Reply = {"kind": "citations_resolve", "path": "out.txt", "at_least": 2}


CITED = "It costs 120 [prices.csv].\nSince 1999 [notes.txt].\n"
WRONG_ON_A_LINE = [
    ("We propose 13.50 × 2 × 12 = 334.00 EUR.", "line 3: 13.50 × 2 × 12 comes to 324 (line: 'We"),
    ("13.50 × 2 = 27 × 12 = **334**", "line 3: 27 × 12 comes to 324"),
    ("| price | 120 [notes.txt] | 1999 [prices.csv] |", "120 is in none of notes.txt; 1999 is in"),
    ("| 1 | 120 [notes.txt] | 1999 [prices.csv] |", "120 is in none of notes.txt; 1999 is in"),
    (
        "120 × 12 = 1,440 [prices.csv]\n| 120 [notes.txt] | 1200.50 [prices.csv] |",
        "line 4: 120 is in none of notes.txt",
    ),
    ("| 120 × 12 = 1,440 [notes.txt] | 1200.50 [prices.csv] |", "120, 12, 1,440 are in none of"),
]
RIGHT_ON_A_LINE = [
    "We propose 13.50 × 2 × 12 = 324.00 EUR.",
    "Half of it: 2 × 500 g = 1 kg, 1 h 30 min + 45 min = 2 h 15 min, pages 10–12 = 3 pages.",
    "a + 3 × 4 = 20, 2^3 × 4 = 32, 100 + 5 % = 105, 1.210 + 90 = 1.300, 3 × 2 = 5 + 1.",
    "| 10–20 | 35 |",
    "| price | 120 [prices.csv] | 1999 [notes.txt] |",
    "| price | 120 | 1999 | [prices.csv], [notes.txt] |",
    "| price | 120 | 1999, of 2 [prices.csv, notes.txt] |",
    "| price | 120 [prices.csv] | 1999 | 1879 | [notes.txt] |",
    "| 120 × 12 = 1,440 [prices.csv] | 1,440 [prices.csv] | 1999 [notes.txt] |",
    "| 1,440 | 120 × 12 [prices.csv] | 1999 [notes.txt] |\nSo 1,440 since 1999 [notes.txt].",
    "120 × 12 = 1,440 [prices.csv]\n| 120 [prices.csv] | 1,440 since 1999 [notes.txt] |",
    "| 120 [prices.csv] | 1999 [notes.txt] | 1879 [notes.txt] [prices.csv] |",
]
EVERY = [
    ("We propose 777 EUR.", False, "line 3: 777 stands on a line without a citation (line: 'We"),
    ("We propose 777 EUR.", False, "(25 × 7 = 175). No line with figures is without a citation"),
    ("# 777 of them\n\nOf 2 kinds, for 120, since 1999.", True, "hold the numbers"),
    ("120 × 12 = 1,440.\nSo 1,440 it is.", True, "all in existing files that hold the numbers"),
    ("Of [p].\n\n[p]: https://a.example/b, of 777 rows", True, "all in existing files that hold"),
    ("120 × 13 = 1,560.", False, "13, 1,560 stand on a line without a citation"),
]


@pytest.mark.parametrize(
    ("check", "text", "passes", "evidence"),
    [
        (exists("out.txt"), "x", True, "out.txt has 1 bytes"),
        (exists("out.txt"), "x" * 74_793, True, "out.txt has 74,793 bytes"),
        (exists("out.txt"), "", False, "is empty"),
        (exists("out.txt"), " \n", False, "is empty"),
        (exists("*.txt"), "x", True, "out.txt has"),
        (exists("other.txt"), "x", False, "no file other.txt"),
        (exists("../home/journal.db"), "x", False, "no file"),
        (exists("/etc/hosts"), "x", False, "no file"),
        (matches(contains=["Hello", "WORLD"]), "hello world", True, "2 words"),
        (matches(contains=["Hello", "moon"]), "hello world", False, "does not mention moon"),
        (matches(min_words=7), "我们推荐宁波联捷。", True, "8 words, at least 7 words"),
        (matches(max_words=7), "我们推荐宁波联捷。", False, "has 8 words, at most 7 are wanted"),
        (matches(min_words=9), "我们推荐宁波联捷。", False, "has 8 words, at least 9 are wanted"),
        (matches(path="other.txt", contains=["x"]), "x", False, "other.txt"),
        (matches(path="/etc/hosts", contains=["localhost"]), "x", False, "/etc/hosts"),
        (matches(min_words=3), "one two three", True, "3 words"),
        (matches(min_words=4), "one two three", False, "at least 4"),
        (matches(regex=r"^total: \d+$"), "a\ntotal: 12\n", True, "words"),
        (matches(regex=r"^total: \d+$"), "a\nno total: 12\n", False, "nothing that matches"),
        (matches(regex=r"(x+x+)+y"), "x" * 5_000, False, "nothing that matches"),
        (matches(parses_as="json"), '{"a": [1, 2]}', True, "valid json"),
        (matches(parses_as="json"), '{"a": [1, 2}', False, "not valid json"),
        (matches(parses_as="json"), "[" * 100_000, False, "nested too deeply"),
        (matches(parses_as="csv"), 'a,b\n1,"2,3"\n', True, "valid csv"),
        (matches(parses_as="csv"), "a,b\n1,2,3\n", False, "not valid csv"),
        (matches(parses_as="csv"), "a," + "b" * 200_000, False, "not valid csv"),
        (matches(parses_as="csv"), "part;price\nF1;3,69\nF2;4\n", True, "valid csv"),
        (matches(parses_as="csv"), "part;price\nF1;3,69;1,5\nF2;4\n", False, "rows have [2, 3]"),
        (matches(parses_as="csv"), "part\tprice\nF1\t3,69\nF2\t4\n", True, "valid csv"),
        (matches(parses_as="csv"), "part|price\nF1|3,69\nF2\n", False, "rows have [1, 2]"),
        (matches(parses_as="csv"), "part,price\nF1;3,69\nF2;4\n", False, "rows have [1, 2]"),
        (matches(parses_as="csv"), 'note\n"one, two"\nthree\n', True, "valid csv"),
        (matches(parses_as="csv"), '"note; by"\n"one, two; a|b"\n"a\tb"\n', True, "valid csv"),
        (matches(parses_as="csv"), "ls | wc; pwd\nmake\n", True, "valid csv"),
        (matches(parses_as="csv"), "note\none, two\nthree\n", False, "rows have [1, 2]"),
        (matches(parses_as="csv"), "id,note\n1,a; b\n2,c,d\n", False, "rows have [2, 3]"),
        (matches(parses_as="python"), "def f():\n    return 1\n", True, "valid python"),
        (matches(parses_as="python"), "def f(:\n", False, "not valid python"),
        (matches(parses_as="python"), "x" + "+x" * 100_000, False, "nested too deeply"),
        (matches(parses_as="toml"), "[a]\nb = 1\n", True, "valid toml"),
        (matches(parses_as="toml"), "a = \n", False, "not valid toml"),
        (matches(parses_as="toml"), "a = " + "[" * 100_000, False, "nested too deeply"),
        (matches(parses_as="markdown_table"), TABLE, True, "valid markdown_table"),
        (matches(parses_as="markdown_table"), "| a | b |\n| 1 | 2 |\n| 3 | 4 |", False, "no table"),
        (CITES, "It costs 120 [prices.csv], since 1999 [notes.txt].", True, "2 citations"),
        (CITES, "1,200.50 euros [prices.csv] [notes.txt]", True, "2 citations"),
        (CITES, "It costs 120 [prices.csv].", False, "at least 2"),
        ({**CITES, "at_least": 0}, "It costs 120.", False, "at least 1"),
        (CITES, "It costs 130 [prices.csv].\nSince 1999 [notes.txt].", False, "130 is in none"),
        (CITES, "Since 1999 [prices.csv] and 120 [notes.txt].", True, "2 citations"),
        (CITES, "Since 1999.\nIt costs 120 [made-up.csv].", False, "does not exist"),
        (CITES, "See [prices](prices.csv), 120, and [x](./notes.txt#a) of 1999.", True, "2 cit"),
        (CITES, "It costs [130](prices.csv), or [120](prices.csv).", False, "130 is in none"),
        (
            CITES,
            "It costs 120 [p].\nSince 1999 [1].\n\n[p]: prices.csv\n[1] notes.txt",
            True,
            "2 c",
        ),
        (
            CITES,
            "It costs 777 [p].\nSince 1999 [1].\n\n[p]: prices.csv\n[1] notes.txt",
            False,
            "777",
        ),
        (CITES, "It costs 120 [1].\n\n[1]: made-up.csv", False, "'made-up.csv' does not exist"),
        (
            CITES,
            "120 × 12 = 1,440 [prices.csv:2], 1080.50 below 1200.50 [prices.csv].",
            True,
            "2 citations",
        ),
        (
            CITES,
            "120 × 12 = 1,450 [prices.csv:2], 1080.50 below 1200.50 [prices.csv].",
            False,
            "12, 1,450 are",
        ),
        (
            CITES,
            "120 × 12 = 1,440 [prices.csv].\nSince 1999 [notes.txt], it is 1,440.",
            True,
            "2 citations",
        ),
        (
            CITES,
            "130 × 12 = 1,560 [prices.csv].\nSince 1999 [notes.txt], it is 1,560.",
            False,
            "line 2: 1,560 is in none",
        ),
        (
            CITES,
            "\n".join(f"{n}. It costs 120 [prices.csv]." for n in range(1, 11)),
            True,
            "10 citations",
        ),
        (
            CITES,
            "At 02:15 it cost 130 [prices.csv].\n\nSince 1999 [gone.txt].",
            False,
            "line 1: 02:15, 130 are in none of prices.csv (line: 'At 02:15 it cost 130"
            " [prices.csv].')\nline 3: the cited file 'gone.txt' does not exist",
        ),
        (
            CITES,
            "120 × 1.35 = 162 [prices.csv].\nSince 1999 [notes.txt].",
            False,
            "1.35, 162 are in none of prices.csv; in 120 × 1.35, 1.35 is not known (line:",
        ),
        (
            CITES,
            "# 777 of them\n\n1. It costs 120 [prices.csv].\n2. Since 1999 [notes.txt].\n"
            "\nWe propose 777 EUR.\nThat is 55.5 % less than 120.\nOf 2 kinds: [1].\n",
            True,
            "2 citations in out.txt, all in existing files that hold the numbers;"
            " not looked at: 2 lines with figures and no citation",
        ),
        *((CITES, f"{CITED}{text}", False, why) for text, why in WRONG_ON_A_LINE),
        *((CITES, f"{CITED}{text}", True, "citations in out.txt") for text in RIGHT_ON_A_LINE),
        *(({**CITES, "every_figure": True}, f"{CITED}{text}", *seen) for text, *seen in EVERY),
        (CITES, "It costs 120 (prices.csv).", False, "Write [path] or [address] in brackets"),
        (CITES, "x " * 200 + "130 [prices.csv]", False, "x 130 [prices.csv]')"),
        (CITES, "See [1] and [a link](http://x.invalid) [prices.csv]", False, "has 1 citations"),
    ],
)
def test_a_check_sees_what_is_there(
    run: Run, check: Reply, text: str, passes: bool, evidence: str
) -> None:
    outcome = run(draft(check), write("out.txt", text), finish("done"), there=SOURCES)
    look = [seen for name, seen in outcome.state.checks.items() if name.startswith("m")]
    if not look:  # the harness's own criterion on out.txt is the same
        look = [outcome.state.checks["c1"]]
    assert (look[0].passed, evidence in look[0].evidence) == (passes, True), look[0].evidence
    assert outcome.ending == ("done" if passes else "partly")


@pytest.mark.parametrize(
    ("check", "text", "passes", "evidence"),
    [
        (ONCE, "a\nb\na \n", False, "holds 'a' more than once"),
        (ONCE, "a\n\nb\n\n", True, "2 words"),
        (FileChanged(path="out.txt"), "x", True, "differs"),
        (FileChanged(path="other.txt"), "x", False, "no file other.txt"),
    ],
)
def test_a_check_that_no_model_drafts_sees_what_is_there(
    run: Run, check: Check, text: str, passes: bool, evidence: str
) -> None:
    given = Criterion(id="p", text="It holds", check=check)
    outcome = run(draft(), write("out.txt", text), finish("done"), criteria=[given])
    look = outcome.state.checks["p"]
    assert (look.passed, evidence in look.evidence) == (passes, True), look.evidence
    assert outcome.ending == ("done" if passes else "partly")


@needs_sandbox
@pytest.mark.parametrize(
    ("moves", "passes", "evidence"),
    [
        ("mv notes.txt old.txt; mv prices.csv b; echo x > new", True, "there; 2 moved, 1 new"),
        ("mv notes.txt x; mv prices.csv notes.txt; mv x prices.csv", True, "there; 2 moved, 0 new"),
        ("mv notes.txt old.txt; rm prices.csv", False, "lost: no file holds what stood in prices"),
        ("true", True, "there; 0 moved, 0 new"),
    ],
)
def test_that_nothing_is_lost_is_told_by_what_was_moved(
    run: Run, moves: str, passes: bool, evidence: str
) -> None:
    kept: Reply = {"kind": "file_changed", "path": "", "kept": True}
    outcome = run(draft(kept, files=()), shell(moves), finish("It is done."), there=SOURCES)
    look = next(seen for name, seen in outcome.state.checks.items() if name.startswith("m"))
    assert (look.passed, evidence in look.evidence) == (passes, True), look.evidence
    done = passes and moves != "true"
    assert (outcome.ending == "done") == done, "that all is as it was is no work"


@needs_sandbox
def test_of_a_folder_that_is_to_stay_as_it_is_nothing_need_be_changed(run: Run) -> None:
    kept: Reply = {"kind": "file_changed", "path": "", "kept": True}
    for found, ending in (("true", "done"), ("echo x >> prices.csv", "partly")):
        outcome = run(
            draft(kept, {"kind": "answer_given"}, files=()),
            shell(f"cat prices.csv; {found}"), *[finish("Basic is 120 euros.")] * 3,
            verdict("Basic is 120 euros", True), there=SOURCES,
            goal="Collect the prices of the plans. Change nothing.",
        )  # fmt: skip
        assert outcome.ending == ending, outcome.report


NOTES = {"notes/a.md": "one\n", "notes/old/b.md": "two\n", "beside.md": "three\n"}


@pytest.mark.parametrize("path", ["notes", "notes/"])
@pytest.mark.parametrize(
    ("kept", "written", "passes", "evidence"),
    [
        (True, "beside.md", True, "is as it was"),
        (True, "notes/c.md", True, "is as it was"),
        (True, "notes/old/b.md", False, "changed: notes/old/b.md"),
        (False, "beside.md", False, "is as it was"),
        (False, "notes/c.md", True, "changed: notes/c.md"),
        (False, "notes/a.md", True, "changed: notes/a.md"),
    ],
)
def test_a_folder_is_as_it_was_where_the_files_are_that_lay_there(
    run: Run, path: str, kept: bool, written: str, passes: bool, evidence: str
) -> None:
    given = Criterion(id="p", text="It holds", check=FileChanged(path=path, kept=kept))
    work = write("out.txt", "x"), write(written, "else\n"), finish("done")
    outcome = run(draft(), *work, there=NOTES, criteria=[given])
    look = outcome.state.checks["p"]
    assert (look.passed, evidence in look.evidence) == (passes, True), look.evidence
    assert outcome.ending == ("done" if passes else "partly")


@pytest.mark.parametrize(
    ("path", "written", "there", "ending"),
    [
        ("notes", "beside.md", "| It holds, look 1 (as before) | passed |", "done"),
        ("notes", "notes/a.md", "| It holds, look 1 (as before) | **failed** |", "partly"),
        ("nothing", "notes/a.md", "so it proves nothing: It holds, look 1", "done"),
    ],
)
def test_a_folder_that_is_drafted_to_stay_as_it_is_is_a_criterion(
    run: Run, path: str, written: str, there: str, ending: str
) -> None:
    """Though that holds before any work. One that is not there cannot stay."""
    kept: Reply = {"kind": "file_changed", "path": path, "kept": True}
    work = write("out.txt", "x"), write(written, "else\n"), finish("done")
    outcome = run(draft(kept), *work, there=NOTES)
    assert (outcome.ending, there in outcome.report) == (ending, True), outcome.report


@needs_sandbox
@pytest.mark.parametrize(
    ("command", "text", "passes", "evidence"),
    [
        ("grep -q hello out.txt", "hello", True, "exit status 0"),
        ("grep hello out.txt", "bye", False, "exit status 1"),
        ("cat out.txt; exit 3", "why it failed", False, "why it failed"),
        ("sh -c no-such-program", "x", False, "exit status 127"),
        ("test $(wc -l < out.txt) -eq 2", "a\nb\n", True, "exit status 0"),
    ],
)
def test_a_command_passes_by_its_exit_status(
    run: Run, command: str, text: str, passes: bool, evidence: str
) -> None:
    check = {"kind": "command_passes", "command": command}
    outcome = run(draft(check), write("out.txt", text), finish("done"))
    seen = outcome.state.checks["m1"]
    assert (seen.passed, evidence in seen.evidence) == (passes, True), seen.evidence


@needs_sandbox
@pytest.mark.parametrize(
    ("body", "passes"),
    [("def double(x):\n    return 2 * x\n", True), ("def double(x):\n    return x\n", False)],
)
def test_tests_pass_when_they_are_run_and_not_when_it_is_said(
    run: Run, body: str, passes: bool
) -> None:
    tests = "import unittest\nfrom maths import double\n\n\nclass T(unittest.TestCase):\n"
    tests += "    def test_it(self):\n        self.assertEqual(double(4), 8)\n"
    outcome = run(
        draft({"kind": "tests_pass"}, files=("maths.py",)),
        write("maths.py", body),
        finish("All tests pass."),
        there={"test_maths.py": tests},
        goal="Write maths.py so that the tests pass",
    )
    assert outcome.ending == ("done" if passes else "partly")


NO_CALLS = "def pytest_runtest_call(item):\n    item.obj = lambda: None\n"
COLLECTS = '[tool.pytest.ini_options]\naddopts = "--collect-only"\n'
NONE = "[pytest]\npython_functions = none_*\n"
UNMENDED = "def area(w, h):\n    return w + h  # better\n"


def pour(path: str, content: str) -> Reply:
    """Into names too that `write_file` may not have."""
    return shell(f"cat > {path} <<'END'\n{content}END")


def mend_shapes(run: Run, *replies: Reply, goal: str = "") -> Outcome:
    goal = goal or "Correct shapes.py so that the tests pass"
    sketch = draft({"kind": "tests_pass"}, files=("shapes.py",))
    return run(sketch, *replies, finish("All tests pass."), there=SHAPES, goal=goal)


@needs_sandbox
@pytest.mark.parametrize(
    ("replies", "evidence"),
    [
        ([write("shapes.py", "import os\nos._exit(0)\n")], "no test passed"),
        ([write("pytest.py", "print('1 passed')\n")], "1 failed"),
        ([write("shapes.py", UNMENDED), pour("pyproject.toml", COLLECTS)], "pyproject.toml"),
        ([write("shapes.py", UNMENDED), pour("pytest.ini", NONE)], "pytest.ini"),
        ([write("shapes.py", UNMENDED), pour("tests/conftest.py", NO_CALLS)], "/conftest.py"),
    ],
)
def test_tests_that_were_not_run_do_not_pass(
    run: Run, replies: Sequence[Reply], evidence: str
) -> None:
    outcome = mend_shapes(run, *replies)
    assert outcome.ending == "partly"
    told = [seen.evidence for seen in outcome.state.checks.values()]
    told += [turn.note for turn in outcome.state.transcript]
    assert any(evidence in text for text in told), told


@needs_sandbox
@pytest.mark.parametrize("path", ["conftest.py", "tests/conftest.py"])
def test_what_was_made_up_for_the_tests_can_be_taken_away_again(run: Run, path: str) -> None:
    gone = finish("All tests pass."), shell(f"rm {path}"), finish("Taken away again.")
    outcome = mend_shapes(run, write("shapes.py", MENDED), pour(path, NO_CALLS), *gone)
    assert outcome.ending == "done", outcome.report
    assert f"made up: {path}" in refusals(outcome)[0]


@needs_sandbox
@pytest.mark.parametrize(
    ("goal", "new", "ending"),
    [
        ("Correct shapes.py so that the tests pass", NO_CALLS, "partly"),
        ("Correct shapes.py and say so in tests/conftest.py; the tests pass", "# Yes.\n", "done"),
    ],
)
def test_what_tests_obey_is_changed_where_the_goal_names_it_and_is_held_else(
    run: Run, goal: str, new: str, ending: str
) -> None:
    there = {**SHAPES, "tests/conftest.py": "# No.\n"}
    args = {"path": "tests/conftest.py", "old": "# No.\n", "new": new}
    edit: Reply = {"call": {"tool": "edit_file", "args": args}}
    sketch = draft({"kind": "tests_pass"}, files=("shapes.py",))
    shapes = MENDED if ending == "done" else UNMENDED
    said = finish("All tests pass.")
    outcome = run(sketch, write("shapes.py", shapes), edit, said, there=there, goal=goal)
    assert outcome.ending == ending, outcome.report
    results = [turn.result for turn in outcome.state.transcript if turn.result]
    held = any("tests/conftest.py is given and is to stay" in r.next_action for r in results)
    assert held == (ending == "partly") and all(r.status == "ok" for r in results)


@needs_sandbox
def test_a_project_may_get_other_settings_than_those_of_its_tests(run: Run) -> None:
    other = SHAPES["pyproject.toml"].replace("shapes", "forms") + "\n[tool.other]\nx = 1\n"
    assert mend_shapes(run, write("shapes.py", MENDED), pour("pyproject.toml", other)).ending == (
        "done"
    )


@needs_sandbox
def test_settings_of_the_tests_are_changed_where_the_goal_names_their_file(run: Run) -> None:
    verbose = SHAPES["pyproject.toml"].replace("-q", "-v")
    goal = "Correct shapes.py so that the tests pass, and make them verbose in pyproject.toml"
    changes = write("shapes.py", MENDED), pour("pyproject.toml", verbose)
    assert mend_shapes(run, *changes, goal=goal).ending == "done"


WROTE = write("notes/self.md", "It costs 999.\n")


@pytest.mark.parametrize(
    ("made", "goal", "passes", "evidence"),
    [
        (WROTE, "Do the work.", False, "was written in this run"),
        (WROTE, "Write self.md and out.txt.", True, "; 1 of them in files that the run wrote"),
        (shell("mkdir -p notes; mv prices.csv notes/self.md"), "Do the work.", False, "999 is in"),
    ],
)
@needs_sandbox
def test_what_the_run_wrote_itself_is_no_source_unless_it_is_wanted(
    run: Run, made: Reply, goal: str, passes: bool, evidence: str
) -> None:
    cited = write("out.txt", "It costs 999 [notes/self.md].\n")
    check = {"kind": "citations_resolve", "path": "out.txt"}
    outcome = run(draft(check), made, cited, finish("It is done."), there=SOURCES, goal=goal)
    seen = outcome.state.checks["m1"]
    assert (seen.passed, evidence in seen.evidence) == (passes, True), seen.evidence


@pytest.mark.parametrize(
    ("cited", "evidence"),
    [
        ("It costs 999 [1].\n\n[1]: notes/self.md\n", "was written in this run"),
        ("It costs 999 [so](notes/self.md).\n", "has 0 citations"),
    ],
)
def test_a_note_of_the_run_is_no_source_under_a_label_or_in_a_link(
    run: Run, cited: str, evidence: str
) -> None:
    note = write("notes/self.md", "It costs 999.\n")
    check = {"kind": "citations_resolve", "path": "out.txt"}
    outcome = run(draft(check), note, write("out.txt", cited), finish("Done."), there=SOURCES)
    seen = outcome.state.checks["m1"]
    assert (seen.passed, evidence in seen.evidence) == (False, True), seen.evidence


def test_a_model_is_told_before_it_writes_what_may_be_cited(workspace: Path, home: Path) -> None:
    asked: list[Request] = []
    cited = write("out.txt", "It costs 120 [prices.csv].\nSince 1999 [notes.txt].\n")
    worked(
        workspace,
        home,
        "Do it.",
        cited,
        finish("Done."),
        there=SOURCES,
        checks=[CITES],
        asked=asked,
    )
    first = next(request for request in asked if request.purpose == "choose")
    told = " ".join(message.text for message in first.messages)
    assert "(not a file made here, unless the goal asks for it)" in told
    assert "a value that you propose stands on a line without a citation" in told


def test_a_citing_line_may_say_the_numbers_of_the_goal(run: Run) -> None:
    check = {"kind": "citations_resolve", "path": "out.txt"}
    text = "For 25 users it costs 25 × 120 = 3,000 [prices.csv].\n"
    told = "What do 25 users pay? Write it to out.txt."
    done = run(draft(check), write("out.txt", text), finish("It is."), there=SOURCES, goal=told)
    assert done.state.checks["m1"].passed, done.state.checks["m1"].evidence


ELSEWHERE = {
    "说明.md": "年用量约 **2.4万件**,预算 **48万元**,最长 25 天。增值税率 13%。\n",
    "报价.txt": "单价:17.20 元/件(含税)\n",
    "Angebot.txt": "Preis je 1000 Stück: 1.984,50 EUR, Bestand 12.500, Kurs 8,20.\n",
}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("年用量约 2.4 万件(即 24000 件),预算 480,000 元 [说明.md]。", ""),
        ("全年 17.20 × 24000 = 412800 元(41.28 万元) [报价.txt] [说明.md]。", ""),
        ("| 17.20 元 × 2.4 万件 = 41.28 万元 [报价.txt] [说明.md] | 17.20 [报价.txt] |", ""),
        ("Er kostet 1984.50 EUR, da sind 12500, 12,500 oder 12.500 [Angebot.txt].", ""),
        ("1984.50 ÷ 1000 × 8.20 = 16.273, 约 16.27 [Angebot.txt]", ""),
        ("年用量约 2400 件 [说明.md]。", "2400 is in none of 说明.md"),
        ("预算 48亿元 [说明.md]。", "48 is in none of 说明.md"),
        ("17.20 × 24000 = 413800 元(41.38 万元) [报价.txt] [说明.md]。", "413800, 41.38 are in"),
        ("Er kostet 1983.50 EUR, da sind 12501 [Angebot.txt].", "1983.50, 12501 are in none"),
        ("17.20 元 × 24000 件 = 41.29 万元", "17.20 元 × 24000 件 comes to 412,800"),
    ],
)
def test_a_document_may_cite_what_is_written_as_elsewhere(run: Run, text: str, wrong: str) -> None:
    check = {"kind": "citations_resolve", "path": "out.txt"}
    made = write("out.txt", f"最长 25 天 [说明.md]。\n{text}\n")
    outcome = run(draft(check), made, finish("Done."), there=ELSEWHERE)
    seen = outcome.state.checks["m1"]
    assert (seen.passed, wrong in seen.evidence) == (not wrong, True), seen.evidence


@pytest.mark.parametrize(
    ("count", "last"),
    [
        (9, "\nand so on in line 10\n"),
        (40, f"in lines {', '.join(map(str, range(10, 30)))} and 12 more"),
    ],
)
def test_each_line_that_is_wrong_can_be_found(run: Run, count: int, last: str) -> None:
    check = {"kind": "citations_resolve", "path": "out.txt"}
    lines = "".join(f"It costs {777 + n} [prices.csv].\n" for n in range(count))
    made = write("out.txt", f"It costs 120 [prices.csv].\n{lines}")
    seen = run(draft(check), made, finish("Done."), there=SOURCES).state.checks["m1"]
    assert "line 9: 784 is in none of" in seen.evidence and "line 10:" not in seen.evidence
    assert last in seen.evidence and not seen.passed


# ── a folder of more files than are listed ───────────────────────────────────────────────────

MANY = {f"a/{n}.txt": "x" for n in range(2_100)}
NOT_LISTED = "2,000 files or more"


@needs_sandbox
def test_tests_that_are_not_listed_are_protected_too(run: Run) -> None:
    outcome = run(
        draft({"kind": "tests_pass"}, files=("shapes.py",)),
        write("shapes.py", UNMENDED),
        write("tests/test_shapes.py", "def test_area():\n    pass\n"),
        finish("All tests pass."),
        there={**MANY, **SHAPES},
        goal="Correct shapes.py so that the tests pass",
    )
    assert outcome.ending == "partly"
    assert any("tests/test_shapes.py" in turn.note for turn in outcome.state.transcript)
    contract = outcome.state.contract
    assert contract and any(NOT_LISTED in one.text for one in contract.assumptions)


def test_a_result_that_is_not_listed_is_seen(run: Run) -> None:
    result = "z/out.txt"
    outcome = run(
        draft(files=(result,)),
        write(result, "It is here."),
        finish("It is done."),
        there=MANY,
        goal=f"Write {result}",
    )
    assert outcome.ending == "done", outcome.report


# ── what is right and looks odd ──────────────────────────────────────────────────────────────

BOM = "\ufeff"
LONG_CSV = "name,number\n" + "a long name to fill the file with,1\n" * 70_000
READS_CSV: Reply = {"kind": "file_matches", "path": "out.csv", "parses_as": "csv"}


@pytest.mark.parametrize(
    ("path", "text", "size"),
    [
        ("out.csv", "region,lost\nWest,19\nSouth East,15\n", "2 rows below the head, 2 columns"),
        ("out.tsv", "a\tb\tc\n1\t2\t3\n", "1 rows below the head, 3 columns"),
        ("out.md", "West lost 19", "3 words"),
    ],
)
def test_a_table_is_told_by_its_rows_and_columns(run: Run, path: str, text: str, size: str) -> None:
    check = matches(path=path, contains=["West"] if path != "out.tsv" else ["1"])
    outcome = run(draft(check, files=(path,)), write(path, text), finish("It is done."))
    assert any(one.evidence.startswith(f"{path}: {size}") for one in outcome.state.checks.values())


@pytest.mark.parametrize("name", ["report [final].md", "data[1].txt"])
def test_a_result_may_have_brackets_in_its_name(run: Run, name: str) -> None:
    made = verdict("All of it", True), write(name, "All of it."), finish("It is done.")
    done = run(draft(exists(name), files=(name,)), *made)
    assert done.ending == "done", done.report


def test_a_path_of_the_models_criterion_may_be_written_otherwise(workspace: Path, run: Run) -> None:
    long_paths = exists("./notes/out.txt"), exists(f"{workspace}/notes/more.txt")
    outcome = run(
        draft(*long_paths, files=()),
        write("notes/out.txt", "x"),
        write("notes/more.txt", "x"),
        finish("It is done."),
    )
    assert outcome.ending == "done", outcome.report


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (matches(parses_as="json"), BOM + '{"a": 1}'),
        (matches(path="out.csv", columns=["name", "n"]), BOM + "name,n\na,1\n"),
    ],
)
def test_a_mark_at_the_start_of_a_text_is_no_part_of_it(run: Run, check: Reply, text: str) -> None:
    path = str(check["path"])
    outcome = run(draft(check, files=(path,)), write(path, text), finish("It is done."))
    assert outcome.ending == "done", outcome.report


@needs_sandbox
@pytest.mark.parametrize(
    ("copies", "passes", "evidence"), [(1, True, "valid csv"), (8, False, "too large to check")]
)
def test_a_long_result_is_looked_at_to_its_end_or_said_to_be_too_long(
    run: Run, copies: int, passes: bool, evidence: str
) -> None:
    made = shell(f"for n in $(seq {copies}); do cat long.csv; done > out.csv")
    outcome = run(
        draft(READS_CSV, files=("out.csv",)),
        made,
        finish("It is done."),
        there={"long.csv": LONG_CSV},
    )
    seen = outcome.state.checks["m1" if "m1" in outcome.state.checks else "c1"]
    assert (seen.passed, evidence in seen.evidence) == (passes, True), seen.evidence


# ── a judge ──────────────────────────────────────────────────────────────────────────────────


def verdict(evidence: str, passes: bool) -> Reply:
    return {"for": "judge", "json": {"evidence": evidence, "passes": passes}}


@pytest.mark.parametrize(
    ("says", "passes"),
    [
        (verdict("a kind word", True), True),
        (verdict("A  Kind\nword", True), True),
        (verdict("words that are not there", True), False),
        (verdict("", True), False),
        (verdict("a kind word", False), False),
        ({"for": "judge", "text": "It is fine!"}, False),
    ],
)
def test_a_judge_counts_only_with_a_quote_from_the_work(
    run: Run, says: Reply, passes: bool
) -> None:
    check = {"kind": "judge", "path": "out.txt", "question": "Is it kind?"}
    outcome = run(draft(check), says, write("out.txt", "This is a kind word."), finish("It is!"))
    assert outcome.state.checks["m1"].passed == passes
    assert outcome.ending == ("done" if passes else "partly")


def test_a_judge_sees_the_work_and_never_the_claims(workspace: Path, home: Path, run: Run) -> None:
    check = {"kind": "judge", "path": "out.txt", "question": "Is it kind?"}
    outcome = run(draft(check), verdict("kind", True), write("out.txt", "kind"), finish("A CLAIM"))
    records = look_up(outcome.run_id, Settings(home=home))[1]
    purposes = [r.event.purpose for r in records if isinstance(r.event, ModelCalled)]
    assert purposes.count("judge") == 1
    assert purposes[-1] == "judge", "cheaper checks are looked at first"


@pytest.mark.parametrize(
    ("quoted", "ending"), [("A CLAIM", "partly"), ("kind words", "done"), ("more", "done")]
)
def test_a_judge_that_is_given_no_file_sees_those_that_changed(
    run: Run, quoted: str, ending: str
) -> None:
    outcome = run(
        draft({"kind": "judge", "question": "Is it kind?"}),
        verdict(quoted, True),
        write("out.txt", "kind words"),
        write("other.txt", "more of them"),
        finish("A CLAIM"),
    )
    assert outcome.ending == ending


def test_a_judge_of_the_persons_own_words_sees_the_file_that_is_edited(
    workspace: Path, home: Path, script: Callable[..., str]
) -> None:
    (workspace / "app.py").write_text("def f():\n    return 1\n")
    edit = write("app.py", "def f():\n    return 2\n")
    claim = finish("Every function has a docstring now.")
    judged = verdict("Every function has a docstring", True)
    model = script(draft(files=()), PLAN, WRAP_UP, edit, claim, judged)
    settings = Settings(model=model, home=home)
    wanted = "every function in app.py has a docstring"
    outcome = asyncio.run(pursue("Improve app.py", workspace, settings, criteria=[wanted]))
    assert outcome.ending == "partly"
    assert drafted(outcome)["p1"].check == Judge(path="app.py", question=wanted)


def test_a_model_call_is_not_spent_on_a_judge_when_a_cheaper_check_has_failed(
    home: Path, run: Run
) -> None:
    check = {"kind": "judge", "path": "out.txt", "question": "Is it kind?"}
    outcome = run(draft(check, exists("out.txt")), verdict("kind", True), finish("done"))
    records = look_up(outcome.run_id, Settings(home=home))[1]
    assert not [
        r for r in records if isinstance(r.event, ModelCalled) and r.event.purpose == "judge"
    ]


# ── what proves nothing ──────────────────────────────────────────────────────────────────────


@needs_sandbox
@pytest.mark.parametrize(
    "check",
    [
        {"kind": "command_passes", "command": "echo done"},
        {"kind": "command_passes", "command": "true"},
        {"kind": "command_passes", "command": "exit 0"},
        {"kind": "file_exists", "path": "notes.txt"},
        {"kind": "file_matches", "path": "notes.txt", "min_words": 1},
    ],
)
def test_what_passes_before_the_work_is_no_criterion(run: Run, check: Reply) -> None:
    outcome = run(draft(check), write("out.txt", "x"), finish("done"), there=SOURCES)
    assert "m1" not in drafted(outcome)
    assert outcome.ending == "done"


@needs_sandbox
def test_a_command_that_passes_already_must_still_pass_at_the_end(run: Run) -> None:
    check = {"kind": "command_passes", "command": "grep -q founded notes.txt"}
    outcome = run(
        draft(check),
        write("out.txt", "x"),
        write("notes.txt", "nothing"),
        finish("done"),
        there=SOURCES,
    )
    assert drafted(outcome)["m1"].invariant
    assert not outcome.state.checks["m1"].passed
    assert outcome.ending == "partly"
    assert "(as before)" in outcome.report


@needs_sandbox
def test_a_contract_in_which_nothing_fails_gets_something_to_make(run: Run) -> None:
    check = {"kind": "command_passes", "command": "echo done"}
    outcome = run(draft(check, files=()), finish("done"), there=SOURCES, goal="Be good.")
    assert [c for c in drafted(outcome).values() if not c.invariant]
    assert outcome.ending == "partly", "nothing was made"


def test_a_pattern_that_cannot_be_looked_for_is_drafted_anew_or_left_out(
    home: Path, run: Run
) -> None:
    broken, ahead = matches(regex="("), matches(regex="(?=x)")
    outcome = run(
        draft(broken),
        draft(ahead, matches(contains=["x"])),
        write("out.txt", "x"),
        finish("done"),
    )
    assert outcome.ending == "done"
    assert [c.check for c in drafted(outcome).values()] == [
        FileMatches(path="out.txt", contains=("x",))
    ]


def test_a_criterion_that_restates_the_goal_is_drafted_anew(home: Path, run: Run) -> None:
    lazy = {**draft(exists("out.txt"))}
    lazy["json"] = {**lazy["json"], "criteria": [{"text": "do the work.", "check": exists("x")}]}
    outcome = run(lazy, draft(), write("out.txt", "x"), finish("done"))
    records = look_up(outcome.run_id, Settings(home=home))[1]
    assert [r.event.kind for r in records].count("reply_rejected") == 1
    assert len([r for r in records if isinstance(r.event, ContractDrafted)]) == 1
    assert outcome.ending == "done"


def test_every_round_looks_again(home: Path, run: Run) -> None:
    outcome = run(
        draft(matches(contains=["good"])),
        write("out.txt", "good"),
        write("out.txt", "bad"),
        finish("done"),
        write("out.txt", "good again"),
        finish("done"),
    )
    records = look_up(outcome.run_id, Settings(home=home))[1]
    seen = [r.event for r in records if isinstance(r.event, CriterionChecked)]
    assert [(e.round, e.passed) for e in seen if e.criterion == "m1"] == [(1, False), (2, True)]
    assert outcome.ending == "done"
