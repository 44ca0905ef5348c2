"""What a column of a table holds: its kind, how it is written, and what does not fit. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["number", "date", "text"]
MOSTLY = 0.7
"""Share of the cells with something in them that make a column one of numbers, or of dates."""
CODED = re.compile(r"0\d+")
"""A number that is a name: 0123 is not 123."""
MEASURE = re.compile(
    r"(?P<sign>[-+]?)(?P<before>\D{0,4}?)(?P<body>[-+]?\d[\d.,' ]*(?<! )|\.\d+)"
    r"(?P<after>\s?\D{0,4})"
)
WITH_POINT = re.compile(r"[-+]?(\d{1,3}([,' ]\d{3})+|\d*)(\.\d+)?")
WITH_COMMA = re.compile(r"[-+]?(\d{1,3}([.' ]\d{3})+|\d*)(,\d+)?")
GROUPED = re.compile(r"[-+]?\d{1,3}([,' ]\d{3})+(\.\d+)?")
MONEY = frozenset("€ $ £ ¥ EUR USD GBP CHF SEK NOK DKK PLN CZK JPY".split())  # noqa: SIM905
"""Beside a number it is certain what they mean; so is a unit below, where all have the same."""
UNITS = frozenset(
    "% kg g mg t lb oz km m cm mm mi ft l ml h hrs min s ms d GB MB kB KB TB W kW kWh V °C °F"  # noqa: SIM905
    " km/h m/s ha m² m³ pcs".split()
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
TIME = r"([T ]\d{1,2}:\d\d(:\d\d(\.\d+)?)?)?"
ISO = re.compile(rf"(?P<y>\d{{4}})[-/](?P<m>\d{{1,2}})[-/](?P<d>\d{{1,2}}){TIME}")
DOTTED = re.compile(rf"(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.(?P<y>\d{{4}}){TIME}")
SLASHED = re.compile(rf"(?P<a>\d{{1,2}})[/-](?P<b>\d{{1,2}})[/-](?P<y>\d{{4}}){TIME}")
NAMED = re.compile(
    rf"(?:(?P<d>\d{{1,2}})\.? (?P<m>[A-Za-z]{{3,9}})|(?P<n>[A-Za-z]{{3,9}}) (?P<e>\d{{1,2}}),?)"
    rf" (?P<y>\d{{4}}){TIME}"
)


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    cells: tuple[str, ...]
    """Without the blanks around them."""
    ragged: bool = False
    """Are there blanks around some?"""
    kind: Kind = "text"
    odd: tuple[str, ...] = ()
    """Values, each once, that are not of the kind: never one with a digit in it."""
    unit: str = ""
    """What stands beside the numbers: €, kg, %."""
    comma: bool = False
    """Are decimals written with a comma?"""
    grouped: bool = False
    """Are thousands marked: 1,200?"""
    forms: int = 0
    """Ways in which the dates are written."""
    iso: bool = False
    """Are all of them written 2024-03-01?"""
    day_first: bool = False
    doubt: str = ""
    """Why a column that looks like numbers or dates is taken for text."""

    @property
    def full(self) -> list[str]:
        return [cell for cell in self.cells if cell]

    @property
    def blank(self) -> int:
        return len(self.cells) - len(self.full)

    @property
    def coded(self) -> bool:
        return any(map(CODED.fullmatch, self.cells))

    def count(self, values: Sequence[str]) -> int:
        return sum(cell in values for cell in self.cells)


def column_of(name: str, raw: Sequence[str]) -> Column:
    cells = tuple(cell.strip() for cell in raw)
    ragged = any(cell != bare for cell, bare in zip(raw, cells, strict=True))
    values = list(dict.fromkeys(cell for cell in cells if cell))
    return (
        of_dates(name, cells, ragged, values)
        or of_numbers(name, cells, ragged, values)
        or Column(name, cells, ragged)
    )


def of_numbers(
    name: str, cells: tuple[str, ...], ragged: bool, values: Sequence[str]
) -> Column | None:
    found = {value: m for value in values if (m := measured(value))}
    odd = tuple(value for value in values if value not in found)
    if not mostly(cells, odd) or any(map(CODED.fullmatch, values)):
        return None

    def doubt(why: str) -> Column:
        return Column(name, cells, ragged, doubt=why)

    if mixed := next((value for value in odd if re.search(r"\d", value)), ""):
        return doubt(f"numbers, but also {mixed!r}")
    body_of = {value: m["body"].strip() for value, m in found.items()}
    bodies = list(body_of.values())
    comma, point = any(map(proves_comma, bodies)), any(map(proves_point, bodies))
    if comma and point:
        return doubt("numbers with decimal points and with decimal commas")
    form = WITH_COMMA if comma else WITH_POINT
    strange = [value for value, body in body_of.items() if not form.fullmatch(body)]
    if not mostly(cells, (*odd, *strange)):
        return None  # telephone numbers, versions
    if strange:
        return doubt(f"numbers, but also {strange[0]!r}")
    units = {f"{m['before']}{m['after']}".strip() for m in found.values()}
    if len(units - {""}) > 1 or (len(units) > 1 and not units - {""} <= MONEY):
        named = ", ".join(repr(unit) for unit in sorted(units))
        return doubt(f"numbers with different units: {named}")
    return Column(
        name,
        cells,
        ragged,
        "number",
        odd,
        unit=next(iter(units - {""}), ""),
        comma=comma,
        grouped=not comma and any(map(GROUPED.fullmatch, bodies)),
    )


def measured(value: str) -> re.Match[str] | None:
    """A number, alone or with one known unit or currency beside it."""
    found = MEASURE.fullmatch(value)
    if not found:
        return None
    before, after = found["before"].strip(), found["after"].strip()
    known = (not before or before in MONEY) and (not after or after in MONEY | UNITS)
    signs = found["sign"] and found["body"][0] in "+-"
    return found if known and not (before and after) and not signs else None


def mostly(cells: Sequence[str], odd: Sequence[str]) -> bool:
    full = [cell for cell in cells if cell]
    return bool(full) and sum(cell not in odd for cell in full) >= MOSTLY * len(full)


def proves_comma(body: str) -> bool:
    """1.240,50 and 18,9 do; 1,240 does not."""
    return bool(WITH_COMMA.fullmatch(body)) and not WITH_POINT.fullmatch(body)


def proves_point(body: str) -> bool:
    return bool(WITH_POINT.fullmatch(body)) and not WITH_COMMA.fullmatch(body)


def of_dates(
    name: str, cells: tuple[str, ...], ragged: bool, values: Sequence[str]
) -> Column | None:
    slashed = [m for value in values if (m := SLASHED.fullmatch(value))]
    day_first, month_first = (any(int(m[part]) > 12 for m in slashed) for part in "ab")
    good = {value: n for value in values if (n := form_of(value, day_first))}
    odd = tuple(value for value in values if value not in good)
    if not mostly(cells, odd):
        return None
    forms = set(good.values())

    def doubt(why: str) -> Column:
        return Column(name, cells, ragged, doubt=why)

    if mixed := next((value for value in odd if re.search(r"\d", value)), ""):
        return doubt(f"dates, but also {mixed!r}")
    if slashed and day_first == month_first:
        return doubt(f"dates like {slashed[0][0]!r}: day or month first is not clear")
    if month_first and 2 in forms:
        return doubt(f"dates, some with the month first like {slashed[0][0]!r}")
    return Column(
        name,
        cells,
        ragged,
        "date",
        odd,
        forms=len(forms),
        iso=forms == {1},
        day_first=day_first or 2 in forms,
    )


def form_of(value: str, day_first: bool) -> int:
    """1: ISO, 2: with dots, 3: with slashes, 4: with the month's name; 0: no date that exists."""
    return next((form for form, day in read_as(value, day_first) if day), 0)


def day_of(value: str, day_first: bool) -> date | None:
    """None: no date that exists."""
    return next((day for _, day in read_as(value, day_first)), None)


def read_as(value: str, day_first: bool) -> Iterator[tuple[int, date | None]]:
    """(form, day) for the first form that it has."""
    if m := ISO.fullmatch(value):
        yield 1, existing(m["y"], m["m"], m["d"])
    elif m := DOTTED.fullmatch(value):
        yield 2, existing(m["y"], m["m"], m["d"])
    elif m := SLASHED.fullmatch(value):
        month, day = (m["b"], m["a"]) if day_first else (m["a"], m["b"])
        yield 3, existing(m["y"], month, day)
    elif m := NAMED.fullmatch(value):
        month = (m["m"] or m["n"]).lower()[:3]
        number = MONTHS.index(month) + 1 if month in MONTHS else 0
        yield 4, existing(m["y"], str(number), m["d"] or m["e"])


def existing(year: str, month: str, day: str) -> date | None:
    """None: there is no such day, or pandas cannot hold it."""
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if 1678 <= found.year <= 2261 else None
