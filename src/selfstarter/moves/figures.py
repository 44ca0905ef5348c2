"""Where are the figures of a text from? Each is held as it stands, or as a day in another form, or
follows from others that stand beside it; else it is a stray. Pure.

Any number is the difference of some two in a long text. So one that is not worked out where it
stands (`25 × 7 = 175`) must follow from two in its own sentence, or from one there and another
elsewhere where three digits make a chance unlikely.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations, count, takewhile

from selfstarter.moves.words import NUMBER, THOUSANDS, numbers_in, plain, rounded

SHOW = "print what you work out, or write how (25 × 7 = 175)"
"""What to do with a stray."""
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
CLOCK = re.compile(r"(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?![\d:])")
NAMED = (
    r"\b(?:HTTP(?:\ status|\ code|\ error)*\ [1-5]\d\d|Python\ [23]\.\d+(?:\.\d+)?|top\ \d\d?)\b"
)
"""Numbers that are names, or how many a writer chose; nothing has so much of anything."""
SAID = re.compile(
    rf"(?P<named>{NAMED})|(?P<day>{DAY.pattern})|(?P<clock>{CLOCK.pattern})"
    rf"|(?P<number>{NUMBER.pattern})(?P<percent>\ ?%|\ per\ ?cent\b)?",
    re.VERBOSE | re.IGNORECASE,
)
SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n")
MARK = re.compile(
    r"^[ \t]*(?:#+ +(?P<heading>\d+)[\d.)]*"
    r"|(?:\| *|[-*] +)?(?P<line>\d+)(?:\.\d+)*(?:[.)]| *\|))(?= )",
    re.MULTILINE,
)
"""Of a heading, of a line of a list, of a row of a table."""

AMOUNT = r"(?<![\d.,])\d{1,12}(?:[.,]\d{1,9}){0,4}(?![\d]|[.,]\d)"
MONEY = r"[€$£]?\ ?"
UNIT = r"(?:(?:\ ?/\ ?|\ )[^\W\d_]+){0,4}"
TERM = rf"{MONEY}{AMOUNT}(?:\ ?[%€$£])?{UNIT}\ ?"
TIMES = "×*x·"
OVER = "/÷"
LESS = "-−–"
SIGN = rf"[{LESS}+{TIMES}{OVER}]"
FORMULA = re.compile(
    rf"(?P<left>{TERM}(?:{SIGN}\ ?{TERM}){{1,12}})[=≈]\ ?{MONEY}(?={AMOUNT})",
    re.VERBOSE,
)
STEP = re.compile(rf"(?P<sign>{SIGN})?\ ?{MONEY}(?P<number>{AMOUNT})(?P<percent>\ ?%)?", re.VERBOSE)
CONVERTS = frozenset("7 12 24 30 52 60 100 365 1000".split())  # noqa: SIM905
"""Days of a week, months of a year, …: factors that no source needs to hold."""

MOST_BESIDE = 8
"""Figures of one sentence: with more of them, two explain almost any small number."""
MOST_ELSEWHERE = 30
MOST_NAMED = 8
"""Strays of one text."""
SURE = 3
"""Digits of a figure that is not met by chance."""


@dataclass(frozen=True, slots=True)
class Held:
    """What texts have, however they write it."""

    numbers: frozenset[str] = frozenset()
    days: frozenset[Day] = frozenset()
    clocks: frozenset[str] = frozenset()

    def __or__(self, other: "Held") -> "Held":
        return Held(
            self.numbers | other.numbers, self.days | other.days, self.clocks | other.clocks
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


def held_in(*texts: str) -> Held:
    text = " ".join(texts)
    return Held(
        frozenset(numbers_in(text)),
        frozenset(day for found in DAY.finditer(text) for day in days_of(found)),
        frozenset(clock_of(found[0]) for found in CLOCK.finditer(text)),
    )


def dates_between(first: float, last: float) -> Held:
    """Those on which it was, somewhere on earth, between two times in seconds since 1970."""
    day = datetime.fromtimestamp(first, UTC) - timedelta(hours=12)
    days: set[Day] = set()
    while day <= datetime.fromtimestamp(last, UTC) + timedelta(hours=14):
        days.add((day.year, day.month, day.day))
        day += timedelta(hours=12)
    return Held(frozenset(str(year) for year, _, _ in days), frozenset(days))


def strays(text: str, held: Held) -> list[str]:
    """Figures that are from nowhere, as they are written, each once; single digits are counts."""
    text = unmarked(text)
    held = held | shown(text, held)
    known: dict[str, bool] = {}
    sentences = SENTENCE.split(text)
    said = [list(figures_in(one, held, known)) for one in sentences]
    elsewhere = {figure for one in said for figure in one if is_there(figure.written, held)}
    for sentence, figures in zip(sentences, said, strict=True):
        beside = [figure for figure in figures if figure in elsewhere]
        times = [minutes(found[0]) for found in CLOCK.finditer(sentence) if known.get(found[0])]
        for figure in figures:
            if not known[figure.written]:
                fine = followed(figure, beside, elsewhere) or lies_between(figure, times)
                known[figure.written] = fine
    return [written for written, fine in known.items() if not fine]


def listed(found: Sequence[str], one: str, more: str) -> str:
    """`57 is`, `57, 12 are`: the beginning of a sentence on strays, with its verb."""
    rest = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return f"{', '.join(found[:MOST_NAMED])}{rest} {more if len(found) > 1 else one}"


def unmarked(text: str) -> str:
    """Without the numbers that count lines. One of two digits or more counts if those before it do,
    or every text might begin with any number."""
    marks = {found["heading"] or found["line"] for found in MARK.finditer(text)}
    counted = {"0", *takewhile(marks.__contains__, map(str, count(1)))}

    def blank(found: re.Match[str]) -> str:
        return " " if (found["heading"] or found["line"]) in counted else found[0]

    return MARK.sub(blank, text)


def figures_in(sentence: str, held: Held, known: dict[str, bool]) -> Iterator[Figure]:
    """Its numbers. `known` hears of each whether it is held, of days and times too, which follow
    from nothing."""
    for found in SAID.finditer(sentence):
        written = found["number"] or found[0]
        if found["named"]:
            continue
        fine = is_held(written, held) if found["number"] else is_moment(found, held)
        known[written] = known.get(written, False) or fine
        if found["number"] and (value := value_of(written)) is not None:
            yield Figure(written, value, bool(found["percent"]))


def is_moment(found: re.Match[str], held: Held) -> bool:
    """A day or a time, or all its numbers."""
    there = clock_of(found[0]) in held.clocks if found["clock"] else is_day(found[0], held)
    return there or all(is_held(number, held) for number in NUMBER.findall(found[0]))


def is_held(number: str, held: Held) -> bool:
    return len(plain(number)) < 2 or is_there(number, held)


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


# ── what follows from others ─────────────────────────────────────────────────────────────────


def shown(text: str, held: Held) -> Held:
    """The results that stand behind how they are worked out of what is held."""
    for formula in FORMULA.finditer(text):
        right = NUMBER.match(text, formula.end())
        value = value_of(right[0]) if right else None
        result = worked_out(formula["left"], held)
        if right and value is not None and result is not None:
            figure = Figure(right[0], value, percent=False)
            if figure.rounds(result):
                factors = CONVERTS & numbers_in(formula["left"])
                held = held | Held(factors | {plain(decimal(right[0]))})
    return held


def worked_out(left: str, held: Held) -> float | None:
    """None: one of its numbers is from nowhere, or nothing comes of it."""
    terms: list[float] = []
    steps = [(step["number"], step["sign"] or "+", step["percent"]) for step in STEP.finditer(left)]
    after = [sign for _, sign, _ in steps[1:]] + ["+"]
    for (number, sign, percent), following in zip(steps, after, strict=True):
        value, factor = value_of(number), sign in TIMES + OVER
        converts = (factor or following in TIMES + OVER) and number in CONVERTS
        if value is None or not (converts or is_there(number, held)):
            return None
        value = value / 100 if percent else value
        if not factor:
            terms.append(-value if terms and sign in LESS else value)
        elif sign in TIMES:
            terms[-1] *= value
        elif not value:
            return None
        else:
            terms[-1] /= value
    return sum(terms)


def followed(figure: Figure, beside: Sequence[Figure], elsewhere: Iterable[Figure]) -> bool:
    """Does it follow from two figures that are held?"""
    if len(beside) <= MOST_BESIDE and any(
        follows(figure, *pair) for pair in combinations(beside, 2)
    ):
        return True
    far = {one for one in elsewhere if figure.digits >= SURE or one.digits >= SURE}
    if len(far) > MOST_ELSEWHERE or (figure.percent and figure.whole):
        return False
    near = [one for one in beside if figure.digits >= SURE or one.digits >= SURE]
    return any(follows(figure, one, other) for one in near for other in far if one != other)


def follows(figure: Figure, one: Figure, other: Figure) -> bool:
    """Is it their sum, difference, product, ratio or percentage?"""
    more, less = max(one.value, other.value), min(one.value, other.value)
    if one.percent != other.percent:
        share, whole = (one, other) if one.percent else (other, one)
        part = share.value * whole.value / 100
        return any(map(figure.rounds, (part, whole.value + part, whole.value - part)))
    if figure.percent and not one.percent:
        pairs = ((less, more), (more, less), (more - less, more), (more - less, less))
        return any(whole and figure.rounds(100 * part / whole) for part, whole in pairs)
    if any(map(figure.rounds, (more + less, more - less))):
        return True
    exact = not figure.whole or figure.digits >= SURE
    results = [more * less, *([more / less] if less else [])]
    return any(figure.rounds(one) and (exact or one == figure.value) for one in results)


def minutes(clock: str) -> int:
    hour, minute, *_ = clock.split(":")
    return int(hour) * 60 + int(minute)


def lies_between(figure: Figure, times: Sequence[int]) -> bool:
    """Is it how long it is from one time of the day to another: 85 minutes, 1 h 25, 1.4 hours?"""
    spans = [abs(one - other) for one, other in combinations(times, 2)]
    return any(figure.value in (span, span % 60) or figure.rounds(span / 60) for span in spans)
