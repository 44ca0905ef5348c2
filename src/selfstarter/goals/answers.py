"""An answer as the goal wants it, where no judgement is needed: the harness does not ask a small
model twice for what the last program has printed. Pure."""

import re
from ast import literal_eval
from contextlib import suppress

from selfstarter.core.contract import AnswerGiven
from selfstarter.core.state import State
from selfstarter.texts.words import COMMON, NUMBER, numbers_in, plain, words_of

WRITTEN = {"no": 0, "one": 1, "two": 2, "three": 3, "four": 4}
DECIMALS = re.compile(
    rf"\b(?P<count>{'|'.join(WRITTEN)}|\d) decimals?\b|\b(?:nearest|whole) (?:whole )?number\b",
    re.IGNORECASE,
)
FRACTION = re.compile(r"(?<![\w.,-])-?\d+\.\d+(?![\w,]|\.\d)")
TOKEN = re.compile(r"[\w@/][\w@/.,:+-]*")
LONGEST = 200
"""Characters of what a program printed that can stand in an answer."""


def as_wanted(summary: str, state: State) -> str:
    """The answer with its numbers rounded as the goal says, and with what was printed where it
    names no number though one was asked for, or says nothing of what was printed at all."""
    asks = {
        kind
        for criterion in state.criteria
        if isinstance(criterion.check, AnswerGiven)
        for kind in criterion.check.asks
    }
    printed = last_output(state)
    short = "\n" not in printed and len(printed) <= LONGEST and NUMBER.search(printed)
    told = spoken(printed) if len(printed) <= LONGEST else ""
    new = set(words_of(printed)) - set(words_of(state.goal)) - COMMON
    if told and state.is_question and new and not new & set(words_of(summary)):
        summary = f"{summary} {told}".strip()
    elif "number" in asks and short and not NUMBER.search(summary):
        summary = f"{summary} {printed}".strip()
    places = decimals(state.goal)
    if places is None:
        return summary
    exact = [found[0] for found in FRACTION.finditer(printed)]
    return FRACTION.sub(lambda found: rounded(found[0], exact, places), summary)


def spoken(printed: str) -> str:
    """On one line, and a list of Python's without its brackets and quotes."""
    with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
        value: object = literal_eval(printed)
        if isinstance(value, (list, tuple)):
            return ", ".join(str(one) for one in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return " ".join(printed.split())


def said(answer: str, goal: str) -> str:
    """What an answer says that another with the same meaning must say too, in the order of the
    alphabet: yes or no, else its numbers and names that are not the goal's own."""
    first = next(iter(words_of(answer)), "")
    if first in ("yes", "no"):
        return first
    own = {*words_of(goal), *COMMON, *map(plain, numbers_in(goal))}
    tokens = (token.rstrip(".:,") for token in TOKEN.findall(answer))
    kept = {
        plain(token.replace(",", "")) if token[0].isdigit() else token.casefold()
        for token in tokens
        if any(c.isdigit() or c.isupper() for c in token[:1]) or "/" in token or "@" in token
    }
    return " ".join(sorted(kept - own))


def decimals(goal: str) -> int | None:
    """How many the goal wants: `round to one decimal`; None: it does not say."""
    found = DECIMALS.search(goal)
    if found is None:
        return None
    count = (found["count"] or "no").lower()
    return WRITTEN[count] if count in WRITTEN else int(count)


def rounded(written: str, exact: list[str], places: int) -> str:
    """The number that was printed in full, with so many places; itself, where none is meant."""
    have = len(written.partition(".")[2])
    for full in exact:
        longer = len(full.partition(".")[2]) >= have
        if longer and (full.startswith(written) or f"{float(full):.{have}f}" == written):
            return f"{float(full):.{places}f}"
    return written


def last_output(state: State) -> str:
    """What the last program printed; empty: the last step was no program, or it failed."""
    last = next(iter(state.transcript), None)
    return last.result.output.strip() if last and last.result and last.result.status == "ok" else ""
