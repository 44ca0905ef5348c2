"""Things that a goal wants taken out of texts: found by a pattern, not by lines."""

from pathlib import Path
from typing import Any

import pytest
from plays import laid
from small_plays import first_prefix, ran

from selfstarter.scaffold.takings import takings, wants

MAIL = """Dear team,
please look at ticket TCK-101 and at TCK-205 (was INV-2024-0012), mail ann.lee@shop.example.
See https://wiki.example/tck?id=1. Call +49 30 123456, or write to bo@shop.example, thanks!
TCK-101 is urgent.
"""


@pytest.mark.parametrize(
    ("goal", "found"),
    [
        ("Collect all ticket numbers (TCK- and digits) into out.txt.", ["TCK-101", "TCK-205"]),
        ("List the invoice numbers, they look like INV-2023-0001.", None),
        ("Get every ticket number (like TCK-000).", ["TCK-101", "TCK-205"]),
        ("Extract every e-mail address.", ["ann.lee@shop.example", "bo@shop.example"]),
        ("Extract all e-mail addresses.", ["ann.lee@shop.example", "bo@shop.example"]),
        ("Gather the links.", None),
        ("How many tickets are there?", None),
        ("Find the order numbers.", None),
    ],
)
def test_what_is_taken_out_is_what_the_goal_names(goal: str, found: list[str] | None) -> None:
    got = takings(goal, [MAIL]) if wants(goal) else None
    assert (list(dict.fromkeys(got.found)) if got else None) == found


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("AB-1 AB-22 AB-333", r"\bAB-\d+(?:[-_/]\d+)*\b"),
        ("AB-2024-001 AB-2025-077", r"\bAB-\d{4}-\d{3}\b"),
        ("AB12 AB34 UTF-8", r"\bAB\d{2}\b"),
    ],
)
def test_the_pattern_is_read_off_the_texts(text: str, pattern: str) -> None:
    found = takings("List the AB codes.", [text])
    assert found and found.pattern == pattern


def test_a_code_that_the_goal_shows_says_how_all_are_built() -> None:
    text = "INV-2024-0137, INV-23-881 of the old kind, INV-2023-2210, OFF-2024-0142"
    found = takings("Collect every invoice number; they look like INV-2024-0137.", [text])
    assert found and found.found == ("INV-2024-0137", "INV-2023-2210")


def test_of_several_kinds_of_codes_none_is_chosen_that_the_goal_does_not_name() -> None:
    assert takings("List all codes.", ["AB-11 AB-12 CD-13"]) is None
    assert takings("List all codes.", ["AB-11 AB-12"]) is not None


def test_the_program_begins_with_all_of_them(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(workspace, {"mails/a.txt": MAIL, "mails/b.txt": "TCK-300 is done.\n", "c.txt": "TCK-999"})
    goal = "Collect all ticket numbers (TCK- and three digits) from mails into tickets.txt."
    prefix = first_prefix(workspace, home, goal)
    names: dict[str, Any] = ran(prefix, workspace, monkeypatch)
    assert names["found"] == ["TCK-101", "TCK-205", "TCK-101", "TCK-300"]
    assert prefix.endswith("# found has 4, some more than once, like 'TCK-101'\n")
    names = ran(first_prefix(workspace, home, f"{goal} Each once, sorted."), workspace, monkeypatch)
    assert names["found"] == ["TCK-101", "TCK-205", "TCK-300"]
    laid(workspace, {"one.md": MAIL})
    prefix = first_prefix(workspace, home, "Take the e-mail addresses out of one.md into out.txt.")
    found = ran(prefix, workspace, monkeypatch)["found"]
    assert found == ["ann.lee@shop.example", "bo@shop.example"]


def test_a_question_that_asks_for_a_file_is_not_answered_so(workspace: Path, home: Path) -> None:
    laid(workspace, {"mails/a.txt": MAIL, "mails/b.txt": "TCK-300 is done.\n"})
    goal = "Find the ticket numbers in mails: which file has TCK-300?"
    assert "found = [" not in first_prefix(workspace, home, goal)
