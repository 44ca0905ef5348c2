"""What every journal offers, whichever database it lies in: the same tables, the same questions."""

import json
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any, ClassVar

from selfstarter.core.errors import NoSuchRun, RunBusy
from selfstarter.core.events import EVENT, AnyEvent, RunResumed, RunStarted
from selfstarter.core.ports import Command, CommandKind, Recorded
from selfstarter.core.redaction import Redact, unchanged, within
from selfstarter.core.said import Said

LAST = ("@last", "last")
"""What stands for the run that was begun last. No id begins so: they are hexadecimal."""
PAGE = 1_000
"""Events read at once, so that a long run is never in memory as a whole."""
SOME = "SELECT seq, at, body FROM events WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?"
ASKING = ("person_asked", "raise_asked", "approval_asked", "review_asked")
"""Kinds of events by which a run asks a person; where one is the last, the run waits."""
AFTER_END = ("workspace_saved", "workspace_undone", "run_imported")
"""Kinds of events that leave a run that has ended where it is."""
INSERT = "INSERT INTO events(run_id, seq, at, kind, body) VALUES (?, ?, ?, ?, ?)"

Value = str | int | float
Row = tuple[int, float, str, str]
"""seq, at, kind, body."""


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
    workspace: str = ""
    paused: bool = False
    """And not resumed since, whatever was said to it meanwhile."""

    @property
    def asks(self) -> bool:
        """Does it wait for a person?"""
        return self.last_kind in ASKING

    def standing(self, driven: bool) -> str:
        """Its ending, else `waiting`, `running`, `paused`, or `interrupted`: no process pursues it,
        and nobody paused it."""
        if self.ending or self.asks:
            return self.ending or "waiting"
        if driven:
            return "running"
        return "paused" if self.paused else "interrupted"


class Store(ABC):
    """Every run of a database. Readers are welcome in any number of processes.

    `home`: the folder of this machine where runs keep what is no event (reports, long outputs).
    `redact`: what it takes out of a text never reaches the disk; whoever appends an event gets the
    event as it was written.
    """

    FINDS: ClassVar[str]
    """The database's function for the place of a text in a text, 0 where it is not."""

    home: Path
    redact: Redact
    url: str = ""
    """Of its database; empty: a file in `home`."""

    @abstractmethod
    def rows(self, sql: str, *values: Value) -> list[Any]:
        """Every row; `?` in `sql` stands for a value."""

    @abstractmethod
    def insert(self, run_id: str, rows: Iterable[Row]) -> None:
        """All of them or none, durable when it returns. Raises RunBusy: the run is there already;
        JournalDown."""

    @abstractmethod
    def commands_above(self, id: int) -> None:
        """Commands get higher ids than this one from now on."""

    @abstractmethod
    def version(self) -> str:
        """Another one whenever another connection has written."""

    @abstractmethod
    def is_driven(self, run_id: str) -> bool:
        """Does a process hold the run's pen at this moment?"""

    @abstractmethod
    def open(self, run_id: str) -> AbstractContextManager["RunJournal"]:
        """The run's only pen, held by a lock that dies with the process. Raises RunBusy."""

    @abstractmethod
    def hold(self, name: str) -> AbstractContextManager[Callable[[], object]]:
        """A pen that writes no run: `is_driven(name)` says whether its holder lives. Call what it
        gives now and then: a pen that was lost with its session is taken again. Raises RunBusy."""

    @abstractmethod
    def close(self) -> None: ...

    def create(self, started: RunStarted, run_id: str = "") -> str:
        """Begin a run: its first event is durable when this returns."""
        run_id = run_id or secrets.token_hex(4)
        recorded = Recorded(1, time.time(), redacted(started, self.redact))
        self.insert(run_id, [row_of(recorded)])
        return run_id

    def take_in(self, run_id: str, records: Iterable[Recorded]) -> None:
        """A run of another database, whole or not at all. Raises RunBusy: the id is taken."""
        kept = [Recorded(r.seq, r.at, redacted(r.event, self.redact)) for r in records]
        # Else what a person says after the move would pass for something that was heard before it.
        self.commands_above(max((last_command(one.event) for one in kept), default=0))
        self.insert(run_id, map(row_of, kept))

    def find(self, name: str) -> str:
        """A run by its id, a unique prefix of it, or as the last (`LAST`). Runs of other runs
        (attempts) only by their whole id. Raises NoSuchRun."""
        if name in LAST:
            sql = "SELECT run_id FROM events WHERE kind = 'run_started' AND run_id NOT LIKE '%.%'"
            found = self.rows(sql + " ORDER BY at DESC LIMIT 1")
        else:
            # A child (R.c1) is found by its whole name, or the beginning of it past the dot.
            sql = """
                SELECT run_id FROM events WHERE seq = 1 AND run_id >= ? AND run_id < ?
                AND run_id NOT LIKE ? ORDER BY run_id LIMIT 3
            """
            left_out = "" if "." in name else "%.%"
            found = self.rows(sql, name, name + "\U0010ffff", left_out)
            found = [row for row in found if row[0] == name] or found
        if len(found) != 1 or not name:
            what = Said("is the beginning of several runs") if found else Said("is not a run")
            raise NoSuchRun("{name!r} {what}; `selfstarter ls` shows them.", name=name, what=what)
        return found[0][0]

    def read(self, run_id: str, after: int = 0) -> Iterator[Recorded]:
        while rows := self.rows(SOME, run_id, after, PAGE):
            yield from map(recorded_in, rows)
            after = rows[-1][0]

    def runs(self, limit: int = 50, before: float | None = None) -> Sequence[RunRow]:
        """The newest first; runs of other runs (attempts, children) are left out.

        `before`: only those begun before that moment, in seconds since 1970.
        """
        sql = """
            SELECT e.run_id, e.at, e.body, l.seq, l.at, l.kind, l.body
            FROM events e JOIN events l ON l.run_id = e.run_id AND l.seq =
                 (SELECT max(seq) FROM events m WHERE m.run_id = e.run_id)
            WHERE e.kind = 'run_started' AND e.run_id NOT LIKE '%.%' AND e.at < ?
            ORDER BY e.at DESC LIMIT ?
        """
        found = self.rows(sql, inf if before is None else before, limit)
        rows: list[RunRow] = []
        for run_id, at, body, count, last_at, last_kind, last_body in found:
            # Not as events: to build all their classes takes longer than all the rest of `ls`.
            started, last = json.loads(body), json.loads(last_body)
            ending = last["ending"] if last_kind == "run_ended" else ""
            paused = False
            if last_kind != "run_ended" and last_kind not in ASKING:
                rest, why = self._rest(run_id)
                paused = rest == "run_paused"
                ending = why if last_kind in AFTER_END else ""
            rows.append(
                RunRow(
                    run_id=run_id,
                    goal=started["goal"],
                    model=started["model"],
                    started_at=at,
                    last_at=last_at,
                    events=count,
                    last_kind=last_kind,
                    ending=ending,
                    workspace=started["workspace"],
                    paused=paused,
                )
            )
        return rows

    def _rest(self, run_id: str) -> tuple[str, str]:
        """(the last kind of event by which it began or ceased to go on, its ending if it ended)"""
        sql = """
            SELECT kind, body FROM events WHERE run_id = ?
            AND kind IN ('run_ended', 'run_paused', 'run_resumed', 'run_forked')
            ORDER BY seq DESC LIMIT 1
        """
        ((kind, body),) = self.rows(sql, run_id) or [("", "")]
        return kind, json.loads(body)["ending"] if kind == "run_ended" else ""

    def asking(self) -> Sequence[str]:
        """Runs that ever asked a person something; the newest question first."""
        kinds = ", ".join("?" * len(ASKING))
        sql = f"""
            SELECT run_id, max(at) AS last FROM events WHERE kind IN ({kinds})
            GROUP BY run_id ORDER BY last DESC
        """
        return [row[0] for row in self.rows(sql, *ASKING)]

    def holding(self, kind: str, text: str) -> Sequence[tuple[str, int, float]]:
        """(run, seq, when) of each event of this kind that holds `text`, the newest first."""
        sql = f"""
            SELECT run_id, seq, at FROM events WHERE kind = ? AND {self.FINDS}(body, ?) > 0
            ORDER BY at DESC
        """
        return [(row[0], row[1], row[2]) for row in self.rows(sql, kind, text)]

    def mentioning(self, word: str) -> frozenset[str]:
        """Runs of which an event holds `word` (of ASCII, in small letters), whatever its case."""
        sql = f"SELECT DISTINCT run_id FROM events WHERE {self.FINDS}(lower(body), ?) > 0"
        return frozenset(row[0] for row in self.rows(sql, word))

    def command(self, run_id: str, kind: CommandKind, text: str = "") -> int:
        """Ask something of a run; the process that pursues it reads it before its next move.
        Returns the command's id."""
        same = (run_id, time.time(), kind, self.redact(text))
        known = "FROM commands WHERE run_id = ? AND at = ? AND kind = ? AND text = ?"
        # Where a database must be asked a second time, it is commanded once.
        new = f"SELECT ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 {known})"
        self.rows(f"INSERT INTO commands(run_id, at, kind, text) {new}", *same, *same)
        if kind != "pause":  # where workers are to pursue it, it is due now
            self.rows("UPDATE queue SET due = 0 WHERE run_id = ?", run_id)
        return self.rows(f"SELECT max(id) {known}", *same)[0][0]

    def commands(self, run_id: str, after: int) -> Sequence[Command]:
        """Those with a higher id than `after`."""
        sql = "SELECT id, kind, text FROM commands WHERE run_id = ? AND id > ? ORDER BY id"
        return [Command(*row) for row in self.rows(sql, run_id, after)]


class RunJournal(ABC):
    """Port `Journal`: one run's events. Made by `Store.open`."""

    def __init__(self, run_id: str, redact: Redact = unchanged, seq: int = 0) -> None:
        self.run_id = run_id
        self.redact = redact
        self.seq = seq
        self.answered = 0
        self.over = 0

    @abstractmethod
    async def ask(self, sql: str, *values: Value) -> list[Any]:
        """As `Store.rows`."""

    @abstractmethod
    async def write(self, recorded: Recorded) -> None:
        """As `append`, and noted when it returns. Raises JournalDown; RunBusy: another process has
        taken the pen."""

    async def read(self) -> AsyncIterator[Recorded]:
        after = 0
        while rows := await self.ask(SOME, self.run_id, after, PAGE):
            for recorded in map(recorded_in, rows):
                self.note(recorded)
                yield recorded
            after = rows[-1][0]

    async def append(self, event: AnyEvent) -> Recorded:
        if isinstance(event, RunResumed):
            sql = "SELECT coalesce(max(id), 0) FROM commands WHERE run_id = ?"
            event = event.model_copy(update={"over": (await self.ask(sql, self.run_id))[0][0]})
        recorded = Recorded(self.seq + 1, time.time(), redacted(event, self.redact))
        await self.write(recorded)
        return recorded

    async def commands(self) -> Sequence[Command]:
        # A pause or a stop that was asked for before the run was resumed is over. Not by the time:
        # clocks of other machines differ, and any clock may be set back.
        sql = """
            SELECT id, kind, text FROM commands
            WHERE run_id = ? AND id > ? AND NOT (kind IN ('pause', 'stop') AND id <= ?) ORDER BY id
        """
        rows = await self.ask(sql, self.run_id, self.answered, self.over)
        return [Command(row[0], row[1], row[2]) for row in rows]

    def note(self, recorded: Recorded) -> None:
        self.seq = max(self.seq, recorded.seq)
        if isinstance(recorded.event, RunResumed):
            self.over = recorded.event.over
        self.answered = max(self.answered, answers(recorded.event))


def answers(event: AnyEvent) -> int:
    """The command that it answers; 0: none."""
    return getattr(event, "command", 0)


def last_command(event: AnyEvent) -> int:
    """The highest that it knows of; 0: none."""
    return max(answers(event), event.over if isinstance(event, RunResumed) else 0)


def row_of(recorded: Recorded) -> Row:
    event = recorded.event
    return recorded.seq, recorded.at, event.kind, EVENT.dump_json(event).decode()


def recorded_in(row: Sequence[Any]) -> Recorded:
    seq, at, body = row
    return Recorded(seq, at, EVENT.validate_json(body))


def redacted(event: AnyEvent, redact: Redact) -> AnyEvent:
    if redact is unchanged:
        return event
    said = EVENT.dump_python(event, mode="json")
    left = within(redact, said)
    return event if left is said else EVENT.validate_python(left)


def taken(run_id: str) -> RunBusy:
    return RunBusy(
        "There is a run {run_id} already; look with `selfstarter show {run_id}`.", run_id=run_id
    )


def overtaken(run_id: str) -> RunBusy:
    return RunBusy(
        "Another process has taken over run {run_id}, so this one can write no more of it. Watch"
        " it with `selfstarter show {run_id}`.",
        run_id=run_id,
    )


def pursued(run_id: str) -> RunBusy:
    return RunBusy(
        "Another process is pursuing run {run_id}. Watch it with `selfstarter show {run_id}`, or"
        " end it there first.",
        run_id=run_id,
    )
