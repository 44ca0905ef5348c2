"""An answer as the goal wants it, where no judgement is needed: the harness does not ask a small
model twice for what the last program has printed. Pure."""

import re
from ast import literal_eval
from contextlib import suppress

from selfstarter.core.contract import AnswerGiven
from selfstarter.core.state import State
from selfstarter.goals.decimals import decimals
from selfstarter.texts.words import COMMON, NUMBER, words_of

FRACTION = re.compile(r"(?<![\w.,-])-?\d+\.\d+(?![\w,]|\.\d)")
SPENT = re.compile(
    r"\bhow much\b[^.?]*\b(?:spen[dt]|pa(?:y|id)|cost|owe[ds]?|lose|lost|withdr[ae]w\w*)\b",
    re.IGNORECASE,
)
SIGN = re.compile(r"(?<![\w.,)\]-])[-−](?=[€$£]?\d)")
"""What was spent stands in a statement with one; whoever asks how much it was wants none."""
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
    if SPENT.search(state.goal):
        summary = SIGN.sub("", summary)
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
