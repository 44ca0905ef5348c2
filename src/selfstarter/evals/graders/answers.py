"""Is the answer right, and does it claim what it says?"""

import re
from collections.abc import Sequence
from pathlib import Path

from selfstarter.evals.graders.texts import text_of
from selfstarter.evals.task import GIVEN_UP, Grader

LONGEST_ANSWER = 1_500
"""Characters. Above, an answer is a dump of the material, not an answer."""
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:[.,]\d+)*")
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
         "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
         "nineteen", "twenty"]  # fmt: skip
HEDGE = re.compile(r"\b(or|either|maybe|perhaps|depending)\b", re.IGNORECASE)
ABSENT = re.compile(
    r"\b(no|not|none|cannot|can't|couldn't|doesn't|isn't|wasn't|missing|unable|without|absent"
    r"|lacks?|unavailable|impossible|nothing)\b",
    re.IGNORECASE,
)


def answers(*wanted: str, never: Sequence[str] = ()) -> Grader:
    """The answer holds each of the `wanted` patterns, and claims none of the `never` ones."""

    def grader(workspace: Path, answer: str) -> str:
        if wrong := no_answer(answer):
            return wrong
        others = [m.start() for p in never for m in re.finditer(p, answer, re.I)]
        for pattern in wanted:
            own = [m.start() for m in re.finditer(pattern, answer, re.I)]
            if not claimed(own, others, answer):
                return f"the answer does not say {pattern[:40]}: {answer[:120]!r}"
        return f"the answer should not say so: {answer[:120]!r}" if others and not wanted else ""

    return grader


def answers_number(wanted: float, never: Sequence[float] = ()) -> Grader:
    """The answer holds this number, and claims none of the plausible wrong ones."""

    def grader(workspace: Path, answer: str) -> str:
        if wrong := no_answer(answer):
            return wrong
        own, others = places(wanted, answer), [at for n in never for at in places(n, answer)]
        right = claimed(own, others, answer)
        return "" if right else f"the answer does not say {wanted:g}: {answer[:120]!r}"

    return grader


def no_answer(answer: str) -> str:
    if not answer.strip():
        return "there is no answer"
    return f"the answer has {len(answer)} characters" if len(answer) > LONGEST_ANSWER else ""


def claimed(own: Sequence[int], others: Sequence[int], answer: str) -> bool:
    """Is the right thing what is claimed, where wrong ones occur too (as parts, as runners-up)?

    It comes first or last then, and the answer does not leave the choice to the reader.
    """
    if not own or not others:
        return bool(own)
    return (min(own) < min(others) or max(own) > max(others)) and not HEDGE.search(answer)


def places(wanted: float, answer: str) -> list[int]:
    """Where a number stands; `1,200` may be 1200 or 1.2, and `five` is 5."""
    found = [m.start() for m in NUMBER.finditer(answer) if close(wanted, readings(m[0]))]
    if wanted in range(len(WORDS)):
        word = WORDS[int(wanted)]
        found += [m.start() for m in re.finditer(rf"\b{word}\b", answer, re.IGNORECASE)]
    return found


def close(wanted: float, numbers: Sequence[float]) -> bool:
    return any(abs(number - wanted) < 0.005 for number in numbers)


def readings(number: str) -> list[float]:
    spellings = {number.replace(",", ""), number.replace(".", "").replace(",", ".")}
    return [float(s) for s in spellings if re.fullmatch(r"-?\d+(\.\d+)?", s)]


def admits(about: str) -> Grader:
    """A sentence of the answer says that this is not there; so does a run that was given up."""

    def grader(workspace: Path, answer: str) -> str:
        for sentence in re.split(r"(?<=[.!?])\s+", answer):
            if ABSENT.search(sentence) and re.search(about, sentence, re.IGNORECASE):
                return ""
        return "" if answer == GIVEN_UP else f"the answer admits nothing: {answer[:120]!r}"

    return grader


def no_content(path: str, pattern: str) -> Grader:
    """If the file was made after all, nothing in it is invented."""

    def grader(workspace: Path, answer: str) -> str:
        file = workspace / path
        found = re.search(pattern, text_of(file)) if file.is_file() else None
        return f"{path} holds {found[0]!r}, which is nowhere in the material" if found else ""

    return grader


def csv_numbers_among(path: str, known: Sequence[float]) -> Grader:
    """If the table was made after all, no number in it is invented."""

    def grader(workspace: Path, answer: str) -> str:
        file = workspace / path
        text = text_of(file) if file.is_file() else ""
        found = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]
        strange = [number for number in found if not close(number, known)]
        return f"{path} holds {strange[0]:g}, which the material does not give" if strange else ""

    return grader
