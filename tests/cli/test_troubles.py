"""What a person reads when something goes wrong: a sentence, a code, a way on."""

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from shell import shell
from terminal import DOWN, FINISH, GOAL, PLAN, PROGRAM, WRITE, clean, draft

from selfstarter.core.errors import BadSetting, ModelDown, NoSuchRun, Trouble, anchor

Script = Callable[..., str]
TRACEBACK = "Traceback (most recent call last)"


@pytest.fixture(autouse=True)
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("SELFSTARTER_DEBUG", "")  # is put back after what `--debug` does to it
    return tmp_path / "config" / "selfstarter"


def test_a_trouble_is_what_happened_then_its_code_and_a_way_on(home: Path) -> None:
    said = shell("show", "nowhere", "--home", home, code=2).stderr.splitlines()
    assert said[0].startswith("selfstarter: ") and "nowhere" in said[0]
    assert said[1:] == [f"E201  {NoSuchRun.fix} See {anchor(NoSuchRun)}"]


def test_the_traceback_of_a_trouble_is_seen_where_it_is_asked_for(home: Path, person: Path) -> None:
    asked = ("show", "nowhere", "--home", home)
    assert TRACEBACK not in shell(*asked, code=2).output
    assert TRACEBACK in shell(*asked, code=2, SELFSTARTER_DEBUG="1").stderr
    shell("config", "set", "debug", "true")
    assert TRACEBACK in shell(*asked, code=2).stderr
    (person / "config.toml").write_text("steps = = 3\n")
    assert TRACEBACK not in shell(*asked, code=7).output
    assert TRACEBACK in shell("--debug", *asked, code=7).stderr


def test_json_carries_the_code_and_the_fix_before_a_run_and_in_it(
    script: Script, workspace: Path, home: Path
) -> None:
    where = ("-w", workspace, "--home", home, "--json")
    early = json.loads(shell("run", GOAL, "-m", "opneai:x", *where, code=7).stdout)
    assert (early["status"], early["exit_code"]) == ("failed", 7)
    assert "Did you mean" in early["error"]
    assert (early["error_code"], early["fix"]) == ("E101", BadSetting.fix)
    late = json.loads(shell("run", GOAL, "-m", script(DOWN, DOWN, DOWN), *where, code=75).stdout)
    assert (late["error_code"], late["fix"]) == ("E302", ModelDown.fix)
    assert early.keys() <= late.keys()
    keyless = shell("run", GOAL, "-m", "openai:gpt-5-mini", *where, code=7, OPENAI_API_KEY="")
    assert json.loads(keyless.stdout)["error_code"] == "E102"
    ended = shell("ls", "--json", "--database", "mysql://x", "--home", home, code=7)
    assert json.loads(ended.stdout)["error_code"] == "E101"


def bash(line: str, workspace: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """A line in which S is the program."""
    env = clean(tmp_path) | {"SELFSTARTER_HOME": str(tmp_path / "home")}
    return subprocess.run(
        ["bash", "-c", f'S() {{ {shlex.join(PROGRAM)} "$@"; }}; {line}'], env=env, cwd=workspace,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("how", "code", "said"),
    [
        ("> /dev/full", 75, "The output cannot be written: No space left on device."),
        ("--jsonl > /dev/full", 75, "The output cannot be written: No space left on device."),
        ("| true; exit ${PIPESTATUS[0]}", 141, ""),
        ("2>&-", 0, ""),
        ("2>&- >&- <&-", 0, ""),
    ],
)
def test_a_run_ends_well_though_nobody_takes_what_it_prints(
    workspace: Path, tmp_path: Path, script: Script, how: str, code: int, said: str
) -> None:
    model = script(draft("hello.txt"), PLAN, WRITE, FINISH)
    ran = bash(f"S run {shlex.quote(GOAL)} -m {model} {how}", workspace, tmp_path)
    assert (ran.returncode, "E000" in ran.stderr) == (code, False), ran.stderr
    assert said in ran.stderr
    assert (workspace / "hello.txt").exists() == ("jsonl" not in how)


def test_a_list_that_nobody_reads_to_its_end_ends_as_if_by_sigpipe(
    workspace: Path, tmp_path: Path
) -> None:
    ran = bash("S ls --help | true; exit ${PIPESTATUS[0]}", workspace, tmp_path)
    assert (ran.returncode, ran.stderr) == (141, "")
    ran = bash("S config path > /dev/full", workspace, tmp_path)
    assert (ran.returncode, "E000" in ran.stderr) == (75, False)


@pytest.mark.parametrize("data", [b"Sch\xf6n", b"\x00\xff\xfe"])
def test_a_goal_that_is_no_text_is_told(tmp_path: Path, home: Path, data: bytes) -> None:
    (tmp_path / "goal.md").write_bytes(data)
    said = shell("run", "-f", tmp_path / "goal.md", "-m", "nope", "--home", home, code=7).stderr
    assert "goal.md cannot be read" in said and "UTF-8" in said


def test_a_key_that_cannot_be_kept_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/proc")  # where nobody makes a folder, not even root
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    said = shell("auth", "set", "OPENAI_API_KEY", stdin="x" * 20 + "\n", code=7).stderr
    assert "credentials.toml cannot be written" in said


@pytest.mark.parametrize("words", [("run", ""), ("run", "  "), ("submit", ""), ("submit", " ")])
def test_an_empty_goal_is_told_however_it_is_empty(home: Path, words: tuple[str, ...]) -> None:
    assert "The goal is empty" in shell(*words, "--home", home, code=7).stderr


BUG = """
import selfstarter.cli as c
def bug(**_): raise KeyError("of ours")
c.cli.callback = bug
c.main(["ls"])
"""


def test_a_bug_is_a_line_and_its_traceback_is_kept_for_the_report(tmp_path: Path) -> None:
    (tmp_path / "data" / "selfstarter").mkdir(parents=True)
    ran = subprocess.run(
        [sys.executable, "-P", "-c", BUG], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr.splitlines() == [
        "selfstarter: KeyError: 'of ours'",
        f"E000  {Trouble.fix} See {anchor(Trouble)}",
    ]
    kept = tmp_path / "data" / "selfstarter" / "crash.txt"
    assert TRACEBACK in kept.read_text() and kept.stat().st_mode & 0o077 == 0
    shell("report-bug", "-o", tmp_path / "bug.zip", "--home", tmp_path / "home")
    listed = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", tmp_path / "bug.zip"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "crash.txt" in listed.stdout


def test_a_bug_shows_its_traceback_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFSTARTER_DEBUG", "1")
    ran = subprocess.run(
        [sys.executable, "-P", "-c", BUG], capture_output=True, text=True, check=False
    )
    assert TRACEBACK in ran.stderr and "E000" in ran.stderr
