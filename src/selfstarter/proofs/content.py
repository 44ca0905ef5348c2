"""Does a text hold what it must: words, a table's columns and rows, a format that parses?"""

import configparser
import csv
import json
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Sequence

from pydantic_core import SchemaError, SchemaValidator, core_schema

from selfstarter.core.contract import FileMatches, Scaled, Seen
from selfstarter.core.hands import Hands
from selfstarter.core.marks import mark_of, widths
from selfstarter.core.state import State
from selfstarter.proofs.hollow import only_head, placeholder
from selfstarter.proofs.in_short import wanted
from selfstarter.texts.reading import text_to_check
from selfstarter.texts.tables import (
    RULE,
    Table,
    given_table,
    glued,
    in_no_order,
    not_numeric,
    not_one_per,
    other_values,
    table_of,
    too_long,
    unordered,
)
from selfstarter.texts.words import count_words, ending

IN_PLACE = "Replace only the text of the lines that change, and write back all the others."


def stands_in(name: str, text: str, state: State) -> str:
    return f"{name} has only a placeholder: {placeholder(name, text, state.goal)!r}"


def text_matches(text: str, check: FileMatches, state: State, hands: Hands) -> Seen:
    """As if the text stood in the file."""
    if not text.strip():
        return False, f"{check.path} is empty"
    if placeholder(check.path, text, state.goal):
        return False, stands_in(check.path, text, state)
    if check.parses_as and (wrong := wrong_in(check.parses_as, text)):
        return False, f"{check.path} is not valid {check.parses_as}: {wrong}"
    account = state.finish.summary if state.finish else ""
    if check.parses_as == "csv" and check.records != 0 and only_head(text, account):
        return False, f"{check.path} has a head and no rows; if there are none, say so at the end"
    origin = check.values_of or check.keys_of
    source = text_to_check(origin, hands) if origin else ""
    if wrong := wrong_in_table(check, text, source):
        return False, f"{check.path} {wrong}"
    if check.distinct and (twice := first_twice(text)):
        return False, f"{check.path} holds {twice[:80]!r} more than once"
    if check.no_head and (head := head_of_list(text, check.no_head)):
        return False, f"{check.path} begins with {head!r}, the name of a column (header=False)"
    missing = [part for part in check.contains if part.lower() not in text.lower()]
    if missing:
        return False, f"{check.path} does not mention {', '.join(missing[:6])}"
    if check.regex:
        holds = pattern(check.regex)
        if holds is None:
            return False, f"the criterion's pattern is not known here: {check.regex!r}"
        if not holds(text):
            return False, f"{check.path} has nothing that matches {check.regex!r}"
    words = count_words(text)
    if words < check.min_words:
        return False, f"{check.path} has {words} words, at least {check.min_words} are wanted"
    if check.max_words and words > check.max_words:
        return False, f"{check.path} has {words} words, at most {check.max_words} are wanted"
    if lost := first_lost(check.keeps, text):
        return False, f"{check.path} lacks {lost!r}, which was to stay as it was. {IN_PLACE}"
    return True, f"{check.path}: {', '.join([size_of(check.path, text), *wanted(check)])}"


def size_of(path: str, text: str) -> str:
    table = table_of(path, text) if ending(path) in ("csv", "tsv") else None
    if table is None:
        return f"{count_words(text)} words"
    return f"{len(table.rows)} rows below the head, {len(table.head)} columns"


def first_lost(keeps: Sequence[str], text: str) -> str:
    """The first passage that does not stand behind the one before; empty: all do."""
    at = 0
    for passage in keeps:
        found = text.find(passage, at)
        if found < 0:
            return passage
        at = found + len(passage)
    return ""


def pattern(regex: str) -> Callable[[str], bool] | None:
    """Does a text hold it? None: not a regular expression, or one with look-around.

    A model writes the expression: pydantic's engine takes linear time, `re` might never end.
    """
    try:
        validator = SchemaValidator(core_schema.str_schema(pattern=f"(?m){regex}"))
    except SchemaError:
        return None
    return validator.isinstance_python


def first_twice(text: str) -> str:
    """The first line that was there before; empty: none."""
    seen: set[str] = set()
    lines = (line.strip() for line in text.splitlines() if line.strip())
    return next((line for line in lines if line in seen or seen.add(line)), "")


def head_of_list(text: str, names: Collection[str]) -> str:
    """The first line, where it names columns; empty: it is something else."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    known = {name.lower() for name in names}
    there = (part.strip().strip("\"'").lower() for part in re.split(r"[,;\t]", first))
    return first if first and known.issuperset(there) else ""


TOLERANCE = 0.002
"""Of a value whose factor is rounded: 0.454, 2.205."""


def not_scaled(table: Table, check: Scaled) -> str:
    """The first cell that does not hold what is to be worked out of the other; empty: all do, or
    the table has not both columns."""
    if not {check.column, check.of} <= {*table.head}:
        return ""
    new, old = table.head.index(check.column), table.head.index(check.of)
    for row in table.rows:
        given, made = decimal_of(row[old]), decimal_of(row[new])
        if given is None:
            continue
        wanted = given * check.factor + check.offset
        places = len(row[new].partition(".")[2])
        near = max(0.501 * 10**-places, abs(wanted) * TOLERANCE)
        if made is None or abs(made - wanted) > near:
            cell = f"{check.column} {row[new] or '(nothing)'} where {check.of} is {row[old]}"
            return f"has {cell}; that is {wanted:.{max(places, 2)}f}"
    return ""


def decimal_of(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def wrong_in_table(check: FileMatches, text: str, source: str = "") -> str:
    """What is wrong with the table in the file; empty: nothing, or nothing was asked of it."""
    rows = check.records is not None or check.min_records
    looks = check.order or check.values_of or check.one_per or check.decimals is not None
    if not (check.columns or rows or looks or check.numeric or check.scaled):
        return ""
    table = table_of(check.path, text)
    if table is None:
        return "holds no table"
    given = given_table(check.values_of or check.keys_of, source) if source else None
    return "; ".join(faults(check, table, given))


def faults(check: FileMatches, table: Table, given: Table | None) -> Iterator[str]:
    if check.more_columns:
        lacking = [name for name in check.columns if not has_column(table.head, name, check.path)]
        if lacking:
            yield f"lacks the columns {', '.join(lacking)}"
    elif check.columns and not is_head(table.head, check.columns, check.path):
        few = len(table.head) < len(check.columns)
        same = len(table.head) == len(check.columns)
        how = GROUPED if few else f" (pandas: table.columns = {list(check.columns)})" * same
        there = ", ".join(table.head) or "(none)"
        yield f"has the columns {there}; wanted are {', '.join(check.columns)}{how}"
    if cell := glued(table.rows):
        yield f"holds {cell!r}: texts were added, not numbers (pandas: read with thousands=',')"
    if check.decimals is not None and (cell := too_long(table.rows, check.decimals)):
        yield f"holds {cell}, not rounded to {check.decimals} decimals"
    for column in check.numeric:
        if cell := not_numeric(table, column):
            yield f"holds {cell!r} as {column}; wanted is a plain number like 1200.50"
    if check.scaled and (wrong := not_scaled(table, check.scaled)):
        yield wrong
    count = len(table.rows)
    if check.records is not None and count != check.records:
        yield f"has {count} records; wanted are {check.records}"
    if count < check.min_records:
        yield "has no records"
    if check.one_per and (given or not check.keys_of):
        source = given if check.keys_of else None
        if wrong := not_one_per(table, source, check.one_per, check.keys_of):
            yield wrong
    if (
        given
        and check.values_of
        and count == len(given.rows)
        and (wrong := other_values(table, given, check.values_of))
    ):
        yield wrong
    if check.order == "some":
        wrong = in_no_order(table)
    else:
        wrong = check.order and unordered(table, check.order == "falling", check.order_by)
    if wrong:
        yield wrong


def is_head(head: Sequence[str], columns: Sequence[str], path: str) -> bool:
    pairs = zip(head, columns, strict=False)
    alike = all(has_column([there], name, path) for there, name in pairs)
    return len(head) == len(columns) and alike


def has_column(head: Sequence[str], name: str, path: str) -> bool:
    """As the goal writes it, capitals too: a program that reads `row["name"]` finds no `Name`. In
    a text that people read, a name that is wanted in small letters may have others."""
    drawn = ending(path) == "md"
    return any(there == name or (drawn and there.lower() == name) for there in head)


GROUPED = " (pandas: groupby(..., as_index=False) keeps the group's name as a column)"
"""Names no way to add up: a small model takes that over too."""


def parses_json(text: str) -> str:
    try:
        json.loads(text, parse_constant=no_number)
    except ValueError as error:
        return str(error)
    return ""


def no_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON; an unknown value is null")


def parses_csv(text: str) -> str:
    """A single column may hold other marks than a comma as part of its texts."""
    wrong = uneven(text, mark_of("", text))
    return wrong if wrong and uneven(text, ",") else ""


def uneven(text: str, mark: str) -> str:
    try:
        found = widths(text, mark)
    except csv.Error as error:
        return str(error)
    if not found:
        return "no rows"
    return "" if len(found) == 1 else f"rows have {sorted(found)[:4]} fields"


def parses_python(text: str) -> str:
    try:
        compile(text, "artefact", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return str(error)
    return ""


def parses_toml(text: str) -> str:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return str(error)
    return ""


def parses_ini(text: str) -> str:
    try:
        configparser.ConfigParser(interpolation=None, allow_no_value=True).read_string(text)
    except configparser.Error as error:
        return str(error)
    return ""


def parses_markdown_table(text: str) -> str:
    rows = [line for line in text.splitlines() if line.strip().startswith("|")]
    rule = any(RULE.fullmatch(line.strip()) for line in rows)
    return "" if rule and len(rows) >= 3 else "no table with a head, a rule and a row"


PARSERS: dict[str, Callable[[str], str]] = {
    "json": parses_json,
    "csv": parses_csv,
    "python": parses_python,
    "toml": parses_toml,
    "ini": parses_ini,
    "markdown_table": parses_markdown_table,
}
"""Text to what is wrong with it; empty: nothing."""


def wrong_in(kind: str, text: str) -> str:
    try:
        return PARSERS[kind](text)
    except (RecursionError, MemoryError):  # how the parsers say so
        return "it is nested too deeply"
