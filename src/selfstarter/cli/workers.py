"""`selfstarter workers`."""

from pathlib import Path

import click

from selfstarter.cli import options

SILENT_S = 15.0
"""Some heartbeats."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@options.journal
def command(as_json: bool, home: Path | None) -> None:
    """List the workers: where each is, how it stands, runs in hand of how many, since when, its
    last heartbeat, and which runs.

    `silent`: it lives and says nothing; it was stopped, or its machine sleeps. `dead`: it was
    killed; its runs are due, and the next worker that has room takes them.
    """
    import time
    from dataclasses import asdict

    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, printable
    from selfstarter.settings import load
    from selfstarter.working import workers

    with plainly():
        rows = workers(load(options.place(home)))
    for row in rows:
        ago = max(0.0, time.time() - row.seen)
        living = "silent" if ago > SILENT_S else "at work" if row.runs else "idle"
        stands = living if row.alive else "dead"
        if as_json:
            click.echo(as_line(asdict(row) | {"status": stands}))
            continue
        place = f"{row.host}:{row.pid}"
        since = time.strftime("%Y-%m-%d %H:%M", time.localtime(row.since))
        room = f"{len(row.runs)} of {row.concurrency}"
        line = f"{place:<24}  {stands:<7}  {room:<8}  since {since}  seen {ago:.0f} s ago"
        click.echo(printable(f"{line}  {' '.join(row.runs)}".rstrip()))
    if not rows and not as_json:
        click.echo("No worker is at work. Start one with: selfstarter worker", err=True)
