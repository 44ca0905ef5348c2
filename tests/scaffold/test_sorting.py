"""A list inside a text that is to be put in order."""

from pathlib import Path

import pytest
from plays import laid, needs_sandbox
from small_plays import asked, first_prefix, python

from selfstarter.scaffold.sorting import sorted_in_place

REFERENCES = "# References\n\n- Young, A. (2019)\n- Abel, K. (2021)\n- Meyer, J. (2003)\n"
GOAL = "Sort the entries in references.md alphabetically by the last name of the first author."


@needs_sandbox
def test_the_entries_are_found_and_put_back(workspace: Path, home: Path) -> None:
    laid(workspace, {"references.md": REFERENCES})
    begun = first_prefix(workspace, home, GOAL).removeprefix("```python\n")
    assert "the first is '- Young, A. (2019)'" in begun
    rest = (
        "entries.sort()\nfor n, entry in zip(at, entries): lines[n] = entry\n"
        "path.write_text('\\n'.join(lines) + '\\n')"
    )
    asked(workspace, home, GOAL, python(f"{begun}{rest}"))
    wanted = "# References\n\n- Abel, K. (2021)\n- Meyer, J. (2003)\n- Young, A. (2019)\n"
    assert (workspace / "references.md").read_text() == wanted


@pytest.mark.parametrize(
    ("goal", "path", "text"),
    [
        ("Fix the typos in a.md.", "a.md", REFERENCES),
        (GOAL, "a.md", "# Nothing\n\nin a list\n"),
        (GOAL, "a.py", REFERENCES),
    ],
)
def test_other_work_is_begun_in_other_ways(goal: str, path: str, text: str) -> None:
    assert not sorted_in_place(goal, path, text)
