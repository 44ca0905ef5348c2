"""`selfstarter report-bug`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _


@click.command()
@click.argument("run", required=False)
@click.option("-o", "--output", type=options.AtHome(path_type=Path), default="selfstarter-bug.zip")
@click.option("--whole", is_flag=True, help="Texts of the run uncut; without, their beginnings.")
@options.journal
def command(run: str | None, output: Path, whole: bool, home: Path | None) -> None:
    """Put what helps to find a bug into a zip: versions, what `doctor` finds, settings, and, if you
    name RUN, what happened in it. Keys are taken out; look into it before you send it.

    \b
      selfstarter report-bug
      selfstarter report-bug @last -o bug.zip
    """
    import asyncio

    from selfstarter.cli.exits import plainly
    from selfstarter.settings import usable
    from selfstarter.upkeep import bundle

    with plainly():
        settings = usable(options.place(home))
        names = asyncio.run(bundle(settings, output, run or "", whole))
    click.echo(f"{output}: {', '.join(names)}")
    if run:
        click.echo(_("It holds words of your goal and your files: look into it first."), err=True)
