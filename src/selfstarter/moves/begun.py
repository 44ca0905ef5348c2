"""The day on which a run began, as a model is told it, and may say it again. Pure."""

import re
from datetime import date, datetime
from functools import lru_cache

from selfstarter.core.state import State


def day_line(state: State) -> str:
    """A line that stays the same for the whole run, however long it rests. The day is that of this
    machine, as `date` says it in the sandbox."""
    day = day_of(state)
    return f"Date: {day:%A}, {day.day} {day:%B} {day.year} ({day}), when this run began."


def day_of(state: State) -> date:
    return datetime.fromtimestamp(state.began_at).date()


def without_day(text: str, state: State) -> str:
    """Of what a model says: the numbers of this day are from nowhere else."""
    return written(day_of(state)).sub(" ", text)


@lru_cache(8)
def written(day: date) -> re.Pattern[str]:
    month = rf"{day:%b}[a-z]*\.?"
    number = rf"0?{day.day}(?:st|nd|rd|th)?"
    year = rf"(?:,?\s+{day.year})?"
    return re.compile(
        rf"(?<![\d-]){day}(?![\d-])"
        rf"|\b{number}\.?\s+(?:of\s+)?{month}{year}\b|\b{month}\s+{number}{year}\b"
        rf"|\b0?{day.day}\.0?{day.month}\.{day.year}\b"
        rf"|\b0?{day.month}/0?{day.day}/{day.year}\b|\b0?{day.day}/0?{day.month}/{day.year}\b",
        re.IGNORECASE,
    )
