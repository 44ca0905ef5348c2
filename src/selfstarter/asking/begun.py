"""When and where a run began, as a model is told it: the same for the whole run, however long it
rests. Pure."""

from datetime import date, datetime

from selfstarter.core.state import State


def begun(state: State) -> str:
    """The day, and what programs find."""
    inside = state.scouted.inside if state.scouted else ""
    return "\n".join(filter(None, (day_line(state), inside)))


def day_line(state: State) -> str:
    """The day is that of this machine, as `date` says it in the sandbox."""
    day = day_of(state)
    return f"Date: {day:%A}, {day.day} {day:%B} {day.year} ({day}), when this run began."


def day_of(state: State) -> date:
    return datetime.fromtimestamp(state.began_at).date()
