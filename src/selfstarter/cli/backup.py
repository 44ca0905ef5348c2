"""`selfstarter backup`."""

from pathlib import Path

import click

from selfstarter.cli import options


@click.command()
@click.argument("file", type=options.AtHome(path_type=Path))
@options.journal
def command(file: Path, home: Path | None) -> None:
    """Copy journal and memory into FILE, as they are at one moment; runs may go on meanwhile.

    To restore it, end all that runs and put it in the place of the journal: docs/upkeep.md.

    \b
      selfstarter backup ~/selfstarter-2026-11-28.db
    """
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.gc import size
    from selfstarter.settings import load
    from selfstarter.upkeep import backup

    with plainly():
        written = backup(load(options.place(home)), file)
    click.echo(f"{file}  ({size(written)})")
