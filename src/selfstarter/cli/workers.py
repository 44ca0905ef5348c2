"""`selfstarter workers`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import N_, _

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
    from selfstarter.cli.guard import as_line, padded, printable
    from selfstarter.settings import load
    from selfstarter.working import workers

    with plainly():
        rows = workers(load(options.place(home)))
    for row in rows:
        ago = max(0.0, time.time() - row.seen)
        living = N_("silent") if ago > SILENT_S else N_("at work") if row.runs else N_("idle")
        stands = living if row.alive else N_("dead")
        if as_json:
            click.echo(as_line(asdict(row) | {"status": stands}))
            continue
        place = f"{row.host}:{row.pid}"
        since = time.strftime("%Y-%m-%d %H:%M", time.localtime(row.since))
        room = _("{n} of {most}", n=len(row.runs), most=row.concurrency)
        seen = _("since {since}  seen {ago:.0f} s ago", since=since, ago=ago)
        line = f"{place:<24}  {padded(_(stands), 7)}  {padded(room, 8)}  {seen}"
        click.echo(printable(f"{line}  {' '.join(row.runs)}".rstrip()))
    if not rows and not as_json:
        click.echo(_("No worker is at work. Start one with: selfstarter worker"), err=True)
