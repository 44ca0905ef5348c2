"""Goals on a schedule: kept for a person, and fired when they are due.

Whoever fires (a worker, a server) begins the run and puts it into the queue; from there on it is a
run like any other. A run is told how the one before it ended.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfstarter.app import of_a_known_form, opened, pursue, workspace_folder
from selfstarter.core.errors import BadSetting, NothingToDo, RunBusy, Trouble
from selfstarter.core.events import LastRun, Scheduled
from selfstarter.core.fold import fold
from selfstarter.core.ports import Model
from selfstarter.core.state import State
from selfstarter.engine.table import TableEngine
from selfstarter.journal.store import ASKING, Store
from selfstarter.runs import can_be_kept, store_in
from selfstarter.schedules.schedule import GRACE_S, Due, Missed, Schedule, Wanted, due
from selfstarter.schedules.table import Schedules, run_of
from selfstarter.schedules.when import (
    NEVER,
    At,
    Cron,
    Every,
    at,
    clock,
    cron,
    every,
    told,
    zone_named,
)
from selfstarter.settings import Settings, kept_model, narrowed

__all__ = ["NEVER", "clock", "told"]  # for doors, besides what stands here
log = logging.getLogger(__name__)

LOOK_S = 1.0
"""Between two looks at what is due."""
AGAIN_S = 60.0
"""Until it is tried again to begin a run whose model is out of reach."""
TOLD = 2_000
"""Characters of an answer that the next run is told."""
Opens = Callable[[str], AbstractAsyncContextManager[Model]]


@dataclass(frozen=True, slots=True)
class Listed:
    schedule: Schedule
    status: str
    """Of its last run: its ending, or `waiting`, `running`, `open`; empty: there was none."""
    at: float
    """When that run began, in Unix seconds."""

    def overdue(self, now: float) -> bool:
        """It could have begun, had anybody been there."""
        known = self.schedule
        free = not known.paused and self.status not in ("waiting", "running", "open")
        return free and known.next_due + GRACE_S < now


def local_zone() -> str:
    """The time zone of this machine, by its IANA name; UTC where it has none."""
    from tzlocal import get_localzone_name

    try:
        return zone_named(get_localzone_name() or "UTC")
    except (BadSetting, LookupError, OSError):
        return "UTC"


def moment_of(given: Mapping[str, str], zone: str, now: float) -> Cron | Every | At:
    """Of `cron`, `every` and `at` the one that is not empty. Raises BadSetting."""
    match {kind: text for kind, text in given.items() if text}:
        case {"cron": text, **rest} if not rest:
            return cron(text)
        case {"every": text, **rest} if not rest:
            return every(text, now)
        case {"at": text, **rest} if not rest:
            return at(text, zone, now)
        case _:
            raise BadSetting(
                "Say when, in one way: a cron expression ('0 9 * * MON-FRI'), every so often (2h),"
                " or at one time (2026-12-01T09:00)."
            )


def wanted(
    goal: str,
    workspace: str | Path,
    settings: Settings,
    *,
    when: Mapping[str, str],
    zone: str = "",
    missed: Missed = "once",
    criteria: Sequence[str] = (),
    given: Mapping[str, Any] | None = None,
) -> Wanted:
    """`workspace`: empty: a new one. `when`: as `moment_of`. `zone`: empty: this machine's.
    `given`: settings of its runs, stronger than those of whoever begins them. Raises
    BadSetting."""
    if not goal.strip():
        raise BadSetting("The goal is empty. Say what is to be done, in quotes.")
    can_be_kept(goal, *criteria)
    given = {name: value for name, value in (given or {}).items() if value is not None}
    if "model" in given:
        given["model"] = kept_model(of_a_known_form(given["model"]))
    zone = zone_named(zone) if zone else local_zone()
    moment = moment_of(when, zone, time.time())
    if not str(workspace):
        workspace = settings.home / "workspaces" / secrets.token_hex(4)
        workspace.mkdir(parents=True)
    return Wanted(
        goal=goal.strip(),
        workspace=str(workspace_folder(workspace, settings.home)),
        when=moment,
        zone=zone,
        missed=missed,
        criteria=tuple(criteria),
        **given,
    )


def add(wanted: Wanted, settings: Settings, id: str = "") -> Schedule:
    """`id`: a new one; empty: made up. Raises BadSetting."""
    with table(settings) as schedules:
        return schedules.add(wanted, time.time(), id)


def listed(settings: Settings) -> Sequence[Listed]:
    """Those that are due next come first."""
    with table(settings) as schedules:
        return [listed_of(schedules, one) for one in schedules.all()]


def one(name: str, settings: Settings) -> Listed:
    """Raises NoSuchSchedule."""
    with table(settings) as schedules:
        return listed_of(schedules, schedules.find(name))


def change(name: str, settings: Settings, to: Callable[[Wanted], Wanted]) -> Schedule:
    """What comes next is as it is now. Raises NoSuchSchedule, BadSetting."""
    with table(settings) as schedules:
        known = schedules.find(name)
        new = to(known.wanted)
        moves = (new.when, new.zone) != (known.wanted.when, known.wanted.zone)
        due = new.next_after(time.time()) if moves else known.next_due
        schedules.change(known.id, new, due)
        return schedules.find(known.id)


def described(row: Listed) -> dict[str, Any]:
    """As JSON. Times are Unix seconds."""
    one, asked = row.schedule, row.schedule.wanted
    return {
        "id": one.id,
        "goal": asked.goal,
        "workspace": asked.workspace,
        "when": asked.when.model_dump(),
        "told": told(asked.when, asked.zone),
        "zone": asked.zone,
        "missed": asked.missed,
        "criteria": list(asked.criteria),
        "settings": dict(asked.settings()),
        "paused": one.paused,
        "next_due": None if one.next_due >= NEVER else one.next_due,
        "last_run": one.last_run,
        "last_status": row.status,
        "last_at": row.at or None,
        "trouble": one.trouble,
    }


def pause(name: str, settings: Settings) -> Schedule:
    """Nothing is due until it is resumed; a run at work goes on. Raises NoSuchSchedule."""
    with table(settings) as schedules:
        schedules.pause(schedules.find(name).id)
        return schedules.find(name)


def resume(name: str, settings: Settings) -> Schedule:
    """What came due meanwhile was not wanted. Raises NoSuchSchedule."""
    with table(settings) as schedules:
        known = schedules.find(name)
        due = known.wanted.next_after(time.time()) if known.paused else known.next_due
        schedules.resume(known.id, due)
        return schedules.find(known.id)


def remove(name: str, settings: Settings) -> Schedule:
    """Its runs stay. Raises NoSuchSchedule."""
    with table(settings) as schedules:
        known = schedules.find(name)
        schedules.remove(known.id)
        return known


async def run_now(name: str, settings: Settings, opens: Opens = opened) -> str:
    """Begin a run of it and put it into the queue, besides those that are due; the run's id.

    Raises NoSuchSchedule; NothingToDo: its last run has not ended; BadSetting, ModelDown: the run
    cannot be begun.
    """
    with closing(store_in(settings)) as store:
        schedules = Schedules(store)
        known = schedules.find(name)
        if not known.begun or not schedules.has_ended(known.last_run):
            raise NothingToDo(
                "The last run of schedule {id} has not ended: see `selfstarter show {run}`.",
                id=known.id,
                run=known.last_run or run_of(known.id, known.fired),
            )
        if not schedules.claim(known, Due(time.time(), known.next_due)):
            raise NothingToDo("Schedule {id} has just begun a run; look again.", id=known.id)
        claimed = schedules.find(known.id)
        try:
            return await begin(schedules, claimed, settings, opens)
        except Trouble as trouble:
            schedules.failed(claimed, str(trouble), over=True)
            raise


@contextmanager
def table(settings: Settings) -> Generator[Schedules]:
    with closing(store_in(settings)) as store:
        yield Schedules(store)


def listed_of(schedules: Schedules, one: Schedule) -> Listed:
    began, ending, last = schedules.standing(one.last_run)
    if not began or ending:
        return Listed(one, ending, began)
    driven = schedules.store.is_driven(one.last_run)
    status = "waiting" if last in ASKING else "running" if driven else "open"
    return Listed(one, status, began)


class Scheduler:
    """Fires what is due until it is asked to stop; as many may do so as like, on one database.

    `opens`: how a model is opened that a run is begun with. `tell`: (run id, what became of it).
    Raises BadSetting: the journal cannot be used.
    """

    def __init__(
        self, settings: Settings, tell: Callable[[str, str], None], opens: Opens = opened
    ) -> None:
        self.settings = settings
        self.tell = tell
        self.opens = opens
        self.schedules = Schedules(store_in(settings))
        self._not_before: dict[str, float] = {}

    async def work(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await self.fire(time.time())
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), LOOK_S)

    async def fire(self, now: float) -> Sequence[str]:
        """Look once; the runs that it began. Raises JournalDown."""
        begun: list[str] = []
        for one in await asyncio.to_thread(self.schedules.ready, now):
            if self._not_before.get(one.id, 0.0) <= now and (
                claimed := await asyncio.to_thread(self._claimed, one, now)
            ):
                begun += await self._begin(claimed, now)
        return begun

    def _claimed(self, one: Schedule, now: float) -> Schedule | None:
        """Whose run is to be begun; None: nothing is to be done."""
        if not one.begun:
            return one
        found = due(one, now, busy=not self.schedules.has_ended(one.last_run))
        if found is None or not self.schedules.claim(one, found) or not found.fires:
            return None
        return self.schedules.find(one.id)

    async def _begin(self, claimed: Schedule, now: float) -> Sequence[str]:
        try:
            run_id = await begin(self.schedules, claimed, self.settings, self.opens)
        except BadSetting as trouble:
            await asyncio.to_thread(self.schedules.failed, claimed, str(trouble), over=True)
        except Trouble as trouble:
            self._not_before[claimed.id] = now + AGAIN_S
            await asyncio.to_thread(self.schedules.failed, claimed, str(trouble), over=False)
        else:
            self._not_before.pop(claimed.id, None)
            self.tell(run_id, f"begun by schedule {claimed.id}")
            return [run_id]
        return []

    def close(self) -> None:
        self.schedules.store.close()


async def begin(schedules: Schedules, claimed: Schedule, settings: Settings, opens: Opens) -> str:
    """The run for the moment that is claimed, begun and queued; its id. Twice is as good as once.
    Raises BadSetting, ModelDown."""
    run_id, asked = run_of(claimed.id, claimed.fired), claimed.wanted
    settings = narrowed(settings, asked.workspace).model_copy(update=dict(asked.settings()))
    last = await asyncio.to_thread(last_run, schedules.store, claimed.last_run)
    scheduled = Scheduled(schedule=claimed.id, due=claimed.fired, last=last)
    try:
        async with opens(settings.model) as model:
            await pursue(
                asked.goal,
                asked.workspace,
                settings,
                criteria=asked.criteria,
                model=model,
                run_id=run_id,
                held=True,
                scheduled=scheduled,
            )
    except RunBusy:
        log.info("Run %s has been begun by another process.", run_id)
    queue = TableEngine(schedules.store)
    await asyncio.to_thread(queue.enqueue, run_id, model=settings.model)
    await asyncio.to_thread(schedules.begun, claimed, run_id)
    return run_id


def last_run(store: Store, run_id: str) -> LastRun | None:
    """What the next run is told of it; None: it is not there."""
    state = fold(store.read(run_id)) if run_id else State()
    if state.started is None:
        return None
    ended = state.ended
    seen = {one.id: state.checks.get(one.id) for one in state.criteria}
    return LastRun(
        run=run_id,
        ending=ended.ending if ended else "",
        at=state.last_at,
        answer=ended.answer[:TOLD] if ended else "",
        reason=ended.reason if ended else "",
        missing=tuple(
            one.text for one in state.criteria if not (at := seen[one.id]) or not at.passed
        ),
        untrusted=state.provenance.untrusted,
        private=state.provenance.private,
    )
