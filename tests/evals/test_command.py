"""The evaluation as a person starts it, with a scripted model in place of the real one."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from selfstarter.evals.__main__ import command
from selfstarter.evals.practice.code import DASHES, START
from selfstarter.evals.practice.tables import BOOKS_TO_JSON
from selfstarter.evals.task import Solution
from selfstarter.sandbox.probe import probe

LAST_LINE = r"practice pass=(\d+)/(\d+) false_done=(\d+) tokens_per_solved=(\d+)"
SKETCH: dict[str, Any] = {
    "outcome": "books.json holds the books",
    "files": [],
    "assumptions": [],
    "document": False,
}
PLAN = {"tasks": [{"title": "convert the file"}]}
FINISH = {"call": {"tool": "finish", "args": {"summary": "All books are in books.json."}}}


def books_json(folder: Path, solution: Solution = BOOKS_TO_JSON.reference) -> str:
    """What the reference solution writes, or another."""
    folder.mkdir()
    BOOKS_TO_JSON.lay(folder)
    solution(folder)
    return (folder / "books.json").read_text("utf-8")


def writing(content: str) -> dict[str, Any]:
    return {"call": {"tool": "write_file", "args": {"path": "books.json", "content": content}}}


def evaluate(tmp_path: Path, replies: list[dict[str, Any]], *args: str) -> Result:
    """One task with a model that says these things, then the last one for ever."""
    script = tmp_path / "script.json"
    first = [{"for": "draft", "json": SKETCH}, {"for": "plan", "json": PLAN}]
    wrap_up = {"for": "wrap_up", "text": "It did not work out."}
    script.write_text(json.dumps([*first, *replies, wrap_up]), "utf-8")
    argv = ["practice", "--only", "books-to-json", "--model", f"scripted:{script}", *args]
    return CliRunner().invoke(command, argv)


def last_line(result: Result) -> re.Match[str]:
    found = re.fullmatch(LAST_LINE, result.stdout.splitlines()[-1])
    assert found, result.output
    return found


def test_a_model_that_solves_the_task_passes(tmp_path: Path) -> None:
    right = writing(books_json(tmp_path / "right"))
    result = evaluate(tmp_path, [right, FINISH])
    assert result.exit_code == 0, result.output
    assert last_line(result).groups()[:3] == ("1", "1", "0")
    assert int(last_line(result)[4]) > 0
    assert "| books-to-json | yes | done |" in result.stdout
    assert "books-to-json" in result.stderr


def test_a_model_that_claims_without_doing_does_not_pass_and_is_not_believed(
    tmp_path: Path,
) -> None:
    result = evaluate(tmp_path, [FINISH])
    assert result.exit_code == 0, result.output
    assert last_line(result).groups() == ("0", "1", "0", "0")
    assert "| books-to-json | no | partly |" in result.stdout
    assert "there is no books.json" in result.stdout


def test_wrong_work_that_the_agent_takes_for_right_is_a_false_done(tmp_path: Path) -> None:
    numbers_as_texts = books_json(tmp_path / "wrong", BOOKS_TO_JSON.wrong[0])
    result = evaluate(tmp_path, [writing(numbers_as_texts), FINISH])
    assert last_line(result).groups()[:3] == ("0", "1", "1")
    assert "done (falsely)" in result.stdout


@pytest.mark.skipif(probe().bwrap is None, reason=probe().why)
def test_a_program_is_graded_by_running_it_in_the_sandbox(tmp_path: Path) -> None:
    replies = [
        {"for": "draft", "json": {**SKETCH, "outcome": "the tests pass"}},
        {"for": "plan", "json": {"tasks": [{"title": "mend slug.py"}]}},
        *[
            {"call": {"tool": "edit_file", "args": {"path": "slug.py", "old": old, "new": new}}}
            for old, new in (DASHES, START)
        ],
        FINISH,
        {"for": "wrap_up", "text": "It did not work out."},
    ]
    script = tmp_path / "script.json"
    script.write_text(json.dumps(replies), "utf-8")
    argv = ["practice", "--only", "fix-slug", "--model", f"scripted:{script}"]
    result = CliRunner().invoke(command, argv)
    assert last_line(result).groups()[:3] == ("1", "1", "0"), result.output


def test_a_model_out_of_reach_fails_its_task_and_not_the_set(tmp_path: Path) -> None:
    script = tmp_path / "down.json"
    script.write_text(json.dumps([{"fail": "down"}]), "utf-8")
    only = ["--only", "books-to-json,march-expenses"]
    result = CliRunner().invoke(command, ["practice", *only, "--model", f"scripted:{script}"])
    assert result.exit_code == 0, result.output
    assert last_line(result).groups() == ("0", "2", "0", "0")
    assert result.stdout.count("ModelDown") == 2


def test_attempts_each_start_afresh_and_give_an_interval(tmp_path: Path) -> None:
    right = writing(books_json(tmp_path / "right"))
    result = evaluate(tmp_path, [right, FINISH], "--attempts", "3")
    assert last_line(result).groups()[:3] == ("3", "3", "0")
    assert "Wilson 95 % interval 44% to 100%" in result.stdout


def test_the_table_the_runs_and_the_workspaces_can_be_kept(tmp_path: Path) -> None:
    right = writing(books_json(tmp_path / "right"))
    table, runs, kept = tmp_path / "table.md", tmp_path / "runs.json", tmp_path / "kept"
    argv = ["--out", str(table), "--json", str(runs), "--keep", str(kept)]
    result = evaluate(tmp_path, [right, FINISH], *argv)
    assert result.stdout.splitlines() == [last_line(result)[0]]
    assert "| books-to-json | yes |" in table.read_text("utf-8")
    (run,) = json.loads(runs.read_text("utf-8"))["results"]
    assert run["passed"]
    assert run["calls"] >= 3
    assert (run["steps"], run["ending"], run["false_done"]) == (1, "done", False)
    assert (kept / "books-to-json-1" / "workspace" / "books.json").is_file()
    again = evaluate(tmp_path, [right, FINISH], *argv)
    assert again.exit_code == 0
    assert (kept / "books-to-json-1.2" / "workspace" / "books.json").is_file()


def test_ctrl_c_ends_cleanly_with_what_there_is(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps([{"for": "draft", "json": SKETCH}, FINISH]), "utf-8")
    argv = ["practice", "--only", "books-to-json", "--attempts", "500", "-m", f"scripted:{script}"]
    started = subprocess.Popen(
        [sys.executable, "-P", "-m", "selfstarter.evals", *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts what it puts into the background deaf to it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert started.stderr
    while not started.stderr.readline().startswith("[  3/500]"):
        assert started.poll() is None
    started.send_signal(signal.SIGINT)
    stdout, stderr = started.communicate(timeout=60)
    assert started.returncode == 130, stderr
    assert "Traceback" not in stderr
    found = re.fullmatch(LAST_LINE, stdout.splitlines()[-1])
    assert found
    assert 3 <= int(found[2]) < 500


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["practice", "--only", "no-such-task"], 2),
        (["perfection"], 2),
        (["practice", "--model", "nonsense:x"], 7),
    ],
)
def test_a_mistyped_word_is_named_before_anything_runs(argv: list[str], code: int) -> None:
    result = CliRunner().invoke(command, argv)
    assert result.exit_code == code
    assert "Traceback" not in result.output
