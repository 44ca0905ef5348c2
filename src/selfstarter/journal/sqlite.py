"""Events in one SQLite file: every run of a person, one table, one writer per run."""

import fcntl
import shutil
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, cast

import apsw
from filelock import FileLock, Timeout

from selfstarter.core.errors import BadSetting, JournalDown, RunBusy
from selfstarter.core.events import AnyEvent, CallChosen, ModelCalled
from selfstarter.core.ports import Recorded
from selfstarter.core.redaction import Redact, unchanged
from selfstarter.journal.migrations import SQLITE, STEPS, steps_after
from selfstarter.journal.store import (
    INSERT,
    Row,
    RunJournal,
    Store,
    Value,
    overtaken,
    pursued,
    row_of,
    taken,
)

BUSY_MS = 10_000
ROOM = 64 << 10
"""Bytes that it takes to open a journal."""
WAITED, UNWAITED = "PRAGMA synchronous = full", "PRAGMA synchronous = normal"
"""FULL: what has been committed survives a power cut. NORMAL, with a WAL: a killed process, and
the next commit that waits takes it to the disk before itself (sqlite.org/pragma.html)."""
LOOK_S = 0.2
"""Longer than another process holds a pen only to see whether it is free."""


class SqliteStore(Store):
    """The file `journal.db` in `home`.

    Raises BadSetting: the file is no database of ours, is damaged, or cannot be written.
    Raises JournalDown: the disk is full.
    """

    FINDS = "instr"

    def __init__(self, home: Path, redact: Redact = unchanged) -> None:
        self.home = home
        self.redact = redact
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            (home / "locks").mkdir(exist_ok=True, mode=0o700)
            self.db = apsw.Connection(str(home / "journal.db"))
            (home / "journal.db").chmod(0o600)
            self.db.set_busy_timeout(BUSY_MS)
            self.rows("PRAGMA journal_mode = wal")
            self.rows(WAITED)
            self._migrate()
        except (apsw.Error, OSError) as error:
            raise unusable(home, error) from error

    def _migrate(self) -> None:
        # Whoever only looks writes nothing: a write waits for the disk, and wakes who watches.
        if self._steps_done() == len(STEPS):
            return
        with _immediate(self.db):
            for step in steps_after(self._steps_done(), SQLITE, "--home"):
                self.rows(step)
            self.rows(f"PRAGMA user_version = {len(STEPS)}")

    def _steps_done(self) -> int:
        return int(self.rows("PRAGMA user_version")[0][0])

    def rows(self, sql: str, *values: Value) -> list[Any]:
        return _all(self.db, sql, *values)

    def insert(self, run_id: str, rows: Iterable[Row]) -> None:
        with _writing(run_id, taken, 0), _immediate(self.db):
            for row in rows:
                self.rows(INSERT, run_id, *row)

    def commands_above(self, id: int) -> None:
        with _immediate(self.db):
            sql = "SELECT 'commands', 0 WHERE 'commands' NOT IN (SELECT name FROM sqlite_sequence)"
            self.rows(f"INSERT INTO sqlite_sequence(name, seq) {sql}")
            sql = "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'commands'"
            self.rows(sql, id)

    def version(self) -> str:
        # sqlite.org/pragma.html
        return str(self.rows("PRAGMA data_version")[0][0])

    def close(self) -> None:
        self.db.close()

    def is_driven(self, run_id: str) -> bool:
        try:
            with (self.home / "locks" / f"{run_id}.lock").open() as file:
                # Shared: those who only look do not keep one another, and nobody waits.
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return False
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True

    @contextmanager
    def open(self, run_id: str) -> Generator["SqliteJournal"]:
        with self.hold(run_id):
            yield SqliteJournal(self.db, run_id, self.redact)

    @contextmanager
    def hold(self, name: str) -> Generator[Callable[[], object]]:
        lock = FileLock(self.home / "locks" / f"{name}.lock", timeout=LOOK_S, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            raise pursued(name) from None
        try:
            yield lambda: None
        finally:
            lock.release()


class SqliteJournal(RunJournal):
    def __init__(self, db: apsw.Connection, run_id: str, redact: Redact = unchanged) -> None:
        sql = "SELECT coalesce(max(seq), 0) FROM events WHERE run_id = ?"
        super().__init__(run_id, redact, cast(int, _all(db, sql, run_id)[0][0]))
        self.db = db

    async def ask(self, sql: str, *values: Value) -> list[Any]:
        return _all(self.db, sql, *values)

    async def write(self, recorded: Recorded) -> None:
        way = _unwaited(self.db) if is_thought(recorded.event) else nullcontext()
        with _writing(self.run_id, overtaken, self.seq), way:
            _all(self.db, INSERT, self.run_id, *row_of(recorded))
        self.note(recorded)


def is_thought(event: AnyEvent) -> bool:
    """Has nothing happened in the world, and can nothing before the next event? Such a one need not
    wait for the disk: a power cut that takes it takes all that followed from it, and the model is
    asked again."""
    choice = isinstance(event, ModelCalled) and event.purpose == "choose"
    return choice or isinstance(event, CallChosen)


def unusable(home: Path, error: apsw.Error | OSError) -> BadSetting | JournalDown:
    """On a full disk SQLite says anything from "full" to "disk I/O error", so we look ourselves."""
    journal = home / "journal.db"
    with suppress(OSError):
        place = next(folder for folder in (home, *home.parents) if folder.exists())
        if shutil.disk_usage(place).free < ROOM:
            return JournalDown(
                "The journal {journal} cannot be opened, for the disk is full. Make room and try"
                " again; all that was written is saved.",
                journal=journal,
            )
    return BadSetting(
        "The journal {journal} cannot be used: {error}. Choose another folder with --home, or move"
        " the file away.",
        journal=journal,
        error=error,
    )


def _all(db: apsw.Connection, sql: str, *values: Value) -> list[Any]:
    """Every row. The one place that calls apsw, whose stubs name a type that 3.11 lacks."""
    return db.execute(sql, values).fetchall()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


@contextmanager
def _writing(run_id: str, busy: Callable[[str], RunBusy], saved: int) -> Generator[None]:
    """What SQLite says becomes what it means."""
    try:
        yield
    except apsw.ConstraintError as error:
        # The primary key is the fence: a second writer of the same run cannot take the same seq.
        raise busy(run_id) from error
    except (apsw.FullError, apsw.IOError, apsw.ReadOnlyError, apsw.CantOpenError) as error:
        raise JournalDown(
            "The journal of run {run_id} cannot be written: {error}. Make room on the disk and"
            " resume the run; everything up to event {saved} is saved.",
            run_id=run_id,
            error=error,
            saved=saved,
        ) from error


@contextmanager
def _unwaited(db: apsw.Connection) -> Generator[None]:
    try:
        _all(db, UNWAITED)
        yield
    finally:
        _all(db, WAITED)


@contextmanager
def _immediate(db: apsw.Connection) -> Generator[None]:
    _all(db, "BEGIN IMMEDIATE")
    try:
        yield
        _all(db, "COMMIT")
    except BaseException:
        if db.in_transaction:  # where the disk is full, SQLite has rolled back by itself
            _all(db, "ROLLBACK")
        raise
