"""Graders are strict about what the goal says and fair about what it leaves open."""

from pathlib import Path

import pytest

from selfstarter.evals.graders.answers import admits, answers, answers_number
from selfstarter.evals.graders.tables import cell, csv_is, json_is, lines_are, table_is
from selfstarter.evals.graders.texts import edited, mentions, on
from selfstarter.evals.task import Grader, Task

TOTALS = csv_is("a", ["city", "total"], [["Bonn", 3.5], ["Köln", "007"]])
ORDERED = csv_is("a", ["city", "total"], [["Bonn", 3.5], ["Köln", "007"]], in_order=True)
TABLE = table_is("a", ["Name", "RAM"], [["db", 8], ["web", 16]], in_order=True)
BOOKS = json_is("a", [{"title": "Momo", "pages": 3.0}, {"title": "X", "pages": None}])
PORT = edited("a", "[a]\nport = 80  # web\nname = 'x'\n", ("80", "90"))
FACTS = mentions("a", (r"may\.md", r"roof", on(3, "June")), (r"june\.md", r"door"))


@pytest.mark.parametrize(
    ("grader", "text"),
    [
        (TOTALS, "city,total\nBonn,3.5\nKöln,007\n"),
        (TOTALS, "\ufeffTotal, City\r\n007, Köln \r\n3.50,Bonn\r\n\r\n"),
        (TABLE, "# Machines\n\n| Name | RAM |\n|:--|--:|\n| **db** | 8 |\n| `web` | 16 |\n"),
        (TABLE, "Name | RAM\n--- | ---\ndb | 8\nweb | 16"),
        (BOOKS, '[{"pages":3,"title":"Momo"},{"title":"X","pages":null}]'),
        (PORT, '[a]\nport=90 # web\n\nname = "x"\n'),
        (lines_are("a", ["x", "y"]), "y\nx"),
        (FACTS, "- The roof leaks, fix it until 3 June (may.md)\n- The door is new (june.md)\n"),
        (FACTS, "# may.md\n\nThe roof.\n\nUntil June 3rd.\n\n# june.md\n\n- a door\n"),
        (FACTS, "The roof is due on 2024-06-03 [may.md]. In june.md it is the door."),
        (FACTS, "1. may.md\n   - Roof\n   - 03.06.2024\n2. june.md\n   - Door\n"),
        (FACTS, "| file | what |\n|---|---|\n| may.md | roof, 3 June |\n| june.md | door |\n"),
    ],
)
def test_harmless_differences_pass(grader: Grader, text: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text(text, "utf-8", newline="")
    assert grader(tmp_path, "") == ""


@pytest.mark.parametrize(
    ("grader", "text"),
    [
        (TOTALS, "city,total\nBonn,3.5\n"),
        (TOTALS, "city,total\nBonn,3.5\nKöln,7\n"),
        (TOTALS, "city,total\nBonn,3.5\nKöln,007\nUlm,1\n"),
        (TOTALS, "town,total\nBonn,3.5\nKöln,007\n"),
        (TOTALS, "city,total\nBonn,3.5,\nKöln,007\n"),
        (TOTALS, ""),
        (ORDERED, "city,total\nKöln,007\nBonn,3.5\n"),
        (TABLE, "| Name | RAM |\n| db | 8 |\n| web | 16 |\n"),
        (TABLE, "| Name | RAM |\n|---|---|\n| web | 16 |\n| db | 8 |\n"),
        (BOOKS, '[{"title": "Momo", "pages": "3"}, {"title": "X", "pages": null}]'),
        (BOOKS, '[{"title": "X", "pages": null}, {"title": "Momo", "pages": 3}]'),
        (BOOKS, '[{"title": "Momo", "pages": 3}]'),
        (PORT, "[a]\nport = 90\nname = 'x'\n"),
        (PORT, "[a]\nname = 'x'\nport = 90  # web\n"),
        (FACTS, "The roof, 3 June, and the door: may.md, june.md."),
        (FACTS, "- The door (may.md)\n- The roof, 3 June (june.md)\n"),
        (FACTS, "- The roof, 13 June (may.md)\n- The door (june.md)\n"),
    ],
)
def test_real_differences_fail(grader: Grader, text: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text(text, "utf-8", newline="")
    assert grader(tmp_path, "") != ""


COUNT = answers_number(10, never=[8, 12])
NAME = answers("mill", never=["harbour", "annex"])


@pytest.mark.parametrize(
    ("grader", "answer", "right"),
    [
        (COUNT, "10", True),
        (COUNT, "There are **10** files.", True),
        (COUNT, "Ten.", True),
        (COUNT, "8 in small letters and 2 in capitals, so 10.", True),
        (COUNT, "10 (8 and 2)", True),
        (COUNT, "8", False),
        (COUNT, "8 or 10, depending on how you count", False),
        (COUNT, "110", False),
        (COUNT, "10.5", False),
        (COUNT, "", False),
        (COUNT, "10 " * 1000, False),
        (answers_number(1200), "It is 1,200.00 in all", True),
        (NAME, "The Mill, ahead of the Annex.", True),
        (NAME, "Mill", True),
        (NAME, "Either the Mill or the Annex.", False),
        (NAME, "The Annex.", False),
        (admits("prices"), "There is no file prices.csv here.", True),
        (admits("prices"), "I could not find prices.csv, so nothing was written.", True),
        (admits("prices"), "I wrote the prices. There were no problems.", False),
    ],
)
def test_an_answer_is_taken_by_what_it_claims(grader: Grader, answer: str, right: bool) -> None:
    assert (grader(Path(), answer) == "") == right


def test_a_cell_has_one_spelling() -> None:
    assert cell("3.50") == cell(" 3.5") == "3.5"
    assert cell("100") == "100"
    assert cell("1E2") == "100"
    assert cell("-0.0") == "0"
    assert cell("0049 30") == "0049 30"
    assert cell("007") != cell("7")
    assert cell("nan") == "nan"


def test_what_a_grader_cannot_read_is_wrong_and_says_why(tmp_path: Path) -> None:
    def task(grader: Grader) -> Task:
        return Task("t", "convert", "goal", {}, grader, lambda workspace: "", ())

    assert task(BOOKS).grade(tmp_path, "").reason == "there is no a"
    (tmp_path / "a").write_bytes(b"\xff\xfe not text")
    assert "UnicodeDecodeError" in task(BOOKS).grade(tmp_path, "").reason
    (tmp_path / "a").write_text("[1,")
    assert "JSONDecodeError" in task(BOOKS).grade(tmp_path, "").reason
    (tmp_path / "a").unlink()
    (tmp_path / "a").mkdir()
    assert not task(BOOKS).grade(tmp_path, "").passed
