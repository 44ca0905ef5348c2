"""What a goal says in so many words: file names, formats, tests. Pure, and no model needed."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal

from selfstarter.core.contract import (
    ANSWERED,
    AnswerGiven,
    Check,
    CitationsResolve,
    CommandPasses,
    Criterion,
    FileChanged,
    FileExists,
    FileMatches,
    Outline,
    Replaced,
    Reproduced,
    Sketch,
    TestsPass,
    ToolCalled,
)
from selfstarter.moves.answers import decimals
from selfstarter.moves.goal_file import pointed
from selfstarter.moves.programs import CALL, trial
from selfstarter.moves.prose import left_alone, of_text
from selfstarter.moves.tables import Table, too_long
from selfstarter.moves.words import COMMON, ending, mentions, without_addresses, words_of

ASKED_ABOUT = 256
"""Files of a goal that are asked about at each step."""
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
PARSES = {"json": "json", "csv": "csv", "py": "python", "toml": "toml", "ini": "ini"}
ASKS = re.compile(
    r"\?|\b(what|which|who|whom|whose|when|where|why|how (many|much|long|often|old|far)|tell|find"
    r"|look up|show|list|count|describe|explain|summari[sz]e|answer|give me|name the)\b",
    re.IGNORECASE,
)
ORDERS = re.compile(
    r"(?:^|[.;:,]\s+|\b(?:and|then|please|to)\s+)(change|set|edit|fix|repair|correct|move|rename"
    r"|sort|organi[sz]e|tidy|update|replace|delete|remove|add|clean|convert|create|make|write|put"
    r"|copy|split|merge|save|build|implement|turn|raise|lower|increase|switch|store)\b",
    re.IGNORECASE,
)
DOCUMENT = re.compile(
    r"\b(report|analysis|summar\w+|overview|comparison|brief|memo|article|digest|review)\b", re.I
)
COMPOSED = re.compile(
    r"\b(?:write|compose|draft|make|create|prepare|design|invent|come up with|give me)\b"
    r"[^.;]{0,40}\b(?:haiku|poem|limerick|song|story|tale|letter|e-?mail(?! address)|essay|speech"
    r"|plan|agenda|invitation|recipe|blog post|biography|description|explanation|proposal|guide"
    r"|tutorial|instructions|slogan|joke|greeting|ideas|tips|packing list|web ?site|web ?page"
    r"|landing page)\b(?!\.\w)"
    r"|\b(?:translate|explain|describe)\b(?!\.\w)",
    re.IGNORECASE,
)
"""A text that is written and not worked out: no program comes to it."""
ONCE = re.compile(
    r"\b(?:(?<!than )once|unique|distinct|(?:no|without) (?:duplicates|repeats)|de-?duplicat\w+"
    r"|(?:remove|drop|delete|eliminate)\b[^.;]{0,30}\bduplicates?)\b",
    re.IGNORECASE,
)
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
COMPARES = re.compile(r"\b(?:compar(?:e|es|ing|ison)|recommend\w*)\b", re.IGNORECASE)
TESTS = re.compile(r"(^|/)(test_[^/]*|[^/]*_test)\.py$")
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
CHANGES = re.compile(
    r"\b(edit|change|fix|repair|correct|update|modify|append|extend|refactor|improve|rename|move"
    r"|delete|remove|replace|insert|in place|add \w+ (to|in))\b",
    re.IGNORECASE,
)
SPLIT = re.compile(
    r"\bsplit\b|\b(?:one|a|an own|its own|a separate) file (?:per|for (?:each|every))\b",
    re.IGNORECASE,
)
WHOLE_FILES = re.compile(
    r"\b(?P<done>move|rename|copy|tidy|sort|organi[sz]e|delete|remove|put)\b(?:[^.;]|\.(?=\w))*"
    r"\b(?:files|folders?|pictures|photos|images|documents)\b",
    re.IGNORECASE,
)
"""Orders that do something with files, and nothing with what stands in them."""
ENDS_FILES = re.compile(
    r"\b(?:delete|remove|throw|clear|drop|merge|combine|zip|compress|convert|duplicates?)\b",
    re.IGNORECASE,
)
"""Orders after which a file may be gone."""
FOLDERS_LIKE = re.compile(
    r"\b(?:like|such as|e\.g\.|for (?:example|instance))[:,]?\s+"
    r"[`'\"]?(?P<name>\d[\w-]*\d)(?![\w/-]|\.\w)",
    re.IGNORECASE,
)
"""`folders named like 2026-01`."""
TABLES = (".csv", ".tsv", ".json")
Order = Literal["", "rising", "falling", "some"]
FREE_TEXT = ("md", "html", "htm", "py", "js", "ts", "sh", "css", "svg", "tex", "rst")
MIN_WORDS = 120
TO_DO = re.compile(r"\b(?:fix|repair|correct|(?:some|any)?thing)\b", re.IGNORECASE)
"""What is broken may be found by its tests, and a thing that is to be made can be made."""
NOTHING_NAMED = frozenset(
    "anything better cool here i me more my nice nicer please something stuff there"  # noqa: SIM905
    " these thing things those up us useful".split()
)
"""Words that an order may have, with COMMON ones, and still not say what it is about."""
CHANGED = "something in the folder is changed"
FALLBACK = "RESULT.md"
"""What is made where a goal wants nothing that can be named."""


def files_named(goal: str) -> tuple[str, ...]:
    """File names in the goal, in order, each once: `report.md`, `out/totals.csv`. What an address
    of the web ends with is none."""
    found = (m[1] for m in FILE.finditer(without_addresses(goal)) if ending(m[1]) in KNOWN)
    return tuple(dict.fromkeys(found))


def clauses(goal: str) -> tuple[str, ...]:
    """The goal in its own words, a sentence each: what a small model says again, it misreads."""
    said = re.split(r"(?<=[.!?;:])\s+|\n+", goal.strip())
    return tuple(" ".join(sentence.split()) for sentence in said if re.search(r"\w", sentence))


def columns_named(goal: str) -> tuple[str, ...]:
    """`with the columns id, place (the city) and weight (kg)` -> id, place, weight (kg); nothing
    else is sure enough."""
    name = r"[\w-]+(?:\s\([^()\n]{1,40}\))?"
    found = re.search(
        r"\b(?:columns|fields|keys|header)(?:,| named| called| are)?:?\s+"
        rf"((?:{name}\s*,\s*)+(?:and\s+)?{name}(?:\s+and\s+{name})?"
        rf"|{name}\s+and\s+{name})",
        goal,
        re.IGNORECASE,
    )
    if found is None or re.match(r"\s*[^\s.,:;()]", goal[found.end() :]):
        return ()  # the last name goes on: `price per unit`
    words = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+(?![^(]*\))", REMARK.sub("", found[1]))
    return tuple(word for word in words if word)


REMARK = re.compile(r"\s\((?!(?!int|str|bool)[^()\s]{1,4}\))[^()]*\)")
"""What is said of a column in brackets, and is no unit of it."""


def order_wanted(goal: str) -> tuple[Order, str]:
    """(order, column) that the goal asks for; an empty order: none is named."""
    by = re.search(
        r"\b(?:sort|order)(?:ed)?\b(?:[^.;]|\.\w)*?\bby\s+(?:the\s+|their\s+)?([\w-]+)", goal, re.I
    )
    column = by[1] if by else ""
    if re.search(FALLS, goal, re.IGNORECASE):
        return "falling", column
    if by or re.search(RISES, goal, re.IGNORECASE):
        return "rising", column
    return ("some" if re.search(SOME_ORDER, goal, re.IGNORECASE) else ""), ""


SOME_ORDER = r"\b(?!west|rest|test|guest|request|interest|forest)\w{2,}est\b[^.,;]{0,30}\bfirst\b"
"""The wettest first, the busiest first: sorted by something, in a direction that is not known."""
FALLS = (
    r"\b(biggest|largest|highest|greatest|longest|newest|latest|most(?: \w+)?)\b[^.,;]{0,30}\bfirst"
    r"|\bdescending\b|\b(highest|largest|most) to (the )?(lowest|smallest|least|fewest)\b"
)
RISES = (
    r"\b(smallest|lowest|cheapest|shortest|fewest|earliest)\b[^.,;]{0,30}\bfirst\b"
    r"|\bascending\b|\balphabetical|\b(lowest|smallest) to (the )?(highest|largest)\b|\bsorted\b"
)
EVERY = r"\b(every|each|all|convert\w*|one (object|row|line|entry|record) (per|for))\b"
SIFTS = (
    r"\b(only|drop\w*|remov\w+|without|except|exclud\w+|skip\w*|ignor\w+|leave out|filter\w*"
    r"|unique|distinct|duplicat\w+|once|not? count|totals?|sums?|sum up|add up|added up|averages?"
    r"|mean|median|counts?|group\w*|per (?!line\b)\w+ (?:and|,)|top|more than|less than|at least"
    r"|at most|over|under|above|below|before|after|between|since|until|where|whose|who|invalid"
    r"|valid|match\w*|merge\w*|combin\w+|split\w*|clean\w*|overdue|unpaid|cancel\w+)\b"
)
BLANKS = r"\b(where|if|when)\b[^.;]*\b(null|empty|blank|leave|zero|missing)\b[^.;]*"


def group_of(
    goal: str, columns: Sequence[str], tables: Mapping[str, Table]
) -> tuple[str, str] | None:
    """(column, table): the goal wants something counted or added up for each of the column's
    values, and the column is to be in the result under its own name."""
    found = re.findall(GROUPS, goal, re.IGNORECASE)
    if re.search(RESPELLS, goal, re.IGNORECASE):
        return None
    if len(tables) != 1 or len(found) != 1:
        return keys_of_group(goal, columns, tables)
    name, other = (word.lower() for word in found[0])
    path, table = next(iter(tables.items()))
    heads = [one.lower() for one in table.head]
    wanted = [column.lower() for column in columns]
    if name not in wanted or name not in heads or other in heads:
        return None
    values = [row[heads.index(name)] for row in table.rows if heads.index(name) < len(row)]
    return (name, path) if len(set(values)) < len(values) else None


def keys_of_group(
    goal: str, columns: Sequence[str], tables: Mapping[str, Table]
) -> tuple[str, str] | None:
    """The same of several tables: `the visits of each person`, with a name and a new column, where
    one table has each name once."""
    if len(columns) != 2 or not re.search(OF_EACH, goal, re.IGNORECASE):
        return None
    held = [
        (column.lower(), path, table)
        for path, table in tables.items()
        for column in columns
        if column.lower() in (one.lower() for one in table.head)
    ]
    if len(held) != 1:
        return None
    name, path, table = held[0]
    at = [one.lower() for one in table.head].index(name)
    values = [row[at] for row in table.rows if at < len(row)]
    return (name, path) if len(set(values)) == len(values) > 1 else None


OF_EACH = (
    r"\b(add\w* up|sums?|totals?|counts?|averages?|how (many|much)|number of)\b[^.;:]*"
    r"\b(per|each|every)\b"
)
GROUPS = (
    r"\b(?:add\w*|sums?|totals?|counts?|averages?|means?|medians?|how (?:many|much)|number of \w+"
    r"|highest|lowest)\b(?:[^.;:]|\.\w){0,60}?\b(?:per|(?:for|of|in) (?:each|every))\s+(\w+)"
    r"(?:(?:\s*,\s*|\s+and\s+)(\w+))?"
)


def source_of_records(goal: str, existing: Iterable[str]) -> str:
    """The table whose every record the result must hold; empty: the goal sifts, or is not clear."""
    spoken = re.sub(BLANKS, " ", without_addresses(goal), flags=re.IGNORECASE)
    if not re.search(EVERY, spoken, re.IGNORECASE) or re.search(SIFTS, spoken, re.IGNORECASE):
        return ""
    tables = [name for name in files_named(goal) if name.endswith(TABLES) and name in [*existing]]
    if len(tables) == 1:
        return tables[0]
    every = re.search(
        rf"\b(?:every|each|all)\b(?:[^.;]|\.\w)*?\bfrom\s+(?:the\s+)?({FILE.pattern})", spoken
    )
    return every[1] if every and every[1] in tables else ""


EXAMPLE = re.compile(
    r"\b(?:like|such as|e\.g\.|for (?:example|instance))[:,]?\s+[`'\"]?[\w/-]+(?:\.[\w/-]+)+",
    re.IGNORECASE,
)


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


def is_spoken_of(path: str, columns: Iterable[str], goal: str) -> bool:
    """Does a goal that names no file speak of this table: by its name, or by that of a column?"""
    stem = re.sub(r"[\W_]+", " ", path.rpartition("/")[2].rpartition(".")[0]).strip()
    forms = {stem, stem.removesuffix("s"), *(column.strip() for column in columns)}
    return any(len(form) >= SHORTEST_SPOKEN and mentions(form, goal) for form in forms)


def is_named(folder: str, goal: str) -> bool:
    return re.search(rf"(?<![\w/]){re.escape(folder)}/?\b", goal) is not None


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
        and (plainly_read(name, goal) or (name not in made and worked_on(name, goal)))
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
    for said in LEFT_AS_THEY_ARE:
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
    if not any(name not in known for name in outputs(goal, sketch, known)):
        return ()
    spoken = re.split(r"(?<=[a-z)])[.;!?]\s+", goal)
    changing = " ".join(sentence for sentence in spoken if CHANGES.search(sentence))
    return tuple(path for path in known if path.rpartition("/")[2] not in changing)


@lru_cache(ASKED_ABOUT)
def read_from(name: str, goal: str) -> bool:
    """Does the goal speak of the file as something that is there: `from a.csv`, `a.csv has …`?"""
    return plainly_read(name, goal) or worked_on(name, goal)


def plainly_read(name: str, goal: str) -> bool:
    """In words that mean nothing else."""
    goal, file = without_addresses(goal), re.escape(name)
    before = rf"\b({READS})\s+(the\s+)?(file\s+|table\s+)?[`'\"]?{file}"
    after = rf"{file}[`'\"]?\s+(has|holds|contains|is|lists)\b"
    said = re.search(f"{before}|{after}", goal, re.IGNORECASE)
    return bool(said) or holds_what_goes_elsewhere(name, goal)


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


def holds_what_goes_elsewhere(name: str, goal: str) -> bool:
    """`sum the amounts in orders.csv into totals.csv`: not so `write the totals in a.csv`."""
    inside = rf"\b(?:in|of|inside)\s+(?:the\s+)?(?:file\s+|table\s+)?[`'\"]?{re.escape(name)}"
    found = re.search(inside, goal, re.IGNORECASE)
    if found is None or PUTS.search(re.split(r"[.;:]\s", goal[: found.start()])[-1]):
        return False
    behind = goal[found.end() :]
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


def is_called(path: str, goal: str) -> bool:
    """Does the goal say the name of the file, and not as a part of a longer one?"""
    name = re.escape(path.rpartition("/")[2])
    said = rf"(?<![\w.-]){name}(?![\w-]|\.\w)"
    return re.search(said, without_addresses(goal)) is not None


def open_ended(goal: str) -> bool:
    """`surprise me`, `make it better`: does the goal leave open what is to be done at all?"""
    ordered = bool(ORDERS.search(goal))
    return names_nothing(goal) and not (ordered and TO_DO.search(goal))


def names_nothing(goal: str) -> bool:
    """No question, no file, and no order or one that does not say what it is about."""
    if ASKS.search(goal) or files_named(goal):
        return False
    ordered = {order.group(1).lower() for order in ORDERS.finditer(goal)}
    return not ordered or not {*words_of(goal)} - ordered - COMMON - NOTHING_NAMED


def unproven(criteria: Iterable[Criterion], written: Collection[str] = ()) -> bool:
    """Could a wrong result pass them all? So it is where a text or a program need only be there.

    `written`: files, and "" for the answer, that turned out as texts that no attempt can repeat.
    """
    return all(
        criterion.invariant or needs_only_be_there(criterion.check, written)
        for criterion in criteria
    )


def proves_nothing(criteria: Iterable[Criterion | None]) -> bool:
    """Would a stub pass them all: a text or a program that is there, or any change at all?"""
    checks = [c.check for c in criteria if c and not c.invariant]
    return not any(isinstance(check, ToolCalled) for check in checks) and all(
        needs_only_be_there(check, ()) or is_any_change(check) for check in checks
    )


def is_any_change(check: Check) -> bool:
    return isinstance(check, FileChanged) and not check.path and not check.kept


def needs_only_be_there(check: Check, written: Collection[str]) -> bool:
    match check:
        case FileExists(path=path) | FileChanged(path=path):
            return ending(path) in FREE_TEXT or path in written
        case FileMatches(path=path) if ending(path) in FREE_TEXT or path in written:
            return not (check.contains or check.columns or check.regex or check.order)
        case Reproduced(path=path):
            return path in written
        case AnswerGiven():
            return "" in written
        case ToolCalled():
            return True
        case _:
            return False


def only_tells(goal: str) -> bool:
    """`tell Bo that it costs 120 euros`: nothing is to be found out."""
    return not ASKS.search(re.sub(r"\btell\b", "", goal, flags=re.IGNORECASE))


def only_asks(goal: str) -> bool:
    """Does the person want to be told something, and nothing to be changed?"""
    ordered = ORDERS.search(goal) and not goal.rstrip().endswith("?")
    return bool(ASKS.search(goal)) and not ordered and pointed(goal) is None


def criteria_for(
    goal: str,
    sketch: Sketch,
    outline: Outline | None,
    existing: Mapping[str, str],
    attempts: int,
    tables: Mapping[str, Table],
    texts: Mapping[str, str],
    tools: Sequence[str] = (),
    instead: Replaced | None = None,
) -> tuple[Criterion, ...]:
    """The criteria that the words of the goal and the files of the workspace give by themselves.

    `tables`, `texts`: of those files that the goal names and that are there; `tools`: of the
    person's own, those that it names; `instead`: what it wants replaced in many files.
    """
    made = outputs(goal, sketch, existing)
    found: list[Criterion] = []

    def add(text: str, check: Check) -> None:
        found.append(Criterion(id=f"c{len(found) + 1}", text=text, check=check))

    for path in made:
        kind = ending(path)
        if kind in PARSES:
            add(
                f"{path} exists and is valid {kind}",
                FileMatches.model_validate({"path": path, "parses_as": PARSES[kind]}),
            )
        elif outline is None and draws_table(goal, path):
            add(f"{path} holds a table", FileMatches(path=path, parses_as="markdown_table"))
        else:
            add(there_text(path), FileExists(path=path))
    if len(made) == 1:
        for text, check in of_table(goal, made[0], existing, tables):
            add(text, check)
        for text, check in of_text(goal, made[0], existing):
            add(text, check)
        if tried := trial(goal, made[0], existing):
            add(f"{made[0]} runs with what the goal gives it", tried)
    tests = [path for path in existing if TESTS.search(path)]
    run = any(runs_all(criterion.check, tests) for criterion in sketch.criteria)
    spoken = re.search(r"\btests?\b", goal, re.IGNORECASE)
    if tests and not run and (spoken or any(map(TESTS.search, files_named(goal)))):
        add("the tests pass", TestsPass())
    if not made:
        changed = () if instead else edited(goal, sketch, existing)
        if instead:
            add(f"{instead.new} stands for {instead.old}, and all else is as it was", instead)
        for path in changed:
            add(f"{path} is changed", FileChanged(path=path, was=existing.get(path, "")))
            kind = ending(path)
            keeps = left_alone(goal, texts.get(path, ""))
            if keeps or kind in PARSES:
                same = {"path": path, "keeps": keeps, "parses_as": PARSES.get(kind, "")}
                text = (
                    f"{path} is otherwise as it was" if keeps else f"{path} is still valid {kind}"
                )
                add(text, FileMatches.model_validate(same))
        if not changed and not found:
            if only_asks(goal) and not (tools and only_tells(goal)):
                asks = asked_for(goal)
                named = f", with the {' and the '.join(asks)}" if asks else ""
                add(f"{ANSWERED}{named}", AnswerGiven.model_validate({"asks": asks}))
            elif not tools and not open_ended(goal):
                kept = moves_files(goal, existing) and not ENDS_FILES.search(goal)
                text = "files lie in other places, none is lost" if kept else CHANGED
                add(text, FileChanged(path="", kept=kept))
                for path in (*moved(goal, existing), *renamed(goal, existing)):
                    add(f"{path} is there", FileExists(path=path))
                if like := example_folder(goal):
                    inside = f"*{re.sub('[0-9]', '[0-9]', like)}/*"
                    add(f"files lie in folders like {like}", FileExists(path=inside))
    for path in promised(goal, sketch, existing):
        add(there_text(path), FileExists(path=path))
    if outline is not None and made:
        document(goal, outline, made[0], add)
    elif attempts and not any(isinstance(c.check, TestsPass) for c in found):
        for path, what in compared(goal, made, [c.check for c in found]):
            add(f"a second, independent attempt gives the same {what}", Reproduced(path=path))
    for name in tools:
        add(f"{name} is called", ToolCalled(tool=name))
    return tuple(found)


def runs_all(check: Check, tests: Iterable[str]) -> bool:
    """Are all these tests in the folder whose tests it runs? To run them twice tells nothing."""
    if not isinstance(check, TestsPass):
        return False
    folder = check.path.rstrip("/")
    return folder in ("", ".") or all(path.startswith(f"{folder}/") for path in tests)


def certain(
    criteria: Iterable[Criterion], goal: str, sketch: Sketch, existing: Mapping[str, str]
) -> Iterator[Criterion]:
    """Those of `criteria_for` that the goal gives for certain: what else is read out of its words
    must not stand against the criteria of a model that understands them."""
    named = (*new_names(goal, sketch, existing), *promised(goal, sketch, existing))
    answers_in_file = any(name not in existing for name in sketch.files)
    for criterion in criteria:
        match criterion.check:
            case FileMatches(path=path, parses_as="markdown_table") if path in named:
                there = FileExists(path=path)
                yield criterion.model_copy(update={"text": there_text(path), "check": there})
                continue
            case FileMatches(path=path, parses_as=kind, keeps=keeps):
                sure = bool(keeps) or (path in named and kind != "")
            case FileExists(path=path):
                sure = path in named
            case FileChanged(kept=kept):
                sure = kept
            case TestsPass():
                sure = not only_asks(goal)
            case AnswerGiven():
                sure = not answers_in_file
            case CommandPasses():
                sure = False
            case _:
                sure = True
        if sure:
            yield criterion


def there_text(path: str) -> str:
    return f"{path} exists and is not empty"


ASKED_FOR = {
    "file": r"\b(?:which|what) (?:(?!(?:do|does|did|is|are|was|were|in|of|the)\b)\w+ ){0,2}files?\b"
    r"|\bnames? of (?:the|that|each) files?\b",
    "number": r"\bhow (?:many|much)\b|\bnumber of\b"
    r"|\bwhat(?:'s| is| are| was| were) the (?:\w+ )?(?:average|mean|median)\b(?! (?:date|time))",
}


def asked_for(goal: str) -> tuple[str, ...]:
    """Kinds of things that an answer can be seen to name, as `AnswerGiven.asks`."""
    return tuple(kind for kind, said in ASKED_FOR.items() if re.search(said, goal, re.IGNORECASE))


def of_table(
    goal: str, path: str, existing: Mapping[str, str], tables: Mapping[str, Table]
) -> Iterator[tuple[str, FileMatches]]:
    """What the goal says of the one table that it wants: columns, records, order."""
    kind = ending(path)
    columns = columns_named(goal)
    if not columns and len(tables) == 1 and re.search(SAME_COLUMNS, goal, re.IGNORECASE):
        columns = next(iter(tables.values())).head
    is_table = kind in ("csv", "tsv", "json") or draws_table(goal, path)
    if columns and is_table:
        yield (
            f"{path} has the columns {', '.join(columns)}",
            FileMatches(path=path, columns=columns),
        )
    if not is_table and kind != "txt":
        return
    if ONCE.search(goal) and kind != "json":
        yield f"{path} holds nothing twice", FileMatches(path=path, distinct=True)
    names = tuple(dict.fromkeys(name for table in tables.values() for name in table.head))
    if names and PER_LINE.search(goal) and kind == "txt":
        yield f"{path} is a list, with no head above", FileMatches(path=path, no_head=names)
    places = decimals(goal) if is_table else None
    if places is not None and not holds_longer(tables, places):
        text = f"the numbers in {path} have at most {places} decimals"
        yield text, FileMatches(path=path, decimals=places)
    if numeric := [name for name in columns if is_number(name, goal)] if is_table else []:
        text = f"{path} has plain numbers as {', '.join(numeric)}"
        yield text, FileMatches(path=path, numeric=tuple(numeric))
    origin = source_of_records(goal, existing)
    source = tables.get(origin)
    if source and kind != "txt" and len(set(source.rows)) == len(source.rows):
        count = len(source.rows)
        yield f"{path} has {count} records", FileMatches(path=path, records=count)
        if not re.search(TURNS, goal, re.IGNORECASE):
            yield (
                f"the values in {path} are those of {origin}",
                FileMatches(path=path, values_of=origin),
            )
    elif kind != "txt":
        yield f"{path} holds records", FileMatches(path=path, min_records=1)
    if per := group_of(goal, columns, tables):
        column, origin = per
        yield (
            f"{path} has one row for each {column} of {origin}",
            FileMatches(path=path, one_per=column, keys_of=origin),
        )
    order, by = order_wanted(goal)
    if order:
        how = f"by {by}, " if by else ""
        said = re.search(SOME_ORDER, goal, re.IGNORECASE)
        first = said[0] if order == "some" and said else FIRST[order]
        text = f"{path} is sorted, {how}the {first} first"
        yield text.replace("first first", "first"), FileMatches(path=path, order=order, order_by=by)


def is_number(column: str, goal: str) -> bool:
    """Does the goal say that it is one: `fee (a plain number)`, `total as number`?"""
    said = (
        r"[\s(:,]*(?:as\s+)?(?:an?\s+)?(?:plain|simple|bare|whole|decimal|floating[- ]point)?\s*"
        r"(?:numbers?|integers?|floats?)\b(?!\s+of\b)"
    )
    return bool(re.search(rf"(?<!\w){re.escape(column)}{said}", goal, re.IGNORECASE))


def holds_longer(tables: Mapping[str, Table], places: int) -> bool:
    """Has a given table such numbers itself, which need not be the ones to be rounded?"""
    return any(too_long(table.rows, places) for table in tables.values())


FIRST: Mapping[Order, str] = {"falling": "largest", "rising": "smallest or first of the alphabet"}
RESPELLS = (
    r"\b(lower|upper|capital\w*|title case|format\w*|translat\w+|normali[sz]\w+|trim\w*"
    r"|strip\w*|renam\w+|replac\w+|instead)\b"
)
TURNS = (
    rf"{RESPELLS}|\b(round\w*|increas\w+|decreas\w+|rais\w+|discount\w*|add\w* \d"
    r"|percent|in (euros?|dollars?|eur|usd|minutes|hours|days|cents))\b|%"
)
"""Orders after which values are no longer those of the table: words and numbers, or words only."""
SAME_COLUMNS = r"\bsame (columns|fields)\b|\b(column|field)( name)?s? as( the)? keys?\b"
PER_LINE = re.compile(
    r"^(?!.*\b(?:header|heading|head|title)s?\b)"
    r".*\b(?:one|each|every|an?)\s+(?:\w+\s+){0,3}?"
    r"(?:per|on (?:a|its own|an own)|in (?:a|its own)|a) line\b",
    re.IGNORECASE | re.DOTALL,
)
"""`one name per line`, and no word of a head."""
TABLE = re.compile(r"\btable\b", re.IGNORECASE)


def draws_table(goal: str, path: str) -> bool:
    """Is the text to be a table, or to hold one?"""
    return ending(path) == "md" and bool(TABLE.search(goal))


def compared(goal: str, made: Iterable[str], checks: Sequence[Check]) -> Iterator[tuple[str, str]]:
    """(path, name) of the results that two attempts can be expected to agree on: word for word, or
    in the cells of the table that they draw."""
    changed = [check.path for check in checks if isinstance(check, FileChanged)]
    for path in (*made, *changed):
        if (
            path
            and not COMPOSED.search(goal)
            and (ending(path) not in FREE_TEXT or draws_table(goal, path))
        ):
            yield path, path
    if "" in changed:
        yield ".", "files"
    if any(isinstance(check, AnswerGiven) for check in checks):
        yield "", "answer"


def document(goal: str, outline: Outline, path: str, add: Callable[[str, Check], None]) -> None:
    """What a written text drawn from sources must hold."""
    add(
        f"{path} covers {', '.join(outline.subjects)}",
        FileMatches(path=path, contains=outline.subjects, min_words=MIN_WORDS),
    )
    if re.search(r"\btables?\b|\bcompar", goal, re.IGNORECASE):
        add(f"{path} holds a table", FileMatches(path=path, parses_as="markdown_table"))
    add(
        f"each fact in {path} names its file, and the numbers are in that file",
        CitationsResolve(path=path, at_least=max(2, len(outline.subjects))),
    )
