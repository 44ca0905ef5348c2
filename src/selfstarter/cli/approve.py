"""`selfstarter approve`."""

from pathlib import Path

import click

from selfstarter.cli import options


@click.command()
@click.argument("request")
@click.argument("more", default="")
@options.journal
def command(request: str, more: str, home: Path | None) -> None:
    """Allow the call, or raise the limit by MORE, that REQUEST (an id of the inbox, or a run) asks
    for. A call is allowed once, as `inbox` shows it.

    MORE is in USD, tokens, steps or time (1.50, 50000, 20, 30m); without it, as much again as the
    run began with.
    """
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.told import told
    from selfstarter.settings import load
    from selfstarter.steering import approve

    with plainly():
        asked, done = approve(request, more, load(options.place(home)))
        told(asked, done)
