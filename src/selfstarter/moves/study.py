"""The map over long material: which statements of a source speak of what is wanted.

A small model copies well what is there and invents what is not. So it is asked to copy, and only
what stands in a statement of the source is kept; statements that speak of a wanted thing by their
words, or by their heading's, are kept beside it, for the model overlooks some (decision 004).
"""

import re
from asyncio import to_thread
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from selfstarter.asking.ask import ask
from selfstarter.core.contract import Fact, Outline
from selfstarter.core.errors import ToolFailed
from selfstarter.core.events import BudgetReached, ModelCalled, PartStudied, ReplyRejected
from selfstarter.core.hands import Hands
from selfstarter.core.loose_json import brief, json_in
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.prompts import prompt
from selfstarter.texts.words import count_words, mentions, numbers_in, telling, words_of

LONGEST = 110
"""Characters copied for one thing."""
OFFERED = 3
"""Statements per thing that are kept for their words alone."""
ALIKE = 0.5
"""Share of a thing's telling words that such a statement and its heading hold."""
THERE = 0.7
"""Share of copied words that must stand in one statement, and all of the numbers."""
GIVE_UP = 1
"""Unusable replies about one reading before words alone decide."""
COPIED: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])


@dataclass(frozen=True, slots=True)
class Reading:
    """What one call reads: statements of one source about one subject."""

    subject: str
    lines: tuple[str, ...]


async def study(
    state: State, hands: Hands
) -> AsyncIterator[ModelCalled | BudgetReached | PartStudied | ReplyRejected]:
    """Read the next part that is unread."""
    outline = state.outline
    if outline is None:
        return
    source, part = next_part(state, outline)
    parts = await readings(source, outline.subjects, hands)
    if part >= len(parts):
        yield PartStudied(source=source, part=part, parts=max(1, len(parts)), facts=())
        return
    reading = parts[part]
    copied: Mapping[str, str] = {}
    if state.rejected <= GIVE_UP:
        called = state.reply_to("study")
        if called is None:
            called = await ask(
                state,
                hands,
                "study",
                [Message("user", study_prompt(state, source, reading, outline))],
                schema=copy_schema(outline.aspects),
                max_tokens=45 * len(outline.aspects),
            )
            yield called
        if isinstance(called, BudgetReached):
            return
        try:
            copied = COPIED.validate_json(whole(json_in(called.text)))
        except ValidationError as error:
            yield ReplyRejected(purpose="study", reason=brief(error))
            return
    facts = tuple(facts_of(reading, source, outline.aspects, copied))
    yield PartStudied(source=source, part=part, parts=len(parts), facts=facts)


def next_part(state: State, outline: Outline) -> tuple[str, int]:
    for source in outline.sources:
        read, parts = state.studied.get(source) or (0, 1)
        if read < parts:
            return source, read
    return outline.sources[-1], 0


def study_prompt(state: State, source: str, reading: Reading, outline: Outline) -> str:
    return prompt(
        "study",
        goal=state.goal,
        aspects="\n".join(f"- {aspect}" for aspect in outline.aspects),
        source=source,
        subject=reading.subject,
        text="\n".join(reading.lines),
    )


def copy_schema(aspects: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {a: {"type": "string", "maxLength": LONGEST} for a in aspects},
        "required": list(aspects),
        "additionalProperties": False,
    }


def whole(text: str) -> str:
    """JSON that ran into the token limit, cut back to its last whole entry."""
    return text if text.rstrip().endswith("}") else text[: text.rfind('",') + 1] + "}"


def facts_of(
    reading: Reading, source: str, aspects: Sequence[str], copied: Mapping[str, str]
) -> Iterator[Fact]:
    """What the model copied and really stands there, then what speaks of the thing by its words."""
    for aspect in aspects:
        value = " ".join(copied.get(aspect, "").split())
        at = line_with(value, reading.lines)
        if at >= 0:
            quote = reading.lines[at]
            yield Fact(
                subject=reading.subject, aspect=aspect, value=value, quote=quote, source=source
            )
        for n in by_words(aspect, reading.lines):
            if n != at:
                quote = reading.lines[n]
                yield Fact(subject=reading.subject, aspect=aspect, quote=quote, source=source)


def line_with(value: str, lines: Sequence[str]) -> int:
    """The line that holds these words: the first with all its numbers and the most of its words."""
    wanted = words_of(value)
    best, best_share = -1, THERE - 0.001
    for n, line in enumerate(lines):
        there = set(words_of(line))
        share = sum(word in there for word in wanted) / len(wanted) if wanted else 0.0
        if share > best_share and numbers_in(value) <= numbers_in(line):
            best, best_share = n, share
    return best


def by_words(aspect: str, lines: Sequence[str]) -> list[int]:
    """Lines that name the aspect themselves, or stand under a heading that does."""
    scored: list[tuple[float, int]] = []
    heading = ""
    for n, line in enumerate(lines):
        if line.startswith("#"):
            heading = line
            continue
        score = alike(aspect, line) + 0.5 * alike(aspect, heading)
        if score >= ALIKE:
            scored.append((-score, n))
    return [n for _, n in sorted(scored)[:OFFERED]]


def alike(aspect: str, text: str) -> float:
    wanted = telling(aspect)
    return len(wanted & telling(text)) / len(wanted) if wanted else 0.0


async def readings(source: str, subjects: Sequence[str], hands: Hands) -> list[Reading]:
    """The statements of a source, by subject, in parts that one call can read."""
    try:
        lines = await to_thread(hands.sources.statements, source)
    except ToolFailed:
        return []
    spoken = attributed(lines, source, subjects)
    most = hands.profile.part_words
    return [
        Reading(subject, part)
        for subject in subjects
        for part in in_parts(spoken[subject], most)
        if any(not line.startswith("#") for line in part)
    ]


def attributed(
    lines: Sequence[str], source: str, subjects: Sequence[str]
) -> Mapping[str, list[str]]:
    """Subject -> the statements about it.

    A statement is about the subjects that it names; one that names none is about the subject of
    the file, or of the heading or sentence before it.
    """
    main = subjects_of_file(lines, source, subjects)
    current = main
    about: dict[str, list[str]] = {subject: [] for subject in subjects}
    for line in lines:
        named = names_in(line, subjects)
        if line.startswith("#"):
            current = named or main
        elif named and not main:
            current = named
        for subject in named or current:
            about[subject].append(line)
    return about


def subjects_of_file(lines: Sequence[str], source: str, subjects: Sequence[str]) -> tuple[str, ...]:
    """By the file's name, or because it speaks of hardly anything else; none: of several."""
    if by_name := names_in(re.sub(r"[_/.-]", " ", source), subjects):
        return by_name
    count = {s: sum(bool(names_in(line, (s,))) for line in lines) for s in subjects}
    most = max(count, key=lambda subject: count[subject], default="")
    others = sum(count.values()) - count.get(most, 0)
    return (most,) if most and count[most] and others * 3 <= count[most] else ()


def names_in(text: str, subjects: Sequence[str]) -> tuple[str, ...]:
    return tuple(subject for subject in subjects if mentions(subject, text))


def in_parts(lines: Sequence[str], most_words: int) -> Iterator[tuple[str, ...]]:
    part: list[str] = []
    words = 0
    for line in lines:
        size = count_words(line)
        if part and words + size > most_words:
            yield tuple(part)
            part, words = [], 0
        part.append(line)
        words += size
    if part:
        yield tuple(part)
