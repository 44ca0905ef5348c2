"""The arguments of a call under the names that its tool has for them, where it is certain what is
meant. Pure."""

import json
from collections.abc import Collection, Mapping
from typing import Any, cast

from selfstarter.core.ports import Tool

Json = dict[str, Any]

SECONDS = "_s"
OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "path": ("file", "filename", "filepath", "folder", "directory"),
    "content": ("contents", "text"),
    "command": ("cmd",),
    "old": ("oldstring", "oldstr", "oldtext"),
    "new": ("newstring", "newstr", "newtext"),
}
"""Of an argument -> what other tools name it, as `plain` gives it."""


def named_for(tool: Tool, args: Mapping[str, Any]) -> tuple[Json, list[str]]:
    """As `named`; a tool that takes any argument is given them as they are."""
    known = tool.parameters.get("properties", {})
    closed = tool.parameters.get("additionalProperties") is False
    return named(known, args) if closed else (dict(args), [])


def named(names: Collection[str], args: Mapping[str, Any]) -> tuple[Json, list[str]]:
    """The arguments under the names of the tool, and a clause for each that had another."""
    inside = unwrapped(names, args)
    said = [] if inside is args else [f"the wrapper {next(iter(args))!r} was taken off"]
    values: Json = {}
    for given, value in inside.items():
        name = meant(given, names, inside)
        said += [f"{given!r} was read as {name!r}"] if name != given else []
        values[name] = value
    return values, said


def unwrapped(names: Collection[str], args: Mapping[str, Any]) -> Mapping[str, Any]:
    """What lies in a single unknown wrapper whose keys all name arguments; else `args`."""
    if len(args) != 1:
        return args
    ((name, inner),) = args.items()
    if spelled(name, names):
        return args
    if isinstance(inner, str):
        inner = retyped(inner)
    if not isinstance(inner, dict):
        return args
    inside = cast(Json, inner)
    return inside if all(name_of(key, names) for key in inside) else args


def meant(given: str, names: Collection[str], args: Mapping[str, Any]) -> str:
    """The name that `given` means, when nothing else in `args` means it too; else `given`."""
    found = name_of(given, names)
    rivals = [name for name in args if name_of(name, names) == found]
    return found if found and rivals == [given] else given


def name_of(given: str, names: Collection[str]) -> str:
    """The one that `given` means: as it is spelled, else as other tools name it; empty: none."""
    if found := spelled(given, names):
        return found
    alike = [name for name in names if plain(given) in OTHER_NAMES.get(name, ())]
    return alike[0] if len(alike) == 1 else ""


def spelled(given: str, names: Collection[str]) -> str:
    """Itself, or but for case, hyphens, underscores and a unit: `timeout` is `timeout_s`."""
    if given in names:
        return given
    alike = [n for n in names if plain(given) in (plain(n), plain(n.removesuffix(SECONDS)))]
    return alike[0] if len(alike) == 1 else ""


def plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")


def retyped(value: object) -> object:
    """A string as the JSON it holds, a whole float as an integer; else `value` itself."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, str):
        return value
    if value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def in_a_note(repairs: Collection[str]) -> str:
    return f"Your arguments were mended: {', '.join(repairs)}. Write them so next time."
