"""When a schedule is due: pure, so each clock is an argument."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfstarter.core.errors import BadSetting
from selfstarter.schedules.schedule import GRACE_S, Due, Missed, Schedule, Wanted, due
from selfstarter.schedules.when import (
    NEVER,
    At,
    Cron,
    Every,
    at,
    cron,
    every,
    last_before,
    next_after,
    told,
    zone_named,
)

BERLIN, HOUR, DAY = "Europe/Berlin", 3_600.0, 86_400.0
ZONES = (BERLIN, "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Gaza")
EXPRESSIONS = (
    "30 2 * * *", "0,30 1-3 * * *", "*/20 * * * *", "15 */2 * * *", "0 9 * * MON-FRI",
    "59 23 31 * *", "0 0 29 2 *", "5 2 * * SUN#1", "0 2,3 L * *",
)  # fmt: skip


def moment(text: str, zone: str = BERLIN) -> float:
    """`+`: the second of the two times at which clocks say so."""
    naive = datetime.fromisoformat(text.rstrip("+"))
    return naive.replace(tzinfo=ZoneInfo(zone), fold=text.endswith("+")).timestamp()


def schedule(
    when: Cron | Every | At, next_due: float, missed: Missed = "once", zone: str = BERLIN
) -> Schedule:
    wanted = Wanted(goal="g", workspace="/w", when=when, zone=zone, missed=missed)
    return Schedule("s", wanted, next_due)


def firings(one: Schedule, clock: list[float], busy: bool = False) -> list[float]:
    """For which moments runs begin, where somebody looks at these times."""
    fired: list[float] = []
    for now in clock:
        if found := due(one, now, busy):
            fired += [found.fires] if found.fires else []
            one = Schedule(one.id, one.wanted, found.then)
    return fired


# ── clock changes ────────────────────────────────────────────────────────────────────────────


def test_a_time_of_day_that_the_clocks_leave_out_comes_right_after_the_gap() -> None:
    when = cron("30 2 * * *")
    before = moment("2026-03-28T12:00")
    gap = next_after(when, BERLIN, before)
    assert gap == moment("2026-03-29T03:00")
    assert next_after(when, BERLIN, gap) == moment("2026-03-30T02:30")


def test_two_times_of_day_in_one_gap_are_one_moment() -> None:
    when = cron("10,40 2 * * *")
    gap = next_after(when, BERLIN, moment("2026-03-29T01:00"))
    assert gap == moment("2026-03-29T03:00")
    assert next_after(when, BERLIN, gap) == moment("2026-03-30T02:10")


def test_a_time_of_day_that_comes_twice_is_due_once() -> None:
    when = cron("30 2 * * *")
    first = next_after(when, BERLIN, moment("2026-10-24T12:00"))
    assert first == moment("2026-10-25T02:30")
    tomorrow = moment("2026-10-26T02:30")
    for now in (first, first + 60, moment("2026-10-25T02:10+"), moment("2026-10-25T02:30+")):
        assert next_after(when, BERLIN, now) == tomorrow
        assert last_before(when, BERLIN, first, now) == first


def test_what_is_due_every_so_many_minutes_goes_on_in_real_time_when_the_clocks_change() -> None:
    when, now = cron("*/30 * * * *"), moment("2026-10-25T01:00")
    for _ in range(8):
        later = next_after(when, BERLIN, now)
        assert later - now == 1_800
        now = later


def test_an_interval_knows_no_clock_change() -> None:
    when = every("1d", moment("2026-03-28T09:00"))
    assert next_after(when, BERLIN, moment("2026-03-28T10:00")) == moment("2026-03-29T10:00")


@settings(max_examples=40)
@given(
    st.sampled_from(EXPRESSIONS),
    st.sampled_from(ZONES),
    st.integers(int(moment("2025-01-01T00:00")), int(moment("2028-01-01T00:00"))),
    st.integers(0, 20 * 86_400),
)
def test_the_last_moment_is_that_before_which_forward_steps_pass_all_others(
    expression: str, zone: str, start: int, later: int
) -> None:
    when = Cron(expression=expression)
    known = next_after(when, zone, start)
    now = max(known, start + later)
    last = last_before(when, zone, known, now)
    steps = [known]
    while (step := next_after(when, zone, steps[-1])) <= now:
        steps.append(step)
    assert last == steps[-1]
    assert all(one < other for one, other in pairwise(steps)), "time goes on"


# ── what was missed ──────────────────────────────────────────────────────────────────────────


def test_after_two_days_of_sleep_one_run_makes_up_for_all_or_none_does() -> None:
    nine = moment("2026-06-01T09:00")
    woken = nine + 2 * DAY + HOUR
    clock = [nine - 60, woken, woken + 1, nine + 3 * DAY - 1, nine + 3 * DAY]
    once = schedule(cron("0 9 * * *"), nine)
    assert firings(once, clock) == [nine + 2 * DAY, nine + 3 * DAY]
    skips = schedule(cron("0 9 * * *"), nine, "skip")
    assert firings(skips, clock) == [nine + 3 * DAY]


def test_a_machine_that_is_merely_slow_is_in_time() -> None:
    nine = moment("2026-06-01T09:00")
    skips = schedule(cron("0 9 * * *"), nine, "skip")
    assert due(skips, nine - 1) is None
    assert due(skips, nine + GRACE_S) == Due(nine, nine + DAY)
    assert due(skips, nine + GRACE_S + 1) == Due(0.0, nine + DAY)


def test_what_falls_due_while_the_last_run_is_at_work_is_missed_in_the_same_way() -> None:
    nine = moment("2026-06-01T09:00")
    minutely = schedule(every("1m", nine - 60), nine)
    assert firings(minutely, [nine, nine + 600], busy=True) == []
    assert firings(minutely, [nine + 600, nine + 601]) == [nine + 600]
    daily = schedule(cron("0 9 * * *"), nine, "skip")
    assert due(daily, nine + 60, busy=True) is None, "it may end in time"
    assert due(daily, nine + 600, busy=True) == Due(0.0, nine + DAY)


def test_what_rests_or_is_claimed_is_not_due() -> None:
    ready = schedule(every("1m", 0), 60)
    assert due(ready, 100)
    assert due(Schedule("s", ready.wanted, 60, paused=True), 100) is None
    assert due(Schedule("s", ready.wanted, 60, begun=False), 100) is None


def test_one_moment_comes_once() -> None:
    once = schedule(At(at=1_000.0), 1_000.0)
    assert due(once, 5_000.0) == Due(1_000.0, NEVER)
    assert firings(once, [999.0, 1_000.0, 1_001.0, 9_999.0]) == [1_000.0]


@settings(max_examples=40)
@given(
    st.sampled_from(EXPRESSIONS[:5]),
    st.sampled_from(ZONES),
    st.lists(st.integers(-4 * 86_400, 4 * 86_400), max_size=25),
    st.sampled_from(["once", "skip"]),
)
def test_no_clock_however_it_jumps_fires_for_one_moment_twice(
    expression: str, zone: str, jumps: list[int], missed: Missed
) -> None:
    now = moment("2026-10-24T12:00", zone)
    when = Cron(expression=expression)
    clock = [now := now + jump for jump in jumps]
    one = schedule(when, next_after(when, zone, moment("2026-10-24T12:00", zone)), missed, zone)
    fired = firings(one, clock)
    assert all(one < other for one, other in pairwise(fired))
    assert max(fired, default=0) <= max(clock, default=0), "and never before it is time"


# ── as a person writes it ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    ["", "x", "* * * *", "* * * * * *", "61 * * * *", "* * 31 2 *", "*/0 * * * *", "0 0 1 1 8",
     "L/2 * * * *", "* * * * 1L/2,3", "9" * 200, "0 0 ² * *", "@never", "- - - - -"],
)  # fmt: skip
def test_what_is_no_cron_expression_is_told_in_one_sentence(text: str) -> None:
    with pytest.raises(BadSetting, match="cron expression"):
        cron(text)


@given(st.text(alphabet="0123456789*/,-#LW@ ²monFRI", max_size=30))
def test_any_text_is_a_cron_expression_or_a_sentence(text: str) -> None:
    try:
        found = cron(text)
    except BadSetting:
        return
    assert next_after(found, "UTC", 1.8e9) > 1.8e9


def test_cron_has_its_nicknames() -> None:
    assert next_after(cron("@daily"), "UTC", 100.0) == DAY


@pytest.mark.parametrize("text", ["", "2", "h", "-2h", "0m", "30s", "400d", "1e5m", "nanh", "２h"])
def test_what_is_no_interval_is_told(text: str) -> None:
    with pytest.raises(BadSetting, match="Write 30m|choose from"):
        every(text, 0.0)


@pytest.mark.parametrize(
    ("text", "comes"),
    [("09:30", "2026-03-28T09:30"), ("08:59", "2026-03-29T08:59"), ("9:00", "2026-03-29T09:00"),
     ("02:30", "2026-03-29T03:30"), ("2026-12-24 18:00", "2026-12-24T18:00")],
)  # fmt: skip
def test_a_time_is_of_the_zone_and_a_time_of_day_is_the_next_one(text: str, comes: str) -> None:
    assert at(text, BERLIN, moment("2026-03-28T09:00")).at == moment(comes)


def test_a_time_may_name_its_offset() -> None:
    wanted = datetime(2026, 12, 24, 18, tzinfo=UTC)
    assert at("2026-12-24T18:00Z", BERLIN, moment("2026-03-28T09:00")).at == wanted.timestamp()


@pytest.mark.parametrize("text", ["", "soon", "25:00", "2026-13-01", "1999-01-01", "0001-01-01"])
def test_what_is_no_time_or_past_is_told(text: str) -> None:
    with pytest.raises(BadSetting, match="is no time|is past"):
        at(text, BERLIN, moment("2026-03-28T09:00"))


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "a\0b"])
def test_what_is_no_zone_is_told(name: str) -> None:
    with pytest.raises(BadSetting, match="time zone"):
        zone_named(name)


def test_a_schedule_says_when_it_is_due() -> None:
    assert told(cron("0 9 * * *"), BERLIN) == "0 9 * * * (Europe/Berlin)"
    assert told(every("90m", 0), BERLIN) == "every 90m"
    assert told(every("48h", 0), BERLIN) == "every 2d"
    assert told(At(at=moment("2026-06-01T09:00")), BERLIN) == "at 2026-06-01 09:00 CEST"
    assert timedelta(seconds=next_after(every("1w", 0), "UTC", 1)) == timedelta(days=7)
