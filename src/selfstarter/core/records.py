"""What a result says that no page can bend, so that it may be used outside from then on. Pure.

Only data count, never prose: fields of JSON objects ("records"), and of those only short ones.

- A tool that reads *the person's own records* (it brings nothing from outside: contacts, accounts,
  settings; the person says so when it is set up) makes known what it was asked for by something
  known, what lies in a record that has a field with words of the person, or its one answer where
  it takes no question.
- Any other reading makes known the *id* of a record that has a field with words of the person, as
  an id and nothing else: which of the things outside the person meant.
- A call that acts makes known the ids of what it made.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from selfstarter.core.permissions import named_leaves
from selfstarter.core.provenance import (
    CONTENT,
    Provenance,
    Value,
    folded,
    is_id,
    is_said,
    phrase_in,
)

LONGEST_FIELD = 120
"""Characters; longer ones are prose."""
SHORTEST_NAME = 3
MOST = 200
"""Values taken from one result."""
DEEPEST = 12
TITLES = ("subject", "title", "topic")
"""Words by which a thing is called, and no prose."""


@dataclass(frozen=True, slots=True)
class Learnt:
    values: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


NOTHING = Learnt()


def learnt(
    args: Mapping[str, Any],
    output: str,
    *,
    reads: bool,
    own: bool,
    words: str,
    known: Provenance,
) -> Learnt:
    """`own`: what the tool reads is the person's own. `words`: the person's."""
    try:
        data = json.loads(output)
    except (ValueError, RecursionError):
        return NOTHING
    records = list(records_in(data, 0))
    if not reads:
        return Learnt(ids=kept(i for record in records for i in ids_of(record)))
    named = [record for record in records if is_named(record, words)]
    if not own:
        return Learnt(ids=kept(i for record in named for i in ids_of(record)))
    if asked_by_what_is_known(args, words, known) or (not args and not isinstance(data, list)):
        alone = [data] if isinstance(data, (str, int, float)) else []
        return Learnt(values=kept([*alone, *(v for record in records for v in fields_of(record))]))
    return Learnt(values=kept(v for record in named for v in fields_of(record)))


def records_in(data: object, depth: int) -> Iterator[Mapping[str, object]]:
    if depth > DEEPEST:
        return
    if isinstance(data, dict):
        record = cast(dict[str, object], data)
        yield record
        for inner in record.values():
            yield from records_in(inner, depth + 1)
    elif isinstance(data, list):
        for inner in cast(list[object], data):
            yield from records_in(inner, depth + 1)


def fields_of(record: Mapping[str, object]) -> Iterator[object]:
    """Its plain values, those of lists in it too; no prose."""
    for name, value in record.items():
        if name.casefold() in CONTENT:
            continue
        for one in cast(list[object], value) if isinstance(value, list) else [value]:
            if isinstance(one, (str, int, float)) and not isinstance(one, bool):
                yield one


def ids_of(record: Mapping[str, object]) -> Iterator[object]:
    for name, value in record.items():
        if is_id(name) and isinstance(value, (str, int)) and not isinstance(value, bool):
            yield value


def is_named(record: Mapping[str, object], words: str) -> bool:
    """Does one of its fields, a title too, stand whole in the person's words? Numbers are too
    common, and so are dates."""
    return any(
        isinstance(field, str)
        and SHORTEST_NAME <= len(field) <= LONGEST_FIELD
        and not re.fullmatch(r"[\d\W]+", field)
        and phrase_in(field, words)
        for name, field in record.items()
        if name.casefold() in TITLES or name.casefold() not in CONTENT
    )


def asked_by_what_is_known(args: Mapping[str, Any], words: str, known: Provenance) -> bool:
    """Was it asked by something, and by nothing that the person did not say?"""
    asked = [Value("value", name, str(leaf)) for name, leaf in named_leaves("", args)]
    asked = [value for value in asked if value.text.strip()]
    return bool(asked) and all(
        is_said(value, words) or folded(value.text) in known.values for value in asked
    )


def kept(found: Iterable[object]) -> tuple[str, ...]:
    texts = (str(one).strip() for one in found)
    short = (text for text in texts if text and len(text) <= LONGEST_FIELD)
    return tuple(dict.fromkeys(short))[:MOST]
