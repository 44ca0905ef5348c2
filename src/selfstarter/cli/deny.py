"""`selfstarter deny`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _


@click.command()
@click.argument("request")
@click.option("--reason", default="", help="Why; the model and the report say it.")
@options.journal
def command(request: str, reason: str, home: Path | None) -> None:
    """Refuse what REQUEST (an id of the inbox, or a run) asks for: the call does not run; or the
    limit stays, or the contract is not accepted, and the run ends."""
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.told import told
    from selfstarter.settings import load
    from selfstarter.steering import deny

    with plainly():
        told(deny(request, reason, load(options.place(home))), _("Denied"))
