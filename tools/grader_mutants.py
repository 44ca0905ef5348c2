"""Would the graders' own tests notice a grader that is wrong? `make mutants`.

One condition, comparison, constant or verdict of a grader is changed at a time. The mutant is
killed when, in any set, a reference solution fails, an untouched workspace or one of the wrong
solutions passes, or a test of the graders fails. Tasks whose grader runs programs take seconds,
so they only judge mutants of that grader.
Those that survive are named: each is a hole in the tests, or a change that changes nothing.
The last line: mutants killed=N/M survived=N
"""

import ast
import copy
import importlib
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
EVALS = ROOT / "src" / "selfstarter" / "evals"
RUNS_PROGRAMS = ("fix", "write")
TESTS = (
    "tests/evals/test_graders.py",
    "tests/evals/test_grader_edges.py",
    *("-p", "no:cacheprovider"),
)
LONGEST_S = 300
"""A mutant that runs on for ever is killed too."""
OTHER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
QUANTIFIERS = {"any": "all", "all": "any", "min": "max", "max": "min"}


@dataclass(frozen=True)
class Mutant:
    module: str
    where: str
    """File and line."""
    what: str
    tree: ast.Module


def mutants() -> Iterator[Mutant]:
    for file in sorted([*EVALS.glob("graders/*.py"), *EVALS.glob("core/*.py")]):
        tree = ast.parse(file.read_text("utf-8"))
        for number, node in enumerate(spots(tree, file)):
            for what, change in changes(node):
                twin = copy.deepcopy(tree)
                change(spots(twin, file)[number])
                yield Mutant(
                    f"selfstarter.evals.{file.parent.name}.{file.stem}",
                    f"{file.relative_to(ROOT)}:{node.lineno}",
                    what,
                    ast.fix_missing_locations(twin),
                )


def spots(tree: ast.Module, file: Path) -> list[ast.expr | ast.Return]:
    """Of a grader's own file all of it, of a file with tasks the graders that are written there;
    without what is only said."""
    said = [text for text in ast.walk(tree) if isinstance(text, ast.JoinedStr)]
    words = {id(node) for text in said for node in ast.walk(text) if node is not text}
    parts = [tree] if file.parent.name == "graders" else filter(is_grader, ast.walk(tree))
    return [
        node
        for part in parts
        for node in ast.walk(part)
        if isinstance(node, (ast.expr, ast.Return)) and id(node) not in words
    ]


def is_grader(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and [a.arg for a in node.args.args] == [
        "workspace",
        "answer",
    ]


def changes(node: ast.expr | ast.Return) -> Iterator[tuple[str, Callable[[Any], None]]]:
    """What can be wrong here, and how a copy of the node is made so."""
    match node:
        case ast.Compare(ops=[op, *_]) if type(op) in OTHER:
            yield f"{ast.unparse(node)}: the comparison", exchanged
        case ast.BoolOp():
            yield f"{ast.unparse(node)}: and, or", joined
        case ast.UnaryOp(op=ast.Not()):
            yield f"{ast.unparse(node)}: not", doubted
        case ast.IfExp():
            yield f"{ast.unparse(node)}: the condition", turned
        case ast.Return(value=ast.JoinedStr()):
            yield f"{ast.unparse(node)}: silent", silenced
        case ast.Call(func=ast.Name(id=name)) if name in QUANTIFIERS:
            yield f"{ast.unparse(node)}: {QUANTIFIERS[name]}", quantified
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            yield f"{value}: one more", counted
        case _:
            pass


def exchanged(node: Any) -> None:
    node.ops[0] = OTHER[type(node.ops[0])]()


def joined(node: Any) -> None:
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()


def doubted(node: Any) -> None:
    node.operand = ast.UnaryOp(ast.Not(), node.operand)


def turned(node: Any) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def silenced(node: Any) -> None:
    node.value = ast.Constant("")


def quantified(node: Any) -> None:
    node.func.id = QUANTIFIERS[node.func.id]


def counted(node: Any) -> None:
    node.value += 1


def survives(mutant: Mutant) -> bool:
    """In a child: what is imported of the mutant goes with it."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    code = 1
    try:
        with Path(os.devnull).open("w") as nothing:
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
            signal.alarm(LONGEST_S)
            code = int(not passes(mutant))
    finally:  # never back into the parent's loop
        os._exit(code)


def passes(mutant: Mutant) -> bool:
    """Is nothing noticed?"""
    package = importlib.import_module(mutant.module.rpartition(".")[0])
    module = ModuleType(mutant.module)
    module.__file__ = str(ROOT / mutant.where.partition(":")[0])
    sys.modules[mutant.module] = module
    setattr(package, mutant.module.rpartition(".")[2], module)
    exec(compile(mutant.tree, mutant.where, "exec"), module.__dict__)
    sets = importlib.import_module("selfstarter.evals.sets").SETS.values()
    runs = mutant.module.endswith(".programs")
    tasks = [task for tasks in sets for task in tasks if (task.family in RUNS_PROGRAMS) == runs]
    return all(map(judged_well, tasks)) and not pytest.main(["-x", "-q", *TESTS])


def judged_well(task: Any) -> bool:
    def verdict(solution: Callable[[Path], str]) -> bool:
        with tempfile.TemporaryDirectory() as folder:
            task.lay(Path(folder))
            return task.grade(Path(folder), solution(Path(folder))).passed

    nothing = [says(""), says("Done. Everything is as you asked.")]
    return verdict(task.reference) and not any(map(verdict, [*nothing, *task.wrong]))


def says(answer: str) -> Callable[[Path], str]:
    return lambda workspace: answer


def main(only: Sequence[str]) -> int:
    """`only`: words of the places to look at; none: all."""
    every = [one for one in mutants() if not only or any(word in one.where for word in only)]
    importlib.import_module("selfstarter.app")  # before there are children: it takes the most time
    killed = 0
    for number, mutant in enumerate(every, 1):
        if survives(mutant):
            print(f"survived: {mutant.where}  {' '.join(mutant.what.split())}", flush=True)
        else:
            killed += 1
        if number % 50 == 0:
            print(f"{number} of {len(every)}", file=sys.stderr, flush=True)
    print(f"mutants killed={killed}/{len(every)} survived={len(every) - killed}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
