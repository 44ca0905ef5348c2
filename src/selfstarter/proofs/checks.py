"""Look whether a criterion holds, by running things. No model, no claims: only what is there."""

import fnmatch
import re
import time
from asyncio import to_thread
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from selfstarter.core.budget import left
from selfstarter.core.contract import (
    AnswerGiven,
    Check,
    CitationsResolve,
    CommandPasses,
    FileChanged,
    FileExists,
    FileMatches,
    Judge,
    Replaced,
    Reproduced,
    TestsPass,
    ToolCalled,
)
from selfstarter.core.errors import NoSandbox, ToolFailed
from selfstarter.core.evolve import evolve
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.goals.replacing import looked_at
from selfstarter.proofs.answered import answer_given
from selfstarter.proofs.citations import citations_resolve
from selfstarter.proofs.content import Seen, stands_in, text_matches
from selfstarter.proofs.hollow import placeholder
from selfstarter.texts.reading import text_to_check

COMMAND_TIMEOUT_S = 120.0
TOLD, TOLD_SMALL = (12, 1_500), (4, 600)
"""Of what a command printed: the last lines, and the most characters of them, by the model."""
TRACELESS = (
    "export PYTHONDONTWRITEBYTECODE=1"
    ' PYTEST_ADDOPTS="-o cache_dir=/tmp/looked-at/.pytest_cache ${PYTEST_ADDOPTS-}"\n'
)
"""Begins a command, so that a look leaves no caches in the person's folder. pytest keeps its cache
elsewhere rather than none: a project's settings may speak of it."""
NO_TIME = "could not be checked: no time is left for it"


async def look(check: Check, state: State, hands: Hands, untouched: bool = False) -> Seen:
    """Run one check. `untouched`: before any work, when there is no answer yet."""
    try:
        match check:
            case FileExists():
                return file_exists(check, state, hands)
            case FileChanged():
                return file_changed(check, state, hands)
            case FileMatches():
                return file_matches(check, state, hands)
            case CitationsResolve():
                return await to_thread(citations_resolve, check, state, hands)  # it may read PDFs
            case CommandPasses():
                return await command(["bash", "-c", TRACELESS + check.command], state, hands)
            case TestsPass():
                return await tests_pass(check, state, hands)
            case AnswerGiven():
                return (False, "no answer yet") if untouched else answer_given(check, state, hands)
            case Replaced():
                return looked_at(check, state, hands)
            case ToolCalled(tool=tool):
                return tool_called(tool, state)
            case Reproduced() | Judge():
                return False, "not looked at yet"
    except ToolFailed as failed:
        return False, str(failed)


def by_now(state: State, began: float) -> State:
    """As the next move would see it, with the time that this one has taken since `began`
    (`time.monotonic`): checks of one move share what is left."""
    spent = state.spent
    taken_s = time.monotonic() - began
    return evolve(state, spent=replace(spent, time_s=spent.time_s + taken_s))


def tool_called(tool: str, state: State) -> Seen:
    if tool in state.tools_that_worked:
        return True, "a call of it came back well"
    last = next((turn.result for turn in state.calls_of(tool) if turn.result), None)
    return False, last.error if last and last.error else "it was not called"


def file_exists(check: FileExists, state: State, hands: Hands) -> Seen:
    matches = [check.path] if hands.files.digest(check.path) else matching(check.path, hands)
    # A file that was put elsewhere may well have been empty all along.
    there = state.found
    known = set(there.values())
    put = [n for n in matches[:20] if n not in there and hands.files.digest(n) in known]
    if put:
        return True, f"{put[0]} lies there"
    read = [(name, hands.files.read(name, 64 << 10)) for name in matches[:20]]
    full = [(name, data) for name, data in read if data.strip()]
    for name, data in full:
        if not placeholder(name, data.decode("utf-8", "replace"), state.goal):
            return True, f"{name} has {len(data):,} bytes"
    if full:
        name, data = full[0]
        return False, stands_in(name, data.decode("utf-8", "replace"), state)
    return False, f"{check.path} is empty" if matches else f"there is no file {check.path}"


def matching(pattern: str, hands: Hands) -> list[str]:
    return [name for name in hands.files.names() if fnmatch.fnmatch(name, pattern)]


def file_changed(check: FileChanged, state: State, hands: Hands) -> Seen:
    if check.path:
        now = hands.files.digest(check.path)
        if not now:
            return False, f"there is no file {check.path}"
        same = now == check.was
        return same == check.kept, f"{check.path} {'is as it was' if same else 'differs'}"
    before = state.found
    now_all = {name: hands.files.digest(name) for name in {*before, *hands.files.names()}}
    changed = sorted(n for n in {*before, *now_all} if before.get(n) != now_all.get(n))
    if check.kept and (lost := Counter(before.values()) - Counter(now_all.values())):
        names = [name for name in changed if before.get(name) in lost]
        return False, f"lost: no file holds what stood in {', '.join(names[:5])}"
    if check.among and not (changed := [name for name in changed if name in check.among]):
        return False, f"none of {', '.join(check.among[:5])} has changed"
    return bool(changed), f"changed: {', '.join(changed[:5])}" if changed else "nothing has changed"


def file_matches(check: FileMatches, state: State, hands: Hands) -> Seen:
    return text_matches(text_to_check(check.path, hands), check, state, hands)


async def command(
    argv: Sequence[str],
    state: State,
    hands: Hands,
    found: Callable[[Sequence[str]], Sequence[str]] | None = None,
) -> Seen:
    """`found`: the lines of the output that tell; None: the last ones."""
    timeout_s = min(COMMAND_TIMEOUT_S, left(state, "time"))
    if not timeout_s:
        return False, NO_TIME
    try:
        ran = await hands.sandbox.run(argv, timeout_s)
    except NoSandbox as refused:
        return False, f"could not be checked: {refused}"
    lines = ran.output.strip().splitlines()
    last, most = TOLD if hands.profile.drafts_criteria else TOLD_SMALL
    told = "\n".join(found(lines))[:most] if found else "\n".join(lines[-last:])[-most:]
    return ran.status == 0, f"exit status {ran.status}: {told or 'it printed nothing'}"


def in_tests(lines: Sequence[str]) -> Sequence[str]:
    """The line that failed and what it said, as pytest marks them, and how many passed."""
    told = [line for line in lines if re.match(r"(>|E) ", line)]
    counted = [line for line in lines if PASSED.search(line)][-1:] or lines[-1:]
    return [*told[:9], *counted] if told else [*lines[-4:-1], *counted]


async def tests_pass(check: TestsPass, state: State, hands: Hands) -> Seen:
    """pytest where the sandbox has it, else unittest plus plain `test_` functions. A program may
    end as if all were well and have run no test, so that one has passed must be said."""
    argv = ["python3", "-c", TEST_RUNNER, check.path]
    passed, evidence = await command(argv, state, hands, found=in_tests)
    if passed and not PASSED.search(evidence):
        return False, f"no test passed: {evidence}"
    return passed, evidence


PASSED = re.compile(r"\b[1-9]\d* passed\b")
TEST_RUNNER = """
import os, sys
here = os.getcwd()
os.environ['PYTHONDONTWRITEBYTECODE'], sys.dont_write_bytecode = '1', True
sys.path[:] = [folder for folder in sys.path if folder not in ('', here)]  # not their pytest.py
import importlib.util, pathlib, unittest
try:
    import pytest
except ImportError:
    pytest = None
sys.path.insert(0, here)
if pytest:  # whatever the project's settings say of how much is told
    how = ['--verbosity=-1', '--color=no', '--maxfail=3']
    how += ['-o', 'cache_dir=/tmp/looked-at/.pytest_cache']
    sys.exit(pytest.main([*how, sys.argv[1]]))
root = pathlib.Path(sys.argv[1]); sys.path.insert(1, str(root))
files = [root] if root.is_file() else sorted({*root.rglob('test_*.py'), *root.rglob('*_test.py')})
suite, plain = unittest.TestSuite(), 0
for n, file in enumerate(files):
    sys.path.insert(0, str(file.parent))
    spec = importlib.util.spec_from_file_location(f'tests_{n}', file)
    module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)
    suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(module))
    for name, value in vars(module).items():
        if name.startswith('test') and callable(value) and not isinstance(value, type):
            value(); plain += 1
result = unittest.TextTestRunner(stream=sys.stdout).run(suite)
passed = plain + result.testsRun - len(result.skipped) - len(result.expectedFailures)
print(f'{passed} passed')
sys.exit(0 if result.wasSuccessful() and passed else 1)
"""
