"""What pytest finds in a source file, and what each of its tests holds. Pure."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

Marks = dict[str, list[str]]
"""Name of a part of the program -> its marks."""
Function = ast.FunctionDef | ast.AsyncFunctionDef
CHECKS = re.compile(r"assert\w*|raises|warns|fail")
SKIPS = re.compile(r"skip\w*|xfail|expectedFailure")
WHOLE = ""
"""The name of what is counted over the whole file."""
MOST_TOLD = 4


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]


def tests_in(tree: ast.Module) -> dict[str, Function]:
    """Those that are run: of two with one name it is the last, and skipped ones are left out."""
    marks = [ast.dump(n) for n in tree.body if isinstance(n, ast.Assign) and is_mark(n)]
    if any(map(SKIPS.search, marks)):
        return {}
    named = dict(functions_in(tree))
    tests = {name: one for name, one in named.items() if one.name.startswith("test")}
    return {
        name: one
        for name, one in tests.items()
        if not any(SKIPS.fullmatch(name_of(node)) for node in ast.walk(one))
    }


def functions_in(node: ast.AST, above: str = "") -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield above + name, child
            case ast.ClassDef(name=name):
                yield from functions_in(child, f"{above}{name}.")
            case _:
                yield from functions_in(child, above)


def is_mark(node: ast.Assign) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "pytestmark" for one in node.targets)


def name_of(node: ast.AST) -> str:
    match node:
        case ast.Assert():
            return "assert"
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def checks_of(test: Function) -> int:
    return sum(bool(CHECKS.fullmatch(name_of(node))) for node in ast.walk(test))


def cases_of(test: ast.AST) -> Iterator[tuple[ast.Call, Sequence[ast.expr]]]:
    """Each list of cases that a decorator gives it, where it stands there."""
    for decorator in test.decorator_list if isinstance(test, Function | ast.ClassDef) else ():
        match decorator:
            case ast.Call(func=ast.Attribute(attr="parametrize"), args=[_, cases, *_]):
                listed = isinstance(cases, (ast.List, ast.Tuple))
                yield decorator, cases.elts if listed else ()
            case _:
                pass


def lacking(before: Iterable[str], after: Iterable[str]) -> Counter[str]:
    return Counter(before) - Counter(after)


def some(lost: Sequence[str]) -> list[str]:
    more = len(lost) - MOST_TOLD
    return [*lost[:MOST_TOLD], *([f"{more} more"] if more > 0 else [])]
