"""What a record may say: short, plain, in nobody else's words. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from selfstarter.core.content import content
from selfstarter.core.wishes import POINTS_BACK, clauses, lasting, plain, sentences

MOST_WORDS = 110
"""Of one record: what an embedding still holds, and a prompt still has room for."""
ECHO = 0.8
"""Share of a text's words that another text holds, from which it says nothing of its own."""
BEGINNING = 5
CUT = " …"


def cut(text: str, words: int) -> str:
    """The first `words` words of it, on one line."""
    said = plain(text).split(" ")
    return " ".join(said) if len(said) <= words else " ".join(said[:words]) + CUT


def opening(text: str, words: int) -> str:
    """As many of its first sentences as have at most `words` words; of a longer first one, its
    first words."""
    held: list[str] = []
    for sentence in sentences(text):
        said = sentence.split(" ")
        if held and len(held) + len(said) > words:
            break
        held += said
    return cut(" ".join(held), words)


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


def for_today(text: str) -> str:
    """The sentences, a line each, that ask for nothing beyond the task at hand."""
    rules = lasting(text)
    return "\n".join(
        said
        for said in sentences(text)
        if not any(one in rules or POINTS_BACK.search(one) for one in clauses(said))
    )


def echoes(text: str, others: Iterable[str]) -> bool:
    """Does one of `others` say already what `text` says?"""
    said = set(content(text))
    return any(len(said & set(content(one))) >= ECHO * len(said) for one in others)


def agreed(note: str, said: Sequence[str]) -> str:
    """The one of `said` that a note repeats; empty where the note has more than that: a number, or
    more than one word in five, that stands in none of them."""
    words = beginnings(note)
    known = {word for one in said for word in beginnings(one)}
    new = words - known
    if not words or len(new) > (1 - ECHO) * len(words) or any(map(has_digit, new)):
        return ""
    return max(said, key=lambda one: len(words & beginnings(one)))


def beginnings(text: str) -> set[str]:
    """Of the words that say something: “dinners” and “dinner” are one."""
    return {word.removesuffix("'s")[:BEGINNING] for word in content(text)}


def has_digit(word: str) -> bool:
    return any(mark.isdigit() for mark in word)
