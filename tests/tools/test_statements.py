import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfstarter.tools.reading import WorkspaceSources
from selfstarter.tools.statements import RULE, statements
from selfstarter.tools.workspace import Workspace


def test_wrapped_prose_becomes_sentences_and_items_stay_alone() -> None:
    text = "# Terms\n\nThe trial is\n14 days long. It costs\nnothing!\n- 5 GB of room\n- A line\n"
    assert statements(text) == (
        "# Terms",
        "The trial is 14 days long.",
        "It costs nothing!",
        "- 5 GB of room",
        "- A line",
    )


def test_a_number_or_a_short_form_ends_no_sentence() -> None:
    assert statements("It costs 4.50 a month, e.g. for one user. Then 8.25.") == (
        "It costs 4.50 a month, e.g. for one user.",
        "Then 8.25.",
    )


def test_rows_of_a_table_carry_the_names_of_their_columns() -> None:
    text = "Plans\n\n | Solo | Team\nPrice | €2 | €3\nUsers | 1 | 10\n\nlone | row\n"
    assert statements(text) == (
        "Plans",
        "Price; Solo: €2; Team: €3",
        "Users; Solo: 1; Team: 10",
        "lone | row",
    )
    assert statements("| a | b |\n|---|---|\n| 1 | 2 |") == ("a: 1; b: 2",)


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ","), ("a.tsv", "\t"), ("a.csv", ";")])
def test_a_table_file_is_read_row_by_row(tmp_path: Path, name: str, mark: str) -> None:
    rows = [["plan", "price", "note"], ["Team", "4.80", "5 GB"], ["", "", ""], ["Solo", "2.60", ""]]
    (tmp_path / name).write_text("\n".join(mark.join(row) for row in rows))
    assert WorkspaceSources(Workspace(tmp_path)).statements(name) == (
        "plan: Team; price: 4.80; note: 5 GB",
        "plan: Solo; price: 2.60",
    )


@given(st.text("ab#.| -\n\t", max_size=300))
def test_no_word_of_a_text_without_tables_is_lost(text: str) -> None:
    text = text.replace("|", "a")
    kept = [line for line in text.split("\n") if not RULE.match(line.strip())]
    assert " ".join(statements(text)).split() == "\n".join(kept).split()


def test_a_long_text_takes_time_that_grows_with_its_length() -> None:
    began = time.monotonic()
    assert len(statements("word " * 400_000)) > 6_000
    assert time.monotonic() - began < 5
