"""What a program's end is told as."""

import asyncio
from pathlib import Path
from typing import cast

import pytest
from plays import Reply, needs_sandbox, shell, worked

from selfstarter.core.ports import Ran, Request, Result, Sandbox, Tool
from selfstarter.tools.code import LOST, code_tools, last_program

GONE = Ran(1, "Traceback (most recent call last):\nNameError: name 'rows' is not defined\n", "")


class Python:
    """Every cell ends like this."""

    async def python(self, code: str, timeout_s: float) -> Ran:
        return GONE


def python(code: str) -> Reply:
    return {"call": {"tool": "run_python", "args": {"code": code}}}


async def called(run_python: Tool) -> Result:
    return await run_python({"code": "rows"}, "1")


@pytest.mark.parametrize("anew", [True, False])
def test_after_a_resume_it_is_told_that_names_are_gone(anew: bool) -> None:
    run_python, _ = code_tools(cast(Sandbox, Python()), anew)
    result = asyncio.run(called(run_python))
    assert (result.next_action == LOST) == anew


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("grep x f", "grep"),
        ("/usr/bin/which q", "which"),
        (r"python3 -m pytest -q; grep -rn '1\.25' shop --include=*.py", "grep"),
        ("cat f | grep 'a;b'", "grep"),
        ("make\n[ -f x ]", "["),
        ("ls && ls; test -f x || test -f y", "test"),
        ("make && grep x f", ""),
        ("cd shop && diff -r a b 2>&1", "diff"),
        ("cmp a b && echo same", "cmp"),
        ("cd shop && cmp a b &>/dev/null && echo 'a & b'", "cmp"),
        ("cd shop 2>/dev/null && diff a b", ""),
        ("cmp a b && echo same > gone/c", ""),
        ("cmp a b && make", ""),
        ("make 2>&1 | tee log && echo same", "tee"),
        ("set -euo pipefail\ngrep x f", ""),
        ("cat << 'END'\nit's\nEND", "END"),
        ("echo 'two\nlines'", ""),
        ("", ""),
    ],
)
def test_whose_exit_status_it_is(command: str, program: str) -> None:
    assert last_program(command) == program


@needs_sandbox
@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("echo seen; grep never a.txt", "ok"),
        ("cd . && grep never a.txt 2>&1", "ok"),
        ("grep never a.txt && echo there", "ok"),
        ("grep never gone.txt", "permanent"),
        ("cd gone && grep never a.txt", "permanent"),
        ("grep never a.txt; false", "permanent"),
    ],
)
def test_a_program_that_says_no_has_not_failed(
    workspace: Path, home: Path, command: str, status: str
) -> None:
    outcome = worked(workspace, home, "Look into a.txt", shell(command), there={"a.txt": "a\n"})
    result = next(turn.result for turn in outcome.state.transcript if turn.result and turn.n == 1)
    assert result.status == status
    assert ("grep says no" in result.output) == (status == "ok")


OTHER = """import subprocess
subprocess.run(["bash", "-c", "echo because >&2; exit 3"], check=True)
"""


@needs_sandbox
@pytest.mark.parametrize(
    ("call", "told"),
    [
        (shell("echo seen; exit 3"), "Result: failed\nseen\n[exit status 3]\nLook at the output"),
        (shell("echo b > b.txt; exit 3"), "Result: failed\n[exit status 3]\n== b.txt"),
        (python(OTHER), "[exit status 1]\nThe cause is in what the program that it ran printed"),
        (python("1 / 0"), "division by zero\n[exit status 1]\nRead the last line of the error"),
        ({"call": {"tool": "read_file", "args": {"path": "no.txt"}}}, "Result: failed\n"),
        ({"call": {"tool": "no_tool", "args": {}}}, "Result: refused\nThere is no tool"),
    ],
)
def test_a_failure_is_told_once_and_as_what_it_is(
    workspace: Path, home: Path, call: Reply, told: str
) -> None:
    asked: list[Request] = []
    worked(
        workspace, home, "Look into a.txt", call, {"text": "so"}, there={"a.txt": "a\n"},
        asked=asked,
    )  # fmt: skip
    said = next(m.text for one in asked for m in one.messages if m.role == "tool")
    assert told in said and "permanent" not in said
    assert said.count("exit status 3") <= 1


@needs_sandbox
@pytest.mark.parametrize(
    ("command", "output", "left"),
    [
        ("nohup sleep 30 > log.txt 2>&1 & echo started", "started", "1 process)"),
        ("sleep 30 & sleep 30 & exit 3", "[exit status 3]", "2 processes)"),
        ("sleep 30 & grep never a.txt", "says no, which is no error]", "1 process)"),
        ("sleep 0.1 & wait; printf done", "done", ""),
        ("kill -9 $$", "[exit status 137]", ""),
        ("echo $0 $#", "bash 0", ""),
        ("printf 'y\\n' | head -1", "y", ""),
    ],
)  # fmt: skip
def test_of_what_a_command_leaves_running_it_is_said_that_it_was_ended(
    workspace: Path, home: Path, command: str, output: str, left: str
) -> None:
    outcome = worked(workspace, home, "Look", shell(command), there={"a.txt": "a\n"})
    result = next(turn.result for turn in outcome.state.transcript if turn.result and turn.n == 1)
    assert result.output.strip().endswith(output)
    assert ("was ended with the call" in result.next_action) is bool(left)
    assert left in result.next_action
