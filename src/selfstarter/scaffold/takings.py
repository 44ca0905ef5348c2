"""What a goal wants taken out of texts: addresses, links, numbers with letters before them. A small
model looks for whole lines, or for the words around one; the pattern is read off the texts. Pure.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WANTS = re.compile(
    r"\b(collect|extract|gather|list|find|take|pull|get|pick|copy|write|put)\b", re.IGNORECASE
)
SORTS = (
    (
        re.compile(r"\be-?mail address(es)?\b", re.I),
        r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    ),
    (re.compile(r"\b(links?|urls?|web address(es)?)\b", re.I), r"https?://[^\s<>\"')\]]*[\w/]"),
    (re.compile(r"\b(tele)?phone numbers?\b", re.I), r"\+?\d[\d ()/-]{5,}\d"),
)
NUMBERED = re.compile(r"\b\w+ (number|code|id|key|reference)s?\b|\btickets?\b", re.IGNORECASE)
CODE = re.compile(r"\b([A-Z]{2,10}[-_#/]?)(\d+(?:[-_/]\d+)*)\b")
"""INV-2024-0012, TCK-101."""
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Takings:
    pattern: str
    found: tuple[str, ...]
    """All of them, in their order."""


def wants(goal: str) -> bool:
    named = NUMBERED.search(goal) or any(said.search(goal) for said, _ in SORTS)
    return bool(WANTS.search(goal) and named)


def takings(goal: str, texts: Sequence[str]) -> Takings | None:
    """None: the texts have none. `goal`: one that `wants` some."""
    pattern = next((form for said, form in SORTS if said.search(goal)), "")
    pattern = pattern or (code_pattern(goal, texts) if NUMBERED.search(goal) else "")
    found = tuple(one for text in texts for one in re.findall(pattern, text)) if pattern else ()
    return Takings(pattern, found) if len(set(found)) >= FEWEST else None


def code_pattern(goal: str, texts: Sequence[str]) -> str:
    """Of codes as the goal shows one; else with letters that it names; else of the only kind."""
    if shown := [code.groups() for code in CODE.finditer(goal)]:
        (letters, _), *others = shown
        numbers = shape(number for _, number in shown)
        return rf"\b{letters}{numbers}\b" if all(one[0] == letters for one in others) else ""
    codes = [code.groups() for text in texts for code in CODE.finditer(text)]
    letters = {before for before, _ in codes}
    named = [one for one in sorted(letters) if re.search(rf"(?<![A-Z]){re.escape(one)}", goal)]
    wanted = named if named else [*letters]
    if len(wanted) != 1:
        return ""
    digits = [number for before, number in codes if before == wanted[0]]
    return rf"\b{wanted[0]}{shape(digits)}\b"


def shape(numbers: Iterable[str]) -> str:
    r"""`\d{4}-\d{3}` where all are built so, else of any length."""
    shapes = {re.sub(r"\d+", lambda run: rf"\d{{{len(run[0])}}}", one) for one in numbers}
    return shapes.pop() if len(shapes) == 1 else r"\d+(?:[-_/]\d+)*"
