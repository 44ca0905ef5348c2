"""What no longer holds, with the reason for each: said twice, known better since, or of no use.

Pure. Nothing is deleted: what no longer holds is left out of recall and stays to be looked at. No
record takes the place of one that is better vouched for: text from outside never that of a
person's own words, a note never that of a checked fact.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from selfstarter.core.content import content
from selfstarter.core.ports import FADED, MemoryRecord
from selfstarter.memory.texts import CUT

SAME = 0.85
"""Share of their words that two records have in common, from which they say the same; numbers and
names with digits must be the same in both."""
HALF_LIFE_D = 60.0
"""Days in which what is not used loses half of its importance; each run that it helped in doubles,
trebles, … them."""
FAINT = 0.05
"""Importance that is too little to be kept in mind."""
LASTS = 0.9
"""From this importance on (what a person said) nothing fades."""
PERSON = "the person said"
ANSWERED = "?: "
"""Stands between a question and its answer."""
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Change:
    """The record `id` no longer holds."""

    id: str
    why: Literal["same", "newer", "faded"]
    by: str
    """The record that holds instead, or FADED."""


def consolidated(records: Iterable[MemoryRecord], now: float) -> list[Change]:
    """`now`: Unix seconds. One change at most for each record, and none for what no longer holds
    already. The order of `records` does not matter, and a second pass has nothing left to do."""
    live = sorted((r for r in records if not r.superseded_by), key=lambda r: (r.at, r.id))
    changes: dict[str, Change] = {}
    for older, newer in about_the_same(live):
        if may_replace(newer, older):
            changes[older.id] = Change(older.id, "newer", newer.id)
    left = [record for record in live if record.id not in changes]
    for older, newer in saying_the_same(left):
        kept, gone = (newer, older) if may_replace(newer, older) else (older, newer)
        if may_replace(kept, gone) and kept.id not in changes and gone.id not in changes:
            changes[gone.id] = Change(gone.id, "same", kept.id)
    for record in live:
        if record.id not in changes and strength(record, now) < FAINT:
            changes[record.id] = Change(record.id, "faded", FADED)
    return list(changes.values())


def may_replace(one: MemoryRecord, other: MemoryRecord) -> bool:
    return one.trusted >= other.trusted and one.importance >= other.importance


def strength(record: MemoryRecord, now: float) -> float:
    """Importance, after so long without a use."""
    if record.importance >= LASTS:
        return record.importance
    days = max(0.0, now - max(record.at, record.used_at)) / DAY_S
    return record.importance * math.pow(0.5, days / (HALF_LIFE_D * (1 + record.helped)))


def about_the_same(live: Sequence[MemoryRecord]) -> Iterator[tuple[MemoryRecord, MemoryRecord]]:
    """(older, newer) of facts with one heading out of one source, or of answers to one question,
    whatever they were drawn from; each older one once."""
    groups: defaultdict[tuple[str, str], list[MemoryRecord]] = defaultdict(list)
    for record in live:
        if head := heading(record):
            source = "" if ANSWERED in record.text else record.source
            groups[head, source].append(record)
    for group in groups.values():
        for place, older in enumerate(group):
            # The next that may take its place: what that one cannot replace, a later one may.
            newer = (n for n in group[place + 1 :] if n.at > older.at and may_replace(n, older))
            if following := next(newer, None):
                yield older, following


def heading(record: MemoryRecord) -> str:
    """What a fact is about, where it says so: the words before its colon. Where they were cut, it
    may be something else, if it is not out of the same source."""
    head, colon, _ = record.text.partition(ANSWERED if ANSWERED in record.text else ": ")
    if record.kind != "semantic" or not colon or record.text.lower().startswith(f"{PERSON}: "):
        return ""
    if head.endswith(CUT) and not record.source:
        return ""
    return " ".join(content(head))


def saying_the_same(live: Sequence[MemoryRecord]) -> Iterator[tuple[MemoryRecord, MemoryRecord]]:
    """(older, newer) of one kind with nearly the same words. Only those are compared that share one
    of their rarest words; no pair that is alike enough can share none of them."""
    words = {record.id: frozenset(content(record.text)) for record in live}
    often = Counter(word for some in words.values() for word in some)
    seen: defaultdict[tuple[str, str], list[MemoryRecord]] = defaultdict(list)
    for record in live:
        own = words[record.id]
        rarest = sorted(own, key=lambda word: (often[word], word))
        rarest = rarest[: len(own) - math.ceil(SAME * len(own)) + 1]
        others = {o.id: o for word in rarest for o in seen[record.kind, word]}
        for other in others.values():
            theirs = words[other.id]
            if len(own & theirs) >= SAME * len(own | theirs) and digits(own) == digits(theirs):
                yield other, record
        for word in rarest:
            seen[record.kind, word].append(record)


def digits(words: frozenset[str]) -> set[str]:
    return {word for word in words if any(mark.isdigit() for mark in word)}
