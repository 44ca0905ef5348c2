"""A short Python program that fails its tests is mended function by function: the model writes one
anew, the tests say whether fewer fail, and the harness goes on from the best.

First it sees the function without its body: shown a wrong one, it copies it. Which function is
tried first goes by how often the tests that fail name it. Measured: docs/decisions/039.
"""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from textwrap import dedent, indent

from selfstarter.asking.ask import Form
from selfstarter.core.events import CallChosen, ReplyRejected
from selfstarter.core.hands import Hands
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.goals.orders import TESTS
from selfstarter.prompts import prompt
from selfstarter.scaffold.forms import writing
from selfstarter.scaffold.repairs import MOST, MOST_REJECTED, best_so_far, tests_shown, to_mend
from selfstarter.texts.reading import whole_text
from selfstarter.texts.words import ending

Function = ast.FunctionDef | ast.AsyncFunctionDef
FEW = 3
"""Functions that are tried in turn."""
MADE = 0.5
"""What it counts of a class that a test makes one: nearly all do."""
WARMTH = 0.6
"""Of the tries after the first round: asked the same, it would say the same."""
FAILING = re.compile(r"^(?:.*exit status \d+: )?> +(.+)$", re.MULTILINE)
"""A line at which a test failed, as pytest marks it."""


@dataclass(frozen=True, slots=True)
class Try:
    function: Function
    hidden: bool
    """Is its body left out of what the model sees?"""
    warmth: float


def by_function(state: State, hands: Hands) -> Form | None:
    """None: it is no such work, or the turn is that of single lines (`by_repair`)."""
    wanted = to_mend(state)
    if wanted is None or ending(wanted[0]) != "py" or state.rejected >= MOST_REJECTED:
        return None
    path, tested = wanted
    text, failure = best_so_far(path, tested, state, hands)
    if not text.strip() or text.count("\n") > MOST:
        return None
    tests = [whole_text(one, hands) for one in state.found if TESTS.search(one)]
    ways = list(in_turn(text, failure, tests))
    turn = ways[(state.misses + state.rejected) % len(ways)] if len(ways) > 1 else None
    if turn is None:
        return None
    message = prompt(
        "function",
        goal=state.wanted,
        path=path,
        program=(without_body(text, turn.function) if turn.hidden else text).strip(),
        tests=tests_shown(state, hands),
        failure=failure,
        function=turn.function.name,
    )
    return Form(
        (Message("user", message),),
        None,
        lambda reply: put_in(reply, turn.function, path, text, state),
        prefix=f"```python\n{begins(turn.function)}",
        warmth=turn.warmth,
    )


def in_turn(text: str, failure: str, tests: Sequence[str]) -> Iterator[Try | None]:
    """What is tried, one after the other and then from the first again; None: single lines."""
    functions = suspects(text, failure, tests)
    for hidden, warmth in ((True, 0.0), (False, WARMTH), (True, WARMTH)):
        yield from (Try(one, hidden, warmth) for one in functions)
    yield None


def suspects(text: str, failure: str, tests: Sequence[str]) -> list[Function]:
    """The functions of a program, those first in which it broke, then those that are named by most
    of the tests that fail and by few that pass: Ochiai's measure, of what a test names instead of
    what it runs."""
    called = functions_in(text)
    lines = [line.strip() for line in FAILING.findall(failure)]
    failing, passing = list[str](), list[str]()
    for source in sources(tests):
        (failing if holds(source, lines) else passing).append(source)

    def suspicion(function: Function) -> float:
        said = re.compile(rf"(?<!def )\b{re.escape(called[function])}\(")
        fail, well = (sum(bool(said.search(one)) for one in some) for some in (failing, passing))
        named = fail / sqrt(fail + well) if fail else 0.0
        broke = holds(ast.get_source_segment(text, function) or "", lines)
        return broke + named * (MADE if function.name == "__init__" else 1)

    ranked = sorted(called, key=lambda one: (-suspicion(one), one.lineno))
    return [one for one in ranked if suspicion(one)][:FEW] or ranked[:FEW]


def holds(source: str, lines: Sequence[str]) -> bool:
    return any(line and line in source for line in lines)


def functions_in(text: str) -> dict[Function, str]:
    """Each with the name by which it is called: `__init__` by that of its class. Empty: it is no
    Python."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return {}
    found = {node: node.name for node in ast.walk(tree) if isinstance(node, Function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            made = (one for one in node.body if isinstance(one, Function))
            found |= {one: node.name for one in made if one.name == "__init__"}
    return found


def sources(tests: Sequence[str]) -> Iterator[str]:
    """Of each function of these files."""
    for test in tests:
        for node in functions_in(test):
            yield ast.get_source_segment(test, node) or ""


def begins(function: Function) -> str:
    """Up to its name: from behind the bracket the model goes on with tokens that it never uses."""
    kind = "async def" if isinstance(function, ast.AsyncFunctionDef) else "def"
    return f"{kind} {function.name}"


def without_body(text: str, function: Function) -> str:
    """What it is for, in words, stays."""
    lines = text.splitlines()
    first = function.body[0]
    at = (first.end_lineno or first.lineno) if is_text(first) else first.lineno - 1
    if at < function.lineno:  # `def f(x): return x`
        return text
    return "\n".join([*lines[:at], " " * first.col_offset + "...", *lines[function.end_lineno :]])


def put_in(
    reply: str, function: Function, path: str, text: str, state: State
) -> CallChosen | ReplyRejected:
    """The program with the function as the model writes it; turned back where it is none, or reads
    as before."""
    told = dedent(reply.removeprefix("```python\n").partition("\n```")[0])
    try:
        new = next(
            node
            for node in ast.parse(told).body
            if isinstance(node, Function) and node.name == function.name
        )
    except (SyntaxError, StopIteration, ValueError):
        reason = f"that was not the function {function.name} in Python"
        return ReplyRejected(purpose="choose", reason=reason)
    written = "\n".join(told.splitlines()[new.lineno - 1 : new.end_lineno])
    lines = text.splitlines()
    lines[function.lineno - 1 : function.end_lineno] = [indent(written, " " * function.col_offset)]
    content = with_imports("\n".join(lines) + "\n")
    if content == text:
        return ReplyRejected(purpose="choose", reason="the function reads as before")
    return writing(path, content, state)


def with_imports(text: str) -> str:
    """With those of the standard library that it uses and does not import."""
    tree = ast.parse(text)
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and stored(node)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            bound |= {(name.asname or name.name).partition(".")[0] for name in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
    used = {
        node.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    lacking = sorted((used - bound) & sys.stdlib_module_names)
    if not lacking:
        return text
    at = next((node.lineno - 1 for node in tree.body if not is_text(node)), 0)
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:at], *(f"import {name}\n" for name in lacking), *lines[at:]])


def stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
