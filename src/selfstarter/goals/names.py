"""Files that a goal calls by their names. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from posixpath import basename

from selfstarter.goals.placeholders import glob_of
from selfstarter.texts.words import ending, without_addresses

FILE = re.compile(
    r"(?<![\w/@.-])((?:[\w-]+/)*[\w-]+(?:\.[\w-]+)*?\.[A-Za-z][A-Za-z0-9]{0,4})"
    r"(?![\w@]|\.(?![A-Z][a-z])\w)"
)
"""`README.fr.md` is one name; in `README.md.Then` the blank behind the sentence is forgotten."""
KNOWN = frozenset(
    "txt md csv tsv json jsonl html htm xml yaml yml toml ini cfg conf py js ts sh sql log tex rst"  # noqa: SIM905
    " css svg pdf png".split()
)
CODE = ("py", "js", "ts", "sh")
REST = re.compile(r"[>}\]*][-_]\Z")
"""Where a name seems to begin, and a placeholder in brackets ends."""


def files_named(goal: str) -> tuple[str, ...]:
    """File names in the goal, in order, each once: `report.md`, `out/totals.csv`. What an address
    of the web ends with is none, nor is a name that stands for many."""
    return tuple(name for name, glob in with_globs(goal).items() if glob == name)


def with_globs(goal: str) -> dict[str, str]:
    """Each name of the goal with what it stands for at any of its places: `docs/NAME.md` for
    `docs/*.md`. The rest of `<date>-notes.md` is no name."""
    stands_for: dict[str, str] = {}
    for found in FILE.finditer(without_addresses(goal)):
        name, at = found[1], found.start(1)
        if ending(name) in KNOWN and not REST.match(found.string, max(0, at - 1), at + 1):
            known = stands_for.get(name, name)
            stands_for[name] = glob_of(found) if known == name else known
    return stands_for


def clauses(goal: str) -> tuple[str, ...]:
    """The goal in its own words, a sentence each: what a small model says again, it misreads."""
    said = re.split(r"(?<=[.!?;:])\s+|\n+", goal.strip())
    return tuple(" ".join(sentence.split()) for sentence in said if re.search(r"\w", sentence))


EXAMPLE = re.compile(
    r"\b(?:like|such as|e\.g\.|for (?:example|instance))[:,]?\s+[`'\"]?[\w/-]+(?:\.[\w/-]+)+",
    re.IGNORECASE,
)


def at_any_depth(name: str, existing: Iterable[str]) -> bool:
    return any(path == name or path.endswith("/" + name) for path in existing)


def files_meant(goal: str, existing: Iterable[str]) -> list[str]:
    """Paths of the files that the goal names and that are there; a name without its folder will do
    where one file has it."""
    paths = list(existing)
    found: list[str] = []
    for name in files_named(goal):
        below = [path for path in paths if path.endswith(f"/{name}")]
        found += [name] if name in paths else below if len(below) == 1 else []
    return found


def is_named(folder: str, goal: str) -> bool:
    return re.search(rf"(?<![\w/]){re.escape(folder)}/?\b", goal) is not None


def is_called(path: str, goal: str) -> bool:
    """Does the goal say the name of the file, and not as a part of a longer one?"""
    name = re.escape(path.rpartition("/")[2])
    said = rf"(?<![\w.-]){name}(?![\w-]|\.\w)"
    return re.search(said, without_addresses(goal)) is not None


def called(paths: Iterable[str], text: str) -> Iterator[tuple[int, str]]:
    """Each place where the text has a path letter for letter, blanks and all, or the bare name
    where one file has it. A name of small letters alone is a word."""
    known = list(paths)
    times = Counter(map(basename, known))
    for path in known:
        said = {path, basename(path)} if times[basename(path)] == 1 else {path}
        names = [name for name in said if name in text and not re.fullmatch("[a-z]+", name)]
        if names:
            any_of = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
            place = rf"(?<![\w/.-])(?:\./)?({any_of})(?![\w-]|[./]\w)"
            yield from ((found.start(1), path) for found in re.finditer(place, text))


def is_below(path: str, folder: str) -> bool:
    """Empty and `.` is the workspace, which holds all."""
    above = folder.removeprefix("./").rstrip("/")
    return above in ("", ".") or path.removeprefix("./").startswith(f"{above}/")
