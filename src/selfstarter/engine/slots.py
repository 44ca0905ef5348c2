"""How many runs may be at work at once on a model, over all workers.

A limit of N is N rows that there can be; the primary key holds it, whoever asks at the same moment.
A slot whose worker has died is free.
"""

import socket
import time
from collections.abc import Callable, Collection, Mapping

from selfstarter.engine.workers import Rows

LOCAL = "local"
SILENT_S = 6.0
"""So long without a heartbeat, and it is asked whether the worker lives."""
TAKE = """
    INSERT INTO slots(model, slot, run_id, worker_id) VALUES (?, ?, ?, ?)
    ON CONFLICT DO NOTHING RETURNING slot
"""
HELD = """
    SELECT model, slot, run_id, s.worker_id, coalesce(seen, 0) FROM slots s
    LEFT JOIN workers w ON w.worker_id = s.worker_id WHERE model = ? OR run_id = ?
"""


class Slots:
    """Those of one worker. `limits`: see `named`; `alive`: does that worker live?"""

    def __init__(
        self, rows: Rows, worker_id: str, limits: Mapping[str, int], alive: Callable[[str], bool]
    ) -> None:
        self.rows = rows
        self.worker_id = worker_id
        self.limits = limits
        self.alive = alive
        self._taken: set[str] = set()

    def take(self, run_id: str, model: str) -> bool:
        """Whether there is room for it."""
        name = named(model, self.limits)
        if not name:
            return True
        place = f"{name} at {socket.gethostname()}" if name.partition(":")[0] == LOCAL else name
        held: set[int] = set()
        for where, slot, holder, worker_id, seen in self.rows(HELD, place, run_id):
            if self._freed(worker_id, seen):
                continue
            if (holder, worker_id) == (run_id, self.worker_id):  # the answer was lost the last time
                self._taken.add(run_id)
                return True
            if where == place:
                held.add(slot)
        for slot in range(self.limits[name]):
            if slot not in held and self.rows(TAKE, place, slot, run_id, self.worker_id):
                self._taken.add(run_id)
                return True
        return False

    def keep(self, run_ids: Collection[str]) -> None:
        """Give back those of all other runs."""
        for run_id in self._taken.difference(run_ids):
            sql = "DELETE FROM slots WHERE run_id = ? AND worker_id = ?"
            self.rows(sql, run_id, self.worker_id)
            self._taken.discard(run_id)

    def _freed(self, worker_id: str, seen: float) -> bool:
        if time.time() < seen + SILENT_S or self.alive(worker_id):
            return False
        self.rows("DELETE FROM slots WHERE worker_id = ?", worker_id)
        return True


def named(model: str, limits: Mapping[str, int]) -> str:
    """The limit that `model` is under: its name, or the longest beginning of it before a colon
    (`openai`: all of `openai:…`); empty: none."""
    return max((n for n in limits if f"{model}:".startswith(f"{n}:")), key=len, default="")
