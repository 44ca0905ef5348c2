"""Sessions with a Postgres: one that is made anew when it is lost, and one that is a run's pen.

The pen is a session of its own that holds an advisory lock, which the server gives up when the
process dies. Who loses that session (the server was restarted, the network went) takes the pen
again and goes on, unless another process was faster: each new holder counts up the run's epoch, and
an append is refused that comes under an older one.
"""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from psycopg import errors

from selfstarter.core.errors import JournalDown
from selfstarter.journal.store import Row, overtaken, pursued
from selfstarter.postgres import Connection, asked, connected, key, query, said, shown

T = TypeVar("T")

PATIENCE_S = 60.0
"""How long a server that is gone is waited for."""
AGAIN_S = 0.25
PEN_MS = 250
"""A process that was killed holds its lock until the server has noticed."""
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
        return connected(self.url)

    def do(self, work: Callable[[Connection], T]) -> T:
        """Raises JournalDown: the server stayed away, or can take no more."""
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                with self.opened() as connection:
                    return work(connection)
            except psycopg.OperationalError as error:
                if not self.lost() or time.monotonic() > end:
                    raise away(self.url, error) from error
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


def away(url: str, error: BaseException) -> JournalDown:
    return JournalDown(
        "The journal in {url} cannot be used: {why}. What was acknowledged is"
        " saved; resume the run when the database is back.",
        url=shown(url),
        why=said(error),
    )
