"""`selfstarter version`."""

import click


@click.command()
def command() -> None:
    """Print the version."""
    from selfstarter import __version__

    click.echo(f"selfstarter {__version__}")
