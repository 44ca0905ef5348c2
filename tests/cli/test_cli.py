"""The command line as a person meets it: real processes, real signals, real files."""

import json
import re
import signal
import subprocess
import time
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from terminal import (
    DOWN,
    FINISH,
    GOAL,
    LONG,
    PLAN,
    SLEEP,
    TALK,
    WRAP_UP,
    WRITE,
    Cli,
    Live,
    Reply,
    Script,
    call,
    clean,
    draft,
    needs_sandbox,
    rows,
    the_run,
    words,
)

from selfstarter import __version__

COMMANDS = tuple(
    "run resume say pause stop inbox approve deny ls show demo version".split()  # noqa: SIM905
)


# ── run ──────────────────────────────────────────────────────────────────────────────────────


def test_the_answer_goes_to_stdout_and_the_rest_to_stderr(
    cli: Cli, workspace: Path, home: Path, script: Script
) -> None:
    model = script(draft("hello.txt"), PLAN, WRITE, FINISH)
    done = cli("run", GOAL, "-w", workspace, "-m", model)
    assert (done.returncode, done.stdout) == (0, "hello.txt says hello\n")
    for part in ("goal      Write hello.txt", "call      write_file", "# Done", "report.md"):
        assert part in done.stderr
    assert "resume" not in done.stderr
    assert (home / "runs" / the_run(home) / "report.md").is_file()


@pytest.mark.parametrize(
    ("replies", "options", "code", "status"),
    [
        ((draft("hello.txt"), PLAN, WRITE, FINISH), (), 0, "done"),
        ((draft("hello.txt"), PLAN, WRAP_UP, FINISH), (), 3, "partly"),
        ((draft("hello.txt"), PLAN, WRAP_UP, TALK), (), 3, "stuck"),
        ((draft("hello.txt"), PLAN, WRAP_UP, WRITE), ("--max-steps", "2"), 5, "out_of_budget"),
        ((draft("hello.txt"), PLAN, WRITE), ("--max-tokens", "300"), 5, "out_of_budget"),
        ((draft("hello.txt"), PLAN, WRAP_UP, WRITE), ("--max-time", "0.001s"), 124, "out_of_time"),
        ((draft("hello.txt"), PLAN, DOWN), (), 75, "failed"),
    ],
)
def test_the_exit_code_says_how_it_ended_and_json_is_one_object_every_time(
    cli: Cli,
    workspace: Path,
    script: Script,
    replies: Sequence[Reply],
    options: Sequence[str],
    code: int,
    status: str,
) -> None:
    model = script(*replies)
    done = cli("run", GOAL, "-w", workspace, "-m", model, "--json", *options)
    found = json.loads(done.stdout)
    assert (done.returncode, found["exit_code"], found["status"]) == (code, code, status)
    assert found["run_id"] and "Traceback" not in done.stderr
    twice = {"2": "4", "300": "600", "0.001s": "0.002s"}
    more = " ".join(("selfstarter resume", found["run_id"], *(twice.get(o, o) for o in options)))
    assert found["resume_command"] == (more if code else "")
    assert bool(found["error"]) == (code == 75)


def test_the_json_object_holds_criteria_evidence_files_and_cost(
    cli: Cli, workspace: Path, script: Script
) -> None:
    model = script(draft("hello.txt"), PLAN, WRITE, FINISH)
    found = json.loads(cli("run", GOAL, "-w", workspace, "-m", model, "--json").stdout)
    assert found["answer"] == "hello.txt says hello"
    assert found["artifacts"] == ["hello.txt"]
    assert found["criteria"] == [
        {
            "id": "c1",
            "text": "hello.txt exists and is not empty",
            "invariant": False,
            "passed": True,
            "evidence": "hello.txt has 6 bytes",
        }
    ]
    assert found["usage"]["model_calls"] == 4
    assert found["usage"]["steps"] == 1
    assert found["usage"]["input_tokens"] > found["usage"]["output_tokens"] > 0


def test_jsonl_is_the_journal_row_by_row(
    cli: Cli, workspace: Path, home: Path, script: Script
) -> None:
    model = script(draft("hello.txt"), PLAN, WRITE, FINISH)
    done = cli("run", GOAL, "-w", workspace, "-m", model, "--jsonl")
    run_id = the_run(home)
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    assert printed == rows(home, run_id)
    assert printed[-1]["kind"] == "run_ended"
    shown = cli("show", run_id, "--jsonl")
    assert [json.loads(line) for line in shown.stdout.splitlines()] == rows(home, run_id)


def test_a_goal_can_come_from_a_file_and_from_stdin(
    cli: Cli, workspace: Path, script: Script
) -> None:
    model = script(draft("hello.txt"), PLAN, WRITE, FINISH)
    (workspace / "goal.md").write_text(GOAL)
    for options, stdin in ((("-f", "goal.md"), ""), (("-f", "-"), GOAL)):
        done = cli("run", *options, "-w", workspace, "-m", model, stdin=stdin)
        assert done.returncode in (0, 3), done.stderr
        assert f"goal      {GOAL}" in done.stderr


def test_what_a_file_name_says_cannot_drive_the_terminal(
    cli: Cli, workspace: Path, script: Script
) -> None:
    evil = call("write_file", path="hello.txt", content="\x1b[2Jhello\u202e")
    model = script(draft("hello.txt"), PLAN, evil, FINISH)
    done = cli("run", GOAL, "-w", workspace, "-m", model)
    assert "\x1b" not in done.stderr + done.stdout
    assert "\u202e" not in done.stderr + done.stdout


def test_a_long_status_has_a_blank_behind_it(cli: Cli, workspace: Path, script: Script) -> None:
    unread = call("read_file", path="hello.txt")
    model = script(draft("hello.txt"), PLAN, unread, WRITE, FINISH)
    done = cli("run", GOAL, "-w", workspace, "-m", model)
    assert re.search(r"  permanent \S", done.stderr), done.stderr


# ── resume, ls, show ─────────────────────────────────────────────────────────────────────────


def test_a_run_is_listed_shown_and_resumed_by_any_of_its_names(
    cli: Cli, workspace: Path, home: Path, script: Script
) -> None:
    model = script(draft("hello.txt"), PLAN, WRITE, DOWN, FINISH)
    assert cli("run", GOAL, "-w", workspace, "-m", model).returncode == 75
    run_id = the_run(home)
    listed = cli("ls")
    assert re.match(rf"{run_id}  paused +\d{{4}}-.*{GOAL}\n$", listed.stdout)
    assert "# Paused" in cli("show").stdout
    assert "call      write_file" in cli("show", run_id[:6], "--events").stdout
    done = cli("resume", run_id[:5])
    assert (done.returncode, done.stdout) == (0, "hello.txt says hello\n")
    assert json.loads(cli("ls", "--json").stdout)["status"] == "done"
    assert "# Done" in cli("show", "@last").stdout
    again = json.loads(cli("resume", "@last", "--json").stdout)
    assert (again["run_id"], again["exit_code"]) == (run_id, 0)
    found = rows(home, run_id)
    shown = cli("show", "@last", "--events").stdout.splitlines()
    assert {int(line.split()[0]) for line in shown} == {row["seq"] for row in found}
    past = cli("attach", "@last", "--plain").stderr.splitlines()
    assert past[-1].startswith(f"{found[-1]['at'] - found[0]['at']:7.1f}s  done")
    held = json.loads(cli("fork", "@last", "--hold", "--json").stdout)
    assert held["run_id"] == the_run(home) != run_id


def test_children_are_seen_at_work_and_shown_but_are_no_runs_of_their_own(
    cli: Cli, workspace: Path, home: Path, script: Script
) -> None:
    for name in ("tea", "milk"):
        (workspace / f"{name}.txt").write_text(f"{name} costs 3 euros\n")
    children = {
        n: [PLAN, call("read_file", path=f"{name}.txt"), call("finish", summary=f"3 for {name}")]
        for n, name in (("1", "tea"), ("2", "milk"))
    }
    given = call("delegate", goals=["What does tea cost?", "What does milk cost?"])
    model = script(draft("hello.txt"), PLAN, given, WRITE, FINISH, window=32768, children=children)
    done = cli("run", GOAL, "-w", workspace, "-m", model)
    assert done.returncode == 0
    run_id = the_run(home)
    for part in ("child 1   sent: What does tea cost?", " c1| call      read_file path=tea.txt"):
        assert part in done.stderr
    assert len(cli("ls").stdout.splitlines()) == 1
    assert f"- `{run_id}.c2` done: What does milk cost?" in cli("show").stdout
    assert "child 2   done: 3 for milk" in cli("show", "--events").stdout
    assert "**Goal** What does milk cost?" in cli("show", f"{run_id}.c2").stdout
    alone = cli("resume", f"{run_id}.c2")
    assert (alone.returncode, f"a part of the run {run_id}" in alone.stderr) == (7, True)


def test_resume_with_a_higher_limit_goes_on(
    cli: Cli, workspace: Path, home: Path, script: Script
) -> None:
    look = call("list_files")
    model = script(draft("hello.txt"), PLAN, WRAP_UP, WRAP_UP, look, look, look, WRITE, FINISH)
    first = cli("run", GOAL, "-w", workspace, "-m", model, "--max-steps", "2")
    assert first.returncode == 5
    assert "Go on with: selfstarter resume" in first.stderr
    more = f"selfstarter resume {the_run(home)} --max-steps 4"
    assert f"**Go on** `{more}`" in first.stderr and f"Go on with: {more}\n" in first.stderr
    assert cli("resume", "@last").returncode == 5
    assert cli("resume", "@last", "--max-steps", "9").returncode == 0


def test_an_address_of_the_goal_that_is_closed_is_told_first_and_opened_by_a_flag(
    cli: Cli, workspace: Path, tmp_path: Path, script: Script
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<p>37 kinds of bees live in the valley.</p>")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        Thread(target=site.serve_forever, args=(0.02,), daemon=True).start()
        host = f"127.0.0.1:{site.server_port}"
        goal = f"Write hello.txt, a greeting, and look at http://{host}/index.html"
        look = call("read_page", url=f"http://{host}/index.html")
        model = script(draft("hello.txt"), PLAN, WRAP_UP, WRAP_UP, look, look, look, WRITE, FINISH)
        first = cli("run", goal, "-w", workspace, "-m", model, "--max-steps", "1")
        told, begun = first.stderr.index(f"The goal names {host}, which"), "goal      Write"
        assert told < first.stderr.index(begun) and f"--host {host}" in first.stderr
        assert f"--host {host}`, or" in cli("show", "--jsonl").stdout
        cli("resume", "@last", "--host", host, "--max-steps", "2")
        assert "37 kinds" in cli("show", "--jsonl").stdout
        other = cli("run", goal, "-w", workspace, "-m", model, "--host", host, "--max-steps", "1")
        assert "The goal names" not in other.stderr and "this machine" not in other.stderr
        site.shutdown()


def test_version_and_help(cli: Cli, tmp_path: Path) -> None:
    said = subprocess.run(words("version"), capture_output=True, text=True, check=True)
    assert said.stdout == f"selfstarter {__version__}\n"
    short = subprocess.run(words("--version"), capture_output=True, text=True, check=True)
    assert short.stdout == said.stdout
    for command in ((), *((name,) for name in COMMANDS)):
        said = subprocess.run(words(*command, "--help"), capture_output=True, text=True, check=True)
        assert "Usage: selfstarter" in said.stdout
    assert all(name in words_of_help(()) for name in COMMANDS)


def words_of_help(command: Sequence[str]) -> str:
    return subprocess.run(
        words(*command, "--help"), capture_output=True, text=True, check=True
    ).stdout


def test_a_run_is_replayed_and_made_a_case_by_one_command(
    cli: Cli, workspace: Path, script: Script
) -> None:
    cli("run", GOAL, "-m", script(draft("hello.txt"), PLAN, WRITE, FINISH))
    said = cli("replay", "@last", "--with", "idle_steps=1")
    assert said.returncode == 0, said.stderr
    for part in ("    1  goal", "folds to the end it records: done", "decides the same at all"):
        assert part in said.stdout
    found = json.loads(cli("replay", "--json", "--with", "hint_after=9").stdout)
    assert (found["status"], found["differences"], found["changes"]) == ("done", [], [])
    unknown = cli("replay", "--with", "gentleness=9")
    assert (unknown.returncode, "There are: finish_rejections" in unknown.stderr) == (2, True)

    assert cli("replay", "--save", "case.json").returncode == 0
    again = cli("replay", "case.json")
    assert (again.returncode, again.stdout) == (0, "case.json: the same end: done.\n")
    case = workspace / "case.json"
    case.write_text(case.read_text().replace('"ending": "done"', '"ending": "stuck"'))
    other = cli("replay", "case.json")
    assert other.returncode == 3
    assert "ending: 'done', expected 'stuck'" in other.stdout


# ── what is wrong is said plainly ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("run",), 2, "Give one goal"),
        (("run", ""), 7, "The goal is empty"),
        (("run", "x", "-f", "goal.md"), 2, "goal.md"),
        (("run", " ", "-m", "scripted:ok.json"), 7, "The goal is empty"),
        (("run", "x", "-w", "nowhere", "-m", "scripted:ok.json"), 7, "is not a folder"),
        (("run", "x", "-w", "..", "-m", "scripted:ok.json"), 7, "selfstarter's own data"),
        (("run", "x", "-m", "scripted:none.json"), 7, "none.json cannot be read"),
        (("run", "x", "-m", "scripted:bad.json"), 7, "replies.0"),
        (("run", "x", "-m", "skripted:ok.json"), 7, "Did you mean scripted"),
        (("run", "x", "-m", "anthropic:"), 7, "names no model"),
        (("run", "x", "--max-steps", "0"), 2, "max-steps"),
        (("run", "x", "--max-time", "soon"), 2, "max-time"),
        (("run", "x", "--max-cost", "-1"), 2, "max-cost"),
        (("run", "x", "--nonsense"), 2, "nonsense"),
        (("resume", "nothing"), 2, "is not a run"),
        (("show", "nothing"), 2, "is not a run"),
        (("show",), 2, "is not a run"),
        (("replay", "nothing"), 2, "is not a run"),
        (("replay", "x", "--with", "hint_after"), 2, "is not NAME=VALUE"),
        (("replay", "ok.json"), 7, "is no regression case"),
        (("dance",), 2, "dance"),
    ],
)
def test_bad_input_gets_its_exit_code_and_no_traceback(
    cli: Cli, workspace: Path, args: Sequence[str], code: int, said: str
) -> None:
    (workspace / "ok.json").write_text(json.dumps([TALK]))
    (workspace / "bad.json").write_text('[{"txt": "x"}]')
    done = cli(*args) if args[0] != "dance" else alone(*args)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def alone(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words(*args), capture_output=True, text=True, check=False)


def test_bad_input_with_json_is_told_in_the_object(
    cli: Cli, workspace: Path, script: Script
) -> None:
    done = cli("run", " ", "-w", workspace, "-m", script(TALK), "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["exit_code"], found["status"]) == (7, 7, "failed")
    assert "The goal is empty" in found["error"]


@pytest.mark.parametrize("text", ["stepz = 3", "steps = 'many'", "steps = ", "\xff"])
def test_a_wrong_settings_file_is_named(
    cli: Cli, workspace: Path, tmp_path: Path, script: Script, text: str
) -> None:
    file = tmp_path / "config" / "selfstarter" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_bytes(text.encode("latin-1"))
    done = cli("run", "x", "-w", workspace, "-m", script(TALK))
    assert done.returncode == 7
    assert str(file) in done.stderr and "Traceback" not in done.stderr


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    done = alone("ls", "--home", str(tmp_path / "home"))
    assert done.returncode == 7
    assert "--home" in done.stderr and "Traceback" not in done.stderr


# ── signals ──────────────────────────────────────────────────────────────────────────────────


def test_ctrl_c_is_the_way_to_end_the_server(home: Path, tmp_path: Path) -> None:
    argv = words("serve", "--port", "0", "--home", home)
    with subprocess.Popen(
        argv, env=clean(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout and server.stdout.readline().startswith("Open http")
        time.sleep(0.5)
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=30)
    assert (server.returncode, said) == (0, "")


@needs_sandbox
def test_ctrl_c_once_pauses_after_the_step_and_resume_ends_the_run(
    cli: Cli, workspace: Path, home: Path, tmp_path: Path, script: Script
) -> None:
    model = script(draft("hello.txt"), PLAN, SLEEP, WRITE, FINISH)
    code, err = Live(workspace, home, clean(tmp_path), model).sent(signal.SIGINT)
    run_id = the_run(home)
    assert code == 130
    assert "Pausing after this step" in err
    assert f"Saved. Go on with: selfstarter resume {run_id}" in err
    assert "Traceback" not in err
    assert (workspace / "slept").read_text() == "x\n", "the step was not brought to its end"
    assert cli("resume", run_id).returncode == 0
    assert (workspace / "slept").read_text() == "x\n", "the step was done twice"


@needs_sandbox
@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        ((signal.SIGINT, signal.SIGINT), 130),
        ((signal.SIGTERM,), 143),
        ((signal.SIGINT, signal.SIGTERM), 143),
    ],
)
def test_ctrl_c_twice_and_sigterm_stop_at_once_and_nothing_is_lost(
    cli: Cli,
    workspace: Path,
    home: Path,
    tmp_path: Path,
    script: Script,
    signals: Sequence[signal.Signals],
    expected: int,
) -> None:
    model = script(draft("hello.txt"), PLAN, LONG, WRITE, FINISH)
    live = Live(workspace, home, clean(tmp_path), model)
    began = time.monotonic()
    code, err = live.sent(*signals)
    assert (code, "Traceback" in err) == (expected, False), err
    assert time.monotonic() - began < 10
    assert f"selfstarter resume {the_run(home)}" in err
    done = cli("resume", "@last")
    assert done.returncode == 0, done.stderr
    assert "cut short" in done.stderr
    assert not (workspace / "slept").exists()


@needs_sandbox
def test_a_run_that_was_stopped_is_interrupted_in_its_object_and_in_the_list(
    cli: Cli, workspace: Path, home: Path, tmp_path: Path, script: Script
) -> None:
    model = script(draft("hello.txt"), PLAN, LONG)
    stopped = Live(workspace, home, clean(tmp_path), model, "--json").process
    stopped.send_signal(signal.SIGTERM)
    said, _ = stopped.communicate(timeout=30)
    assert json.loads(said)["status"] == "interrupted"
    assert json.loads(cli("ls", "--json").stdout)["status"] == "interrupted"


@needs_sandbox
def test_after_kill_9_the_run_can_be_resumed_at_once(
    cli: Cli, workspace: Path, home: Path, tmp_path: Path, script: Script
) -> None:
    model = script(draft("hello.txt"), PLAN, LONG, WRITE, FINISH)
    live = Live(workspace, home, clean(tmp_path), model)
    assert json.loads(cli("ls", "--json").stdout)["status"] == "running"
    code, _ = live.sent(signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert json.loads(cli("ls", "--json").stdout)["status"] == "interrupted"
    assert "interrupted" in cli("search", "greeting").stdout
    assert cli("resume", "@last").returncode == 0
    assert not (workspace / "slept").exists(), "the sandbox outlived its run"


@needs_sandbox
def test_a_run_that_is_pursued_already_is_busy(
    cli: Cli, workspace: Path, home: Path, tmp_path: Path, script: Script
) -> None:
    model = script(draft("hello.txt"), PLAN, LONG, WRITE, FINISH)
    live = Live(workspace, home, clean(tmp_path), model)
    try:
        busy = cli("resume", "@last")
        assert busy.returncode == 2
        assert "Another process is pursuing" in busy.stderr
        assert cli("show", "@last").returncode == 0
    finally:
        live.sent(signal.SIGTERM)
