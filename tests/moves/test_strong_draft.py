"""The contract that is made of what a strong model drafts."""

import asyncio
from pathlib import Path

import pytest
from plays import (
    PLAN,
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

from selfstarter.app import pursue
from selfstarter.core.contract import FileExists
from selfstarter.core.ports import Request
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings

TABLE = {"kind": "file_matches", "path": "out.csv", "columns": ["name", "total"]}
ROWS = "year,total,name\n2024,5,a\n"


@pytest.mark.parametrize(
    ("goal", "text", "done"),
    [
        ("Add up the sales in out.csv", ROWS, True),
        ("Add up the sales in out.csv", "year,total\n2024,5\n", False),
        ("Add up the sales in out.csv with the columns name and total", ROWS, False),
    ],
)
def test_columns_that_only_the_model_names_need_only_be_there(
    workspace: Path, home: Path, goal: str, text: str, done: bool
) -> None:
    replies = write("out.csv", text), finish("It is done.")
    outcome = worked(workspace, home, goal, *replies, there={}, checks=[TABLE], files=["out.csv"])
    assert (outcome.ending == "done") == done, outcome.report


def test_one_thing_is_looked_at_once(workspace: Path, home: Path) -> None:
    answer: Reply = {"kind": "answer_given"}
    replies = finish("It is 99."), finish("It is 5.")
    outcome = worked(
        workspace, home, "How many rows are there?", *replies, there={"a.csv": "n\n5\n"},
        checks=[answer, answer],
    )  # fmt: skip
    assert outcome.ending == "done"
    assert list(drafted(outcome)) == ["c1"]
    assert refusals(outcome)[0].count("99 occurs in nothing") == 1


LEDGER = {
    "report.py": "from ledger import total\n\nprint(total())\n",
    "ledger.py": "def total():\n    return 7\n",
}
HIGH = "The monthly report for expenses:car is too high. Find the bug and fix it"
RIGHT: Reply = {"kind": "file_matches", "path": "ledger.py", "contains": ["return 5"]}


@pytest.mark.parametrize("checks", [[RIGHT], []])
def test_a_bug_may_lie_in_another_file_than_the_first_that_the_model_names(
    workspace: Path, home: Path, checks: list[Reply]
) -> None:
    mended = write("ledger.py", "def total():\n    return 5\n"), finish("ledger.py was wrong.")
    outcome = worked(
        workspace, home, HIGH, judged("return 5", True), *mended, there=LEDGER, checks=checks,
        files=["report.py", "ledger.py"],
    )  # fmt: skip
    assert outcome.ending == "done", outcome.report
    assert "it is report.py that it is about" not in outcome.report


def test_of_the_files_that_the_model_names_one_is_changed(workspace: Path, home: Path) -> None:
    elsewhere = write("notes.txt", "Nothing found.\n"), finish("It is done.")
    outcome = worked(
        workspace, home, HIGH, *elsewhere, there=LEDGER, files=["report.py", "ledger.py"]
    )
    assert outcome.ending == "partly"
    assert "none of report.py, ledger.py has changed" in outcome.report


TOOL = "Make me a command line tool that keeps a list of books"
STUB = write("books.py", "import sys\n\nprint(sys.argv)\n"), finish("books.py keeps the books.")
UNUSABLE: Reply = {"for": "draft", "text": "I would rather not."}


def judged(evidence: str, passes: bool) -> Reply:
    return {"for": "judge", "json": {"evidence": evidence, "passes": passes}}


@pytest.mark.parametrize("passes", [False, True])
def test_where_nothing_else_is_proved_a_judge_looks_at_what_was_made(
    workspace: Path, home: Path, passes: bool
) -> None:
    verdict = judged("print(sys.argv)", passes)
    model = ScriptedModel.of(PLAN, WRAP_UP, UNUSABLE, UNUSABLE, verdict, *STUB)
    settings = Settings(model="scripted", home=home)
    outcome = asyncio.run(pursue(TOOL, workspace, settings, model=model))
    assert (outcome.ending == "done") == passes, outcome.report
    assert "what was made is what the goal wants" in outcome.report


@needs_sandbox
def test_a_judge_sees_which_files_are_gone(workspace: Path, home: Path) -> None:
    verdict, remove = judged("old.tmp", True), shell("rm old.tmp")
    outcome = worked(
        workspace, home, "Delete the temporary files here", verdict, remove, finish("It is done."),
        there={"old.tmp": "x\n", "a.txt": "y\n"},
    )  # fmt: skip
    assert outcome.ending == "done", outcome.report


WHOLE = {"kind": "file_matches", "path": "out.md", "contains": ["one"]}
WANTED = {"kind": "file_exists", "path": "wanted.py"}
BACKTICKS = "python3 -c \"import re; assert re.search(r'```.*?```', open('out.md').read())\""
NO_DIGITS = r"test $(grep -cE '^\d+\. ' out.md) -ge 1"
OPTIONAL = 'python3 -c "raise ImportError(\\"Missing optional dependency \'no_such\'.\\")"'
OUT = "1. one\n\n```\ncode\n```\n"


@needs_sandbox
@pytest.mark.parametrize(
    ("command", "why"),
    [
        (BACKTICKS, "command not found"),
        (NO_DIGITS, r"grep takes \d for a letter"),
        ("test -f out.md && (grep -q one out.md", "syntax error"),
        ("grep -q 'one out.md", "unexpected EOF"),
        ("python3 -c 'import re; assert (1'", "SyntaxError"),
        ("python3 -c 'import no_such.book as b; b.load(\"out.md\")'", "no_such is not importable"),
        ("python3 - <<'E'\nfrom no_such import load\nE\n", "no_such is not importable here and"),
        ("python3 -m no_such out.md", "no_such is not importable here and cannot be installed"),
        (OPTIONAL, "no_such is not importable"),
    ],
)
def test_a_command_that_no_work_could_make_pass_is_asked_for_anew_and_then_not_checked(
    workspace: Path, home: Path, command: str, why: str
) -> None:
    asked: list[Request] = []
    checks = WHOLE, {"kind": "command_passes", "command": command}
    again = draft(*checks, files=["out.md"])
    outcome = worked(
        workspace, home, "Write out.md", again, write("out.md", OUT), finish("It is written."),
        there={}, checks=checks, files=["out.md"], asked=asked,
    )  # fmt: skip
    drafts = [one.messages[-1].text for one in asked if one.purpose == "draft"]
    assert len(drafts) == 2 and why in drafts[1]
    assert outcome.ending == "done", outcome.report
    assert "Nobody checks: It holds, look 2, for its command cannot run." in outcome.report


SILENT = "set -e\n! grep -q two out.md\ngrep -q one out.md"


@needs_sandbox
@pytest.mark.parametrize("mended", [True, False])
def test_a_command_whose_failure_is_not_seen_is_turned_back_once(
    workspace: Path, home: Path, mended: bool
) -> None:
    """And if it is written again, it is kept: it looks at something at least."""
    asked: list[Request] = []
    silent = draft({"kind": "command_passes", "command": SILENT}, files=["out.md"])
    loud: Reply = {"kind": "command_passes", "command": SILENT.replace("!", "if").replace(
        "two out.md", "two out.md; then exit 1; fi")}  # fmt: skip
    wrong = write("out.md", "one, two\n"), finish("It is written.")
    outcome = worked(
        workspace, home, "Write out.md", draft(loud, files=["out.md"]) if mended else silent,
        *wrong, there={}, checks=[{"kind": "command_passes", "command": SILENT}],
        files=["out.md"], asked=asked,
    )  # fmt: skip
    drafts = [one.messages[-1].text for one in asked if one.purpose == "draft"]
    assert len(drafts) == 2 and "`! grep -q two out.md` fails nothing" in drafts[1]
    assert (outcome.ending == "done") != mended, outcome.report


@needs_sandbox
@pytest.mark.parametrize(
    "command",
    [
        r"grep -qP '^\d+\. ' out.md",
        r"grep -qF '\d' out.md || grep -qE '^[0-9]+\.\s\w' out.md",
        'test "$(./count.sh out.md)" = 3',
        'test "$(count out.md)" = 3',
        "python3 -c \"exec(open('old.py').read())\"",
        "python3 -c 'import count'",
        "python3 -c 'from tools import lines'",
        "cd lib && python3 -c 'import shelf'",
        "python3 -c 'import wanted'",
        "python3 -c 'import no_such' || grep -q one out.md",
        "python3 - <<'E'\ntry:\n    import no_such\nexcept ImportError:\n    open('out.md')\nE",
        "if python3 -c 'import no_such'; then true; else grep -q one out.md; fi",
        "python3 -c \"import runpy; runpy.run_path('needs.py')\"",
    ],
)
def test_a_command_that_the_work_can_make_pass_is_kept(
    workspace: Path, home: Path, command: str
) -> None:
    asked: list[Request] = []
    worked(
        workspace, home, "Write a program `count` and out.md", finish("It is written."),
        there={"old.py": "assert (1\n", "needs.py": "import helper\n", "src/shelf/a.py": "b = 1\n"},
        files=["out.md", "count.sh", "tools/lines.py"], asked=asked,
        checks=[WHOLE, WANTED, {"kind": "command_passes", "command": command}],
    )  # fmt: skip
    assert sum(one.purpose == "draft" for one in asked) == 1


def test_a_file_that_is_to_stay_as_it_is_is_not_what_the_goal_is_about(
    workspace: Path, home: Path
) -> None:
    kept: Reply = {"kind": "file_changed", "path": "crm.json", "kept": True}
    outcome = worked(
        workspace, home, "Who are our largest customers?", finish("A is the largest."),
        there={"crm.json": '{"A": "large"}\n'}, checks=[{"kind": "answer_given"}, kept],
    )  # fmt: skip
    assert "it is crm.json that it is about" not in outcome.report


FOLDERS = {f"{name}/sales.csv": "month,sum\n1,5\n" for name in ("north", "south", "west")}
EACH = (
    "Summarise each of the three folders north, south and west in a summary.md there, and compare"
    " them in comparison.md"
)
SUMMARIES = [f"{name}/summary.md" for name in ("north", "south", "west")]
BOTH: Reply = {"kind": "file_matches", "path": "comparison.md", "contains": ["north"]}


@pytest.mark.parametrize(
    ("made", "done"), [(SUMMARIES, True), (["summary.md"], False), (SUMMARIES[:2], False)]
)
def test_a_file_that_the_goal_names_lies_where_the_model_puts_it(
    workspace: Path, home: Path, made: list[str], done: bool
) -> None:
    texts = [write(path, "The sum of month 1 is 5.\n") for path in made]
    replies = *texts, write("comparison.md", "north, south and west are alike.\n")
    outcome = worked(
        workspace, home, EACH, *replies, finish("All are summarised."), there=FOLDERS,
        checks=[BOTH], files=[*SUMMARIES, "comparison.md"],
    )  # fmt: skip
    assert (outcome.ending == "done") == done, outcome.report
    assert "The goal names no file" not in outcome.report


SITE = {"index.html": "<h1>Bakery</h1>\n", "prices.html": "<h1>Prices</h1>\n"}
STYLE: Reply = {"kind": "file_matches", "path": "style.css", "contains": ["color"]}


@pytest.mark.parametrize(
    ("files", "assumes", "told"),
    [
        (["style.css"], [], True),
        (["style.css"], ["The style sheet is one new file, `style.css`."], False),
        (["style.css", *SITE], [], False),
    ],
)
def test_where_it_goes_is_not_assumed_twice_or_beside_files_that_are_to_be_changed(
    workspace: Path, home: Path, files: list[str], assumes: list[str], told: bool
) -> None:
    outcome = worked(
        workspace, home, "Give the site a calm look", write("style.css", "p { color: black }\n"),
        finish("It has one."), there=SITE, checks=[STYLE], files=files, assumes=assumes,
    )  # fmt: skip
    said = "The goal names no file as its result, so it goes to style.css." in outcome.report
    assert said == told


CHAPTERS = [f"chapter-{n}.md" for n in (1, 2, 3)]
BOOK = "Write a short story in three chapters: chapter-1.md and so on"
OPENS: Reply = {"kind": "file_matches", "path": "chapter-*.md", "contains": ["once"]}


@pytest.mark.parametrize(
    ("files", "checks", "wanted"),
    [
        (CHAPTERS, [RIGHT], CHAPTERS),
        (CHAPTERS, [OPENS], ["chapter-1.md"]),  # its own criterion speaks of the others
        ([*CHAPTERS, "ledger.py", "chapters"], [RIGHT], CHAPTERS),  # is there, is no file
    ],
)
def test_each_new_file_that_the_model_names_beside_the_goals_is_looked_for(
    workspace: Path, home: Path, files: list[str], checks: list[Reply], wanted: list[str]
) -> None:
    outcome = worked(workspace, home, BOOK, there=LEDGER, checks=checks, files=files)
    found = [c.check.path for c in outcome.state.criteria if isinstance(c.check, FileExists)]
    assert found == wanted


def test_what_a_strong_model_finds_in_a_file_is_not_to_be_lost(workspace: Path, home: Path) -> None:
    asks: Reply = {"kind": "file_matches", "path": "report.py", "regex": "import fetch"}
    fast: Reply = {"kind": "file_matches", "path": "report.py", "contains": ["fast"]}
    there = {"report.py": "import fetch\nprint(fetch.price())\n"}
    goal = "Make report.py faster"
    cheat = write("report.py", "print(7)  # fast\n")
    kept = write("report.py", "import fetch\nprint(fetch.price())  # fast\n")
    outcome = worked(
        workspace, home, goal, cheat, finish("It is faster."), kept, finish("It is faster."),
        there=there, checks=[asks, fast], files=["report.py"],
    )  # fmt: skip
    assert outcome.ending == "done"
    assert len(refusals(outcome)) == 1


ORDERS = {"orders.csv": "customer,amount\nOakline,400\nHartmann,90\n"}
TOLD = "Write out.txt with the total of orders.csv, and tell me who the biggest customer is."


@pytest.mark.parametrize(
    ("text", "judges"),
    [
        ("The answer names the biggest customer", 2),
        ("最大的客户在答案里", 2),
        ("The answer is not empty, and all its numbers were observed", 0),
        ("The question is answered", 0),
    ],
)
def test_what_an_answer_must_say_besides_is_judged(
    workspace: Path, home: Path, text: str, judges: int
) -> None:
    for name, there in ORDERS.items():
        (workspace / name).write_text(there)
    asks = [{"text": text, "check": {"kind": "answer_given"}}]
    sketch = {"outcome": "x", "files": ["out.txt"], "assumptions": (), "criteria": asks}
    verdicts = [
        {"for": "judge", "json": {"evidence": said, "passes": passes}}
        for said, passes in (("The total is 490", False), ("The biggest is Oakline", True))
    ]
    model = ScriptedModel.of(
        {"for": "draft", "json": sketch | {"document": False}}, PLAN, WRAP_UP, *verdicts,
        write("out.txt", "490\n"), finish("The total is 490 for orders.csv, 400 + 90."),
        finish("The biggest is Oakline with 400."),
    )  # fmt: skip
    outcome = asyncio.run(
        pursue(TOLD, workspace, Settings(model="scripted", home=home), model=model)
    )
    assert outcome.ending == "done", outcome.report
    assert sum(one.purpose == "judge" for one in model.asked) == judges
    assert len(refusals(outcome)) == judges // 2
    criteria = drafted(outcome)
    assert (criteria["m1"].text == text) == (not judges)
    assert [c.text for c in criteria.values() if c.check.kind == "judge"] == [text] * (judges // 2)
