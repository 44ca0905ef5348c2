"""Tests are corrected: each keeps what it checks, and the form of it. Pure."""

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from selfstarter.proofs.tests_read import (
    CHECKS,
    Function,
    Marks,
    cases_of,
    digest,
    lacking,
    name_of,
    some,
    tests_in,
)

Known = Mapping[str, ast.expr]
"""Name of a variable of a test -> what it is last set to."""
CASE = "case"
TRUE = "true"
SAME = "same "
THROWS = re.compile("[Rr]aises|[Ww]arns")
LIKE = {
    "assertEqual": "Eq", "assertNotEqual": "NotEq", "assertIn": "In", "assertNotIn": "NotIn",
    "assertIs": "Is", "assertIsNot": "IsNot", "assertTrue": TRUE, "assertFalse": f"not {TRUE}",
    "assertLess": "Lt", "assertLessEqual": "LtE", "assertGreater": "Gt",
    "assertGreaterEqual": "GtE", "assertRaises": "raises", "assertWarns": "warns",
}  # fmt: skip
VALUES = re.compile(r"[A-Z]\w*|approx|date|time|datetime|timedelta|frozenset|set|dict|list|tuple")
"""Names of what makes a value of texts and numbers: `Decimal("1.50")`."""


def forms(tree: ast.Module) -> Marks:
    """Test -> how it compares, for each of its checks."""
    return in_tests(tree, lambda how, seen, wanted: how)


def exact_forms(tree: ast.Module) -> Marks:
    """Test -> for each of its checks how, and what, it compares, and with what but for the values
    that are expected."""
    return in_tests(tree, lambda how, seen, wanted: f"{how} {digest(f'{seen} {wanted}')}")


def in_tests(tree: ast.Module, said: Callable[[str, str, str], str]) -> Marks:
    tests = tests_in(tree)
    found = {name: [said(*one) for one in checked_in(test)] for name, test in tests.items()}
    for name, test in tests.items():
        found[name] += [CASE for _, cases in cases_of(test) for _ in cases]
    return found


def checked_in(test: Function) -> Iterator[tuple[str, str, str]]:
    """(how, what is looked at, what is expected without its values) of each check that can fail."""
    known = {
        target.id: node.value
        for node in ast.walk(test)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(test):
        match node:
            case ast.Assert(test=ast.BoolOp(op=ast.And(), values=parts)):
                for part in parts:
                    yield from compared(part, known)
            case ast.Assert(test=one):
                yield from compared(one, known)
            case ast.Call(func=func, args=args) if CHECKS.fullmatch(name := name_of(func)):
                how = LIKE.get(name, name)
                if how.endswith(TRUE) and args:
                    yield from compared(args[0], known, how.removesuffix(TRUE))
                elif len(args) > 1 and not THROWS.search(name):
                    rest = " ".join(map(ast.dump, node.keywords))
                    yield from sides(how, args[0], args[1:], known, rest)
                else:
                    yield how, " ".join(map(ast.dump, args)), ""
            case _:
                pass


def compared(test: ast.expr, known: Known, no: str = "") -> Iterator[tuple[str, str, str]]:
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=one):
            yield from compared(one, known, f"{no}not ")
        case ast.Compare(left=left, ops=ops, comparators=others):
            how = no + " ".join(type(op).__name__ for op in ops)
            yield from sides(how, left, others, known)
        case _ if not is_value(test) or has_call(test):
            within = [type(n).__name__ for n in ast.walk(test) if isinstance(n, ast.cmpop | ast.Or)]
            yield " ".join((no + TRUE, *sorted(within))), ast.dump(test), ""
        case _:
            pass


def sides(
    how: str, left: ast.expr, others: Sequence[ast.expr], known: Known, rest: str = ""
) -> Iterator[tuple[str, str, str]]:
    """None, where two values are compared. What comes from one call on both sides may always be the
    same."""
    seen, wanted = [meant(left, known)], [meant(one, known) for one in others]
    if (is_value(seen[0]) and not all(map(is_value, wanted))) or is_distance(seen[0]):
        seen, wanted = wanted, seen
    if all(is_value(one) and not has_call(one) for one in (*seen, *wanted)):
        return
    looked = [ast.dump(one) for one in seen]
    calls = {name for one in seen for name in calls_in(one)}
    same = any(ast.dump(one) in looked or calls & calls_in(one) for one in wanted)
    yield SAME * same + how, " ".join((*looked, rest)), " ".join(map(shape, wanted))


def meant(node: ast.expr, known: Known) -> ast.expr:
    """What the test has just given this name."""
    return known.get(node.id, node) if isinstance(node, ast.Name) else node


def is_distance(node: ast.expr) -> bool:
    """`abs(price - 1.5)`, which is to be small: there the value that is expected stands."""
    return isinstance(node, ast.Call) and name_of(node.func) == "abs"


def is_value(node: ast.AST) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.Call(func=func, args=args, keywords=named):
            values = map(is_value, (*args, *(one.value for one in named)))
            return bool(VALUES.fullmatch(name_of(func))) and all(values)
        case ast.UnaryOp(operand=one):
            return is_value(one)
        case ast.BinOp(left=left, right=right):
            return is_value(left) and is_value(right)
        case ast.List(elts=all_) | ast.Tuple(elts=all_) | ast.Set(elts=all_):
            return all(map(is_value, all_))
        case ast.Dict(keys=keys, values=values):
            return all(one is not None and is_value(one) for one in (*keys, *values))
        case _:
            return False


def has_call(node: ast.AST) -> bool:
    return any(isinstance(one, ast.Call) for one in ast.walk(node))


def calls_in(node: ast.AST) -> set[str]:
    called = {name_of(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)}
    return {name for name in called if not VALUES.fullmatch(name)}


def shape(node: ast.AST) -> str:
    """It without the values in it."""
    if is_value(node):
        return "_"
    inside = " ".join(map(shape, ast.iter_child_nodes(node)))
    return f"{type(node).__name__}({name_of(node)} {inside})"


def weaker(before: Marks, after: Marks) -> list[str]:
    """Tests that check less. One that is gone may have another name: it is then a new one that
    checks as much."""
    lost: list[str] = []
    new = [name for name in after if name not in before]
    for test, marks in before.items():
        other = test if test in after else next((n for n in new if not less(marks, after[n])), "")
        new = [name for name in new if name != other]
        if not other:
            lost.append(f"{test} ({checks_told(sum(mark != CASE for mark in marks))})")
        elif missing := less(marks, after[other]):
            lost.append(f"{test} ({checks_told(missing)})")
    return some(lost)


def less(old: Sequence[str], new: Sequence[str]) -> int:
    """How many of the old checks are not there. What only had to be true may be compared now."""
    missing, more = lacking(old, new), lacking(new, old)
    stronger = sum(n for how, n in more.items() if how != CASE and not how.startswith(SAME))
    return missing.total() - min(missing[TRUE], stronger)


def checks_told(n: int) -> str:
    return f"{n} check{'' if n == 1 else 's'}"
