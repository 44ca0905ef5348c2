"""When and where a run began and what the person had said before, as a model is told it: the same
for the whole run, however long it rests. Pure."""

from datetime import date, datetime

from selfstarter.asking.recalled import SAID, wishes_text
from selfstarter.core.state import State


def beside_the_goal(state: State, said: str = SAID) -> str:
    """Stands after the goal in each prompt of a bigger model. `said`: before the person's words."""
    return "\n\n".join(filter(None, (wishes_text(state.wishes, said), begun(state))))


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
