"""Keeps a journal as the code of today writes it: `python tests/journal/golden.py`.

To be run before a release that brings a new schema. It makes `golden/schema-N.zip` (a home with its
journal, memory and snapshots, and the workspace) and `schema-N.jsonl` (the tables, for a Postgres);
what is there already stays as it is for ever. `test_golden.py` opens them all.
"""

import asyncio
import json
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from selfstarter.app import pursue
from selfstarter.core.events import CallStarted
from selfstarter.core.ports import Recorded
from selfstarter.journal.migrations import STEPS
from selfstarter.journal.sqlite import SqliteStore
from selfstarter.settings import Settings
from selfstarter.working import enqueue

GOLDEN = Path(__file__).parent / "golden"
PLACE = "/golden"
"""Stands for the folder that it was made in."""
DONE, CUT = "aaaa0001", "bbbb0002"
SAID = "good so far"
TABLES = {
    "events": "run_id, seq, at, kind, body",
    "commands": "id, run_id, at, kind, text",
    "queue": "run_id, priority, due",
}


class Crash(BaseException):
    pass


def script(path: Path, *files: str) -> str:
    sketch: dict[str, Any] = {
        "outcome": "They are there.",
        "files": files,
        "assumptions": [],
        "document": False,
    }
    calls = [{"tool": "write_file", "args": {"path": f, "content": f"{f}\n"}} for f in files]
    note = {"tool": "remember", "args": {"text": "The staging server listens on port 8443."}}
    finish = {"tool": "finish", "args": {"summary": "They are written."}}
    replies: list[dict[str, Any]] = [
        {"for": "draft", "json": sketch},
        {"for": "plan", "json": {"tasks": [{"title": "Write them"}]}},
        {"for": "amend", "json": {"quote": ""}},
        *({"call": call} for call in (*calls, note, finish)),
    ]
    path.write_text(json.dumps({"window": 32_768, "small": False, "replies": replies}))
    return f"scripted:{path}"


def made(folder: Path) -> None:
    """One run that is done, and one that died in its second call and is queued, with words for it
    that it has not heard."""
    home, workspace = folder / "home", folder / "workspace"
    workspace.mkdir()
    one, other = script(folder / "one.json", "a.txt"), script(folder / "two.json", "b.txt", "c.txt")
    settings = Settings(home=home, model=one, memory="on")
    asyncio.run(pursue("Write a.txt", workspace, settings, run_id=DONE))
    begun = 0

    def die(_: str, recorded: Recorded) -> None:
        nonlocal begun
        begun += isinstance(recorded.event, CallStarted)
        if begun == 2:
            raise Crash

    settings = Settings(home=home, model=other, memory="on")
    with suppress(Crash):
        goal = "Write b.txt and c.txt"
        asyncio.run(pursue(goal, workspace, settings, run_id=CUT, listener=die))
    enqueue(CUT, settings, priority=3)
    store = SqliteStore(home)
    store.command(CUT, "say", SAID)
    store.rows("UPDATE events SET body = replace(body, ?, ?)", str(folder), PLACE)
    store.rows("UPDATE queue SET model = replace(model, ?, ?)", str(folder), PLACE)
    store.rows("VACUUM")
    with (GOLDEN / f"schema-{len(STEPS)}.jsonl").open("x") as file:
        for table, columns in TABLES.items():
            for row in store.rows(f"SELECT {columns} FROM {table}"):
                file.write(json.dumps([table, columns, *row]) + "\n")
    store.close()
    shutil.rmtree(home / "locks")


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    if (GOLDEN / f"schema-{len(STEPS)}.zip").exists():
        sys.exit(f"schema {len(STEPS)} is kept already.")
    with tempfile.TemporaryDirectory() as name:
        made(Path(name))
        shutil.make_archive(str(GOLDEN / f"schema-{len(STEPS)}"), "zip", name)
