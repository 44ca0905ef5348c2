"""A run is steered from any shell: real processes, one journal, no server."""

import json
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from terminal import (
    FINISH,
    GOAL,
    LONG,
    PLAN,
    SAME,
    SLEEP,
    WRAP_UP,
    WRITE,
    Cli,
    Live,
    Script,
    call,
    clean,
    draft,
    needs_sandbox,
    rows,
    the_run,
)

BEGIN = (draft("hello.txt"), PLAN)
QUESTION = call("ask_person", question="Which language?")
LOOK = call("list_files")
Start = Callable[..., Live]


@pytest.fixture
def start(workspace: Path, home: Path, tmp_path: Path) -> Start:
    """Starts a run in a process of its own, and waits until it is in the middle of a call."""

    def started(model: str, *options: str) -> Live:
        return Live(workspace, home, clean(tmp_path), model, *options)

    return started


def ended(live: Live) -> tuple[int, str]:
    """Exit code and stderr of a run that ends by itself."""
    _, err = live.process.communicate(timeout=30)
    return live.process.returncode, err


def kinds(home: Path) -> list[str]:
    return [row["kind"] for row in rows(home, the_run(home))]


# ── a live run ───────────────────────────────────────────────────────────────────────────────


@needs_sandbox
def test_the_person_changes_the_goal_in_mid_run_and_the_model_changes_its_plan(
    cli: Cli, workspace: Path, home: Path, script: Script, start: Start
) -> None:
    more = "And write bye.txt too."
    revise = call("revise_plan", add=["Write bye.txt"], reason="the person wants it")
    bye = call("write_file", path="bye.txt", content="bye\n")
    wanted = {"text": "bye.txt exists", "check": {"kind": "file_exists", "path": "bye.txt"}}
    amends = {"for": "amend", "json": {"quote": "write bye.txt too", "add": [wanted]}}
    early = {**FINISH, "hears": more}
    model = script(*BEGIN, SLEEP, amends, WRITE, early, revise, bye, FINISH)
    live = start(model)
    said = cli("say", "@last", *more.split())
    assert (said.returncode, said.stderr) == (0, "")
    assert "reads it after the step it is at" in said.stdout and "resume" not in said.stdout
    code, err = ended(live)
    assert code == 0, err
    assert f"you       {more}" in err and "plan      revised" in err
    assert "contract  new: bye.txt exists" in err
    assert "finish_rejected" in kinds(home), "the new criterion counts"
    heard = kinds(home).index("person_said")
    assert kinds(home)[heard - 1 : heard + 4] == [
        "workspace_saved",
        "person_said",
        "model_called",
        "contract_amended",
        "model_called",
    ], "the step ends, then the words are read, then the next move sees them"
    assert (workspace / "slept").read_text() == "x\n" and (workspace / "bye.txt").is_file()
    assert f"**You said** {more}" in cli("show").stdout


@needs_sandbox
def test_a_pause_from_another_shell_lets_the_step_end_and_a_resume_goes_on(
    cli: Cli, workspace: Path, script: Script, start: Start
) -> None:
    live = start(script(*BEGIN, SLEEP, SAME, WRITE, FINISH))
    assert "reads it after the step" in cli("pause", "@last").stdout
    assert cli("say", "@last", "good so far").returncode == 0
    code, err = ended(live)
    assert (code, "# Paused: paused by a person" in err) == (4, True)
    assert (workspace / "slept").read_text() == "x\n"
    assert cli("resume", "@last").returncode == 0


@needs_sandbox
def test_a_stop_from_another_shell_ends_the_run_after_its_step(
    cli: Cli, workspace: Path, home: Path, script: Script, start: Start
) -> None:
    live = start(script(*BEGIN, SLEEP, WRITE, FINISH))
    assert "reads it after the step" in cli("stop", "@last").stdout
    code, err = ended(live)
    assert (code, "# Stopped by a person" in err) == (130, True)
    assert (workspace / "slept").exists() and not (workspace / "hello.txt").exists()
    assert kinds(home)[-3:] == ["stop_asked", "criterion_checked", "run_ended"]


@needs_sandbox
def test_a_stop_that_no_process_lived_to_obey_is_over_with_the_next_resume(
    cli: Cli, script: Script, start: Start
) -> None:
    live = start(script(*BEGIN, LONG, WRITE, FINISH))
    assert cli("stop", "@last").returncode == 0
    assert cli("pause", "@last").returncode == 0
    live.sent(signal.SIGKILL)
    done = cli("resume", "@last")
    assert done.returncode == 0, done.stderr


# ── a run that waits ─────────────────────────────────────────────────────────────────────────


def waiting(cli: Cli, model: str, *options: str) -> subprocess.CompletedProcess[str]:
    done = cli("run", GOAL, "-m", model, *options)
    assert done.returncode == 4, done.stderr
    return done


def test_a_question_waits_in_the_inbox_and_is_answered_from_any_shell(
    cli: Cli, home: Path, script: Script
) -> None:
    model = script(*BEGIN, SAME, QUESTION, {**WRITE, "hears": "In English"}, FINISH)
    asked = waiting(cli, model, "--attended")
    run_id = the_run(home)
    assert "# Waiting for a person: Which language?" in asked.stderr
    assert f'selfstarter say {run_id} "…"' in asked.stderr
    shown = cli("inbox").stdout
    assert shown.startswith(f"{run_id}:") and "Which language?" in shown and "say" in shown
    assert "waiting" in cli("ls").stdout
    for wrong in ("approve", "deny"):
        refused = cli(wrong, run_id)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "It is a question: Which language?" in refused.stderr
    said = cli("say", run_id, "In English")
    assert said.returncode == 0
    assert "no process is pursuing" in said.stdout
    assert f"Go on with: selfstarter resume {run_id}" in said.stdout
    assert "answered; go on with" in cli("inbox").stdout
    assert cli("resume", run_id).returncode == 0
    assert cli("inbox").stdout == ""


def test_a_long_question_is_shown_whole_and_the_last_line_says_what_helps(
    cli: Cli, home: Path, script: Script
) -> None:
    long = "Which of these is meant, " + ", ".join(f"the choice of number {n}" for n in range(30))
    waits = waiting(cli, script(*BEGIN, call("ask_person", question=long), WRITE), "--attended")
    run_id = the_run(home)
    assert waits.stderr.splitlines()[-1] == (
        f'Saved. It waits for you: selfstarter say {run_id} "…", then selfstarter resume {run_id}'
    )
    shown = cli("inbox").stdout
    assert shown.startswith(f"{run_id}:") and long in " ".join(shown.split())
    assert max(map(len, shown.splitlines())) < 120


def test_what_is_said_to_a_run_that_ended_as_it_is_waits_for_its_resume(
    cli: Cli, workspace: Path, script: Script
) -> None:
    early = script(*BEGIN, WRAP_UP, LOOK)
    assert cli("run", GOAL, "-m", early, "--max-steps", "1").returncode == 5
    said = cli("say", "@last", "In English, please")
    assert (said.returncode, said.stderr) == (0, "")
    assert "has ended (out_of_budget) and reads it when it is resumed" in said.stdout
    assert "Go on with: selfstarter resume" in said.stdout
    again = script(
        *BEGIN, WRAP_UP, SAME, LOOK, LOOK, {**WRITE, "hears": "In English, please"}, FINISH
    )
    done = cli("resume", "@last", "-m", again, "--max-steps", "9")
    assert done.returncode == 0, done.stderr
    over = cli("say", "@last", "thanks")
    assert (over.returncode, "has ended (done)" in over.stderr) == (2, True)
    assert f'selfstarter run "…" -w {workspace}' in over.stderr


def test_a_run_that_waits_can_be_ended_and_taken_up_again(
    cli: Cli, home: Path, script: Script
) -> None:
    waiting(cli, script(*BEGIN, SAME, QUESTION, WRITE, FINISH), "--attended")
    run_id = the_run(home)
    assert "still waits: Which language?" in cli("pause", run_id).stdout
    assert cli("say", run_id, "English").returncode == 0
    stopped = cli("stop", run_id)
    assert (stopped.returncode, "it is ended" in stopped.stdout) == (0, True)
    assert "# Stopped by a person" in cli("show", run_id).stdout
    assert cli("ls").stdout.split()[1] == "stopped"
    assert cli("inbox").stdout == ""
    assert kinds(home)[-3:] == ["person_said", "stop_asked", "run_ended"], "no words are lost"
    assert cli("resume", run_id).returncode == 0


def test_at_a_limit_the_run_asks_and_an_approval_from_another_shell_lets_it_go_on(
    cli: Cli, home: Path, script: Script
) -> None:
    model = script(*BEGIN, WRAP_UP, LOOK, WRITE, FINISH)
    asked = waiting(cli, model, "--max-steps", "1", "--on-limit", "ask")
    assert "question  The budget of 1 steps is spent. Raise the limit?" in asked.stderr
    request = cli("inbox").stdout.split()[0]
    found = json.loads(cli("inbox", "--json").stdout)
    assert (found["id"], found["kind"], found["answered"]) == (request, "limit", False)
    assert f"selfstarter approve {request}" in asked.stderr
    wrong = cli("approve", request, "a lot")
    assert (wrong.returncode, "is no amount of steps" in wrong.stderr) == (2, True)
    approved = cli("approve", request, "5")
    assert "Raised to 6 steps" in approved.stdout and "selfstarter resume" in approved.stdout
    assert cli("approve", request).returncode == 2
    done = cli("resume", "@last")
    assert (done.returncode, "raised    to 6 steps" in done.stderr) == (0, True)


@pytest.mark.case("X49")
def test_a_call_is_shown_to_its_last_character_and_allowed_from_any_shell(
    cli: Cli, workspace: Path, home: Path, script: Script
) -> None:
    text = "hello\n" + "and so on " * 60 + "\x1b[2J\u202ethe end\n"
    write = call("write_file", path="hello.txt", content=text)
    other = call("write_file", path="other.txt", content="x")
    model = script(*BEGIN, write, other, FINISH)
    asked = waiting(cli, model, "--attended", "--mode", "ask")
    shown = cli("inbox")
    request = shown.stdout.split()[0]
    for said in (asked.stderr, shown.stdout):
        whole = "".join(re.sub(r"^( *[\d.]+s)?\s+(\| )?", "", line) for line in said.splitlines())
        assert whole.replace(" ", "").count("andsoon") >= 60 and "theend" in whole.replace(" ", "")
        assert "\x1b[2J" not in said and "\u202e" not in said
        assert "It names: 'hello.txt'" in said and "sha256 " in said
    assert f"selfstarter approve {request}" in asked.stderr
    assert "May it call write_file once?" in cli("show").stdout
    assert (cli("approve", request, "5").returncode, cli("say", "@last", "hm").returncode) == (2, 0)
    approved = cli("approve", request)
    assert "Allowed write_file, once" in approved.stdout
    model = script(*BEGIN, SAME, write, other, FINISH)
    assert cli("resume", "@last", "-m", model).returncode == 4, "the next call is asked for, too"
    assert (workspace / "hello.txt").exists() and not (workspace / "other.txt").exists()
    assert "Denied" in cli("deny", "@last", "--reason", "not that one").stdout
    done = cli("resume", "@last", "-m", model)
    assert done.returncode == 0, done.stderr
    assert "denied    by a person not that one" in done.stderr
    assert not (workspace / "other.txt").exists()
    assert "not that one" in cli("show").stdout


def test_modes_and_rules_are_options_of_run_and_resume(
    cli: Cli, workspace: Path, home: Path, script: Script
) -> None:
    model = script(*BEGIN, WRITE, LOOK, FINISH)
    wrong = cli("run", GOAL, "-m", model, "--allow", "what is this")
    assert (wrong.returncode, "is no rule" in wrong.stderr) == (7, True)
    options = ("--mode", "ask", "--allow", "write_file:path=hello.*", "--deny", "list_*")
    done = cli("run", GOAL, "-m", model, *options)
    assert done.returncode == 0, done.stderr
    assert "the rule 'list_*' denies it" in cli("show").stdout


def test_a_denial_ends_the_run_with_its_report_and_the_code_of_a_budget(
    cli: Cli, script: Script
) -> None:
    waiting(cli, script(*BEGIN, WRAP_UP, LOOK, LOOK), "--max-steps", "1", "--on-limit", "ask")
    assert "Denied" in cli("deny", "@last", "--reason", "too dear").stdout
    done = cli("resume", "@last", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["status"]) == (5, "out_of_budget")
    assert found["answer"] == "It is not all there."
    assert "too dear" in cli("show").stdout


def test_json_says_what_a_run_waits_for(cli: Cli, script: Script) -> None:
    options = ("--max-steps", "1", "--on-limit", "ask", "--json")
    found = json.loads(waiting(cli, script(*BEGIN, LOOK), *options).stdout)
    assert (found["status"], found["exit_code"]) == ("waiting", 4)
    assert found["waits_for"] == "The budget of 1 steps is spent. Raise the limit?"
    assert found["resume_command"]


@pytest.mark.parametrize("option", [("--on-limit", "stop"), ("--max-steps", "9")])
def test_a_resume_can_settle_it_without_an_answer(
    cli: Cli, script: Script, option: tuple[str, str]
) -> None:
    model = script(*BEGIN, WRAP_UP, LOOK, WRITE, FINISH)
    waiting(cli, model, "--max-steps", "1", "--on-limit", "ask")
    assert cli("resume", "@last").returncode == 4, "a resume alone answers nothing"
    assert cli("resume", "@last", *option).returncode == (5 if "stop" in option else 0)


# ── what cannot be done is said plainly ──────────────────────────────────────────────────────


@pytest.mark.parametrize("command", ["say", "pause", "stop", "approve", "deny"])
def test_a_command_to_a_run_that_has_ended_or_that_nobody_knows_is_one_sentence_and_code_2(
    cli: Cli, script: Script, command: str
) -> None:
    words = ("hello",) if command == "say" else ()
    unknown = cli(command, "nothing", *words)
    assert cli("run", GOAL, "-m", script(*BEGIN, WRITE, FINISH)).returncode == 0
    over = cli(command, "@last", *words)
    for done, why in ((unknown, "is not a run"), (over, "has ended (done)")):
        assert (done.returncode, done.stdout) == (2, "")
        said, way_on = done.stderr.splitlines()
        assert why in said and way_on.startswith("E20")


def test_words_that_are_no_utf_8_are_one_sentence_and_code_7(
    cli: Cli, script: Script, home: Path
) -> None:
    waiting(cli, script(*BEGIN, QUESTION, WRITE, FINISH), "--attended")
    run_id = the_run(home)
    for argv in (("run", "caf\udce9"), ("say", run_id, "caf\udce9"),
                 ("fork", run_id, "--at", "end", "--goal", "caf\udce9")):  # fmt: skip
        done = cli(*argv)
        assert done.returncode == 7, done.stderr
        assert "UTF-8" in done.stderr and "E000" not in done.stderr


def test_nothing_is_asked_of_a_run_that_waits_for_nothing(cli: Cli, script: Script) -> None:
    assert cli("run", GOAL, "-m", script(*BEGIN, {"fail": "down"})).returncode == 75
    for command in ("approve", "deny"):
        done = cli(command, "@last")
        assert (done.returncode, "inbox" in done.stderr) == (2, True)
    assert "Nothing waits for you." in cli("inbox").stderr
    assert cli("say", "@last", " ").returncode == 2


def test_a_limit_on_money_with_an_unknown_price_is_refused_with_the_way_out(
    cli: Cli, script: Script
) -> None:
    model = script(*BEGIN, WRITE, FINISH, price=None)
    refused = cli("run", GOAL, "-m", model, "--max-cost", "1")
    assert (refused.returncode, refused.stdout) == (7, "")
    assert "cannot be held" in refused.stderr and "?price=" in refused.stderr
    done = cli("run", GOAL, "-m", model)
    assert (done.returncode, "of unknown price" in done.stderr) == (0, True)
