"""Journals that older releases have written are opened, read and gone on with. `golden.py` says how
the next one is kept."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from golden import CUT, DONE, GOLDEN, PLACE, SAID

from selfstarter.app import look_up, resume
from selfstarter.core.events import AnyEvent, PersonSaid
from selfstarter.history.changes import changes
from selfstarter.journal.migrations import POSTGRES, STEPS
from selfstarter.journal.postgres import OURS
from selfstarter.postgres import connected, query
from selfstarter.remembering import searched
from selfstarter.settings import Settings
from selfstarter.working import queued

KEPT = sorted(GOLDEN.glob("*.zip"))


def schema(kept: Path) -> int:
    return int(kept.stem.rpartition("-")[2])


def laid_out(kept: Path, folder: Path) -> Settings:
    """As it was left, in another folder."""
    shutil.unpack_archive(kept, folder)
    with closing(sqlite3.connect(folder / "home" / "journal.db")) as file, file:
        assert file.execute("PRAGMA user_version").fetchall() == [(schema(kept),)]
        file.execute("UPDATE events SET body = replace(body, ?, ?)", (PLACE, str(folder)))
    return Settings(home=folder / "home")


def poured(kept: Path, folder: Path, url: str) -> Settings:
    """The tables as that release made them in a Postgres, with the rows that they had."""
    with closing(connected(url)) as server:
        server.execute(OURS)
        for step in STEPS[: schema(kept)]:
            server.execute(query(step.format(**POSTGRES)))
        server.execute("UPDATE journal_steps SET done = %s", [schema(kept)])
        for line in kept.with_suffix(".jsonl").read_text().splitlines():
            table, columns, *row = json.loads(line.replace(PLACE, str(folder)))
            marks = ", ".join("?" * len(row))
            server.execute(query(f"INSERT INTO {table}({columns}) VALUES ({marks})"), row)
    return Settings(home=folder / "home", database=url)


def events(settings: Settings) -> list[AnyEvent]:
    return [recorded.event for recorded in look_up(CUT, settings)[1]]


def test_there_is_one_and_it_is_small() -> None:
    assert KEPT and all(kept.stat().st_size < 100_000 for kept in KEPT)
    assert all(schema(kept) <= len(STEPS) for kept in KEPT)


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.stem)
def test_an_older_journal_is_read_and_gone_on_with(kept: Path, tmp_path: Path, url: str) -> None:
    settings = laid_out(kept, tmp_path)
    if url:
        settings = poured(kept, tmp_path, url)
    done, _ = look_up(DONE, settings)
    assert (done.ending, done.answer) == ("done", "They are written.")
    assert [(one.run_id, one.priority) for one in queued(settings)] == [(CUT, 3)]
    assert not look_up(CUT, settings)[0].ending
    assert not (tmp_path / "workspace" / "c.txt").exists()
    ended = asyncio.run(resume(CUT, settings))
    assert ended.ending == "done"
    assert (tmp_path / "workspace" / "c.txt").read_text() == "c.txt\n"
    assert [e.text for e in events(settings) if isinstance(e, PersonSaid)] == [SAID]
    assert [step.paths for step in changes(DONE, settings).steps] == [("a.txt",)]
    assert [step.paths for step in changes(CUT, settings).steps] == [("b.txt",), ("c.txt",)]
    assert "8443" in searched(settings, "staging server", 1)[0].record.text
