"""What the labels of a document stand for is put in their place."""

import pytest

from selfstarter.proofs.labels import without_labels

SOURCES = "\n[1]: https://flock.example/prices (read 2026-11-30)\n[b]: ops/notes.md\n"


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("It costs $777 [1].", "It costs $777 [https://flock.example/prices]."),
        ("It costs [$777][b].", "It costs $777 [ops/notes.md]."),
        (
            "Both [1][b], [1, b]",
            "Both {0}[ops/notes.md], {0}[ops/notes.md]".format("[https://flock.example/prices]"),
        ),
        ("As [B] says: 7, [b][].", "As [ops/notes.md] says: 7, [ops/notes.md]."),
        ("No label: [2], [x], [1](a.html), [a.csv]", "No label: [2], [x], [1](a.html), [a.csv]"),
    ],
)
def test_a_label_becomes_what_it_stands_for(line: str, becomes: str) -> None:
    lines = list(without_labels(line + SOURCES, "ops/notes.md".__eq__))
    assert lines[0] == (becomes, False)
    assert [defines for _, defines in lines] == [False, True, True]


@pytest.mark.parametrize(
    ("line", "defines"),
    [
        ("[^1]: ops/notes.md, lines 12-20", True),
        ("[1] The notes, ops/notes.md", True),
        ("- [1]: `made-up.csv`", True),
        ("[1]: e.g. what was said", False),
        ("[prices.csv]: 120, see ops/notes.md", False),
        ("- [x] write ops/notes.md", False),
    ],
)
def test_a_line_defines_a_label_or_only_begins_with_brackets(line: str, defines: bool) -> None:
    assert [one for _, one in without_labels(line, "ops/notes.md".__eq__)] == [defines]
