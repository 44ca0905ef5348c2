"""What a person asks of a run from any shell: rows in the journal, which the process that pursues
the run folds in before its next move. No process is needed to ask."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from shlex import quote
from typing import Literal

from selfstarter.children.errands import came_back
from selfstarter.core.budget import amount, amount_in, question
from selfstarter.core.errors import NothingToDo, RunBusy
from selfstarter.core.events import (
    ChildReturned,
    Ending,
    LimitName,
    PersonSaid,
    RunEnded,
    StopAsked,
)
from selfstarter.core.fold import fold
from selfstarter.core.gate import in_full
from selfstarter.core.policy import STOPPED
from selfstarter.core.ports import EACH_CALL, CommandKind
from selfstarter.core.review import Edits, fault_in
from selfstarter.core.state import Child, State
from selfstarter.journal.store import RunJournal, Store
from selfstarter.report import write_report
from selfstarter.runs import can_be_kept, run_folder, store_in
from selfstarter.settings import Settings

Kind = Literal["question", "limit", "call", "contract"]
ANSWERS: dict[Kind, tuple[CommandKind, ...]] = {
    "question": ("say",),
    "limit": ("approve", "deny"),
    "call": ("approve", "deny"),
    "contract": ("approve", "deny", "say"),
}
NO_EDITS = Edits()


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that is in the journal now."""

    run_id: str
    driven: bool
    """Does a process pursue the run, which will read it before its next move?"""
    waits_for: str = ""
    """What the run still waits for a person to decide."""
    ended: bool = False
    """The run was ended by it, at once."""
    over: Ending | None = None
    """How the run had ended before; whoever resumes it is heard first."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a run waits for."""

    id: str
    """`RUN:SEQ`"""
    run_id: str
    kind: Kind
    text: str
    goal: str
    answered: bool
    """There is an answer, and no process has read it."""
    call: str = ""
    """The whole call that is to be allowed, as `in_full`."""


def opened(settings: Settings) -> closing[Store]:
    return closing(store_in(settings))


def tell(name: str, kind: Literal["say", "pause"], text: str, settings: Settings) -> Asked:
    """What is said to a run that has ended, but not as done, is kept for whoever resumes it. Raises
    NoSuchRun; NothingToDo: it has ended; BadSetting: `text` is none."""
    can_be_kept(text)
    with opened(settings) as store:
        run_id, state = going(store, name, or_resumed=kind == "say")
        store.command(run_id, kind, text)
        decides = state.raise_asked or state.approval
        open_still = question(state) if kind == "pause" or decides else ""
        over = state.ended.ending if state.ended else None
        return Asked(run_id, store.is_driven(run_id), open_still, over=over)


async def stop(name: str, settings: Settings) -> Asked:
    """A run that a process pursues ends before its next move; any other is ended here, so that it
    waits for nobody. Raises as `tell`."""
    with opened(settings) as store:
        run_id, _ = going(store, name)
        command = store.command(run_id, "stop")
        try:
            with store.open(run_id) as journal:
                await end(store, journal, command)
        except RunBusy:
            return Asked(run_id, driven=True)
        return Asked(run_id, driven=False, ended=True)


async def end(store: Store, journal: RunJournal, command: int) -> None:
    state = fold([recorded async for recorded in journal.read()])
    if state.ended:
        return  # in the meantime, by itself
    for earlier in await journal.commands():
        if earlier.kind == "say":  # kept for whoever resumes it after all
            await journal.append(PersonSaid(text=earlier.text, command=earlier.id))
    for child in state.children_out:
        await journal.append(await ended(store, f"{journal.run_id}.c{child.errand.number}", child))
    await journal.append(StopAsked(command=command))
    await journal.append(RunEnded(ending="stopped", reason=STOPPED))
    state = fold(store.read(journal.run_id))
    write_report(run_folder(store.home, journal.run_id), journal.run_id, state)


async def ended(store: Store, run_id: str, child: Child) -> ChildReturned:
    """End a child that is out with its parent: what it spent is counted all the same."""
    if fold(store.read(run_id)).started is not None:
        with store.open(run_id) as journal:
            await end(store, journal, command=0)
    reason = "A person stopped it before it began."
    never = ChildReturned(number=child.errand.number, ending="stopped", reason=reason)
    return came_back(child.errand, fold(store.read(run_id))) or never


def inbox(settings: Settings) -> Sequence[Request]:
    """All that waits for a person, the newest first."""
    with opened(settings) as store:
        states = ((run_id, fold(store.read(run_id))) for run_id in store.asking())
        return [request(store, run_id, state) for run_id, state in states if state.waiting]


def request(store: Store, run_id: str, state: State) -> Request:
    kind = kind_of(state)
    unread = store.commands(run_id, state.answered)
    answered = any(
        command.kind in ANSWERS[kind]
        and (command.kind == "say" or command.text.split(" ")[0] == str(state.asked_at))
        for command in unread
    )
    name = f"{run_id}:{state.asked_at}"
    call = in_full(wanted.tool, wanted.args) if (wanted := state.approval) else ""
    return Request(name, run_id, kind, question(state), state.goal_given, answered, call)


def kind_of(state: State) -> Kind:
    if state.raise_asked:
        return "limit"
    return "call" if state.approval else "contract" if state.review_asked else "question"


def approve(name: str, more: str, settings: Settings, edits: Edits = NO_EDITS) -> tuple[Asked, str]:
    """Allow the call, raise the limit, or accept the contract, that `name` (a request's id, or its
    run) asks for; a limit by `more`; empty: by as much as the run began with; a contract with
    `edits`. Returns what is approved, in words.

    Raises NoSuchRun; NothingToDo: nothing of the kind is asked, `more` is no amount, or the
    contract cannot be changed so.
    """
    with opened(settings) as store:
        run_id, state, limit = asked_for(store, name)
        if kind_of(state) == "contract":
            return accept(store, run_id, state, more, edits)
        if edits != NO_EDITS:
            raise NothingToDo("No contract waits to be accepted, so there is none to change.")
        if asked := state.approval:
            if more not in ("", EACH_CALL):
                raise NothingToDo(
                    "A call is asked for, and {more!r} is no part of the answer.", more=more
                )
            store.command(run_id, "approve", f"{state.asked_at} {asked.digest} {more}".strip())
            often = "each time in this run" if more else "once"
            return Asked(run_id, store.is_driven(run_id)), f"Allowed {asked.tool}, {often}"
        begun_with = state.started.limits.of(limit) if state.started else None
        given = amount_in(limit, more) if more else begun_with or state.limits.of(limit)
        if not given:
            raise NothingToDo(
                "{more!r} is no amount of {limit}; write 1.50, 5000 or 20m.", more=more, limit=limit
            )
        store.command(run_id, "approve", f"{state.asked_at} {given!r}")
        most = amount(limit, (state.limits.of(limit) or 0.0) + given)
        return Asked(run_id, store.is_driven(run_id)), f"Raised to {most}"


def accept(store: Store, run_id: str, state: State, more: str, edits: Edits) -> tuple[Asked, str]:
    if more:
        raise NothingToDo("A contract is shown, and {more!r} is no part of the answer.", more=more)
    if state.contract and (fault := fault_in(edits, state.contract)):
        raise NothingToDo("The contract cannot be changed so: {fault}.", fault=fault)
    store.command(run_id, "approve", f"{state.asked_at} {edits.model_dump_json()}")
    return Asked(run_id, store.is_driven(run_id)), "Accepted"


def deny(name: str, reason: str, settings: Settings) -> Asked:
    """The call does not run; the limit stays, or the contract is not accepted, and the run ends
    with its report. Raises as `approve`; BadSetting: `reason` is no text."""
    can_be_kept(reason)
    with opened(settings) as store:
        run_id, state, _ = asked_for(store, name)
        store.command(run_id, "deny", f"{state.asked_at} {reason}")
        return Asked(run_id, store.is_driven(run_id))


def asked_for(store: Store, name: str) -> tuple[str, State, LimitName]:
    """The limit means nothing where a call or a contract is asked for."""
    run, _, place = name.partition(":")
    run_id, state = going(store, run)
    if (place and place != str(state.asked_at)) or not state.waiting:
        raise NothingToDo(
            "Nothing is asked under {name}; `selfstarter inbox` shows what is.", name=name
        )
    if kind_of(state) == "question":
        raise NothingToDo(
            'It is a question: {question} Answer it with: selfstarter say {run_id} "…"',
            question=state.question,
            run_id=run_id,
        )
    if request(store, run_id, state).answered:
        raise NothingToDo("It is answered. Go on with: selfstarter resume {run_id}", run_id=run_id)
    return run_id, state, state.raise_asked or "steps"


def going(store: Store, name: str, *, or_resumed: bool = False) -> tuple[str, State]:
    """A run that has not ended, `or_resumed`: or that can be resumed after its end."""
    run_id = store.find(name)
    state = fold(store.read(run_id))
    if state.started and state.is_done and or_resumed:
        raise NothingToDo(
            'Run {run_id} has ended (done). For a further wish in its folder: selfstarter run "…"'
            " -w {folder}",
            run_id=run_id,
            folder=quote(state.started.workspace),
        )
    if state.ended and (state.is_done or not or_resumed):
        raise NothingToDo(
            "Run {run_id} has ended ({ending}); `selfstarter show {run_id}` says how.",
            run_id=run_id,
            ending=state.ended.ending,
        )
    return run_id, state
