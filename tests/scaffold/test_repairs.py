"""A small model mends a short program by saying which of its lines read differently."""

import json
from pathlib import Path

import pytest
from small_plays import asked

from selfstarter.core.ports import Request
from selfstarter.scaffold.repairs import indented

STACK = "x, items = 2, [1]\n\nfor _ in items[:1]:\n    if x:\n        items.insert(0, x)\n"
"""Without functions, which are mended in another way."""
TEST = "from stack import items\n\ndef test_last():\n    assert items[-1] == 2\n"
GOAL = "test_stack.py fails: repair stack.py so that it passes."


def mended(*lines: tuple[str, str]) -> str:
    return json.dumps({"why": "w", "changes": [{"line": old, "new": [new]} for old, new in lines]})


def run(workspace: Path, home: Path, *replies: str) -> list[Request]:
    (workspace / "stack.py").write_text(STACK)
    (workspace / "test_stack.py").write_text(TEST)
    return asked(workspace, home, GOAL, *replies, files="stack.py")


def test_a_line_is_changed_where_it_stands(workspace: Path, home: Path) -> None:
    reply = mended(("5:         items.insert(0, x)", "items.append(x)"))
    first, *_ = run(workspace, home, reply)
    text = first.messages[-1].text
    assert "assert 1 == 2" in text, "what fails is told"
    assert "def test_last" in text, "and so is the test"
    assert first.schema and "1: x, items = 2, [1]" in str(first.schema["$defs"])
    wanted = STACK.replace("insert(0, x)", "append(x)")
    assert (workspace / "stack.py").read_text() == wanted


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (mended(("5:         items.insert(0, x)", "items.insert(0, x)")), "as before"),
        (mended(("5:         items.insert(0, x)", "items.append(x")), "not valid python"),
        (mended(("9: x", "y")), "has no line '9: x'"),
    ],
)
def test_what_mends_nothing_is_not_written(
    workspace: Path, home: Path, reply: str, why: str
) -> None:
    _, second, *_ = run(workspace, home, reply, reply)
    assert why in second.messages[-1].text
    assert (workspace / "stack.py").read_text() == STACK


@pytest.mark.parametrize(
    "new",
    [
        ["if x:", "    items.append(x)"],
        ["        if x:", "            items.append(x)"],
        ["        if x:", "    items.append(x)"],
        ["5:         if x:", "6:             items.append(x)"],
    ],
)
def test_lines_are_put_as_far_in_as_makes_a_program(
    workspace: Path, home: Path, new: list[str]
) -> None:
    line = "5:         items.insert(0, x)"
    run(workspace, home, json.dumps({"why": "w", "changes": [{"line": line, "new": new}]}))
    text = (workspace / "stack.py").read_text()
    assert text.endswith("\n        if x:\n            items.append(x)\n")


def test_each_try_sees_what_fails_now(workspace: Path, home: Path) -> None:
    wrong = mended(("5:         items.insert(0, x)", "items.insert(1, x - 1)"))
    _, second, *_ = run(workspace, home, wrong, wrong)
    assert "assert 1 == 2" in second.messages[-1].text


def test_a_try_that_made_it_no_better_is_not_gone_on_from(workspace: Path, home: Path) -> None:
    wrong = mended(("5:         items.insert(0, x)", "items.insert(1, x - 1)"))
    _, second, *_ = run(workspace, home, wrong, wrong)
    assert "5:         items.insert(0, x)" in second.messages[-1].text


def test_a_try_with_which_fewer_tests_fail_is_gone_on_from(workspace: Path, home: Path) -> None:
    more = "\ndef test_name():\n    assert stack.name == 's'\n"
    (workspace / "test_more.py").write_text(f"import stack\n{more}")
    named = mended(("1: x, items = 2, [1]", "x, items = 2, [1]\nname = 's'"))
    wrong = mended(("6:         items.insert(0, x)", "items.insert(1, x - 1)"))
    _, second, third, *_ = run(workspace, home, named, wrong, wrong)
    for request in (second, third):
        assert "name = 's'" in request.messages[-1].text
        assert "6:         items.insert(0, x)" in request.messages[-1].text


@pytest.mark.parametrize(
    ("new", "was", "stands"),
    [
        ("x = 1", "    y = 2", "    x = 1"),
        ("if x:\n    y = 2", "        y = 2", "        if x:\n            y = 2"),
        ("    if x:\n        y = 2", "    y = 2", "    if x:\n        y = 2"),
        ("        x = 1", "x = 2", "x = 1"),
        ("    if x:\n    y = 2", "y = 2", "if x:\ny = 2"),
    ],
)
def test_a_line_is_as_far_to_the_right_as_the_one_before(new: str, was: str, stands: str) -> None:
    assert indented(new, was) == stands
