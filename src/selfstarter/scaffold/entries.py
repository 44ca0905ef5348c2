"""A table with a row for each entry of one text, as each task in the notes of a meeting: the model
reads the text and fills in the rows, the harness writes them.

Left to write a program for it, a small model looks for patterns in sentences; asked for all rows
at once, it puts the owner of one task beside the date of another. Here it is asked for the rows of
each passage, and no cell holds what is not in its passage. An independent attempt is shown the text
before the task: asked the same it would say the same, right or wrong.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from selfstarter.asking.ask import Form, turned_back
from selfstarter.asking.brought import titled
from selfstarter.asking.view import examples
from selfstarter.core.cleaning import storable
from selfstarter.core.events import CallChosen, ReplyRejected
from selfstarter.core.hands import Hands
from selfstarter.core.loose_json import json_in
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.goals.names import files_meant, files_named
from selfstarter.prompts import prompt
from selfstarter.scaffold.extracts import (
    Cells,
    is_cell,
    numbers_wanted,
    row_of,
    saved,
    stands_in,
    strange_digits,
    table_wanted,
)
from selfstarter.scaffold.forms import all_of
from selfstarter.texts.reading import is_prose, whole_text
from selfstarter.texts.words import telling

MOST_PASSAGES, MOST_ROWS = 24, 12
"""Of a text, and rows of a passage."""
STRANGE = 0.25
"""Share of a cell's words that its passage need not have: `thinks` for `thought`."""
BEGINS = re.compile(r"\n\s*\n|\n(?=\s*(?:\d{1,3}[.)]|[-*•])\s)")
"""Between two passages: an empty line, or the next point of a list."""
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
SHARE = 0.4
"""Of the window, for the text; the rest is for the task and the rows."""


def by_entries(state: State, hands: Hands) -> Form | None:
    """None: it is no such work, or has not come off."""
    if state.misses or state.starts_over:
        return None
    path, columns = table_wanted(state)
    passages = passages_of(text_meant(path, state, hands)) if path else dict[str, str]()
    if not passages:
        return None
    attempt = state.started.attempt if state.started else 0
    message = prompt(
        "entries_text_first" if attempt else "entries",
        goal=state.wanted,
        text=titled(passages),
        columns=", ".join(columns),
        again=turned_back(state),
    )
    row = row_of(columns, numbers_wanted(state))
    rows = {"type": "array", "items": row, "maxItems": MOST_ROWS}
    return Form(
        (*(() if attempt else examples("entries_example")), Message("user", message)),
        all_of(dict.fromkeys(passages, rows)),
        lambda reply: filled_in(reply, path, columns, passages, state),
    )


def passages_of(text: str) -> Mapping[str, str]:
    """`1` -> the first passage, and so on: paragraphs and points of a list, or the sentences of a
    text that has but one. Empty: there are too many."""
    parts = [" ".join(part.split()) for part in BEGINS.split(text) if part.strip()]
    parts = SENTENCE.split(parts[0]) if len(parts) == 1 else parts
    return {str(n): part for n, part in enumerate(parts, 1)} if len(parts) <= MOST_PASSAGES else {}


def text_meant(made: str, state: State, hands: Hands) -> str:
    """The one text that the goal names, or the only file there; empty: there is none, or more than
    one, or it is too long to be read at once."""
    there = list(state.found)
    paths = [path for path in files_meant(state.goal, there) if path != made]
    if not paths and not [name for name in files_named(state.goal) if name != made]:
        paths = there
    if len(paths) != 1 or not is_prose(paths[0], hands):
        return ""
    text = whole_text(paths[0], hands)
    return text if hands.model.count(text) <= hands.model.facts.window * SHARE else ""


def filled_in(
    reply: str, path: str, columns: Sequence[str], passages: Mapping[str, str], state: State
) -> CallChosen | ReplyRejected:
    """The table; turned back once where a cell says what its passage does not, and then without
    such rows."""
    try:
        told: Any = storable(json.loads(json_in(reply)))
        rows: list[tuple[str, Cells]] = [
            (name, {one: row[one] for one in columns}) for name in passages for row in told[name]
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        rows = []
    if not rows or not all(is_cell(cell) for _, row in rows for cell in row.values()):
        return ReplyRejected(purpose="choose", reason="the reply is not the JSON asked for")
    kept, reason = list[Cells](), ""
    for name, row in rows:
        strange = [one for one, cell in row.items() if not comes_from(cell, passages[name])]
        if strange:
            reason = reason or f"the {strange[0]} {row[strange[0]]!r} is not in passage {name}"
        elif row not in kept:
            kept.append(row)
    if reason and (not kept or not state.rejected):  # told of it once, it does not say it again
        return ReplyRejected(purpose="choose", reason=reason)
    return saved(kept, path, columns, state)


def comes_from(cell: str | float, passage: str) -> bool:
    """Its numbers and nearly all its words are those of the passage, in whatever order; or it is
    empty."""
    if not isinstance(cell, str):
        return stands_in(cell, passage)
    words = telling(cell)
    strange = len(words - telling(passage))
    return not strange_digits(cell, passage) and strange <= len(words) * STRANGE
