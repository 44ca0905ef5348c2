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
        wait = row.due - time.time()
        stands = "at work" if row.driven else "due" if wait <= 0 else "later"
        stands = "waits" if wait > YEARS_S and not row.driven else stands
        if as_json:
            due = None if wait > YEARS_S else row.due
            found = {"run_id": row.run_id, "status": stands, "priority": row.priority, "due": due}
            click.echo(as_line(found))
        else:
            click.echo(f"{row.run_id}  {stands:<8} {row.priority:>4}")
    if not rows and not as_json:
        click.echo('Nothing is queued. Put something in with: selfstarter submit "…"', err=True)


YEARS_S = 10 * 365 * 86_400.0
