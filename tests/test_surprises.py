"""The world changes while the agent works; each time through a real run."""

import asyncio
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selfstarter.app import Outcome, Tooling, drive, look_up, pursue, resume
from selfstarter.core.errors import BadSetting, JournalDown, WorkspaceGone
from selfstarter.core.events import (
    AnyEvent,
    CallChosen,
    CallReturned,
    CallStarted,
    Compacted,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
    ToolPutAway,
)
from selfstarter.core.ports import Recorded, Result, Tool
from selfstarter.journal.sqlite import SqliteStore
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings
from selfstarter.tools.define import FunctionTool
from selfstarter.tools.spill import Spilling

Reply = Mapping[str, Any]
Script = Callable[..., str]
Heard = Callable[[str, Recorded], None]


def draft(*files: str) -> Reply:
    return {
        "for": "draft",
        "json": {"outcome": "x", "files": files, "assumptions": [], "document": False},
    }


def call(tool: str, **args: object) -> Reply:
    return {"call": {"tool": tool, "args": args}}


PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "Do it"}]}}
FINISH = call("finish", summary="done")
WRITE = call("write_file", path="hello.txt", content="hello\n")
GOAL = "Write hello.txt with a greeting"


def go(workspace: Path, home: Path, model: str | ScriptedModel, **more: Any) -> Outcome:
    name = model if isinstance(model, str) else "scripted"
    given = None if isinstance(model, str) else model
    return asyncio.run(
        pursue(GOAL, workspace, Settings(model=name, home=home), model=given, **more)
    )


def events(home: Path, run: str = "@last") -> list[AnyEvent]:
    return [recorded.event for recorded in look_up(run, Settings(home=home))[1]]


def returned(home: Path) -> list[CallReturned]:
    return [event for event in events(home) if isinstance(event, CallReturned)]


def when(kind: type, nth: int, do: Callable[[], object]) -> Heard:
    """Does something once, right after the nth event of a kind is durable."""
    seen = 0

    def heard(_: str, recorded: Recorded) -> None:
        nonlocal seen
        seen += isinstance(recorded.event, kind)
        if isinstance(recorded.event, kind) and seen == nth:
            do()

    return heard


# ── somebody else changes a file ─────────────────────────────────────────────────────────────

CHANGES = {
    "edit_file": call("edit_file", path="notes.txt", old="one", new="ONE"),
    "write_file": call("write_file", path="./notes.txt", content="ONE\n"),
}


@pytest.mark.parametrize("tool", CHANGES)
def test_what_somebody_else_wrote_since_the_agent_read_it_is_not_written_over(
    workspace: Path, home: Path, script: Script, tool: str
) -> None:
    notes = workspace / "notes.txt"
    notes.write_text("one\n")
    model = script(
        draft("notes.txt"), PLAN, call("read_file", path="notes.txt"), CHANGES[tool], CHANGES[tool],
        FINISH,
    )  # fmt: skip
    kept: list[str] = []

    def heard(run_id: str, recorded: Recorded) -> None:
        save(run_id, recorded)
        if isinstance(recorded.event, CallReturned) and recorded.event.call_id == "2":
            kept.append(notes.read_text())

    save = when(CallReturned, 1, lambda: notes.write_text("one\nand a person's line\n"))
    go(workspace, home, model, listener=heard)
    read, refused, again = returned(home)
    assert (read.status, refused.status, again.status) == ("ok", "denied", "ok")
    assert "has changed since you saw it last" in refused.error
    assert "and a person's line" in refused.error, "it is shown how the file is now"
    assert kept == ["one\nand a person's line\n"], "nothing was written over"


def test_a_change_during_a_pause_is_seen_after_it(
    workspace: Path, home: Path, script: Script
) -> None:
    notes = workspace / "notes.txt"
    notes.write_text("one\n")
    down: Reply = {"fail": "down"}
    model = script(
        draft("notes.txt"), PLAN, call("read_file", path="notes.txt"), down, CHANGES["write_file"],
        CHANGES["write_file"], FINISH,
    )  # fmt: skip
    with pytest.raises(Exception, match="down"):
        go(workspace, home, model)
    notes.write_text("a person's version\n")
    asyncio.run(resume("@last", Settings(home=home)))
    assert [event.status for event in returned(home)] == ["ok", "denied", "ok"]


def test_the_agents_own_changes_by_any_tool_need_no_second_look(
    workspace: Path, home: Path, script: Script
) -> None:
    again = call("write_file", path="hello.txt", content="hello again\n")
    edit = call("edit_file", path="hello.txt", old="again", new="once more")
    model = script(draft("hello.txt"), PLAN, WRITE, again, edit, FINISH)
    outcome = go(workspace, home, model)
    assert outcome.ending == "done"
    assert [event.status for event in returned(home)] == ["ok", "ok", "ok"]


# ── a tool is no longer there ────────────────────────────────────────────────────────────────


def without(*names: str) -> Tooling:
    return Tooling(fit=lambda tools: {n: tool for n, tool in tools.items() if n not in names})


def test_a_tool_that_is_gone_after_a_pause_is_news_for_the_model(
    workspace: Path, home: Path, script: Script
) -> None:
    down: Reply = {"fail": "down"}
    model = script(
        draft("hello.txt"), PLAN, call("list_files"), down, call("list_files"), WRITE, FINISH
    )
    with pytest.raises(Exception, match="down"):
        go(workspace, home, model)
    settings = Settings(home=home)
    outcome = asyncio.run(resume("@last", settings, tooling=without("list_files")))
    assert outcome.ending == "done"
    _, gone, _ = returned(home)
    assert gone.status == "denied"
    assert "no tool 'list_files'" in gone.error and "write_file" in gone.error


def failing_with(name: str, result: Result) -> Tooling:
    """The tool is there and cannot do anything."""

    async def fails(**_: object) -> Result:
        return result

    def fit(tools: Mapping[str, Tool]) -> Mapping[str, Tool]:
        outer = tools[name]
        assert isinstance(outer, Spilling) and isinstance(outer.tool, FunctionTool)
        return {**tools, name: replace(outer, tool=replace(outer.tool, function=fails))}

    return Tooling(fit=fit)


def test_a_tool_that_only_fails_is_put_away_and_comes_back_for_another_try(
    workspace: Path, home: Path
) -> None:
    looks = [call("list_files", path=f"folder{n}") for n in range(40)]
    model = ScriptedModel.of(
        draft("hello.txt"),
        PLAN,
        {"for": "reflect", "json": {"cause": "c", "lesson": "l", "dead_end": "d"}},
        *looks[:4],
        looks[4],
        *(call("write_file", path="n.txt", content=str(n)) for n in range(30)),
        looks[5],
        WRITE,
        FINISH,
    )
    tooling = failing_with("list_files", Result("permanent", error="the disk answers no more"))
    outcome = go(workspace, home, model, tooling=tooling)
    assert outcome.ending == "done"
    away = [event for event in events(home) if isinstance(event, ToolPutAway)]
    assert [event.tool for event in away] == ["list_files", "list_files"]
    assert "the disk answers no more" in away[0].reason
    shown = [{tool.name for tool in asked.tools} for asked in model.asked if asked.tools]
    with_it = ["list_files" in names for names in shown]
    assert with_it[:4] == [True] * 4, "four failures are seen"
    assert not any(with_it[4:29]) and all(with_it[29:35]), "away for 25 steps, then tried again"
    assert not with_it[-1], "one more failure is enough"
    said = [message.text for asked in model.asked for message in asked.messages]
    assert any("list_files does not work now" in text for text in said)
    fifth = next(event for event in returned(home) if event.call_id == "5")
    assert fifth.status == "denied" and "put away until step" in fifth.error


def test_a_program_that_fails_is_no_failure_of_the_tool(workspace: Path, home: Path) -> None:
    crash = Result("permanent", "Traceback: boom\n[exit status 1]", error="exit status 1")
    model = ScriptedModel.of(
        draft("hello.txt"),
        PLAN,
        *(call("run_shell", command=f"false {n}") for n in range(6)),
        WRITE,
        FINISH,
    )
    go(workspace, home, model, tooling=failing_with("run_shell", crash))
    assert not any(isinstance(event, ToolPutAway) for event in events(home))


def test_failures_that_may_pass_take_no_tool_away(workspace: Path, home: Path) -> None:
    slow = Result("transient", error="no answer in 60 s")
    model = ScriptedModel.of(
        draft("hello.txt"),
        PLAN,
        *(call("list_files", path=f"folder{n}") for n in range(6)),
        WRITE,
        FINISH,
    )
    go(workspace, home, model, tooling=failing_with("list_files", slow))
    assert not any(isinstance(event, ToolPutAway) for event in events(home))


def test_a_call_that_hangs_is_ended_and_the_model_is_told(workspace: Path, home: Path) -> None:
    async def hangs(**_: object) -> str:
        await asyncio.sleep(3600)
        return ""

    def fit(tools: Mapping[str, Tool]) -> Mapping[str, Tool]:
        outer = tools["list_files"]
        assert isinstance(outer, Spilling) and isinstance(outer.tool, FunctionTool)
        return {**tools, "list_files": replace(outer, tool=replace(outer.tool, function=hangs))}

    model = ScriptedModel.of(draft("hello.txt"), PLAN, call("list_files"), WRITE, FINISH)
    outcome = go(workspace, home, model, tooling=Tooling(call_s=0.05, fit=fit))
    assert outcome.ending == "done"
    hung = returned(home)[0]
    assert (hung.status, "no answer in 0.05 s" in hung.error) == ("transient", True)


# ── the model is another one ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("small_first", [False, True], ids=["to-small", "to-large"])
def test_a_run_goes_on_with_a_model_of_another_protocol_and_a_smaller_window(
    workspace: Path, home: Path, script: Script, small_first: bool
) -> None:
    (workspace / "long.txt").write_text("\n".join(f"line {n} " + "so " * 40 for n in range(300)))
    down: Reply = {"fail": "down"}
    reads = [{"path": "long.txt", "start": n, "lines": 20} for n in range(1, 25)]

    def said(tool: str, args: dict[str, Any], fenced: bool) -> Reply:
        if not fenced:
            return {"text": "I look.", "call": {"tool": tool, "args": args}}
        return {"text": '```json\n{"tool": "%s", "args": %s}\n```' % (tool, json.dumps(args))}  # noqa: UP031

    first = [said("read_file", args, small_first) for args in reads]
    options = {"small": small_first, "native_tools": not small_first}
    begun = script(draft("hello.txt"), PLAN, *first, down, window=32_768, **options)
    with pytest.raises(Exception, match="down"):
        go(workspace, home, begun)
    assert not any(isinstance(event, Compacted) for event in events(home))

    rest = [
        said("write_file", {"path": "hello.txt", "content": "hello\n"}, not small_first),
        said("finish", {"summary": "done"}, not small_first),
    ]
    # The journal holds the replies of the first model: a script is taken up after as many.
    options = {"small": not small_first, "native_tools": small_first}
    model = ScriptedModel.of(draft("hello.txt"), PLAN, *first, *rest, window=2048, **options)
    store = SqliteStore(home)
    try:
        run_id = store.find("@last")
        outcome = asyncio.run(drive(store, run_id, model, home, None, RunResumed(model="other")))
    finally:
        store.close()
    # What a small model drafted asks for independent attempts, which are not to be had here.
    assert outcome.ending == ("partly" if small_first else "done")
    assert (workspace / "hello.txt").read_text() == "hello\n"
    assert any(isinstance(event, Compacted) for event in events(home))
    asked = [request for request in model.asked if request.purpose == "choose"]
    assert asked
    for request in asked:
        size = sum(model.count(message.text) for message in request.messages)
        assert size + 100 < 2048
        native = [message for message in request.messages if message.call]
        assert bool(native) == small_first, "calls are written as this model writes them"


# ── the folder is gone ───────────────────────────────────────────────────────────────────────


def test_a_workspace_that_disappears_pauses_the_run_until_it_is_back(
    workspace: Path, home: Path, script: Script
) -> None:
    aside = workspace.with_name("aside")
    model = script(draft("hello.txt"), PLAN, call("list_files", path="."), WRITE, FINISH)
    with pytest.raises(WorkspaceGone, match="no longer there"):
        go(workspace, home, model, listener=when(CallChosen, 2, lambda: workspace.rename(aside)))
    *_, paused = events(home)
    assert isinstance(paused, RunPaused) and "no longer there" in paused.reason
    assert not any(isinstance(event, RunEnded) for event in events(home))
    with pytest.raises(BadSetting, match="is not a folder"):
        asyncio.run(resume("@last", Settings(home=home)))
    aside.rename(workspace)
    outcome = asyncio.run(resume("@last", Settings(home=home)))
    assert outcome.ending == "done"
    assert (workspace / "hello.txt").read_text() == "hello\n"


def test_a_workspace_that_disappears_before_the_checks_is_not_a_failed_check(
    workspace: Path, home: Path, script: Script
) -> None:
    model = script(draft("hello.txt"), PLAN, WRITE, FINISH)

    def gone(_: str, recorded: Recorded) -> None:
        if recorded.event.kind == "finish_asked":
            shutil.rmtree(workspace)

    with pytest.raises(WorkspaceGone):
        go(workspace, home, model, listener=gone)
    assert isinstance(events(home)[-1], RunPaused)


# ── the disk is full ─────────────────────────────────────────────────────────────────────────


def test_a_full_disk_ends_the_process_with_a_clear_word_and_loses_nothing(
    workspace: Path, home: Path
) -> None:
    filler = [call("write_file", path="n.txt", content=f"{n} " + "x" * 5_000) for n in range(20)]
    replies = (draft("hello.txt"), PLAN, *filler, WRITE, FINISH)
    store = SqliteStore(home)
    run_id = store.create(RunStarted(goal=GOAL, workspace=str(workspace), model="scripted"))
    db = store.db
    pages = int(db.execute("PRAGMA page_count").fetchall()[0][0])  # pyright: ignore
    db.execute(f"PRAGMA max_page_count = {pages + 12}")  # pyright: ignore
    with pytest.raises(JournalDown, match="Make room on the disk"):
        asyncio.run(drive(store, run_id, ScriptedModel.of(*replies), home, None))
    saved = list(store.read(run_id))
    assert len(saved) > 5 and [r.seq for r in saved] == list(range(1, len(saved) + 1))
    db.execute("PRAGMA max_page_count = 1000000")  # pyright: ignore
    outcome = asyncio.run(
        drive(store, run_id, ScriptedModel.of(*replies), home, None, RunResumed())
    )
    assert outcome.ending == "done"
    again = list(store.read(run_id))
    assert again[: len(saved)] == saved
    started = [r.event.call_id for r in again if isinstance(r.event, CallStarted)]
    assert len({*started}) >= len(started) - 1, "only the call cut short was begun twice"
    store.close()
