"""What a run waits for, asked of whoever is at its terminal: a contract, a call, a limit."""

import asyncio
from collections.abc import Callable

import click

from selfstarter.app import look_up
from selfstarter.cli.exits import BY_ENDING, WAITING, plainly
from selfstarter.cli.guard import printable
from selfstarter.cli.lines import in_rows, row
from selfstarter.core.budget import question
from selfstarter.core.contract import Criterion
from selfstarter.core.errors import NothingToDo
from selfstarter.core.events import ApprovalAsked
from selfstarter.core.gate import in_full
from selfstarter.core.ports import EACH_CALL
from selfstarter.core.review import Edits
from selfstarter.core.state import State
from selfstarter.settings import Settings
from selfstarter.steering import approve, deny, stop, tell
from selfstarter.words import N_, _, in_words
from selfstarter.words.of_checks import retold

CHECKS = {
    "file_exists": N_("the file must be there"),
    "file_changed": N_("the file must have changed"),
    "file_matches": N_("what the file holds is looked at"),
    "command_passes": N_("a command must end well"),
    "tests_pass": N_("the tests must pass"),
    "citations_resolve": N_("what is cited is looked up"),
    "answer_given": N_("the answer is compared with what was seen"),
    "replaced": N_("each file is compared with what it is to hold"),
    "tool_called": N_("the tool must have been called well"),
    "reproduced": N_("a second try must come to the same"),
    "judge": N_("a model judges it, and must quote it"),
}
ANSWERS = ("y", "edit", "say", "n")


def sheet(state: State) -> list[str]:
    """What done means, with the ids by which a criterion is dropped, and the way there."""
    contract = state.contract
    lines = [as_line(criterion) for criterion in contract.criteria] if contract else []
    lines += [row(_("assumed"), one.text) for one in (contract.assumptions if contract else ())]
    lines += [row(_("plan"), f"{task.id}. {task.title}") for task in state.plan]
    return [printable(line) for line in lines]


def as_line(criterion: Criterion) -> str:
    kind = criterion.check.kind
    how = _("holds already, and must stay so") if criterion.invariant else _(CHECKS.get(kind, kind))
    return row(_("done when"), f"{criterion.id:<4} {retold(criterion.text)} ({how})")


def reviewed(
    code: int, name: str, settings: Settings, go_on: Callable[[str], int], *, asks: bool
) -> int:
    """After a run has come back with `code`: ask whoever is there, for as long as it waits, and go
    on. Returns the exit code. `asks`: somebody is."""
    if not asks:
        return code
    with plainly():
        while code == WAITING:
            run_id, state = standing(name, settings)
            if not state.waiting:
                break
            try:
                if not goes_on(run_id, state, settings):
                    return BY_ENDING["stopped"]
            except click.Abort:
                click.echo("\n" + _("It waits: selfstarter inbox"), err=True)
                break
            name = run_id  # whatever else is begun meanwhile
            code = go_on(run_id)
    return code


def standing(name: str, settings: Settings) -> tuple[str, State]:
    outcome, _events = look_up(name, settings)
    return outcome.run_id, outcome.state


def goes_on(run_id: str, state: State, settings: Settings) -> bool:
    """Ask once; False: it has been ended. Raises click.Abort: the person has gone."""
    shown = f"{run_id}:{state.asked_at}"  # else what has changed could be accepted unseen
    if state.raise_asked:
        raised(shown, state, settings)
    elif state.approval:
        allowed(shown, state.approval, state, settings)
    elif state.review_asked:
        return begins(run_id, shown, state, settings)
    else:
        said = click.prompt(f"\n{printable(state.question)}\n", err=True)
        tell(run_id, "say", said, settings)
    return True


def allowed(shown: str, wanted: ApprovalAsked, state: State, settings: Settings) -> None:
    call = in_rows(in_full(wanted.tool, wanted.args))
    click.echo("\n".join(["", printable(question(state)), *call, ""]), err=True)
    answers = _("Allow it? y: once · a: all calls of this tool in this run · n: no")
    match click.prompt(answers, type=click.Choice(("y", "a", "n")), show_choices=False, err=True):
        case "n":
            deny(shown, "", settings)
        case said:
            approve(shown, EACH_CALL if said == "a" else "", settings)


def raised(shown: str, state: State, settings: Settings) -> None:
    """Asked again until the answer is an amount."""
    click.echo(f"\n{printable(question(state))}", err=True)
    answers = _("y: by as much again · 1.50, 5000 or 20m: by so much · n: no, it ends")
    while (more := click.prompt(answers, err=True).strip().lower()) != "n":
        try:
            approve(shown, "" if more == "y" else more, settings)
        except NothingToDo as fault:
            click.echo(printable(in_words(fault.said)), err=True)
        else:
            return
    deny(shown, "", settings)


def begins(run_id: str, shown: str, state: State, settings: Settings) -> bool:
    """False: it has been ended."""
    click.echo("\n".join(["", *sheet(state), ""]), err=True)
    answers = _("Begin? y: yes · edit: drop or add criteria · say: something else · n: stop")
    match click.prompt(answers, type=click.Choice(ANSWERS), show_choices=False, err=True):
        case "n":
            asyncio.run(stop(run_id, settings))
            click.echo(_("It is ended. See: selfstarter show {run}", run=run_id), err=True)
            return False
        case "say":
            tell(run_id, "say", click.prompt(_("What"), err=True), settings)
        case "edit":
            edited(shown, settings)
        case _:
            approve(shown, "", settings)
    return True


def edited(shown: str, settings: Settings) -> None:
    """Asked again until it can be changed so."""
    while True:
        drop = asked(_("Drop (ids; empty: none)")).replace(",", " ").split()
        add: list[str] = []
        while text := asked(_("Add (empty: no more)")):
            add.append(text)
        try:
            approve(shown, "", settings, Edits(drop=tuple(drop), add=tuple(add)))
        except NothingToDo as fault:
            click.echo(printable(in_words(fault.said)), err=True)
        else:
            return


def asked(question: str) -> str:
    return click.prompt(question, default="", show_default=False, err=True).strip()
