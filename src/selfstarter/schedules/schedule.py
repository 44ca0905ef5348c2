"""A schedule, and the one question that is asked of it: is it due? Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from selfstarter.core.permissions import Mode
from selfstarter.schedules.when import Shape, When, last_before, next_after

GRACE_S = 90.0
"""So late is still in time: workers look once a second, and a machine may be busy."""
Missed = Literal["once", "skip"]
"""What becomes of due moments at which nothing could begin: one run for all of them, as soon as one
can begin; or none."""
SETTINGS = ("model", "mode", "steps", "tokens", "cost_usd", "time_s")


class Wanted(Shape):
    """What a person asked for."""

    goal: str
    workspace: str
    """Absolute path."""
    when: When
    zone: str = "UTC"
    """IANA name."""
    missed: Missed = "once"
    criteria: tuple[str, ...] = ()
    model: str | None = None
    """None, here and below: as the settings of whoever begins the run say."""
    mode: Mode | None = None
    steps: int | None = Field(default=None, gt=0)
    tokens: int | None = Field(default=None, gt=0)
    cost_usd: float | None = Field(default=None, ge=0)
    time_s: float | None = Field(default=None, gt=0)

    def settings(self) -> Mapping[str, Any]:
        return self.model_dump(include=set(SETTINGS), exclude_none=True)

    def next_after(self, moment: float) -> float:
        return next_after(self.when, self.zone, moment)


@dataclass(frozen=True, slots=True)
class Schedule:
    id: str
    wanted: Wanted
    next_due: float
    """Unix seconds; NEVER: it is not due again."""
    paused: bool = False
    fired: float = 0.0
    """The due moment for which a run was begun last, or is to be; 0: none."""
    begun: bool = True
    """False: `fired` is claimed, and its run must still be begun."""
    last_run: str = ""
    """The run that was begun last; empty: none."""
    trouble: str = ""
    """Why the last due moment brought no run; empty: it did."""


@dataclass(frozen=True, slots=True)
class Due:
    fires: float
    """The moment for which a run is to be begun; 0: none, what was due is passed over."""
    then: float
    """When it is due next."""


def due(schedule: Schedule, now: float, busy: bool = False) -> Due | None:
    """What is to be done with it; None: nothing. `busy`: its last run has not ended.

    A schedule has one run at a time: moments that come while it is busy are missed as those are
    that came while every machine slept. However many were missed, they are one run at most, for
    the last of them. What is due next is later than all of that, so a clock that is set back
    brings nothing twice.
    """
    if schedule.paused or not schedule.begun or schedule.next_due > now:
        return None
    wanted = schedule.wanted
    last = last_before(wanted.when, wanted.zone, schedule.next_due, now)
    late = now - last > GRACE_S and wanted.missed == "skip"
    if busy and not late:
        return None
    return Due(0.0 if late else last, wanted.next_after(max(now, last)))
