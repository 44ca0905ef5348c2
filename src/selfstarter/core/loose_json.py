"""JSON as models write it: in prose, in a fence, in Python, with a comma too many, cut. Pure.

What is not quite JSON is read where it can mean but one thing; else it is told what is wrong.
"""

import re
from collections.abc import Iterator
from json import JSONDecoder
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import from_json

THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL)
BEGINS = re.compile(r"\{|\[(?=\s*[\[{\"'])")
ODD = re.compile(
    r'(?P<text>"(?:\\.|[^"\\])*(?:"|\\?\Z))'
    r"|(?P<quoted>'(?:\\.|[^'\\])*(?:'|\\?\Z))"
    # One with a quote in it may be the rest of a text that has a quote too many.
    r"|(?P<remark>(?<![^\s,:\[\]{}])(?:(?://|\#)(?:[^\n\"']|\b'\b)*(?=\n|\Z)|/\*[^\"']*?\*/))"
    r"|\b(?P<word>True|False|None)\b",
    re.DOTALL,
)
"""What Python, or a model, writes otherwise, and texts, within which none of that is meant."""
WORDS = {"True": "true", "False": "false", "None": "null"}
CONTROL = re.compile(r"[\x00-\x1f]")
QUOTE = re.compile(r"\\.|\"", re.DOTALL)
LAST_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[\]}])')
"""A text, which stays as it is, or the comma."""
COMPLETE = re.compile(r"(?:[\]}\"]|\b(?:true|false|null))\Z")
"""Ends a value of which nothing can be missing."""
PLACE = re.compile(r"(?P<what>.*) at line (?P<line>\d+) column (?P<column>\d+)")
NOT_JSON = "it is not the JSON asked for"
CUT_OFF = "it was cut off before its end: write it shorter"
AROUND, REST = 60, 20
"""Characters that are shown on both sides of what is wrong, and from there on."""

NO_JSON = "INVALID_JSON"
"""Key of the arguments of a call that are no JSON, as they stand. (pydantic-ai's.)"""
DECODER = JSONDecoder(strict=False)  # line breaks within a text are meant


def json_in(text: str) -> str:
    """The JSON object in a reply that may wrap it in prose or a fence."""
    start, end = text.find("{"), text.rfind("}")
    return as_json(text) or (text[start : end + 1] if 0 <= start < end else text)


def object_in(text: str, ended: bool = True) -> dict[str, Any] | None:
    """It, parsed and without what is null: so a model says that it leaves something out. None:
    there is none. `ended`: by the model itself, so that nothing but its last brace may be missing.
    """
    found = parsed(as_json(text, ended=ended))
    return cast(dict[str, Any], found) if isinstance(found, dict) else None


def begun_in(text: str) -> dict[str, Any] | None:
    """The same of an object whose end is missing, and with it what is not whole."""
    said = without_thought(text)
    try:
        found = without_nulls(from_json(tidied(said[said.find("{") :]), allow_partial=True))
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


def value_in(text: str) -> object:
    """The object in a reply, or the list that stands in its place; None: there is neither."""
    begins = BEGINS.search(without_thought(text))
    return parsed(as_json(text, "[]" if begins and begins[0] == "[" else "{}"))


def as_json(text: str, marks: str = "{}", ended: bool = True) -> str:
    """What stands between the first and the last of these marks, as JSON; empty: it cannot be read
    for certain."""
    said = without_thought(text)
    start, end = said.find(marks[0]), said.rfind(marks[1]) + 1
    if start < 0:
        return ""
    written = said[start:end]
    if is_json(written) or is_json(written := tidied(written)):
        return written
    if not ended or marks != "{}":
        return ""
    rest = tidied(without_fence(said[start:])).rstrip()
    return f"{rest}}}" if COMPLETE.search(rest) and is_json(f"{rest}}}") else ""


def without_thought(text: str) -> str:
    return THOUGHT.sub("", text)


def without_fence(text: str) -> str:
    """Without its end."""
    return text.rstrip().removesuffix("```")


def is_json(written: str) -> bool:
    try:
        from_json(written)
    except ValueError:
        return False
    return True


def parsed(written: str) -> object:
    return without_nulls(from_json(written)) if written else None


def tidied(written: str) -> str:
    """JSON without remarks and the commas after which nothing comes, and with its own quotes and
    words where there were Python's."""
    plain = ODD.sub(mended, written)
    return LAST_COMMA.sub(lambda found: found[1] or "", plain)


def mended(found: re.Match[str]) -> str:
    """Of one match of `ODD`."""
    said = found[0]
    if found["word"]:
        return WORDS[said]
    if found["remark"]:
        return ""
    if found["quoted"]:
        inside = said[1:].removesuffix("'")
        inside = QUOTE.sub(lambda one: {'"': '\\"', "\\'": "'"}.get(one[0], one[0]), inside)
        said = f'"{inside}"' if said[1:].endswith("'") else f'"{inside}'
    return CONTROL.sub(lambda one: f"\\u{ord(one[0]):04x}", said)


def unreadable(text: str, cut: bool = False) -> str:
    """Why there is no JSON to be had from a reply, a clause that a model can act on."""
    return ": ".join(filter(None, (NOT_JSON, CUT_OFF if cut else broken_at(text))))


def broken_at(text: str) -> str:
    """What is wrong with the JSON in a reply, with the place, since the model is not shown what it
    wrote; empty: it is whole, or there is none."""
    said = without_thought(text)
    begins = BEGINS.search(said)
    if begins is None:
        return ""
    ends = said.rfind("}" if begins[0] == "{" else "]") + 1
    raw = said[begins.start() : ends] or without_fence(said[begins.start() :])
    try:
        from_json(tidied(raw))
    except ValueError as error:
        return in_words(str(error), raw)
    return ""


def in_words(error: str, raw: str) -> str:
    place = PLACE.match(error)
    if place is None or place["what"].startswith("EOF"):
        return CUT_OFF
    lines = tidied(raw).split("\n")
    if raw.count("\n") == len(lines) - 1:  # as it was written
        lines = raw.split("\n")
    line = lines[int(place["line"]) - 1]
    at = len(line.encode()[: int(place["column"]) - 1].decode(errors="ignore"))
    rules = broken_rules(place["what"], line[:at], line[at:], raw)
    where = line[at : at + REST].rstrip() or "its end"
    shown = line[max(0, at - AROUND) : at + AROUND].strip()
    return ". ".join((f"{place['what']} at `{where}` in `{shown}`", *rules))


def broken_rules(what: str, before: str, rest: str, raw: str) -> Iterator[str]:
    """What of JSON its writer may not have known, or not thought of."""
    bare = what.startswith("key must") or (what == "expected value" and rest[:1].isalpha())
    if what.startswith("invalid escape"):
        yield "A backslash within a text is \\\\"
    if remark := rest.startswith(("//", "/*", "#")):
        yield "JSON has no comments"
    if (bare and not remark) or any(found["quoted"] for found in ODD.finditer(raw)):
        yield "Keys and texts stand in double quotes"
    elif what.startswith("expected `,`") and before.rstrip().endswith('"'):
        yield 'A double quote within a text is \\"'


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
