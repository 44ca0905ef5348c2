"""The day on which a run began, as a model is told it. Pure."""

from datetime import date, datetime

from selfstarter.core.state import State


def day_line(state: State) -> str:
    """A line that stays the same for the whole run, however long it rests. The day is that of this
    machine, as `date` says it in the sandbox."""
    day = day_of(state)
    return f"Date: {day:%A}, {day.day} {day:%B} {day.year} ({day}), when this run began."


def day_of(state: State) -> date:
    return datetime.fromtimestamp(state.began_at).date()
