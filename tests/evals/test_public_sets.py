"""Public sets are read from tiny samples made here, in the sets' own form."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from selfstarter.core.errors import BadSetting
from selfstarter.evals.__main__ import command
from selfstarter.evals.public import gaia, harbor
from selfstarter.sandbox.probe import probe

QUESTION = {"task_id": "a1", "Question": "How many lines?", "Level": 2, "Final answer": "1,200",
            "file_name": "x.txt"}  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "said", "right"),
    [
        ("1,200", "I counted.\nFinal answer: 1200", True),
        ("1,200", "1200.0", True),
        ("1,200", "120", False),
        ("17", "It is 17.", False),
        ("St. Petersburg", "st petersburg", True),
        ("St. Petersburg", "Saint Petersburg", False),
        ("red, 7, blue", "Red; 7.0; blue", True),
        ("red, 7, blue", "7, red, blue", False),
        ("red, 7, blue", "red, 7", False),
        ("yes", "", False),
    ],
)
def test_a_gaia_answer_is_compared_as_the_set_says(wanted: str, said: str, right: bool) -> None:
    assert (gaia.last_line_is(wanted)(Path(), said) == "") == right


def test_gaia_is_read_from_its_folder(tmp_path: Path) -> None:
    rows = [
        QUESTION,
        {**QUESTION, "task_id": "a2", "file_name": ""},
        {**QUESTION, "task_id": "a3", "file_name": "y.bin"},
    ]
    (tmp_path / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (tmp_path / "x.txt").write_text("one\n", "utf-8")
    (tmp_path / "y.bin").write_bytes(b"\xff\x00\xfe")
    found = gaia.tasks(tmp_path)
    assert [one.name for one in found] == ["gaia-a1", "gaia-a2"], "a file that is no text"
    assert (found[0].level, found[0].files) == (2, {"x.txt": "one\n"})
    assert "The file is x.txt." in found[0].goal
    for one in found:
        assert one.grade(tmp_path, one.reference(tmp_path)).passed
        assert not any(one.grade(tmp_path, wrong(tmp_path)).passed for wrong in one.wrong)
    with pytest.raises(BadSetting, match="metadata.jsonl"):
        gaia.tasks(tmp_path / "nowhere")


def a_task(folder: Path, docker: str = "FROM ubuntu:24.04\nWORKDIR /app\nCOPY . /app\n") -> None:
    for name, text in {
        "instruction.md": "Write the sum of the numbers in /app/numbers.txt to /app/sum.txt.\n",
        "task.toml": '[metadata]\ndifficulty = "easy"\n[agent]\ntimeout_sec = 120.0\n',
        "environment/Dockerfile": docker,
        "environment/numbers.txt": "3\n4\n",
        "solution/solve.sh": "#!/bin/bash\necho 7 > /app/sum.txt\n",
        "tests/test.sh": '[ "$(cat /app/sum.txt)" = 7 ] && echo 1 > /logs/verifier/reward.txt'
        " || echo 0 > /logs/verifier/reward.txt\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@pytest.mark.skipif(not probe().bwrap, reason=probe().why)
def test_a_task_of_harbor_is_solved_and_graded_by_its_own_scripts(tmp_path: Path) -> None:
    a_task(tmp_path / "set" / "sum")
    a_task(tmp_path / "set" / "root", docker="FROM ubuntu\nRUN apt-get install -y gcc\n")
    (found,), others = harbor.tasks(tmp_path / "set")
    assert others == {"root": "its container does more than lay files (RUN)"}
    assert (found.level, found.budget.time_s, found.files) == (1, 120, {"numbers.txt": "3\n4\n"})
    assert found.goal.startswith("Write the sum of the numbers in numbers.txt to sum.txt.")
    workspace = tmp_path / "work"
    workspace.mkdir()
    found.lay(workspace)
    assert not found.grade(workspace, "Done.").passed
    assert found.grade(workspace, found.reference(workspace)).passed
    assert sorted(path.name for path in workspace.iterdir()) == ["numbers.txt", "sum.txt"]
    (workspace / "sum.txt").write_text("8", "utf-8")
    assert not found.grade(workspace, "Done.").passed


def test_what_is_no_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"instruction\.md"):
        harbor.tasks(tmp_path)
    for name in ("gaia", "harbor"):
        ran = CliRunner().invoke(command, [name, "--data", str(tmp_path), "-m", "local"])
        assert ran.exit_code == 7, ran.output
    ran = CliRunner().invoke(command, ["gaia"])
    assert ran.exit_code == 2
    assert "--data" in ran.stderr
