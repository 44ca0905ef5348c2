"""A check that its maker calls wrong: who has not seen the work decides, by the goal and the files.

A model drafts its criteria before it knows the material, and now and then one that no right result
can pass; and the harness takes from a name in the goal that there is to be a file, and of what
form. It cannot change them itself, or it would change those that it does not meet. So it names
another check, which must pass, and a judge says whether the first demands what it should not.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from selfstarter.asking.ask import ask
from selfstarter.core.cleaning import in_a_line
from selfstarter.core.contract import (
    DRAFTED,
    REPLACED,
    CommandPasses,
    Criterion,
    FileExists,
    FileMatches,
    Judge,
)
from selfstarter.core.events import (
    BudgetReached,
    ContractAmended,
    CriterionChecked,
    Dispute,
    FinishRejected,
    ModelCalled,
    ReplyRejected,
)
from selfstarter.core.hands import Hands
from selfstarter.core.loose_json import json_in
from selfstarter.core.ports import Message
from selfstarter.core.state import State
from selfstarter.moves.beside import what_it_rests_on
from selfstarter.moves.judge import TRIES
from selfstarter.moves.printed import as_printed, printed, program_of
from selfstarter.moves.terms import trivial
from selfstarter.prompts import prompt
from selfstarter.proofs.checks import look
from selfstarter.proofs.commands import programs_in
from selfstarter.proofs.in_short import in_short

ROOM = 60_000
"""Characters of the files that it is about, at most; and no more than tokens of the window."""
WHY = 300
PROVES_NOTHING = "The check that you give instead proves nothing."
PASSES_NOT = "The check that you give instead does not pass either: {said}"
STANDS = "The check stands: {why}"
NOT_HEARD = "“{text}” cannot be disputed: {why}."
NOT_FAILED = "no check that failed has these words"
THEIRS = "the person wants it so"
ONCE = "its check was changed already"
DECIDES = "only a command, or what is looked for in a file, can be"
GIVEN = "it follows from the goal"
COMMAND, LOOK = "a command in the folder of the work", "of a file of the work"
AS_BEFORE = "(It said the very same before any work began.)"
UNREADABLE = "that was not the JSON asked for"
RUNS = 2
"""Calls that failed, the last ones, that are shown."""
RAN = (
    "The last calls of the same programs that failed, as the journal has it; the maker wrote the"
    " commands:"
)


class Ruling(BaseModel):
    why: str
    wrong: bool


RULING_SCHEMA: dict[str, Any] = Ruling.model_json_schema()


def disputed(failed: Sequence[Criterion], state: State) -> tuple[Criterion, Dispute] | None:
    """The first of these criteria that the model calls wrong, and that may be."""
    for dispute in state.finish.disputed if state.finish else ():
        criterion = named_in(dispute, failed)
        if criterion and not firm(criterion, state):
            return criterion, dispute
    return None


def not_heard(failed: Sequence[Criterion], state: State) -> str:
    """What the model calls wrong in vain, a sentence for each; empty: nothing."""
    told: list[str] = []
    for dispute in state.finish.disputed if state.finish else ():
        if any(one.check == CommandPasses(command=dispute.command) for one in state.criteria):
            continue  # a judge has heard it
        criterion = named_in(dispute, failed)
        if why := firm(criterion, state) if criterion else NOT_FAILED:
            told.append(NOT_HEARD.format(text=in_a_line(dispute.criterion, WHY), why=why))
    return " ".join(told)


def named_in(dispute: Dispute, failed: Sequence[Criterion]) -> Criterion | None:
    return next((one for one in failed if same_text(dispute.criterion, one.text)), None)


def firm(criterion: Criterion, state: State) -> str:
    """Why nobody is asked whether a criterion is wrong, a clause; empty: it may be."""
    check, drafted = criterion.check, criterion.id.startswith(DRAFTED)
    of_person = state.started.criteria if state.started else ()
    if any(isinstance(one, Criterion) and one.check == check for one in of_person):
        return THEIRS
    if criterion.id.endswith(REPLACED):
        return ONCE
    if drafted and isinstance(check, (CommandPasses, FileExists, FileMatches)):
        return ""
    return DECIDES if drafted else "" if is_read_off_a_name(criterion) else GIVEN


def is_read_off_a_name(criterion: Criterion) -> bool:
    """Does the harness want it only for how a file is called in the goal? That may be no name, or
    mean another form."""
    wants = criterion.check.model_dump(exclude_defaults=True).keys() <= {"path", "parses_as"}
    return wants and isinstance(criterion.check, (FileExists, FileMatches))


def same_text(said: str, text: str) -> bool:
    """A model may leave a part of it out, or put more around it."""
    said, text = words_of(said), words_of(text)
    return bool(said) and (said in text or text in said)


def words_of(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .")


async def rule(
    criterion: Criterion, dispute: Dispute, failures: str, state: State, hands: Hands
) -> AsyncIterator[ModelCalled | BudgetReached | ReplyRejected | FinishRejected | ContractAmended]:
    """`failures`: what is told besides where the check stands."""
    instead = CommandPasses(command=dispute.command)
    passed, said = await look(instead, state, hands)
    if trivial(instead) or not passed:
        why = PROVES_NOTHING if trivial(instead) else PASSES_NOT.format(said=said)
        yield FinishRejected(failures=f"{why}\n{failures}")
        return
    called = state.reply_to("judge")
    if called is None:
        called = await ask_for_ruling(criterion, dispute, state, hands)
        yield called
    if isinstance(called, BudgetReached):
        return
    ruling = ruling_in(called.text)
    if ruling is None and state.rejected + 1 < TRIES:
        yield ReplyRejected(purpose="judge", reason=UNREADABLE)
    elif ruling is None or not ruling.wrong:
        why = STANDS.format(why=in_a_line(ruling.why if ruling else "nobody could judge it", WHY))
        yield FinishRejected(failures=f"{why}\n{failures}")
    else:
        yield replaced(criterion, dispute, instead, state)


async def ask_for_ruling(
    criterion: Criterion, dispute: Dispute, state: State, hands: Hands
) -> ModelCalled | BudgetReached:
    seen = state.checks.get(criterion.id)
    said = f"{dispute.why}\n{dispute.text}\n{dispute.command}"
    match criterion.check:
        case CommandPasses(command=command):
            what, check = COMMAND, command.strip()  # whole: what decides stands at its end
        case _:
            what, check = LOOK, in_short(criterion)
    room = min(ROOM, hands.model.facts.window)
    text = prompt(
        "dispute",
        goal=state.wanted,
        here=what_there_is(criterion, state),
        text=criterion.text,
        what=what,
        check=check,
        evidence=what_it_says(criterion, seen),
        why=dispute.why,
        instead=dispute.text or criterion.text,
        command=dispute.command,
        beside=what_it_rests_on(criterion, Judge(question=check), said, room, state, hands),
        again=f"Your last reply could not be used: {state.reason}." if state.rejected else "",
    )
    return await ask(state, hands, "judge", [Message("user", text)], schema=RULING_SCHEMA)


def what_it_says(criterion: Criterion, seen: CriterionChecked | None) -> str:
    """And whether that was so before there was any work, which then may not be the cause."""
    said = seen.evidence if seen else "nothing"
    return f"{said}\n{AS_BEFORE}" if said == criterion.before else said


def what_there_is(criterion: Criterion, state: State) -> str:
    """What is installed, and how programs that the check calls have failed here: its maker's word
    is no reason to believe it."""
    check = criterion.check
    needed = programs_in(check.command) if isinstance(check, CommandPasses) else ()
    failed = (
        turn
        for turn in state.calls_of("run_shell")
        if turn.result and turn.result.status == "permanent" and printed(turn)
    )
    runs = [turn for turn in failed if {*needed}.intersection(programs_in(program_of(turn)))]
    ran = f"{RAN}\n---\n{as_printed(runs[:RUNS], ROOM)}\n---" if runs else ""
    return "\n".join(filter(None, (state.scouted.inside if state.scouted else "", ran)))


def ruling_in(text: str) -> Ruling | None:
    try:
        return Ruling.model_validate_json(json_in(text))
    except ValidationError:
        return None


def replaced(
    criterion: Criterion, dispute: Dispute, instead: CommandPasses, state: State
) -> ContractAmended:
    contract = state.contract
    assert contract is not None  # a finish is looked into only where there is one
    new = Criterion(
        id=f"{criterion.id}{REPLACED}",
        text=in_a_line(dispute.text, WHY) or criterion.text,
        check=instead,
    )
    criteria = tuple(new if one.id == criterion.id else one for one in contract.criteria)
    return ContractAmended(
        contract=contract.model_copy(update={"criteria": criteria}),
        dropped=(f"{criterion.text} (its check was wrong: {in_a_line(dispute.why, WHY)})",),
        added=(f"{new.text} ({in_short(new)})",),
    )
