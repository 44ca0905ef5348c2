"""What was seen: its numbers, days and clock times, to hold a text against. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from selfstarter.texts.words import THOUSANDS, numbers_in, plain, rounded

Day = tuple[int, int, int]
"""(year, month, day); 0: it is not said."""
MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "mär": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7,
    "aug": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12,
}  # fmt: skip
MONTH = (
    r"(?:jan(?:uary?)?|feb(?:ruary?)?|mar(?:ch)?|märz?|apr(?:il)?|ma[iy]|jun[ei]?|jul[iy]?"
    r"|aug(?:ust)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)\b\.?"
)
OF_MONTH = r"(?:3[01]|[12]\d|0?[1-9])(?!\d)"
YEAR = r"(?:19|20)\d\d(?!\d)"
DAY = re.compile(
    rf"""
    (?<!\d)(?P<y>{YEAR})[-/.年](?P<m>\d\d?)[-/.月](?P<d>\d\d?)(?!\d)日?  # 2027-01-12
    | (?<![\d.])(?P<a>\d\d?)[./](?P<b>\d\d?)[./](?P<y1>{YEAR})          # 12.01.2027
    | (?<![\d.,])(?P<d2>{OF_MONTH})(?:st|nd|rd|th|\.)?\ (?:of\ )?(?P<m2>{MONTH})
      (?:,?\ (?P<y2>{YEAR}))?
    | \b(?P<m3>{MONTH})\ (?P<d3>{OF_MONTH})(?:st|nd|rd|th)?(?![\d.:%]\d?)(?:,?\ (?P<y3>{YEAR}))?
    | \b(?P<m4>{MONTH})\ (?P<y4>{YEAR})
    """,
    re.VERBOSE | re.IGNORECASE,
)
EMPHASIS = re.compile(
    r"`|(?<!\d)\*\*|\*\*(?!\d)"
    r"|(?<![\d)%€$£*])(?<![\d)%€$£*]\ )\*(?=[€$£(]?\d)"
    r"|(?<=[\d)%€$£])\*(?!\ ?[€$£(]*\d)"
)
"""Not the sign between two numbers."""
CLOCK = re.compile(r"(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?![\d:])")
AMOUNT = r"(?<![\d.,])\d{1,12}(?:[.,]\d{1,9}){0,4}(?![\d]|[.,]\d)"
SHARE = re.compile(rf"({AMOUNT})(?:\s?%|\ per\ ?cent\b)", re.IGNORECASE)

APART = " \xa0\u202f\u2009'\u2019"
"""What stands between thousands, beside a comma and a point; a blank may part two numbers, too."""
GROUPED = re.compile(
    rf"(?<![\w.,:])\d{{1,3}}(?P<apart>[{APART}])\d{{3}}(?:(?P=apart)\d{{3}})*(?:[.,]\d{{1,9}})?"
    r"(?!\d|[.,]\d)"
)
SCALES = {"k": 1e3, "thousand": 1e3, "million": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9}
SCALED = re.compile(
    rf"(?<!\w)(?P<number>{AMOUNT})[ \xa0\u202f]?(?P<scale>{'|'.join(SCALES)})\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Held:
    """What texts have, however they write it."""

    numbers: frozenset[str] = frozenset()
    days: frozenset[Day] = frozenset()
    clocks: frozenset[str] = frozenset()
    shares: frozenset[float] = frozenset()
    """Percentages below 100, as parts of one."""

    def __or__(self, other: "Held") -> "Held":
        return Held(
            self.numbers | other.numbers,
            self.days | other.days,
            self.clocks | other.clocks,
            self.shares | other.shares,
        )


@dataclass(frozen=True, slots=True)
class Figure:
    written: str
    value: float
    percent: bool

    @property
    def digits(self) -> int:
        return len(re.sub(r"\D", "", self.written).lstrip("0"))

    @property
    def whole(self) -> bool:
        return self.value == int(self.value)

    def rounds(self, result: float) -> bool:
        """Is it that result, rounded as it is written?"""
        places = len(decimal(self.written).partition(".")[2])
        return abs(result - self.value) <= 0.5 * 10**-places + 1e-9 * abs(result)


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    figures: tuple[Figure, ...]
    paragraph: frozenset[Figure]
    """Those of its neighbours too."""

    def next_to(self, figure: Figure) -> list[Figure]:
        """The one before it; of the first, the one behind it."""
        at = self.figures.index(figure)
        return list(self.figures[at - 1 : at] if at else self.figures[1:2])


def is_there(number: str, held: Held) -> bool:
    parts = {plain(part) for part in number.split(",")}
    value = plain(decimal(number))
    there = parts <= held.numbers or value in held.numbers
    return there or value in rounded(held.numbers, decimal(number))


def decimal(number: str) -> str:
    """`1,200.50` and `1.200,50` as a program writes them: a comma with one or two digits behind it,
    and nothing else, parts the fraction."""
    if THOUSANDS.fullmatch(number):
        return number.replace(",", "")
    head, comma, fraction = number.rpartition(",")
    if comma and len(fraction) < 3 and "," not in head:
        return f"{head.replace('.', '')}.{fraction}"
    return number


def value_of(number: str) -> float | None:
    """None: it is a version, or several."""
    try:
        return float(decimal(number))
    except ValueError:
        return None


def clock_of(written: str) -> str:
    return written.removeprefix("0")


def days_of(found: re.Match[str]) -> Iterator[Day]:
    """The days that it may mean: 12/01/2027 is two."""
    if found["a"]:
        first, second, year = int(found["a"]), int(found["b"]), int(found["y1"])
        yield year, second, first
        yield year, first, second
        return
    month = found["m"] or found["m2"] or found["m3"] or found["m4"]
    year = found["y"] or found["y2"] or found["y3"] or found["y4"]
    day = found["d"] or found["d2"] or found["d3"]
    named = int(month) if month.isdecimal() else MONTHS[month[:3].lower()]
    yield int(year or 0), named, int(day or 0)


def is_day(written: str, held: Held) -> bool:
    found = DAY.fullmatch(written)
    return found is not None and any(
        month == said[1]
        and said[2] in (0, day)
        and (said[0] in (0, year) or (not year and str(said[0]) in held.numbers))
        for said in days_of(found)
        for year, month, day in held.days
    )


def joined(text: str) -> str:
    """`753 094.00` as one number."""
    return GROUPED.sub(in_one, text)


def in_one(grouped: re.Match[str]) -> str:
    return grouped[0].replace(grouped["apart"], "")


def unshortened(text: str, held: Held) -> str:
    """Each `147k` as the number that is held and rounds to it."""
    return SCALED.sub(lambda scaled: meant_by(scaled, held) or scaled[0], text)


def meant_by(scaled: re.Match[str], held: Held) -> str:
    """The nearest; empty: there is none."""
    value, scale = value_of(scaled["number"]), SCALES[scaled["scale"].lower()]
    said = Figure(scaled["number"], value or 0.0, False)
    near = {
        abs(known / scale - said.value): number
        for number in held.numbers
        if value and (known := value_of(number)) is not None and said.rounds(known / scale)
    }
    return near[min(near)] if near else ""


def held_in(*texts: str) -> Held:
    text = " ".join(texts)
    grouped = (in_one(found) for found in GROUPED.finditer(text) if found["apart"] != " ")
    return Held(
        frozenset((*numbers_in(text), *map(plain, map(decimal, grouped)))),
        frozenset(day for found in DAY.finditer(text) for day in days_of(found)),
        frozenset(clock_of(found[0]) for found in CLOCK.finditer(text)),
        frozenset(shares_in(text)),
    )


def shares_in(text: str) -> Iterator[float]:
    for percentage in SHARE.findall(text):
        if 0 < (value := value_of(percentage) or 0) < 100:
            yield value / 100


def dates_between(first: float, last: float) -> Held:
    """Those on which it was, somewhere on earth, between two times in seconds since 1970."""
    day = datetime.fromtimestamp(first, UTC) - timedelta(hours=12)
    days: set[Day] = set()
    while day <= datetime.fromtimestamp(last, UTC) + timedelta(hours=14):
        days.add((day.year, day.month, day.day))
        day += timedelta(hours=12)
    return Held(frozenset(str(year) for year, _, _ in days), frozenset(days))
