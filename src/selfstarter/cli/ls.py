"""`selfstarter ls`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import N_, _

STANDINGS = (N_("waiting"), N_("running"), N_("paused"), N_("interrupted"))
"""Of a run that has not ended."""


@click.command()
@click.option("-n", "count", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@options.journal
def command(count: int, as_json: bool, home: Path | None) -> None:
    """List the runs, newest first: id, how it stands, when it began, its goal.

    One that has not ended is running, waiting for you, paused, or interrupted: no process pursues
    it, and `resume` goes on with it.
    """
    from dataclasses import asdict
    from datetime import datetime

    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, padded, short
    from selfstarter.listing import runs
    from selfstarter.settings import load

    with plainly():
        rows = runs(load(options.place(home)), count)
    for row, stands in rows:
        if as_json:
            found = asdict(row) | {"status": stands}
            click.echo(as_line(found))
        else:
            began = datetime.fromtimestamp(row.started_at).strftime("%Y-%m-%d %H:%M")
            click.echo(f"{row.run_id}  {padded(_(stands), 13)}  {began}  {short(row.goal, 70)}")
    if not rows and not as_json:
        click.echo(_('No runs yet. Begin with: selfstarter run "…"'), err=True)
