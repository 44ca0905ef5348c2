"""A run's journal as steps, and the workspace as it was after each."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import dropwhile, pairwise

from selfstarter.core.errors import BadSetting
from selfstarter.core.events import (
    AnyEvent,
    AttemptMade,
    CallChosen,
    CallReturned,
    Delegated,
    RunImported,
    RunResumed,
    WorkspaceSaved,
    WorkspaceUndone,
)
from selfstarter.core.fold import fold
from selfstarter.core.ports import Recorded
from selfstarter.core.said import Said
from selfstarter.core.state import State
from selfstarter.history.store import FILE, SnapshotStore
from selfstarter.journal.store import Store
from selfstarter.runs import run_folder, store_in
from selfstarter.settings import Settings

START, END = "start", "end"


@dataclass(frozen=True, slots=True)
class Step:
    """A call, from its choice to what it left in the workspace."""

    number: int
    """As the live view counts: of its call."""
    tool: str
    first: int
    """Place in the journal of its first event; so with `last`."""
    last: int


class Past:
    """One run's events, all of them."""

    def __init__(self, run_id: str, records: Sequence[Recorded]) -> None:
        self.run_id = run_id
        self.records = records

    @cached_property
    def state(self) -> State:
        return fold(self.records)

    @cached_property
    def steps(self) -> list[Step]:
        chosen = [r for r in self.records if isinstance(r.event, CallChosen)]
        ends = [r.seq for r in chosen[1:]] + [len(self.records) + 1] * bool(chosen)
        found: list[Step] = []
        for begun, end in zip(chosen, ends, strict=True):
            event = begun.event
            assert isinstance(event, CallChosen)
            number = int(event.call_id) if event.call_id.isdecimal() else len(found) + 1
            last = self.last_of(begun.seq, end)
            found.append(Step(number, event.tool, begun.seq, last))
        return found

    def last_of(self, first: int, end: int) -> int:
        """A step ends when its call is back, and what it changed is kept: after a crash in between,
        when the run goes on."""
        here = self.records[first - 1 : end - 1]
        back = next((r.seq for r in here if isinstance(r.event, CallReturned)), here[-1].seq)
        after = dropwhile(lambda r: isinstance(r.event, RunResumed), self.records[back : end - 1])
        match next(after, None):
            case Recorded(seq=seq, event=WorkspaceSaved(found=False)):
                return seq
            case _:
                return back

    @cached_property
    def saves(self) -> list[Recorded]:
        """The events after which the workspace is known."""
        return [r for r in self.records if isinstance(r.event, (WorkspaceSaved, WorkspaceUndone))]

    def tree_at(self, seq: int) -> str:
        """The snapshot that stands after the event `seq`. Before the first, the first: then nothing
        had been done. Raises BadSetting: there is none."""
        known = [tree_of(r) for r in self.saves if r.seq <= seq] or [
            tree_of(r) for r in self.saves[:1]
        ]
        if not known:
            raise BadSetting(
                "No snapshots were kept of run {run_id}: it only read, or it is older than"
                " they are.",
                run_id=self.run_id,
            )
        return known[-1]

    @cached_property
    def taken_in(self) -> tuple[int, RunImported | None]:
        """The last time that the run came from elsewhere and was not believed, and its place in the
        journal; 0: never."""
        for recorded in reversed(self.records):
            event = recorded.event
            if isinstance(event, RunImported) and event.permissions is not None:
                return recorded.seq, event
        return 0, None

    def makes_links(self, tree: str) -> bool:
        """May links of this snapshot be made? Not of one that was only ever kept elsewhere."""
        since, _ = self.taken_in
        return any(tree_of(r) == tree and r.seq > since for r in self.saves)

    def place(self, text: str) -> int:
        """`start`, `end`, `N` (after step N), `eN` (after event N) as a place in the journal.

        Raises BadSetting: there is no such place.
        """
        text = text.strip().lower()
        if text == START:
            return self.saves[0].seq if self.saves else 1
        if text == END:
            return len(self.records)
        if text[:1] == "e" and text[1:].isdecimal():
            if 1 <= int(text[1:]) <= len(self.records):
                return int(text[1:])
            raise BadSetting(
                "Run {run_id} has events 1 to {last}.", run_id=self.run_id, last=len(self.records)
            )
        return self.step(text).last

    def step(self, text: str) -> Step:
        """Raises BadSetting."""
        number = int(text) if text.isdecimal() else 0
        if found := next((step for step in self.steps if step.number == number), None):
            return found
        known = ", ".join(str(step.number) for step in self.steps[-20:]) or Said("none yet")
        raise BadSetting(
            "Run {run_id} has no step {text!r}. Its steps: {known}; and there are `start`,"
            " `end` and `eN`, after event N.",
            run_id=self.run_id,
            text=text,
            known=known,
        )

    def tree_before(self, recorded: Recorded) -> str:
        """The snapshot before the one that `recorded` tells of; empty: it is the first."""
        return next((tree_of(a) for a, b in pairwise(self.saves) if b is recorded), "")


def tree_of(recorded: Recorded) -> str:
    assert isinstance(recorded.event, (WorkspaceSaved, WorkspaceUndone))
    return recorded.event.tree


def children_of(run_id: str, events: Iterable[AnyEvent]) -> Iterator[str]:
    """Ids of the runs that a run has begun, in the order of its events."""
    for event in events:
        match event:
            case Delegated(errands=errands):
                yield from (f"{run_id}.c{errand.number}" for errand in errands)
            case AttemptMade(number=number):
                yield f"{run_id}.a{number}"
            case _:
                pass


def past_of(store: Store, name: str) -> Past:
    """Raises NoSuchRun."""
    run_id = store.find(name)
    return Past(run_id, list(store.read(run_id)))


def past_in(settings: Settings, name: str) -> Past:
    """For whoever needs the journal for nothing else. Raises NoSuchRun."""
    with closing(store_in(settings)) as store:
        return past_of(store, name)


def snapshots_of(run_id: str, settings: Settings) -> closing[SnapshotStore]:
    """Raises BadSetting."""
    return closing(SnapshotStore(run_folder(settings.home, run_id) / FILE))
