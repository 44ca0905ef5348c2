"""Does a criterion hold? An arm for each kind of check. No model, no claims: only what is there."""

import fnmatch
import time
from asyncio import to_thread
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

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
    Seen,
    TestsPass,
    ToolCalled,
)
from selfstarter.core.decoding import decoded
from selfstarter.core.errors import ToolFailed
from selfstarter.core.evolve import evolve
from selfstarter.core.hands import Hands
from selfstarter.core.moved import moved
from selfstarter.core.state import State
from selfstarter.goals.replacing import looked_at
from selfstarter.proofs.answered import answer_given
from selfstarter.proofs.citations import citations_resolve
from selfstarter.proofs.commands_run import command, tests_pass
from selfstarter.proofs.content import stands_in, text_matches
from selfstarter.proofs.hollow import placeholder
from selfstarter.texts.reading import text_to_check

TRACELESS = (
    "export PYTHONDONTWRITEBYTECODE=1"
    ' PYTEST_ADDOPTS="-o cache_dir=/tmp/looked-at/.pytest_cache ${PYTEST_ADDOPTS-}"\n'
)
"""Begins a command, so that a look leaves no caches in the person's folder. pytest keeps its cache
elsewhere rather than none: a project's settings may speak of it."""


async def look(check: Check, state: State, hands: Hands, untouched: bool = False) -> Seen:
    """Run one check. `untouched`: before any work, when there is no answer yet."""
    try:
        match check:
            case FileExists():
                return file_exists(check, state, hands)
            case FileChanged():
                return file_changed(check, state, hands)
            case FileMatches():
                return await to_thread(file_matches, check, state, hands)  # it may read documents
            case CitationsResolve():
                return await to_thread(citations_resolve, check, state, hands)  # as above
            case CommandPasses():
                return await command(["bash", "-c", TRACELESS + check.command], state, hands)
            case TestsPass():
                return await tests_pass(check, state, hands)
            case AnswerGiven():
                return (False, "no answer yet") if untouched else answer_given(check, state, hands)
            case Replaced():
                return looked_at(check, state, hands)
            case ToolCalled():
                return tool_called(check, state)
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


def tool_called(check: ToolCalled, state: State) -> Seen:
    times, least = state.worked.get(check.tool) or 0, max(1, check.at_least)
    if times:
        said = "a call" if times == 1 else f"{times} calls"
        wanted = f", {least} are wanted" if times < least else ""
        return not wanted, f"{said} of it came back well{wanted}"
    last = next((turn.result for turn in state.calls_of(check.tool) if turn.result), None)
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
        if not placeholder(name, decoded(data)[0], state.goal):
            return True, f"{name} has {hands.files.size(name):,} bytes"
    if full:
        name, data = full[0]
        return False, stands_in(name, decoded(data)[0], state)
    return False, f"{check.path} is empty" if matches else f"there is no file {check.path}"


def matching(pattern: str, hands: Hands) -> list[str]:
    return [name for name in hands.files.names() if fnmatch.fnmatch(name, pattern)]


def file_changed(check: FileChanged, state: State, hands: Hands) -> Seen:
    if check.path:
        now = hands.files.digest(check.path)
        if not now and (below := below_at_first(check.path, state)):
            return folder_changed(check, below, hands)
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
    if not changed and (check.moves or not check.kept):
        return False, "nothing has changed"
    if check.kept:
        return True, all_kept(
            {name: before[name] for name in changed if name in before},
            {name: now_all[name] for name in changed if now_all[name]},
        )
    return True, f"changed: {', '.join(changed[:5])}"


def below_at_first(folder: str, state: State) -> Mapping[str, str]:
    """Files of a folder at the start, with the sha256 of each; empty: it is none."""
    begin = f"{folder.rstrip('/')}/"
    return {name: sha for name, sha in state.found.items() if name.startswith(begin)}


def folder_changed(check: FileChanged, before: Mapping[str, str], hands: Hands) -> Seen:
    """What is new in it changes a folder, but none of what is to be kept there."""
    begin = f"{check.path.rstrip('/')}/"
    new = [] if check.kept else [n for n in hands.files.names() if n.startswith(begin)]
    names = sorted({*before, *new})
    if changed := [name for name in names if hands.files.digest(name) != before.get(name, "")]:
        return not check.kept, f"changed: {', '.join(changed[:5])}"
    return check.kept, f"{check.path} is as it was"


def all_kept(gone: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Given what lay and what lies where that is not the same."""
    came = moved(gone, new)
    return f"every content is still there; {len(came)} moved, {len(new) - len(came)} new"


def file_matches(check: FileMatches, state: State, hands: Hands) -> Seen:
    return text_matches(text_to_check(check.path, hands), check, state, hands)
