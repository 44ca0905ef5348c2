"""Values that a goal wants in another unit: which column, of which, by how much. Pure.

A small model copies the column, or takes a factor out of the air, and does the same when it is
asked once more: that two attempts agree means nothing, and the factor is known.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from selfstarter.core.contract import Scaled
from selfstarter.texts.tables import Table

KNOWN: Mapping[str, tuple[tuple[str, str, float], ...]] = {
    "mass": (
        ("kilograms", r"kg|kilos?|kilograms?|kilogrammes?", 1.0),
        ("grams", r"g|grams?|grammes?", 0.001),
        ("pounds", r"lbs?|pounds?", 0.45359237),
        ("ounces", r"oz|ounces?", 0.028349523125),
    ),
    "length": (
        ("metres", r"m|met(?:re|er)s?", 1.0),
        ("centimetres", r"cm|centimet(?:re|er)s?", 0.01),
        ("millimetres", r"mm|millimet(?:re|er)s?", 0.001),
        ("kilometres", r"km|kilomet(?:re|er)s?", 1000.0),
        ("inches", r"inch|inches", 0.0254),
        ("feet", r"ft|foot|feet", 0.3048),
        ("miles", r"mi|miles?", 1609.344),
    ),
    "time": (
        ("seconds", r"s|secs?|seconds?", 1.0),
        ("minutes", r"min|mins|minutes?", 60.0),
        ("hours", r"h|hrs?|hours?", 3600.0),
        ("days", r"days?", 86400.0),
    ),
    "temperature": (
        ("degrees Celsius", r"c|celsius|centigrade", 1.0),
        ("degrees Fahrenheit", r"f|fahrenheit", 5 / 9),
    ),
}
"""Of each kind: a unit, how it is written, and how much of the first it is."""
FREEZES_F = 32.0
SHORTEST = 2
"""Letters of a unit in a goal; a shorter one is only looked for in the name of a column."""
NEW_COLUMN = re.compile(
    r"\b(?:add|append|with|new|extra|another|additional)\b[^.;]{0,30}?\bcolumns?\s+"
    r"(?:named\s+|called\s+)?[`'\"]?(?P<name>\w+)",
    re.IGNORECASE,
)
"""`Add a column weight_kg`"""


@dataclass(frozen=True, slots=True)
class Unit:
    kind: str
    name: str
    written: str
    worth: float


UNITS = tuple(Unit(kind, *one) for kind, some in KNOWN.items() for one in some)


def rescaled(goal: str, tables: Mapping[str, Table]) -> tuple[str, Scaled] | None:
    """(what is to hold, the columns and how they go together); None: the goal wants no such thing,
    or it is not certain which columns it means."""
    added = NEW_COLUMN.search(goal)
    said = [unit for unit in UNITS if is_said(unit, goal)]
    if added is None or len(tables) != 1:
        return None
    head = next(iter(tables.values())).head
    new = added["name"]
    pairs = [(was, to) for was in said for to in said if was.kind == to.kind and was != to]
    found = {
        (was, to, column)
        for was, to in pairs
        for column in head
        if new not in head and in_unit(column, was, head, goal) and is_target(new, was, to, goal)
    }
    if len(found) != 1:
        return None
    was, to, column = next(iter(found))
    factor, offset, how = was.worth / to.worth, 0.0, ""
    if was.kind == "temperature":
        to_f = to.written.startswith("f")
        offset = FREEZES_F if to_f else -FREEZES_F * factor
        how = f"{column} × 9 / 5 + 32" if to_f else f"({column} − 32) × 5 / 9"
    text = f"{new} is {column} in {to.name}: {how or f'{column} × {factor:.8g}'}"
    return text, Scaled(column=new, of=column, factor=factor, offset=offset)


def is_said(unit: Unit, goal: str) -> bool:
    """As a word of its own, or at the end of a column's name: `weight_kg`."""
    for found in re.finditer(rf"(?<![a-z])(?:{unit.written})(?![a-z])", goal, re.IGNORECASE):
        if len(found[0]) >= SHORTEST or goal[: found.start()].endswith("_"):
            return True
    return False


def ends_in(name: str, unit: Unit) -> bool:
    return re.search(rf"_(?:{unit.written})$", name, re.IGNORECASE) is not None


def in_unit(column: str, unit: Unit, head: Iterable[str], goal: str) -> bool:
    """By its name; or it is the one that the goal says is in this unit."""
    if ends_in(column, unit):
        return True
    named = re.search(
        rf"\b{re.escape(column)}s?\b[^.;]{{0,25}}\b(?:is|are|in)\b[^.;]{{0,12}}\b(?:{unit.written})\b",
        goal,
        re.IGNORECASE,
    )
    return bool(named) and not any(ends_in(name, unit) for name in head)


def is_target(new: str, was: Unit, to: Unit, goal: str) -> bool:
    """Is the new column in the second unit: by its name, or as the one that is said last?"""
    if ends_in(new, was) or any(ends_in(new, u) for u in UNITS if u.kind == to.kind and u != to):
        return False
    if ends_in(new, to):
        return True
    return last_said(to, goal) > last_said(was, goal)


def last_said(unit: Unit, goal: str) -> int:
    """Where in the goal; -1: nowhere."""
    found = re.finditer(rf"\b(?:{unit.written})\b", goal, re.IGNORECASE)
    return max((one.start() for one in found), default=-1)
