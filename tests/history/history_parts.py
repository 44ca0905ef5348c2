"""Runs that change files, step by step, and what a test asks of them."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from selfstarter.app import Outcome, look_up, pursue, resume
from selfstarter.core.events import AnyEvent, WorkspaceSaved
from selfstarter.history.snapshots import kept
from selfstarter.history.store import FILE, SnapshotStore
from selfstarter.runs import run_folder
from selfstarter.settings import Settings

Reply = Mapping[str, Any]
GOAL = "Write a greeting to hello.txt"
DRAFT: Reply = {
    "for": "draft",
    "json": {
        "outcome": "The greeting is there.",
        "files": ["hello.txt"],
        "assumptions": [],
        "document": False,
        "criteria": [
            {
                "text": "it greets",
                "check": {"kind": "file_matches", "path": "hello.txt", "regex": "hello"},
            }
        ],
    },
}
PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "Write it", "done_when": "it is"}]}}
FINISH: Reply = {"call": {"tool": "finish", "args": {"summary": "hello.txt says hello"}}}


def write(path: str, text: str) -> Reply:
    return {"call": {"tool": "write_file", "args": {"path": path, "content": text}}}


def look() -> Reply:
    return {"call": {"tool": "list_files", "args": {"path": ""}}}


def go(workspace: Path, home: Path, model: str, goal: str = GOAL, **more: Any) -> Outcome:
    return asyncio.run(pursue(goal, workspace, Settings(model=model, home=home), **more))


def go_on(run_id: str, home: Path, **more: Any) -> Outcome:
    return asyncio.run(resume(run_id, Settings(home=home), **more))


def events(run_id: str, home: Path) -> list[AnyEvent]:
    return [recorded.event for recorded in look_up(run_id, Settings(home=home))[1]]


def saves(run_id: str, home: Path) -> list[WorkspaceSaved]:
    return [event for event in events(run_id, home) if isinstance(event, WorkspaceSaved)]


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def files_in(store: SnapshotStore, tree: str) -> dict[str, bytes]:
    return {path: store.blob(entry.digest) for path, entry in kept(store.tree(tree)).items()}


def saved_files(run_id: str, home: Path, tree: str) -> dict[str, bytes]:
    store = SnapshotStore(run_folder(home, run_id) / FILE)
    try:
        return files_in(store, tree)
    finally:
        store.close()
