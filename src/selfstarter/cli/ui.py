"""`selfstarter ui`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.cli.serve import serve


@click.command()
@click.option("--port", default=8787, show_default=True, type=click.IntRange(0, 65_535))
@click.option("--no-open", is_flag=True, help="Print the address; open no browser.")
@options.journal
def command(port: int, no_open: bool, home: Path | None) -> None:
    """Open the web page in your browser, and serve it until Ctrl-C."""
    serve("127.0.0.1", port, (), home, opens=not no_open)
