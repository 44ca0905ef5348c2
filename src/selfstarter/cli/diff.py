"""`selfstarter diff RUN`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _

COLOURS = {"+": "green", "-": "red", "@": "cyan"}


@click.command()
@click.argument("run", default="@last")
@click.option("--step", "steps", default="", metavar="A[..B]", help="Only this step, or these.")
@click.option("--names", is_flag=True, help="Only which files, and by which steps.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@options.journal
def command(run: str, steps: str, names: bool, as_json: bool, home: Path | None) -> None:
    """Show what RUN (an id, the beginning of one, or @last) changed in its folder.

    Steps are counted as in the live view. `A..` goes on to the end, `..B` begins at the start.
    """
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, printable
    from selfstarter.history.changes import changes
    from selfstarter.settings import load

    with plainly():
        found = changes(run, load(options.place(home)), steps)
    if as_json:
        from dataclasses import asdict

        click.echo(as_line(asdict(found)))
        return
    for step in found.steps:
        click.echo(printable(f"step {step.step}: {step.tool}: {', '.join(step.paths)}"), err=True)
    for file in found.files:
        counts = f" (+{file.added} -{file.removed})" if file.diff else ""
        note = f": {file.note}" if file.note else ""
        click.echo(printable(f"{file.how:<9} {file.named}{counts}{note}"))
        for line in file.diff.split("\n") if file.diff and not names else ():
            click.secho(printable(line), fg=COLOURS.get(line[:1]))
    if not found.files:
        click.echo(_("Nothing changed."))
