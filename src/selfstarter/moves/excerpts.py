"""Of texts that are longer together than there is room for, what tells about a work. Pure.

A passage is worth the more, the rarer in its text is what it shares with the work: words that the
work quotes first, then figures, then words of the lines that name the text.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence, Set
from math import sqrt

from selfstarter.texts.words import (
    NUMBER,
    THOUSANDS,
    numbers_in,
    plain,
    says_something,
    words_of,
)

LEAST_READ = 400
"""Characters of one text."""
LONGEST = 800
"""Characters of a passage."""
PASSAGE = re.compile(
    r"(?:[ \t>*+#-]{0,9}\d{1,3}[.)]\s+)?"  # an ordinal ends no sentence
    rf"(?:[^\n]{{1,{LONGEST}}}?(?:(?<=[.!?])\s+|\n+|\Z)"
    rf"|[^\n]{{1,{LONGEST}}}(?<=[\s,;])|[^\n]{{1,{LONGEST}}})"
)
"""A line, or a sentence of one."""
ORDINAL = re.compile(r"^[ \t>*+#-]{0,9}\d{1,3}[.)](?=[\s*])", re.MULTILINE)
YEAR = re.compile(r"(?:19|20)\d\d")
"""Stands in most texts, whatever they are about."""
QUOTED = re.compile(
    r"`([^`\n]{4,})`|\"([^\"\n]{4,})\"|[“„]([^“”\n]{4,})[”“]|«([^»\n]{4,})»|^> *(\S.{3,})$",
    re.MULTILINE,
)
LEFT_OUT = re.compile(r"…|\.{3}")
BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
QUOTE, FIGURE, TERM, WORD = 100.0, 10.0, 3.0, 1.0
"""What a passage is worth that alone has one of the work."""
RARE, SHARE = 3, 20
"""Passages that a rare word is in at most: so many, or one of so many."""
PARTS, GAP = "[parts of {n:,} characters; … stands for what is left out]\n", "… "


def fitting_first(
    first: Container[str],
    texts: Mapping[str, str],
    room: int,
    work: str = "",
    naming: Mapping[str, Sequence[str]] = {},
) -> Mapping[str, str]:
    """The first whole, each that there is room for, and the others in what they leave; in the order
    that they came in."""
    whole = dict[str, str]()
    for name, text in texts.items():
        if name in first and text.strip() and len(name) + len(text) <= room:
            whole[name] = text
            room -= len(name) + len(text)
    rest = {name: text for name, text in texts.items() if name not in whole}
    fits = {**whole, **fitting(rest, room, work, naming)}
    return {name: fits[name] for name in texts if name in fits}


def fitting(
    texts: Mapping[str, str], room: int, work: str = "", naming: Mapping[str, Sequence[str]] = {}
) -> Mapping[str, str]:
    """Whole where they are small, else cut to a share of what the small ones leave: the larger, the
    more often the work names the text. `naming`: the line of each such place."""
    first = [name for name, text in texts.items() if text.strip()][: max(0, room) // LEAST_READ]
    due = {name: sqrt(1 + len(naming.get(name, ()))) for name in first}
    left, fits = sum(due.values()), dict[str, str]()
    for name in sorted(first, key=lambda name: len(texts[name]) / due[name]):
        share = max(0, int(room * due[name] / left) - len(name))
        fits[name] = what_tells(texts[name], share, work, naming.get(name, ()))
        room -= len(name) + len(fits[name])
        left -= due[name]
    return {name: fits[name] for name in first}


def what_tells(text: str, most: int, work: str = "", lines: Sequence[str] = ()) -> str:
    """In the order of the text, and as much of its beginning as there is room for besides. `lines`:
    those of the work that name it."""
    if len(text) <= most:
        return text
    spans = [found.span() for found in PASSAGE.finditer(text)]
    told = PARTS.format(n=len(text))
    kept = chosen(worths(text, spans, work, lines), spans, most - len(told) - len(GAP))
    shown = "".join(
        ("" if n == 0 or n - 1 in kept else GAP) + text[start:end]
        for n, (start, end) in enumerate(spans)
        if n in kept
    )
    end = "" if len(spans) - 1 in kept else GAP
    return f"{told}{shown}{end}" if kept else f"{told}{text}"[:most]


def chosen(worths: Sequence[float], spans: Sequence[tuple[int, int]], room: int) -> Set[int]:
    """The first passage, which is a title or a head, those that are worth most, then the others
    from the first on."""
    kept = set[int]()
    best = sorted((n for n, worth in enumerate(worths) if worth), key=lambda n: -worths[n])
    for n in [0, *best]:
        if (cost := cost_of(n, spans, kept)) <= room:
            kept.add(n)
            room -= cost
    for n in range(len(spans)):
        room -= cost_of(n, spans, kept)
        if room < 0:
            break
        kept.add(n)
    return kept


def cost_of(n: int, spans: Sequence[tuple[int, int]], kept: Set[int]) -> int:
    if n in kept:
        return 0
    start, end = spans[n]
    return end - start + (0 if n == 0 or n - 1 in kept else len(GAP))


def worths(
    text: str, spans: Sequence[tuple[int, int]], work: str, lines: Sequence[str]
) -> Sequence[float]:
    """Of each passage."""
    passages = [text[start:end] for start, end in spans]
    worth = [0.0] * len(spans)
    for weight, places in shared(text, spans, passages, work, lines):
        for n in places:
            worth[n] += weight / len(places)
    return worth


def shared(
    text: str,
    spans: Sequence[tuple[int, int]],
    passages: Sequence[str],
    work: str,
    lines: Sequence[str],
) -> Iterator[tuple[float, Sequence[int]]]:
    """Each thing that the work and passages have in common: its weight, and their numbers."""
    starts = [start for start, _ in spans]
    for quote in quotes_in(work):
        if places := [*dict.fromkeys(overlapping(quote, text, starts))]:
            yield QUOTE, places
    for _, places in holding(figures_in(work), map(figures_in, passages)):
        yield FIGURE, places
    said, bold = words_in(*lines), words_in(*BOLD.findall("\n".join(lines)))
    for word, places in holding(said, map(words_in, passages)):
        if len(places) <= max(RARE, len(spans) // SHARE):
            yield TERM if word in bold else WORD, places


def quotes_in(work: str) -> Iterable[str]:
    found = (one[one.lastindex or 0] for one in QUOTED.finditer(work))
    parts = (part.strip(" .,;:!?") for quote in found for part in LEFT_OUT.split(quote))
    return dict.fromkeys(part for part in parts if len(part) > 3)


def overlapping(quote: str, text: str, starts: Sequence[int]) -> Iterator[int]:
    """The passages where it stands, however its lines are broken."""
    words = re.compile(r"\s+".join(map(re.escape, quote.split())))
    for found in words.finditer(text):
        first, last = (bisect_right(starts, at) - 1 for at in (found.start(), found.end() - 1))
        yield from range(max(0, first), last + 1)


def figures_in(text: str) -> Set[str]:
    """Numbers of two digits or more, but for years, and for what only counts the lines."""
    found = set[str]()
    for number in NUMBER.findall(ORDINAL.sub("", text)):
        whole = THOUSANDS.fullmatch(number)
        found |= {plain(number.replace(",", ""))} if whole else numbers_in(number)
    return {one for one in found if len(one) > 1 and not YEAR.fullmatch(one)}


def words_in(*texts: str) -> Set[str]:
    words = words_of(" ".join(texts))
    return {word for word in words if says_something(word) and not word.isdigit()}


def holding(wanted: Set[str], passages: Iterable[Set[str]]) -> Iterable[tuple[str, Sequence[int]]]:
    """Of each that is wanted, the passages that hold it."""
    found = defaultdict[str, list[int]](list)
    for n, held in enumerate(passages):
        for one in wanted & held:
            found[one].append(n)
    return found.items()
