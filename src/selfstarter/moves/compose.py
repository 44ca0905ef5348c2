"""The reduce over long material: weigh the facts, write section by section, join, save.

The harness owns the structure, the table and the citations; the model chooses between facts and
writes sentences. A sentence with a number or a name that no fact holds is left out, so what is
written can be traced to a file.
"""

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from selfstarter.core.contract import Fact, Outline
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
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.moves.ask import ask
from selfstarter.moves.plan import json_in
from selfstarter.moves.study import alike
from selfstarter.moves.words import COMMON, differ, numbers_in, stray_number, words_of
from selfstarter.prompts import prompt

MOST_OPTIONS = 9
CONCLUSION = "Conclusion"
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


async def compose(state: State, hands: Hands) -> AsyncIterator[Composed]:
    """The next step of the document: a cell weighed, a section written, or the whole saved."""
    outline = state.outline
    if outline is None or state.task is None:
        return
    steps: AsyncIterator[Composed]
    if cell := next_cell(state, outline):
        steps = weigh(state, hands, *cell)
    elif heading := next_heading(state, outline):
        steps = write_section(state, hands, heading)
    else:
        steps = save(state, state.task.path)
    async for event in steps:
        yield event


# ── weigh: one cell of the table ─────────────────────────────────────────────────────────────


class Weighed(BaseModel):
    line: int
    value: str


def next_cell(state: State, outline: Outline) -> tuple[str, str] | None:
    done = {(c.subject, c.aspect) for c in state.chosen}
    cells = ((s, a) for s in outline.subjects for a in outline.aspects)
    return next((cell for cell in cells if cell not in done), None)


async def weigh(state: State, hands: Hands, subject: str, aspect: str) -> AsyncIterator[Composed]:
    options = options_for(state, subject, aspect)
    if len(options) < 2 or state.rejected > 1:
        first = options[0].value if options else ""
        yield chosen(subject, aspect, options, len(options[:1]), first)
        return
    called = state.reply_to("weigh")
    if called is None:
        text = prompt(
            "weigh",
            goal=state.goal,
            subject=subject,
            aspect=aspect,
            options="\n".join(f"{n}. {f.quote[:LONGEST]} ({f.source})"
                              for n, f in enumerate(options, 1)),
        )  # fmt: skip
        schema = weigh_schema(len(options))
        called = await ask(
            state, hands, "weigh", [Message("user", text)], schema=schema, max_tokens=80
        )
        yield called
    if isinstance(called, ModelCalled):
        try:
            weighed = Weighed.model_validate_json(json_in(called.text))
        except ValidationError:
            yield ReplyRejected(purpose="weigh", reason="not the JSON asked for")
            return
        yield chosen(subject, aspect, options, weighed.line, weighed.value)


def options_for(state: State, subject: str, aspect: str) -> list[Fact]:
    """The statements on one cell, each once, by source; what the model copied before the rest."""
    found: dict[tuple[str, str], Fact] = {}
    for fact in reversed(list(state.facts)):
        if fact.subject == subject and fact.aspect == aspect:
            found.setdefault((fact.source, fact.quote), fact)
    copied_first = sorted(found.values(), key=lambda fact: not fact.value)
    return sorted(copied_first[:MOST_OPTIONS], key=lambda fact: fact.source)


def weigh_schema(options: int) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "line": {"enum": list(range(options + 1))},
            "value": {"type": "string", "maxLength": 90},
        },
        "required": ["line", "value"],
        "additionalProperties": False,
    }


def chosen(subject: str, aspect: str, options: Sequence[Fact], line: int, value: str) -> FactChosen:
    """The statement that answers, in a few of its own words, and the others that say otherwise."""
    if not 1 <= line <= len(options):
        return FactChosen(subject=subject, aspect=aspect, fact=None)
    picked = options[line - 1]
    value = " ".join(value.split()).strip(" .;")
    if not borne_out(value, picked.quote):
        value = clipped(claim(picked.quote, aspect))
    fact = picked.model_copy(update={"value": value})
    said = claim(fact.quote, value)
    against = (o for o in options if o.source != fact.source)
    return FactChosen(
        subject=subject,
        aspect=aspect,
        fact=fact,
        against=tuple(o for o in against if differ(said, claim(o.quote, aspect))),
    )


def borne_out(value: str, quote: str) -> bool:
    """Are these words of the quote, and its numbers?"""
    said, there = words_of(value), set(words_of(quote))
    known = sum(word in there for word in said)
    return bool(said) and known >= 0.8 * len(said) and not stray_number(value, quote)


def claim(quote: str, wanted: str) -> str:
    """Of a table row the field that holds or is named like `wanted`; of a sentence the whole."""
    fields = [field for field in quote.split("; ") if ": " in field]
    if len(fields) < 2:
        return quote
    holding = [field for field in fields if wanted.lower() in field.lower()]
    return holding[0] if holding else max(fields, key=lambda field: alike(wanted, field))


def clipped(text: str) -> str:
    return text if len(text) <= 90 else text[:90].rsplit(" ", 1)[0] + " …"


# ── sections ─────────────────────────────────────────────────────────────────────────────────


def next_heading(state: State, outline: Outline) -> str | None:
    done = {section.heading for section in state.sections}
    return next((h for h in (*outline.subjects, CONCLUSION) if h not in done), None)


async def write_section(state: State, hands: Hands, heading: str) -> AsyncIterator[Composed]:
    facts = facts_for(state, heading)
    if not facts or state.rejected > 1:
        yield SectionWritten(heading=heading, text=plainly(facts))
        return
    called = state.reply_to("compose")
    if called is None:
        last = heading == CONCLUSION
        text = prompt(
            "section",
            goal=state.goal,
            heading="Conclusion and recommendation" if last else heading,
            facts="\n".join(f"- {f.subject}, {f.aspect}: {f.value}" for f in facts),
            length="three to five" if last else "three",
        )
        called = await ask(state, hands, "compose", [Message("user", text)], max_tokens=320)
        yield called
    if isinstance(called, ModelCalled):
        yield SectionWritten(heading=heading, text=supported(called.text, facts) or plainly(facts))


def facts_for(state: State, heading: str) -> list[Fact]:
    return [
        c.fact for c in state.chosen if c.fact and (heading == CONCLUSION or c.subject == heading)
    ]


def supported(text: str, facts: Sequence[Fact]) -> str:
    """The sentences that the facts bear out, each with the files it rests on."""
    kept: list[str] = []
    for sentence in sentences(text):
        backing = [f for f in facts if backs(f, sentence)]
        if backing and not stray_number(sentence, *(f.value for f in backing)):
            kept.append(f"{sentence} {cited(backing)}")
    return " ".join(kept)


def sentences(text: str) -> list[str]:
    """Plain sentences: marks of headings, lists and brackets are taken off."""
    text = re.sub(r"[\[\]#*`|]", "", text)
    text = re.sub(r"^\s*[-\d.]+\s+", "", text, flags=re.MULTILINE)
    return [s.strip() for s in re.split(r"(?<=[.!?])\s+(?=[A-Z])|\n+", text) if len(s.split()) > 3]


def backs(fact: Fact, sentence: str) -> bool:
    """Does the sentence speak of this fact: all its numbers, or half of its words?"""
    said, value = set(words_of(sentence)), [w for w in words_of(fact.value) if w not in COMMON]
    numbers = numbers_in(fact.value)
    if numbers and numbers <= numbers_in(sentence):
        return True
    return bool(value) and sum(w in said for w in value) / len(value) >= 0.5


def cited(facts: Sequence[Fact]) -> str:
    return " ".join(f"[{source}]" for source in dict.fromkeys(f.source for f in facts))


def plainly(facts: Sequence[Fact]) -> str:
    if not facts:
        return "The sources say nothing about this."
    return "\n".join(f"- {f.aspect}: {f.value} [{f.source}]" for f in facts)


# ── the document ─────────────────────────────────────────────────────────────────────────────


async def save(state: State, path: str) -> AsyncIterator[Composed]:
    yield CallChosen(
        call_id=f"{state.spent.steps + 1}",
        tool="write_file",
        args={"path": path, "content": document(state)},
        thought=f"The sections are joined and saved as {path}.",
        by="harness",
    )


def document(state: State) -> str:
    outline = state.outline
    if outline is None:
        return ""
    title = state.sketch.outcome.rstrip(".") if state.sketch else state.goal
    sections = {s.heading: s.text for s in state.sections}
    body = [f"# {title}", "## Overview", table(state, outline)]
    for subject in outline.subjects:
        body += [f"## {subject}", sections.get(subject, "")]
    body += ["## Where the sources disagree", disagreements(state)]
    body += [f"## {CONCLUSION}", sections.get(CONCLUSION, "")]
    used = sorted({c.fact.source for c in state.chosen if c.fact})
    body += ["## Sources", "\n".join(f"- [{source}]" for source in used)]
    return "\n\n".join(body) + "\n"


def table(state: State, outline: Outline) -> str:
    cells = {(c.subject, c.aspect): c.fact for c in state.chosen}
    rows = [["", *outline.aspects], ["---"] * (len(outline.aspects) + 1)]
    for subject in outline.subjects:
        rows.append([subject, *(cell(cells.get((subject, a))) for a in outline.aspects)])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def cell(fact: Fact | None) -> str:
    return f"{fact.value.replace('|', '/')} [{fact.source}]" if fact else "not stated"


def disagreements(state: State) -> str:
    lines = [
        f"- {c.subject}, {c.aspect}: {c.fact.value} [{c.fact.source}],"
        f" but “{clipped(claim(o.quote, c.aspect))}” [{o.source}]."
        for c in state.chosen
        if c.fact
        for o in c.against
    ]
    return "\n".join(lines) or "No contradiction between the sources was found."
