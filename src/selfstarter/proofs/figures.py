"""Where are the figures of a text from? Each is held as it stands, or as a day in another form, or
follows from others that stand beside it; else it is a stray. Pure.

Any number is the difference of some two in a long text. So one that is not worked out where it
stands (`25 × 7 = 175`) must follow from two in its own sentence, or from one there and another
elsewhere where three digits make a chance unlikely.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from itertools import chain, count, takewhile

from selfstarter.proofs.derived import (
    FORMULA,
    followed,
    is_share,
    lies_between,
    minutes,
    results,
    results_beside,
    shown,
    unknown_in,
    worked_out,
)
from selfstarter.proofs.held import (
    CLOCK,
    CUT_DAY,
    DAY,
    DOTTED,
    GROUPED,
    SCALE,
    Figure,
    Held,
    Sentence,
    clock_of,
    figure_of,
    in_one,
    is_cut_day,
    is_day,
    is_there,
    joined,
    scale_of,
    unadorned,
    unshortened,
)
from selfstarter.texts.words import NUMBER, plain

SHOW = "print what you work out, or write how (25 × 7 = 175)"
"""What to do with a stray."""
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
    rf"|(?P<number>{NUMBER.pattern})(?:\ ?(?P<scale>{SCALE}))?(?P<percent>\ ?%|\ per\ ?cent\b)?",
    re.VERBOSE | re.IGNORECASE,
)
SENTENCE = re.compile(r"(?<=[.!?;])\s+|(?<=[。！？；])|\n")
PARAGRAPH = re.compile(r"\n\s*\n")
MARK = re.compile(
    r"^[ \t]*(?:#+ +(?P<heading>\d+)[\d.)]*"
    r"|(?:\| *|[-*] +)?(?P<line>\d+)(?:\.\d+)*(?:[.)]| *\|))(?= )",
    re.MULTILINE,
)
"""Of a heading, of a line of a list, of a row of a table."""
MOST_NAMED = 12
"""Strays of one text."""
QUOTED = 80
"""Characters of a formula."""


def strays(text: str, held: Held, around: str = "") -> list[str]:
    """Figures that are from nowhere, as they are written, each once; single digits are counts.
    `around`: the paragraph that the text is a line of. Digits in groups are one number where that
    is from somewhere, else several: `12 100 g bags`; of `12.500`, else three decimals."""
    text, around = unadorned(unmarked(text)), joined(around)
    found = results(text, held)
    text, held = unshortened(text, held, found), held | found
    unsaid = unexplained(joined(text), held, around)

    def settled(grouped: re.Match[str]) -> str:
        return grouped[0] if in_one(grouped) in unsaid else in_one(grouped)

    parted = GROUPED.sub(settled, text)
    ways = dict.fromkeys((DOTTED.sub(settled, parted), parted)) if unsaid else ()
    left = min([unexplained(way, held, around) for way in ways] or [unsaid], key=len)
    groups = [found[0] for apart in (GROUPED, DOTTED) for found in apart.finditer(text)]
    whole = {part: group for group in groups for part in NUMBER.findall(group)}
    return list(dict.fromkeys(whole.get(written, written) for written in left))


def unexplained(text: str, held: Held, around: str) -> list[str]:
    held = held | shown(text, held)
    known: dict[str, bool] = {}
    sentences = list(sentences_of(text, held, known))
    figures = {figure for one in sentences for figure in one.figures}
    elsewhere = {figure for figure in figures if is_there(figure.written, held, figure.scale)}
    said = figures_in(unadorned(around), held, {})
    outside = {one for one in said if is_there(one.written, held, one.scale)}
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


def faults(found: Collection[str], text: str, held: Held) -> Iterator[str]:
    """Of the formulas that stand beside those strays: why they explain nothing."""
    text, found = joined(unadorned(unmarked(text))), {*map(joined, found)}
    held = shown(text, held)
    for formula in FORMULA.finditer(text):
        written, beside = formula[0].strip(), results_beside(formula, text)
        if DAY.search(written) or not any(result.written in found for result in beside):
            continue
        if unknown := list(dict.fromkeys(unknown_in(written, held))):
            yield f"in {written[:QUOTED]}, {listed(unknown, 'is', 'are')} not known"
        elif (result := worked_out(written, held)) is not None:
            yield f"{written[:QUOTED]} comes to {result:,.10g}"


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
    sentence = CUT_DAY.sub(partial(left_out, held), sentence)
    if OF_THE_WEB.search(sentence):
        sentence = STATUS.sub(" ", sentence)
    for found in SAID.finditer(sentence):
        written = found["number"] or found[0]
        if found["named"]:
            continue
        scale = scale_of(found)
        fine = is_held(written, held, scale) if found["number"] else is_moment(found, held)
        known[written] = known.get(written, False) or fine
        if found["number"] and (figure := figure_of(found)) is not None:
            yield figure


def left_out(held: Held, day: re.Match[str]) -> str:
    """Nothing for a day that is held, unless it may be a number that others follow from."""
    is_number = day["apart"] == "." and is_there(day[0], held)
    return " " if is_cut_day(day, held) and not is_number else day[0]


def is_moment(found: re.Match[str], held: Held) -> bool:
    """A day or a time, or all its numbers."""
    there = clock_of(found[0]) in held.clocks if found["clock"] else is_day(found[0], held)
    return there or all(is_held(number, held) for number in NUMBER.findall(found[0]))


def is_held(number: str, held: Held, scale: int = 1) -> bool:
    return len(plain(number)) < 2 or is_there(number, held, scale)
