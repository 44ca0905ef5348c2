"""A command or the tests are run, and by their exit they hold or not."""

import re
from collections.abc import Callable, Sequence

from selfstarter.core.budget import left
from selfstarter.core.contract import SILENT, Seen, TestsPass
from selfstarter.core.errors import NoSandbox
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.goals.names import is_below
from selfstarter.goals.orders import TESTS
from selfstarter.proofs.idle_tests import idle
from selfstarter.texts.reading import text_of

COMMAND_TIMEOUT_S = 120.0
TOLD, TOLD_SMALL = (12, 1_500), (4, 600)
"""Of what a command printed: the last lines, and the most characters of them, by the model."""
FEW = 4
MOST_FAILED, LONGEST = 12, 160
"""Tests that failed which a bigger model is told, and characters of each."""
NO_TIME = "could not be checked: no time is left for it"


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
    return ran.status == 0, f"exit status {ran.status}: {told or SILENT}"


def in_tests(lines: Sequence[str]) -> Sequence[str]:
    """The line that failed and what it said, as pytest marks them, and how many passed."""
    told = [line for line in lines if re.match(r"(>|E) ", line)]
    counted = [line for line in lines if PASSED.search(line)][-1:] or lines[-1:]
    return [*told[:9], *counted] if told else [*lines[-4:-1], *counted]


def by_test(lines: Sequence[str]) -> Sequence[str]:
    """Each test that failed, with why, and then the lines of the first: a bigger model mends all of
    them at once."""
    failed = [line[:LONGEST] for line in lines if re.match(r"(FAILED|ERROR) ", line)]
    return [*failed[:MOST_FAILED], *in_tests(lines)] if failed else in_tests(lines)


async def tests_pass(check: TestsPass, state: State, hands: Hands) -> Seen:
    """pytest where the sandbox has it, else unittest plus plain `test_` functions. A program may
    end as if all were well and have run no test, so that one has passed must be said."""
    argv = ["python3", "-c", TEST_RUNNER, check.path]
    told = by_test if hands.profile.drafts_criteria else in_tests
    passed, evidence = await command(argv, state, hands, found=told)
    if passed and not PASSED.search(evidence):
        return False, f"no test passed: {evidence}"
    if passed and (names := idle_tests(check, state, hands)):
        some = ", ".join(names[:FEW])
        return False, f"these tests look at nothing but themselves: {some}. Test what was made"
    return passed, evidence


def idle_tests(check: TestsPass, state: State, hands: Hands) -> list[str]:
    """The tests that the run has made, if not one of them looks at a program."""
    new = [p for p in state.ledger.made if TESTS.search(p) and p not in state.found]
    texts = [text_of(path, hands) for path in new if is_below(f"{path}/", check.path)]
    idle_in = [idle(text) for text in texts]
    return [name for names in idle_in for name in names] if all(idle_in) else []


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
    how = ['--verbosity=-1', '--color=no', '--maxfail=20']
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
