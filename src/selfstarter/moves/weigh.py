"""One cell of a document's table, of subjects by aspects: of what the sources say, what holds."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from selfstarter.asking.ask import ask
from selfstarter.core.contract import Fact
from selfstarter.core.events import (
    BudgetReached,
    CallChosen,
    FactChosen,
    FinishAsked,
    ModelCalled,
    ReplyRejected,
    SectionWritten,
)
from selfstarter.core.hands import Hands
from selfstarter.core.loose_json import json_in
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.moves.study import alike, line_with
from selfstarter.prompts import prompt
from selfstarter.texts.words import differ, quantities, says_something, singular

SHOWN = 3
"""Statements that a small model weighs against one another."""
LONGEST = 240
"""Characters shown of one statement."""
Composed = (
    ModelCalled
    | BudgetReached
    | FactChosen
    | SectionWritten
    | CallChosen
    | FinishAsked
    | ReplyRejected
)


class Weighed(BaseModel):
    value: str = Field(max_length=90)


WEIGH_SCHEMA: dict[str, Any] = Weighed.model_json_schema()


async def weigh(state: State, hands: Hands, subject: str, aspect: str) -> AsyncIterator[Composed]:
    options = options_for(state, subject, aspect)
    if len(options) < 2 or state.rejected > 1:
        yield chosen(subject, aspect, options, options[0].value if options else "")
        return
    called = state.reply_to("weigh")
    if called is None:
        text = prompt(
            "weigh",
            goal=state.goal,
            subject=subject,
            aspect=aspect,
            options="\n".join(
                f"- {fact.source}: {fact.quote[:LONGEST]}" for fact in options[:SHOWN]
            ),
        )
        called = await ask(
            state, hands, "weigh", [Message("user", text)], schema=WEIGH_SCHEMA, max_tokens=80
        )
        yield called
    if isinstance(called, ModelCalled):
        try:
            weighed = Weighed.model_validate_json(json_in(called.text))
        except ValidationError:
            yield ReplyRejected(purpose="weigh", reason="not the JSON asked for")
            return
        said = weighed.value.strip()
        yield chosen(subject, aspect, options if said else (), said)


def options_for(state: State, subject: str, aspect: str) -> list[Fact]:
    """The statements on one cell, each once, the most to the point first."""
    found: dict[tuple[str, str], Fact] = {}
    for fact in reversed(list(state.facts)):
        if fact.subject == subject and fact.aspect == aspect:
            found.setdefault((fact.source, fact.quote), fact)
    wanted = qualifiers(state)
    return sorted(found.values(), key=lambda fact: -to_the_point(fact, wanted))


def qualifiers(state: State) -> set[str]:
    """What the goal says beside the things compared: `team plan`, `price lists (CSV)`, …"""
    outline = state.outline
    names = (*outline.aspects, *outline.subjects) if outline else ()
    known = {word for name in names for word in singular(name)}
    return set(filter(says_something, singular(state.goal) - known))


def to_the_point(fact: Fact, wanted: set[str]) -> float:
    """By its words and those of its file's name; what the model copied from a text counts more.

    From a table a small model copies the first row, so there its copy says nothing.
    """
    words = singular(f"{fact.quote} {fact.source}")
    copied = bool(fact.value) and not fields_of(fact.quote)
    return alike(fact.aspect, fact.quote) + 0.3 * copied + 0.2 * len(wanted & words)


def chosen(subject: str, aspect: str, options: Sequence[Fact], value: str) -> FactChosen:
    """The statement that holds the value, and those of other sources that say otherwise."""
    if not options:
        return FactChosen(subject=subject, aspect=aspect, fact=None)
    value = claim(" ".join(value.split()), aspect).strip(" .;•-")
    at = line_with(value, [fact.quote for fact in options])
    picked = options[max(at, 0)]
    if at < 0:
        value = picked.value or clipped(claim(picked.quote, aspect))
    return FactChosen(
        subject=subject,
        aspect=aspect,
        fact=picked.model_copy(update={"value": unnamed(value)}),
        against=tuple(contradicting(claim(picked.quote, value), picked, options)),
    )


def contradicting(said: str, picked: Fact, options: Sequence[Fact]) -> Iterator[Fact]:
    """Of each other source that gives different figures, and nowhere the same, one statement."""
    for source in dict.fromkeys(fact.source for fact in options):
        claims = [(f, claim(f.quote, f.aspect)) for f in options if f.source == source]
        differing = [fact for fact, other in claims if differ(said, other)]
        agreeing = any(quantities(said) & quantities(other) for _, other in claims)
        if source != picked.source and differing and not agreeing:
            yield differing[0]


def claim(quote: str, wanted: str) -> str:
    """Of a table row the field that holds or is named like `wanted`; of a sentence the whole."""
    fields = fields_of(quote)
    if not fields:
        return quote
    holding = [field for field in fields if wanted.lower() in field.lower()]
    return holding[0] if holding else max(fields, key=lambda field: alike(wanted, field))


def fields_of(quote: str) -> list[str]:
    """Of a table row its `name: value` fields; of a sentence none."""
    fields = [field for field in quote.split("; ") if ": " in field]
    return fields if len(fields) > 1 else []


def unnamed(value: str) -> str:
    """`free_trial: 30 days` without the name of its column."""
    name, colon, rest = value.partition(": ")
    return rest if colon and rest and len(name.split()) < 6 and "; " not in value else value


def clipped(text: str) -> str:
    return text if len(text) <= 90 else text[:90].rsplit(" ", 1)[0] + " …"
