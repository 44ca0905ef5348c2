"""What is kept of a file of tests that may be changed, and what of it is lost. Pure.

A test may be added, or said in other words; what it checks may not become less. So of each file the
contract holds marks, as JSON, and later marks must hold the earlier ones. `exam` takes one of the
five ways in `KEPT`; how each counts is in `added_tests`, `corrected_tests` and `renamed_tests`.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from selfstarter.proofs.added_tests import no_longer_there, parts
from selfstarter.proofs.corrected_tests import exact_forms, forms, weaker
from selfstarter.proofs.renamed_tests import NAMES, counts, fewer, renamed_in, values
from selfstarter.proofs.tests_read import Marks

MARKS = TypeAdapter(Marks)


@dataclass(frozen=True, slots=True)
class Kept:
    marks: Callable[[ast.Module], Marks]
    """Empty: it tests nothing."""
    lost: Callable[[Marks, Marks], list[str]]
    """What of the earlier marks the later ones have not, as a person reads it."""


def marks_of(text: str, kept: Kept, goal: str = "") -> str:
    """Empty: it is no program, or there are none. `goal`: says what is renamed."""
    try:
        found = kept.marks(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    names = {NAMES: sorted(renamed_in(goal))} if goal and found else {}
    return MARKS.dump_json(found | names).decode() if found else ""


def lost_of(was: str, now: str, kept: Kept) -> list[str]:
    """`was`, `now`: as `marks_of` gives them."""
    try:
        before = MARKS.validate_json(was)
        after = MARKS.validate_json(now) if now else Marks()
    except ValidationError:
        return [] if was == now else ["all of it"]
    return kept.lost(before, after)


KEPT: Mapping[str, Kept] = {
    " [the tests that are there]": Kept(parts, no_longer_there),
    " [as many checks in each test]": Kept(forms, weaker),
    " [each check but for the values expected]": Kept(exact_forms, weaker),
    " [as many tests and checks]": Kept(counts, fewer),
    " [all tests, checks and values]": Kept(values, fewer),
}
"""How a file of tests is kept -> what of it is."""
AS_THEY_ARE, EACH_CHECKS, EACH_LOOKS, AS_MANY, ALL_VALUES = KEPT
