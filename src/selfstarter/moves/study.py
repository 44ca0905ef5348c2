"""The map over long material: one part of one source a call; facts, each found in its source."""

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from selfstarter.core.contract import Fact, Outline
from selfstarter.core.errors import ToolFailed
from selfstarter.core.events import BudgetReached, ModelCalled, PartStudied, ReplyRejected
from selfstarter.core.hands import Hands
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.moves.ask import ask
from selfstarter.moves.checks import NUMBER, plain
from selfstarter.moves.plan import brief, json_in
from selfstarter.prompts import prompt

MOST_FACTS = 14
VALUE = 120
GIVE_UP = 2
"""Unusable replies about one part before it is left behind as read, with no facts."""


class Noted(BaseModel):
    subject: str
    aspect: str
    value: str


class NotedFacts(BaseModel):
    facts: list[Noted]


async def study(
    state: State, hands: Hands
) -> AsyncIterator[ModelCalled | BudgetReached | PartStudied | ReplyRejected]:
    """Read the next part that is unread."""
    outline = state.outline
    if outline is None:
        return
    source, part = next_part(state, outline)
    try:
        parts = hands.sources.parts(source, hands.profile.part_words) or ("",)
    except ToolFailed:
        parts = ("",)
    here = parts[min(part, len(parts) - 1)]
    relevant = [s for s in outline.subjects if s.lower() in (source + "\n" + here).lower()]
    if not here.strip() or not relevant or state.rejected > GIVE_UP:
        yield PartStudied(source=source, part=part, parts=len(parts), facts=())
        return
    called = state.reply_to("study")
    if called is None:
        called = await ask(
            state,
            hands,
            "study",
            [Message("user", study_prompt(state.goal, source, here, relevant, outline))],
            schema=facts_schema(relevant, outline.aspects),
            max_tokens=min(700, hands.profile.answer_tokens),
        )
        yield called
    if isinstance(called, ModelCalled):
        yield read_facts(called, source, part, len(parts), here)


def next_part(state: State, outline: Outline) -> tuple[str, int]:
    for source in outline.sources:
        read, parts = state.studied.get(source) or (0, 1)
        if read < parts:
            return source, read
    return outline.sources[-1], 0


def study_prompt(
    goal: str, source: str, text: str, subjects: Sequence[str], outline: Outline
) -> str:
    return prompt(
        "study",
        goal=goal,
        source=source,
        text=text,
        subjects=", ".join(subjects),
        aspects="; ".join(outline.aspects),
    )


def facts_schema(subjects: Sequence[str], aspects: Sequence[str]) -> dict[str, Any]:
    """The enums make every fact land in a cell of the table, whatever the size of the model."""
    fact = {
        "type": "object",
        "properties": {
            "subject": {"enum": list(subjects)},
            "aspect": {"enum": list(aspects)},
            "value": {"type": "string", "maxLength": VALUE},
        },
        "required": ["subject", "aspect", "value"],
        "additionalProperties": False,
    }
    facts = {"type": "array", "items": fact, "maxItems": MOST_FACTS}
    return {
        "type": "object",
        "properties": {"facts": facts},
        "required": ["facts"],
        "additionalProperties": False,
    }


def read_facts(
    called: ModelCalled, source: str, part: int, parts: int, text: str
) -> PartStudied | ReplyRejected:
    """Keep the facts whose words are in the source; the quote is the line that holds them."""
    try:
        noted = NotedFacts.model_validate_json(whole(json_in(called.text)))
    except ValidationError as error:
        return ReplyRejected(purpose="study", reason=brief(error))
    facts: dict[tuple[str, str, str], Fact] = {}
    for one in noted.facts:
        quote = line_with(one.value, text)
        if quote:
            value = " ".join(one.value.split())
            fact = Fact(
                subject=one.subject, aspect=one.aspect, value=value, quote=quote, source=source
            )
            facts[one.subject, one.aspect, value.lower()] = fact
    return PartStudied(
        source=source,
        part=part,
        parts=parts,
        facts=tuple(facts.values()),
        dropped=len(noted.facts) - len(facts),
    )


def whole(text: str) -> str:
    """JSON that ran into the token limit, cut back to its last whole fact."""
    if text.rstrip().endswith("]}") or "}" not in text:
        return text
    return text[: text.rfind("}", 0, text.rfind("{")) + 1] + "]}" if text.count("{") > 2 else text


def line_with(value: str, text: str) -> str:
    """The line of `text` that holds `value`: word for word, or all its numbers and most words."""
    wanted = words_of(value)
    if not wanted:
        return ""
    numbers = {plain(n) for n in NUMBER.findall(value)}
    best, best_share = "", 0.0
    for line in text.splitlines():
        there = set(words_of(line))
        if numbers - {plain(n) for n in NUMBER.findall(line)}:
            continue
        share = sum(word in there for word in wanted) / len(wanted)
        if share > best_share:
            best, best_share = line.strip(), share
    return best[:300] if best_share >= 0.7 else ""


def words_of(text: str) -> list[str]:
    return re.findall(r"[\w.]+", text.lower())
