"""Events in one SQLite file: every run of a person, one table, one writer per run."""

import json
import secrets
import time
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any, cast

import apsw
from filelock import FileLock, Timeout

from selfstarter.core.errors import BadSetting, JournalDown, NoSuchRun, RunBusy
from selfstarter.core.events import EVENT, AnyEvent, RunEnded, RunResumed, RunStarted
from selfstarter.core.ports import Command, CommandKind, Recorded
from selfstarter.core.redaction import Redact, unchanged, within
from selfstarter.journal.migrations import STEPS

BUSY_MS = 10_000
LOOK_S = 0.2
"""Longer than another process holds a pen only to see whether it is free."""
LAST = "@last"
PAGE = 1_000
"""Events read at once."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One line of `ls`."""

    run_id: str
    goal: str
    model: str
    started_at: float
    last_at: float
    events: int
    last_kind: str
    ending: str
    """Empty while it has not ended."""


class SqliteStore:
    """The file `journal.db` in `home`. Readers are welcome in any number of processes.

    `redact`: what it takes out of a text never reaches the disk; whoever appends an event gets the
    event as it was written.
    Raises BadSetting: the file is no database of ours, is damaged, or cannot be written.
    """

    def __init__(self, home: Path, redact: Redact = unchanged) -> None:
        self.home = home
        self.redact = redact
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            (home / "locks").mkdir(exist_ok=True, mode=0o700)
            self.db = apsw.Connection(str(home / "journal.db"))
            (home / "journal.db").chmod(0o600)
            self.db.set_busy_timeout(BUSY_MS)
            _all(self.db, "PRAGMA journal_mode = wal")
            # FULL: an append that has returned survives a power cut (sqlite.org/pragma.html).
            _all(self.db, "PRAGMA synchronous = full")
            self._migrate()
        except (apsw.Error, OSError) as error:
            raise BadSetting(
                f"The journal {home / 'journal.db'} cannot be used: {error}. Choose another folder"
                " with --home, or move the file away."
            ) from error

    def _migrate(self) -> None:
        with _immediate(self.db):
            done = int(_all(self.db, "PRAGMA user_version")[0][0])
            if done > len(STEPS):
                raise BadSetting(
                    f"The journal was written by a newer release (schema {done}, this one knows"
                    f" {len(STEPS)}). Update selfstarter, or use another --home."
                )
            for step in STEPS[done:]:
                _all(self.db, step)
            _all(self.db, f"PRAGMA user_version = {len(STEPS)}")

    def close(self) -> None:
        self.db.close()

    def create(self, started: RunStarted, run_id: str = "") -> str:
        """Begin a run: its first event is durable when this returns."""
        run_id = run_id or secrets.token_hex(4)
        _insert(self.db, run_id, 1, time.time(), redacted(started, self.redact))
        return run_id

    def find(self, name: str) -> str:
        """A run by its id, a unique prefix of it, or `@last`. Runs of other runs (attempts) only by
        their whole id. Raises NoSuchRun."""
        if name == LAST:
            sql = "SELECT run_id FROM events WHERE kind = 'run_started' AND run_id NOT LIKE '%.%'"
            found = _all(self.db, sql + " ORDER BY at DESC LIMIT 1")
        else:
            # A child (R.c1) is found by its whole name, or the beginning of it past the dot.
            sql = """
                SELECT run_id FROM events WHERE seq = 1 AND run_id >= ? AND run_id < ?
                AND (run_id NOT LIKE '%.%' OR instr(?, '.')) ORDER BY run_id LIMIT 3
            """
            found = _all(self.db, sql, name, name + "\U0010ffff", name)
            found = [row for row in found if row[0] == name] or found
        if len(found) != 1 or not name:
            what = "is the beginning of several runs" if found else "is not a run"
            raise NoSuchRun(f"{name!r} {what}; `selfstarter ls` shows them.")
        return found[0][0]

    def read(self, run_id: str, after: int = 0) -> Iterator[Recorded]:
        return _read(self.db, run_id, after)

    def version(self) -> int:
        """Another number whenever another connection has written (sqlite.org/pragma.html)."""
        return _all(self.db, "PRAGMA data_version")[0][0]

    def runs(self, limit: int = 50, before: float | None = None) -> Sequence[RunRow]:
        """The newest first; runs of other runs (attempts, children) are left out.

        `before`: only those begun before that moment, in seconds since 1970.
        """
        sql = """
            SELECT e.run_id, e.at, e.body,
                   (SELECT count(*) FROM events x WHERE x.run_id = e.run_id),
                   l.at, l.kind, l.body
            FROM events e JOIN events l ON l.run_id = e.run_id AND l.seq =
                 (SELECT max(seq) FROM events m WHERE m.run_id = e.run_id)
            WHERE e.kind = 'run_started' AND e.run_id NOT LIKE '%.%' AND e.at < ?
            ORDER BY e.at DESC LIMIT ?
        """
        found = _all(self.db, sql, inf if before is None else before, limit)
        rows: list[RunRow] = []
        for run_id, at, body, count, last_at, last_kind, last_body in found:
            started = EVENT.validate_json(body)
            last = EVENT.validate_json(last_body)
            rows.append(
                RunRow(
                    run_id=run_id,
                    goal=started.goal if isinstance(started, RunStarted) else "",
                    model=started.model if isinstance(started, RunStarted) else "",
                    started_at=at,
                    last_at=last_at,
                    events=count,
                    last_kind=last_kind,
                    ending=last.ending if isinstance(last, RunEnded) else "",
                )
            )
        return rows

    def asking(self) -> Sequence[str]:
        """Runs that ever asked a person something; the newest question first."""
        sql = """
            SELECT run_id, max(at) AS last FROM events
            WHERE kind IN ('person_asked', 'raise_asked', 'approval_asked')
            GROUP BY run_id ORDER BY last DESC
        """
        return [row[0] for row in _all(self.db, sql)]

    def holding(self, kind: str, text: str) -> Sequence[tuple[str, int, float]]:
        """(run, seq, when) of each event of this kind that holds `text`, the newest first."""
        sql = (
            "SELECT run_id, seq, at FROM events WHERE kind = ? AND instr(body, ?) ORDER BY at DESC"
        )
        return [(row[0], row[1], row[2]) for row in _all(self.db, sql, kind, text)]

    def is_driven(self, run_id: str) -> bool:
        """Does a process hold the run's pen at this moment?"""
        try:
            with self.open(run_id):
                return False
        except RunBusy:
            return True

    def command(self, run_id: str, kind: CommandKind, text: str = "") -> int:
        """Ask something of a run; the process that pursues it reads it before its next move.
        Returns the command's id."""
        sql = "INSERT INTO commands(run_id, at, kind, text) VALUES (?, ?, ?, ?) RETURNING id"
        return _all(self.db, sql, run_id, time.time(), kind, self.redact(text))[0][0]

    def commands(self, run_id: str, after: int) -> Sequence[Command]:
        """Those with a higher id than `after`."""
        sql = "SELECT id, kind, text FROM commands WHERE run_id = ? AND id > ? ORDER BY id"
        return [Command(*row) for row in _all(self.db, sql, run_id, after)]

    @contextmanager
    def open(self, run_id: str) -> Generator["SqliteJournal"]:
        """The run's only pen, held by a lock that dies with the process. Raises RunBusy."""
        lock = FileLock(self.home / "locks" / f"{run_id}.lock", timeout=LOOK_S, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            raise RunBusy(
                f"Another process is pursuing run {run_id}. Watch it with `selfstarter show"
                f" {run_id}`, or end it there first."
            ) from None
        try:
            yield SqliteJournal(self.db, run_id, self.redact)
        finally:
            lock.release()


class SqliteJournal:
    """One run's events. Made by `SqliteStore.open`."""

    def __init__(self, db: apsw.Connection, run_id: str, redact: Redact = unchanged) -> None:
        self.db = db
        self.run_id = run_id
        self.redact = redact
        sql = "SELECT coalesce(max(seq), 0) FROM events WHERE run_id = ?"
        self.seq = cast(int, _all(db, sql, run_id)[0][0])
        self.answered = 0
        self.resumed_at = 0.0

    async def read(self) -> AsyncIterator[Recorded]:
        for recorded in _read(self.db, self.run_id):
            self._note(recorded.at, recorded.event)
            yield recorded

    async def append(self, event: AnyEvent) -> Recorded:
        at, event = time.time(), redacted(event, self.redact)
        _insert(self.db, self.run_id, self.seq + 1, at, event)
        self.seq += 1
        self._note(at, event)
        return Recorded(self.seq, at, event)

    async def commands(self) -> Sequence[Command]:
        # A pause or a stop that was asked for before the run was resumed is over.
        sql = """
            SELECT id, kind, text FROM commands
            WHERE run_id = ? AND id > ? AND NOT (kind IN ('pause', 'stop') AND at < ?) ORDER BY id
        """
        rows = _all(self.db, sql, self.run_id, self.answered, self.resumed_at)
        return [Command(row[0], row[1], row[2]) for row in rows]

    def _note(self, at: float, event: AnyEvent) -> None:
        if isinstance(event, RunResumed):
            self.resumed_at = at
        self.answered = max(self.answered, getattr(event, "command", 0))


def redacted(event: AnyEvent, redact: Redact) -> AnyEvent:
    if redact is unchanged:
        return event
    said = json.loads(EVENT.dump_json(event))
    left = within(redact, said)
    return event if left == said else EVENT.validate_python(left)


def _all(db: apsw.Connection, sql: str, *values: str | float) -> list[Any]:
    """Every row. The one place that calls apsw, whose stubs name a type that 3.11 lacks."""
    return db.execute(sql, values).fetchall()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def _read(db: apsw.Connection, run_id: str, after: int = 0) -> Iterator[Recorded]:
    """Page by page, so that a long run is never in memory as a whole."""
    sql = "SELECT seq, at, body FROM events WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?"
    while rows := _all(db, sql, run_id, after, PAGE):
        for seq, at, body in rows:
            yield Recorded(seq, at, EVENT.validate_json(body))
        after = rows[-1][0]


def _insert(db: apsw.Connection, run_id: str, seq: int, at: float, event: AnyEvent) -> None:
    # The primary key is the fence: a second writer of the same run cannot take the same seq.
    sql = "INSERT INTO events(run_id, seq, at, kind, body) VALUES (?, ?, ?, ?, ?)"
    try:
        _all(db, sql, run_id, seq, at, event.kind, EVENT.dump_json(event).decode())
    except (apsw.FullError, apsw.IOError, apsw.ReadOnlyError, apsw.CantOpenError) as error:
        raise JournalDown(
            f"The journal of run {run_id} cannot be written: {error}. Make room on the disk and"
            f" resume the run; everything up to event {seq - 1} is saved."
        ) from error


@contextmanager
def _immediate(db: apsw.Connection) -> Generator[None]:
    _all(db, "BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        _all(db, "ROLLBACK")
        raise
    _all(db, "COMMIT")
