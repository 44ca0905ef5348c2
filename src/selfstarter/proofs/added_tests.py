"""Tests are added: those that are there stay as they are. Pure."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from selfstarter.proofs.tests_read import (
    Function,
    Marks,
    cases_of,
    checks_of,
    digest,
    name_of,
    some,
    tests_in,
)

YIELDS = "yields"
FREE = "+"
"""Begins the mark of what may be put between two statements of a test."""
MEDDLES = re.compile(r"setattr|patch\w*|setitem|delattr|exit|fail|skip\w*|xfail|exec|eval")


def parts(tree: ast.Module) -> Marks:
    """Each name of the program with all that it is bound to, and the statements that bind none: a
    test may be added or check more, and none of the old ones, nor what it uses, be another."""
    if not any(map(checks_of, tests_in(tree).values())):
        return {}
    shared = frozenset(
        node.args[1].id
        for one in ast.walk(tree)
        for node, _ in cases_of(one)
        if isinstance(node.args[1], ast.Name)
    )
    found: Marks = {}
    times = Counter[str]()
    for name, marks in bound(tree.body, shared):
        found.setdefault(name, []).extend(marks)
        times[name] += 1
    return {
        # What is bound twice is not what it was, and what binds no name is kept in one piece.
        name: [digest(" ".join(marks))] if name.endswith("*") else [str(times[name]), *marks]
        for name, marks in found.items()
    }


def bound(
    body: Iterable[ast.stmt], shared: frozenset[str], above: str = ""
) -> Iterator[tuple[str, list[str]]]:
    """`shared`: names of lists of cases."""
    yield f"{above}*", []
    for node in body:
        match node:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                module = node.module if isinstance(node, ast.ImportFrom) else ""
                for one in names:
                    name = above + (one.asname or one.name)
                    yield name, [digest(f"{module} {ast.dump(one)}")]
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield above + name, marks_of_function(node)
            case ast.ClassDef(name=name):
                head = (*node.bases, *node.keywords, *node.decorator_list)
                yield above + name, [digest(" ".join(map(ast.dump, head)))]
                yield from bound(node.body, shared, f"{above}{name}.")
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.List(elts=cases)) if (
                name in shared
            ):
                yield above + name, [FREE + digest(ast.dump(case)) for case in cases]
            case ast.Assign(targets=[ast.Name(id=name)]) if name != "pytestmark":
                yield above + name, [digest(ast.dump(node))]
            case ast.Expr(value=ast.Constant()):
                pass
            case _:
                yield f"{above}*", [digest(ast.dump(node))]


def marks_of_function(node: Function) -> list[str]:
    """Its head, its cases, its statements."""
    given = [call for call, cases in cases_of(node) if cases]
    cases = [(ast.dump(call.args[0]), case) for call, all_ in cases_of(node) for case in all_]
    named = [ast.dump(k) for call in given for k in call.keywords if k.arg != "ids"]
    others = [ast.dump(one) for one in node.decorator_list if one not in given]
    head = [type(node).__name__, ast.dump(node.args), *named, *others]
    body = [one for one in node.body if not is_text(one)]
    return [
        digest(" ".join(head)),
        *(FREE + digest(f"{names} {ast.dump(case)}") for names, case in cases),
        *(FREE * is_free(one) + digest(ast.dump(one)) for one in body),
        *(
            [YIELDS]
            if any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(node))
            else []
        ),
    ]


def is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def is_free(node: ast.stmt) -> bool:
    """May it stand before an old statement, and that still be what it was?"""
    plain = isinstance(node, (ast.Assert, ast.Expr))
    return plain and not any(
        isinstance(one, ast.NamedExpr) or MEDDLES.fullmatch(name_of(one)) for one in ast.walk(node)
    )


def no_longer_there(before: Marks, after: Marks) -> list[str]:
    gone = [n for n, marks in before.items() if not goes_on(marks, after.get(n))]
    return some([name.replace("*", "what binds no name") for name in gone])


def goes_on(old: Sequence[str], new: Sequence[str] | None) -> bool:
    """Are the old marks there in their order, with nothing between them that may not be?"""
    if new is None or (YIELDS in new) != (YIELDS in old):
        return False
    left = [mark for mark in old if mark != YIELDS]
    for mark in new:
        if left and mark == left[0]:
            left.pop(0)
        elif left and not mark.startswith(FREE):
            return False
    return not left
