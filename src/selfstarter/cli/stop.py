"""`selfstarter stop`."""

import asyncio
from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _


@click.command()
@click.argument("run")
@options.journal
def command(run: str, home: Path | None) -> None:
    """End RUN (an id, the beginning of one, or @last) after the step it is at, with a report."""
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.told import told
    from selfstarter.settings import load
    from selfstarter.steering import stop

    with plainly():
        told(asyncio.run(stop(run, load(options.place(home)))), _("Stop asked for"))
