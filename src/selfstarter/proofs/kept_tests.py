"""What is kept of a file of tests that may be changed, and what of it is lost. Pure.

A test may be added, or said in other words; what it checks may not become less. So of each file the
contract holds marks, as JSON, and later marks must hold the earlier ones.
"""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from hashlib import sha256

from pydantic import TypeAdapter, ValidationError

from selfstarter.goals.replacing import LEADS, TERM

Marks = dict[str, list[str]]
"""Name of a part of the program -> its marks."""
MARKS = TypeAdapter(Marks)
Function = ast.FunctionDef | ast.AsyncFunctionDef
Known = Mapping[str, ast.expr]
"""Name of a variable of a test -> what it is last set to."""
CHECKS = re.compile(r"assert\w*|raises|warns|fail")
SKIPS = re.compile(r"skip\w*|xfail|expectedFailure")
NAMES = "names"
"""Under this the marks of a file hold the words that the goal wants renamed."""
WHOLE = ""
"""The name of what is counted over the whole file."""
MOST_TOLD = 4


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


# ── what all of them need ────────────────────────────────────────────────────────────────────


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


# ── tests are added: those that are there stay as they are ───────────────────────────────────

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


# ── tests are corrected: each keeps what it checks, and the form of it ───────────────────────

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


# ── names are changed: there is as much, and with a plain renaming every value stays ─────────

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


KEPT: Mapping[str, Kept] = {
    " [the tests that are there]": Kept(parts, no_longer_there),
    " [as many checks in each test]": Kept(forms, weaker),
    " [each check but for the values expected]": Kept(exact_forms, weaker),
    " [as many tests and checks]": Kept(counts, fewer),
    " [all tests, checks and values]": Kept(values, fewer),
}
"""How a file of tests is kept -> what of it is."""
AS_THEY_ARE, EACH_CHECKS, EACH_LOOKS, AS_MANY, ALL_VALUES = KEPT
