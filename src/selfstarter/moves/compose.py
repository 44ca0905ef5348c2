"""The reduce over long material: weigh the facts, write section by section, join, save.

The harness owns the structure, the table and the citations; the model chooses between facts and
writes sentences. A sentence with a number or a name that no fact holds is left out, so what is
written can be traced to a file.
"""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from selfstarter.asking.ask import ask
from selfstarter.asking.replies import json_in
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
from selfstarter.moves.study import alike, line_with, names_in
from selfstarter.prompts import prompt
from selfstarter.texts.words import (
    COMMON,
    differ,
    numbers_in,
    quantities,
    singular,
    stray_number,
    words_of,
)

SHOWN = 3
"""Statements that a small model weighs against one another."""
CONCLUSION = "Conclusion"
RECOMMENDS = "We recommend"
OPINION = re.compile(r",? which (?:is|are|was|makes?|means?|gives?)\b(?:[^,.;\n]|\.(?=\d))*")
COMPARES = re.compile(
    r"\b(?:low|high|cheap|larg|small|fast|slow|strong|weak|great|few)(?:er|est)\b"
    r"|\b(?:better|best|worse|worst|most|least|(?:more|less) than)\b",
    re.IGNORECASE,
)
"""A small model compares without looking, so what it says of more and less is not written."""
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
    """The next step: a cell weighed, a section written, the whole saved, the work handed in."""
    outline = state.outline
    if outline is None:
        return
    steps: AsyncIterator[Composed]
    if state.task is None:
        steps = hand_in(state)
    elif cell := next_cell(state, outline):
        steps = weigh(state, hands, *cell)
    elif heading := next_heading(state, outline):
        steps = write_section(state, hands, heading)
    else:
        steps = save(state, state.task.path)
    async for event in steps:
        yield event


# ── weigh: one cell of the table ─────────────────────────────────────────────────────────────


class Weighed(BaseModel):
    value: str = Field(max_length=90)


WEIGH_SCHEMA: dict[str, Any] = Weighed.model_json_schema()


def next_cell(state: State, outline: Outline) -> tuple[str, str] | None:
    done = {(c.subject, c.aspect) for c in state.chosen}
    cells = ((s, a) for s in outline.subjects for a in outline.aspects)
    return next((cell for cell in cells if cell not in done), None)


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
        yield chosen(subject, aspect, options, weighed.value)


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
    return {word for word in singular(state.goal) - known if word not in COMMON and len(word) > 2}


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
        lines = "\n".join(said_of(facts))
        last = heading == CONCLUSION
        if last:
            text = prompt("conclusion", goal=state.goal, facts=lines)
        else:
            text = prompt("section", goal=state.goal, heading=heading, facts=lines)
        called = await ask(
            state,
            hands,
            "compose",
            [Message("user", text)],
            max_tokens=240,
            prefix=opening(state.goal) if last else "",
        )
        yield called
    if isinstance(called, ModelCalled):
        said = whole_sentences(called.text) if called.cut else called.text
        yield SectionWritten(
            heading=heading, text=supported(said, facts, state.goal) or plainly(facts)
        )


def opening(goal: str) -> str:
    """Left free, a small model describes what a conclusion should be."""
    chooses = re.search(r"\b(recommend|choose|pick|should we|the best)", goal, re.IGNORECASE)
    return RECOMMENDS if chooses else "In short,"


def said_of(facts: Sequence[Fact]) -> Iterator[str]:
    """A line a subject, so that two can be compared."""
    for subject in dict.fromkeys(fact.subject for fact in facts):
        own = (f"{fact.aspect}: {fact.value}" for fact in facts if fact.subject == subject)
        yield f"- {subject}: {'; '.join(own)}"


def whole_sentences(text: str) -> str:
    """A reply that ran into its limit, without the sentence that it did not end."""
    return text[: max(text.rfind(mark) for mark in ".!?") + 1]


def facts_for(state: State, heading: str) -> list[Fact]:
    return [
        c.fact for c in state.chosen if c.fact and (heading == CONCLUSION or c.subject == heading)
    ]


def supported(text: str, facts: Sequence[Fact], goal: str = "") -> str:
    """The sentences that the facts bear out, each with the files it rests on.

    A sentence that names no subject speaks of the one named before it. What it adds of its own, an
    ", which is the lowest of all", is left out; a comparison elsewhere costs the whole sentence.
    """
    subjects = tuple(dict.fromkeys(fact.subject for fact in facts))
    kept: list[str] = []
    spoken_of: tuple[str, ...] = subjects
    for sentence in sentences(OPINION.sub("", text)):
        spoken_of = names_in(sentence, subjects) or spoken_of
        own = [fact for fact in facts if fact.subject in spoken_of]
        backing = [fact for fact in own if backs(fact, sentence)]
        compares = bool(COMPARES.search(sentence))
        if backing and not compares and not stray_number(sentence, *(f.value for f in backing)):
            kept.append(f"{sentence} {cited(backing)}")
        elif sentence.startswith(RECOMMENDS) and not stray_number(sentence, goal):
            kept.append(f"{sentence}\n\n")  # a line of its own: it cites nothing
    return " ".join(kept).replace("\n\n ", "\n\n").strip()


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


async def hand_in(state: State) -> AsyncIterator[Composed]:
    written = next((task.path for task in state.plan if task.method == "compose"), "")
    used = {c.fact.source for c in state.chosen if c.fact}
    yield FinishAsked(summary=f"{written} is written, from {len(used)} sources.")


def document(state: State) -> str:
    outline = state.outline
    if outline is None:
        return ""
    sections = {s.heading: s.text for s in state.sections}
    body = [f"# {title(state.goal)}", "## Overview", table(state, outline)]
    for subject in outline.subjects:
        body += [f"## {subject}", sections.get(subject, "")]
    body += ["## Where the sources disagree", disagreements(state)]
    body += [f"## {CONCLUSION}", sections.get(CONCLUSION, "")]
    used = sorted({c.fact.source for c in state.chosen if c.fact})
    body += ["## Sources", "\n".join(f"- [{source}]" for source in used)]
    return "\n\n".join(body) + "\n"


def title(goal: str) -> str:
    """`Write a competitive analysis of our vendors to report.md. …` names the work itself."""
    first = re.split(r"(?<=[a-z0-9)/])[.:!?]\s", " ".join(goal.split()))[0]
    first = re.sub(r"\b((in)?to|in|as)\s+\S+\.\w+$", "", first.rstrip(".")).strip()
    asked = r"^(please\s+)?(write|make|create|draft|prepare|compile)\s+(me\s+)?((a|an|the)\s+)?"
    first = re.sub(r"\s+in\s+\S+/$", "", re.sub(asked, "", first, flags=re.I))
    return clipped(first[:1].upper() + first[1:])


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
