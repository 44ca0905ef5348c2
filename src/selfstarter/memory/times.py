"""Times in texts: which dates a question names, and whether a text tells a time at all."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

NAMES = "january february march april may june july august september october november december"
MONTHS = NAMES.split()
MONTH = "|".join(rf"{name}|{name[:3]}\.?" for name in MONTHS)
DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
YEAR = r"(?P<year>(?:19|20)\d\d)"
DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{YEAR}-(?P<number>[01]\d)(?:-{DAY})?\b",
        rf"\b{DAY}(?: of)? (?P<month>{MONTH})\b,?(?: {YEAR})?",
        rf"\b(?P<month>{MONTH}) {DAY}\b(?:,? {YEAR})?",
        rf"\b(?P<month>{MONTH})\b,? {YEAR}",
        rf"\b(?:in|of|since|until|during|last|this|by|early|late|mid) (?P<month>{MONTH})\b",
        rf"\b{YEAR}\b",
    )
)
WHEN = re.compile(
    r"\bwhen\b|\bhow (?:long|recently|soon)\b|\b(?:what|which|on what|in what)"
    r" (?:date|day|time|year|month|week|season|weekend)\b|\bsince\b",
    re.IGNORECASE,
)
TIME = re.compile(
    rf"\b(?:{'|'.join(MONTHS)}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:19|20)\d\d|\d+:\d\d"
    r"|yesterday|today|tonight|tomorrow|ago|recently|lately|weekends?|fortnight|spring|summer|autumn"
    r"|(?:last|next|past|this|every|few|couple of|two|three|four|five|six|\d+)"
    r" (?:day|night|morning|evening|week|month|year|summer|winter|fall|spring|time|hour|minute)s?"
    r"|years?|months?|weeks?)\b"
)
"""In small letters: a search that need not ask for both takes half as long."""


@dataclass(frozen=True, slots=True)
class Span:
    """A date as far as it is named; 0: not named."""

    year: int = 0
    month: int = 0
    day: int = 0

    def holds(self, at: float) -> float:
        """Share of what is named that is so at `at` (Unix seconds, UTC); of a wrong month: 0."""
        then = datetime.fromtimestamp(at, UTC)
        if (self.year and self.year != then.year) or (self.month and self.month != then.month):
            return 0.0
        return 1.0 if not self.day or self.day == then.day else 0.5


def spans(text: str) -> tuple[Span, ...]:
    found: list[Span] = []
    taken: set[int] = set()
    for pattern in DATES:
        for hit in pattern.finditer(text):
            if not taken.isdisjoint(range(*hit.span())):
                continue
            taken.update(range(*hit.span()))
            named = hit.groupdict()
            month = named.get("month") or ""
            number = int(named.get("number") or 0) if not month else number_of(month)
            found.append(Span(int(named.get("year") or 0), number, int(named.get("day") or 0)))
    return tuple(found)


def number_of(month: str) -> int:
    """1 to 12, of a name or its first three letters."""
    return 1 + next(i for i, name in enumerate(MONTHS) if name.startswith(month[:3].lower()))


def asks_when(text: str) -> bool:
    return WHEN.search(text) is not None


def tells_time(text: str) -> bool:
    return TIME.search(text.lower()) is not None
