"""What to look for in long material: the things a text is about, and what to say of each."""

import re
from asyncio import to_thread
from collections.abc import AsyncIterator, Sequence
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from selfstarter.asking.ask import ask
from selfstarter.asking.view import cut_to
from selfstarter.core.contract import Outline
from selfstarter.core.errors import ToolFailed
from selfstarter.core.events import BudgetReached, ModelCalled, ReplyRejected, SourcesOutlined
from selfstarter.core.hands import Hands
from selfstarter.core.loose_json import brief, json_in
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.goals.files import outputs
from selfstarter.goals.orders import COMPARES
from selfstarter.prompts import prompt
from selfstarter.texts.reading import PROSE
from selfstarter.texts.words import count_words, ending, mentions

FITS = 0.25
"""Sources that fill less than this share of the window are read by the ordinary loop."""
LARGE = 32_000
"""Tokens of a window with which a bigger model always does: it finds what counts by programs and by
reading, which a table of facts, one for each cell, loses (docs/decisions/041)."""
NAME = re.compile(r"[A-Z]\w*(?: (?:[A-Z]\w*|&|of|and)(?= ?[A-Z\W]))*")
"""`Berg Gates`, `Lind & Sons`."""
PASSING = 0.2
"""A name mentioned less than this share of the median is a mention in passing, not a subject."""
MOST_SOURCES = 60


class OutlineReply(BaseModel):
    subjects: list[str] = Field(min_length=1, max_length=12)
    aspects: list[str] = Field(min_length=1, max_length=8)


OUTLINE_SCHEMA: dict[str, Any] = OutlineReply.model_json_schema()


async def worth_studying(state: State, hands: Hands) -> bool:
    """A text drawn from several sources that do not fit into the window beside the work itself; for
    a small model also one that compares texts, which it would not do cell by cell of itself."""
    if state.sketch is None or not state.sketch.document:
        return False
    if not hands.profile.owns_plan and hands.model.facts.window >= LARGE:
        return False
    sources = await sources_of(state, hands)
    if len(sources) > 1 and not fits(sources, hands):
        return True
    made = outputs(state.goal, state.sketch, state.found)
    texts = len(sources) > 1 and all(ending(path) in PROSE for path, _ in sources)
    written = len(made) == 1 and ending(made[0]) in PROSE
    return bool(hands.profile.owns_plan and texts and written and COMPARES.search(state.goal))


def fits(sources: Sequence[tuple[str, str]], hands: Hands) -> bool:
    words = sum(count_words(text) for _, text in sources)
    return words * 1.4 <= hands.model.facts.window * FITS


async def sources_of(state: State, hands: Hands) -> list[tuple[str, str]]:
    """(path, text) of every file that was there at the start and can be read as text."""
    found: list[tuple[str, str]] = []
    for path in list(state.found)[:MOST_SOURCES]:
        try:
            text = await to_thread(hands.sources.text, path)  # a PDF takes its time
        except ToolFailed:
            continue
        if text.strip():
            found.append((path, text))
    return found


async def outline(
    state: State, hands: Hands
) -> AsyncIterator[ModelCalled | BudgetReached | SourcesOutlined | ReplyRejected]:
    sources = await sources_of(state, hands)
    called = state.reply_to("outline")
    if called is None:
        heads = "\n\n".join(f"== {path}\n{text.strip()[:260]}" for path, text in sources)
        heads = cut_to(heads, int(hands.model.facts.window * 0.4), hands.model.count)
        message = Message("user", prompt("outline", goal=state.goal, heads=heads))
        called = await ask(
            state, hands, "outline", [message], schema=OUTLINE_SCHEMA, max_tokens=300
        )
        yield called
    if isinstance(called, ModelCalled):
        yield read_outline(called.text, sources, one_each=fits(sources, hands))


def read_outline(
    text: str, sources: Sequence[tuple[str, str]], one_each: bool
) -> SourcesOutlined | ReplyRejected:
    """Subjects that the sources really speak of; a name met only in passing is left out.

    `one_each`: each source is one of the things compared, however the model names them.
    """
    try:
        reply = OutlineReply.model_validate_json(json_in(text))
    except ValidationError as error:
        return ReplyRejected(purpose="outline", reason=brief(error))
    body = "\n".join(f"{path}\n{content}" for path, content in sources)
    times = {name.strip(): mentions(name, body) for name in reply.subjects if name.strip()}
    counts = sorted(times.values())
    median = counts[len(counts) // 2] if counts else 0
    subjects = tuple(n for n, count in times.items() if count and count >= median * PASSING)
    if one_each and not told_apart(subjects, sources):
        subjects = tuple(name_of(path, content, sources) for path, content in sources)
    if not subjects:
        reason = "none of these subjects occurs in the sources: use the exact names"
        return ReplyRejected(purpose="outline", reason=reason)
    aspects = tuple(dict.fromkeys(a.strip() for a in reply.aspects if a.strip()))
    return SourcesOutlined(
        outline=Outline(
            subjects=subjects, aspects=aspects[:8], sources=tuple(path for path, _ in sources)
        )
    )


def told_apart(subjects: Sequence[str], sources: Sequence[tuple[str, str]]) -> bool:
    """Does each source speak of one of them, and each of another one?"""
    spoken = [{n for n in subjects if mentions(n, f"{path}\n{text}")} for path, text in sources]
    alone = {min(names) for names in spoken if len(names) == 1}
    return len(alone) == len(sources) == len(subjects)


def name_of(path: str, text: str, sources: Sequence[tuple[str, str]]) -> str:
    """Of what a file is about: the name in its text that its own name stands for, as `Berg Gates`
    in offers/berg.txt; else its name without the ending."""
    stem = path.rpartition("/")[2].rpartition(".")[0]
    others = "\n".join(content for other, content in sources if other != path)
    for name in NAME.findall(text):
        if stem.casefold() in name.casefold() and not mentions(name, others):
            return name
    return stem
