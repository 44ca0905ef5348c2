"""Sessions with a Postgres: one that is made anew when it is lost, and one that is a run's pen.

The pen is a session of its own that holds an advisory lock, which the server gives up when the
process dies. Who loses that session (the server was restarted, the network went) takes the pen
again and goes on, unless another process was faster: each new holder counts up the run's epoch, and
an append is refused that comes under an older one.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, LiteralString, TypeVar, cast

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from selfstarter.core.errors import JournalDown
from selfstarter.journal.store import Row, Value, overtaken, pursued

T = TypeVar("T")
Connection = psycopg.Connection[Any]

SCHEMA = "selfstarter"
"""Our tables lie in a schema of their own, so that they may share a database with others."""
CONNECT_S = 10
PATIENCE_S = 60.0
"""How long a server that is gone is waited for."""
AGAIN_S = 0.25
PEN_MS = 250
"""A process that was killed holds its lock until the server has noticed."""
SESSION = """
    SET search_path = selfstarter;
    SELECT set_config('synchronous_commit', 'on', false)
        WHERE current_setting('synchronous_commit') = 'off';
    SET tcp_keepalives_idle = 3; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
"""
"""on: an append that has returned survives a power cut. Keepalives: the server lets go of the lock
of a machine that has vanished after some 9 s."""
TAKE = """
    INSERT INTO pens(run_id, epoch) VALUES (?, 1)
    ON CONFLICT (run_id) DO UPDATE SET epoch = pens.epoch + 1 RETURNING epoch
"""
# FOR SHARE: nobody can take the pen between this look at the epoch and the end of the append.
FENCED = """
    INSERT INTO events(run_id, seq, at, kind, body)
    SELECT run_id, ?::integer, ?::double precision, ?, ? FROM pens
    WHERE run_id = ? AND epoch = ? FOR SHARE
"""


class Session:
    """One connection for any thread, made anew when it is lost. What is done in it may be begun
    again, so it must be such that twice is as good as once."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._lock = threading.RLock()
        self._connection: Connection | None = None

    @contextmanager
    def opened(self) -> Generator[Connection]:
        with self._lock:
            if self._connection is None or self._connection.closed:
                self._connection = self.connect()
            yield self._connection

    def connect(self) -> Connection:
        connection = psycopg.connect(self.url, autocommit=True, connect_timeout=CONNECT_S)
        connection.execute(SESSION)
        return connection

    def do(self, work: Callable[[Connection], T]) -> T:
        """Raises JournalDown: the server stayed away, or can take no more."""
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                with self.opened() as connection:
                    return work(connection)
            except psycopg.OperationalError as error:
                if not self.lost() or time.monotonic() > end:
                    raise JournalDown(
                        f"The journal in {shown(self.url)} cannot be used: {said(error)}. What was"
                        " acknowledged is saved; resume the run when the database is back."
                    ) from error
                time.sleep(AGAIN_S)

    def lost(self) -> bool:
        return self._connection is None or self._connection.closed

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


class Pen(Session):
    """A session that holds a run's lock. Raises RunBusy."""

    def __init__(self, url: str, run_id: str) -> None:
        super().__init__(url)
        self.run_id = run_id
        self.epoch = 0
        self.do(lambda _: None)

    def connect(self) -> Connection:
        connection = super().connect()
        try:
            connection.execute(query(f"SET lock_timeout = {PEN_MS}"))
            asked(connection, "SELECT pg_advisory_lock(?)", key(self.run_id))
            connection.execute("SET lock_timeout = 0")
            self._count(connection)
        except errors.LockNotAvailable:
            connection.close()
            raise (overtaken if self.epoch else pursued)(self.run_id) from None
        except BaseException:
            connection.close()
            raise
        return connection

    def _count(self, connection: Connection) -> None:
        if not self.epoch:
            self.epoch = asked(connection, TAKE, self.run_id)[0][0]
        elif asked(connection, "SELECT epoch FROM pens WHERE run_id = ?", self.run_id) != [
            (self.epoch,)
        ]:
            raise overtaken(self.run_id)

    def append(self, row: Row) -> None:
        self.do(lambda connection: self._append(connection, row))

    def _append(self, connection: Connection, row: Row) -> None:
        try:
            done = connection.execute(query(FENCED), (*row, self.run_id, self.epoch))
        except errors.UniqueViolation:
            # Was the answer to a first attempt lost with the session, and it had succeeded?
            sql = "SELECT seq, at, kind, body FROM events WHERE run_id = ? AND seq = ?"
            if asked(connection, sql, self.run_id, row[0]) != [row]:
                raise overtaken(self.run_id) from None
        else:
            if not done.rowcount:
                raise overtaken(self.run_id)


def asked(connection: Connection, sql: str, *values: Value) -> list[Any]:
    """Every row; `?` stands for a value."""
    texts = [value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in values]
    cursor = connection.execute(query(sql), texts)
    return cursor.fetchall() if cursor.description else []


def query(sql: str) -> LiteralString:
    return cast(LiteralString, sql.replace("%", "%%").replace("?", "%s"))


def key(run_id: str) -> int:
    """Of the advisory lock: 64 bits, for a database has one space of them for everybody."""
    digest = hashlib.sha256(f"{SCHEMA}:{run_id}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def shown(url: str) -> str:
    """Where it is, without its password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return "named"
    user, host = parts.get("user", ""), parts.get("host", "localhost")
    return f"postgresql://{user}{'@' if user else ''}{host}/{parts.get('dbname', '')}"


def said(error: BaseException) -> str:
    """In one line."""
    return " ".join(str(error).split()).rstrip(".?")
