"""Lines that are all built alike, as those of a log are: read as the rows of a table. Pure.

    14:08:30 oven C12 at 249.3°C
    (?P<time>\\S+) oven (?P<oven>\\S+) at (?P<celsius>\\S+)°C

What is the same in each line stands in the pattern as it is; what differs is a column.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from selfstarter.texts.columns import MONEY, TIME, UNITS

FEWEST = 3
"""Lines."""
NEARLY = 0.9
"""Share of the lines that must be built alike."""
MOST_PARTS = 24
"""Of a line; there are more: it is prose, or a dump."""
FEW = 12
"""Different words at one place, up to which a place is a column though lines differ in length."""
NUMERAL = re.compile(r"[-+]?\d+(?:\.\d+)?")
CLOCK = re.compile(r"\d{1,2}:\d\d(:\d\d([.,]\d+)?)?")
KINDS = (
    ("time", CLOCK),
    ("date", re.compile(rf"\d{{4}}-\d\d-\d\d{TIME}Z?|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}")),
    ("ip", re.compile(r"\d{1,3}(\.\d{1,3}){3}")),
    ("level", re.compile(r"TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL", re.I)),
    ("method", re.compile(r"GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS")),
    ("number", NUMERAL),
    ("code", re.compile(r"[A-Za-z]{1,6}[-_#]?\d+")),
    ("path", re.compile(r"/\S*")),
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.[a-z]+", re.I)),
)
"""What a place in each line holds, the first that fits; it names the column where nothing better
does."""
LOOSE = frozenset(("code", "path", "email"))
"""Kinds that do not show that a text is a log."""
KEYED = re.compile(r"([A-Za-z_]\w*)[=:](?=[^\s/])")
NAMED = {"%": "percent", "°C": "celsius", "°F": "fahrenheit"} | dict.fromkeys(MONEY, "amount")
SMALL = frozenset(("and", "are", "for", "from", "has", "the", "was", "with"))
"""Words that name no column though they stand before one."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where each line has one word: its parts, of which `cells` differ."""

    cells: tuple[str, ...]
    before: str = ""
    after: str = ""
    """The same in each line."""
    key: str = ""
    unit: str = ""

    @property
    def same(self) -> bool:
        return len(set(self.cells)) == 1

    @property
    def kind(self) -> str:
        """Of `KINDS`; empty: words."""
        return next((name for name, form in KINDS if all(map(form.fullmatch, self.cells))), "")


def pattern_of(lines: Sequence[str]) -> str:
    """A pattern with a named group for each column, which nearly every line matches, stripped;
    empty: they are not built alike. A few may differ where all others are of one length."""
    if made := alike(lines):
        return made
    if not lines:
        return ""
    usual, count = Counter(len(line.split()) for line in lines).most_common(1)[0]
    if count >= max(FEWEST, NEARLY * len(lines)):
        return alike([line for line in lines if len(line.split()) == usual])
    return alike(lines, left=1)


def alike(lines: Sequence[str], left: int = 0) -> str:
    """As `pattern_of`, of all lines. `left`: so many words at least of each are left for the text
    in which they differ."""
    parts = [line.split() for line in lines]
    least, most = min(map(len, parts), default=0), max(map(len, parts), default=0)
    if len(lines) < FEWEST or least < 2 or most > MOST_PARTS:
        return ""
    head = [place([words[n] for words in parts]) for n in range(least)]
    tail: list[Place] = []
    if least < most:
        head = list(takewhile(is_column, head[: least - left]))
        back = (
            place([words[-n] for words in parts]) for n in range(1, least - len(head) - left + 1)
        )
        tail = list(takewhile(is_measured, back))[::-1]
    if not any(one.kind and one.kind not in LOOSE and not one.same for one in (*head, *tail)):
        return ""
    free = [] if least == most else [r"(?P<text>.*?)"]
    names = Names(["text"] if free else [])
    single = all(" ".join(words) == line for words, line in zip(parts, lines, strict=True))
    gap = " " if single else r"\s+"
    made = gap.join([*groups(head, names), *free, *groups(tail, names)])
    return made if all(re.fullmatch(made, line) for line in lines) else ""


def is_column(one: Place) -> bool:
    return bool(one.kind or one.key) or len(set(one.cells)) <= FEW < len(one.cells)


def is_measured(one: Place) -> bool:
    return bool(one.kind or one.key or one.unit)


def place(words: Sequence[str]) -> Place:
    """Without what is the same around what differs: a key, brackets, a unit."""
    keys = {found[0] if (found := KEYED.match(word)) else "" for word in words}
    key = keys.pop() if len(keys) == 1 else ""
    cells = [word.removeprefix(key) for word in words]
    before, cells = shared(cells, r"[\[({<\"'€$£¥]*")
    back, cells = shared([cell[::-1] for cell in cells], r"[\])}>\"',;:]*")
    cells = [cell[::-1] for cell in cells]
    units = {unit_of(cell) for cell in cells}
    unit = units.pop() if len(units) == 1 else ""
    cells = [cell.removesuffix(unit) for cell in cells]
    return Place(tuple(cells), key + before, unit + back[::-1], key[:-1], unit)


def shared(cells: Sequence[str], form: str) -> tuple[str, list[str]]:
    """(what all of them begin with, in this form; the rest), as long as there is a rest of each."""
    common = min((begins(form, cell) for cell in cells), key=len)
    if not all(cell.startswith(common) and len(cell) > len(common) for cell in cells):
        return "", list(cells)
    return common, [cell.removeprefix(common) for cell in cells]


def begins(form: str, cell: str) -> str:
    found = re.match(form, cell)
    return found[0] if found else ""


def unit_of(cell: str) -> str:
    found = NUMERAL.match(cell)
    unit = cell[found.end() :] if found else ""
    return unit if unit in UNITS | MONEY or re.fullmatch(r"[A-Za-z]{1,2}", unit) else ""


def plain(text: str) -> str:
    """What matches just this; `re.escape` marks more than must be."""
    return re.sub(r"[][\\^$.|?*+(){}]", r"\\\g<0>", text)


class Names:
    """Of columns, each once."""

    def __init__(self, taken: Sequence[str]) -> None:
        self.taken = {"file", *taken}

    def new(self, wanted: str) -> str:
        name, n = wanted, 2
        while name in self.taken:
            name, n = f"{wanted}{n}", n + 1
        self.taken.add(name)
        return name


def groups(places: Sequence[Place], names: Names) -> Iterator[str]:
    """Of each place: a group, or the word that always stands there, which names the next."""
    hint = ""
    for one in places:
        around = plain(one.before), plain(one.after)
        if one.same:
            yield f"{around[0]}{plain(one.cells[0])}{around[1]}"
            word = one.cells[0].lower()
            hint = word if re.fullmatch(r"[a-z_]{3,}", word) and word not in SMALL else ""
            continue
        unit = NAMED.get(one.unit, one.unit if one.unit.isidentifier() else "")
        timed = one.kind if one.kind in ("time", "date") else ""
        name = names.new(one.key.lower() or timed or hint or unit or one.kind or "word")
        yield f"{around[0]}(?P<{name}>\\S+){around[1]}"
        hint = ""
