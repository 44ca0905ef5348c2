"""`selfstarter undo RUN`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import N_, _


@click.command()
@click.argument("run")
@click.option(
    "--to",
    default="",
    metavar="STEP",
    help="As after this step; `start`: before the first. Default: before the last change.",
)
@click.option("--force", is_flag=True, help="Also what somebody else has changed since.")
@click.option("--dry-run", "look", is_flag=True, help="Only say what would be put back.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@options.journal
def command(run: str, to: str, force: bool, look: bool, as_json: bool, home: Path | None) -> None:
    """Put the files of RUN (an id, the beginning of one, or @last) back as they were.

    What lies there now is kept first, so an undo can be undone: `--to 7`, or `--to e42` (after
    event 42). What was done outside the folder cannot be undone, and is listed.
    """
    import asyncio

    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, printable
    from selfstarter.history.undo import undo
    from selfstarter.settings import load

    with plainly():
        found = asyncio.run(undo(run, load(options.place(home)), to, force=force, look=look))
    if as_json:
        from dataclasses import asdict

        click.echo(as_line(asdict(found)))
        return
    back = N_("would be put back  {path}") if look else N_("put back  {path}")
    for path in found.restored:
        click.echo(printable(_(back, path=path)))
    for line in found.left:
        click.echo(printable(_("left alone  {line}", line=line)))
    for line in found.for_good:
        click.echo(printable(_("not undone  {line}", line=line)))
    if not look:
        click.echo(
            _("The files of run {run} are as after its event {to}.", run=found.run_id, to=found.to),
            err=True,
        )
