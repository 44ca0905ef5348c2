"""Events in Postgres: the runs of many machines, one table, one writer per run.

Who holds the pen of a run, and what keeps another from writing, is in `sessions.py`.
"""

import asyncio
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import psycopg
from psycopg import errors

from selfstarter.core.errors import BadSetting
from selfstarter.core.ports import Recorded
from selfstarter.core.redaction import Redact, unchanged
from selfstarter.journal.migrations import POSTGRES, STEPS, steps_after
from selfstarter.journal.sessions import Pen, Session, away
from selfstarter.journal.store import INSERT, Row, RunJournal, Store, Value, row_of, taken
from selfstarter.postgres import SCHEMA, Connection, asked, key, query, said, shown

T = TypeVar("T")

OURS = """
    CREATE SCHEMA IF NOT EXISTS selfstarter;
    CREATE TABLE journal_steps(done INTEGER NOT NULL);
    CREATE TABLE pens(run_id TEXT COLLATE "C" PRIMARY KEY, epoch BIGINT NOT NULL);
    INSERT INTO journal_steps VALUES (0);
"""


class PostgresStore(Store):
    """`url`: as libpq takes it, `postgresql://user@host/database`.

    Raises BadSetting: the database cannot be reached, or its tables cannot be made. Raises
    JournalDown: this process has reached it before, so it is away, or has no connection left.
    """

    reached: ClassVar[set[str]] = set()
    """URLs."""

    FINDS = "strpos"

    def __init__(self, url: str, home: Path, redact: Redact = unchanged) -> None:
        self.url = url
        self.home = home
        self.redact = redact
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._session = Session(url)
            with self._session.opened() as connection:
                migrate(connection)
        except (psycopg.Error, OSError) as error:
            if isinstance(error, psycopg.OperationalError) and url in self.reached:
                raise away(url, error) from error
            raise BadSetting(
                "The database {url} cannot be used: {why}. Is the server running,"
                " and is --database (or SELFSTARTER_DATABASE) right?",
                url=shown(url),
                why=said(error),
            ) from error
        self.reached.add(url)

    def rows(self, sql: str, *values: Value) -> list[Any]:
        return self._session.do(lambda connection: asked(connection, sql, *values))

    def insert(self, run_id: str, rows: Iterable[Row]) -> None:
        kept = [(run_id, *row) for row in rows]

        tries: list[Connection] = []

        def work(connection: Connection) -> None:
            tries.append(connection)
            with connection.transaction():
                for row in kept:
                    connection.execute(query(INSERT), row)

        try:
            self._session.do(work)
        except errors.UniqueViolation as error:
            sql = "SELECT run_id, seq, at, kind, body FROM events WHERE run_id = ? ORDER BY seq"
            if len(tries) == 1 or self.rows(sql, run_id) != kept:  # else only the answer was lost
                raise taken(run_id) from error

    def commands_above(self, id: int) -> None:
        if id:
            most = "greatest(?, (SELECT last_value FROM commands_id_seq))"
            self.rows(f"SELECT setval('commands_id_seq', {most})", id)

    def version(self) -> str:
        # Two snapshots that read the same see the same rows (postgresql.org/docs/current,
        # functions-info). NOTIFY would make all appends of a database wait for one another.
        return self.rows("SELECT pg_current_snapshot()::text")[0][0]

    def close(self) -> None:
        self._session.close()

    def is_driven(self, run_id: str) -> bool:
        sql = """
            SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
            AND objsubid = 1 AND classid::bigint = ? AND objid::bigint = ?
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """
        high, low = divmod(key(run_id) % 2**64, 2**32)
        return bool(self.rows(sql, high, low)[0][0])

    @contextmanager
    def open(self, run_id: str) -> Generator["PostgresJournal"]:
        pen = Pen(self.url, run_id)
        try:
            yield PostgresJournal(pen, self.redact)
        finally:
            pen.close()

    @contextmanager
    def hold(self, name: str) -> Generator[Callable[[], object]]:
        pen = Pen(self.url, name)
        try:
            yield lambda: pen.do(lambda connection: connection.execute("SELECT 1"))
        finally:
            pen.close()


class PostgresJournal(RunJournal):
    """Asks and writes in threads, so that other runs of the process go on meanwhile."""

    def __init__(self, pen: "Pen", redact: Redact) -> None:
        sql = "SELECT coalesce(max(seq), 0) FROM events WHERE run_id = ?"
        super().__init__(pen.run_id, redact, pen.do(lambda c: asked(c, sql, pen.run_id))[0][0])
        self.pen = pen

    async def ask(self, sql: str, *values: Value) -> list[Any]:
        return await finished(lambda: self.pen.do(lambda c: asked(c, sql, *values)))

    async def write(self, recorded: Recorded) -> None:
        def work() -> None:
            self.pen.append(row_of(recorded))
            self.note(recorded)

        await finished(work)


async def finished(work: Callable[[], T]) -> T:
    """In a thread, and to its end even if the caller is cancelled meanwhile: an append that is
    under way is durable or it is not, and the journal knows."""
    working = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        with suppress(Exception):
            await working
        raise


def migrate(connection: Connection) -> None:
    """Raises BadSetting."""
    if steps_done(connection) == len(STEPS):
        return
    with connection.transaction():
        asked(connection, "SELECT pg_advisory_xact_lock(?)", key("@schema"))
        if (done := steps_done(connection)) is None:
            connection.execute(OURS)
        for step in steps_after(done or 0, POSTGRES, "database"):
            connection.execute(query(step))
        asked(connection, "UPDATE journal_steps SET done = ?", len(STEPS))


def steps_done(connection: Connection) -> int | None:
    """None: it holds no journal."""
    # Not by to_regclass, which may remember that there was none.
    sql = "SELECT 1 FROM pg_tables WHERE schemaname = ? AND tablename = 'journal_steps'"
    if not asked(connection, sql, SCHEMA):
        return None
    return asked(connection, "SELECT done FROM journal_steps")[0][0]
