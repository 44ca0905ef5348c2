"""Many files of a folder, brought together by lines of Python that the harness writes: a small
model looks into the first file only, or gives a pattern to what takes a path."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from selfstarter.core.contract import FileMatches
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.goals.files import ROWS, new_endings
from selfstarter.goals.mentions import lines_of, names_in
from selfstarter.goals.names import files_meant, is_named
from selfstarter.goals.orders import ONCE, WHOLE_FILES, asked_for
from selfstarter.scaffold.takings import takings, wants
from selfstarter.scaffold.tidy import as_raw, files_at, identifier
from selfstarter.texts.reading import is_prose, text_of, whole, whole_text
from selfstarter.texts.sheets import Sheet, of_lines, sheet_of, together
from selfstarter.texts.words import ending

TEXTS = frozenset("log txt md text eml out err lst srt vtt ini cfg conf rst".split())  # noqa: SIM905
LOGS = ("log", "txt", "text", "out", "lst")
MOST_FILES = 400
CASELESS = re.compile(
    r"\b(?:capitals?|case)\b[^.;]{0,30}(?:\bnot|n't)\b[^.;]{0,10}\bmatter"
    r"|\bignor\w+ (?:the )?(?:case|capitals)\b|\bcase[- ]insensitive"
    r"|\b(?:regardless of|no matter) (?:the )?(?:case|capitals)\b",
    re.IGNORECASE,
)
MOSTLY = 0.8
"""Share of a folder's files that must be of one kind, for the others to be left aside."""
LONGEST_LINE = 120
KINDS = {
    "javascript": "js", "typescript": "ts", "python": "py", "markdown": "md", "text": "txt",
    "log": "log", "shell": "sh", "ruby": "rb", "rust": "rs", "golang": "go", "java": "java",
    "html": "html", "css": "css", "yaml": "yaml", "toml": "toml", "sql": "sql",
}  # fmt: skip
"""How people call files, and their ending."""
KIND = re.compile(rf"\b({'|'.join(KINDS)})[ -]files?\b|(?<!\w)\*?\.(\w{{1,5}})[ -]files?\b", re.I)
ABOUT_FILES = re.compile(
    r"\b(?:how many|count|number of)\b(?:(?!\b(?:in|across|inside|within)\b)[^.?;])*\bfiles\b"
    r"|(?<!with the )(?<!with its )(?<!and the )(?<!and its )\bfile ?names?\b",
    re.IGNORECASE,
)


def gathered(state: State, hands: Hands) -> str:
    """The beginning of a program over the one folder that the goal names; empty: it names none, or
    several, or there is little to bring together."""
    folder, inside = folder_named(state)
    if endings := new_endings(state.goal, state.found):
        return ANOTHER_ENDING.format(folder=folder or ".", was=endings[0], new=endings[1])
    if not folder:
        return ""
    if is_about_files(state.goal):
        return FILES.format(folder=folder, one=inside[0]) + dated(inside, state.goal)
    kind, same = of_one_kind(inside, state.goal)
    if not same or kind not in (*TEXTS, *KINDS.values()):
        return ""
    begun = LINES.format(folder=folder, kind=kind, like=typical(same[0], hands), what=shown(state))
    return begun + holding(same, state, hands)


def shown(state: State) -> str:
    """Told to print whole lines where their number is asked for, a small model counts by eye."""
    return "their number" if asked_for(state.goal) == ("number",) else "whole lines"


def holding(paths: Sequence[str], state: State, hands: Hands) -> str:
    """The lines that hold the one name or code that the goal speaks of; empty: it names none that
    is there, or several."""
    lines = [line for path in paths[:MOST_FILES] for line in lines_of(path, hands.files)]
    named = [name for name in names_in(state.goal) if any(name in line for line in lines)]
    return (
        f"matching = [line for line in lines if {named[0]!r} in line]\n" if len(named) == 1 else ""
    )


def dated(paths: Sequence[str], goal: str) -> str:
    """Lines that read the dates in the names of files; empty: they have none, or none is asked for.
    A small model takes `20` for the month of 2024-05-11."""
    names = [path.rpartition("/")[2] for path in paths]
    have = sum(bool(re.search(DAY, name)) for name in names)
    asked = re.search(r"\b(?:dates?|days?|months?|years?)\b", goal, re.IGNORECASE)
    return DATED if have > 1 and asked else ""


def gathered_sheet(state: State, hands: Hands) -> Sheet | None:
    """The files of the one folder that the goal names as one table; None: they hold none, or the
    files themselves are meant."""
    folder, inside = folder_named(state)
    if not folder or is_about_files(state.goal):
        return None
    kind, same = of_one_kind(inside, state.goal)
    if not 1 < len(same) <= MOST_FILES or kind not in (*LOGS, *ROWS):
        return None
    path = f"{folder}/*.{kind}"
    if kind in LOGS:
        return of_lines({name: whole_text(name, hands) for name in same}, path)
    data = {name: found for name in same if (found := whole(name, hands))}
    sheets = [sheet for name, found in data.items() if (sheet := sheet_of(name, found))]
    return together(sheets, path) if len(sheets) == len(same) else None


def taken_out(state: State, hands: Hands) -> str:
    """The beginning of a program that takes out of texts what the goal wants taken out of them;
    empty: it wants no such thing."""
    if not wants(state.goal) or "file" in asked_for(state.goal):
        return ""
    there = list(state.found)
    named = [name for name in files_meant(state.goal, there) if ending(name) in TEXTS]
    folder, inside = ("", []) if named else folder_named(state)
    kind, same = of_one_kind(inside, state.goal) if folder else ("", [])
    paths = named if len(named) == 1 else same if kind in TEXTS else []
    found = takings(state.goal, [whole_text(path, hands) for path in paths[:MOST_FILES]])
    if found is None:
        return ""
    twice = ", some more than once" if len(set(found.found)) < len(found.found) else ""
    return TAKEN.format(
        files=files_at(f"{folder}/*.{kind}" if folder else paths[0]),
        pattern=as_raw(found.pattern),
        count=len(found.found),
        twice=twice,
        like=found.found[0],
        order="".join(f"{line}\n" for line in put_in_order(state)),
    )


def put_in_order(state: State) -> Iterator[str]:
    """Told that it is not sorted, a small model writes the same program again."""
    if ONCE.search(state.goal):
        yield "found = list(dict.fromkeys(found))"
    orders = {c.check.order for c in state.criteria if isinstance(c.check, FileMatches)} - {""}
    if len(orders) == 1:
        yield f"found.sort({'reverse=True' if orders == {'falling'} else ''})"


def lines_named(state: State, hands: Hands) -> str:
    """The beginning of a program about the lists that the goal names, an entry on each line; empty:
    it names none, or other texts. A small model reads a list as a table with a head."""
    there = list(state.found)
    named = [path for path in files_meant(state.goal, there) if ending(path) in TEXTS]
    begun = "from pathlib import Path\n\n" if named else ""
    lower = ".lower()" if CASELESS.search(state.goal) else ""
    for path in named:
        lines = [line.strip() for line in whole_text(path, hands).splitlines() if line.strip()]
        if len(lines) < 2 or is_prose(path, hands):
            return ""
        begun += ENTRIES.format(
            name=listed(path),
            path=path,
            count=len(lines),
            like=lines[len(lines) // 2][:LONGEST_LINE],
            lower=lower,
        )
        if ONCE.search(state.goal) and len(named) == 1:
            begun += EACH_ONCE.format(name=listed(path))
    return begun


def listed(path: str) -> str:
    """What a program calls the entries of a list."""
    return identifier(path.rpartition("/")[2].rpartition(".")[0], "entries")


def folder_named(state: State) -> tuple[str, list[str]]:
    """(the one folder that the goal names, the files below it); ("", []): it names none, or
    several, or there is but one file."""
    paths = list(state.found)
    named = {folder for path in paths if (folder := folder_of(path, state.goal))}
    inside = [path for path in paths if path.startswith(tuple(f"{name}/" for name in named))]
    return (named.pop(), inside) if len(named) == 1 and len(inside) > 1 else ("", [])


def of_one_kind(paths: Sequence[str], goal: str) -> tuple[str, list[str]]:
    """(the ending that the goal speaks of, or most of them have, those); ("", []): they are of many
    kinds."""
    spoken = KIND.search(goal)
    kind = KINDS[spoken[1].lower()] if spoken and spoken[1] else spoken[2].lower() if spoken else ""
    kind = kind or Counter(map(ending, paths)).most_common(1)[0][0]
    same = [path for path in paths if ending(path) == kind]
    return (kind, same) if spoken or len(same) >= MOSTLY * len(paths) else ("", [])


def is_about_files(goal: str) -> bool:
    """Are the files themselves meant, not what stands in them?"""
    return bool(ABOUT_FILES.search(goal) or WHOLE_FILES.search(goal))


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
DAY = r"(?<!\d)((?:19|20)\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)"
"""Year, month and day in a name."""
DATED = f"""dated = []  # (path, year, month, day) of those with a date in their name
for path in files:
    if found := re.search(r"{DAY}", path.name):
        dated.append((path, *found.groups()))

"""
ENTRIES = """lines = Path({path!r}).read_text().splitlines()
{name} = [line.strip(){lower} for line in lines if line.strip()]
# {name} has {count} entries, like {like!r}
"""
ANOTHER_ENDING = """from pathlib import Path

for path in sorted(Path({folder!r}).rglob("*{was}")):
    new = path.with_suffix({new!r})
"""
EACH_ONCE = "{name} = list(dict.fromkeys({name}))  # each once, the first of each\n"
TAKEN = """import re
from pathlib import Path

found = [
    one
    for path in {files}
    for one in re.findall({pattern}, path.read_text(errors="replace"))
]
# found has {count}{twice}, like {like!r}
{order}"""
LINES = """import re
from pathlib import Path

# each line of each file, with the file's name in front
lines = [
    f"{{path}}: {{line}}"
    for path in sorted(Path({folder!r}).rglob("*.{kind}"))
    for line in path.read_text(errors="replace").splitlines()
]
# a line is like {like!r}; print {what}
"""
