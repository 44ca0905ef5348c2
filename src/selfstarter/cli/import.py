"""`selfstarter import FILE`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _


@click.command()
@click.argument("file", type=options.AtHome(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "-w",
    "--workspace",
    type=options.AtHome(path_type=Path),
    help="An empty folder for its files. Default: a new one under --home.",
)
@click.option("--trust", is_flag=True, help="It is my own: what I wished and allowed in it holds.")
@options.journal
def command(file: Path, workspace: Path | None, trust: bool, home: Path | None) -> None:
    """Take in a run that `export --format run` wrote, its files too.

    Without --trust nothing in it counts as your wish: if it goes on, whatever acts outside its
    folder is asked for anew, with the permissions of this machine, and no memory is made of it.
    """
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import printable
    from selfstarter.history.bundle import read_bundle
    from selfstarter.settings import load

    with plainly():
        found = read_bundle(file, load(options.place(home)), workspace, trust=trust)
    for line in found.missing:
        click.echo(printable(_("not in the folder: {line}", line=line)), err=True)
    said = f"Run {found.run_id}: {found.events} events, its files in {found.workspace}"
    click.echo(printable(said), err=True)
    click.echo(found.run_id)
