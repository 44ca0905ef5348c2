"""What a record may say: short, plain, in nobody else's words. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from selfstarter.core.cleaning import clean
from selfstarter.core.provenance import FILE_ENDINGS
from selfstarter.memory.words import STOP

MOST_WORDS = 110
"""Of one record: what an embedding still holds, and a prompt still has room for."""
ECHO = 0.8
"""Share of a text's words that another text holds, from which it says nothing of its own."""
BEGINNING = 5
CUT = " …"

WORD = re.compile(r"[^\W_]+(?:[.,'-][^\W_]+)*")
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
CLAUSE = re.compile(rf"{SENTENCE.pattern}|(?<=;)\s+")
NAMES_FILE = rf"(?=.*[\w-]\.(?:{FILE_ENDINGS.pattern})\b)"
LEAD = r"^(?:(?:please|and|also|but|so),? )*"
COMPLAINT = (
    r"(?! (?:(?:to )?(?:get|see|hear|receive|know|find|understand|manage|forget|have to|run into)"
    r"|fails?|crash(?:es)?|hangs?|breaks?|finish(?:es)?|returns?|stops?|gets?|loops?|times? out"
    r"|prints?|raises?|throws?|seems?|(?:works?|starts?|ends?)(?=\W*$))\b)"
)
"""Stands behind “always” or “never” where somebody tells what is wrong: “it never finishes”."""
LASTING = re.compile(
    LEAD + rf"(?:(?:always|never)\b(?!{NAMES_FILE})|whenever|remember\b(?! to\b(?! always| never))"
    r"|note for later)"
    r"|(?<!as )(?<!what )(?<!how )(?<!like )(?<!way )"
    r"\b(?:i|we)(?: have|['’]ve| do| would|['’]d| will|['’]ll)? (?:always|never|usually)\b"
    + COMPLAINT
    + r"|\b(?:our|my)(?: [\w-]+){1,3} (?:always|never|usually)\b"
    + COMPLAINT
    + r"|\b(?:remember|(?:never|don['’]t|do not) forget) (?:it|this|that|them|these|those)\b"
    r"|\bfrom now on\b|\bin (?:the )?future\b|\bas a rule\b|\bby default\b|\bevery time\b"
    r"|\b(?:i|we) (?:always |never )?(?:prefer|like|insist)\b|\b(?:i|we) (?:always|never) want\b"
    r"|\bfor (?:all (?:later|future)|(?:the )?next time)\b",
    re.IGNORECASE,
)
"""Marks a wish that holds beyond the task at hand. An order that names a file is of this one."""
POINTS_BACK = re.compile(
    LEAD + r"(?:remember|(?:never|don['’]t|do not) forget|(?:keep|bear)(?= \w+ in mind for\b))"
    r" (?:it|this|that|them|these|those|both)(?:\W*$| (?:too|please|for|from|in|next|when)\b)",
    re.IGNORECASE,
)
"""“Remember that for next time.”: what is meant was said before it."""


def plain(text: str) -> str:
    """One line, nothing unseen in it."""
    return clean(" ".join(text.split()), one_line=True)


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


def sentences(text: str) -> list[str]:
    return [said for part in SENTENCE.split(text) if (said := plain(part))]


def clauses(text: str) -> list[str]:
    """Sentences, and the parts of one between semicolons."""
    return [said.rstrip(";") for part in CLAUSE.split(text) if (said := plain(part)).rstrip(";")]


def lasting(text: str) -> list[str]:
    """The clauses that ask for something beyond the task at hand, never a question; where one
    only points back, the one before it."""
    found: list[str] = []
    before = ""
    for said in clauses(text):
        points = POINTS_BACK.search(said)
        wish = before if points and before else said
        if (points or LASTING.search(said)) and not wish.endswith("?") and wish not in found:
            found.append(wish)
        before = said
    return found


def for_today(text: str) -> str:
    """The sentences, a line each, that ask for nothing beyond the task at hand."""
    rules = lasting(text)
    return "\n".join(
        said
        for said in sentences(text)
        if not any(one in rules or POINTS_BACK.search(one) for one in clauses(said))
    )


def content(text: str) -> list[str]:
    """The words that say something, in small letters."""
    return [word for word in WORD.findall(text.lower()) if word not in STOP]


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


def overlap(one: str, other: str) -> bool:
    """Does one hold the other, word for word?"""
    mine, theirs = (f" {' '.join(WORD.findall(text.lower()))} " for text in (one, other))
    return bool(content(mine) and content(theirs)) and (mine in theirs or theirs in mine)


def beginnings(text: str) -> set[str]:
    """Of the words that say something: “dinners” and “dinner” are one."""
    return {word.removesuffix("'s")[:BEGINNING] for word in content(text)}


def has_digit(word: str) -> bool:
    return any(mark.isdigit() for mark in word)
