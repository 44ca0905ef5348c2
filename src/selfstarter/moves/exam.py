"""What the work is judged by and may not change: the tests, and what tells pytest how to run them.

A project's file may hold settings of pytest beside others, which are free to change. So the part
that is pytest's is protected under a name of its own: `pyproject.toml [pytest]`. And where the goal
orders something of the tests, a file of theirs is kept only so far: in what was there, or in how
much is checked.
"""

import ast
import configparser
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from selfstarter.core.contract import Contract, Criterion, TestsPass
from selfstarter.core.errors import ToolFailed
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.moves.reading import text_of, whole_text
from selfstarter.moves.requirements import TESTS

OF_PYTEST = " [pytest]"
ITS_OWN = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini")
SECTIONS = {"pyproject.toml": "pytest", "tox.ini": "pytest", "setup.cfg": "tool:pytest"}
"""Of the files that pytest shares with other programs."""
AS_THEY_ARE = " [the tests that are there]"
EACH_CHECKS = " [as many checks in each test]"
AS_MANY = " [as many tests and checks]"
FILE_OF_TESTS = r"(?<![\w/-])(?:[\w-]+/)*(?:test_\w+|\w+_test)\.py\b"
STANDARD = r"(?:expected|expectations?|asserted)\b(?:\s+(?:values?|results?|outputs?|numbers?))?"
OF_TESTS = (
    r"(?:(?:tests?|test cases?|test suite|assertions?)\b"
    r"(?!\.\w|\s+(?:it|them|that|this|if|whether)\b)"
    rf"|{STANDARD}|{FILE_OF_TESTS})"
)
BETWEEN = (
    r"(?!(?:so|until|that|which|where|such|according|following|against|using|pass\w*|failing|broken"
    r"|red|to|for|from|with|like|as|per|satisfy|match)\b)[^\s.,;:]+(?:\.\w+)?\s+"
)
NEAR = rf"(?:{BETWEEN}){{0,6}}?"
NOT_PASS = r"(?!\s+(?:now\s+)?(?:pass|fail|succeed|run|should|must|have to|will|says?|describe)\w*)"
LEFT = re.compile(
    r"\b(?:not|never|without|\w+n[’']t)\s+(?:be\s+)?(?:chang|touch|edit|modif|alter|adapt)\w*"
    rf"\s+(?:(?:any|the|of|existing|a)\s+)*{OF_TESTS}"
    rf"|{OF_TESTS}[^.;]{{0,30}}\b(?:not|never)\s+be\s+(?:chang|touch|edit|modif|alter|adapt)\w*"
    rf"|\b(?:leave|keep)\s+(?:the\s+)?{OF_TESTS}\s+(?:alone|as\s|untouched|unchanged|intact)",
    re.IGNORECASE,
)
ENDED = re.compile(rf"\b(?:remove|delete|drop|rewrite)\s+{NEAR}{OF_TESTS}{NOT_PASS}", re.IGNORECASE)
TURNED = re.compile(
    r"\brename\b|\b(?:replace|switch|use|change|convert|migrate|move)\b[^;]*"
    r"\b(?:everywhere|throughout|all over|across the (?:project|code ?base|repo\w*)"
    r"|in (?:all|every|each) (?:the )?files?|all (?:its )?(?:uses|usages|occurrences|callers))\b",
    re.IGNORECASE,
)
MENDED = re.compile(
    r"\b(?:update|correct|adapt|adjust|change|edit|modify|improve|refactor|convert|migrate|split"
    rf"|replace|parametri[sz]e|simplify|tidy|clean up)\s+{NEAR}{OF_TESTS}{NOT_PASS}"
    rf"|\b(?:fix|repair|mend)\s+{NEAR}{STANDARD}"
    rf"|{OF_TESTS}(?:\s+(?:in|of)\s+\S+?)?,?\s+(?:which\s+|that\s+)?(?:is|are)\s+(?:\w+\s+)?"
    r"(?:out of date|outdated|wrong|stale|obsolete)\b",
    re.IGNORECASE,
)
GROWN = re.compile(
    rf"\b(?:add|write|create|extend|provide|cover\w*)\s+{NEAR}{OF_TESTS}{NOT_PASS}"
    r"|\b(?:add|write|create|implement|build|make)\b[^;]*(?:\band|\bwith|\bplus|,)\s+"
    r"(?:(?:some|also|new|unit|regression|its|a|add|write)\s+){0,3}tests?"
    r"(?=\s+(?:for|of|too|that|as well|covering|to)\b|\s*[.;,!]|$)",
    re.IGNORECASE,
)
FOR_THEM = re.compile(
    rf"\b(?:so that|so|until|to make|to get|make|get)\s+(?:(?:all|the|of)\s+)*{OF_TESTS}"
    r"[^.;]{0,20}\b(?:pass|green|succeed)",
    re.IGNORECASE,
)
MUST_PASS = re.compile(
    r"\b(?:fix|repair|correct|mend|debug|bugs?)\b"
    rf"|{OF_TESTS}[^.;]{{0,20}}\b(?:pass|green|succeed|says?|describe|specif|define|tell)"
    rf"|\b(?:pass\w*|satisfy|meet|fulfil)\s+(?:(?:all|the|of)\s+)*{OF_TESTS}",
    re.IGNORECASE,
)
"""What a goal may say of the tests: in the order in which it counts."""


def protected(
    criteria: Iterable[Criterion],
    existing: Mapping[str, str],
    goal: str,
    hands: Hands,
    wanted: Collection[str] = (),
) -> tuple[tuple[str, str], ...]:
    """Digests of the tests that a criterion runs and of what pytest obeys: an agent may not edit
    its own exam, nor make up the files that say what to skip. A file that the goal names is free;
    who writes the tests too may say how they are run. Of the tests themselves it counts what the
    goal orders. `wanted`: files that a model which can be trusted means to change."""
    ran = [c.check.path for c in criteria if isinstance(c.check, TestsPass)]
    exam = [path for path in existing if TESTS.search(path)]
    if not ran or not exam:
        return ()
    told = {f"{folder}conftest.py" for path in exam for folder in folders_above(path)}
    for folder in {folder for path in ran for folder in folders_above(f"{path}/.")}:
        told |= {folder + name for name in ITS_OWN}
        told |= {folder + name + OF_PYTEST for name in SECTIONS}
    free = [path for path in told if path.rpartition("/")[2].removesuffix(OF_PYTEST) in goal]
    kept = (as_far_as(how, path, hands) for path, how in kept_how(exam, goal, wanted).items())
    return (*kept, *((path, digest_of(path, hands)) for path in sorted(told.difference(free))))


def kept_how(exam: Sequence[str], goal: str, wanted: Collection[str]) -> dict[str, str]:
    """Path of each file of tests that is not free -> how far it is kept; empty: as it is."""
    named = [path for path in exam if path.rpartition("/")[2] in goal]
    how = ordered_of_tests(goal)
    if how is not None:
        meant = exam if how == AS_MANY else named or exam
    elif LEFT.search(goal) or MUST_PASS.search(goal):
        meant = ()
    else:
        how, meant = EACH_CHECKS, [path for path in exam if path in wanted]
    kept = [path for path in exam if how != FREE or path not in meant]
    return {path: (how or "") if path in meant else "" for path in kept}


FREE = "free"


def ordered_of_tests(goal: str) -> str | None:
    """How far the tests are kept where the goal wants something of them; None: it does not."""
    if LEFT.search(goal):
        return AS_THEY_ARE if GROWN.search(goal) else None
    if FOR_THEM.search(goal):
        return None
    ways = ((ENDED, FREE), (TURNED, AS_MANY), (MENDED, EACH_CHECKS), (GROWN, AS_THEY_ARE))
    return next((how for said, how in ways if said.search(goal)), None)


def as_far_as(how: str, path: str, hands: Hands) -> tuple[str, str]:
    """What cannot be read as a program, or tests nothing, is kept as it is."""
    marks = digest_of(path + how, hands)
    return (path + how, marks) if marks else (path, digest_of(path, hands))


def edited_exam(contract: Contract, state: State, hands: Hands) -> str:
    """The names of what is given and is not as it was. What was missing a person may have added."""
    made = state.ledger.artefacts
    return ", ".join(
        path
        for path, was in contract.protects
        if (was or path.removesuffix(OF_PYTEST) in made)
        and not still(was, digest_of(path, hands) or moved(path, state, hands))
    )


def moved(path: str, state: State, hands: Hands) -> str:
    """The marks of the new files of tests, one of which may be the old one under another name."""
    if not path.endswith(AS_MANY):
        return ""
    new = (name for name in state.ledger.made if name not in state.found and TESTS.search(name))
    return marks_of("\n".join(text_of(name, hands) for name in new), counts)


def still(was: str, now: str) -> bool:
    """Is each mark that was there there now, and as often? `sha256`, or `mark=3 other=1`."""
    before, after = marked(was), marked(now)
    return bool(was) == bool(now) and all(after.get(mark, 0) >= n for mark, n in before.items())


def marked(marks: str) -> dict[str, int]:
    parted = (mark.partition("=") for mark in marks.split())
    return {name: int(count or 1) for name, _, count in parted}


def folders_above(path: str) -> Iterator[str]:
    """`a/b/test_c.py` -> "", "a/", "a/b/"."""
    folder = ""
    yield folder
    for name in path.split("/")[:-1]:
        if name not in ("", "."):
            folder += f"{name}/"
            yield folder


def digest_of(path: str, hands: Hands) -> str:
    for how, marks in MARKS.items():
        if path.endswith(how):
            return marks_of(whole_text(path.removesuffix(how), hands), marks)
    shared = path.removesuffix(OF_PYTEST)
    if shared == path:
        return hands.files.digest(path)
    try:
        text = hands.files.read(shared).decode("utf-8", "replace")
    except ToolFailed:
        return ""
    settings = settings_of_pytest(shared.rpartition("/")[2], text)
    return sha256(settings.encode()).hexdigest() if settings else ""


def settings_of_pytest(name: str, text: str) -> str:
    """Empty: none. All of the text, where it cannot be read."""
    try:
        if name.endswith(".toml"):
            tool: Any = tomllib.loads(text).get("tool", {})
            return repr(tool["pytest"]) if "pytest" in tool else ""
        parser = configparser.ConfigParser(interpolation=None, allow_no_value=True, strict=False)
        parser.read_string(text)
        there = parser.has_section(SECTIONS[name])
        return repr(parser.items(SECTIONS[name])) if there else ""
    except (tomllib.TOMLDecodeError, configparser.Error, TypeError, RecursionError):
        return text


# ── what is kept of tests that may be changed ────────────────────────────────────────────────

Function = ast.FunctionDef | ast.AsyncFunctionDef
CHECKS = re.compile(r"assert\w*|raises|warns|fail")
SKIPS = re.compile(r"skip\w*|xfail|expectedFailure")


def marks_of(text: str, marks: Callable[[ast.Module], Mapping[str, int]]) -> str:
    """Empty: it is no program, or there are none."""
    try:
        found = marks(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return " ".join(f"{mark}={count}" for mark, count in sorted(found.items()))


def parts(tree: ast.Module) -> Mapping[str, int]:
    """Each name of the program with all that it is bound to, and the statements that bind none: a
    test may be added, and none of the old ones, nor what it uses, be another."""
    found: dict[str, str] = {}
    for name, text in bound(tree.body):
        found[name] = found.get(name, "") + text
    if not checks_in(tree):
        return {}
    return {sha256(f"{n} {t}".encode()).hexdigest()[:12]: 1 for n, t in found.items()}


def bound(body: Iterable[ast.stmt], above: str = "") -> Iterator[tuple[str, str]]:
    yield f"{above}*", ""
    for node in body:
        match node:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                module = node.module if isinstance(node, ast.ImportFrom) else ""
                for one in names:
                    yield above + (one.asname or one.name), f"{module} {ast.dump(one)}"
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield above + name, ast.dump(node)
            case ast.ClassDef(name=name):
                head = (*node.bases, *node.keywords, *node.decorator_list)
                yield above + name, " ".join(map(ast.dump, head))
                yield from bound(node.body, f"{above}{name}.")
            case ast.Assign(targets=[ast.Name(id=name)]) if name != "pytestmark":
                yield above + name, ast.dump(node)
            case ast.Expr(value=ast.Constant()):
                pass
            case _:
                yield f"{above}*", ast.dump(node)


def checks_in(tree: ast.Module) -> Counter[str]:
    """Test -> how much it checks, one more than there are checks in it; skipped ones left out."""
    marks = [ast.dump(n) for n in tree.body if isinstance(n, ast.Assign) and is_mark(n)]
    found = Counter[str]()
    for node in ast.walk(tree):
        if isinstance(node, Function) and node.name.startswith("test"):
            names = [name_of(one) for one in ast.walk(node)]
            if not any(map(SKIPS.fullmatch, names)) and not any(map(SKIPS.search, marks)):
                found[node.name] += 1 + sum(bool(CHECKS.fullmatch(name)) for name in names)
    return found


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


def counts(tree: ast.Module) -> Mapping[str, int]:
    found = checks_in(tree)
    return {"tests": len(found), "checks": found.total()} if found else {}


MARKS: Mapping[str, Callable[[ast.Module], Mapping[str, int]]] = {
    AS_THEY_ARE: parts,
    EACH_CHECKS: checks_in,
    AS_MANY: counts,
}
"""How a file of tests is kept -> what of it is."""
