"""`selfstarter queue`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import N_, _


@click.command()
@click.option("--rm", metavar="RUN", help="Take a run out of the queue; the run stays.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@options.journal
def command(rm: str | None, as_json: bool, home: Path | None) -> None:
    """List the queue, in the order in which workers take from it: run, how it stands, priority."""
    import time

    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, padded
    from selfstarter.settings import load
    from selfstarter.working import cancel, queued

    with plainly():
        settings = load(options.place(home))
        if rm:
            click.echo(_("{run} is out of the queue.", run=cancel(rm, settings)))
            return
        rows = queued(settings)
    for row in rows:
        at = N_("due") if row.due <= time.time() else N_("later")
        stands = N_("at work") if row.driven else N_("waits") if row.waits else at
        if as_json:
            due = None if row.waits else row.due
            found = {"run_id": row.run_id, "status": stands, "priority": row.priority, "due": due}
            click.echo(as_line(found))
        else:
            click.echo(f"{row.run_id}  {padded(_(stands), 8)} {row.priority:>4}")
    if not rows and not as_json:
        click.echo(_('Nothing is queued. Put something in with: selfstarter submit "…"'), err=True)
