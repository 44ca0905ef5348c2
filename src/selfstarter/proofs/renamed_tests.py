"""Names are changed in tests: there is as much, and every value stays where that is all. Pure."""

import ast
import re
from decimal import Decimal, InvalidOperation

from selfstarter.goals.replacing import LEADS, TERM
from selfstarter.proofs.tests_read import WHOLE, Marks, checks_of, lacking, some, tests_in

NAMES = "names"
"""Under this the marks of a file hold the words that the goal wants renamed."""
TOKEN = re.compile(r"-?\d+(?:\.\d+)?|[^\W\d_]+|[^\w\s]")
RENAMED = re.compile(
    rf"(?P<old>{TERM})\s+(?:to|by|with|into|instead\s+of|->|=>|→)\s+(?:the\s+)?"
    rf"(?:(?:{LEADS})\s+)?(?P<new>{TERM})",
    re.IGNORECASE,
)
FIRST = re.compile(
    rf"\b(?:rename|replace)\s+(?:(?:the|all|every|each|our)\s+)*(?:(?:{LEADS})\s+)?(?P<old>{TERM})",
    re.IGNORECASE,
)


def counts(tree: ast.Module) -> Marks:
    tests = tests_in(tree)
    checks = sum(map(checks_of, tests.values()))
    return {WHOLE: ["test"] * len(tests) + ["check"] * checks} if tests else {}


def values(tree: ast.Module) -> Marks:
    """`counts`, and each number, word and operator of the program."""
    counted = counts(tree)
    texts = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree) if counted else ():
        match node:
            case ast.Constant(value=value) if id(node) not in texts:
                counted[WHOLE] += words_of(value)
            case ast.cmpop() | ast.operator() | ast.boolop() | ast.unaryop():
                counted[WHOLE].append(type(node).__name__)
            case _:
                pass
    return counted


def words_of(value: object) -> list[str]:
    """`Decimal("1.50")` and `1.5` are one number."""
    return [plain(word) for word in TOKEN.findall(str(value))]


def plain(word: str) -> str:
    try:
        return f"{Decimal(word).normalize():f}"
    except InvalidOperation:
        return word.lower()


def renamed_in(goal: str) -> set[str]:
    """The words of the names that it speaks of, old and new."""
    found = [*RENAMED.finditer(goal), *FIRST.finditer(goal)]
    words = {word for one in found for name in one.groups() for word in words_of(name)}
    return {word for word in words if word[-1].isalnum()}


def fewer(before: Marks, after: Marks) -> list[str]:
    missing = lacking(before.get(WHOLE, ()), after.get(WHOLE, ()))
    names = {*before.get(NAMES, ())}
    lost = [f"{n} × {mark}" for mark, n in sorted(missing.items()) if mark not in names]
    return some(lost)
