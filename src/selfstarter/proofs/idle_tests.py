"""Tests that a run wrote itself: do they look at anything but themselves? Pure."""

import ast
from collections.abc import Iterable, Iterator

from selfstarter.proofs.tests_read import CHECKS, Function, cases_of, tests_in

RUNS_TESTS = frozenset(("pytest", "unittest", "typing", "__future__"))
OF_ANY_TEST = frozenset(
    ("self", "cls", "tmp_path", "tmpdir", "capsys", "capfd", "caplog", "monkeypatch", "request")
)
"""What is handed to a test of no matter what."""


def idle(text: str) -> list[str]:
    """The names of a file's tests, if none of them uses a thing that it has not made itself:
    `assert True`, `assert 1 + 1 == 2`. Empty: one does, or it is no Python."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    tests, beside = tests_in(tree), set(bound_beside(tree.body))
    return [] if any(looks_outside(one, beside) for one in tests.values()) else list(tests)


def bound_beside(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that are bound beside the tests, without what only runs them."""
    for node in body:
        match node:
            case ast.Import(names=names):
                bound = (one.asname or one.name.partition(".")[0] for one in names)
                yield from (name for name in bound if name not in RUNS_TESTS)
            case ast.ImportFrom(names=names, module=module) if module not in RUNS_TESTS:
                yield from (one.asname or one.name for one in names)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case _:
                found = (one for one in ast.walk(node) if isinstance(one, ast.Name))
                yield from (one.id for one in found if isinstance(one.ctx, ast.Store))


def looks_outside(test: Function, beside: set[str]) -> bool:
    if {arg.arg for arg in test.args.args} - OF_ANY_TEST - given_by_cases(test):
        return True  # a fixture
    return any(is_outside(node, beside) for node in ast.walk(test))


def is_outside(node: ast.AST, beside: set[str]) -> bool:
    match node:
        case ast.Name(id=name):
            return name in beside
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return name != "subTest" and not CHECKS.fullmatch(name)
        case ast.ImportFrom(module=name):
            return name not in RUNS_TESTS
        case ast.Import(names=names):
            return any(one.name not in RUNS_TESTS for one in names)
        case _:
            return False


def given_by_cases(test: Function) -> set[str]:
    """`parametrize("a, b", …)` -> a, b."""
    names = (call.args[0] for call, _ in cases_of(test))
    said = (str(node.value) for name in names for node in ast.walk(name)
            if isinstance(node, ast.Constant))  # fmt: skip
    return {part.strip() for one in said for part in one.split(",")}
