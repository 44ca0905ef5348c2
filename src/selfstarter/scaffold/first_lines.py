"""What a small model does first with the tables that were read for it, written by the harness."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from selfstarter.core.contract import FileMatches
from selfstarter.core.state import State
from selfstarter.goals.decimals import decimals
from selfstarter.goals.orders import SPLIT, asked_for, only_asks
from selfstarter.goals.wanted_tables import best_of_each, order_wanted
from selfstarter.scaffold.periods import counted_by, of_period, parts
from selfstarter.scaffold.tidy import variable
from selfstarter.texts.columns import Column, day_of
from selfstarter.texts.few_values import spellings, values_meant
from selfstarter.texts.sheets import FILE, Sheet
from selfstarter.texts.words import mentions


def first_lines(state: State, tables: Sequence[Sheet]) -> str:
    """Values and dates put right; then the days, counts, files or groups that are asked for."""
    goal, lines = state.goal, [*by_part(state, tables)]
    tables = as_called(state, tables)
    lines += [*no_value(tables, goal), *one_spelling(state, tables)]
    lines += [*of_period(tables, goal), *parts(tables, goal), *only_those(tables, goal)]
    lines += put_together(tables)
    if groups := [*grouping(state, tables), *picking(state)]:
        lines += groups
    else:
        lines += [*lasting(tables, goal), *counting(state, tables), *splitting(state, tables)]
    if "file" in asked_for(goal) and any(table.several for table in tables):
        # Told afterwards that the answer names no file, a small model prints the same again.
        lines += ["", f"# print whole rows, with their {FILE}: it is asked for too"]
    return "".join(f"{line}\n" for line in lines)


def grouping(state: State, tables: Sequence[Sheet]) -> Iterator[str]:
    """Where a row is wanted for each of a kind: left alone, a small model writes the sums into a
    column of the table it has, under the old name."""
    looks = [c.check for c in state.criteria if isinstance(c.check, FileMatches)]
    per = next((check.one_per for check in looks if check.keys_of), "")
    if not per:
        return
    new = [name for name in columns_wanted(state) if name.lower() != per and name.isidentifier()]
    numbers = [c.name for table in tables for c in table.columns if c.kind == "number"]
    how = next((how for how, said in HOW.items() if re.search(said, state.goal, re.I)), "")
    of = repr(numbers[0]) if len(numbers) == 1 else "COLUMN"
    of = repr(column_named(per, tables)) if how == "count" else of
    made = f".agg({new[0]}=({of}, {how!r}))" if len(new) == 1 and how else ""
    falling = any(check.order == "falling" for check in looks)
    made += f".sort_values({new[0]!r}, ascending=False)" if made and falling else ""
    places = decimals(state.goal)
    made += f".round({places})" if made and places is not None else ""
    yield ""
    yield from picked(tables, state.goal, per)
    yield f"# one row for each {per}: groupby({column_named(per, tables)!r}, as_index=False){made}"


def picking(state: State) -> Iterator[str]:
    """Where the best is wanted of each: `which product sold the most in each quarter`. Left alone,
    a small model adds up and picks nothing out."""
    per = best_of_each(state.goal, columns_wanted(state))
    others = [name for name in columns_wanted(state) if name != per]
    if not per or len(others) != 2:
        return
    what, number = others
    which = "idxmin" if re.search(LEAST, state.goal, re.IGNORECASE) else "idxmax"
    yield ""
    yield f"# sums = ….groupby([{per!r}, {what!r}], as_index=False)[{number!r}].sum()"
    yield f"# one row for each {per}: sums.loc[sums.groupby({per!r})[{number!r}].{which}()]"


LEAST = r"\b(?:least|fewest|lowest|smallest|cheapest|shortest|worst|slowest)\b"


def put_together(tables: Sequence[Sheet]) -> Iterator[str]:
    """Where all tables have the same columns: all their rows as one. A small model works with the
    last of them."""
    names = [column.name for column in tables[0].columns] if len(tables) > 1 else []
    spelled = {name.lower(): name for name in names}
    heads = [[column.name for column in table.columns] for table in tables]
    if not names or any({one.lower() for one in head} != {*spelled} for head in heads):
        return
    parts: list[str] = []
    for table, head in zip(tables, heads, strict=True):
        others = {one: spelled[one.lower()] for one in head if one != spelled[one.lower()]}
        parts.append(variable(table) + (f".rename(columns={others})" if others else ""))
    yield ""
    yield f"rows = pd.concat([{', '.join(parts)}], ignore_index=True)"
    yield f"# rows has all rows of {', '.join(map(variable, tables))}"


def by_part(state: State, tables: Sequence[Sheet]) -> Iterator[str]:
    """Columns that the goal calls otherwise: `email` is `E-Mail` or, of nested records,
    `contact.email`, and `name` is `name.first` and `name.last` together. Left alone, a small model
    writes them as they are called in the table that it was given."""
    for table, others in zip(tables, called_otherwise(state, tables), strict=True):
        at = variable(table)
        if others:
            yield f"{at} = {at}.rename(columns={others})"
        for one, under in in_parts(state, table).items():
            yield f"{at}[{one!r}] = " + " + ' ' + ".join(f"{at}[{name!r}]" for name in under)


def called_otherwise(state: State, tables: Sequence[Sheet]) -> list[Mapping[str, str]]:
    """Of each table, a column's name -> what the goal calls it. None of any, where not all that the
    goal names are found so: what is left would be named by guess, and half of a head is no help."""
    wanted, found = columns_wanted(state), list[Mapping[str, str]]()
    there: set[str] = set()
    for table in tables:
        names = [column.name for column in table.columns]
        ends = {
            one: [name for name in names if is_meant(name, one)]
            for one in wanted
            if one not in names
        }
        others = {same[0]: one for one, same in ends.items() if len(same) == 1}
        there |= {*names, *others.values(), *in_parts(state, table)}
        found.append(others)
    return found if there.issuperset(wanted) else [{} for _ in tables]


def is_meant(name: str, wanted: str) -> bool:
    return name.lower().endswith(f".{wanted.lower()}") or squeezed(name) == squeezed(wanted)


def in_parts(state: State, table: Sheet) -> Mapping[str, Sequence[str]]:
    """A column that the goal names -> those of the table that are its parts."""
    names = [column.name for column in table.columns]
    parts = {
        one: [n for n in names if n.lower() in (f"{one}.{p}".lower() for p in PARTS_OF_A_NAME)]
        for one in columns_wanted(state)
        if one not in names
    }
    return {one: under for one, under in parts.items() if len(under) > 1}


def as_called(state: State, tables: Sequence[Sheet]) -> list[Sheet]:
    """The tables once those lines have run."""

    def renamed(table: Sheet, others: Mapping[str, str]) -> Sheet:
        columns = (replace(one, name=others.get(one.name, one.name)) for one in table.columns)
        return replace(table, columns=tuple(columns)) if others else table

    return list(map(renamed, tables, called_otherwise(state, tables)))


def columns_wanted(state: State) -> Sequence[str]:
    looks = [c.check for c in state.criteria if isinstance(c.check, FileMatches)]
    return next((check.columns for check in looks if check.columns), ())


def squeezed(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


PARTS_OF_A_NAME = ("first", "given", "middle", "last", "family", "surname")


def no_value(tables: Sequence[Sheet], goal: str) -> Iterator[str]:
    """Where the goal says that a number stands for none (`-1 means that the gauge was broken`): the
    cells are emptied. A small model adds them up, or drops them in one program of three."""
    numbers = [found[1] for found in NO_VALUE.finditer(goal)]
    for said in numbers:
        held = [
            (table, column)
            for table in tables
            for column in table.usable
            if column.kind == "number" and said in column.cells
        ]
        if len(held) == 1:
            at = f"{variable(held[0][0])}[{held[0][1].name!r}]"
            yield ""
            yield f"{at} = {at}.mask({at} == {said})  # {said} is no value"


NO_VALUE = re.compile(
    r"(?<![\w.])(-?\d+(?:\.\d+)?)\s+(?:means|stands for|marks|says|is written)\b[^.;:]*"
    r"\b(?:broken?|missing|absent|unknown|no|not|nothing|fail\w*|invalid|errors?|empty|lost|off)\b",
    re.IGNORECASE,
)


def one_spelling(state: State, tables: Sequence[Sheet]) -> Iterator[str]:
    """Values that differ only in capitals become the one that is there most often; told of them, a
    small model looks for one of them only. Not where the values are to stay as they are."""
    stay = any(isinstance(c.check, FileMatches) and c.check.values_of for c in state.criteria)
    for table in () if stay else tables:
        for column in table.usable:
            if column.kind == "text" and (others := spellings(column.cells)):
                at = f"{variable(table)}[{column.name!r}]"
                yield ""
                yield f"{at} = {at}.replace({others})"


def lasting(tables: Sequence[Sheet], goal: str) -> Iterator[str]:
    """Where it is asked how many days lie between two dates: left alone, a small model rounds a
    span of time as if it were a number, or prints `28 days 00:00:00`."""
    for table in tables:
        days = [column for column in table.usable if column.kind == "date"]
        said = [column for column in days if mentions(column.name, goal)]
        pair = days if len(days) == 2 else said
        taken = any(re.search(r"days?$|duration", column.name, re.I) for column in table.columns)
        if len(pair) != 2 or taken or not SPAN.search(goal):
            continue
        name = variable(table)
        start, end = (f"pd.to_datetime({name}[{one.name!r}])" for one in in_time(*pair))
        yield ""
        yield f"{name}['days'] = ({end} - {start}).dt.days"


def splitting(state: State, tables: Sequence[Sheet]) -> Iterator[str]:
    """Where a table is to become a file for each value of a column: left alone, a small model
    writes the whole of it into each, or a file for each row."""
    goal = state.goal
    if len(tables) != 1 or not SPLIT.search(goal):
        return
    made = {c.check.path for c in state.criteria if isinstance(c.check, FileMatches)}
    name = variable(tables[0])
    for column in tables[0].usable:
        each = column.name.lower() if column.name.isidentifier() else "value"
        path = path_of_each(column, made, each)
        by = rf"\b(?:per|each|every|by)\s+(?:the\s+)?{re.escape(column.name)}\b"
        if column.kind == "text" and (path or re.search(by, goal, re.IGNORECASE)):
            yield ""
            yield f"# one file for each {column.name}, with its rows only"
            yield f"for {each}, rows in {name}.groupby({column.name!r}):"
            if path:
                yield f"    rows{in_order(tables[0], goal)}.to_csv({path}, index=False)"
            return


def path_of_each(column: Column, made: Set[str], each: str) -> str:
    """`f'out/{shop.lower()}.csv'`, where each of the files is named after a value; empty: not all
    are, or not all alike."""
    values = set(column.full)
    for way, spelled in SPELLED.items():
        forms = {
            name.replace(spelled(value), "{}", 1)
            for name in made
            for value in values
            if spelled(value) in name
        }
        named = [name for name in made if any(spelled(value) in name for value in values)]
        if len(forms) == 1 and len(named) == len(made) > 1:
            return "f" + repr(forms.pop().replace("{}", f"{{{each}{way}}}"))
    return ""


SPELLED: Mapping[str, Callable[[str], str]] = {
    "": str,
    ".lower()": str.lower,
    ".lower().replace(' ', '-')": lambda value: value.lower().replace(" ", "-"),
    ".lower().replace(' ', '_')": lambda value: value.lower().replace(" ", "_"),
}


def in_order(sheet: Sheet, goal: str) -> str:
    order, by = order_wanted(goal)
    names = [column.name for column in sheet.usable if column.name.lower() == by.lower()]
    falls = ", ascending=False" if order == "falling" else ""
    return f".sort_values({names[0]!r}{falls})" if names else ""


def in_time(one: Column, other: Column) -> tuple[Column, Column]:
    """In the order in which they come: what is due is first, as days late count from it."""
    if due := [column for column in (one, other) if DUE.search(column.name)]:
        return (one, other) if due == [one] else (other, one)
    rows = zip(one.cells, other.cells, strict=False)
    days = [(day_of(a, one.day_first), day_of(b, other.day_first)) for a, b in rows]
    ahead = [a <= b for a, b in days if a and b]
    return (one, other) if 2 * sum(ahead) >= len(ahead) else (other, one)


DUE = re.compile(r"due|promis|expect|plan|deadline|target|agreed", re.IGNORECASE)
SPAN = re.compile(
    r"\bhow long\b|\bdays?\b|\btakes?\b|\btook\b|\blast(?:s|ed)\b|\bdurations?\b|\bdelays?\b",
    re.IGNORECASE,
)


def counting(state: State, tables: Sequence[Sheet]) -> Iterator[str]:
    """Where it is asked what is there most often: left alone, a small model writes the counts into
    a column of the table that it counts."""
    words = COUNTED.sub("", state.goal).lower()
    found = [
        (table, column.name)
        for table in tables
        for column in table.usable
        if column.kind == "text" and re.search(rf"\b{re.escape(column.name.lower())}s?\b", words)
    ]
    found += [(table, part) for table, part, _ in counted_by(tables, state.goal)]
    asked = COUNTED.search(state.goal) and only_asks(state.goal)
    if not asked or len(found) != 1:
        return
    ((table, column),) = found
    yield ""
    yield from picked([table], state.goal, column.lower())
    yield f"print({variable(table)}[{column!r}].value_counts())"


COUNTED = re.compile(
    r"\b(?:most|least) (?:often|common|frequent(?:ly)?)\b|\bhow (?:often|many times)\b"
    r"|\b(?:most|fewest) (?:lines|entries|rows|times|requests|errors|failures)\b",
    re.IGNORECASE,
)


def picked(sheets: Sequence[Sheet], goal: str, group: str) -> Iterator[str]:
    """Where the goal names one of the values that a column has: lines that leave the rows which are
    meant. Told of it in a comment, a small model adds up all of them."""
    for sheet in sheets:
        for column in sheet.usable:
            values = values_meant(column.cells)
            named = [v for v in values if re.search(rf"\b{re.escape(v)}s?\b", goal, re.IGNORECASE)]
            if len(named) == 1 < len(values) and column.name.lower() != group:
                yield f"# only the {column.name} {named[0]!r} is asked for"
                yield rows_with(named[0], column, sheet)


def only_those(sheets: Sequence[Sheet], goal: str) -> Iterator[str]:
    """`only those with no in the column paid`, `only rows whose status is open`: the one value said
    beside its column."""
    for sheet in sheets:
        for column in sheet.usable:
            values = values_meant(column.cells)
            named = [value for value in values if mentions(value, goal)]
            if len(named) == 1 < len(values) and said_of(named[0], column.name, goal):
                yield ""
                yield rows_with(named[0], column, sheet)


def rows_with(value: str, column: Column, sheet: Sheet) -> str:
    name = variable(sheet)
    return f"{name} = {name}[{name}[{column.name!r}] == {value!r}]"


def said_of(value: str, column: str, goal: str) -> bool:
    one, name = (rf"[`'\"]?{re.escape(word)}[`'\"]?" for word in (value, column))
    beside = (
        rf"(?<!\w){one}\s+(?:in|as|for)\s+(?:the\s+)?(?:column\s+|field\s+)?{name}(?!\w)",
        rf"(?<!\w){name}\s*(?:column\s+)?(?:is|=|==|:|equals)\s*{one}(?!\w)",
    )
    return any(
        re.search(rf"\b(?:only|just|those)\b(?:(?!\bnot\b)[^.;?!])*?{way}", goal, re.IGNORECASE)
        for way in beside
    )


def column_named(name: str, tables: Sequence[Sheet]) -> str:
    """The column as the table spells it."""
    names = [column.name for table in tables for column in table.columns]
    return next((one for one in names if one.lower() == name), name)


HOW = {
    "mean": r"\b(averages?|means?)\b",
    "count": r"\b(counts? (the|how|of)|how many|number of)\b",
    "sum": r"\b(add\w*|sums?|totals?)\b",
}
