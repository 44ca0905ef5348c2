"""Where the workspace speaks of what the goal names: a line found is a question half answered."""

import re
from collections.abc import Sequence

from selfstarter.core.decoding import binary_kind, decoded
from selfstarter.core.errors import ToolFailed
from selfstarter.core.ports import Files
from selfstarter.goals.names import FILE
from selfstarter.texts.words import without_addresses

NAMED = re.compile(
    r"[\"'“‘]([^\"'“”‘’\n]{3,40})[\"'”’](?!\w)"  # in quotes
    r"|\b([A-Z]{1,5}-?\d{2,}|\d{4,})\b"  # codes and numbers
    r"|(?<=[a-z,] )([A-Z][\w-]+(?: [A-Z][\w-]+)*)"  # names in mid-sentence
)
YEAR = re.compile(r"(19|20)\d\d")
MOST_NAMES, MOST_LINES = 4, 12
"""What is found more often is no help."""
MOST_FILES, MOST_BYTES = 300, 1 << 20
LINE = 200


def mentions_of(goal: str, files: Files, paths: Sequence[str]) -> str:
    """The lines that hold a name or code of the goal, each with its file; empty: few hold one."""
    names = names_in(goal)
    # Without a name no file is opened: most goals have none, and the first look must stay quick.
    paths = paths[:MOST_FILES] if names else ()
    texts = {path: lines for path in paths if (lines := lines_of(path, files))}
    found: list[str] = []
    for name in names:
        word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        lines = [
            f"{path}: {line.strip()[:LINE]}"
            for path, text in texts.items()
            for line in text
            if word.search(line)
        ]
        if 0 < len(lines) <= MOST_LINES:
            found.append(f"Lines with {name}:\n" + "\n".join(lines))
    return "\n\n".join(found)


def names_in(goal: str) -> list[str]:
    said = FILE.sub(" ", without_addresses(goal))
    names = (next(filter(None, m.groups())) for m in NAMED.finditer(said))
    return list(dict.fromkeys(name for name in names if not YEAR.fullmatch(name)))[:MOST_NAMES]


def lines_of(path: str, files: Files) -> list[str]:
    try:
        data = files.read(path, MOST_BYTES)
    except ToolFailed:
        return []
    return [] if binary_kind(data) else decoded(data)[0].splitlines()
