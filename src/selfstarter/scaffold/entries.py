"""A table with a row for each entry of one text, as each task in the notes of a meeting: the model
reads the text and fills in the rows, the harness writes them.

Left to write a program for it, a small model looks for patterns in sentences. Here each row comes
with the passage that it is drawn from, and no cell holds what is not in that. An independent
attempt is shown the text before the task: asked the same it would say the same, right or wrong.
"""

import json
from collections.abc import Sequence
from typing import Any

from selfstarter.asking.ask import Form, turned_back
from selfstarter.asking.loose_json import json_in
from selfstarter.asking.view import examples
from selfstarter.core.cleaning import storable
from selfstarter.core.events import CallChosen, ReplyRejected
from selfstarter.core.hands import Hands
from selfstarter.core.ports import JsonSchema, Message
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
from selfstarter.texts.reading import is_prose, whole_text
from selfstarter.texts.words import telling

QUOTE = "quote"
SHORTEST, LONGEST_QUOTE = 8, 300
"""Characters of it."""
MOST_ROWS = 40
SHARE = 0.4
"""Of the window, for the text; the rest is for the task and the rows."""


def by_entries(state: State, hands: Hands) -> Form | None:
    """None: it is no such work, or has not come off."""
    if state.misses or state.starts_over:
        return None
    path, columns = table_wanted(state)
    text = text_meant(path, state, hands) if path else ""
    if not text:
        return None
    attempt = state.started.attempt if state.started else 0
    message = prompt(
        "entries_text_first" if attempt else "entries",
        goal=state.wanted,
        text=text.strip(),
        columns=", ".join(columns),
        again=turned_back(state),
    )
    row = with_quote(row_of(columns, numbers_wanted(state)))
    rows = {"type": "array", "items": row, "minItems": 1, "maxItems": MOST_ROWS}
    return Form(
        (*(() if attempt else examples("entries_example")), Message("user", message)),
        {"type": "object", "properties": {"rows": rows}, "required": ["rows"]},
        lambda reply: filled_in(reply, path, columns, text, state),
    )


def with_quote(row: JsonSchema) -> JsonSchema:
    """The quote comes first: a model that fills in the cells before looks for what goes with
    them."""
    quote = {"type": "string", "minLength": SHORTEST, "maxLength": LONGEST_QUOTE}
    return {
        **row,
        "properties": {QUOTE: quote, **row["properties"]},
        "required": [QUOTE, *row["required"]],
    }


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
    reply: str, path: str, columns: Sequence[str], text: str, state: State
) -> CallChosen | ReplyRejected:
    """The table; turned back where a cell says what the text does not."""
    try:
        told: Any = storable(json.loads(json_in(reply)))
        rows: list[Cells] = [{one: row[one] for one in columns} for row in told["rows"]]
        quotes = [str(row[QUOTE]) for row in told["rows"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        rows, quotes = [], []
    if not rows or not all(is_cell(cell) for row in rows for cell in row.values()):
        return ReplyRejected(purpose="choose", reason="the reply is not the JSON asked for")
    for row, quote in zip(rows, quotes, strict=True):
        if plain(quote) not in plain(text):
            reason = f"the quote {quote[:60]!r} is not in the text: copy it word for word"
            return ReplyRejected(purpose="choose", reason=reason)
        strange = [one for one, cell in row.items() if not comes_from(cell, quote)]
        if strange:
            reason = f"the {strange[0]} {row[strange[0]]!r} is not in its quote, {quote[:80]!r}"
            return ReplyRejected(purpose="choose", reason=reason)
    once = list({tuple(row.items()): row for row in rows}.values())
    return saved(once, path, columns, state)


def comes_from(cell: str | float, quote: str) -> bool:
    """Its numbers and its words are those of the quote, in whatever order; or it is empty."""
    if not isinstance(cell, str):
        return stands_in(cell, quote)
    return not strange_digits(cell, quote) and telling(cell) <= telling(quote)


def plain(text: str) -> str:
    return " ".join(text.split()).casefold()
