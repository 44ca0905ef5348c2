"""What a record may say: short, plain, in nobody else's words. Pure."""

import re
from collections.abc import Iterable, Iterator

from selfstarter.core.cleaning import clean
from selfstarter.memory.words import STOP

MOST_WORDS = 110
"""Of one record: what an embedding still holds, and a prompt still has room for."""
ECHO = 0.8
"""Share of a text's words that another text holds, from which it says nothing of its own."""

WORD = re.compile(r"[^\W_]+(?:[.,'-][^\W_]+)*")
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
LASTING = re.compile(
    r"^(?:please,? |and |also,? |but )?(?:always|never|whenever|remember\b|note for later)"
    r"|\bfrom now on\b|\bin (?:the )?future\b|\bas a rule\b|\bby default\b|\bevery time\b"
    r"|\b(?:i|we) (?:always |never )?(?:prefer|like|insist)\b|\b(?:i|we) (?:always|never) want\b"
    r"|\bfor all (?:later|future)\b",
    re.IGNORECASE,
)
"""Marks a wish that holds beyond the task at hand."""


def plain(text: str) -> str:
    """One line, nothing unseen in it."""
    return clean(" ".join(text.split()), one_line=True)


def cut(text: str, words: int) -> str:
    """The first `words` words of it, on one line."""
    said = plain(text).split(" ")
    return " ".join(said) if len(said) <= words else " ".join(said[:words]) + " …"


def chunks(text: str, most: int = 5) -> Iterator[str]:
    """`text` in pieces of at most 110 words, cut between sentences where there are some."""
    held: list[str] = []
    made = 0
    for sentence in sentences(text):
        said = sentence.split(" ")
        while said:
            room = MOST_WORDS - len(held)
            if held and len(said) > room and len(said) <= MOST_WORDS:
                yield " ".join(held)
                held, made = [], made + 1
                continue
            held += said[:room]
            said = said[room:]
            if len(held) == MOST_WORDS:
                yield " ".join(held)
                held, made = [], made + 1
            if made == most:
                return
    if held:
        yield " ".join(held)


def sentences(text: str) -> list[str]:
    return [said for part in SENTENCE.split(text) if (said := plain(part))]


def lasting(text: str) -> list[str]:
    """The sentences that ask for something beyond the task at hand; never a question."""
    return [said for said in sentences(text) if LASTING.search(said) and not said.endswith("?")]


def content(text: str) -> list[str]:
    """The words that say something, in small letters."""
    return [word for word in WORD.findall(text.lower()) if word not in STOP]


def echoes(text: str, others: Iterable[str]) -> bool:
    """Does one of `others` say already what `text` says?"""
    said = set(content(text))
    return any(len(said & set(content(one))) >= ECHO * len(said) for one in others)
