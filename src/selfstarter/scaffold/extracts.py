"""A table with a row for each text of a folder: the model reads the texts and fills in the cells,
the harness writes the rows, in their order and with numbers as a program writes them.

Left to write a program for it, a small model writes one that fits the first text. Here no file can
be left out, and no cell holds what is not in its file.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from selfstarter.asking.ask import Form, turned_back
from selfstarter.asking.view import examples
from selfstarter.core.cleaning import storable
from selfstarter.core.contract import FileMatches
from selfstarter.core.events import CallChosen, ReplyRejected
from selfstarter.core.hands import Hands
from selfstarter.core.loose_json import json_in
from selfstarter.core.ports import JsonSchema, Message
from selfstarter.core.state import State
from selfstarter.goals.wanted_tables import GROUPS, SIFTS, best_of_each, order_wanted
from selfstarter.prompts import prompt
from selfstarter.scaffold.forms import all_of, writing
from selfstarter.scaffold.gathered import is_about_files
from selfstarter.scaffold.passages import shown, texts_of_folder
from selfstarter.texts.columns import ISO, MONTHS
from selfstarter.texts.words import ending, numbers_in

Cells = Mapping[str, str | float]
OF_EACH = re.compile(
    r"\b(?:one|a|an) (?:row|line|record|entry|object)\b[^.;]{0,20}\b(?:per|for (?:each|every))\b"
    r"|\b(?:each|every|all)\b",
    re.IGNORECASE,
)
LONGEST_CELL = 120
COMMA = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})*,\d{1,2}(?![\d.,])")
"""1.200,50"""


def by_extract(state: State, hands: Hands) -> Form | None:
    """None: it is no such work, or has not come off."""
    if state.misses or state.starts_over:
        return None
    path, columns, texts = rows_wanted(state, hands)
    text = shown(texts, hands)
    if not text:
        return None
    message = prompt(
        "extract",
        goal=state.wanted,
        texts=text,
        columns=", ".join(columns),
        again=turned_back(state),
    )
    numeric = numbers_wanted(state)
    return Form(
        (*examples("extract_example"), Message("user", message)),
        schema_of(columns, numeric, list(texts)),
        lambda reply: written(reply, path, columns, texts, state),
    )


def rows_wanted(state: State, hands: Hands) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """(the table to be made, its columns, each file and what stands in it); no files: the goal
    wants no such table, or does not want all of them."""
    path, columns = table_wanted(state)
    return (path, columns, texts_of_folder(state, hands)) if path else ("", (), {})


def table_wanted(state: State) -> tuple[str, tuple[str, ...]]:
    """(path, columns) of the table with a row for each of something, none left out and none put
    together; ("", ()): the goal wants another."""
    looks = [c.check for c in state.criteria if isinstance(c.check, FileMatches)]
    wanted = next(((look.path, look.columns) for look in looks if look.columns), ("", ()))
    path, columns = wanted
    spoken = state.goal
    for column in columns:  # they are names there, and no orders: `total`
        name = re.escape(column)
        spoken = re.sub(rf"\bby (the )?{name}\b", "", spoken, flags=re.IGNORECASE)
        spoken = re.sub(rf"\b{name}\b", "", spoken, count=1)
    together = any(look.keys_of for look in looks) or best_of_each(state.goal, columns)
    if ending(path) not in ("csv", "json") or together:
        return "", ()
    other = is_about_files(spoken) or re.search(f"{SIFTS}|{GROUPS}", spoken, re.IGNORECASE)
    return ("", ()) if other or not OF_EACH.search(spoken) else (path, columns)


def numbers_wanted(state: State) -> set[str]:
    looks = [c.check for c in state.criteria if isinstance(c.check, FileMatches)]
    return {column for look in looks for column in look.numeric}


def schema_of(columns: Sequence[str], numeric: set[str], names: Sequence[str]) -> JsonSchema:
    """An object for each file, with all columns."""
    return all_of(dict.fromkeys(names, row_of(columns, numeric)))


def row_of(columns: Sequence[str], numeric: set[str]) -> JsonSchema:
    text = {"type": "string", "maxLength": LONGEST_CELL}
    return all_of({one: {"type": "number"} if one in numeric else text for one in columns})


def written(
    reply: str, path: str, columns: Sequence[str], texts: Mapping[str, str], state: State
) -> CallChosen | ReplyRejected:
    """The table; turned back where a cell holds what its file does not."""
    try:
        told: Any = storable(json.loads(json_in(reply)))
        rows = [{one: told[name][one] for one in columns} for name in texts]
    except (ValueError, KeyError, TypeError, RecursionError):
        rows = []
    if not rows or not all(is_cell(cell) for row in rows for cell in row.values()):
        return ReplyRejected(purpose="choose", reason="the reply is not the JSON asked for")
    for (name, text), row in zip(texts.items(), rows, strict=True):
        strange = [one for one, cell in row.items() if not stands_in(cell, f"{name}\n{text}")]
        if strange:
            reason = f"the {strange[0]} of {name}, {row[strange[0]]!r}, is not in {name}"
            return ReplyRejected(purpose="choose", reason=reason)
    return saved(rows, path, columns, state)


def saved(rows: Sequence[Cells], path: str, columns: Sequence[str], state: State) -> CallChosen:
    return writing(path, laid_out(in_order(rows, state.goal), columns, path), state)


def is_cell(cell: object) -> bool:
    return isinstance(cell, (str, int, float)) and not isinstance(cell, bool)


def stands_in(cell: str | float, text: str) -> bool:
    """As it is, or, for a number or a date, with the same digits."""
    if isinstance(cell, str):
        same = " ".join(cell.split()).casefold() in " ".join(text.split()).casefold()
        return same or (bool(DIGITS.search(cell)) and not strange_digits(cell, text))
    held = numbers_in(text) | numbers_in(COMMA.sub(with_point, text))
    return bool(numbers_in(f"{cell:.10g}") & held)


def strange_digits(cell: str, text: str) -> set[int]:
    """What a date or a code has that the text does not: `2026-05-04` is `04.05.2026`, or 4 May."""
    strange = {int(one) for one in DIGITS.findall(cell)} - {int(n) for n in DIGITS.findall(text)}
    named = {month for month, name in enumerate(MONTHS, 1) if name in text.lower()}
    return strange - named if ISO.fullmatch(cell.strip()) else strange


DIGITS = re.compile(r"\d+")


def with_point(found: re.Match[str]) -> str:
    return found[0].replace(".", "").replace(",", ".")


def in_order(rows: Sequence[Cells], goal: str) -> list[Cells]:
    """As the goal wants them sorted; else in the order of the files."""
    order, by = order_wanted(goal)
    column = next((one for one in rows[0] if one.lower() == by.lower()), "")
    if not order or not column:
        return list(rows)

    def place(row: Cells) -> tuple[bool, float, str]:
        cell = row[column]
        return (True, 0.0, cell.casefold()) if isinstance(cell, str) else (False, cell, "")

    return sorted(rows, key=place, reverse=order == "falling")


def laid_out(rows: Sequence[Cells], columns: Sequence[str], path: str) -> str:
    if ending(path) == "json":
        return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
    out = io.StringIO()
    table = csv.DictWriter(out, columns, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue()
