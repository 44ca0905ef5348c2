"""`selfstarter queue`."""

from pathlib import Path

import click

from selfstarter.cli import options


@click.command()
@click.option("--rm", metavar="RUN", help="Take a run out of the queue; the run stays.")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@options.journal
def command(rm: str | None, as_json: bool, home: Path | None) -> None:
    """List the queue, in the order in which workers take from it: run, how it stands, priority."""
    import time

    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line
    from selfstarter.settings import load
    from selfstarter.working import cancel, queued

    with plainly():
        settings = load(options.place(home))
        if rm:
            click.echo(f"{cancel(rm, settings)} is out of the queue.")
            return
        rows = queued(settings)
    for row in rows:
        at = "waits" if row.waits else "due" if row.due <= time.time() else "later"
        stands = "at work" if row.driven else at
        if as_json:
            due = None if row.waits else row.due
            found = {"run_id": row.run_id, "status": stands, "priority": row.priority, "due": due}
            click.echo(as_line(found))
        else:
            click.echo(f"{row.run_id}  {stands:<8} {row.priority:>4}")
    if not rows and not as_json:
        click.echo('Nothing is queued. Put something in with: selfstarter submit "…"', err=True)
