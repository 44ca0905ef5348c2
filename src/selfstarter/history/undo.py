"""Put the files of a run back as they were after one of its steps."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from selfstarter.core.errors import FilesChanged, NothingToDo
from selfstarter.core.events import (
    AnyEvent,
    CallChosen,
    CallReturned,
    WorkspaceSaved,
    WorkspaceUndone,
)
from selfstarter.core.fold import apply
from selfstarter.core.gate import INSIDE, WEB
from selfstarter.core.ports import Recorded
from selfstarter.history.past import Past, children_of, tree_of
from selfstarter.history.restore import restore
from selfstarter.history.snapshots import Snapshots
from selfstarter.history.store import REST, Tree, differing
from selfstarter.journal.store import RunJournal, Store
from selfstarter.report import write_report
from selfstarter.runs import run_folder, store_in
from selfstarter.settings import Settings

HARMLESS = (INSIDE - {"remember"}) | set(WEB) | {"recall"}
"""Tools that leave nothing outside the workspace."""


@dataclass(frozen=True, slots=True)
class Undone:
    run_id: str
    to: int
    """The place in the journal as of which the files are now."""
    restored: tuple[str, ...]
    left: tuple[str, ...]
    """`path: why` of what could not be put back."""
    for_good: tuple[str, ...]
    """What was done since that no files can undo, a sentence each."""


async def undo(
    name: str, settings: Settings, to: str = "", *, force: bool = False, look: bool = False
) -> Undone:
    """`to`: as `Past.place`; empty: before the last change that the run made. `look`: only say what
    would be put back.

    What lies there now is kept first, so an undo can be undone. Raises NoSuchRun; RunBusy;
    NothingToDo; BadSetting; WorkspaceGone; FilesChanged: somebody else has changed what would be
    put back, and `force` was not given.
    """
    with closing(store_in(settings)) as store:
        run_id = store.find(name)
        folder = run_folder(settings.home, run_id)
        with store.open(run_id) as journal:
            past = Past(run_id, [recorded async for recorded in journal.read()])
            state = past.state
            place = past.place(to) if to else before_last(past)
            target = past.tree_at(place)
            workspace = Path(state.started.workspace if state.started else "")
            with closing(Snapshots(workspace, folder, state.saved)) as snapshots:
                past = Past(run_id, [*past.records, *await kept_now(past, snapshots, journal)])
                now, then = (snapshots.store.tree(id) for id in (past.state.saved, target))
                paths = to_put_back(now, then, run_id)
                others = by_others(past, place, snapshots) & set(paths)
                if others and not force:
                    raise FilesChanged(
                        "Nothing was undone: {files} changed since then, and not by the run. See"
                        " `selfstarter diff {run_id}`; with --force they are put back all the same"
                        " (what is there now is kept).",
                        files=", ".join(sorted(others)[:8]),
                        run_id=run_id,
                    )
                forever = tuple(for_good(store, past, place))
                if look:
                    return Undone(run_id, place, tuple(paths), (), forever)
                done, left = restore(
                    workspace, snapshots.store, paths, now, then, links=past.makes_links(target)
                )
                event = undone(place, done, snapshots)
                state = apply(past.state, await journal.append(event))
            write_report(folder, run_id, state)
            return Undone(run_id, place, tuple(sorted(done)), tuple(left), forever)


async def kept_now(past: Past, snapshots: Snapshots, journal: RunJournal) -> list[Recorded]:
    """Keep what lies there now, and say so in the journal where that is news."""
    now, state = snapshots.taken(), past.state
    if now.tree == state.saved:
        return []
    found = bool(state.paused or state.waiting or state.ended)
    return [await journal.append(now.model_copy(update={"found": found}))]


def to_put_back(now: Tree, then: Tree, run_id: str) -> list[str]:
    """Raises NothingToDo."""
    paths = [path for path in differing(now, then) if path != REST]
    if REST in then:  # what it does not hold may have been there
        paths = [path for path in paths if path in then]
    if not paths:
        raise NothingToDo("The files of run {run_id} are as they were then already.", run_id=run_id)
    return paths


def undone(place: int, done: Sequence[str], snapshots: Snapshots) -> WorkspaceUndone:
    after = snapshots.taken().tree
    held = snapshots.store.tree(after)
    back = tuple((path, held[path].digest if path in held else "") for path in sorted(done))
    return WorkspaceUndone(to=place, tree=after, restored=back)


def before_last(past: Past) -> int:
    """Before the last change of the run that is not undone yet. Raises NothingToDo."""
    at = len(past.records)
    for recorded in reversed(past.saves):
        event = recorded.event
        if recorded.seq > at:
            continue
        if isinstance(event, WorkspaceUndone):
            at = event.to
        elif isinstance(event, WorkspaceSaved) and not event.found and past.tree_before(recorded):
            return recorded.seq - 1
    raise NothingToDo(
        "Run {run_id} has changed no files that could be put back.", run_id=past.run_id
    )


def by_others(past: Past, place: int, snapshots: Snapshots) -> set[str]:
    """Paths that somebody changed while the run rested, after `place`; not folders that programs
    fill again, for nothing of anybody's is in them."""
    found: set[str] = set()
    for recorded in past.saves:
        event, before = recorded.event, past.tree_before(recorded)
        if recorded.seq > place and isinstance(event, WorkspaceSaved) and event.found and before:
            trees = snapshots.store.tree(before), snapshots.store.tree(tree_of(recorded))
            found |= {path for path in differing(*trees) if not path.endswith("/")}
    return found


def for_good(store: Store, past: Past, place: int) -> Iterator[str]:
    """Calls after `place`, of child runs too, whose effects lie outside the workspace."""
    later = [recorded.event for recorded in past.records if recorded.seq > place]
    yield from outside(later)
    for child in children_of(past.run_id, later):
        yield from for_good(store, Past(child, list(store.read(child))), 0)


def outside(events: list[AnyEvent]) -> Iterator[str]:
    calls: dict[str, CallChosen] = {}
    for event in events:
        if isinstance(event, CallReturned) and event.status == "denied":
            calls.pop(event.call_id, None)
        elif isinstance(event, CallChosen) and event.tool not in HARMLESS:
            calls[event.call_id] = event  # one that a crash cut short may have taken effect
    for call in calls.values():
        if call.tool == "remember":
            yield f"step {call.call_id}: what it noted stays in the memory (`memory ls`)"
        else:
            said = ", ".join(f"{name}={str(value)[:60]}" for name, value in call.args.items())
            yield f"step {call.call_id}: {call.tool}({said})"[:240]
