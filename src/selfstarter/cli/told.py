"""The last words of a command to a run: who will read it, and when."""

import click

from selfstarter.core.cleaning import clean
from selfstarter.steering import Asked
from selfstarter.words import _


def told(asked: Asked, done: str) -> None:
    run_id = asked.run_id
    if asked.driven:
        click.echo(_("{done}: run {run} reads it after the step it is at.", done=done, run=run_id))
    elif asked.ended:
        click.echo(
            _("No process was pursuing run {run}: it is ended, and waits for nobody.", run=run_id)
        )
    elif asked.over:
        click.echo(
            _(
                "{done}: run {run} has ended ({ending}) and reads it when it is resumed.",
                done=done,
                run=run_id,
                ending=_(asked.over),
            )
        )
    else:
        click.echo(
            _(
                "{done}, but no process is pursuing run {run}: it reads it when it goes on.",
                done=done,
                run=run_id,
            )
        )
    if asked.waits_for:
        click.echo(_("It still waits: {what} See: selfstarter inbox", what=clean(asked.waits_for)))
    if not asked.driven:
        click.echo(_("Go on with: selfstarter resume {run}", run=run_id))
