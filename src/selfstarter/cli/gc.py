"""`selfstarter gc`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _


@click.command()
@click.option("--days", type=click.FloatRange(min=0), default=30, show_default=True,
              help="Only of runs that ended so long ago.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Free it; without, it is only listed.")
@options.journal
def command(days: float, yes: bool, home: Path | None) -> None:
    """Say what old runs and caches leave on the disk, and free it with --yes.

    Journal, memory and reports stay: a run can be shown for ever. What goes is what calls returned
    at length, pages that were read, copies of workspaces, locks of nobody, caches.

    \b
      selfstarter gc
      selfstarter gc --days 7 --yes
    """
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import printable
    from selfstarter.settings import load
    from selfstarter.upkeep import free, leavings

    with plainly():
        found = leavings(load(options.place(home)), days)
        freed = free(found) if yes else 0
    for one in found:
        click.echo(printable(f"{size(one.bytes):>9}  {one.path}  {one.what}"))
    if yes:
        click.echo(f"Freed {size(freed)}.")
    elif found:
        total = size(sum(one.bytes for one in found))
        click.echo(
            _("{total} can be freed: selfstarter gc --days {days:g} --yes", total=total, days=days)
        )
    else:
        click.echo(_("There is nothing to free."))


def size(count: float) -> str:
    for unit in ("B", "KB", "MB"):
        if count < 1_000:
            return f"{count:.0f} {unit}"
        count /= 1_000
    return f"{count:.1f} GB"
