"""Many files of a folder, brought together by lines of Python that the harness writes: a small
model looks into the first file only, or gives a pattern to what takes a path."""

import re
from collections import Counter

from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.moves.reading import text_of
from selfstarter.moves.scout import is_named
from selfstarter.moves.words import ending

TEXTS = frozenset("log txt md text eml out err lst srt vtt ini cfg conf rst".split())  # noqa: SIM905
MOSTLY = 0.8
"""Share of a folder's files that must be of one kind, for the others to be left aside."""
LONGEST_LINE = 120
ABOUT_FILES = re.compile(
    r"\b(?:how many|count|number of)\b[^.?;]*\bfiles\b|\bfile ?names?\b"
    r"|\b(?:move|rename|copy|tidy|sort|organi[sz]e|delete|remove|put)\b[^.;]*"
    r"\b(?:files|folders?|pictures|photos|images|documents)\b",
    re.IGNORECASE,
)


def gathered(state: State, hands: Hands) -> str:
    """The beginning of a program over the one folder that the goal names; empty: it names none, or
    several, or there is little to bring together."""
    paths = [path for path, _ in state.scouted.digests] if state.scouted else []
    named = {folder for path in paths if (folder := folder_of(path, state.goal))}
    if len(named) != 1:
        return ""
    (folder,) = named
    inside = [path for path in paths if path.startswith(f"{folder}/")]
    if len(inside) < 2:
        return ""
    if is_about_files(state.goal):
        return FILES.format(folder=folder, one=inside[0])
    kind, count = Counter(ending(path) for path in inside).most_common(1)[0]
    if kind not in TEXTS or count < MOSTLY * len(inside):
        return ""
    sample = [path for path in inside if ending(path) == kind]
    return LINES.format(folder=folder, kind=kind, like=typical(sample[0], hands))


def is_about_files(goal: str) -> bool:
    """Are the files themselves meant, not what stands in them?"""
    return bool(ABOUT_FILES.search(goal))


def folder_of(path: str, goal: str) -> str:
    """The outermost folder around a file that the goal names."""
    parts = path.split("/")[:-1]
    return next(
        ("/".join(parts[: n + 1]) for n, part in enumerate(parts) if is_named(part, goal)), ""
    )


def typical(path: str, hands: Hands) -> str:
    """A line out of the middle of the file, as `LINES` makes it."""
    lines = [line for line in text_of(path, hands).splitlines() if line.strip()]
    return f"{path}: {lines[len(lines) // 2][:LONGEST_LINE] if lines else ''}"


FILES = """import re
import shutil
from pathlib import Path

files = sorted(path for path in Path({folder!r}).rglob("*") if path.is_file())
# files[0] is Path({one!r})
"""
LINES = """import re
from pathlib import Path

# each line of each file, with the file's name in front
lines = [
    f"{{path}}: {{line}}"
    for path in sorted(Path({folder!r}).rglob("*.{kind}"))
    for line in path.read_text(errors="replace").splitlines()
]
# a line is like {like!r}; print whole lines
"""
