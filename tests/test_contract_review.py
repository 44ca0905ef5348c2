"""A person looks at the contract before the work begins: nothing is done, and nothing is spent,
until it is accepted as it is or changed."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from selfstarter.app import Outcome, look_up, pursue, resume
from selfstarter.core.contract import CommandPasses, Criterion, FileExists, Judge
from selfstarter.core.errors import NothingToDo
from selfstarter.core.events import AnyEvent
from selfstarter.core.ports import CommandKind
from selfstarter.core.review import Edits
from selfstarter.history.bundle import read_bundle, write_bundle
from selfstarter.history.fork import fork
from selfstarter.journal.sqlite import SqliteStore
from selfstarter.replay import replay
from selfstarter.sandbox.probe import probe
from selfstarter.settings import Settings
from selfstarter.steering import approve, deny, inbox, stop, tell

Reply = Mapping[str, Any]
Script = Callable[..., str]
GOAL = "Write hello.txt with a greeting"
needs_sandbox = pytest.mark.skipif(probe().bwrap is None, reason=probe().why or "no sandbox")


def call(tool: str, **args: object) -> Reply:
    return {"call": {"tool": tool, "args": args}}


DRAFT: Reply = {
    "for": "draft",
    "json": {
        "outcome": "It is there.",
        "files": ["hello.txt"],
        "assumptions": ["In English."],
        "document": False,
        "criteria": [
            {
                "text": "It says bye",
                "check": {"kind": "file_matches", "path": "hello.txt", "contains": ["bye"]},
            }
        ],
    },
}
PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "Greet"}]}}
AGAIN: Reply = {"for": "plan", "json": {"tasks": [{"title": "Greet and shout"}]}}
WRITE = call("write_file", path="hello.txt", content="hello\n")
FINISH = call("finish", summary="greeted")
JUDGED: Reply = {"for": "judge", "json": {"evidence": "hello", "passes": True}}


def kinds(run: Outcome, settings: Settings) -> list[str]:
    return [recorded.event.kind for recorded in look_up(run.run_id, settings)[1]]


def events(run: Outcome, settings: Settings, kind: str) -> list[AnyEvent]:
    return [r.event for r in look_up(run.run_id, settings)[1] if r.event.kind == kind]


def shown(workspace: Path, settings: Settings, **given: Any) -> Outcome:
    run = asyncio.run(pursue(GOAL, workspace, settings, attended=True, review=True, **given))
    assert run.ending is None and run.state.review_asked
    return run


def names(run: Outcome) -> dict[str, str]:
    """Text of a criterion -> its id."""
    assert run.state.contract is not None
    return {criterion.text: criterion.id for criterion in run.state.contract.criteria}


def command(home: Path, run: Outcome, kind: CommandKind, text: str) -> None:
    store = SqliteStore(home)
    store.command(run.run_id, kind, text)
    store.close()


def test_nothing_is_done_until_the_person_has_accepted_what_done_means(
    workspace: Path, home: Path, script: Script
) -> None:
    settings = Settings(model=script(DRAFT, PLAN, WRITE, FINISH), home=home)
    run = shown(workspace, settings)
    assert kinds(run, settings)[-2:] == ["plan_made", "review_asked"]
    assert list(workspace.iterdir()) == [] and run.state.spent.steps == 0
    assert "# Waiting for a person: Is this what done means?" in run.report
    assert f"selfstarter approve {run.run_id}:{run.state.asked_at}" in run.report
    (request,) = inbox(settings)
    assert (request.kind, request.answered, request.id in run.report) == ("contract", False, True)
    spent = run.state.spent
    again = asyncio.run(resume(run.run_id, settings))
    assert again.state.review_asked, "a resume alone accepts nothing"
    assert (again.state.spent.tokens, again.state.spent.calls) == (spent.tokens, spent.calls)
    assert [one.id for one in inbox(settings)] == [request.id], "it is the same question"
    assert approve(request.id, "", settings)[1] == "Accepted"
    assert inbox(settings)[0].answered
    with pytest.raises(NothingToDo, match="resume"):
        approve(request.id, "", settings)


@pytest.mark.parametrize("small", [False, True])
def test_accepted_as_it_is_the_run_goes_on_to_its_end(
    workspace: Path, home: Path, script: Script, small: bool
) -> None:
    fenced = ({"text": "```file hello.txt\nhello, bye\n```"},)
    write = call("write_file", path="hello.txt", content="hello, bye\n")
    ways = fenced if small else (write, FINISH)
    settings = Settings(model=script(DRAFT, PLAN, *ways, small=small), home=home)
    run = shown(workspace, settings)
    approve(run.run_id, "", settings)
    done = asyncio.run(resume(run.run_id, settings))
    assert done.ending in ("done", "partly") and (workspace / "hello.txt").exists()
    assert done.state.contract == run.state.contract
    assert "**Before the work** You accepted what done means." in done.report
    assert kinds(done, settings).count("contract_accepted") == 1
    assert done.state.answered > run.state.answered, "it is read once"


def test_what_the_person_drops_is_not_wanted_and_what_they_add_is_judged(
    workspace: Path, home: Path, script: Script
) -> None:
    settings = Settings(model=script(DRAFT, PLAN, WRITE, FINISH, JUDGED), home=home)
    run = shown(workspace, settings)
    edits = Edits(drop=(names(run)["It says bye"],), add=("It is friendly",))
    approve(run.run_id, "", settings, edits)
    done = asyncio.run(resume(run.run_id, settings))
    assert done.ending == "done", done.report
    contract = done.state.contract
    assert contract and "It says bye" not in names(done)
    assert contract.criteria[-1].check == Judge(path="hello.txt", question="It is friendly")
    assert done.state.checks[names(done)["It is friendly"]].passed
    assert "Dropped: It says bye. Added: It is friendly." in done.report
    heard = [turn.note for turn in done.state.transcript if turn.note]
    assert any("no longer wanted: It says bye" in note for note in heard), "the model is told"


@pytest.mark.parametrize(
    ("drop", "add", "why"),
    [
        (("nothing",), (), "there is no criterion 'nothing', but c"),
        (("all",), (), "nothing would be left"),
        (("stays",), (), "must stay so"),
        ((), (" ",), "says nothing"),
    ],
)
@needs_sandbox
def test_what_cannot_be_changed_is_said_and_the_run_still_waits(
    workspace: Path,
    home: Path,
    script: Script,
    drop: tuple[str, ...],
    add: tuple[str, ...],
    why: str,
) -> None:
    (workspace / "sound.txt").write_text("sound\n")
    holds = Criterion(id="k1", text="It is sound", check=CommandPasses(command="test -s sound.txt"))
    settings = Settings(model=script(DRAFT, PLAN, WRITE, FINISH), home=home)
    run = shown(workspace, settings, criteria=(holds,))
    known = names(run)
    some = [known[text] for text in known if text != "It is sound"]
    wanted = {"all": some, "stays": ["k1"]}.get("".join(drop), list(drop))
    with pytest.raises(NothingToDo, match=why):
        approve(run.run_id, "", settings, Edits(drop=tuple(wanted), add=add))
    with pytest.raises(NothingToDo, match="no part of the answer"):
        approve(run.run_id, "5", settings)
    assert not inbox(settings)[0].answered


def test_all_may_go_if_something_else_is_wanted_instead_and_what_is_protected_stays(
    workspace: Path, home: Path, script: Script
) -> None:
    (workspace / "in.csv").write_text("a,b\n1,2\n")
    wish = Criterion(id="p1", text="out.txt exists", check=FileExists(path="out.txt"))
    model = script(DRAFT, PLAN, WRITE, FINISH, JUDGED)
    settings = Settings(model=model, home=home)
    begins = pursue(
        f"{GOAL} from in.csv", workspace, settings, attended=True, review=True, criteria=(wish,)
    )
    run = asyncio.run(begins)
    before = run.state.contract
    assert before
    everything = tuple(criterion.id for criterion in before.criteria)
    approve(run.run_id, "", settings, Edits(drop=everything, add=("It greets",)))
    done = asyncio.run(resume(run.run_id, settings))
    after = done.state.contract
    assert after and [c.text for c in after.criteria] == ["It greets"]
    assert after.criteria[0].id not in everything, "its checks are its own"
    assert after.protects == before.protects


def test_what_the_person_says_changes_contract_and_plan_and_is_shown_again(
    workspace: Path, home: Path, script: Script
) -> None:
    wanted = {"text": "It shouts", "check": {"kind": "file_exists", "path": "SHOUT.txt"}}
    amends = {"for": "amend", "json": {"quote": "write SHOUT.txt too", "add": [wanted]}}
    settings = Settings(model=script(DRAFT, PLAN, amends, AGAIN, WRITE), home=home)
    run = shown(workspace, settings)
    old = inbox(settings)[0].id
    tell(run.run_id, "say", "write SHOUT.txt too", settings)
    with pytest.raises(NothingToDo, match="answered"):
        approve(old, "", settings)
    command(home, run, "approve", f"{run.state.asked_at} ")  # another shell, at the same moment
    again = asyncio.run(resume(run.run_id, settings))
    assert again.state.review_asked and "It shouts" in names(again)
    assert [task.title for task in again.state.plan] == ["Greet and shout"]
    assert kinds(again, settings).count("contract_accepted") == 0
    assert "command_missed" in kinds(again, settings), "that was of the contract before"
    assert inbox(settings)[0].id != old and list(workspace.iterdir()) == []
    gone_through = replay(look_up(run.run_id, settings)[1])
    assert (gone_through.faults, gone_through.differences) == ((), ())


def test_a_refusal_ends_the_run_with_its_reason_and_it_can_be_taken_up_again(
    workspace: Path, home: Path, script: Script
) -> None:
    settings = Settings(model=script(DRAFT, PLAN, WRITE, FINISH), home=home)
    run = shown(workspace, settings)
    deny(run.run_id, "that is not it", settings)
    ended = asyncio.run(resume(run.run_id, settings))
    assert ended.ending == "stopped" and "that is not it" in ended.report
    assert list(workspace.iterdir()) == [] and inbox(settings) == []
    again = asyncio.run(resume(run.run_id, settings))
    assert again.state.review_asked, "it was never accepted"
    assert asyncio.run(stop(run.run_id, settings)).ended


def test_a_limit_that_is_reached_while_it_waits_is_asked_for_first(
    workspace: Path, home: Path, script: Script
) -> None:
    settings = Settings(model=script(DRAFT, PLAN, WRITE, FINISH), home=home)
    run = shown(workspace, settings)
    poor = asyncio.run(resume(run.run_id, settings, more={"tokens": 1}))
    assert poor.state.raise_asked == "tokens" and inbox(settings)[0].kind == "limit"
    approve(run.run_id, "100000", settings)
    again = asyncio.run(resume(run.run_id, settings))
    assert again.state.raise_asked is None and again.state.accepted is None
    assert inbox(settings)[0].kind == "contract"
    approve(run.run_id, "", settings)
    assert asyncio.run(resume(run.run_id, settings)).state.accepted


def test_where_nobody_is_there_it_begins_at_once_and_the_report_says_so(
    workspace: Path, home: Path, script: Script
) -> None:
    write = call("write_file", path="hello.txt", content="hello, bye\n")
    settings = Settings(model=script(DRAFT, PLAN, write, FINISH), home=home)
    run = asyncio.run(pursue(GOAL, workspace, settings, review=True))
    assert run.ending == "done"
    assert "Nobody was there to look at what done means." in run.report


@pytest.mark.parametrize("said", ["", "{}", '{"drop": ["x"]}', "not json"])
def test_a_command_that_fits_nothing_is_told_and_accepts_nothing(
    workspace: Path, home: Path, script: Script, said: str
) -> None:
    settings = Settings(model=script(DRAFT, PLAN, WRITE, FINISH), home=home)
    run = shown(workspace, settings)
    place = run.state.asked_at if said.startswith(('{"', "n")) else run.state.asked_at - 1
    command(home, run, "approve", f"{place} {said}")
    again = asyncio.run(resume(run.run_id, settings))
    assert again.state.review_asked and again.state.accepted is None
    assert kinds(again, settings)[-1] == "command_missed"


def test_replay_fork_and_export_know_of_it(
    workspace: Path, home: Path, script: Script, tmp_path: Path
) -> None:
    write = call("write_file", path="hello.txt", content="hello, bye\n")
    settings = Settings(model=script(DRAFT, PLAN, write, FINISH, JUDGED), home=home)
    run = shown(workspace, settings)
    asked_at = run.state.asked_at
    approve(run.run_id, "", settings, Edits(add=("It is friendly",)))
    done = asyncio.run(resume(run.run_id, settings))
    assert done.ending == "done"
    gone_through = replay(look_up(run.run_id, settings)[1])
    assert (gone_through.faults, gone_through.differences) == ((), ())
    waits = fork(run.run_id, f"e{asked_at}", settings)
    assert look_up(waits.run_id, settings)[0].state.review_asked
    assert [one.run_id for one in inbox(settings)] == [waits.run_id]
    assert asyncio.run(resume(waits.run_id, settings)).state.review_asked
    write_bundle(run.run_id, settings, tmp_path / "run.zip")
    elsewhere = settings.model_copy(update={"home": tmp_path / "elsewhere"})
    there = look_up(read_bundle(tmp_path / "run.zip", elsewhere).run_id, elsewhere)[0]
    assert (there.ending, there.state.accepted) == ("done", done.state.accepted)
    asks_again = fork(run.run_id, "end", settings, goal="Write bye.txt")
    assert look_up(asks_again.run_id, settings)[0].state.review_due, "of another goal"
