"""Branch a run off at one of its steps: a new run with the events and the files up to there."""

import secrets
import shutil
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from selfstarter.core.errors import BadSetting
from selfstarter.core.events import Fork, Limits, RunForked, RunStarted
from selfstarter.core.fold import apply, fold
from selfstarter.core.ports import Recorded
from selfstarter.core.spent import Spent
from selfstarter.core.state import State
from selfstarter.history.past import Past, past_of
from selfstarter.history.restore import restore
from selfstarter.history.snapshots import kept, left_out
from selfstarter.history.store import FILE, SnapshotStore
from selfstarter.runs import can_be_kept, run_folder, store_in
from selfstarter.settings import Settings, kept_model

CARRIED = ("start", "results", "pages")
"""Folders of a run that its events name: the first state of small workspaces, long outputs, pages
that were read."""


@dataclass(frozen=True, slots=True)
class Forked:
    run_id: str
    origin: str
    at: int
    """The last event that both runs have."""
    workspace: Path
    spent: Spent
    """Before the fork, by the other run."""
    missing: tuple[str, ...]
    """`path: why` of what lay in the other workspace and is not in this one."""


def fork(
    name: str,
    at: str,
    settings: Settings,
    *,
    model: str = "",
    goal: str = "",
    workspace: Path | None = None,
) -> Forked:
    """`at`: as `Past.place`; a call that was under way there is left out. `workspace`: an empty
    folder, or one that is not there yet; None: a new one.

    Nothing is pursued: `resume` does. Raises NoSuchRun, BadSetting.
    """
    can_be_kept(goal)
    with closing(store_in(settings)) as store:
        past = past_of(store, name)
        if "." in past.run_id:
            whole = past.run_id.partition(".")[0]
            raise BadSetting(
                "{run_id} is a part of the run {whole}: fork that one.",
                run_id=past.run_id,
                whole=whole,
            )
        records = calm(past.records[: past.place(at)])
        place, now = records[-1].seq, time.time()
        run_id = secrets.token_hex(4)
        tree = past.tree_at(place)
        folder = empty(workspace or settings.home / "workspaces" / run_id)
        missing = laid(past, run_id, tree, folder, settings)
        first = beginning(past.state, past.run_id, place, folder, model, goal)
        spent = fold([Recorded(1, now, first), *records[1:]]).spent
        limits = on_top(first.limits, spent)
        event = RunForked(run=past.run_id, at=place, limits=limits, goal=goal.strip())
        since, imported = past.taken_in
        # What was not believed is not believed in a fork from before that was said.
        after = [imported, event] if imported and since > place else [event]
        forked = [Recorded(place + n, now, event) for n, event in enumerate(after, 1)]
        store.take_in(run_id, [Recorded(1, now, first), *records[1:], *forked])
    return Forked(run_id, past.run_id, place, folder, spent, missing)


def calm(records: Sequence[Recorded]) -> Sequence[Recorded]:
    """Up to the last place where no call is under way. Never empty."""
    state, last = State(), 1
    for recorded in records:
        state = apply(state, recorded)
        if state.pending is None and not state.children_out:
            last = recorded.seq
    return records[:last]


def beginning(
    state: State, origin: str, at: int, workspace: Path, model: str, goal: str
) -> RunStarted:
    assert state.started is not None, "a journal begins with it"
    changed: dict[str, object] = {
        "workspace": str(workspace),
        "fork": Fork(run=origin, at=at),
    }
    if model and (model := kept_model(model)) != state.started.model:
        changed |= {"model": model, "facts": None}  # whoever goes on knows what it is like
    if goal.strip():
        changed |= {"goal": goal.strip(), "criteria": ()}
    return state.started.model_copy(update=changed)


def on_top(limits: Limits, spent: Spent) -> Limits:
    """A fork may spend what the run was given at its beginning, however much went before."""
    cost = None if limits.cost_usd is None else limits.cost_usd + spent.cost_usd
    return Limits(
        steps=limits.steps + spent.steps,
        tokens=limits.tokens + spent.tokens,
        cost_usd=cost,
        time_s=limits.time_s + spent.time_s,
    )


def empty(folder: Path) -> Path:
    """Raises BadSetting: something is in it."""
    folder = folder.expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BadSetting("{folder} is not empty: a fork gets a folder of its own.", folder=folder)
    return folder


def laid(
    origin: Past, run_id: str, tree: str, workspace: Path, settings: Settings
) -> tuple[str, ...]:
    """Snapshots and folders of the other run, and the files of `tree`, for the new one."""
    theirs, ours = run_folder(settings.home, origin.run_id), run_folder(settings.home, run_id)
    with closing(SnapshotStore(theirs / FILE)) as store:
        store.copy(ours / FILE)
    for name in CARRIED:
        if (theirs / name).is_dir():
            shutil.copytree(theirs / name, ours / name, symlinks=True)
    with closing(SnapshotStore(ours / FILE)) as store:
        then = store.tree(tree)
        links = origin.makes_links(tree)
        _, failed = restore(workspace, store, kept(then), {}, then, links=links)
    return (*(f"{path}: {why}" for path, why in left_out(then).items()), *failed)
