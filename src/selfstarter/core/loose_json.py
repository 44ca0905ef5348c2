"""JSON as models write it: in prose, in a fence, with a comma too many, cut. Pure."""

import re
from json import JSONDecoder
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import from_json

LAST_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[\]}])')
"""A text, which stays as it is, or the comma."""

NO_JSON = "INVALID_JSON"
"""Key of the arguments of a call that are no JSON, as they stand. (pydantic-ai's.)"""
DECODER = JSONDecoder(strict=False)  # line breaks within a text are meant


def json_in(text: str) -> str:
    """The JSON object in a reply that may wrap it in prose or a fence."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def object_in(text: str, cut: bool = False) -> dict[str, Any] | None:
    """It, parsed and without what is null: so a model says that it leaves something out. None:
    there is none. `cut`: its end may be missing, and with it what is not whole."""
    written = text[text.find("{") :] if cut else json_in(text)
    try:
        found = without_nulls(from_json(without_last_commas(written), allow_partial=cut))
    except ValueError:
        return None
    return cast(dict[str, Any], found) if isinstance(found, dict) else None


def arguments_in(text: str) -> dict[str, Any] | None:
    """Arguments that are no JSON to the letter: a line break within a text, a comma too many, JSON
    in a text of its own. None: they cannot be read."""
    try:
        found = DECODER.decode(text.strip())
    except (ValueError, RecursionError):
        return object_in(text)
    if isinstance(found, str):
        return object_in(found)
    return cast(dict[str, Any], found) if isinstance(found, dict) else None


def without_last_commas(written: str) -> str:
    """JSON without the commas after which nothing comes."""
    return LAST_COMMA.sub(lambda found: found[1] or "", written)


def broken_at(text: str) -> str:
    """Where the JSON in a reply ends to be such; empty: it is whole, or there is none."""
    try:
        from_json(without_last_commas(json_in(text)))
    except ValueError as error:
        return str(error) if "{" in text else ""
    return ""


def without_nulls(value: object) -> object:
    if isinstance(value, dict):
        items = cast(dict[str, object], value).items()
        return {name: without_nulls(one) for name, one in items if one is not None}
    if isinstance(value, list):
        return [without_nulls(one) for one in cast(list[object], value) if one is not None]
    return value


def brief(error: ValidationError) -> str:
    """A validation error in one line that a model can act on."""
    parts = [
        f"{'.'.join(str(x) for x in e['loc']) or 'reply'}: {e['msg']}" for e in error.errors()[:4]
    ]
    return "not the JSON asked for: " + "; ".join(parts)
