"""What a run waits for is asked of whoever is at its terminal, and answered as from any shell."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from terminal import (
    FINISH,
    GOAL,
    PLAN,
    WRAP_UP,
    WRITE,
    Script,
    call,
    clean,
    draft,
    in_terminal,
    rows,
    the_run,
    words,
)

BEGIN = (draft("hello.txt"), PLAN)


@pytest.mark.parametrize(
    ("typed", "code", "heard"),
    [
        (("y\n",), 0, "call_approved"),
        (("a\n",), 0, "call_approved"),
        (("\n", "n\n"), 3, "call_denied"),
        (("\x04",), 4, "approval_asked"),
    ],
    ids=["yes", "all", "no", "gone"],
)
def test_a_call_is_shown_whole_and_allowed_or_not(
    workspace: Path,
    home: Path,
    tmp_path: Path,
    script: Script,
    typed: Sequence[str],
    code: int,
    heard: str,
) -> None:
    model = script(*BEGIN, WRITE, FINISH, FINISH, FINISH, WRAP_UP)
    where = ("-w", workspace, "-m", model, "--home", home)
    args = words("run", GOAL, *where, "--mode", "ask", "--plain")
    done, said = in_terminal(args, clean(tmp_path) | {"COLUMNS": "200"}, typed)
    assert done == code, said
    assert "May it call write_file once?" in said
    assert said.count("sha256 ") == 1, "it is shown once"
    shown = ("content:", "  | hello", "  | ", 'path: "hello.txt"')
    assert "\r\n".join(shown) in said
    kinds = [row["kind"] for row in rows(home, the_run(home))]
    assert heard in kinds and (workspace / "hello.txt").exists() == (code == 0)


@pytest.mark.parametrize(
    ("typed", "code", "most"),
    [(("y\n", "y\n"), 0, [2, 3]), (("many\n", "7\n"), 0, [8]), (("n\n",), 5, [])],
    ids=["yes", "an amount", "no"],
)
def test_a_limit_is_raised_or_stays(
    workspace: Path,
    home: Path,
    tmp_path: Path,
    script: Script,
    typed: Sequence[str],
    code: int,
    most: list[int],
) -> None:
    model = script(*BEGIN, call("list_files"), WRITE, FINISH, WRAP_UP)
    where = ("-w", workspace, "-m", model, "--home", home)
    args = words("run", GOAL, *where, "--max-steps", "1", "--plain")
    done, said = in_terminal(args, clean(tmp_path) | {"COLUMNS": "200"}, typed)
    assert done == code, said
    assert "The budget of 1 steps is spent. Raise the limit?" in said
    assert said.count("# ") == 1, "only the end is reported"
    raised = [row["most"] for row in rows(home, the_run(home)) if row["kind"] == "limit_raised"]
    assert raised == most


def test_who_resumes_is_asked_too_and_what_was_given_is_not_given_twice(
    workspace: Path, home: Path, tmp_path: Path, script: Script
) -> None:
    model = script(*BEGIN, *(call("list_files", path=f"{n}") for n in range(3)), WRITE, FINISH)
    where = ("-w", workspace, "-m", model, "--home", home)
    env = clean(tmp_path) | {"COLUMNS": "200"}
    args = words("run", GOAL, *where, "--max-steps", "1", "--plain")
    assert in_terminal(args, env, ("\x04",))[0] == 4
    args = words("resume", "@last", "--home", home, "--max-steps", "2", "--plain")
    done, said = in_terminal(args, env, ("9\n",))
    assert (done, said.count("y: by as much again")) == (0, 1), said


def test_what_a_run_took_before_stands_in_the_live_line_of_a_resume(
    workspace: Path, home: Path, tmp_path: Path, script: Script
) -> None:
    model = script(*BEGIN, *(call("list_files", path=f"{n}") for n in range(2)), WRITE, FINISH)
    where = ("-w", workspace, "-m", model, "--home", home)
    env = clean(tmp_path) | {"COLUMNS": "200"}
    args = words("run", GOAL, *where, "--max-steps", "2", "--plain")
    assert in_terminal(args, env, ("\x04",))[0] == 4
    args = words("resume", "@last", "--home", home, "--max-steps", "4")
    done, said = in_terminal(args, env, ())
    assert done == 0 and "step 3/4" in said, said
    assert "step 0/" not in said and "· 0/400,000" not in said, said
