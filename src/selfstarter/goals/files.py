"""What a goal wants done with which file: made, changed, read only, moved or left alone. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

from selfstarter.core.contract import FileExists, FileMatches, Sketch
from selfstarter.goals.names import (
    EXAMPLE,
    FILE,
    at_any_depth,
    files_named,
    is_called,
    with_globs,
)
from selfstarter.goals.orders import CHANGES, SPLIT, TESTS, WHOLE_FILES, only_asks, open_ended
from selfstarter.goals.programs import CALL
from selfstarter.texts.words import ending, mentions, without_addresses

ASKED_ABOUT = 256
"""Files of a goal that are asked about at each step."""
ENDINGS = (
    r"\brename\b[^;]*?(?<!\w)\*?\.(\w{1,5})\b"
    r"[^;]*?\b(?:to|into|as|in)\b[^;]*?(?<!\w)\*?\.(\w{1,5})\b"
)
"""`rename all .txt files to .md`"""
NEVER = (
    r"(?:(?:must|may|should|shall|can|do|does|is|are|to)\s+(?:not|never)|\w+n[’']t|cannot|never"
    r"|without|not)(?:\s+to)?"
)
EDITS = r"(?:chang|touch|edit|modif|alter|overwrit)\w*\b"
ONE_FILE = rf"[`'\"]?(?:{FILE.pattern}|(?<![\w./-])(?:[\w-]+/)+(?!\w|\.\w))(?![’']s\b)[`'\"]?"
LISTED = rf"(?P<files>{ONE_FILE}(?:\s*(?:,|\band\b|\bor\b|\bnor\b)+\s*{ONE_FILE})*)"
NOT_SO_FAR = r"(?!\s+(?:unless|except|beyond|more|before|until|to|into|by|in(?! any))\b)"
LEFT_AS_THEY_ARE = (
    rf"\b{NEVER}\s+{EDITS}\s+(?:(?:the|my|our|any|anything|either|in|of|files?|folders?)\s+)*"
    rf"{LISTED}{NOT_SO_FAR}(?!\s+(?:is|are|should|must|needs?|has|can|will)\b)",
    rf"{LISTED}\s*(?:,?\s*(?:which|that)?\s*(?:is|are|comes?|belongs?)\b(?:[^.;]|\.\w)*?"
    rf"(?:,|\band\b|\bso\b|[:–-])\s*(?:so\s+)?(?:it|they|that)?\s*)?"
    rf"\b{NEVER}\s+be\s+{EDITS}{NOT_SO_FAR}",
    rf"\b(?:leave|keep)\s+(?:(?:the|my|our|files?|folders?)\s+)*{LISTED}\s+(?:alone|untouched"
    r"|unchanged|unmodified|intact|as\s+(?:it|they)\s+(?:is|are|was|were))\b",
)
"""How a person says which files are not to be changed."""
LEAVES = re.compile(rf"\b(?:{NEVER}\s+(?:be\s+)?{EDITS}|(?:leave|keep)\b)", re.IGNORECASE)
"""In each of them: they are slow where hundreds of files are listed, and that is found at once."""
READS = "from|of|out of|read|reads|using|use|open|load|with|given|check|see|look at|look into"
TAKES = (
    r"(?:clean|summari[sz]e|sum|total|average|translate|convert|merge|combine|join|concatenate|sort"
    r"|de-?duplicate|filter|parse|validate|anonymi[sz]e|group|aggregate|rewrite|count|compare|split"
    r"|analy[sz]e|fix|repair|correct|process|transform|reformat|format|normali[sz]e|extract|import"
    r"|compress|reverse|tidy|proofread|shorten|review|inspect|refactor|debug|copy)(?:\s+up)?"
)
"""Orders about what is there: a file that stands behind one of them was meant to be there."""
BEGINS_ORDER = re.compile(
    r"(?:^|[.;:,!?\n]|\b(?:to|and|then|please|first|now|also|must|should|will|can|you))\s*$", re.I
)
NAMES_A_THING = re.compile(
    r"\b(?:an?|the|one|single|short|brief|new|final|my|our|this|that|its|their)\s+(?:[\w-]+\s+)?$",
    re.IGNORECASE,
)
"""Ends before a word that says what a thing is like: `one clean`, `a short review`."""
INTO = re.compile(r"\b(?:into|as|called|named|want|need)\b", re.IGNORECASE)
PUTS = re.compile(
    r"\b(?:write|save|store|put|record|note|create|make|generate|produce|export|output|draft"
    r"|document|collect|keep)\b",
    re.IGNORECASE,
)
FOLDERS_LIKE = re.compile(
    r"\b(?:like|such as|e\.g\.|for (?:example|instance))[:,]?\s+"
    r"[`'\"]?(?P<name>\d[\w-]*\d)(?![\w/-]|\.\w)",
    re.IGNORECASE,
)
"""`folders named like 2026-01`."""


def outputs(goal: str, sketch: Sketch, existing: Mapping[str, str]) -> tuple[str, ...]:
    """Files that the work must leave behind: those the goal names and that are not there yet.

    Only where it names none, and does not only ask, is the model's guess taken.
    """
    new = new_names(goal, sketch, existing)
    if new or only_asks(goal) or moves_files(goal, existing):
        return new
    return tuple(name for name in sketch.files if name not in existing)


def new_names(goal: str, sketch: Sketch, existing: Mapping[str, str]) -> tuple[str, ...]:
    """Files that the goal names and that are not there yet, each where it is to lie. A model that
    could only guess is asked for none where the goal names one."""
    new = tuple(
        name
        for name in files_named(EXAMPLE.sub("", CALL.sub(r"\1", goal)))
        if not at_any_depth(name, existing) and not read_from(name, goal)
    )
    new = tuple(name for name in new if name not in moved(goal, existing))
    return tuple(dict.fromkeys(path for name in new for path in placed(name, sketch.files)))


def new_globs(goal: str, existing: Iterable[str]) -> tuple[str, ...]:
    """Where files are to be made whose names the goal leaves open: `docs/*.md`. Of those that are
    there already, some may be what it is about."""
    there = [f"/{path}" for path in existing]
    named = with_globs(EXAMPLE.sub("", CALL.sub(r"\1", goal)))
    open_ = (glob for name, glob in named.items() if glob != name and not read_from(name, goal))
    return tuple(
        glob
        for glob in dict.fromkeys(open_)
        if not any(fnmatchcase(path, f"*/{glob}") for path in there)
    )


def placed(name: str, files: Iterable[str]) -> Sequence[str]:
    """Where the model that read the goal puts a file that it names without a folder: `a summary.md
    in each of the folders`."""
    paths = [path for path in files if path == name or path.endswith(f"/{name}")]
    return paths if paths and "/" not in name and name not in paths else [name]


def promised(goal: str, sketch: Sketch, existing: Mapping[str, str]) -> tuple[str, ...]:
    """New files that the model names beside those of the goal, of which none of its criteria
    speaks."""
    made = new_names(goal, sketch, existing)
    if not made or moves_files(goal, existing):
        return ()
    seen = [str(getattr(criterion.check, "path", "")) for criterion in sketch.criteria]
    new = (path for path in sketch.files if path not in existing and path not in made)
    return tuple(
        path
        for path in new
        if FILE.fullmatch(path) and not any(fnmatchcase(path, one) for one in seen)
    )


def moved(goal: str, existing: Iterable[str]) -> tuple[str, ...]:
    """Where the goal says that files of the workspace are to lie: `like 2024-05/a.jpg`."""
    names = {path.rpartition("/")[2] for path in existing}
    return tuple(
        path
        for path in files_named(goal)
        if "/" in path and path.rpartition("/")[2] in names and not at_any_depth(path, existing)
    )


def new_endings(goal: str, existing: Iterable[str]) -> tuple[str, str] | None:
    """(.txt, .md) where files are to get another ending; None: none of those there are."""
    ends = re.search(ENDINGS, goal, re.IGNORECASE)
    was, new = (f".{name}" for name in ends.groups()) if ends else ("", "")
    return (was, new) if ends and any(path.endswith(was) for path in existing) else None


def renamed(goal: str, existing: Collection[str]) -> tuple[str, ...]:
    """Where files are to lie that get another ending: `rename all .txt files to .md`."""
    ends = new_endings(goal, existing)
    if ends is None:
        return ()
    was, new = ends
    return tuple(f"{path.removesuffix(was)}{new}" for path in existing if path.endswith(was))


def moves_files(goal: str, existing: Iterable[str]) -> bool:
    """Does the goal order something to be done with files, and name none of the workspace?"""
    named = any(path.rpartition("/")[2] in files_named(goal) for path in existing)
    return bool(WHOLE_FILES.search(goal)) and not named


def example_folder(goal: str) -> str:
    """The name that the goal gives as an example of its folders; empty: none."""
    like = FOLDERS_LIKE.search(goal) if re.search(r"\bfolders?\b", goal, re.IGNORECASE) else None
    return like["name"] if like else ""


def is_spoken_of(path: str, columns: Iterable[str], goal: str) -> bool:
    """Does a goal that names no file speak of this table: by its name, or by that of a column?"""
    stem = re.sub(r"[\W_]+", " ", path.rpartition("/")[2].rpartition(".")[0]).strip()
    forms = {stem, stem.removesuffix("s"), *(column.strip() for column in columns)}
    return any(len(form) >= SHORTEST_SPOKEN and mentions(form, goal) for form in forms)


def rows_there(existing: Iterable[str]) -> list[str]:
    """The tables of a folder that one may be meant of."""
    return [path for path in existing if ending(path) in ROWS][:MOST_LOOKED_AT]


ROWS = ("csv", "tsv")
MOST_LOOKED_AT = 12
SHORTEST_SPOKEN = 3
"""Letters of a name that is not said by chance."""


def missing(goal: str, existing: Mapping[str, str], made: Collection[str] = ()) -> tuple[str, ...]:
    """Files that the goal reads from and that are not there: nobody may make them up.

    `made`: those that a model which can be trusted takes for results; that counts where the goal
    can be read so."""
    return tuple(
        name
        for name in files_named(goal)
        if not at_any_depth(name, existing)
        and (said_to_be_read(name, goal) or (name not in made and read_from(name, goal)))
    )


def results_drafted(sketch: Sketch) -> set[str]:
    """Files that a model wants at the end: they are there, or hold something."""
    checks = (criterion.check for criterion in sketch.criteria)
    paths = {check.path for check in checks if isinstance(check, (FileExists, FileMatches))}
    return paths | {*sketch.files}


def to_be_left(goal: str, existing: Iterable[str]) -> tuple[str, ...]:
    """Paths of the files there that the goal says are not to be changed, by their names or by that
    of a folder."""
    names: list[str] = []
    for said in LEFT_AS_THEY_ARE if LEAVES.search(goal) else ():
        for found in re.finditer(said, goal, re.IGNORECASE):
            ordered = re.search(rf"{CHANGES.pattern}\s+(?:the\s+)?$", goal[: found.start()], re.I)
            listed = [one[0].strip("`'\"") for one in re.finditer(ONE_FILE, found["files"])]
            names += listed[bool(ordered) :]  # `fix a.py and b.py must not be touched`
    return tuple(path for path in existing if any(is_or_holds(name, path) for name in names))


def is_or_holds(name: str, path: str) -> bool:
    """Is it the file's name, or that of a folder above it?"""
    if name.endswith("/"):
        return f"/{name}" in f"/{path}"
    return path == name or path.endswith(f"/{name}")


def inputs(goal: str, sketch: Sketch, existing: Iterable[str]) -> tuple[str, ...]:
    """Files that are only read: all that were there, where the goal wants new ones and speaks of
    no change to the old. A small model writes over its own material."""
    known = dict.fromkeys(existing, "")
    made = (*outputs(goal, sketch, known), *new_globs(goal, known))
    if not any(name not in known for name in made):
        return ()
    spoken = re.split(r"(?<=[a-z)])[.;!?]\s+", goal)
    changing = " ".join(sentence for sentence in spoken if CHANGES.search(sentence))
    return tuple(path for path in known if path.rpartition("/")[2] not in changing)


DATA = ("csv", "tsv", "jsonl", "ndjson", "xlsx", "parquet", "log", "pdf")
PUT_IN_ORDER = "(sort|tidy|organi[sz]e|clean|set|replace|split|merge|normali[sz]e|format)"


def is_source(path: str, goal: str) -> bool:
    """Is it data that the goal draws on, and does not ask to put in order?"""
    name = re.escape(path.rpartition("/")[2])
    if re.search(rf"\b{PUT_IN_ORDER}\s+([\w-]+\s+)?[`'\"]?(\S*/)?{name}", goal, re.IGNORECASE):
        return False
    return is_called(path, goal) or ending(path) in DATA


def may_be_moved(path: str, goal: str) -> bool:
    """Is it data of which the goal says nothing? Then what counts is that nothing of it is lost:
    whoever sorts a folder puts it elsewhere."""
    named = is_called(path, goal) or path in to_be_left(goal, [path])
    return ending(path) in DATA and not named


@lru_cache(ASKED_ABOUT)
def read_from(name: str, goal: str) -> bool:
    """Does the goal speak of the file as something that is there: `from a.csv`, `a.csv has …`?"""
    return plainly_read(name, goal) or worked_on(name, goal)


def plainly_read(name: str, goal: str) -> bool:
    return said_to_be_read(name, goal) or holds_what_goes_elsewhere(name, without_addresses(goal))


def said_to_be_read(name: str, goal: str) -> bool:
    """In words that mean nothing else."""
    goal, file = without_addresses(goal), re.escape(name)
    before = rf"\b({READS})\s+(the\s+)?(file\s+|table\s+)?[`'\"]?{file}"
    after = rf"{file}[`'\"]?\s+(has|holds|contains|is|lists)\b"
    return bool(re.search(f"{before}|{after}", goal, re.IGNORECASE))


def worked_on(name: str, goal: str) -> bool:
    """Is something to be done with it? `a clean a.csv` and `the import a.csv` are no orders."""
    goal = without_addresses(goal)
    others = rf"(?:{FILE.pattern}[`'\"]?(?:\s*,)?\s+(?:(?:and|or|with)\s+)?[`'\"]?)*"
    taken = (
        rf"\b{TAKES}\s+(?:(?:the|my|our|this|both|all|of|files?|table)\s+)*[`'\"]?{others}"
        rf"{re.escape(name)}"
    )
    return any(is_order(goal[: said.start()]) for said in re.finditer(taken, goal, re.IGNORECASE))


def is_order(before: str) -> bool:
    """`before`: what stands in front of a word that may be one."""
    clause = re.split(r"[.;:!?]\s|\n", before)[-1]
    if BEGINS_ORDER.search(before):
        return True
    return not (NAMES_A_THING.search(clause) or PUTS.search(clause) or INTO.search(clause))


ANOTHER_ORDER = re.compile(
    r"[.;:]\s|\b(?:and|also|then)\s+(?:also\s+|then\s+)?"
    r"(?:save|write|export|store|put|make|create|draw|list|give)\b"
    r"(?!\s+(?:it|them|that|this|these|those|(?:the|each|every)\s+(?:result|output|one)s?)\b)",
    re.IGNORECASE,
)


def holds_what_goes_elsewhere(name: str, goal: str) -> bool:
    """`sum the amounts in orders.csv into totals.csv`: not so `write the totals in a.csv`, nor
    where another order follows: `explain it in a.md and save the totals as b.csv`."""
    inside = rf"\b(?:in|of|inside)\s+(?:the\s+)?(?:file\s+|table\s+)?[`'\"]?{re.escape(name)}"
    found = re.search(inside, goal, re.IGNORECASE)
    if found is None or PUTS.search(re.split(r"[.;:]\s", goal[: found.start()])[-1]):
        return False
    behind = ANOTHER_ORDER.split(goal[found.end() :])[0]
    into = (
        rf"\b(?:into|to|as|in|called|named)\s+(?:an?\s+|the\s+)?(?:file\s+)?[`'\"]?{FILE.pattern}"
    )
    return any(there[1] != name for there in re.finditer(into, behind, re.IGNORECASE))


def edited(goal: str, sketch: Sketch, existing: Mapping[str, str]) -> tuple[str, ...]:
    """Files that are there and must change: named by the model, by an order, or by both. Where the
    person says nothing of what they want, nothing of theirs is written over on a guess; nor is a
    guess a demand where the model has said what is to hold."""
    if only_asks(goal) or SPLIT.search(goal) or open_ended(goal):
        return ()
    if moved(goal, existing) or moves_files(goal, existing):
        return ()
    left = to_be_left(goal, existing)
    there = [name for name in existing if not TESTS.search(name) and name not in left]
    guessed = [name for name in sketch.files if name in there]
    named = [name for name in guessed if is_called(name, goal)]
    if not named:
        tails = [path for path in there if path.rpartition("/")[2] in files_named(goal)]
        named = tails if len(tails) == 1 else []
    return tuple(named or (() if sketch.criteria else guessed[:1]))
