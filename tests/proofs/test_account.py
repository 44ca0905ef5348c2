"""What a strong model says at its end: advice and code are no claims, and lies stay lies."""

from pathlib import Path

import pytest
from plays import Reply, finish, refusals, worked, write

REPORT = "Write report.md about the sales"
SALES = {"sales.csv": "region,amount\nnorth,120\nsouth,245\n"}
JUDGED = [{"for": "judge", "json": {"evidence": "The south sold 245", "passes": True}}] * 4
TEXT = "The south sold 245, more than the 120 of the north.\n"


@pytest.mark.parametrize(
    ("account", "told"),
    [
        ("See the options by running `python wordcount.py --help`.", ""),
        ("It can be run with `make all`, and be tested with `make test`.", ""),
        ("`take()` returned `None` although a row was there; it gives None no more.", ""),
        ("To see more lines: `python wordcount.py -n 20 book.txt`.", ""),
        ("I ran `python3 check_totals.py` and it passed.", "`python3 check_totals.py` was run"),
        ("It was verified with `make test`.", "`make test` was run"),
        ("The check was run with `make test`.", "`make test` was run"),
        ("After running `make test`, all is well.", "`make test` was run"),
        ("In all it is 999.", "999 occurs in nothing"),
        ("In all it is `999`.", "999 occurs in nothing"),
        ("In all it is 999.", "so nobody can see where that comes from: leave it out, print"),
        ("The south comes to 245, not 24.5, rather than “2,450” or instead of $2.45.", ""),
        ("The south comes to 999 and not 245.", "999 occurs in nothing"),
        ("With VAT, 120 × 1.35 = 162.", "comes from: in 120 × 1.35, 1.35 is not known; leave it"),
        ("It is 120 + 245 = 366.", "from: 120 + 245 comes to 365; leave it out, print"),
    ],
)
def test_an_account_is_held_to_what_it_claims(
    workspace: Path, home: Path, account: str, told: str
) -> None:
    replies = write("report.md", TEXT), finish(account)
    outcome = worked(workspace, home, REPORT, *JUDGED, *replies, there=SALES, files=["report.md"])
    assert outcome.ending == ("partly" if "was run" in told else "done"), refusals(outcome)
    assert bool(refusals(outcome)) == bool(told)
    assert all(told in note for note in refusals(outcome))
    lies = "was run" in told
    assert all(("an account that is true" in note) == lies for note in refusals(outcome))


def test_an_answer_is_held_to_its_value(workspace: Path, home: Path) -> None:
    why = (
        "Why does the south come first in sales.csv?",
        "`first()` gives `None`: the south has 245.",
    )
    assert worked(workspace, home, why[0], finish(why[1]), there=SALES).ending == "done"
    which = "Which region of sales.csv sold most?"
    nothing = finish("The region None sold 245."), finish("With `-n 20`, the south sold most.")
    outcome = worked(workspace, home, which, *nothing, there=SALES)
    assert outcome.ending == "partly"
    assert "says None" in refusals(outcome)[0] and "20 occurs in nothing" in refusals(outcome)[1]


def test_an_answer_is_told_which_term_of_its_formula_is_not_known(
    workspace: Path, home: Path
) -> None:
    wrong = finish("The south leads: 245 × 1.35 = 330.75, and it is not 999.")
    outcome = worked(workspace, home, "What does the south sell?", *[wrong] * 3, there=SALES)
    assert outcome.ending == "partly"
    assert (
        "1.35, 330.75, 999 occur in nothing that was observed: in 245 × 1.35, 1.35 is not"
        in (refusals(outcome)[0])
    )


def test_an_answer_about_files_needs_a_look_into_them(workspace: Path, home: Path) -> None:
    goal = "What was our revenue, and is the number in summary.txt right?"
    there = {
        "summary.txt": "The revenue was 1,200.\n",
        "sales.csv": "day,amount\n" + "".join(f"{n},{n + 40}\n" for n in range(2_000)),
    }
    guess = finish("It was 1,200, and that is right.")
    read = {"call": {"tool": "read_file", "args": {"path": "sales.csv"}}}
    hasty = worked(workspace, home, goal, guess, there=there)
    assert hasty.ending == "partly"
    assert "nothing was opened yet" in refusals(hasty)[0]
    right = *[{"for": "outline", "text": "no"}] * 4, read, finish("It was no 1,200; a day is 79.")
    looked = worked(workspace, home, goal, *right, there=there)
    assert looked.ending == "done", looked.report


LONG = {"sales.csv": "day,amount\n" + "".join(f"{n},{n + 40}\n" for n in range(2_000))}
"""Longer than what is shown whole at the first look."""


@pytest.mark.parametrize(
    ("goal", "done"),
    [("What is the highest amount?", False), ("How many files are in this folder?", True)],
)
def test_a_list_of_files_is_no_look_into_them(
    workspace: Path, home: Path, goal: str, done: bool
) -> None:
    listing: Reply = {"call": {"tool": "list_files", "args": {}}}
    replies = listing, *[finish("It is 1: sales.csv.")] * 3
    outcome = worked(workspace, home, goal, *replies, there=LONG)
    assert (outcome.ending == "done") == done, outcome.report


def test_what_was_searched_for_and_not_found_is_no_number_of_the_files(
    workspace: Path, home: Path
) -> None:
    searched: Reply = {"call": {"tool": "search_files", "args": {"text": "7,312"}}}
    replies = searched, *[finish("The highest amount is 7,312.")] * 3
    outcome = worked(workspace, home, "What is the highest amount?", *replies, there=LONG)
    assert outcome.ending == "partly", outcome.report
    assert "7,312 occurs in nothing" in refusals(outcome)[0]


def test_what_was_shown_whole_needs_no_second_look(workspace: Path, home: Path) -> None:
    outcome = worked(
        workspace, home, "Which region of sales.csv sold most?", finish("The south."), there=SALES
    )
    assert outcome.ending == "done"


@pytest.mark.parametrize(
    ("goal", "account", "done"),
    [
        (REPORT, "In all it is 999.", True),
        (REPORT, "In all it is 999. I ran `make test`.", False),
        (f"{REPORT} and tell me the sum", "In all it is 999.", False),
    ],
)
def test_right_work_is_not_lost_for_a_number_in_its_account(
    workspace: Path, home: Path, goal: str, account: str, done: bool
) -> None:
    replies = write("report.md", TEXT), *[finish(account)] * 3
    outcome = worked(workspace, home, goal, *JUDGED, *replies, there=SALES, files=["report.md"])
    assert (outcome.ending == "done") == done, outcome.report
    assert ("Every criterion passes. In the account, 999 occurs" in outcome.report) == done
    assert outcome.state.rejections == (2 if done else 3)


CALLS = [
    "<function=read_file>\n<parameter=path>\nsales-245.csv\n</parameter>\n</function>",
    '<tool_call>\n{"name": "finish", "arguments": {"summary": "The south: 245."}}\n</tool_call>',
    '```json\n{"name": "read_file", "arguments": {"path": "sales-245.csv"}}\n```',
    '[read_file(path="sales-245.csv"), read_file(path="sales-245.csv", lines="1")]',
    '<|python_tag|>read_file("sales-245.csv")',
]


@pytest.mark.parametrize("said", CALLS)
def test_a_call_that_is_written_as_the_answer_is_none(
    workspace: Path, home: Path, said: str
) -> None:
    there = {"sales-245.csv": SALES["sales.csv"]}
    replies = finish(said), finish("The south sold 245.")
    outcome = worked(workspace, home, "Which region sold most?", *replies, there=there)
    assert (outcome.ending, outcome.answer) == ("done", "The south sold 245.")
    assert "a call written as text" in refusals(outcome)[0]


def test_an_answer_may_speak_of_a_call(workspace: Path, home: Path) -> None:
    said = f"The south sold 245; see {CALLS[0]}"
    outcome = worked(workspace, home, "Which region sold most?", finish(said), there=SALES)
    assert (outcome.ending, refusals(outcome)) == ("done", [])


OFFERS = {"报价.txt": "宁波联捷的价格最低，华东精工的交货期最短。\n"}


@pytest.mark.parametrize(
    ("said", "done"),
    [("宁波联捷。", True), ("最便宜的是宁波联捷", True), ("我们觉得这样很好！", False)],
)
def test_an_answer_in_chinese_shares_words_with_what_was_observed(
    workspace: Path, home: Path, said: str, done: bool
) -> None:
    goal = "Which supplier is the cheapest? Answer in Chinese."
    outcome = worked(workspace, home, goal, *[finish(said)] * 3, there=OFFERS)
    assert (outcome.ending == "done") == done, outcome.report
    assert all("says nothing that was observed" in note for note in refusals(outcome))


@pytest.mark.parametrize(
    ("said", "done"),
    [
        ("共两家：宁波联捷、华东精工。", True),
        ("答案是：二。宁波联捷、华东精工。", True),
        ("Es sind zwei, 宁波联捷 und 华东精工.", True),
        ("宁波联捷、华东精工十分好。", False),
    ],
)
def test_a_number_may_be_a_word(workspace: Path, home: Path, said: str, done: bool) -> None:
    goal = "How many suppliers are there?"
    outcome = worked(workspace, home, goal, *[finish(said)] * 3, there=OFFERS)
    assert (outcome.ending == "done") == done, outcome.report
    assert all("asks for a number" in note for note in refusals(outcome))
