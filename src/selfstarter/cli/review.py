"""The contract on a terminal, before the work begins: shown, changed, accepted or refused."""

import asyncio
import sys
from collections.abc import Callable

import click

from selfstarter.app import look_up
from selfstarter.cli.exits import BY_ENDING, WAITING, plainly
from selfstarter.cli.guard import printable
from selfstarter.cli.lines import row
from selfstarter.core.contract import Criterion
from selfstarter.core.errors import NothingToDo
from selfstarter.core.review import Edits
from selfstarter.core.state import State
from selfstarter.settings import Settings
from selfstarter.steering import approve, stop, tell
from selfstarter.words import N_, _, in_words

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
    return row(_("done when"), f"{criterion.id:<4} {criterion.text} ({how})")


def reviewed(
    code: int, name: str, settings: Settings, go_on: Callable[[str], int], *, silent: bool
) -> int:
    """After a run has come back with `code`: ask whoever is there, for as long as it waits with its
    contract, and go on. Returns the exit code. `silent`: its output is for a program."""
    if silent or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return code
    with plainly():
        while code == WAITING:
            run_id, state = standing(name, settings)
            if not state.review_asked:
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
    shown = f"{run_id}:{state.asked_at}"  # else another contract could be accepted unseen
    click.echo("\n".join(["", *sheet(state), ""]), err=True)
    question = _("Begin? y: yes · edit: drop or add criteria · say: something else · n: stop")
    match click.prompt(question, type=click.Choice(ANSWERS), show_choices=False, err=True):
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
