"""`selfstarter approve`."""

from pathlib import Path

import click

from selfstarter.cli import options


@click.command()
@click.argument("request")
@click.argument("more", default="")
@click.option("--drop", multiple=True, metavar="ID", help="Of a contract: without this criterion.")
@click.option("--add", multiple=True, metavar="TEXT", help="Of a contract: this is wanted, too.")
@options.journal
def command(
    request: str, more: str, drop: tuple[str, ...], add: tuple[str, ...], home: Path | None
) -> None:
    """Allow the call, raise the limit by MORE, or accept the contract, that REQUEST (an id of the
    inbox, or a run) asks for. A call is allowed once, as `inbox` shows it; with `all` for MORE, so
    is each call of that tool in this run.

    MORE of a limit is in USD, tokens, steps or time (1.50, 50000, 20, 30m); without it, as much
    again as the run began with.

    \b
      selfstarter approve @last --drop c2 --add "It names the source of each price"
    """
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.told import told
    from selfstarter.core.review import Edits
    from selfstarter.settings import load
    from selfstarter.steering import approve

    with plainly():
        asked, done = approve(request, more, load(options.place(home)), Edits(drop=drop, add=add))
        told(asked, done)
