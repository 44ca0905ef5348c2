"""Look whether a criterion holds, by running things. No model, no claims: only what is there."""

import configparser
import csv
import fnmatch
import io
import json
import re
import time
import tomllib
from asyncio import to_thread
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from pydantic_core import SchemaError, SchemaValidator, core_schema

from selfstarter.core.budget import left
from selfstarter.core.contract import (
    ANSWERED,
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
from selfstarter.core.gate import PROGRAMS
from selfstarter.core.hands import Hands, offered
from selfstarter.core.state import State
from selfstarter.goals.replacing import looked_at
from selfstarter.proofs.account import calls_made, looked_into, observed, of_the_run, went_wrong
from selfstarter.proofs.citations import citations_resolve
from selfstarter.proofs.figures import SHOW, held_in, listed, strays
from selfstarter.proofs.hollow import only_head, placeholder
from selfstarter.proofs.in_short import wanted
from selfstarter.texts.reading import text_to_check
from selfstarter.texts.tables import (
    RULE,
    Table,
    given_table,
    glued,
    in_no_order,
    not_numeric,
    not_one_per,
    other_values,
    table_of,
    too_long,
    unordered,
)
from selfstarter.texts.words import COMMON, ending, rounds, stray_number, words_of

NUMBER = re.compile(
    r"\d|\b(?:no|none|nothing|once|twice|one|two|three|four|five|six|seven|eight|nine|ten|eleven"
    r"|twelve|dozen|hundred|thousand)\b",
    re.IGNORECASE,
)
DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?")
"""The mean of some dates is no number."""
SHORTEST_STEM = 4
Seen = tuple[bool, str]
"""(passed, the evidence in one or a few lines)"""

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
IN_PLACE = "Replace only the text of the lines that change, and write back all the others."
YES_OR_NO = ("yes", "no", "not", "none", "never", "nothing")


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


def stands_in(name: str, text: str, state: State) -> str:
    return f"{name} has only a placeholder: {placeholder(name, text, state.goal)!r}"


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


def text_matches(text: str, check: FileMatches, state: State, hands: Hands) -> Seen:
    """As if the text stood in the file."""
    if not text.strip():
        return False, f"{check.path} is empty"
    if placeholder(check.path, text, state.goal):
        return False, stands_in(check.path, text, state)
    if check.parses_as and (wrong := wrong_in(check.parses_as, text)):
        return False, f"{check.path} is not valid {check.parses_as}: {wrong}"
    account = state.finish.summary if state.finish else ""
    if check.parses_as == "csv" and check.records != 0 and only_head(text, account):
        return False, f"{check.path} has a head and no rows; if there are none, say so at the end"
    origin = check.values_of or check.keys_of
    source = text_to_check(origin, hands) if origin else ""
    if wrong := wrong_in_table(check, text, source):
        return False, f"{check.path} {wrong}"
    if check.distinct and (twice := first_twice(text)):
        return False, f"{check.path} holds {twice[:80]!r} more than once"
    if check.no_head and (head := head_of_list(text, check.no_head)):
        return False, f"{check.path} begins with {head!r}, the name of a column (header=False)"
    missing = [part for part in check.contains if part.lower() not in text.lower()]
    if missing:
        return False, f"{check.path} does not mention {', '.join(missing[:6])}"
    if check.regex:
        holds = pattern(check.regex)
        if holds is None:
            return False, f"the criterion's pattern is not known here: {check.regex!r}"
        if not holds(text):
            return False, f"{check.path} has nothing that matches {check.regex!r}"
    words = len(text.split())
    if words < check.min_words:
        return False, f"{check.path} has {words} words, at least {check.min_words} are wanted"
    if check.max_words and words > check.max_words:
        return False, f"{check.path} has {words} words, at most {check.max_words} are wanted"
    if lost := first_lost(check.keeps, text):
        return False, f"{check.path} lacks {lost!r}, which was to stay as it was. {IN_PLACE}"
    return True, f"{check.path}: {', '.join([f'{words} words', *wanted(check)])}"


def first_lost(keeps: Sequence[str], text: str) -> str:
    """The first passage that does not stand behind the one before; empty: all do."""
    at = 0
    for passage in keeps:
        found = text.find(passage, at)
        if found < 0:
            return passage
        at = found + len(passage)
    return ""


def pattern(regex: str) -> Callable[[str], bool] | None:
    """Does a text hold it? None: not a regular expression, or one with look-around.

    A model writes the expression: pydantic's engine takes linear time, `re` might never end.
    """
    try:
        validator = SchemaValidator(core_schema.str_schema(pattern=f"(?m){regex}"))
    except SchemaError:
        return None
    return validator.isinstance_python


def first_twice(text: str) -> str:
    """The first line that was there before; empty: none."""
    seen: set[str] = set()
    lines = (line.strip() for line in text.splitlines() if line.strip())
    return next((line for line in lines if line in seen or seen.add(line)), "")


def head_of_list(text: str, names: Collection[str]) -> str:
    """The first line, where it names columns; empty: it is something else."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    known = {name.lower() for name in names}
    there = (part.strip().strip("\"'").lower() for part in re.split(r"[,;\t]", first))
    return first if first and known.issuperset(there) else ""


def wrong_in_table(check: FileMatches, text: str, source: str = "") -> str:
    """What is wrong with the table in the file; empty: nothing, or nothing was asked of it."""
    rows = check.records is not None or check.min_records
    looks = check.order or check.values_of or check.one_per or check.decimals is not None
    if not (check.columns or rows or looks or check.numeric):
        return ""
    table = table_of(check.path, text)
    if table is None:
        return "holds no table"
    given = given_table(check.values_of or check.keys_of, source) if source else None
    return "; ".join(faults(check, table, given))


def faults(check: FileMatches, table: Table, given: Table | None) -> Iterator[str]:
    if check.more_columns:
        lacking = [name for name in check.columns if not has_column(table.head, name, check.path)]
        if lacking:
            yield f"lacks the columns {', '.join(lacking)}"
    elif check.columns and not is_head(table.head, check.columns, check.path):
        few = len(table.head) < len(check.columns)
        same = len(table.head) == len(check.columns)
        how = GROUPED if few else f" (pandas: table.columns = {list(check.columns)})" * same
        there = ", ".join(table.head) or "(none)"
        yield f"has the columns {there}; wanted are {', '.join(check.columns)}{how}"
    if cell := glued(table.rows):
        yield f"holds {cell!r}: texts were added, not numbers (pandas: read with thousands=',')"
    if check.decimals is not None and (cell := too_long(table.rows, check.decimals)):
        yield f"holds {cell}, not rounded to {check.decimals} decimals"
    for column in check.numeric:
        if cell := not_numeric(table, column):
            yield f"holds {cell!r} as {column}; wanted is a plain number like 1200.50"
    count = len(table.rows)
    if check.records is not None and count != check.records:
        yield f"has {count} records; wanted are {check.records}"
    if count < check.min_records:
        yield "has no records"
    if given and check.one_per:
        wrong = not_one_per(table, given, check.one_per, check.keys_of)
        if wrong:
            yield wrong
    if (
        given
        and check.values_of
        and count == len(given.rows)
        and (wrong := other_values(table, given, check.values_of))
    ):
        yield wrong
    if check.order == "some":
        wrong = in_no_order(table)
    else:
        wrong = check.order and unordered(table, check.order == "falling", check.order_by)
    if wrong:
        yield wrong


def is_head(head: Sequence[str], columns: Sequence[str], path: str) -> bool:
    pairs = zip(head, columns, strict=False)
    alike = all(has_column([there], name, path) for there, name in pairs)
    return len(head) == len(columns) and alike


def has_column(head: Sequence[str], name: str, path: str) -> bool:
    """As the goal writes it, capitals too: a program that reads `row["name"]` finds no `Name`. In
    a text that people read, a name that is wanted in small letters may have others."""
    drawn = ending(path) == "md"
    return any(there == name or (drawn and there.lower() == name) for there in head)


GROUPED = " (pandas: groupby(..., as_index=False) keeps the group's name as a column)"
"""Names no way to add up: a small model takes that over too."""


def parses_json(text: str) -> str:
    try:
        json.loads(text, parse_constant=no_number)
    except ValueError as error:
        return str(error)
    return ""


def no_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON; an unknown value is null")


def parses_csv(text: str) -> str:
    try:
        widths = {len(row) for row in csv.reader(io.StringIO(text)) if row}
    except csv.Error as error:
        return str(error)
    if not widths:
        return "no rows"
    return "" if len(widths) == 1 else f"rows have {sorted(widths)[:4]} fields"


def parses_python(text: str) -> str:
    try:
        compile(text, "artefact", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return str(error)
    return ""


def parses_toml(text: str) -> str:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return str(error)
    return ""


def parses_ini(text: str) -> str:
    try:
        configparser.ConfigParser(interpolation=None, allow_no_value=True).read_string(text)
    except configparser.Error as error:
        return str(error)
    return ""


def parses_markdown_table(text: str) -> str:
    rows = [line for line in text.splitlines() if line.strip().startswith("|")]
    rule = any(RULE.fullmatch(line.strip()) for line in rows)
    return "" if rule and len(rows) >= 3 else "no table with a head, a rule and a row"


PARSERS: dict[str, Callable[[str], str]] = {
    "json": parses_json,
    "csv": parses_csv,
    "python": parses_python,
    "toml": parses_toml,
    "ini": parses_ini,
    "markdown_table": parses_markdown_table,
}
"""Text to what is wrong with it; empty: nothing."""


def wrong_in(kind: str, text: str) -> str:
    try:
        return PARSERS[kind](text)
    except (RecursionError, MemoryError):  # how the parsers say so
        return "it is nested too deeply"


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


def names_file(answer: str, hands: Hands) -> bool:
    """Does it name a file that is there, with or without its folder and its ending?"""
    said = answer.casefold()
    for path in hands.files.names():
        name = path.rpartition("/")[2].casefold()
        stem = name.rpartition(".")[0]
        if name in said or (len(stem) >= SHORTEST_STEM and stem in said):
            return True
    return False


NOTHING_SEEN = "the answer says nothing that was observed"
NOT_LOOKED_INTO = (
    "nothing was opened yet, and of the files only the beginning is shown: read them, or compute it"
)
OURS = (ANSWERED, NOTHING_SEEN, "These checks failed")
"""Of the criterion and of its refusal: a small model gives them back as its answer."""


def how_to_see(state: State, hands: Hands) -> str:
    shown = offered(hands.tools, hands.profile, state)
    if not any(tool.name in PROGRAMS for tool in shown):
        return "give only what you have read"
    return SHOW if hands.profile.reckons else "print it before you answer"


def answer_given(check: AnswerGiven, state: State, hands: Hands) -> Seen:
    """An answer that says something, none of whose numbers is out of the air."""
    answer = state.finish.summary.strip() if state.finish else ""
    if not answer:
        return False, "the answer is empty"
    if any(words.casefold() in answer.casefold() for words in OURS):
        return False, "the answer repeats what was said of the last one: give the thing itself"
    if hands.profile.drafts_criteria and not looked_into(state):
        return False, NOT_LOOKED_INTO
    seen = observed(state)
    if hands.profile.reckons:
        held = held_in(seen, went_wrong(state), calls_made(state, PROGRAMS)) | of_the_run(state)
        if found := strays(answer, held):
            which = listed(found, "occurs", "occur")
            return False, f"{which} in nothing that was observed: {how_to_see(state, hands)}"
    elif stray := stray_number(answer, state.goal, seen, calls_made(state)):
        return False, f"{stray} occurs in nothing that was observed: {how_to_see(state, hands)}"
    new = set(words_of(answer)) - set(words_of(state.goal)) - COMMON
    if not new & {*words_of(seen), *YES_OR_NO} and not rounds(answer, seen):
        return False, f"{NOTHING_SEEN}: give the thing that was asked for"
    for kind in check.asks:
        given = names_file(answer, hands) if kind == "file" else NUMBER.search(DATE.sub("", answer))
        if not given:
            return False, f"the goal asks for a {kind}, and the answer names none: print it too"
    return True, f"answered: {answer[:120]}"
