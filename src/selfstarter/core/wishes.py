"""What of a person's words is to hold beyond the task at hand. Pure."""

import re
from collections.abc import Sequence

from selfstarter.core.cleaning import clean
from selfstarter.core.content import WORD, content
from selfstarter.core.provenance import FILE_ENDINGS
from selfstarter.core.state import State

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


def wishes_in(state: State) -> list[str]:
    """As the memory keeps them: what the person's words show by themselves, and what the model that
    read them says is to last."""
    said = [state.goal_given, *(one.text for one in state.said)]
    quotes = state.sketch.remember if state.sketch else ()
    shown = (wish for text in said for wish in lasting(text))
    return list(dict.fromkeys([*shown, *quoted(quotes, state)]))


def quoted(quotes: Sequence[str], state: State) -> list[str]:
    """What of the person's words a model says is to last: whole clauses, for a part of one may
    mean something else, but not all of them, for one is the task of the day."""
    own = own_clauses(state)
    found = [one for one in own if any(overlap(one, quote) for quote in quotes)]
    return found if len(found) < max(2, len(own)) else []


def own_clauses(state: State) -> list[str]:
    said = clauses(state.own_words)
    return [one for one in said if not POINTS_BACK.search(one) and not one.endswith("?")]


def plain(text: str) -> str:
    """One line, nothing unseen in it."""
    return clean(" ".join(text.split()), one_line=True)


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


def overlap(one: str, other: str) -> bool:
    """Does one hold the other, word for word?"""
    mine, theirs = (f" {' '.join(WORD.findall(text.lower()))} " for text in (one, other))
    return bool(content(mine) and content(theirs)) and (mine in theirs or theirs in mine)
