"""The report, as the person who gave the goal reads it: how far it is, what became of their files,
by what it was checked, what stood in the way."""

import asyncio
from pathlib import Path
from typing import Literal

import pytest
from click.testing import CliRunner
from plays import PLAN, Reply, draft, finish, needs_sandbox, shell, worked, write

from selfstarter.app import Outcome, look_up, pursue
from selfstarter.cli import cli
from selfstarter.cli.drive import say
from selfstarter.core.events import AnyEvent, CallChosen, CallReturned, Compacted, RunStarted
from selfstarter.core.fold import fold
from selfstarter.core.moved import moved
from selfstarter.core.ports import THE_PERSON_SAID, Failure, Recorded, Request
from selfstarter.core.wishes import wishes_in
from selfstarter.history.changes import changes
from selfstarter.memory.learn import PERSON, learn
from selfstarter.models.scripted import ScriptedModel
from selfstarter.report import report
from selfstarter.settings import Settings

IS_THERE: Reply = {"kind": "file_exists", "path": "out.txt"}
BYE: Reply = {"kind": "file_matches", "path": "out.txt", "contains": ["bye"]}
OLD = {"a.txt": "one\n", "old/b.txt": "two\n", "gone.txt": "three\n"}


def call(tool: str, **args: object) -> Reply:
    return {"call": {"tool": tool, "args": args}}


def gives_up(missing: str = "The rest.") -> Reply:
    return call("finish", summary="That is how far it went.", missing=missing)


def section(outcome: Outcome, title: str) -> list[str]:
    """Its lines."""
    return outcome.report.partition(f"**{title}**\n\n")[2].partition("\n\n")[0].split("\n")


# ── how far it is ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("replies", "head", "reason"),
    [
        ((write("out.txt", "good bye"), finish("It is written.")), "Done: every", False),
        ((write("out.txt", "hi"), gives_up()), "Partly done: 1 of 2 criteria pass.", True),
        ((gives_up(),), "Not done: 0 of 2 criteria pass.", True),
    ],
)
def test_the_title_says_how_many_criteria_pass_and_the_reason_does_not_repeat_it(
    workspace: Path, home: Path, replies: tuple[Reply, ...], head: str, reason: bool
) -> None:
    outcome = worked(workspace, home, "Say bye", *replies, there={}, checks=(IS_THERE, BYE))
    assert outcome.report.startswith(f"# {head}")
    assert ("Why it stopped" in outcome.report) == reason


def test_what_held_before_and_holds_still_is_nothing_done(workspace: Path, home: Path) -> None:
    stays: Reply = {"kind": "file_changed", "path": "a.txt", "kept": True}
    outcome = worked(workspace, home, "Say bye", gives_up(), there=OLD, checks=(stays, BYE))
    assert outcome.report.startswith("# Not done: 1 of 2 criteria pass.")


# ── what it says of itself ───────────────────────────────────────────────────────────────────

ALL_THERE = finish("All is there, nothing was left out.")
UNMET = "Not met:\n- It holds, look 2: out.txt does not mention bye\n\nIt says:\n\n"
KIND: Reply = {"kind": "judge", "path": "out.txt", "question": "Is it kind?"}
BLIND: Reply = {
    "for": "judge",
    "json": {"evidence": [], "passes": "unseen", "why": "I would have to see the letter"},
}
NOT_SEEN = "- It holds, look 2: nobody could judge all of it: I would have to see the letter"


@pytest.mark.parametrize(
    ("replies", "check", "told"),
    [
        ((gives_up("A bye."),), BYE, f"{UNMET}That is how far it went.\n\nNot done: A bye."),
        ((ALL_THERE,) * 4, BYE, f"{UNMET}All is there, nothing was left out."),
        (
            (ALL_THERE, BLIND, ALL_THERE),
            KIND,
            f"Not known to be met:\n{NOT_SEEN}\n\nIt says:\n\nAll is there, nothing was left out.",
        ),
        ((write("out.txt", "bye"), ALL_THERE), BYE, "All is there, nothing was left out."),
    ],
)
def test_what_is_not_met_comes_before_what_it_says_of_itself(
    workspace: Path,
    home: Path,
    replies: tuple[Reply, ...],
    check: Reply,
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    outcome = worked(
        workspace, home, "Say bye", write("out.txt", "hi"), *replies, there={},
        checks=(IS_THERE, check),
    )  # fmt: skip
    assert f"**Answer**\n\n{told}\n\n" in outcome.report
    say(outcome, outcome.run_id, 0, None, 0.0, as_json=False, jsonl=False)
    assert capsys.readouterr().out == f"{told}\n"


def test_a_run_that_nothing_can_prove_says_so_before_its_words(workspace: Path, home: Path) -> None:
    goal = "Sum the amounts in orders.csv per city into totals.csv"
    made = write("totals.csv", "city,total\nBern,100\n")
    outcome = worked(workspace, home, goal, made, ALL_THERE, there={}, files=("totals.csv",))
    assert outcome.told.startswith("orders.csv is not there, so what was made without it cannot")
    assert outcome.told.endswith("\n\nIt says:\n\nAll is there, nothing was left out.")


# ── what was done ────────────────────────────────────────────────────────────────────────────


@needs_sandbox
def test_each_file_is_told_once_by_what_became_of_it(workspace: Path, home: Path) -> None:
    asked: list[Request] = []
    outcome = worked(
        workspace,
        home,
        "Write out.txt and clean up the other files",
        write("out.txt", "hi"),
        write("out.txt", "hi there"),
        call("edit_file", path="a.txt", old="one", new="1"),
        call("read_file", path="a.txt"),
        call("read_file", path="a.txt"),
        call("read_file", page="a.txt"),
        call("read_file", path="no.txt"),
        shell("mkdir new; mv old/b.txt new/c.txt; rm gone.txt"),
        shell("exit 3"),
        shell("true"),
        finish("Done."),
        there=OLD,
        checks=(IS_THERE,),
        asked=asked,
    )
    assert outcome.ending == "done", outcome.report
    assert section(outcome, "What was done") == [
        "- Made: out.txt (written 2 times)",
        "- Changed: a.txt",
        "- Moved: old/b.txt → new/c.txt",
        f"- Removed: gone.txt (`selfstarter undo {outcome.run_id} --to start` puts all back)",
        "- Programs run: 3",
        "- Read: a.txt",
    ]
    told = asked[-1].messages
    result = next(one.text for one in told if "Files moved" in one.text)
    assert result.endswith("Files moved: old/b.txt → new/c.txt\nFiles removed: gone.txt")
    (there,) = [f for f in changes(outcome.run_id, Settings(home=home)).files if f.how == "moved"]
    assert (there.named, there.diff) == ("old/b.txt → new/c.txt", "")


def test_what_an_earlier_part_of_a_long_run_did_is_told_after_a_compaction() -> None:
    def called(
        n: int, tool: str, status: Failure | Literal["ok"] = "ok", **args: str
    ) -> list[AnyEvent]:
        chosen = CallChosen(call_id=str(n), tool=tool, args=dict(args))
        return [chosen, CallReturned(call_id=str(n), status=status, output=f"of {n}")]

    reads = [event for n in range(15) for event in called(n, "read_file", path=f"{n}.md")]
    again = called(15, "read_file", path="2.md")
    gone = called(16, "read_file", "permanent", path="no.md")
    runs = [event for n in range(17, 60) for event in called(n, "run_shell", command=f"ls {n}")]
    no = called(60, "run_shell", "denied", command="rm")
    events = [RunStarted(goal="g", workspace="/w", model="m"), *reads, *again, *gone, *runs, *no]
    events.append(Compacted(keep_from=60, drop_before=60))
    state = fold(Recorded(n, float(n), event) for n, event in enumerate(events, 1))
    assert len(list(state.transcript)) < 30, "it is let go of"
    told = report("r", state)
    assert f"- Read: {', '.join(f'{n}.md' for n in range(15))}\n" in told
    assert "- Programs run: 43\n" in told


@needs_sandbox
def test_a_long_list_of_files_says_how_many_more_there_are(workspace: Path, home: Path) -> None:
    asked: list[Request] = []
    many = shell("for n in $(seq 10 34); do echo $n > a-file-with-quite-a-long-name-$n.txt; done")
    outcome = worked(
        workspace, home, "Make many", many, write("out.txt", "hi"), finish("Done."), there={},
        checks=(IS_THERE,), asked=asked,
    )  # fmt: skip
    (made,) = [line for line in section(outcome, "What was done") if line.startswith("- Made")]
    assert made.endswith("a-file-with-quite-a-long-name-29.txt and 6 more")
    assert any("-21.txt and 13 more" in one.text for one in asked[-1].messages)


@needs_sandbox
@pytest.mark.parametrize(("then", "told"), [((), True), ((shell("true"),), False)])
def test_a_failure_is_told_where_it_was_not_made_good(
    workspace: Path, home: Path, then: tuple[Reply, ...], told: bool
) -> None:
    failed = shell("echo no such thing; exit 3")
    outcome = worked(workspace, home, "Say bye", failed, *then, gives_up(), there={}, checks=(BYE,))
    assert ("run_shell echo no such thing" in outcome.report) == told


@pytest.mark.parametrize(
    ("gone", "new", "pairs"),
    [
        ({"a": 1}, {"b": 1}, {"b": "a"}),
        ({"a": 1}, {"b": 2}, {}),
        ({"a": 1}, {"b": 1, "c": 1}, {"b": "a"}),
        ({"x/a": 1, "x/b": 1}, {"y/b": 1, "z": 1}, {"y/b": "x/b", "z": "x/a"}),
        ({"a": 1, "b": 1}, {"c": 1}, {"c": "a"}),
    ],
)
def test_what_is_gone_here_and_lies_there_was_moved(
    gone: dict[str, int], new: dict[str, int], pairs: dict[str, str]
) -> None:
    assert moved(gone, new) == pairs


# ── by what it was checked, and what stood in the way ────────────────────────────────────────


@needs_sandbox
@pytest.mark.parametrize("command", ["grep hi out.txt | wc -l", f"true `true` {'x' * 300}"])
def test_a_criterion_is_shown_with_the_command_that_decides_it(
    workspace: Path, home: Path, command: str
) -> None:
    counts: Reply = {"kind": "command_passes", "command": f"test -f out.txt && {command}"}
    outcome = worked(
        workspace, home, "Say hi", write("out.txt", "hi"), finish("Done."), there={},
        checks=(counts,),
    )  # fmt: skip
    (row,) = [line for line in outcome.report.split("\n") if "exit status" in line]
    assert "test -f out.txt && " in row and ("grep hi out.txt \\| wc -l`: exit" in row) == (
        "grep" in command
    )
    assert ("``" in row and "…" in row) == ("grep" not in command)
    assert len(row) < 300


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://docs.example/a", "ftp: is neither http nor https."),
        ("http://127.0.0.1:9107/index.html", "`selfstarter resume … --host 127.0.0.1:9107`"),
        ("https://docs.example/b", "the rule 'read_page:url=https://docs.example/*' denies it"),
        ("", ""),
    ],
)
def test_where_a_call_was_refused_that_is_the_first_thing_to_see_to(
    workspace: Path, home: Path, url: str, why: str
) -> None:
    wanted = [call("read_page", url=url)] if url else []
    model = ScriptedModel.of(PLAN, draft(BYE), *wanted, gives_up())
    rule = "read_page:url=https://docs.example/*"
    settings = Settings(model="scripted", home=home, deny=(rule,))
    outcome = asyncio.run(pursue("Say bye", workspace, settings, model=model))
    assert outcome.ending == "partly", outcome.report
    way_on = outcome.report.partition("**Go on** ")[2]
    say = f'`selfstarter say {outcome.run_id} "…"`'
    resumed = f"then `selfstarter resume {outcome.run_id}`"
    assert way_on.startswith("see first to what was refused" if url else f"{say} (what it lacked")
    assert say in way_on and resumed in way_on
    assert why in "".join(section(outcome, "Not permitted"))


PROGRAM = """python3 - <<'EOF'
import csv
rows = list(csv.reader(open("a.csv")))

assert len(rows) == 2, rows
print(len(rows), "rows", open("out.txt").read())
EOF"""


@needs_sandbox
def test_of_a_program_that_looked_the_row_says_at_what_and_where_it_stands_whole(
    workspace: Path, home: Path
) -> None:
    check: Reply = {"kind": "command_passes", "command": PROGRAM}
    outcome = worked(
        workspace, home, "Write out.txt", write("out.txt", "hi"), finish("Done."),
        there={"a.csv": "a,b\n1,2\n"}, checks=[check],
    )  # fmt: skip
    looked = "a program of 6 lines that names a.csv, out.txt: exit status 0: 2 rows hi |"
    assert f"| passed | {looked}" in outcome.report and "import csv" not in outcome.report
    where = f"selfstarter show {outcome.run_id} --events"
    assert f"The programs that looked, in full: `{where}`" in outcome.report
    shown = CliRunner().invoke(cli, [*where.split()[1:], "--home", str(home)])
    assert all(line in shown.output for line in PROGRAM.split("\n")), shown.output


def test_what_was_denied_is_named(workspace: Path, home: Path) -> None:
    no = call("bash", command="ls"), call("write_file", path="conftest.py", content="x")
    outcome = worked(workspace, home, "Say bye", *no, gives_up(), there={}, checks=(BYE,))
    assert "calls denied: 2 (bash ls, write_file conftest.py)\n" in outcome.report


def test_who_says_that_nothing_is_missing_is_not_said_to_have_left_something_undone(
    workspace: Path, home: Path
) -> None:
    wrong = gives_up("Nothing of the goal; the check counts the wrong files.")
    outcome = worked(workspace, home, "Say bye", wrong, there={}, checks=(BYE,))
    assert "**Why it stopped** Not every criterion is met; the answer says why" in outcome.report


@needs_sandbox
@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("test -s out.txt", "exit status 0 |"),
        ("echo a && echo 5 passed", "exit status 0: 5 passed |"),
    ],
)
def test_of_a_command_that_passed_the_last_line_is_told(
    workspace: Path, home: Path, command: str, told: str
) -> None:
    check: Reply = {"kind": "command_passes", "command": f"test -e out.txt && {command}"}
    work = write("out.txt", "hi"), finish("It is written.")
    outcome = worked(workspace, home, "Write out.txt", *work, there={}, checks=[check])
    assert f"`: {told}" in outcome.report


def test_where_it_did_not_come_to_its_end_the_report_says_how_far(
    workspace: Path, home: Path
) -> None:
    tasks = [{"title": title} for title in ("look", "work", "tell")]
    plan: Reply = {"for": "plan", "json": {"tasks": tasks}}
    ticked = call("revise_plan", done=["1"])
    model = ScriptedModel.of(draft(BYE), plan, ticked, gives_up(), {"for": "wrap_up", "text": "x"})
    outcome = asyncio.run(pursue("Say bye", workspace, Settings(home=home), model=model))
    assert "**Plan** 1 of 3 tasks are marked as done; next: work\n" in outcome.report


def test_each_assumption_stands_on_a_line_of_its_own(workspace: Path, home: Path) -> None:
    sketch = draft(BYE)
    sketch = {**sketch, "json": {**sketch["json"], "assumptions": ["It is short.", "It is kind."]}}
    model = ScriptedModel.of(sketch, PLAN, write("out.txt", "bye"), finish("It is written."))
    outcome = asyncio.run(pursue("Say bye", workspace, Settings(home=home), model=model))
    assert section(outcome, "Assumed")[:2] == ["- It is short.", "- It is kind."]


# ── what earlier and later runs have of it ───────────────────────────────────────────────────

RULE = "Always write in British English."


def test_what_is_kept_for_later_runs_is_told_and_what_was_kept_by_earlier_ones(
    workspace: Path, home: Path
) -> None:
    ends = (write("out.txt", "good bye"), finish("It is written."))
    first = worked(workspace, home, f"Say bye. {RULE}", *ends, there={}, checks=(BYE,))
    assert f"**Kept for later runs** “{RULE}”\n" in first.report
    assert "From earlier runs" not in first.report
    (workspace / "out.txt").unlink()
    then = worked(workspace, home, "Say bye to Ann", *ends, there={}, checks=(BYE,))
    assert "Kept for later runs" not in then.report
    (told,) = [line for line in then.report.splitlines() if line.startswith("**From earlier")]
    assert RULE in told
    filed = learn(first.run_id, look_up(first.run_id, Settings(home=home))[1]).records
    kept = [one.text.removeprefix(THE_PERSON_SAID) for one in filed if one.importance == PERSON]
    assert kept == wishes_in(first.state) == [RULE]


def test_who_has_no_memory_is_told_of_none(workspace: Path, home: Path) -> None:
    model = ScriptedModel.of(PLAN, draft(BYE, files=()), write("out.txt", "bye"), finish("Done."))
    settings = Settings(model="scripted", home=home, memory="off")
    outcome = asyncio.run(pursue(f"Say bye. {RULE}", workspace, settings, model=model))
    assert outcome.ending == "done" and "later runs" not in outcome.report
