"""When a schedule is due: a cron expression, an interval, one moment. No clock is read here.

Moments are Unix seconds. Cron is that of Debian (cronsim), in a time zone: a time of day that a
clock change leaves out comes right after the gap, one that comes twice is due once, the first time;
`*` in the minutes or hours goes on in real time.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import BaseModel, ConfigDict, Field

from selfstarter.core.errors import BadSetting
from selfstarter.core.said import Said

NEVER = 1e15
"""As both databases can keep and compare it; Unix seconds, some 30 million years from now."""
LONGEST = 100
"""Characters of a cron expression."""
SHORTEST_S, LONGEST_S = 60.0, 366 * 86_400.0
"""Of an interval."""
FARTHEST_S = 100 * 366 * 86_400.0
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 7 * 86_400}
NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
WRONG = (CronSimError, ArithmeticError, AssertionError, LookupError, TypeError, ValueError)
"""What cronsim raises of an expression that it cannot read."""


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Cron(Shape):
    kind: Literal["cron"] = "cron"
    expression: str
    """Minute, hour, day of month, month, day of week."""


class Every(Shape):
    kind: Literal["every"] = "every"
    every_s: float
    since: float
    """It is due so long after this moment, and again so long after that, whatever clocks say."""


class At(Shape):
    kind: Literal["at"] = "at"
    at: float


When = Annotated[Cron | Every | At, Field(discriminator="kind")]


def next_after(when: Cron | Every | At, zone: str, after: float) -> float:
    """The first due moment later than `after`; NEVER: there is none."""
    match when:
        case At():
            return when.at if when.at > after else NEVER
        case Every():
            passed = max(0, int((after - when.since) // when.every_s))
            return when.since + (passed + 1) * when.every_s
        case Cron():
            start = datetime.fromtimestamp(after, UTC).astimezone(ZoneInfo(zone))
            for found in CronSim(when.expression, start):
                # From within an hour that comes twice, the first of the two may be found.
                if (moment := found.timestamp()) > after:
                    return moment
            return NEVER


def last_before(when: Cron | Every | At, zone: str, known: float, now: float) -> float:
    """The last due moment up to `now`; `known`: one that is due by then."""
    match when:
        case At():
            return known
        case Every():
            return when.since + ((now - when.since) // when.every_s) * when.every_s
        case Cron():
            start = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone))
            back = CronSim(when.expression, start.replace(microsecond=1), reverse=True)
            last = max(known, next((t.timestamp() for t in back), known))
            # On the way back, an hour that comes twice is passed over.
            while (later := next_after(when, zone, last)) <= now:
                last = later
            return last


def cron(text: str) -> Cron:
    """Raises BadSetting."""
    expression = NAMED.get(text.strip().lower(), " ".join(text.split()))
    try:
        if len(expression) > LONGEST or len(expression.split()) != 5:
            raise ValueError("it has five fields")
        comes = next(CronSim(expression, datetime(2026, 1, 1, tzinfo=UTC)), None)
    except WRONG as error:
        why = str(error).removeprefix("Bad ") or "it cannot be read"
        raise BadSetting(
            "{text!r} is no cron expression ({why}). It is: minute hour day-of-month"
            " month day-of-week, as in '0 9 * * MON-FRI' (nine o'clock on weekdays).",
            text=text[:LONGEST],
            why=why,
        ) from error
    if comes is None:
        raise BadSetting("There is no day on which {text!r} would be due.", text=text[:LONGEST])
    return Cron(expression=expression)


def every(text: str, since: float) -> Every:
    """Raises BadSetting."""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?)([smhdw])", text.strip().lower(), re.ASCII)
    length = float(found[1]) * UNITS[found[2]] if found else 0.0
    if not found:
        raise BadSetting("{text!r} is no interval. Write 30m, 2h, 1d or 1w.", text=text[:LONGEST])
    if not SHORTEST_S <= length <= LONGEST_S:
        raise BadSetting(
            "A goal cannot be pursued every {text}: choose from 1m to 366d.", text=text.strip()
        )
    return Every(every_s=length, since=since)


def at(text: str, zone: str, now: float) -> At:
    """`2026-12-01 09:00`, also with an offset; `09:00` is today, or tomorrow where it is past.
    Raises BadSetting."""
    today = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone))
    try:
        if re.fullmatch(r"\d\d?:\d\d", text.strip(), re.ASCII):
            hour, minute = map(int, text.split(":"))
            # Date and time of day apart: to add a day to a moment would be wrong twice a year.
            moment = today.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
            if moment.timestamp() <= now:
                moment += timedelta(days=1)
        else:
            moment = datetime.fromisoformat(text.strip())
            moment = moment if moment.tzinfo else moment.replace(tzinfo=today.tzinfo)
        seconds = moment.timestamp()
    except (ValueError, OverflowError) as error:
        raise BadSetting(
            "{text!r} is no time. Write 2026-12-01T09:00, or 09:00 for the next time"
            " that the clock says so.",
            text=text[:LONGEST],
        ) from error
    if not now < seconds < now + FARTHEST_S:
        raise BadSetting(
            "{text} is {where}: it is {today:%Y-%m-%d %H:%M} in {zone}.",
            text=text.strip(),
            where=Said("past") if seconds <= now else Said("too far ahead"),
            today=today,
            zone=zone,
        )
    return At(at=seconds)


def zone_named(name: str) -> str:
    """Raises BadSetting."""
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, LookupError) as error:  # LookupError: ZoneInfoNotFoundError
        raise BadSetting(
            "There is no time zone {name!r}. Take a name of the IANA list, as in"
            " Europe/Berlin, or UTC.",
            name=name[:LONGEST],
        ) from error


def told(when: Cron | Every | At, zone: str) -> str:
    """In a few words."""
    match when:
        case Cron(expression=expression):
            return f"{expression} ({zone})"
        case Every(every_s=length):
            unit = next(u for u in "wdhms" if length % UNITS[u] == 0 or u == "s")
            return f"every {length / UNITS[unit]:g}{unit}"
        case At(at=moment):
            return f"at {clock(moment, zone)}"


def clock(moment: float, zone: str) -> str:
    """What the clocks of that zone say."""
    return f"{datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"
