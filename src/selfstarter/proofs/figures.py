"""Where are the figures of a text from? Each is held as it stands, or as a day in another form, or
follows from others that stand beside it; else it is a stray. Pure.

Any number is the difference of some two in a long text. So one that is not worked out where it
stands (`25 × 7 = 175`) must follow from two in its own sentence, or from one there and another
elsewhere where three digits make a chance unlikely.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, count, takewhile

from selfstarter.texts.words import NUMBER, THOUSANDS, numbers_in, plain, rounded

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
    r"\b(?:HTTP(?:\ status|\ code|\ error)*\ [1-5]\d\d|Python\ [23]\.\d+(?:\.\d+)?|top\ \d\d?"
    r"|(?:ISO(?:/IEC)?|RFC)[\ -]\d{3,5}|port\ (?:22|25|53|80|443)"
    r"|(?:sha|utf|md|base|crc|aes|rsa|ed|u?int|float|ipv|latin|ascii|cp|arm|amd|x|h|mp|py)"
    r"-?\d{1,5})\b(?!\.\d)"
)
"""Numbers that are names, or how many a writer chose; nothing has so much of anything. Not all that
is glued to letters: of the invoice INV1042, one wants to know where it stands."""
STATUS = re.compile(
    r"\b(?:(?:answer|return|get|give|send|throw|report)(?:s|ed|ing)?|got|gave|sent|with|status|code)"
    r" (?:an? |the )?(?:40[0134589]|41[0358]|42[269]|431|50[0-5])\b(?!,?\d|\.\d| ?[%€$£:×*/+=])"
    r"(?! (?!errors?\b|as\b|is\b|was\b|status)\w+s\b)",
    re.IGNORECASE,
)
OF_THE_WEB = re.compile(
    r"\b(?:https?|nginx|apache|caddy|curl|proxy|gateway|endpoint|webhook|API|URL|web server)\b",
    re.IGNORECASE,
)
"""Beside it, a status that is got is one of HTTP."""
SAID = re.compile(
    rf"(?P<named>{NAMED})|(?P<day>{DAY.pattern})|(?P<clock>{CLOCK.pattern})"
    rf"|(?P<number>{NUMBER.pattern})(?P<percent>\ ?%|\ per\ ?cent\b)?",
    re.VERBOSE | re.IGNORECASE,
)
SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n")
PARAGRAPH = re.compile(r"\n\s*\n")
MARK = re.compile(
    r"^[ \t]*(?:#+ +(?P<heading>\d+)[\d.)]*"
    r"|(?:\| *|[-*] +)?(?P<line>\d+)(?:\.\d+)*(?:[.)]| *\|))(?= )",
    re.MULTILINE,
)
"""Of a heading, of a line of a list, of a row of a table."""

EMPHASIS = re.compile(
    r"`|(?<!\d)\*\*|\*\*(?!\d)"
    r"|(?<![\d)%€$£*])(?<![\d)%€$£*]\ )\*(?=[€$£(]?\d)"
    r"|(?<=[\d)%€$£])\*(?!\ ?[€$£(]*\d)"
)
"""Not the sign between two numbers."""
AMOUNT = r"(?<![\d.,])\d{1,12}(?:[.,]\d{1,9}){0,4}(?![\d]|[.,]\d)"
MONEY = r"(?:[€$£]|(?:EUR|USD|GBP|CHF)\b)?\ ?"
UNIT = r"(?:(?:\ ?/\ ?|\ )[^\W\d_]+){0,4}"
OPEN = r"(?:\(\ ?){0,3}"
CLOSE = r"(?:\)\ ?){0,3}"
TERM = rf"{OPEN}{MONEY}{AMOUNT}(?:\ ?[%€$£])?{UNIT}\ ?{CLOSE}"
TIMES = "×*x·"
OVER = "/÷"
LESS = "-−–"
SIGN = rf"(?:[{LESS}+×*·{OVER}]|(?<![^\W\d_])x(?![^\W\d_]))"
FORMULA = re.compile(rf"{TERM}(?:{SIGN}\ ?{TERM}){{1,24}}")
IS = r"[=≈→|]"
AFTER = re.compile(rf"{IS}\ *[{LESS}]?{MONEY}(?P<number>{AMOUNT})(?P<percent>\ ?%)?")
BEFORE = re.compile(
    rf"(?P<number>{AMOUNT})(?P<percent>\ ?%)?\ ?[€$£]?{UNIT}\ *(?:{IS}|\(\ ?=?)\ *$"
)
MONEY_BEHIND = re.compile(r"(?:[€$£]|\b(?:EUR|USD|GBP|CHF))\ ?$")
BEHIND = 80
"""Characters within which a result stands before how it is worked out."""
TOKEN = re.compile(
    rf"(?P<sign>{SIGN})(?=[\ (€$£A-Z]*\d)|(?P<number>{AMOUNT})(?P<percent>\ ?%)?|(?P<paren>[()])"
)
CONVERTS = frozenset("7 12 24 30 52 60 100 365 1000".split())  # noqa: SIM905
"""Days of a week, months of a year, …: factors that no source needs to hold."""

MOST_BESIDE = 8
"""Figures of one sentence: with more of them, two explain almost any small number."""
MOST_ELSEWHERE = 30
MOST_BASES = 12
"""Figures of a paragraph of which another may be a share."""
MOST_NAMED = 12
"""Strays of one text."""
SURE = 3
"""Digits of a figure that is not met by chance."""

Tokens = deque[re.Match[str]]
"""Of a formula, those that are not taken yet."""


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


def strays(text: str, held: Held, around: str = "") -> list[str]:
    """Figures that are from nowhere, as they are written, each once; single digits are counts.
    `around`: the paragraph that the text is a line of."""
    text = EMPHASIS.sub("", unmarked(text))
    held = held | shown(text, held)
    known: dict[str, bool] = {}
    sentences = list(sentences_of(text, held, known))
    figures = {figure for one in sentences for figure in one.figures}
    elsewhere = {figure for figure in figures if is_there(figure.written, held)}
    said = figures_in(EMPHASIS.sub("", around), held, {})
    outside = {one for one in said if is_there(one.written, held)}
    sound = elsewhere
    for _ in range(2):  # from what follows, another may
        for one in sentences:
            beside = [figure for figure in one.figures if figure in sound]
            times = [minutes(found[0]) for found in CLOCK.finditer(one.text) if known.get(found[0])]
            for figure in dict.fromkeys(one.figures):
                if not known[figure.written]:
                    known[figure.written] = (
                        followed(figure, beside, elsewhere)
                        or lies_between(figure, times)
                        or is_share(figure, one, sound, outside)
                    )
        sound = elsewhere | {one for one in figures if known[one.written] and one.digits > 1}
    return [written for written, fine in known.items() if not fine]


def sentences_of(text: str, held: Held, known: dict[str, bool]) -> Iterator[Sentence]:
    for paragraph in PARAGRAPH.split(text):
        parts = SENTENCE.split(paragraph)
        said = [tuple(figures_in(part, held, known)) for part in parts]
        near = frozenset(chain(*said))
        for part, figures in zip(parts, said, strict=True):
            yield Sentence(part, figures, near)


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
    if OF_THE_WEB.search(sentence):
        sentence = STATUS.sub(" ", sentence)
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
    """What is held, and what `results` adds."""
    return held | results(text, held)


def results(text: str, held: Held) -> Held:
    """Those that stand beside how they are worked out of what is held, and no more."""
    text, found = EMPHASIS.sub("", text), Held()
    for _ in range(2):  # what is worked out at the end may be used at the beginning
        for formula in FORMULA.finditer(text):
            result = worked_out(formula[0], held | found)
            if result is not None:
                for figure in results_beside(formula, text):
                    if figure.rounds(abs(result) * (100 if figure.percent else 1)) or (
                        figure.percent and figure.rounds(abs(result))
                    ):
                        factors = CONVERTS & numbers_in(formula[0])
                        found = found | Held(factors | {plain(decimal(figure.written))})
    return found


def results_beside(formula: re.Match[str], text: str) -> Iterator[Figure]:
    """`25 × 7 = 175`, `175 (25 × 7)`, `| 175 | 25 × 7 |`."""
    first = formula.start() + len(formula[0]) - len(formula[0].lstrip("( "))
    after = AFTER.match(text, formula.end())
    before = BEFORE.search(MONEY_BEHIND.sub("", text[max(0, first - BEHIND) : first]))
    for found in (after, before):
        if found and (value := value_of(found["number"])) is not None:
            yield Figure(found["number"], value, bool(found["percent"]))


def worked_out(formula: str, held: Held) -> float | None:
    """None: one of its numbers is from nowhere, or nothing comes of it."""
    tokens = deque(TOKEN.finditer(formula))
    with suppress(ValueError, ZeroDivisionError):
        result = total(tokens, held)
        return None if any(not token["paren"] for token in tokens) else result
    return None


def total(tokens: Tokens, held: Held) -> float:
    """Takes what it adds up. Raises ValueError: a number is from nowhere, or one is wanting."""
    result = product(tokens, held)
    while tokens and (sign := tokens[0]["sign"]) and sign not in TIMES + OVER:
        tokens.popleft()
        term = product(tokens, held)
        result = result - term if sign in LESS else result + term
    return result


def product(tokens: Tokens, held: Held) -> float:
    """Of one factor or more; beside another, a factor may be the days of a week."""
    result = factor(tokens, held, alone=not (len(tokens) > 1 and is_factor(tokens[1])))
    while tokens and is_factor(tokens[0]):
        over = tokens.popleft()["sign"] in OVER
        value = factor(tokens, held, alone=False)
        result = result / value if over else result * value
    return result


def is_factor(token: re.Match[str]) -> bool:
    return bool(token["sign"]) and token["sign"] in TIMES + OVER


def factor(tokens: Tokens, held: Held, *, alone: bool) -> float:
    if not tokens:
        raise ValueError("a number is wanting")
    token = tokens.popleft()
    if token["paren"] == "(":
        result = total(tokens, held)
        if tokens and tokens[0]["paren"] == ")":
            tokens.popleft()
        return result
    number = token["number"]
    known = number and ((not alone and number in CONVERTS) or is_there(number, held))
    value = value_of(number) if known else None
    if value is None:
        raise ValueError("a number is from nowhere")
    return value / 100 if token["percent"] else value


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


def is_share(figure: Figure, said: Sentence, sound: Set[Figure], outside: Set[Figure]) -> bool:
    """Is it how much the figure next to it is of another of the paragraph, or differs from it? `It
    saves €55 (4.5 %)`; whole percentages are met by chance."""
    if not figure.percent or figure.whole or len(said.paragraph) > MOST_ELSEWHERE:
        return False
    wholes = {one for one in outside | (said.paragraph & sound) if one.value and not one.percent}
    parts = [one.value for one in said.next_to(figure) if one in sound and not one.percent]
    return len(wholes) <= MOST_BASES and any(
        figure.rounds(100 * part / whole.value)
        for one in parts
        for whole in wholes
        for part in (one, abs(whole.value - one))
    )


def minutes(clock: str) -> int:
    hour, minute, *_ = clock.split(":")
    return int(hour) * 60 + int(minute)


def lies_between(figure: Figure, times: Sequence[int]) -> bool:
    """Is it how long it is from one time of the day to another: 85 minutes, 1 h 25, 1.4 hours?"""
    spans = [abs(one - other) for one, other in combinations(times, 2)]
    return any(figure.value in (span, span % 60) or figure.rounds(span / 60) for span in spans)
