"""Lines of pandas that read a data file and mend what is certain, and say what they mended. Pure.

Plain code, so that the model sees all that happens to its data. Where the goal wants values as they
are in the file, the table as it was read stays there as `NAME_raw`; else it would be taken for the
one to work with.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import permutations
from keyword import iskeyword

from selfstarter.texts.columns import Column
from selfstarter.texts.logs import NUMERAL
from selfstarter.texts.sheets import FILE, KEY, Sheet

DATED = re.compile(
    r"\b(dates?|days?|weeks?|months?|years?|quarters?|before|after|between|since|until|from|ago"
    r"|old(er|est)|new(er|est)|lat(er?|est)|earl(y|ier|iest)|recent|overdue|late|long|took|fast\w*"
    r"|slow\w*|expir\w+|due|daily|monthly|yearly|(jan|febr)uary|march|april|may|june|july|august"
    r"|(septem|octo|novem|decem)ber|(19|20)\d\d)\b",
    re.IGNORECASE,
)
"""Goals for which a date must be more than its letters."""
JSON = ("json", "jsonl")
LONGEST_CELL, LONGEST_LINE = 30, 60
NAMED_ODD = 3
MOST_WORDS = 6
"""That pandas is told to take for blank."""
LONG = 3
"""Characters of a value that is hardly found in another column by chance."""
KEYS = 0.6
"""Of a column's values that must be keys of another table, to say that they are."""


def program(sheets: Sequence[Sheet], goal: str, raw: bool = False) -> str:
    """Lines that read the files as they must be read; empty: there are none. `raw`: with the tables
    as they are in the files."""
    if not sheets:
        return ""
    lines = ["import json"] if any(sheet.form in JSON for sheet in sheets) else []
    lines += ["import re"] if any(sheet.pattern for sheet in sheets) else []
    lines += ["from pathlib import Path"] if any(s.several or s.pattern for s in sheets) else []
    lines += ["import pandas as pd", ""]
    for sheet in sheets:
        mended = list(mending(sheet, goal))
        lines += reading(sheet)
        if raw and mended and sheet.form == "csv":
            lines.append(f"{variable(sheet)}_raw = {variable(sheet)}.copy()")
        lines += mended
    lines += spelling(sheets)
    return "\n".join([*lines, ""])


def told(sheet: Sheet, goal: str) -> Iterator[str]:
    """What the lines did, and what is to be known of the records of a JSON file.

    Not beside the lines: a small model goes on as they are written.
    """
    name = variable(sheet)
    for column in sheet.usable:
        if column.kind == "number" and (column.odd or is_written_oddly(column, sheet)):
            yield f"{column.name} of {name}: numbers{became(column)}"
        elif column.kind == "date" and is_to_be_parsed(column, goal):
            yield f"{column.name} of {name}: dates{became(column)}"
    if sheet.unrolled:
        names = ", ".join(column.name for column in sheet.columns[:8])
        yield f"{name} has one row for each of the {sheet.unrolled}, with {names}"
    elif sheet.form in JSON:
        yield f"{name}: {gaps(sheet)}"
    if sheet.pattern or sheet.several:
        row = {column.name: column.cells[-1][:LONGEST_CELL] for column in sheet.columns}
        where = f" of all files {sheet.path}" if sheet.several else ""
        yield f"{name} has one row for each line{where}, like {row}"
    if sheet.unlike:
        count = len(sheet.unlike)
        yield f"{count} line{'s' * (count > 1)} left out: {sheet.unlike[0][:LONGEST_LINE]!r}"


def variable(sheet: Sheet) -> str:
    folder, _, file = sheet.path.rpartition("/")
    stem = folder.rpartition("/")[2] if sheet.several else file.rpartition(".")[0]
    return identifier(stem, "table")


def identifier(stem: str, otherwise: str) -> str:
    """The name of a file as one of a program."""
    name = re.sub(r"\W+", "_", stem).strip("_").lower()
    taken = iskeyword(name) or name in ("json", "pd", "re", "lines", "path")
    return name if name.isidentifier() and not taken else otherwise


def reading(sheet: Sheet) -> Iterator[str]:
    name = variable(sheet)
    if sheet.pattern:
        yield from reading_lines(sheet)
        return
    if sheet.form == "csv":
        if sheet.several:
            read = ", ".join(["file", *options(sheet)])
            yield f"files = {files_at(sheet.path)}"
            yield f"parts = [pd.read_csv({read}).assign({FILE}=str(file)) for file in files]"
            yield f"{name} = pd.concat(parts, ignore_index=True)"
        else:
            yield f"{name} = pd.read_csv({', '.join([repr(sheet.path), *options(sheet)])})"
        if sheet.ragged_head:
            yield f"{name}.columns = {name}.columns.str.strip()"
        return
    file = f"open({sheet.path!r}, encoding='utf-8-sig')"
    if sheet.form == "jsonl":
        yield f"{name}_raw = [json.loads(line) for line in {file} if line.strip()]"
    elif sheet.root == "":
        whole = f"json.load({file}).items()"
        yield f"{name}_raw = [{{{KEY!r}: key, **record}} for key, record in {whole}]"
    else:
        yield f"{name}_raw = json.load({file})" + (f"[{sheet.root!r}]" if sheet.root else "")
    rows = unrolling(sheet) if sheet.unrolled else f"{name}_raw"
    yield f"{name} = pd.{'json_normalize' if sheet.nested else 'DataFrame'}({rows})"


def reading_lines(sheet: Sheet) -> Iterator[str]:
    where = (
        f"{{{FILE!r}: str(file), **found.groupdict()}}" if sheet.several else "found.groupdict()"
    )
    yield f"form = re.compile({as_raw(sheet.pattern)})"
    yield f"{variable(sheet)} = pd.DataFrame("
    yield f"    {where}"
    yield f"    for file in {files_at(sheet.path)}"
    yield "    for line in file.read_text(errors='replace').splitlines()"
    yield "    if (found := form.fullmatch(line.strip()))"
    # A line for each number would be gone on with: others are made dates and categories then.
    kinds = {c.name: kind for c in sheet.usable if (kind := as_python(c))}
    yield f").astype({kinds})" if kinds else ")"


def as_python(column: Column) -> str:
    """The type of its numbers, where they are written as Python writes them; empty: they are not,
    or are none."""
    if column.kind != "number" or not all(map(NUMERAL.fullmatch, column.cells)):
        return ""
    return "float" if any("." in cell for cell in column.cells) else "int"


def files_at(path: str) -> str:
    """Of a sheet's path, the list of its files as a program would write it."""
    folder, _, pattern = path.rpartition("/")
    if "*" not in pattern:
        return f"[Path({path!r})]"
    return f"sorted(Path({folder!r}).rglob({pattern!r}))"


def as_raw(text: str) -> str:
    """As a program would write a pattern."""
    mark = next((mark for mark in ('"', "'", '"""') if mark not in text), "")
    return f"r{mark}{text}{mark}" if mark and not text.endswith("\\") else repr(text)


def options(sheet: Sheet) -> Iterator[str]:
    """What pandas cannot guess: marks of fields and of thousands, and numbers that are names."""
    if sheet.mark != ",":
        yield f"sep={sheet.mark!r}"
    if sheet.encoding:
        yield f"encoding={sheet.encoding!r}"
    if sheet.headless:
        yield f"header=None, names={[column.name for column in sheet.columns]}"
    if thousands(sheet):
        yield "thousands=','"
    texts = [c.name for c in sheet.usable if c.coded or (not sheet.ragged_head and as_text(c))]
    if texts:
        yield f"dtype={dict.fromkeys(texts, 'str')}"
    words = {c.name: list(c.odd) for c in sheet.usable if has_only_words(c, sheet)}
    if words:
        yield f"na_values={words}"


def thousands(sheet: Sheet) -> bool:
    """pandas takes the commas out of every column of digits and commas, well grouped or not."""
    loose = re.compile(r"[-+]?\d[\d.]*,[\d.,]*")
    with_commas = [c for c in sheet.columns if any(map(loose.fullmatch, c.cells))]
    return bool(with_commas) and all(
        c.grouped and not c.odd and not c.unit and not any(set(" '") & {*v} for v in c.cells)
        for c in with_commas
    )


def as_text(column: Column) -> bool:
    """Must pandas leave it as it is written, for the lines that mend it?"""
    plain = column.kind == "number" and not (column.unit or column.comma)
    return bool(column.full) and not plain and bool(column.unit or column.comma or column.ragged)


def has_only_words(column: Column, sheet: Sheet) -> bool:
    """Numbers among which there are words, and nothing else to mend."""
    few = 0 < len(column.odd) <= MOST_WORDS and not sheet.ragged_head and not column.ragged
    return few and column.kind == "number" and not is_written_oddly(column, sheet)


def mending(sheet: Sheet, goal: str) -> Iterator[str]:
    for column in sheet.usable:
        at = f"{variable(sheet)}[{column.name!r}]"
        words = column.odd and not (sheet.form == "csv" and has_only_words(column, sheet))
        oddly = not as_python(column) if sheet.pattern else is_written_oddly(column, sheet)
        if column.kind == "number" and (words or oddly):
            yield f"{at} = {number(at, column, sheet)}"
        elif column.kind == "date" and is_to_be_parsed(column, goal):
            yield f"{at} = {dates(at, column)}"
        elif column.ragged and column.full and column.kind != "number":
            yield f"{at} = {at}.str.strip()"


def is_written_oddly(column: Column, sheet: Sheet) -> bool:
    grouped = column.grouped and not (sheet.form == "csv" and thousands(sheet))
    return bool(column.unit or column.comma or grouped)


def number(at: str, column: Column, sheet: Sheet) -> str:
    text = at if sheet.form == "csv" and as_text(column) else f"{at}.astype(str)"
    if column.comma:
        text = f"{text}.str.replace(r'[^\\d,+-]', '', regex=True).str.replace(',', '.')"
    elif column.unit or column.grouped:
        text = f"{text}.str.replace(r'[^\\d.+-]', '', regex=True)"
    else:
        text = at
    return f"pd.to_numeric({text}, errors='coerce')"


def is_to_be_parsed(column: Column, goal: str) -> bool:
    """Dates in one order from the year down are compared well enough as texts."""
    spoken = bool(DATED.search(goal)) or column.name.lower() in goal.lower()
    return spoken and not (column.iso and not column.odd)


def dates(at: str, column: Column) -> str:
    day_first = ", dayfirst=True" if column.day_first else ""
    return f"pd.to_datetime({at}, format='mixed'{day_first}, errors='coerce')"


def became(column: Column) -> str:
    """`; 'n/a' (2 rows) became empty`."""
    if not column.odd:
        ways = " were written in several ways" if column.forms > 1 else ""
        return ways or (f" in {column.unit}" if column.unit else "")
    shown = ", ".join(repr(one[:30]) for one in column.odd[:NAMED_ODD])
    more = " and others" if len(column.odd) > NAMED_ODD else ""
    count = column.count(column.odd)
    unit = f" in {column.unit}" if column.unit else ""
    return f"{unit}; {shown}{more} ({count} row{'s' * (count > 1)}) became empty"


def gaps(sheet: Sheet) -> str:
    """What some records of a JSON file lack, and what is in them."""
    lacking = [f"{key!r} is empty in {n}" for key, n in sheet.absent.items()]
    held = [f"{key!r} holds lists" for key in sheet.lists]
    if sheet.nested:
        held.append(f"the columns are {', '.join(column.name for column in sheet.columns[:12])}")
    told = ", ".join([*lacking[:4], *held[:3]])
    return f"{sheet.rows} records; {told}" if told else f"{sheet.rows} records"


def unrolling(sheet: Sheet) -> str:
    """The rows, one for each entry of a list."""
    key, raw = sheet.unrolled, f"{variable(sheet)}_raw"
    entries = f"for record in {raw} for entry in record.get({key!r}) or []"
    rest = f"{{k: v for k, v in record.items() if k != {key!r}}}"
    if not sheet.lists[key]:
        entry = f"{key!r}: entry"
    elif sheet.prefixed:
        entry = f"**{{'{key}_' + k: v for k, v in entry.items()}}"
    else:
        entry = "**entry"
    return f"[{{**{rest}, {entry}}} {entries}]"


def spelling(sheets: Sequence[Sheet]) -> Iterator[str]:
    """Lines that spell a column as the keys are spelled that it refers to."""
    for one, other, column, key in references(sheets):
        if set(column.full) <= set(key.full):
            continue
        for change in ("upper", "lower"):
            same = all(getattr(value, change)() == value for value in key.full)
            better = [cell for cell in column.full if cell not in key.full]
            if same and any(getattr(cell, change)() in key.full for cell in better):
                at = f"{variable(one)}[{column.name!r}]"
                yield f"{at} = {at}.str.{change}()"
                break
        else:
            yield from spelled_alike(one, other, column, key)


def spelled_alike(one: Sheet, other: Sheet, column: Column, key: Column) -> Iterator[str]:
    """Where keys are names in capitals and small letters, and some of the column are not."""
    keys = {cell.casefold(): cell for cell in key.full}
    flat = [cell for cell in column.full if cell in (cell.lower(), cell.upper())]
    if any(keys.get(cell.casefold(), cell) != cell for cell in flat):
        at, there = f"{variable(one)}[{column.name!r}]", f"{variable(other)}[{key.name!r}]"
        spelled = "lambda name: spelled.get(name.casefold(), name), na_action='ignore'"
        yield f"spelled = {{name.casefold(): name for name in {there}.dropna()}}"
        yield f"{at} = {at}.map({spelled})"


def joins(sheets: Sequence[Sheet], goal: str = "") -> Iterator[str]:
    """Where a column of one table holds the keys of another: read off the values. Where both hold
    the keys of the other and are to be merged, no row of either is to be lost."""
    found = list(references(sheets))
    both = {(one.path, other.path) for one, other, _, _ in found}
    how = "outer" if MERGES.search(goal) and all(pair[::-1] in both for pair in both) else "left"
    for one, other, column, key in found[:1] if how == "outer" else found:
        same = key.name == column.name
        by = f"on={key.name!r}" if same else f"left_on={column.name!r}, right_on={key.name!r}"
        merge = f"{variable(one)}.merge({variable(other)}, how={how!r}, {by})"
        yield f"{column.name} of {one.path} is {key.name} of {other.path}: {merge}"


MERGES = re.compile(r"\b(?:merge|combine|consolidate|unite|bring together)\b", re.IGNORECASE)


def references(sheets: Sequence[Sheet]) -> Iterator[tuple[Sheet, Sheet, Column, Column]]:
    """(table, other table, column, key): the column holds keys of the other table."""
    for one, other in permutations(sheets, 2):
        for column in one.usable:
            for key in other.usable:
                if refers(column, key):
                    yield one, other, column, key


def refers(column: Column, key: Column) -> bool:
    """Short numbers are found in many columns: they must share a word of their names too."""
    keys = {cell.casefold() for cell in key.cells}
    if len(keys) < max(2, len(key.cells)) or "" in keys:
        return False
    if sum(c.casefold() in keys for c in column.cells) < KEYS * max(1, len(column.cells)):
        return False
    return key.name.lower() in column.name.lower() or min(map(len, keys)) >= LONG
