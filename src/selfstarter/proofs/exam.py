"""What the work is judged by and may not change: the tests, and what tells pytest how to run them.

A project's file may hold settings of pytest beside others, which are free to change. So the part
that is pytest's is protected under a name of its own: `pyproject.toml [pytest]`. And where the goal
orders something of the tests, a file of theirs is kept only so far: in what was there, or in how
much is checked.
"""

import configparser
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from selfstarter.core.contract import Contract, Criterion, TestsPass
from selfstarter.core.errors import ToolFailed
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.goals.files import may_be_moved
from selfstarter.goals.orders import TESTS
from selfstarter.proofs.kept_tests import (
    ALL_VALUES,
    AS_MANY,
    AS_THEY_ARE,
    EACH_CHECKS,
    EACH_LOOKS,
    KEPT,
    lost_of,
    marks_of,
)
from selfstarter.texts.reading import text_of, whole_text
from selfstarter.texts.words import ending

OF_PYTEST = " [pytest]"
ITS_OWN = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini")
SECTIONS = {"pyproject.toml": "pytest", "tox.ini": "pytest", "setup.cfg": "tool:pytest"}
"""Of the files that pytest shares with other programs."""
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
EVERYWHERE = (
    r"\b[^;]*\b(?:everywhere|throughout|all over|across the (?:project|code ?base|repo\w*)"
    r"|in (?:all|every|each) (?:the )?files?|all (?:its )?(?:uses|usages|occurrences|callers))\b"
)
RENAMED = re.compile(rf"\brename\b|\breplace{EVERYWHERE}", re.IGNORECASE)
TURNED = re.compile(
    rf"\b(?:switch|use|change|convert|migrate|move){EVERYWHERE}"
    r"|\b(?:migrate|convert|port|switch|upgrade)\s+(?:everything|all (?:of it|code|calls|callers)"
    r"|(?:all )?the (?:whole )?(?:project|code ?base|code|repo\w*|package|app))\b",
    re.IGNORECASE,
)
EXPECTED = re.compile(
    rf"\b(?:update|correct|adapt|adjust|change|edit|fix|repair|mend)\s+{NEAR}{STANDARD}",
    re.IGNORECASE,
)
FLAKY = r"(?:flaky|unreliable|brittle|fragile|unstable|intermittent|non-?deterministic|slow)"
WHERE = r"(?:\s+(?:in|of)\s+(?:this\s+|the\s+)?\S+?|\s+here)?"
MENDED = re.compile(
    r"\b(?:update|correct|adapt|adjust|change|edit|modify|improve|refactor|convert|migrate|split"
    rf"|replace|parametri[sz]e|simplify|tidy|clean up)\s+{NEAR}{OF_TESTS}{NOT_PASS}"
    rf"|\b(?:fix|repair|mend)\s+{NEAR}{STANDARD}"
    rf"|{OF_TESTS}{WHERE},?\s+(?:which\s+|that\s+)?(?:is|are)\s+(?:\w+\s+)?"
    rf"(?:out of date|outdated|wrong|stale|obsolete|{FLAKY})\b"
    rf"|\b{FLAKY}\s+{OF_TESTS}|\b(?:speed up|stabili[sz]e)\s+{NEAR}{OF_TESTS}"
    rf"|\bmake\s+{NEAR}{OF_TESTS}{WHERE}\s+(?:\w+\s+)?"
    r"(?:reliable|stable|deterministic|robust|fast|faster|quicker|independent)\b",
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
    kept = (as_far_as(how, path, hands, goal) for path, how in kept_how(exam, goal, wanted).items())
    return (*kept, *((path, digest_of(path, hands)) for path in sorted(told.difference(free))))


def kept_how(exam: Sequence[str], goal: str, wanted: Collection[str]) -> dict[str, str]:
    """Path of each file of tests that is not free -> how far it is kept; empty: as it is."""
    named = [path for path in exam if path.rpartition("/")[2] in goal]
    how = ordered_of_tests(goal)
    if how is not None:
        meant = exam if how in EVERY_FILE else named or exam
    elif LEFT.search(goal) or MUST_PASS.search(goal):
        meant = ()
    else:
        how, meant = EACH_CHECKS, [path for path in exam if path in wanted]
    kept = [path for path in exam if how != FREE or path not in meant]
    return {path: (how or "") if path in meant else "" for path in kept}


FREE = "free"
EVERY_FILE = (AS_MANY, ALL_VALUES)


def ordered_of_tests(goal: str) -> str | None:
    """How far the tests are kept where the goal wants something of them; None: it does not."""
    if LEFT.search(goal):
        return AS_THEY_ARE if GROWN.search(goal) else None
    if FOR_THEM.search(goal):
        return None
    ways = (
        (ENDED, FREE), (RENAMED, ALL_VALUES), (TURNED, AS_MANY), (EXPECTED, EACH_LOOKS),
        (MENDED, EACH_CHECKS), (GROWN, AS_THEY_ARE),
    )  # fmt: skip
    return next((how for said, how in ways if said.search(goal)), None)


def as_far_as(how: str, path: str, hands: Hands, goal: str) -> tuple[str, str]:
    """What cannot be read as a program, or tests nothing, is kept as it is."""
    names = goal if how == ALL_VALUES else ""
    marks = marks_of(whole_text(path, hands), KEPT[how], names) if how else ""
    return (path + how, marks) if marks else (path, digest_of(path, hands))


def edited_exam(contract: Contract, state: State, hands: Hands) -> str:
    """What is given and is not as it was, in a sentence. What was missing a person may have
    added."""
    made = state.ledger.artefacts
    edited: list[str] = []
    lost: list[str] = []
    for path, was in contract.protects:
        file, how = kept_so_far(path)
        if how:
            now = marks_of(whole_text(file, hands), KEPT[how]) or moved(how, state, hands)
            gone = lost_of(was, now, KEPT[how])
            lost += [f"{file} (lost: {', '.join(gone)})"] if gone else []
        elif (was or path.removesuffix(OF_PYTEST) in made) and was != digest_of(path, hands):
            free = lies_elsewhere(path, was, state.goal, hands) or adapted(path, was, state, hands)
            edited += [] if free else [path]
    given = f"{GIVEN}{', '.join(edited)}" if edited else ""
    kept = f"{STAYS}{'; '.join(lost)}" if lost else ""
    return "\n".join(filter(None, (given, kept, watching(state, hands))))


def adapted(path: str, was: str, state: State, hands: Hands) -> bool:
    """Is it a conftest.py through which a rename or a migration goes, and is nothing new in it that
    steers which tests are run, or what they see?"""
    if not path.endswith("conftest.py") or ordered_of_tests(state.goal) not in EVERY_FILE:
        return False
    data = hands.kept(was) if hands.kept else None
    now = whole_text(path, hands)
    if data is None or not now:
        return False
    steers = Counter(STEERS.findall(now)) - Counter(STEERS.findall(data.decode("utf-8", "replace")))
    return not steers


STEERS = re.compile(
    r"\bpytest_\w+|\bskip\w*|\bxfail\b|\bcollect_ignore\w*|\bimportorskip\b|\bmonkeypatch\b"
    r"|\bsetattr\b|\bpatch\w*\b|\bautouse\b|\bexec\b|\beval\b|\bsys\.\w+|\bos\._?exit\b|\b__\w+__\b"
    r"|^\s*\w+(?:\.\w+)+\s*=(?!=)",
    re.MULTILINE,
)


def watching(state: State, hands: Hands) -> str:
    """A program that the run has written and that looks whether it is being tested, in a sentence:
    it could be another one then."""
    for path in state.ledger.made:
        if ending(path) == "py" and not TESTS.search(path):
            found = WATCHES.search(whole_text(path, hands))
            if found and found[0] not in state.goal:
                return f"{WATCHING}{path} ({found[0]})"
    return ""


WATCHES = re.compile(
    r"\b_pytest\b|PYTEST_CURRENT_TEST|['\"](?:pytest|unittest)['\"]\s+(?:not\s+)?in\s+sys\.modules"
    r"|sys\.argv\[0\]\s*==\s*['\"]-c['\"]"
)
WATCHING = "A program may not look whether it is being tested: "


def lies_elsewhere(path: str, was: str, goal: str, hands: Hands) -> bool:
    """Was it only moved, or was a second copy of it taken away, where that is no harm?"""
    files = hands.files
    if not was or files.digest(path) or not may_be_moved(path, goal):
        return False
    return any(files.digest(name) == was for name in files.names() if ending(name) == ending(path))


GIVEN = "These files are given and may not be edited or made up: "
STAYS = "These may be changed, but every test and its checks stay: "


def kept_so_far(path: str) -> tuple[str, str]:
    """A protected path -> (the file, how far it is kept); empty: as it is."""
    return next(((path.removesuffix(how), how) for how in KEPT if path.endswith(how)), (path, ""))


def moved(how: str, state: State, hands: Hands) -> str:
    """The marks of the new files of tests, one of which may be the old one under another name."""
    if how not in EVERY_FILE:
        return ""
    new = (name for name in state.ledger.made if name not in state.found and TESTS.search(name))
    return marks_of("\n".join(text_of(name, hands) for name in new), KEPT[how])


def folders_above(path: str) -> Iterator[str]:
    """`a/b/test_c.py` -> "", "a/", "a/b/"."""
    folder = ""
    yield folder
    for name in path.split("/")[:-1]:
        if name not in ("", "."):
            folder += f"{name}/"
            yield folder


def digest_of(path: str, hands: Hands) -> str:
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
