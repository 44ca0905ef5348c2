"""`selfstarter pause`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _


@click.command()
@click.argument("run")
@options.journal
def command(run: str, home: Path | None) -> None:
    """Pause RUN (an id, the beginning of one, or @last) after the step it is at."""
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.told import told
    from selfstarter.settings import load
    from selfstarter.steering import tell

    with plainly():
        told(
            tell(run, "pause", "paused by a person", load(options.place(home))),
            _("Pause asked for"),
        )
