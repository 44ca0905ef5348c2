"""What was seen: its numbers, days and clock times, to hold a text against. Pure."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import chain

from selfstarter.texts.words import THOUSANDS, UNPARTED, meant_in, plain, rounded

MONEY_SIGNS = "€$£¥￥"
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
    (?<!\d)(?P<y>{YEAR})(?:[-/.]|\ ?年\ ?)(?P<m>\d\d?)(?:[-/.]|\ ?月\ ?)(?P<d>\d\d?)(?!\d)
      (?:\ ?[日号])?                                                   # 2027-01-12, 2027年1月12日
    | (?<![\d.])(?P<a>\d\d?)[./](?P<b>\d\d?)[./](?P<y1>{YEAR})          # 12.01.2027
    | (?<![\d.,])(?P<d2>{OF_MONTH})(?:st|nd|rd|th|\.)?\ (?:of\ )?(?P<m2>{MONTH})
      (?:,?\ (?P<y2>{YEAR}))?
    | \b(?P<m3>{MONTH})\ (?P<d3>{OF_MONTH})(?:st|nd|rd|th)?(?![\d.:%]\d?)(?:,?\ (?P<y3>{YEAR}))?
    | \b(?P<m4>{MONTH})\ (?P<y4>{YEAR})
    | (?<!\d)(?P<y5>{YEAR})\ ?年\ ?(?P<m5>\d\d?)\ ?月
    | (?<!\d)(?P<m6>\d\d?)\ ?月\ ?(?P<d6>\d\d?)\ ?[日号]
    """,
    re.VERBOSE | re.IGNORECASE,
)
CUT_DAY = re.compile(
    rf"(?<![\d./])(?<!\d,)(?P<a>\d\d?)(?P<apart>[./])(?P<b>\d\d?)(?:(?P=apart)(?P<year>\d\d))?"
    rf"(?!\d|[.,/]\d|\ ?(?:[%{MONEY_SIGNS}]|(?:EUR|USD|GBP|CHF)\b))"
)
"""`12.01.`, `1/12`, `12.01.27`; the first may be a number as well."""
EMPHASIS = re.compile(
    r"`|(?<!\d)\*\*|\*\*(?!\d)"
    r"|(?<![\d)%€$£*])(?<![\d)%€$£*]\ )\*(?=[€$£(]?\d)"
    r"|(?<=[\d)%€$£])\*(?!\ ?[€$£(]*\d)"
)
"""Not the sign between two numbers."""
CLOCK = re.compile(
    r"(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9}|,\d{3})?)?(?![\d:])"
)
"""As in 8:30, 18:30:06 and, in logs, 18:30:06.250."""
AMOUNT = r"(?<![\d.])(?<!\d,)\d{1,12}(?:[.,]\d{1,9}){0,4}(?![\d]|[.,]\d)"
SHARE = re.compile(rf"({AMOUNT})(?:\s?%|\ per\ ?cent\b)", re.IGNORECASE)

WIDE = str.maketrans("（）＝＋－％", "()=+-%")
LETTER = rf"[^\W{UNPARTED}]"
"""Or a digit: what a number or its scale is a part of where it stands beside it. Han are not, for
no blank parts them from a number."""
APART = " \xa0\u202f\u2009'\u2019"
"""What stands between thousands, beside a comma and a point; a blank may part two numbers, too."""
BEGINS = rf"(?<!{LETTER})(?<![.:])(?<!\d,)"
GROUPED = re.compile(
    rf"{BEGINS}\d{{1,3}}(?P<apart>[{APART}])\d{{3}}(?:(?P=apart)\d{{3}})*(?:[.,]\d{{1,9}})?"
    r"(?!\d|[.,]\d)"
)
DOTTED = re.compile(
    rf"{BEGINS}[1-9]\d{{0,2}}(?P<apart>\.)\d{{3}}(?:\.\d{{3}})*(?:,\d{{1,9}})?(?!\d|[.,]\d)"
)
"""The same with points, of which a single one may also stand before three decimals."""
COMMA = re.compile(r"(?<![\d.])(?<!\d,)(\d+),(\d{3,9})(?![\d]|[.,]\d)")
"""May part thousands, or three decimals."""
NAMED_SCALES = {
    **dict.fromkeys(("k", "thousand", "tsd", "tausend"), 10**3),
    **dict.fromkeys(("million", "millions", "mn", "mio", "millionen", "millones"), 10**6),
    **dict.fromkeys(("billion", "billions", "bn", "mrd", "milliarde", "milliarden"), 10**9),
    **dict.fromkeys(("milliard", "milliards"), 10**9),
}
HAN_SCALES = {
    **{"万亿": 10**12, "千万": 10**7, "百万": 10**6},
    **{"亿": 10**8, "億": 10**8, "万": 10**4, "萬": 10**4},
}
SCALES = NAMED_SCALES | HAN_SCALES
SCALE = rf"(?i:(?:{'|'.join(NAMED_SCALES)})(?!{LETTER})|{'|'.join(HAN_SCALES)})"
SCALED = re.compile(rf"(?<!{LETTER})(?P<number>{AMOUNT})[ \xa0\u202f]?(?P<scale>{SCALE})")

MOST_JOINED = 500
"""Numbers of a text that are put together with those of others."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """As programs write them. Those of a large text stay by themselves: a line of a document adds a
    few of its own, and is held against a file of many thousands."""

    parts: tuple[frozenset[str], ...] = ()

    def __contains__(self, number: str) -> bool:
        return any(number in part for part in self.parts)

    def __or__(self, other: "Numbers") -> "Numbers":
        parts = dict.fromkeys((*self.parts, *other.parts))
        few = frozenset(chain(*(part for part in parts if len(part) <= MOST_JOINED)))
        return Numbers((*(part for part in parts if len(part) > MOST_JOINED), few))

    def between(self, least: float, most: float) -> Iterator[tuple[float, str]]:
        """With their values."""
        for known in map(in_order, self.parts):
            yield from known[bisect_left(known, (least, "")) : bisect_left(known, (most, ""))]


@lru_cache(maxsize=64)
def in_order(numbers: frozenset[str]) -> list[tuple[float, str]]:
    return sorted((value, one) for one in numbers if (value := value_of(one)) is not None)


@dataclass(frozen=True, slots=True)
class Held:
    """What texts have, however they write it."""

    numbers: Numbers = Numbers()
    days: frozenset[Day] = frozenset()
    clocks: frozenset[str] = frozenset()
    shares: frozenset[float] = frozenset()
    """Percentages below 100, as parts of one."""
    shortened: Numbers = Numbers()
    """`2.4` where it stands before a scale; the whole is among the numbers."""

    def __or__(self, other: "Held") -> "Held":
        return Held(
            self.numbers | other.numbers,
            self.days | other.days,
            self.clocks | other.clocks,
            self.shares | other.shares,
            self.shortened | other.shortened,
        )


@dataclass(frozen=True, slots=True)
class Figure:
    written: str
    value: float
    percent: bool
    scale: int = 1
    """Of what is written: 10,000 in `2.4万`."""

    @property
    def digits(self) -> int:
        return len(re.sub(r"\D", "", self.written).lstrip("0"))

    @property
    def whole(self) -> bool:
        return self.value == int(self.value)

    def rounds(self, result: float) -> bool:
        """Is it that result, rounded as it is written?"""
        places = len(decimal(self.written).partition(".")[2])
        near = 0.5 * 10**-places * self.scale
        return abs(result - self.value) <= near + 1e-9 * abs(result)


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


def is_there(number: str, held: Held, scale: int = 1) -> bool:
    """Read in any way that it may be meant. With a scale, it is not there for standing before
    another one."""
    if scale > 1 and in_full(number, scale) in held.numbers:
        return True
    known = (held.numbers,) if scale > 1 else (held.numbers, held.shortened)
    return any(is_among(number, numbers) for numbers in known)


def is_among(number: str, numbers: Numbers) -> bool:
    if number in numbers:
        return True
    if value_of(number) is None and all(plain(part) in numbers for part in number.split(",")):
        return True  # several: `5.90,5,20`
    reads = {decimal(number), pointed(number)}
    return any(plain(read) in numbers or is_rounded(read, numbers) for read in reads)


def is_rounded(number: str, numbers: Numbers) -> bool:
    """From one with more decimals."""
    value, places = value_of(number), len(number.partition(".")[2])
    if value is None:
        return False
    near = numbers.between(value - 10**-places, value + 10**-places)
    return plain(number) in rounded((known for _, known in near), number)


def decimal(number: str) -> str:
    """`1,200.50` and `1.200,50` as a program writes them: a comma with one or two digits behind it,
    or a lone zero before it, and nothing else, parts the fraction."""
    if THOUSANDS.fullmatch(number):
        return number.replace(",", "")
    head, comma, fraction = number.rpartition(",")
    if comma and (len(fraction) < 3 or head == "0") and "," not in head:
        return f"{head.replace('.', '')}.{fraction}"
    return number


def pointed(text: str) -> str:
    """With each comma before three digits or more read as that of a fraction: `16,846`."""
    return COMMA.sub(r"\1.\2", text)


def value_of(number: str) -> float | None:
    """None: it is a version, or several."""
    try:
        return float(decimal(number))
    except ValueError:
        return None


def figure_of(found: re.Match[str]) -> Figure | None:
    """Of its groups `number`, `scale` and `percent`. None: it is a version, or several."""
    written, scale = found["number"], scale_of(found)
    value = value_of(written)
    return None if value is None else Figure(written, value * scale, bool(found["percent"]), scale)


def scale_of(found: re.Match[str]) -> int:
    return SCALES[found["scale"].lower()] if found["scale"] else 1


def in_full(number: str, scale: int) -> str:
    """`24000` of `2.4` and 10,000; empty: it is a version, or several."""
    with suppress(InvalidOperation):
        return plain(f"{Decimal(decimal(number)) * scale:f}")
    return ""


def clock_of(written: str) -> str:
    return written.removeprefix("0").replace(",", ".")


def clocks_in(text: str) -> Iterator[str]:
    """The second itself, too, of which a fraction is told."""
    for found in CLOCK.finditer(text):
        clock = clock_of(found[0])
        yield clock
        yield clock.partition(".")[0]


def days_of(found: re.Match[str]) -> Iterator[Day]:
    """The days that it may mean: 12/01/2027 is two; with points the day comes first."""
    if found["a"]:
        first, second, year = int(found["a"]), int(found["b"]), int(found["y1"])
        yield year, second, first
        if "/" in found[0]:
            yield year, first, second
        return
    month, year, day = (
        next((found[name] for name in names.split() if found[name]), "")
        for names in ("m m2 m3 m4 m5 m6", "y y2 y3 y4 y5", "d d2 d3 d6")
    )
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


def is_cut_day(found: re.Match[str], held: Held) -> bool:
    """Of `CUT_DAY`: is it one that is held? With a point the day comes first."""
    one, other, year = (int(found[name] or 0) for name in ("a", "b", "year"))
    meant = [(other, one), (one, other)] if found["apart"] == "/" else [(other, one)]
    return any(
        (month, day) in meant and (not year or known % 100 == year)
        for known, month, day in held.days
    )


def unadorned(text: str) -> str:
    """Without emphasis, and with brackets and signs as ASCII has them."""
    return EMPHASIS.sub("", text).translate(WIDE)


def joined(text: str) -> str:
    """`753 094.00` as one number, and so `12.500`."""
    return DOTTED.sub(in_one, GROUPED.sub(in_one, text))


def in_one(grouped: re.Match[str]) -> str:
    return grouped[0].replace(grouped["apart"], "")


def unshortened(text: str, *held: Held) -> str:
    """Each `147k` as the number that is held and rounds to it."""
    return SCALED.sub(lambda scaled: meant_by(scaled, *held) or scaled[0], text)


def meant_by(scaled: re.Match[str], *held: Held) -> str:
    """The nearest; empty: there is none."""
    value, scale = value_of(scaled["number"]), scale_of(scaled)
    if not value:
        return ""
    said, far = Figure(scaled["number"], value, False), 1.0 * scale
    near = {
        abs(known / scale - value): number
        for one in held
        for known, number in one.numbers.between(value * scale - far, value * scale + far)
        if said.rounds(known / scale)
    }
    return near[min(near)] if near else ""


def held_in(*texts: str) -> Held:
    text = " ".join(texts)
    scaled = [*SCALED.finditer(text)]
    text, whole = SCALED.sub(" ", text), text
    grouped = (in_one(found) for found in GROUPED.finditer(text) if found["apart"] != " ")
    full = (in_full(found["number"], scale_of(found)) for found in scaled)
    return Held(
        numbers_of((*meant_in(text), *map(plain, map(decimal, grouped)), *filter(None, full))),
        frozenset(day for found in DAY.finditer(whole) for day in days_of(found)),
        frozenset(clocks_in(whole)),
        frozenset(shares_in(whole)),
        numbers_of(chain(*(meant_in(found["number"]) for found in scaled))),
    )


def numbers_of(found: Iterable[str]) -> Numbers:
    return Numbers((frozenset(found),))


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
    return Held(numbers_of(str(year) for year, _, _ in days), frozenset(days))
