"""What changed in a workspace between two places of a run, as a person reads it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Literal

from selfstarter.core.errors import BadSetting
from selfstarter.core.events import WorkspaceSaved
from selfstarter.core.moved import moved
from selfstarter.history.past import START, Past, past_in, snapshots_of
from selfstarter.history.snapshots import kept
from selfstarter.history.store import REST, Entry, SnapshotStore, Tree, differing
from selfstarter.settings import Settings

MOST_LINES = 5_000
"""Of a file; a longer one is only named."""
SHOWN = 400
"""Lines of one file's difference."""

How = Literal["added", "removed", "changed", "moved", "not kept"]


@dataclass(frozen=True, slots=True)
class Change:
    path: str
    how: How
    diff: str = ""
    """Unified; empty where there is no text to compare, and `note` says why."""
    note: str = ""
    added: int = 0
    """Lines."""
    removed: int = 0
    was: str = ""
    """Where it lay before it was moved."""

    @property
    def named(self) -> str:
        return f"{self.was} → {self.path}" if self.was else self.path


@dataclass(frozen=True, slots=True)
class Touched:
    """A step that changed files."""

    step: int
    seq: int
    tool: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    run_id: str
    first: int
    """Places in the journal: what changed after the event `first`, up to the event `last`."""
    last: int
    files: tuple[Change, ...]
    steps: tuple[Touched, ...]


def changes(name: str, settings: Settings, steps: str = "") -> Changes:
    """`steps`: `A` (one step), `A..B`, `A..`, `..B`; empty: all that the run did.

    Raises NoSuchRun; BadSetting: no such step, or nothing was kept.
    """
    past = past_in(settings, name)
    first, last = span(past, steps)
    before, after = past.tree_at(first), past.tree_at(last)
    with snapshots_of(past.run_id, settings) as snapshots:
        trees = snapshots.tree(before), snapshots.tree(after)
        found = tuple(compared(snapshots, trees[0], snapshots, trees[1]))
    return Changes(past.run_id, first, last, found, tuple(touched(past, first, last)))


def span(past: Past, steps: str) -> tuple[int, int]:
    """Raises BadSetting."""
    if not steps:
        return past.place(START), len(past.records)
    first, dots, last = steps.partition("..")
    if not dots:
        step = past.step(first)
        return step.first - 1, step.last
    begin = past.step(first).first - 1 if first else past.place(START)
    end = past.place(last) if last else len(past.records)
    if end < begin:
        raise BadSetting(
            "Step {last} comes before step {first}: write the earlier one first.",
            last=last,
            first=first,
        )
    return begin, end


def touched(past: Past, first: int, last: int) -> Iterator[Touched]:
    for step in past.steps:
        if first < step.first <= last:
            here = [recorded.event for recorded in past.records[step.first - 1 : step.last]]
            # Several, where a crash cut the call short.
            saves = [e for e in here if isinstance(e, WorkspaceSaved) and not e.found]
            if saves and past.tree_at(step.first - 1) != past.tree_at(step.last):
                paths = dict.fromkeys(path for saved in saves for path in saved.changed)
                yield Touched(step.number, step.last, step.tool, tuple(paths))


def compared(
    left: SnapshotStore, before: Tree, right: SnapshotStore, after: Tree
) -> Iterator[Change]:
    paths = [path for path in differing(before, after) if path != REST]
    known, there = kept(before), kept(after)
    gone = {path: known[path] for path in paths if path in known and path not in after}
    new = {path: there[path] for path in paths if path in there and path not in before}
    was = moved(gone, new)
    left_behind = set(was.values())
    for path in paths:
        if path in was:
            yield Change(path, "moved", was=was[path])
        elif path not in left_behind:
            yield change(left, before.get(path), right, after.get(path), path)


def change(
    left: SnapshotStore, was: Entry | None, right: SnapshotStore, now: Entry | None, path: str
) -> Change:
    out = [e.digest for e in (was, now) if e and e.kind == "out"]
    if out:
        return Change(path, "not kept", note=out[0])
    how: How = "added" if was is None else "removed" if now is None else "changed"
    texts = [lines_of(left, was), lines_of(right, now)]
    if was and now and was.digest == now.digest:
        return Change(path, how, note=f"{was.kind} to {now.kind}")
    if texts[0] is None or texts[1] is None:
        sizes = " to ".join(f"{e.size:,}" for e in (was, now) if e)
        return Change(path, how, note=f"{sizes} bytes, no text or a long one")
    names = (f"a/{path}" if was else "/dev/null", f"b/{path}" if now else "/dev/null")
    diff = list(unified_diff(texts[0], texts[1], *names, lineterm=""))
    more = [f"… {len(diff) - SHOWN} more lines"] if len(diff) > SHOWN else []
    return Change(
        path,
        how,
        diff="\n".join([*diff[:SHOWN], *more]),
        note="a link" if (now or was or Entry("file", "")).kind == "link" else "",
        added=sum(line[0] == "+" for line in diff[2:]),
        removed=sum(line[0] == "-" for line in diff[2:]),
    )


def lines_of(store: SnapshotStore, entry: Entry | None) -> Sequence[str] | None:
    """None: it is no text that could be compared."""
    if entry is None:
        return []
    data = store.blob(entry.digest)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    lines = text.splitlines()
    return None if "\0" in text or len(lines) > MOST_LINES else lines
