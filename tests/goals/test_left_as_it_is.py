"""What the person, or a strong model in its draft, wants left as it is, stays so or is told of."""

from pathlib import Path

import pytest
from plays import finish, refusals, worked, write

from selfstarter.core.ports import Request
from selfstarter.goals.files import to_be_left

THERE = {"fetch.py": "def fetch():\n    return 1\n", "report.py": "def report():\n    return 2\n"}
GOAL = "Correct the report"
KEPT = {"kind": "file_changed", "path": "fetch.py", "kept": True}
UNSAID = {"kind": "file_changed", "path": "fetch.py"}
RIGHT = {"kind": "file_matches", "path": "report.py", "contains": ["return 3"]}
MENDED = write("report.py", "def report():\n    return 3\n")
BENT = write("fetch.py", "def fetch():\n    return 3\n")


@pytest.mark.parametrize(
    ("goal", "kept"),
    [
        (GOAL, {"kind": "file_changed", "path": "./fetch.py", "kept": True}),
        (GOAL, KEPT),
        ("Correct the report. fetch.py is the vendor's and must not be changed.", UNSAID),
        ("Correct the report without touching fetch.py.", None),
        ("Correct report.py, and leave fetch.py alone", None),
    ],
)
def test_what_is_to_be_left_alone_may_not_be_changed(
    workspace: Path, home: Path, goal: str, kept: dict[str, object] | None
) -> None:
    checks = [RIGHT, *([kept] if kept else [])]
    bent = worked(
        workspace, home, goal, MENDED, BENT, finish("Done."), there=THERE, checks=checks,
        files=["report.py"],
    )  # fmt: skip
    assert bent.ending == "partly"
    assert "fetch.py" in refusals(bent)[0]
    contract = bent.state.contract
    assert contract and "fetch.py" in dict(contract.protects)
    right = worked(
        workspace, home, goal, MENDED, finish("Done."), there=THERE, checks=checks,
        files=["report.py"],
    )  # fmt: skip
    assert right.ending == "done", right.report


def test_a_strong_model_is_told_at_once_what_may_not_be_changed(
    workspace: Path, home: Path
) -> None:
    goal, asked = "Correct report.py, and leave fetch.py alone", list[Request]()
    worked(workspace, home, goal, MENDED, finish("Done."), there=THERE, asked=asked)
    texts = [message.text for request in asked for message in request.messages]
    assert any("These may not be changed: fetch.py" in text for text in texts)


def test_a_criterion_of_the_model_that_is_dropped_is_told(workspace: Path, home: Path) -> None:
    there = {"kind": "file_exists", "path": "fetch.py"}
    outcome = worked(
        workspace, home, GOAL, MENDED, finish("Done."), there=THERE, checks=[RIGHT, there],
        files=["report.py"],
    )  # fmt: skip
    assert outcome.ending == "done"
    assert "proves nothing: It holds, look 2" in outcome.report


FILES = ["fetch.py", "lib/auth.py", "report.py", "db.py", "vendor/x.py", "config.toml"]


@pytest.mark.parametrize(
    ("goal", "left"),
    [
        ("fetch.py is the vendor's and must not be changed. Fix report.py.", "fetch.py"),
        ("Do not change fetch.py or auth.py, but fix report.py", "fetch.py lib/auth.py"),
        ("Fix it without touching fetch.py, auth.py and db.py.", "fetch.py lib/auth.py db.py"),
        ("Leave `fetch.py` alone; mend report.py", "fetch.py"),
        ("Keep fetch.py and auth.py as they are.", "fetch.py lib/auth.py"),
        ("fetch.py and db.py must never be modified", "fetch.py db.py"),
        ("Never touch anything in vendor/.", "vendor/x.py"),
        ("The file fetch.py belongs to the vendor, so it may not be edited. Mend it", "fetch.py"),
        ("Add a cache to report.py (fetch.py must not be touched)", "fetch.py"),
        ("Fix report.py and fetch.py must not be touched.", "fetch.py"),
        ("Do not touch fetch.py, report.py should be mended", "fetch.py"),
        ("Change report.py so that prices must not be changed", ""),
        ("Do not change fetch.py's name. Fix it", ""),
        ("Do not change the output of report.py", ""),
        ("Make report.py quicker. Its output must not be changed.", ""),
        ("You may not modify fetch.py unless it is wrong", ""),
        ("report.py is slow and must not be changed to use threads", ""),
        ("In config.toml set the port to 81. Leave everything else as it is.", ""),
    ],
)
def test_which_files_the_goal_wants_left_as_they_are(goal: str, left: str) -> None:
    assert to_be_left(goal, FILES) == tuple(left.split())
