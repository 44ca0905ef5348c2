"""What a goal says of a table that it wants: its columns, records, groups and order. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from selfstarter.core.contract import FileMatches
from selfstarter.goals.decimals import decimals
from selfstarter.goals.names import FILE, files_named
from selfstarter.goals.orders import ONCE
from selfstarter.goals.units import rescaled
from selfstarter.texts.tables import Table, too_long
from selfstarter.texts.words import ending, without_addresses

TABLES = (".csv", ".tsv", ".json")
Order = Literal["", "rising", "falling", "some"]


def columns_named(goal: str) -> tuple[str, ...]:
    """`with the columns id, place (the city) and weight (kg), sorted by id` -> id, place, weight
    (kg); nothing else is sure enough."""
    name = r"[\w-]+(?:\s\([^()\n]{1,40}\))?"
    found = re.search(
        rf"(?:{BEFORE_COLUMNS})\s+"
        rf"((?:{name}\s*,\s*)+(?:and\s+)?{name}(?:\s+and\s+{name})?"
        rf"|{name}\s+and\s+{name})",
        goal,
        re.IGNORECASE,
    )
    if found is None:
        return ()
    words = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+(?![^(]*\))", REMARK.sub("", found[1]))
    behind = goal[found.end() :]
    if re.match(r"\s*[^\s.,:;()]", behind):
        if GOES_ON.fullmatch(words[-1]):  # `name, sorted by`
            words = words[:-1]
        elif not GOES_ON.match(behind.lstrip()):  # the last name goes on: `price per unit`
            return ()
    fewest = 3 if re.match(WITH, found[0], re.IGNORECASE) else 2
    return tuple(word for word in words if word) if len(words) >= fewest else ()


WITH = r"\.(?:csv|tsv|json)\b,? with(?: the)?"
"""Not sure enough before two names: `a.csv with totals and averages`."""
BEFORE_COLUMNS = (
    r"\b(?:columns|fields|keys|header)(?:,| named| called| are)?:?"
    r"|\b(?:row|line|record|entry)s? (?:per|for (?:each|every))(?: [\w-]+){1,3}"
    r"(?::|,? with(?: the)?)"
    rf"|{WITH}"
)
"""`with the columns a, b`, `one row for each visit: a, b`, `a row per person, with a and b`."""
GOES_ON = re.compile(
    r"(?:sort|order|group|round|separat|filter)ed\b|(?:one|each|where|for|with|from)\b",
    re.IGNORECASE,
)
"""Begins what is said of the table behind its columns."""
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


def best_of_each(goal: str, columns: Sequence[str]) -> str:
    """The column of which each value is wanted once: `which product brought in the most in each
    quarter`; empty: nothing is to be picked out, or there is no such column."""
    found = re.search(BEST, goal, re.IGNORECASE)
    named = {column.lower(): column for column in columns}
    return named.get(found[1].lower(), "") if found else ""


def one_row_each(goal: str, columns: Sequence[str]) -> str:
    """The column of which each value has one row: `one row per person, with name and phone`; empty:
    the goal says no such thing, or of what is no column."""
    found = re.search(ONE_ROW, goal, re.IGNORECASE)
    named = {column.lower(): column for column in columns}
    what = found[1].lower() if found else ""
    return named.get("name" if what in PEOPLE else what, "")


ONE_ROW = r"\bone (?:row|line|entry|record) (?:per|for each|for every) (\w+)"
PEOPLE = ("person", "contact", "customer", "member", "employee", "student", "guest", "user")
"""They are told apart by their names."""
BEST = (
    r"\b(?:which|what|who|the)\b[^.?!]{0,60}?\b(?:most|least|best|worst|fewest|highest|lowest|largest"
    r"|smallest|biggest|longest|shortest|top)\b[^.?!]{0,50}?"
    r"\b(?:in|for|of|per) (?:each|every) (\w+)"
)
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
    if found := rescaled(goal, tables) if is_table else None:
        text, scaled = found
        yield text, FileMatches(path=path, scaled=scaled)
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
    elif column := best_of_each(goal, columns) or one_row_each(goal, columns):
        yield f"{path} has one row for each {column}", FileMatches(path=path, one_per=column)
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
