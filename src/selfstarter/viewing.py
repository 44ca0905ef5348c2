"""What doors show of runs: the journal read, folded and followed. Nothing here changes a run."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from selfstarter.core.fold import apply
from selfstarter.core.ports import Recorded
from selfstarter.core.state import State
from selfstarter.journal.store import RunRow
from selfstarter.runs import store_in
from selfstarter.settings import Settings
from selfstarter.tools.workspace import Workspace

KEPT = 32
"""Folded states that are kept, so that looking again costs only what is new."""
MARK = 500
"""Events between two states that are kept of the run that is gone through again."""
LOOK_S = 0.1
"""Between two looks at the journal. A look that finds nothing costs some microseconds."""


def envelope(run_id: str, recorded: Recorded) -> dict[str, Any]:
    """An event as every door sends it: `{run, seq, at, kind, …}`, the row of the journal."""
    row = {"run": run_id, "seq": recorded.seq, "at": recorded.at}
    return row | recorded.event.model_dump(mode="json")


class Window:
    """A look into the journal of these settings, from any thread; other processes may write."""

    def __init__(self, settings: Settings) -> None:
        """Raises BadSetting: the journal cannot be used."""
        self.settings = settings
        self._store = store_in(settings)
        self._lock = threading.Lock()
        """Of the database, and of the states that are kept."""
        self._replaying = threading.Lock()
        self._states: OrderedDict[str, State] = OrderedDict()
        self._replayed = ""
        self._marks = [State()]

    def close(self) -> None:
        with self._lock:
            self._store.close()

    def runs(self, limit: int = 50, before: float | None = None) -> Sequence[RunRow]:
        """The newest first; `before`: those that were begun earlier."""
        with self._lock:
            return self._store.runs(limit, before)

    def mentioning(self, word: str) -> frozenset[str]:
        with self._lock:
            return self._store.mentioning(word)

    def find(self, name: str) -> str:
        """Raises NoSuchRun."""
        with self._lock:
            return self._store.find(name)

    def is_driven(self, run_id: str) -> bool:
        """Does a process pursue the run at this moment?"""
        with self._lock:
            return self._store.is_driven(run_id)

    def events(self, run_id: str, after: int = 0, limit: int = 1_000) -> list[Recorded]:
        with self._lock:
            return list(islice(self._store.read(run_id, after), limit))

    def every_event(self, run_id: str, after: int = 0) -> Iterator[Recorded]:
        """A page at a time: to fold a long run takes seconds, and nobody else waits for it."""
        while page := self.events(run_id, after):
            yield from page
            after = page[-1].seq

    def state(self, run_id: str, at: int | None = None) -> State:
        """Folded up to the event `at`; None: to the newest."""
        if at is not None:
            with self._replaying:
                return self._past(run_id, at)
        with self._lock:
            state = self._states.get(run_id, State())
        for recorded in self.every_event(run_id, state.seq):
            state = apply(state, recorded)
        with self._lock:
            self._states[run_id] = state
            self._states.move_to_end(run_id)
            if len(self._states) > KEPT:
                self._states.popitem(last=False)
        return state

    def _past(self, run_id: str, at: int) -> State:
        """From the last mark before it: who scrubs through a long run asks for many places."""
        if self._replayed != run_id:
            self._replayed, self._marks = run_id, [State()]
        state = next(mark for mark in reversed(self._marks) if mark.seq <= at)
        for recorded in self.every_event(run_id, state.seq):
            if recorded.seq > at:
                break
            state = apply(state, recorded)
            if state.seq == self._marks[-1].seq + MARK:
                self._marks.append(state)
        return state

    def files(self, state: State) -> Workspace:
        """The run's workspace, behind the same guard as the agent's own file tools. Raises
        WorkspaceGone."""
        return Workspace(Path(state.started.workspace if state.started else "."))

    def version(self) -> str:
        """Another number whenever another connection has written."""
        with self._lock:
            return self._store.version()

    async def follow(
        self, places: Mapping[str, int], page: int = 200
    ) -> AsyncGenerator[tuple[str, list[Recorded]]]:
        """Yields (run id, new events) of each run in `places`, run id -> last seq known, for ever.

        ("", []) says that some run, perhaps another one, has changed.
        """
        known, seen = dict(places), ""
        while True:
            version = await asyncio.to_thread(self.version)
            if version == seen:
                await asyncio.sleep(LOOK_S)
                continue
            yield "", []
            more = True
            while more:
                more = False
                for run_id, after in known.items():
                    found = await asyncio.to_thread(self.events, run_id, after, page)
                    if found:
                        known[run_id] = found[-1].seq
                        more = more or len(found) == page
                        yield run_id, found
            seen = version
