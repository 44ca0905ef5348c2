"""Files are put back as they were after any step, and nobody's work is lost by it."""

import asyncio
import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from history_parts import DRAFT, FINISH, PLAN, events, files, go, go_on, look, write
from plays import needs_sandbox, shell

from selfstarter.app import look_up
from selfstarter.core.errors import BadSetting, FilesChanged, NothingToDo, RunBusy
from selfstarter.core.events import CallChosen, CallReturned, RunStarted, WorkspaceUndone
from selfstarter.history.changes import changes
from selfstarter.history.undo import undo
from selfstarter.journal.sqlite import SqliteStore
from selfstarter.replay import replay
from selfstarter.settings import Settings

Script = Callable[..., str]
STEPS = (
    write("a.txt", "one\n"),
    look(),
    write("d/b.txt", "two\n"),
    write("a.txt", "one and more\n"),
    write("hello.txt", "hello\n"),
)


@pytest.fixture
def run(workspace: Path, home: Path, script: Script) -> str:
    """Five steps, the second of which changes nothing."""
    (workspace / "mine.md").write_text("mine\n")
    outcome = go(workspace, home, script(DRAFT, PLAN, *STEPS, FINISH))
    assert outcome.ending == "done"
    return outcome.run_id


AFTER: dict[str, dict[str, bytes]] = {
    "start": {"mine.md": b"mine\n"},
    "1": {"mine.md": b"mine\n", "a.txt": b"one\n"},
    "2": {"mine.md": b"mine\n", "a.txt": b"one\n"},
    "3": {"mine.md": b"mine\n", "a.txt": b"one\n", "d/b.txt": b"two\n"},
    "4": {"mine.md": b"mine\n", "a.txt": b"one and more\n", "d/b.txt": b"two\n"},
}


def undone(run_id: str, home: Path, to: str = "", **more: bool) -> tuple[str, ...]:
    return asyncio.run(undo(run_id, Settings(home=home), to, **more)).restored


def test_from_any_step_to_any_other_and_back_the_files_are_as_they_were(
    run: str, workspace: Path, home: Path
) -> None:
    end = files(workspace)
    places = [*AFTER] * 2
    random.Random(7).shuffle(places)
    for place in places:
        if files(workspace) == AFTER[place]:
            with pytest.raises(NothingToDo):
                undone(run, home, place)
            continue
        undone(run, home, place)
        assert files(workspace) == AFTER[place], place
    assert not (workspace / "d").exists() or "d/b.txt" in files(workspace)
    undone(run, home, "5")
    assert files(workspace) == end


def test_each_undo_takes_one_more_change_back(run: str, workspace: Path, home: Path) -> None:
    for place in ("4", "3", "1", "start"):
        undone(run, home)
        assert files(workspace) == AFTER[place]
    with pytest.raises(NothingToDo, match="no files"):
        undone(run, home)


def test_what_a_person_changed_since_is_not_written_over(
    run: str, workspace: Path, home: Path
) -> None:
    (workspace / "a.txt").write_text("a person's\n")
    (workspace / "new.txt").write_text("a person's too\n")
    before = files(workspace)
    for place in ("3", "start"):
        with pytest.raises(FilesChanged, match=r"a\.txt"):
            undone(run, home, place)
        assert files(workspace) == before
    with pytest.raises(FilesChanged):
        undone(run, home, "start")
    undone(run, home, "start", force=True)
    assert files(workspace) == AFTER["start"]
    kept = [
        r.seq for r in look_up(run, Settings(home=home))[1] if r.event.kind == "workspace_saved"
    ]
    undone(run, home, f"e{kept[-1]}", force=True)
    assert files(workspace) == before, "what the person had is still there to be had"


def test_a_look_changes_nothing(run: str, workspace: Path, home: Path) -> None:
    before, told = files(workspace), events(run, home)
    assert undone(run, home, "1", look=True) == ("a.txt", "d/b.txt", "hello.txt")
    assert files(workspace) == before and events(run, home) == told


def test_a_run_that_goes_on_knows_that_its_work_was_taken_back(
    run: str, workspace: Path, home: Path
) -> None:
    undone(run, home, "3")
    outcome, records = look_up(run, Settings(home=home))
    assert [e.restored for e in events(run, home) if isinstance(e, WorkspaceUndone)]
    assert not list(outcome.state.checks.items()), "what was checked is checked anew"
    assert set(dict(outcome.state.ledger.artefacts.items())) == {"a.txt", "d/b.txt"}
    assert "hello.txt" in next(iter(outcome.state.transcript)).note
    assert "Taken back" in outcome.report_path.read_text()
    assert replay(records).differences == ()


def test_a_run_that_was_done_stays_so_in_all_its_accounts_and_is_checked_anew_when_it_goes_on(
    workspace: Path, home: Path, script: Script
) -> None:
    greet = write("hello.txt", "hello\n")
    model = script(DRAFT, PLAN, greet, FINISH, greet, FINISH)
    before = go(workspace, home, model)
    run_id, settings = before.run_id, Settings(home=home)
    undone(run_id, home, "start")
    now, records = look_up(run_id, settings)
    with closing(SqliteStore(home)) as store:
        assert [row.ending for row in store.runs()] == [now.ending] == ["done"]
    assert now.state.spent.time_s == before.state.spent.time_s
    assert "a person has taken its changes back" in now.report.splitlines()[0]
    assert f"`selfstarter resume {run_id}` looks at each criterion anew" in now.report
    assert replay(records).faults == ()
    again = go_on(run_id, home)
    assert again.ending == "done" and files(workspace) == {"hello.txt": b"hello\n"}
    assert all(again.state.checks[criterion.id].passed for criterion in again.state.criteria)
    kinds = [event.kind for event in events(run_id, home)[len(records) :]]
    assert kinds[:4] == ["run_resumed", "criterion_checked", "criterion_checked", "finish_rejected"]


def test_a_run_whose_work_was_put_back_again_is_done_at_once(run: str, home: Path) -> None:
    undone(run, home, "start")
    undone(run, home, "5")
    again = go_on(run, home)
    assert (again.ending, again.answer) == ("done", "hello.txt says hello")
    kinds = [event.kind for event in events(run, home)]
    assert "model_called" not in kinds[kinds.index("run_resumed") :]


def test_links_on_the_way_are_not_followed(
    run: str, workspace: Path, home: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.txt").write_text("not yours")
    (workspace / "d" / "b.txt").unlink()
    (workspace / "d").rmdir()
    (workspace / "d").symlink_to(outside)
    (workspace / "a.txt").unlink()
    (workspace / "a.txt").symlink_to(outside / "b.txt")
    undone(run, home, "3", force=True)
    assert files(workspace) == AFTER["3"]
    assert not (workspace / "d").is_symlink()
    assert (outside / "b.txt").read_text() == "not yours"


@needs_sandbox
@pytest.mark.parametrize("beside", ["", "notes.txt"])
def test_compiled_code_that_was_not_there_goes_with_what_it_was_compiled_from(
    workspace: Path, home: Path, script: Script, beside: str
) -> None:
    """Also what a person has had compiled since, but no file of theirs."""
    (workspace / "old/__pycache__").mkdir(parents=True)
    (workspace / "old/__pycache__/a.cpython-311.pyc").write_bytes(b"x")
    (workspace / "main.py").write_text("x = 1\n")
    made = shell("mkdir -p new/deep; echo y=1 >new/deep/m.py; python3 -m compileall -q .")
    outcome = go(workspace, home, script(DRAFT, PLAN, made, write("hello.txt", "hello\n"), FINISH))
    assert (workspace / "new/deep/__pycache__").is_dir()
    (workspace / "later/__pycache__").mkdir(parents=True)
    (workspace / "later/__pycache__/b.cpython-311.pyc").write_bytes(b"x")
    if beside:
        (workspace / "new/deep/__pycache__" / beside).write_text("a person's\n")
    found = asyncio.run(undo(outcome.run_id, Settings(home=home), "start"))
    kept = ["new", "new/deep", "new/deep/__pycache__"] if beside else []
    folders = sorted(str(p.relative_to(workspace)) for p in workspace.rglob("*") if p.is_dir())
    assert folders == [*kept, "old", "old/__pycache__"]
    assert (workspace / "old/__pycache__/a.cpython-311.pyc").exists()
    assert found.restored == ("hello.txt", "new/deep/m.py")
    assert [line.partition("/:")[0] for line in found.left] == kept[2:]


def test_what_left_the_folder_is_named(workspace: Path, home: Path) -> None:
    store = SqliteStore(home)
    store.create(RunStarted(goal="x", workspace=str(workspace), model="m"), "r")
    calls = [("1", "write_file"), ("2", "mcp__mail__send"), ("3", "remember"), ("4", "search_web")]

    async def happen() -> None:
        from selfstarter.core.events import WorkspaceSaved
        from selfstarter.history.snapshots import Snapshots
        from selfstarter.runs import run_folder

        snapshots = Snapshots(workspace, run_folder(home, "r"))
        with store.open("r") as journal:
            await journal.append(WorkspaceSaved(tree=snapshots.taken().tree))
            for call_id, tool in calls:
                (workspace / f"{call_id}.txt").write_text(call_id)
                await journal.append(CallChosen(call_id=call_id, tool=tool, args={"to": "ann"}))
                await journal.append(CallReturned(call_id=call_id, status="ok"))
                await journal.append(WorkspaceSaved(tree=snapshots.taken().tree))
        snapshots.close()

    asyncio.run(happen())
    store.close()
    found = asyncio.run(undo("r", Settings(home=home), "start"))
    assert len(found.for_good) == 2
    assert "mcp__mail__send(to=ann)" in found.for_good[0] and "memory" in found.for_good[1]
    assert files(workspace) == {}


def test_a_run_that_is_pursued_is_not_undone(run: str, home: Path) -> None:
    store = SqliteStore(home)
    with store.open(run), pytest.raises(RunBusy):
        undone(run, home)
    store.close()


# ── what changed ─────────────────────────────────────────────────────────────────────────────


def test_a_diff_says_what_a_run_or_a_step_changed(run: str, home: Path) -> None:
    settings = Settings(home=home)
    whole = changes(run, settings)
    assert {file.path: file.how for file in whole.files} == {
        "a.txt": "added", "d/b.txt": "added", "hello.txt": "added",
    }  # fmt: skip
    assert [(step.step, step.paths) for step in whole.steps] == [
        (1, ("a.txt",)), (3, ("d/b.txt",)), (4, ("a.txt",)), (5, ("hello.txt",)),
    ]  # fmt: skip
    (fourth,) = changes(run, settings, "4").files
    assert fourth.diff.splitlines()[2:] == ["@@ -1 +1 @@", "-one", "+one and more"]
    assert changes(run, settings, "2").files == ()
    assert {file.path for file in changes(run, settings, "3..4").files} == {"a.txt", "d/b.txt"}
    for wrong in ("9", "x", "4..1"):
        with pytest.raises(BadSetting):
            changes(run, settings, wrong)
