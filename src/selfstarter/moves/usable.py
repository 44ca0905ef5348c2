"""Which criteria of a model can be looked at, and what it is told of the others."""

import re
import time
from collections.abc import Collection, Iterable, Iterator, Sequence

from selfstarter.core.contract import Check, CommandPasses, FileChanged, FileMatches, ToolCalled
from selfstarter.core.events import Purpose, ReplyRejected
from selfstarter.core.hands import Hands, brought
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.moves.drafted import DraftedCriterion
from selfstarter.proofs.checks import by_now, look
from selfstarter.proofs.commands import (
    ODD,
    PARSED,
    cannot_import,
    cannot_run,
    finds_no_digit,
    programs_in,
)
from selfstarter.proofs.commands_run import command
from selfstarter.proofs.content import pattern
from selfstarter.proofs.lost_status import lost_in

WRONG = "these criteria cannot be used; write it again, with all that was right in it: "
MOST_TOLD = 4
LONGEST_REPLY = 12_000
"""Characters of a reply that is shown again."""
LOOKS_AROUND = "its pattern {regex!r} uses look-around, so it cannot be looked at"
BROKEN = "its pattern {regex!r} is broken, so it cannot be looked at"
LONGEST_PATTERN = 120
AROUND = re.compile(r"\(\?<?[=!]")
NO_DIGIT = "{name} takes \\d for a letter: write [0-9], or grep -P"
NO_TOOL = "no tool {tool!r} was brought to this run"
NEVER_RUNS = "its command cannot run, whatever is done: {said}"


async def hopeless(
    criteria: Sequence[DraftedCriterion], made: Collection[str], state: State, hands: Hands
) -> dict[str, str]:
    """Of those that nothing could ever pass: their texts, and why. `made`: files that the work is
    to make."""
    there = [tool.name for tool in brought(hands, state)]
    found = {c.text: why for c in criteria if (why := never_passes(c.check, there))}
    made = (*made, *(path for c in criteria if (path := path_in(c.check))))
    others = (c for c in criteria if c.text not in found)
    return found | await broken_commands(others, made, state, hands)


def never_passes(check: Check, tools: Collection[str]) -> str:
    """Why nothing could ever pass the check, which would keep the run from its end; empty: it can
    be looked at. `tools`: those that were brought."""
    if isinstance(check, ToolCalled) and check.tool not in tools:
        return NO_TOOL.format(tool=check.tool[:LONGEST_PATTERN])
    if isinstance(check, FileMatches) and pattern(check.regex) is None:
        why = LOOKS_AROUND if AROUND.search(check.regex) else BROKEN
        return why.format(regex=check.regex[:LONGEST_PATTERN])
    if isinstance(check, CommandPasses) and (name := finds_no_digit(check.command)):
        return NO_DIGIT.format(name=name)
    return ""


def lost_failures(criteria: Iterable[DraftedCriterion]) -> Iterator[str]:
    """Of each whose command passes whatever a part of it says: its text, and why."""
    for one in criteria:
        if isinstance(one.check, CommandPasses) and (why := lost_in(one.check.command)):
            yield f"{one.text!r}: {why}"


async def broken_commands(
    criteria: Iterable[DraftedCriterion], made: Collection[str], state: State, hands: Hands
) -> dict[str, str]:
    """Of criteria whose commands no work could make pass: their texts, and why."""
    began = time.monotonic()
    found: dict[str, str] = {}
    for one in criteria if hands.profile.drafts_criteria else ():
        if not isinstance(one.check, CommandPasses):
            continue
        text = one.check.command
        passed, said = await command(["bash", "-c", PARSED, "-", text], by_now(state, began), hands)
        if passed and ODD.search(text):
            passed, said = await look(one.check, by_now(state, began), hands, untouched=True)
        printed = said.partition(": ")[2]
        why = cannot_run(printed, (*made, *programs_in(text)), state.wanted)
        why = why or cannot_import(text, printed, (*made, *state.found), state.wanted)
        if why and not passed:
            found[one.text] = NEVER_RUNS.format(said=why)
    return found


def path_in(check: Check) -> str:
    return str(getattr(check, "path", ""))


def turned_down(purpose: Purpose, wrong: Sequence[str], text: str) -> ReplyRejected:
    reason = f"{WRONG}{'; '.join(wrong[:MOST_TOLD])}"
    return ReplyRejected(purpose=purpose, reason=reason, said=text[:LONGEST_REPLY])


def once_more(state: State, what: str) -> tuple[str, list[Message]]:
    """What tells a model why its last reply was turned down: (a line at the end of the prompt; or,
    where it is to see what it wrote, the messages after it)."""
    told = f"Your last {what} was unusable: {state.reason}" if state.rejected else ""
    if told and state.unusable:
        return "", [Message("assistant", state.unusable), Message("user", told)]
    return told, []


def in_workspace(check: Check, state: State) -> Check:
    """With a path as the workspace's own names are: without `./`, and without the workspace's place
    on this machine; and of a file, what it was at the start, which no model knows."""
    path = path_in(check)
    root = f"{state.started.workspace}/" if state.started else ""
    plain = path.removeprefix(root).removeprefix("./") or path
    if isinstance(check, FileChanged):
        return check.model_copy(update={"path": plain, "was": state.found.get(plain, "")})
    if isinstance(check, FileMatches):  # only who wrote the goal means these columns and no others
        return check.model_copy(update={"path": plain, "more_columns": bool(check.columns)})
    return check if plain == path else check.model_copy(update={"path": plain})
