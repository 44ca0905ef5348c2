"""Many files of a folder, brought together by lines of Python that the harness writes: a small
model looks into the first file only, or gives a pattern to what takes a path."""

import re
from collections import Counter
from collections.abc import Sequence

from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.moves.reading import text_of, whole
from selfstarter.moves.scout import is_named
from selfstarter.moves.sheets import Sheet, of_lines, sheet_of, together
from selfstarter.moves.words import ending

TEXTS = frozenset("log txt md text eml out err lst srt vtt ini cfg conf rst".split())  # noqa: SIM905
LOGS = ("log", "txt", "text", "out", "lst")
ROWS = ("csv", "tsv")
MOST_FILES = 400
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
    folder, inside = folder_named(state)
    if not folder:
        return ""
    if is_about_files(state.goal):
        return FILES.format(folder=folder, one=inside[0])
    kind, same = of_one_kind(inside)
    if kind not in TEXTS:
        return ""
    return LINES.format(folder=folder, kind=kind, like=typical(same[0], hands))


def gathered_sheet(state: State, hands: Hands) -> Sheet | None:
    """The files of the one folder that the goal names as one table; None: they hold none, or the
    files themselves are meant."""
    folder, inside = folder_named(state)
    if not folder or is_about_files(state.goal):
        return None
    kind, same = of_one_kind(inside)
    if not 1 < len(same) <= MOST_FILES or kind not in (*LOGS, *ROWS):
        return None
    data = {path: found for path in same if (found := whole(path, hands))}
    path = f"{folder}/*.{kind}"
    if kind in LOGS:
        return of_lines(
            {name: text.decode("utf-8", "replace") for name, text in data.items()}, path
        )
    sheets = [sheet for name, found in data.items() if (sheet := sheet_of(name, found))]
    return together(sheets, path) if len(sheets) == len(same) else None


def folder_named(state: State) -> tuple[str, list[str]]:
    """(the one folder that the goal names, the files below it); ("", []): it names none, or
    several, or there is but one file."""
    paths = [path for path, _ in state.scouted.digests] if state.scouted else []
    named = {folder for path in paths if (folder := folder_of(path, state.goal))}
    inside = [path for path in paths if path.startswith(tuple(f"{name}/" for name in named))]
    return (named.pop(), inside) if len(named) == 1 and len(inside) > 1 else ("", [])


def of_one_kind(paths: Sequence[str]) -> tuple[str, list[str]]:
    """(the ending that most of them have, those); ("", []): they are of many kinds."""
    kind, count = Counter(map(ending, paths)).most_common(1)[0]
    same = [path for path in paths if ending(path) == kind]
    return (kind, same) if count >= MOSTLY * len(paths) else ("", [])


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
