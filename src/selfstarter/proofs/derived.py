"""Which figures follow from others: by a formula, or from two that stand beside them. Pure."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from itertools import combinations
from math import isclose

from selfstarter.proofs.held import (
    AMOUNT,
    DAY,
    GROUPED,
    MONEY_SIGNS,
    SCALE,
    Figure,
    Held,
    Sentence,
    decimal,
    figure_of,
    in_full,
    in_one,
    is_there,
    joined,
    numbers_of,
    pointed,
    scale_of,
    unadorned,
    unshortened,
    value_of,
)
from selfstarter.texts.words import UNPARTED, plain

MONEY = rf"(?:[{MONEY_SIGNS}]|(?:EUR|USD|GBP|CHF)\b)?\ ?"
UNIT = rf"[{UNPARTED}]{{0,4}}(?:(?:\ ?/\ ?|\ )[^\W\d_]+){{0,4}}"
OPEN = r"(?:\(\ ?){0,3}"
CLOSE = r"(?:\)\ ?){0,3}"
TERM = rf"{OPEN}{MONEY}{AMOUNT}(?:\ ?{SCALE}\.?)?(?:\ ?[%{MONEY_SIGNS}])?{UNIT}\ ?{CLOSE}"
TIMES = "×*x·"
OVER = "/÷"
LESS = "-−–"
SIGN = rf"(?:[{LESS}+×*·{OVER}]|(?<![^\W\d_])x(?![^\W\d_]))"
FORMULA = re.compile(rf"{TERM}(?:{SIGN}\ ?{TERM}){{1,24}}")
WHOLE = re.compile(
    rf"\(\ ?(?P<whole>1|100\ ?%)\ ?[+{LESS}]\ ?(?:0[.,]\d{{1,9}}|{AMOUNT}\ ?%){UNIT}\ ?\)"
)
"""`(1 + 25 %)`"""
SAID = rf"(?P<number>{AMOUNT})(?:\ ?(?P<scale>{SCALE})\.?)?(?P<percent>\ ?%)?"
IS = r"[=≈→|]"
REMARK = r"(?:\([^()\n]{0,60}\)\ *)?"
AFTER = re.compile(rf"{REMARK}{IS}\ *[{LESS}]?{MONEY}{SAID}")
BEFORE = re.compile(rf"{SAID}\ ?[{MONEY_SIGNS}]?{UNIT}\ *(?:{IS}|\(\ ?=?)\ *$")
EQUALS = re.compile(
    rf"{REMARK}=\ *[{LESS}]?{MONEY}{SAID}"
    rf"(?!\ ?[{LESS}{TIMES}{OVER}+^:²³]|\d|\ \d|\ ?[^\W\d_]+\ \d)"
)
"""A plain result: not the first term of another formula, nor a part of `2 h 15`."""
MONEY_BEHIND = re.compile(rf"(?:[{MONEY_SIGNS}]|\b(?:EUR|USD|GBP|CHF))\ ?$")
BEHIND = 80
"""Characters within which a result stands before how it is worked out."""
TOKEN = re.compile(rf"(?P<sign>{SIGN})(?=[\ ({MONEY_SIGNS}A-Z]*\d)|{SAID}|(?P<paren>[()])")
CONVERTS = frozenset("7 12 24 30 52 60 100 365 1000".split())  # noqa: SIM905
"""Days of a week, months of a year, …: factors that no source needs to hold."""
LOOSE = re.compile(
    rf"\d[-–]\d|(?<![\d.,])[1-9]\d{{0,2}}\.\d{{3}}(?![\d.,])|[+{LESS}]\ ?{AMOUNT}\ ?%"
)
"""In a formula: a range, a thousand or three decimals, a percentage of what it is added to."""
EARLIER = re.compile(
    rf"(?:[{LESS}{TIMES}{OVER}+^√²³%:!)\]]|\d\ ?[^\W\d_]{{1,4}})[\ ({MONEY_SIGNS}]*$"
)
"""Before what looks like a whole formula: there is more of it, or of its first term."""
MOST_BESIDE = 8
"""Figures of one sentence: with more of them, two explain almost any small number."""
MOST_ELSEWHERE = 30
MOST_BASES = 12
"""Figures of a paragraph of which another may be a share."""
SURE = 3
"""Digits of a figure that is not met by chance."""
Tokens = deque[re.Match[str]]
"""Of a formula, those that are not taken yet."""


def shown(text: str, held: Held) -> Held:
    """What is held, and what `results` adds."""
    return held | results(text, held)


def results(text: str, held: Held) -> Held:
    """Those that stand beside how they are worked out of what is held, and no more."""
    text, found = unadorned(text), Held()
    ways = dict.fromkeys((text, joined(text), pointed(text)))
    for _ in range(2):  # what is worked out at the end may be used at the beginning
        for way in dict.fromkeys((*ways, *(unshortened(way, held, found) for way in ways))):
            found = found | worked_out_in(way, held | found)
    return found


def worked_out_in(text: str, held: Held) -> Held:
    found = Held()
    for formula in FORMULA.finditer(text):
        result = worked_out(formula[0], held | found)
        if result is None:
            continue
        for figure in results_beside(formula, text):
            times = (1, 100) if figure.percent else (1,)
            meant = as_meant(figure, formula[0])
            if any(one.rounds(abs(result) * factor) for one in meant for factor in times):
                found = found | Held(numbers_of(shown_in(formula[0], figure, held)))
    return found


def as_meant(figure: Figure, formula: str) -> Iterator[Figure]:
    """The result as it is written; and in the scale that it has, or that the terms have, where only
    one side names that of both: `48 − 41 = 7 万元`. Nobody writes 412,800 万 so."""
    yield figure
    scales = {scale_of(token) for token in TOKEN.finditer(formula) if token["number"]}
    if figure.scale > 1 and scales == {1} and figure.value < figure.scale**2:
        yield replace(figure, value=figure.value / figure.scale, scale=1)
    for scale in scales if figure.scale == 1 else ():
        yield replace(figure, value=figure.value * scale, scale=scale)


def shown_in(formula: str, result: Figure, held: Held) -> Iterator[str]:
    """What is known once a formula holds: with its result, the factors that no source has."""
    for token in TOKEN.finditer(formula):
        number = token["number"]  # a single digit is a count
        if number and len(number) > 1 and not is_there(number, held, scale_of(token)):
            yield plain(decimal(number))
    yield plain(decimal(result.written))
    yield in_full(result.written, result.scale)


def results_beside(formula: re.Match[str], text: str) -> Iterator[Figure]:
    """`25 × 7 = 175`, `175 (25 × 7)`, `| 175 | 25 × 7 |`."""
    first = formula.start() + len(formula[0]) - len(formula[0].lstrip("( "))
    after = AFTER.match(text, formula.end())
    before = BEFORE.search(MONEY_BEHIND.sub("", text[max(0, first - BEHIND) : first]))
    for found in (after, before):
        if found and (figure := figure_of(found)) is not None:
            yield figure


def worked_out(formula: str, held: Held) -> float | None:
    """None: one of its numbers is from nowhere, or nothing comes of it."""
    return None if unknown_in(formula, held) else computed(formula)


def computed(formula: str) -> float | None:
    tokens = deque(TOKEN.finditer(formula))
    with suppress(ValueError, ZeroDivisionError):
        result = total(tokens)
        return None if any(not token["paren"] for token in tokens) else result
    return None


def miscounted(text: str) -> Iterator[tuple[str, float]]:
    """(formula, what it comes to) where another result stands behind its `=`, wherever its terms
    are from. That may be in another unit: 2 × 500 g = 1 kg."""
    text = GROUPED.sub(in_one, unadorned(text))
    for formula in FORMULA.finditer(text):
        said = EQUALS.match(text, formula.end())
        written = formula[0].strip()
        if not said or LOOSE.search(f"{written} {said['number']}") or DAY.search(written):
            continue
        result, figure = computed(formula[0]), figure_of(said)
        begun = EARLIER.search(text[: formula.start()])
        if begun or result is None or figure is None:
            continue
        other = any(figure.rounds(abs(result) * factor) for factor in in_units(figure))
        if not other and not any(one.rounds(abs(result)) for one in as_meant(figure, formula[0])):
            yield written, result


def in_units(figure: Figure) -> Iterator[float]:
    yield from (1, 100) if figure.percent else (1,)
    for factor in (*map(float, CONVERTS), 1e6, 1e9):
        yield from (factor, 1 / factor)


def unknown_in(formula: str, held: Held) -> list[str]:
    """Those of its numbers that are from nowhere."""
    tokens = [*TOKEN.finditer(formula)]
    wholes = {found.start("whole") for found in WHOLE.finditer(formula)}
    return [
        token["number"]
        for at, token in enumerate(tokens)
        if token["number"]
        and token.start() not in wholes
        and not is_there(token["number"], held, scale_of(token))
        and not is_part(token, any(map(is_factor, tokens[max(0, at - 1) : at + 2])), held)
    ]


def is_part(token: re.Match[str], beside: bool, held: Held) -> bool:
    """Is it a share that is held, 0.25 for 25 %? `beside` another factor it may also be what the
    share leaves or makes of that, or the days of a week."""
    value = value_of(token["number"])
    if value is None:
        return False
    part = value / 100 if token["percent"] else value
    parts = (part, abs(part - 1)) if beside else (part,)
    return (beside and token["number"] in CONVERTS) or any(
        isclose(one, share) for one in parts for share in held.shares
    )


def total(tokens: Tokens) -> float:
    """Takes what it adds up. Raises ValueError: a number is wanting."""
    result = product(tokens)
    while tokens and (sign := tokens[0]["sign"]) and sign not in TIMES + OVER:
        tokens.popleft()
        term = product(tokens)
        result = result - term if sign in LESS else result + term
    return result


def product(tokens: Tokens) -> float:
    result = factor(tokens)
    while tokens and is_factor(tokens[0]):
        over = tokens.popleft()["sign"] in OVER
        value = factor(tokens)
        result = result / value if over else result * value
    return result


def is_factor(token: re.Match[str]) -> bool:
    return bool(token["sign"]) and token["sign"] in TIMES + OVER


def factor(tokens: Tokens) -> float:
    if not tokens:
        raise ValueError("a number is wanting")
    token = tokens.popleft()
    if token["paren"] == "(":
        result = total(tokens)
        if tokens and tokens[0]["paren"] == ")":
            tokens.popleft()
        return result
    figure = figure_of(token) if token["number"] else None
    if figure is None:
        raise ValueError("it is a sign, or a version")
    return figure.value / 100 if figure.percent else figure.value


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
