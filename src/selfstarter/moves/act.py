"""Run the chosen call. A tool's failure is news for the model, not an error of ours."""

import asyncio
import logging
import time
import traceback
from asyncio import to_thread
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace

from selfstarter.asking.view import specs
from selfstarter.core.arguments import in_a_note, plain
from selfstarter.core.budget import working_time_s
from selfstarter.core.cleaning import clean
from selfstarter.core.errors import SandboxGone, ToolFailed, WorkspaceGone
from selfstarter.core.events import CallChosen, CallReturned, CallStarted
from selfstarter.core.gate import INSIDE, OF_FILES, acts_outside
from selfstarter.core.hands import Hands
from selfstarter.core.ledger import print_of
from selfstarter.core.ports import Effect, Result, Tool
from selfstarter.core.records import NOTHING, learnt
from selfstarter.core.signals import refuses
from selfstarter.core.state import State
from selfstarter.moves.scout import cut, head_of, look_at
from selfstarter.proofs.exam import adapted, lies_elsewhere

log = logging.getLogger(__name__)

MAX_ATTEMPTS: dict[Effect, int] = {"read": 3, "repeatable": 3, "once": 1, "irreversible": 1}
"""How often a call that a crash cut short is begun. Never without end: it may be what kills us."""
LARGEST = 50 << 20
SHORT = 64 << 10
"""Bytes of a changed file that is looked into."""
FIRST_LINES = 6
SHOWN_AFTER = ("run_python", "run_shell")
"""Tools that change files out of the model's sight: it is shown what the files begin with."""
ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "run_shell": (
        "bash", "shell", "sh", "terminal", "exec", "execute", "executecommand", "runcommand",
        "runbash", "executebash",
    ),
    "run_python": (
        "python", "executepython", "ipython", "runcode", "executecode", "codeinterpreter",
    ),
    "write_file": ("createfile", "create", "write", "savefile", "save", "writetofile"),
    "edit_file": ("edit", "strreplace", "replace", "replaceinfile", "strreplaceeditor"),
    "read_file": ("openfile", "open", "cat", "read", "view", "viewfile"),
    "list_files": ("ls", "listdir", "listdirectory", "listfolder", "list"),
    "search_files": ("grep", "search", "rg", "findinfiles"),
    "finish": ("done", "submit", "answer", "finalanswer", "complete"),
}  # fmt: skip
"""A tool -> what others name it, as `plain` gives it."""


async def act(
    state: State, hands: Hands, call: CallChosen, attempt: int
) -> AsyncIterator[CallStarted | CallReturned]:
    tool = hands.tools.get(call.tool)
    if tool is None:
        gone = cut_short(call) if attempt > 1 else unknown_tool(call.tool, state, hands)
        yield answered(call, gone).model_copy(update={"cut": attempt > 1})
        return
    if state.reads_only and tool.effect != "read":
        yield answered(call, only_reads(call))
        return
    if attempt > MAX_ATTEMPTS[tool.effect]:
        changed = changes_since_known(state, hands)
        if hands.watch:
            hands.watch.learn(changed)
        outside = {"cut": True, "outside": acts_outside(tool)}
        yield answered(call, cut_short(call), changed).model_copy(update=outside)
        return
    if refuses(call, state, hands.profile.rules):
        yield answered(call, refused(call)).model_copy(update={"refused": True})
        return
    yield CallStarted(call_id=call.call_id)
    private = brings_private(tool, state, hands)
    reads = tool.effect == "read"  # then what changes meanwhile is somebody else's work
    before, began = hands.files.stamps() if not reads else None, time.monotonic()
    result = await run(tool, call, state, hands)
    if call.renamed:
        result = result.noted(in_a_note(call.renamed))
    changed: tuple[tuple[str, str], ...] = ()
    if before is not None:
        changed = changes(before, hands) if attempt == 1 else changes_since_known(state, hands)
        changed = really(changed, state)
    if restored := put_back(changed, state, hands):
        changed = tuple(change for change in changed if change[0] not in restored)
        result = result.noted(f"{', '.join(restored)} may only be read and is as it was again.")
    elif hands.profile.drafts_criteria and (spoilt := given_and_changed(changed, state, hands)):
        result = result.noted(
            f"{', '.join(spoilt)} is given and is to stay as it was: put it back."
        )
    if hands.watch:
        hands.watch.learn(changed)
    if call.tool in SHOWN_AFTER and changed:
        heads = await to_thread(shown_heads, changed, result.output, hands)  # it may read documents
        result = replace(result, output=result.output + heads)
    returned = answered(call, result, changed, time.monotonic() - began, prints(changed, hands))
    yield returned.model_copy(update=brought(tool, call, result, state, private))


def brings_private(tool: Tool, state: State, hands: Hands) -> bool:
    """May it show what only the person should see? Of the workspace, files that the run has not
    made itself; looked at before the call, for what it leaves there is the run's."""
    if not tool.reads_private or tool.name not in OF_FILES or tool.egress:
        return tool.reads_private
    made = dict(state.ledger.artefacts.items())
    return not state.permissions.public_files and hands.files.others(made)


def brought(
    tool: Tool, call: CallChosen, result: Result, state: State, private: bool
) -> dict[str, bool | tuple[str, ...]]:
    """What the run has read by a call, whatever came of it (an error can be a text, too), and what
    it knows by it."""
    inside = tool.name in INSIDE and not tool.egress
    known = NOTHING
    if not inside and result.status == "ok":
        known = learnt(
            call.args, result.output,
            reads=tool.effect == "read", own=not (tool.reads_untrusted or result.untrusted),
            words=state.own_words, known=state.provenance,
        )  # fmt: skip
    return {
        "known": known.values,
        "known_ids": known.ids,
        "untrusted": result.untrusted or (tool.reads_untrusted and not result.ours),
        "private": result.private or private,
        "outside": acts_outside(tool) and result.status != "denied",
    }


def prints(changed: Iterable[tuple[str, str]], hands: Hands) -> tuple[tuple[str, str], ...]:
    """Of short texts among the changed files: two that differ in a timestamp only have one."""
    found: list[tuple[str, str]] = []
    for path, sha in changed:
        try:
            text = hands.files.read(path, SHORT + 1) if sha else b""
            if text and len(text) <= SHORT:
                found.append((path, print_of(text.decode("utf-8"))))
        except (ToolFailed, UnicodeDecodeError):
            continue
    return tuple(found[:20])


def given_and_changed(changed: Iterable[tuple[str, str]], state: State, hands: Hands) -> list[str]:
    """Files that may only be read and are not as they were."""
    given = dict(state.contract.protects) if state.contract else {}
    return [
        path
        for path, sha in changed
        if (was := given.get(path))
        and was != sha
        and not lies_elsewhere(path, was, state.goal, hands)
        and not adapted(path, was, state, hands)
    ]


def put_back(changed: Iterable[tuple[str, str]], state: State, hands: Hands) -> list[str]:
    """Files that may only be read and were written over, now as they were at the start again."""
    start, restored = hands.start, list[str]()
    if start is None:
        return restored
    for path in given_and_changed(changed, state, hands):
        try:
            hands.files.write(path, start.read(path, LARGEST))
        except ToolFailed:
            continue  # the check of the contract will say it
        restored.append(path)
    return restored


async def run(tool: Tool, call: CallChosen, state: State, hands: Hands) -> Result:
    key, call_s = f"{hands.run_id}:{call.call_id}", hands.call_s
    left = max(0.0, working_time_s(state.limits) - state.spent.time_s)
    limit = asyncio.timeout(min(left, call_s))
    try:
        async with limit:
            return await tool(call.args, key)
    except (SandboxGone, WorkspaceGone):
        raise
    except Exception as bug:  # the one broad except: a tool is foreign code, its bug is not ours
        if limit.expired() and call_s < left:
            return Result(
                "transient",
                error=f"{call.tool} gave no answer in {call_s:g} s and was ended.",
                next_action="Look what it has done; try again, or in another way.",
            )
        if limit.expired():
            return Result("permanent", error=f"{call.tool} was ended: the run's time is up.")
        # Not log.exception: a traceback may quote a key.
        log.error("Tool %s crashed: %s", call.tool, clean(hands.redact(traceback.format_exc())))  # noqa: TRY400
        return Result("permanent", error=f"{call.tool} crashed: {bug!r}")


def answered(
    call: CallChosen,
    result: Result,
    changed: tuple[tuple[str, str], ...] = (),
    duration_s: float = 0.0,
    prints: tuple[tuple[str, str], ...] = (),
) -> CallReturned:
    return CallReturned(
        call_id=call.call_id,
        status=result.status,
        # The one place where what a tool says becomes what model, journal and pages read.
        output=clean(result.output),
        error=clean(result.error),
        next_action=clean(result.next_action),
        spilled=result.spilled,
        sources=tuple(s.model_copy(update={"title": clean(s.title)}) for s in result.sources),
        offered=result.offered,
        hidden_order=clean(result.hidden_order),
        untrusted=result.untrusted,
        private=result.private,
        changed=changed,
        prints=prints,
        duration_s=round(duration_s, 3),
    )


def changes(before: Mapping[str, tuple[int, int]], hands: Hands) -> tuple[tuple[str, str], ...]:
    """(path, sha256) of files whose stamp differs now; sha256 empty where the file is gone."""
    after = hands.files.stamps()
    paths = [path for path in {*before, *after} if before.get(path) != after.get(path)]
    return tuple((path, hands.files.digest(path)) for path in sorted(paths)[:200])


def really(changed: tuple[tuple[str, str], ...], state: State) -> tuple[tuple[str, str], ...]:
    """Without files of the start that a call has written as they were, or changed and restored."""
    found, made = state.found, state.ledger.artefacts
    return tuple(
        (path, sha)
        for path, sha in changed
        if not sha or found.get(path) != sha or made.get(path, sha) != sha
    )


def changes_since_known(state: State, hands: Hands) -> tuple[tuple[str, str], ...]:
    """After a crash: files that differ from what the journal tells of them, as `changes` gives."""
    known = state.known_files
    now = {name: hands.files.digest(name) for name in {*known, *hands.files.names()}}
    paths = [path for path in {*known, *now} if known.get(path, "") != now.get(path, "")]
    return tuple((path, now.get(path, "")) for path in sorted(paths)[:200])


def shown_heads(changed: tuple[tuple[str, str], ...], printed: str, hands: Hands) -> str:
    """A strong model is not shown again what the program has printed of them."""
    native = hands.profile.protocol == "native"
    known = {cut(line, native) for line in printed.splitlines()} if native else set[str]()
    heads = [head_of(look_at(path, hands), hands, FIRST_LINES) for path, sha in changed[:3] if sha]
    return "".join(f"\n{head}" for head in heads if not known.issuperset(first_lines(head)))


def first_lines(head: str) -> list[str]:
    """None, of a file that has no head."""
    return head.split("\n")[1 : FIRST_LINES + 1]


def unknown_tool(name: str, state: State, hands: Hands) -> Result:
    if name == "ask_person":
        return Result(
            "denied",
            error="Nobody is attached: no person can be asked.",
            next_action="Decide by what you know, and say at the end what you assumed.",
        )
    names = tools_shown(state, hands)
    known = ", ".join(names)
    if name in state.tools_away:
        why = (
            f"{name} only failed and is put away until step {state.away[name]}. There are: {known}."
        )
        return Result("denied", error=why)
    own = next((own for own, others in ELSEWHERE.items() if plain(name) in others), "")
    meant = f"Meant: {own}? " if own in names else ""
    return Result("denied", error=f"There is no tool {name!r}. {meant}There are: {known}.")


def tools_shown(state: State, hands: Hands) -> list[str]:
    """What the model may call, with what it says to the harness itself."""
    profile = hands.profile
    if profile.protocol == "native":
        return [spec.name for spec in specs(hands.tools, profile, state)]
    return [name for name in profile.tools if name in hands.tools or name == "finish"]


def only_reads(call: CallChosen) -> Result:
    return Result(
        "denied",
        error=f"{call.tool} did not run: this run works beside others and may only read.",
        next_action="Find out what was asked, and give it as the answer of `finish`.",
    )


def cut_short(call: CallChosen) -> Result:
    return Result(
        "permanent",
        error=f"{call.tool} was cut short by a crash; it may have taken effect.",
        next_action="Look whether it did before you do it again.",
    )


def refused(call: CallChosen) -> Result:
    return Result(
        "denied",
        error=f"{call.tool} was not run: with these arguments it gave the same result each time.",
        next_action="Look at something else, or do the next thing that is still missing. If you"
        " wait for something, let time pass first (run_shell: sleep 30), then look again.",
    )
