"""Do the files say what they should, where they should? Whatever else lies there does not count."""

import re
from collections.abc import Mapping
from pathlib import Path

from selfstarter.evals.task import Grader


def text_of(path: Path) -> str:
    return path.read_text("utf-8-sig").replace("\r\n", "\n")


def edited(path: str, was: str, *changes: tuple[str, str]) -> Grader:
    """The file is as it was, but for these (old line, new line); blanks and quotes do not count."""
    now = was
    for old, new in changes:
        now = now.replace(old, new, 1)

    return lambda workspace, answer: lines_differ(path, text_of(workspace / path), now)


def lines_differ(path: str, text: str, wanted: str) -> str:
    """Line by line; blanks, blank lines and the kind of quotes do not count."""
    got, want = tidy(text), tidy(wanted)
    if missing := [line for line in want if line not in got]:
        return f"{path} lacks the line {missing[0]!r}"
    if extra := [line for line in got if line not in want]:
        return f"{path} has the line {extra[0]!r}"
    return "" if got == want else f"{path} has its lines in another order, or some twice"


def tidy(text: str) -> list[str]:
    lines = (re.sub(r"\s*([=:])\s*", r"\1", " ".join(line.split())) for line in text.splitlines())
    return [line.replace("'", '"') for line in lines if line]


def untouched(files: Mapping[str, str], *names: str) -> Grader:
    """These files (all, if none is named) are as they were laid."""

    def grader(workspace: Path, answer: str) -> str:
        for name in names or files:
            if text_of(workspace / name) != files[name].replace("\r\n", "\n"):
                return f"{name} was changed"
        return ""

    return grader


def moved(files: Mapping[str, str], where: Mapping[str, str]) -> Grader:
    """Each file (old path -> new path) lies at its new place, whole, and no more at the old one."""

    def grader(workspace: Path, answer: str) -> str:
        for old, new in where.items():
            if not (workspace / new).is_file():
                return f"{new} is not there"
            if text_of(workspace / new) != files[old].replace("\r\n", "\n"):
                return f"{new} does not hold what was in {old}"
            if old != new and (workspace / old).exists():
                return f"{old} is still there"
        return ""

    return grader


def mentions(path: str, *facts: tuple[str, ...]) -> Grader:
    """Each fact (pattern of its source's name, patterns of what it says) has a passage of its own.

    A passage is a sentence, a list entry, a table row, a block between blank lines or all that
    stands under a heading. It is one fact's own if it names that source and no other.
    """
    names = [fact[0] for fact in facts]

    def grader(workspace: Path, answer: str) -> str:
        parts = passages(text_of(workspace / path))
        for name, *says in facts:
            own = [
                part for part in parts if [n for n in names if re.search(n, part, re.I)] == [name]
            ]
            if not own:
                return f"{path} has no passage of its own for {name}"
            if not any(all(re.search(word, p, re.I) for word in says) for p in own):
                return f"{path} does not say of {name} what matters: {' and '.join(says)[:80]}"
        return ""

    return grader


def passages(text: str) -> list[str]:
    sections = re.split(r"^(?=#)", text, flags=re.MULTILINE)
    blocks = [block for section in sections for block in re.split(r"\n\s*\n", section)]
    entries = [e for block in blocks for e in re.split(r"\n(?=(?:[-*+]|\d+[.)]|\|)\s)", block)]
    sentences = [one for e in entries for one in re.split(r"(?<=[.!?)])\s+(?=[A-Z])", e)]
    return [part for part in [*sentences, *entries, *blocks, *sections] if part.strip()]


def on(day: int, month: str) -> str:
    """A pattern for a date, however it is written: 3 June, June 3rd, 2024-06-03, 03.06., 6/3."""
    short = month[:3]
    number = "JanFebMarAprMayJunJulAugSepOctNovDec".index(short) // 3 + 1
    nth = rf"\b0?{day}(st|nd|rd|th)?"
    words = rf"{nth}\s+(of\s+)?{short}|{short}\w*\.?\s+{nth}\b"
    return rf"{words}|-{number:02}-{day:02}|\b0?{day}[./]0?{number}\b|\b0?{number}/0?{day}\b"


def words_at_most(path: str, most: int) -> Grader:
    def grader(workspace: Path, answer: str) -> str:
        words = len(text_of(workspace / path).split())
        return f"{path} has {words} words, at most {most} were wanted" if words > most else ""

    return grader
