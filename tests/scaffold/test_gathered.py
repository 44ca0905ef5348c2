"""How a program over many files begins, and how a question about a text is answered."""

from pathlib import Path

import pytest
from plays import laid
from small_plays import asked, first_prefix, ran


def test_the_lines_of_all_logs_of_a_folder_are_brought_together(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(workspace, {"logs/a.log": "fine\nbad one\n", "logs/old/b.log": "fine\n", "c.log": "no"})
    prefix = first_prefix(workspace, home, "Which line in the logs folder is the worst?")
    names = ran(prefix, workspace, monkeypatch)
    assert names["lines"] == ["logs/a.log: fine", "logs/a.log: bad one", "logs/old/b.log: fine"]
    assert prefix.endswith("# a line is like 'logs/a.log: bad one'; print whole lines\n")


def test_where_the_files_themselves_are_meant_they_are_listed(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(workspace, {"pics/a.jpg": "x", "pics/old/b.png": "y", "c.jpg": "z"})
    for goal in ("Move the pictures in pics up one folder.", "How many files are in pics?"):
        names = ran(first_prefix(workspace, home, goal), workspace, monkeypatch)
        assert names["files"] == [Path("pics/a.jpg"), Path("pics/old/b.png")]


@pytest.mark.parametrize(
    "goal",
    ["Which line is the worst?", "Which line in the logs and the mails folder is the worst?"],
)
def test_without_one_folder_of_one_kind_nothing_is_begun(
    workspace: Path, home: Path, goal: str
) -> None:
    laid(workspace, {"logs/a.log": "1\n", "logs/b.log": "2\n", "mails/a.txt": "3\n"})
    assert first_prefix(workspace, home, goal).endswith("\nimport")


def test_a_file_that_changes_is_written_anew_if_it_is_a_short_program_else_replaced_in(
    workspace: Path, home: Path
) -> None:
    laid(
        workspace,
        {
            "a.py": "import re\n\ndef f(): 1\n",
            "long.py": "x = 1\n" * 500,
            "a.txt": "web\nport 1\n",
        },
    )
    assert first_prefix(workspace, home, "Fix a.py, f gives 2.") == (
        "```file a.py\nimport re\n\n"
    ), "the imports are not to be lost"
    assert first_prefix(workspace, home, "Fix long.py, x must be 2.") == "```read long.py\n"
    begun = first_prefix(workspace, home, "In a.txt set the port of web to 2.")
    assert "path = Path('a.txt')\ntext = path.read_text()\n" in begun
    replies = ("```read long.py\n```", "```finish\nno\n```")
    _, second, *_ = asked(workspace, home, "Fix long.py, x must be 2.", *replies)
    assert "path = Path('long.py')" in second.prefix


def test_what_a_failed_test_said_is_told(workspace: Path, home: Path) -> None:
    long = "".join(f"x{n} = {n}\n" for n in range(130))
    laid(workspace, {"a.py": f"import re\n\ndef f():\n    return 1\n{long}"})
    laid(workspace, {"test_a.py": "from a import f\n\ndef test_f():\n    assert f() == 2\n"})
    replies = ("```read a.py\n```", "```finish\nno\n```")
    _, first, *_ = asked(workspace, home, "The tests fail: fix a.py.", *replies, files="a.py")
    assert "# a test says: assert 1 == 2" in first.prefix
    assert first.prefix.endswith("\nold = '''"), "it would copy the program as it is"


def test_lists_are_read_as_lists(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(workspace, {"in/asked.txt": "ana\nbo\n\ncy \n", "came-late.txt": "bo\ndi\n"})
    goal = "Who of asked.txt is not in came-late.txt? Write missing.txt, one name a line."
    names = ran(first_prefix(workspace, home, goal), workspace, monkeypatch)
    assert (names["asked"], names["came_late"]) == (["ana", "bo", "cy"], ["bo", "di"])
    laid(workspace, {"came-late.txt": "Bo came late, and so did Di, who had missed the bus.\n" * 3})
    assert first_prefix(workspace, home, goal).endswith("\nimport"), "a text is no list"


def test_files_that_get_another_ending_are_found_wherever_they_lie(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(workspace, {"a.txt": "1\n", "sub/b.txt": "2\n", "c.csv": "3\n"})
    prefix = first_prefix(workspace, home, "Rename all .txt files to .md.")
    names = ran(f"{prefix}    print(new)\n", workspace, monkeypatch)
    assert str(names["new"]) == "sub/b.md"


def test_a_list_is_rid_of_what_is_there_twice(
    workspace: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(workspace, {"names.txt": "Zoe\nAna\nZoe\n"})
    goal = "Remove the duplicate lines from names.txt and write them to unique.txt."
    names = ran(first_prefix(workspace, home, goal), workspace, monkeypatch)
    assert names["names"] == ["Zoe", "Ana"]
    goal = "Which names are in names.txt more than once?"
    assert ran(first_prefix(workspace, home, goal), workspace, monkeypatch)["names"] == [
        "Zoe",
        "Ana",
        "Zoe",
    ]
