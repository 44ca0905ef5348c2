"""Words for graders: strict about what the goal says, fair about what it leaves open.

Left open, unless the goal fixes it: line ends, blank lines, blanks around a cell, `3.5` or `3.50`,
the order of columns and rows, upper or lower case in a heading, words around an answer, and
whatever else lies in the workspace at the end (an agent may leave its scratch files).
"""

import asyncio
import csv
import io
import json
import re
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import cast

from selfstarter.app import run_program
from selfstarter.core.errors import NoSandbox
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
CHECK_TIMEOUT_S = 60.0
CHECKED = "every check held"


def all_of(*graders: Grader) -> Grader:
    """The first that finds something wrong speaks."""

    def grader(workspace: Path, answer: str) -> str:
        return next((wrong for g in graders if (wrong := g(workspace, answer))), "")

    return grader


# ── files ────────────────────────────────────────────────────────────────────────────────────


def text_of(path: Path) -> str:
    return path.read_text("utf-8-sig").replace("\r\n", "\n")


def csv_is(
    path: str, head: Sequence[str], rows: Sequence[Sequence[object]], in_order: bool = False
) -> Grader:
    """The table holds these columns and these rows."""

    def grader(workspace: Path, answer: str) -> str:
        found = [row for row in csv.reader(io.StringIO(text_of(workspace / path))) if any(row)]
        if not found:
            return f"{path} is empty"
        names = [name.strip().lower() for name in found[0]]
        if sorted(names) != sorted(name.lower() for name in head):
            return f"{path} has the columns {found[0]}, not {list(head)}"
        if any(len(row) != len(names) for row in found):
            return f"{path} has rows of different lengths"
        order = [names.index(name.lower()) for name in head]
        got = [tuple(cell(row[n]) for n in order) for row in found[1:]]
        want = [tuple(cell(str(value)) for value in row) for row in rows]
        return rows_differ(path, got, want, in_order)

    return grader


def lines_are(path: str, lines: Sequence[str], in_order: bool = False) -> Grader:
    """The text holds these lines; blank ones do not count."""

    def grader(workspace: Path, answer: str) -> str:
        found = [line.strip() for line in text_of(workspace / path).splitlines() if line.strip()]
        return rows_differ(path, [(x,) for x in found], [(x,) for x in lines], in_order)

    return grader


def table_is(
    path: str, head: Sequence[str], rows: Sequence[Sequence[object]], in_order: bool = False
) -> Grader:
    """The Markdown file holds one table with this head and these rows."""

    def grader(workspace: Path, answer: str) -> str:
        text = text_of(workspace / path)
        table = [bare(line) for line in text.splitlines() if "|" in line]
        if len(table) < 2 or not all(re.fullmatch(r":?-+:?", mark) for mark in table[1]):
            return f"{path} has no Markdown table with a head and a rule"
        if [name.lower() for name in table[0]] != [name.lower() for name in head]:
            return f"{path} has the head {table[0]}, not {list(head)}"
        got = [tuple(map(cell, row)) for row in table[2:]]
        want = [tuple(cell(str(value)) for value in row) for row in rows]
        return rows_differ(path, got, want, in_order)

    return grader


def bare(line: str) -> list[str]:
    """The cells of a table line, without emphasis or code marks."""
    return [part.strip().strip("*`").strip() for part in line.strip().strip("|").split("|")]


def rows_differ(
    path: str, got: Sequence[tuple[str, ...]], want: Sequence[tuple[str, ...]], in_order: bool
) -> str:
    extra, missing = Counter(got) - Counter(want), Counter(want) - Counter(got)
    if missing:
        return f"{path} lacks {', '.join(next(iter(missing)))}" + many(missing)
    if extra:
        return f"{path} should not hold {', '.join(next(iter(extra)))}" + many(extra)
    return f"{path} has the right lines in the wrong order" if in_order and got != want else ""


def many(rows: Counter[tuple[str, ...]]) -> str:
    return f" and {rows.total() - 1} more" if rows.total() > 1 else ""


def cell(text: str) -> str:
    """One spelling for each value: `3.50`, ` 3.5` and `3.5` are the same."""
    text = " ".join(text.split())
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    leading_zero = re.match(r"-?0\d", text)
    return text if leading_zero or not number.is_finite() else f"{number.normalize() + 0:f}"


def json_is(path: str, value: object, any_order: bool = False) -> Grader:
    """The same value: keys in any order, 3.50 as 3.5, but a number is no string.

    `any_order`: the outermost list may be in any order.
    """

    def grader(workspace: Path, answer: str) -> str:
        got, want = plain(json.loads(text_of(workspace / path))), plain(value)
        if any_order:
            got, want = in_some_order(got), in_some_order(want)
        return "" if dumped(got) == dumped(want) else json_differs(path, got, want)

    return grader


def in_some_order(value: object) -> object:
    """A list, sorted by something."""
    if not isinstance(value, list):
        return value
    return sorted(cast(list[object], value), key=dumped)


def json_differs(path: str, got: object, want: object) -> str:
    """Two values that are not the same: the first entry that differs, where both are lists."""
    pairs = [(got, want)]
    if isinstance(got, list) and isinstance(want, list):
        found, wanted = cast(list[object], got), cast(list[object], want)
        if len(found) != len(wanted):
            return f"{path} has {len(found)} entries, not {len(wanted)}"
        pairs = list(zip(found, wanted, strict=True))
    one, other = next((a, b) for a, b in pairs if dumped(a) != dumped(b))
    return f"{path} holds {dumped(one)[:160]}, not {dumped(other)[:160]}"


def plain(value: object) -> object:
    """Whole floats as integers, texts without blanks around them."""
    match value:
        case bool():
            return value
        case float():
            return int(value) if value.is_integer() else round(value, 6)
        case str():
            return value.strip()
        case dict():
            return {k: plain(v) for k, v in cast(dict[str, object], value).items()}
        case list():
            return [plain(v) for v in cast(list[object], value)]
        case _:
            return value


def dumped(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


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


# ── answers ──────────────────────────────────────────────────────────────────────────────────


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


# ── programs ─────────────────────────────────────────────────────────────────────────────────


def program_holds(script: str) -> Grader:
    """A hidden Python script, run beside a copy of the workspace in the sandbox, ends well.

    It sees the workspace's files in its folder and may import them.
    """

    def grader(workspace: Path, answer: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            for path in sorted(workspace.rglob("*.py")):
                if path.is_symlink():
                    continue  # it may lead out of the workspace
                copy = Path(folder) / path.relative_to(workspace)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
            (Path(folder) / "hidden_check.py").write_text(f"{script}\nprint({CHECKED!r})\n")
            try:
                ran = asyncio.run(
                    run_program(Path(folder), ["python3", "hidden_check.py"], CHECK_TIMEOUT_S)
                )
            except NoSandbox as refused:
                return f"cannot be graded on this machine: {refused}"
        lines = ran.output.strip().splitlines() or [""]
        held = ran.status == 0 and lines[-1] == CHECKED
        return "" if held else f"exit status {ran.status}: {lines[-1][:200]}"

    return grader
