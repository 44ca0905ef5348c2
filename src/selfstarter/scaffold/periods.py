"""Months and years that a goal speaks of, as lines over the dates of a table. Pure.

A small model compares a month with the whole date, or takes the month of every year.
"""

import calendar
import re
from collections.abc import Iterator, Sequence

from selfstarter.scaffold.tidy import variable
from selfstarter.texts.columns import Column, day_of
from selfstarter.texts.sheets import Sheet

MONTHS = tuple(calendar.month_name[n].lower() for n in range(1, 13))
NAMED = re.compile(
    rf"\b(?:in|of|for|during)\s+(?:(?P<month>{'|'.join(MONTHS)})\b(?:,?\s+)?)?"
    r"(?P<year>(?:19|20)\d\d\b)?",
    re.IGNORECASE,
)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
RANGE = re.compile(r"\b(?:since|until|till|between|before|after|from)\b", re.IGNORECASE)
PER = re.compile(
    r"\b(?:per|each|every|by|which|what)\s+(month|quarter|year|weekday|hour)\b", re.IGNORECASE
)
PARTS = {
    "month": ".dt.strftime('%Y-%m')",
    "quarter": ".dt.to_period('Q').astype(str)",
    "year": ".dt.year",
    "weekday": ".dt.day_name()",
    "hour": ".dt.hour",
}
CLOCK = re.compile(r"[0-2]\d:[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?")
CLOCK_AFTER_DAY = re.compile(rf"\d{{4}}-\d\d-\d\d[T ]{CLOCK.pattern}\S*")


def of_period(sheets: Sequence[Sheet], goal: str) -> Iterator[str]:
    """Lines that leave the rows of the one month or year that the goal names."""
    year, month = period_named(goal)
    for sheet, column in dated(sheets) if year or month else ():
        days = [day for cell in column.full if (day := day_of(cell, column.day_first))]
        years, months = {day.year for day in days}, {day.month for day in days}
        if month and not year and len(years) > 1:
            continue  # of which year?
        wanted = [f"(when.dt.year == {year})"] if year in years and len(years) > 1 else []
        wanted += [f"(when.dt.month == {month})"] if month in months and len(months) > 1 else []
        if wanted:
            name = variable(sheet)
            yield ""
            yield f"when = pd.to_datetime({name}[{column.name!r}])"
            yield f"{name} = {name}[{' & '.join(wanted)}]"


def parts(sheets: Sequence[Sheet], goal: str) -> Iterator[str]:
    """A column for the months, quarters, years, weekdays or hours that the goal counts by."""
    for sheet, part, made in counted_by(sheets, goal):
        yield ""
        yield f"{variable(sheet)}[{part!r}] = {made}"


def counted_by(sheets: Sequence[Sheet], goal: str) -> Iterator[tuple[Sheet, str, str]]:
    """(table, `month`, how it is made) of what the goal counts by and no column holds."""
    for part in dict.fromkeys(found[1].lower() for found in PER.finditer(goal)):
        for sheet, column in clocked(sheets) if part == "hour" else dated(sheets):
            if part in {one.name.lower() for one in sheet.columns}:
                continue
            at = f"{variable(sheet)}[{column.name!r}]"
            if part == "hour" and all(map(CLOCK.fullmatch, column.full)):
                yield sheet, part, f"{at}.str[:2].astype(int)"
            else:
                yield sheet, part, f"pd.to_datetime({at}){PARTS[part]}"


def clocked(sheets: Sequence[Sheet]) -> Iterator[tuple[Sheet, Column]]:
    """Those with one column that tells the time of the day."""
    for sheet in sheets:
        times = [
            column
            for column in sheet.usable
            if column.full
            and (
                all(map(CLOCK.fullmatch, column.full))
                or all(map(CLOCK_AFTER_DAY.fullmatch, column.full))
            )
        ]
        if len(times) == 1:
            yield sheet, times[0]


def period_named(goal: str) -> tuple[int, int]:
    """(year, month), 0 where it names none; (0, 0) where it names several, or from when to when."""
    named = {
        (int(found["year"] or 0), MONTHS.index(found["month"].lower()) + 1 if found["month"] else 0)
        for found in NAMED.finditer(goal)
        if found["year"] or found["month"]
    }
    said = {month for month in MONTHS if re.search(rf"\b{month}\b", goal, re.IGNORECASE)} - {"may"}
    if len(named) != 1 or len(said) > 1 or len(set(YEAR.findall(goal))) > 1 or RANGE.search(goal):
        return 0, 0
    return named.pop()


def dated(sheets: Sequence[Sheet]) -> Iterator[tuple[Sheet, Column]]:
    """Those with one column of dates."""
    for sheet in sheets:
        dates = [column for column in sheet.usable if column.kind == "date"]
        if len(dates) == 1:
            yield sheet, dates[0]
