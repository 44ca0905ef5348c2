"""The last words of a command to a run: who will read it, and when."""

import click

from selfstarter.core.cleaning import clean
from selfstarter.steering import Asked


def told(asked: Asked, done: str) -> None:
    run_id = asked.run_id
    if asked.driven:
        click.echo(f"{done}: run {run_id} reads it after the step it is at.")
    elif asked.ended:
        click.echo(f"No process was pursuing run {run_id}: it is ended, and waits for nobody.")
    else:
        click.echo(f"{done}, but no process is pursuing run {run_id}: it reads it when it goes on.")
    if asked.waits_for:
        click.echo(f"It still waits: {clean(asked.waits_for)} See: selfstarter inbox")
    if not asked.driven:
        click.echo(f"Go on with: selfstarter resume {run_id}")
