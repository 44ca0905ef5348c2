"""A section of the document: the facts that belong to it, and no sentence that they do not bear."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence

from selfstarter.asking.ask import ask
from selfstarter.core.contract import Fact
from selfstarter.core.events import ModelCalled, SectionWritten
from selfstarter.core.hands import Hands
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.moves.study import names_in
from selfstarter.moves.weigh import Composed
from selfstarter.prompts import prompt
from selfstarter.texts.words import COMMON, numbers_in, stray_number, words_of

CONCLUSION = "Conclusion"
RECOMMENDS = "We recommend"
OPINION = re.compile(r",? which (?:is|are|was|makes?|means?|gives?)\b(?:[^,.;\n]|\.(?=\d))*")
COMPARES = re.compile(
    r"\b(?:low|high|cheap|larg|small|fast|slow|strong|weak|great|few)(?:er|est)\b"
    r"|\b(?:better|best|worse|worst|most|least|(?:more|less) than)\b",
    re.IGNORECASE,
)
"""A small model compares without looking, so what it says of more and less is not written."""


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
