"""What a strong model says at its end: advice and code are no claims, and lies stay lies."""

from pathlib import Path

import pytest
from test_checks import finish, write
from test_looks import refusals, worked

REPORT = "Write report.md about the sales"
SALES = {"sales.csv": "region,amount\nnorth,120\nsouth,245\n"}
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
        ("In all it is 999.", "says 999"),
        ("In all it is `999`.", "says 999"),
    ],
)
def test_an_account_is_held_to_what_it_claims(
    workspace: Path, home: Path, account: str, told: str
) -> None:
    replies = write("report.md", TEXT), finish(account)
    outcome = worked(workspace, home, REPORT, *replies, there=SALES, files=["report.md"])
    assert outcome.ending == ("partly" if told else "done"), refusals(outcome)
    assert all(told in note for note in refusals(outcome))


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
