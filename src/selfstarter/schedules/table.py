"""Schedules as a table beside the journal, in a file as in Postgres.

A run for a due moment is begun in two steps, and each may be taken twice or by several workers at
once. First the moment is claimed: one statement writes it into the row and moves `next_due` on, if
`next_due` is still what was seen. Then the run is begun, under an id that is made of the schedule
and the moment, and the row is marked. Who dies in between leaves a row that is claimed and not
marked; whoever looks next begins that run, and a second run of the same id cannot be.
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from typing import Any

from selfstarter.core.errors import BadSetting, NoSuchSchedule
from selfstarter.core.redaction import within
from selfstarter.core.said import Said
from selfstarter.journal.store import Store
from selfstarter.schedules.schedule import Due, Schedule, Wanted
from selfstarter.schedules.when import NEVER

ALL = "SELECT id, body, next_due, paused, fired, begun, last_run, trouble FROM schedules"
CLAIM = """
    UPDATE schedules SET fired = ?, next_due = ?, begun = 0, trouble = ''
    WHERE id = ? AND next_due = ? AND begun = 1 RETURNING id
"""


class Schedules:
    """Of the store's database; from one thread at a time, as the store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def add(self, wanted: Wanted, now: float, id: str = "") -> Schedule:
        """Durable when it returns. `id`: empty: a new one; where it is there already, nothing is
        changed. Raises BadSetting: it would never be due."""
        first = wanted.next_after(now)
        if first >= NEVER:
            raise BadSetting("It would never be due: choose a time that is still to come.")
        made = Schedule(id or secrets.token_hex(4), wanted, first)
        # Where a database must be asked a second time, it is made once.
        sql = "INSERT INTO schedules(id, body, next_due) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        self.store.rows(sql, made.id, self._body(wanted), first)
        return made

    def all(self) -> Sequence[Schedule]:
        """Those that are due next come first."""
        return self._found(f"{ALL} ORDER BY paused, next_due, id")

    def find(self, name: str) -> Schedule:
        """By its id, or the beginning of it. Raises NoSuchSchedule."""
        found = self._found(f"{ALL} WHERE id >= ? AND id < ?", name, name + "\U0010ffff")
        if len(found) != 1 or not name:
            several = Said("is the beginning of several schedules")
            what = several if found else Said("is not a schedule")
            raise NoSuchSchedule(
                "{name!r} {what}; `selfstarter schedule ls` shows them.", name=name, what=what
            )
        return found[0]

    def ready(self, now: float) -> Sequence[Schedule]:
        """Those that are due, or claimed and not begun."""
        return self._found(f"{ALL} WHERE begun = 0 OR (paused = 0 AND next_due <= ?)", now)

    def change(self, id: str, wanted: Wanted, next_due: float) -> None:
        sql = "UPDATE schedules SET body = ?, next_due = ?, trouble = '' WHERE id = ?"
        self.store.rows(sql, self._body(wanted), next_due, id)

    def pause(self, id: str) -> None:
        self.store.rows("UPDATE schedules SET paused = 1 WHERE id = ?", id)

    def resume(self, id: str, next_due: float) -> None:
        sql = "UPDATE schedules SET paused = 0, next_due = ?, trouble = '' WHERE id = ?"
        self.store.rows(sql, next_due, id)

    def remove(self, id: str) -> None:
        self.store.rows("DELETE FROM schedules WHERE id = ?", id)

    def claim(self, seen: Schedule, due: Due) -> bool:
        """Whether it was we; if not, somebody was faster, or it has changed."""
        if due.fires:
            values = (due.fires, due.then, seen.id, seen.next_due)
            return bool(self.store.rows(CLAIM, *values))
        sql = "UPDATE schedules SET next_due = ? WHERE id = ? AND next_due = ? RETURNING id"
        return bool(self.store.rows(sql, due.then, seen.id, seen.next_due))

    def begun(self, seen: Schedule, run_id: str) -> None:
        """Its run for `seen.fired` is in the journal and in the queue."""
        sql = (
            "UPDATE schedules SET begun = 1, last_run = ?, trouble = '' WHERE id = ? AND fired = ?"
        )
        self.store.rows(sql, run_id, seen.id, seen.fired)

    def failed(self, seen: Schedule, why: str, *, over: bool) -> None:
        """Its run cannot be begun. `over`: and will not be tried again for this moment."""
        sql = "UPDATE schedules SET begun = ?, trouble = ? WHERE id = ? AND fired = ? AND begun = 0"
        self.store.rows(sql, int(over), self.store.redact(why), seen.id, seen.fired)

    def has_ended(self, run_id: str) -> bool:
        """Or is not there (any more)."""
        sql = "SELECT kind FROM events WHERE run_id = ? AND kind IN ('run_started', 'run_ended')"
        kinds = {row[0] for row in self.store.rows(sql, run_id)}
        return "run_ended" in kinds or not kinds

    def standing(self, run_id: str) -> tuple[float, str, str]:
        """When it began (0: it is not there), how it ended (empty: not yet), its last event's
        kind."""
        first = self.store.rows("SELECT at FROM events WHERE run_id = ? AND seq = 1", run_id)
        sql = "SELECT kind, body FROM events WHERE run_id = ? {} ORDER BY seq DESC LIMIT 1"
        last = self.store.rows(sql.format(""), run_id)
        ended = self.store.rows(sql.format("AND kind = 'run_ended'"), run_id)
        ending = json.loads(ended[0][1])["ending"] if ended else ""
        return (first[0][0], ending, last[0][0]) if first else (0.0, "", "")

    def _body(self, wanted: Wanted) -> str:
        return json.dumps(within(self.store.redact, wanted.model_dump(mode="json")))

    def _found(self, sql: str, *values: str | float) -> list[Schedule]:
        return [schedule_in(*row) for row in self.store.rows(sql, *values)]


def schedule_in(id: str, body: str, next_due: float, paused: int, *rest: Any) -> Schedule:
    fired, begun, last_run, trouble = rest
    wanted = Wanted.model_validate_json(body)
    return Schedule(id, wanted, next_due, bool(paused), fired, bool(begun), last_run, trouble)


def run_of(id: str, due: float) -> str:
    """The id of the run for this moment."""
    return hashlib.sha256(f"{id}:{due!r}".encode()).hexdigest()[:12]
