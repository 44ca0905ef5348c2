"""Goals on a schedule: list, make, change, run now, remove."""

import hashlib
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool

from selfstarter import scheduling
from selfstarter.core.cleaning import clean
from selfstarter.core.errors import NoSuchSchedule
from selfstarter.core.events import Ending
from selfstarter.core.permissions import Mode
from selfstarter.scheduling import Listed, Missed, Wanted
from selfstarter.server.desk import AtDesk
from selfstarter.server.runs import Key, given
from selfstarter.server.shapes import Budget, Given

routes = APIRouter(prefix="/api/v1/schedules", tags=["schedules"])

GOAL = "Summarise what is new in inbox/ into new.md"
Text = Annotated[str, Field(max_length=100)]


EXAMPLES: list[JsonValue] = [
    {"goal": GOAL, "cron": "0 9 * * MON-FRI", "zone": "Europe/Berlin"},
    {"goal": GOAL, "every": "2h", "missed": "skip", "budget": {"steps": 40}},
]


class NewSchedule(Given):
    """Of `cron`, `every` and `at` one is given."""

    model_config = ConfigDict(json_schema_extra={"examples": EXAMPLES})

    goal: str = Field(min_length=1, max_length=20_000)
    cron: Text = ""
    """Minute, hour, day of month, month, day of week; or `@daily` and the like."""
    every: Text = ""
    """`30m`, `2h`, `1d`, `1w`: from now on."""
    at: Text = ""
    """Once: `2026-12-01T09:00`, or `09:00`."""
    zone: Text = ""
    """IANA name; empty: the server's."""
    missed: Missed = "once"
    """What becomes of due times at which nobody could begin: one late run for all, or none."""
    criteria: tuple[str, ...] = Field(default=(), max_length=20)
    workspace: str = Field(default="", max_length=4_096)
    """A folder on the server's machine; empty: a new one."""
    model: str = Field(default="", max_length=500)
    budget: Budget = Budget()
    mode: Mode | None = None


class Change(Given):
    """What is left out stays as it is."""

    goal: str | None = Field(default=None, min_length=1, max_length=20_000)
    cron: Text = ""
    every: Text = ""
    at: Text = ""
    zone: Text | None = None
    missed: Missed | None = None
    paused: StrictBool | None = None
    """False: from now on; what came due meanwhile is left out."""


class Schedule(BaseModel):
    id: str
    goal: str
    workspace: str
    kind: Literal["cron", "every", "at"]
    when: str
    """In a few words."""
    zone: str
    missed: Missed
    paused: bool
    next_due: float | None
    """Null: it is not due again."""
    last_run: str
    """Empty: there was none."""
    last_status: Ending | Literal["waiting", "running", "open", ""]
    last_at: float | None
    trouble: str
    """Why the last due time brought no run."""


class Schedules(BaseModel):
    schedules: list[Schedule]


class Begun(BaseModel):
    run: str


def found(name: str, desk: AtDesk) -> Listed:
    """`name`: an id, or the beginning of one."""
    return scheduling.one(name, desk.settings)


Found = Annotated[Listed, Depends(found)]


@routes.get("")
def every(desk: AtDesk) -> Schedules:
    """Those that are due next come first."""
    return Schedules(schedules=[schedule_of(one) for one in scheduling.listed(desk.settings)])


AGAIN: dict[int | str, dict[str, Any]] = {
    200: {"model": Schedule, "description": "This key made it already"}
}


@routes.post("", status_code=201, responses=AGAIN)
def make(new: NewSchedule, desk: AtDesk, response: Response, key: Key = "") -> Schedule:
    """With the same `Idempotency-Key` again, the schedule that was made is told once more (200)."""
    id = hashlib.sha256(f"{desk.settings.home}:{key}".encode()).hexdigest()[:12] if key else ""
    if id:
        with suppress(NoSuchSchedule):
            known = schedule_of(scheduling.one(id, desk.settings))
            response.status_code = 200
            return known
    wanted = scheduling.wanted(
        new.goal,
        new.workspace,
        desk.settings,
        when={"cron": new.cron, "every": new.every, "at": new.at},
        zone=new.zone,
        missed=new.missed,
        criteria=new.criteria,
        given=given(new.budget) | {"model": new.model or None, "mode": new.mode},
    )
    made = scheduling.add(wanted, desk.settings, id)
    return schedule_of(scheduling.one(made.id, desk.settings))


@routes.get("/{name}")
def one(listed: Found) -> Schedule:
    return schedule_of(listed)


@routes.patch("/{name}")
def change(listed: Found, said: Change, desk: AtDesk) -> Schedule:
    id = listed.schedule.id
    when = {"cron": said.cron, "every": said.every, "at": said.at}
    update = said.model_dump(include={"goal", "missed"}, exclude_none=True)
    scheduling.change(id, desk.settings, lambda known: changed(known, update, when, said.zone))
    if said.paused is not None:
        (scheduling.pause if said.paused else scheduling.resume)(id, desk.settings)
    return schedule_of(scheduling.one(id, desk.settings))


@routes.post("/{name}/trigger", status_code=202)
async def trigger(listed: Found, desk: AtDesk) -> Begun:
    """Begin a run now, besides those that are due. 409: the last one has not ended."""
    opens = desk.engine.models.shared
    return Begun(run=await scheduling.run_now(listed.schedule.id, desk.settings, opens))


@routes.delete("/{name}")
def remove(listed: Found, desk: AtDesk) -> Schedule:
    """Its runs stay. Returns what is gone."""
    scheduling.remove(listed.schedule.id, desk.settings)
    return schedule_of(listed)


def changed(
    known: Wanted, update: Mapping[str, Any], when: Mapping[str, str], zone: str | None
) -> Wanted:
    """Raises BadSetting."""
    more = dict(update)
    if zone is not None:
        more["zone"] = scheduling.zone_named(zone)
    if any(when.values()):
        more["when"] = scheduling.moment_of(when, more.get("zone", known.zone), time.time())
    return known.model_copy(update=more)


def schedule_of(row: Listed) -> Schedule:
    known, asked = row.schedule, row.schedule.wanted
    return Schedule(
        id=known.id,
        goal=clean(asked.goal),
        workspace=asked.workspace,
        kind=asked.when.kind,
        when=scheduling.told(asked.when, asked.zone),
        zone=asked.zone,
        missed=asked.missed,
        paused=known.paused,
        next_due=None if known.next_due >= scheduling.NEVER else known.next_due,
        last_run=known.last_run,
        last_status=row.status,  # pyright: ignore[reportArgumentType]  # checked when it is made
        last_at=row.at or None,
        trouble=clean(known.trouble),
    )
