"""`selfstarter schedule`."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from selfstarter.cli import options
from selfstarter.words import _, in_words

if TYPE_CHECKING:
    from selfstarter.scheduling import Listed
    from selfstarter.settings import Settings

as_json = click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")


@click.group()
def command() -> None:
    """Goals that are pursued again and again, or once at a later time.

    A `worker` begins what is due, and so does a running `serve` or `ui`; several of them begin one
    run for each due time. Each run is told how the one before it ended.
    """


@command.command()
@click.argument("goal")
@click.option(
    "--cron", default="", metavar="EXPR", help="minute hour day month weekday, or @daily."
)
@click.option("--every", default="", metavar="TIME", help="30m, 2h, 1d, 1w; from now on.")
@click.option("--at", default="", metavar="TIME", help="Once: 2026-12-01T09:00, or 09:00.")
@click.option("--zone", default="", help="As in Europe/Berlin. Default: this machine's.")
@click.option(
    "--missed",
    type=click.Choice(["once", "skip"]),
    default="once",
    show_default=True,
    help="Due times at which nobody could begin: one late run for all of them, or none.",
)
@click.option("-w", "--workspace", default=".", type=options.AtHome(path_type=Path), help="Folder.")
@click.option("--criteria", multiple=True, metavar="TEXT", help="Must hold at the end.")
@click.option(
    "--mode",
    type=click.Choice(["readonly", "ask", "auto", "yolo"]),
    help="What may be done unasked.",
)
@options.model
@options.limits
@options.journal
def add(
    goal: str,
    cron: str,
    every: str,
    at: str,
    zone: str,
    missed: Any,
    workspace: Path,
    criteria: tuple[str, ...],
    mode: str | None,
    model: str | None,
    max_steps: int | None,
    max_tokens: int | None,
    max_cost: float | None,
    max_time: str | None,
    home: Path | None,
) -> None:
    """Pursue GOAL when it is due; prints the schedule's id.

    \b
      selfstarter schedule add "Summarise what is new in inbox/" --cron "0 9 * * MON-FRI" -w mail
    """
    given = options.amounts(max_steps, max_tokens, max_cost, max_time)
    given |= {"model": model, "mode": mode}

    from selfstarter.cli.exits import plainly
    from selfstarter.scheduling import add, wanted
    from selfstarter.settings import load

    with plainly():
        where = options.place(home)
        load({**where, **given}, workspace=workspace)  # what is wrong is said now
        settings = load(where)
        when = {"cron": cron, "every": every, "at": at}
        with usage():
            asked = wanted(
                goal,
                workspace,
                settings,
                when=when,
                zone=zone,
                missed=missed,
                criteria=criteria,
                given=given,
            )
            made = add(asked, settings)
    click.echo(made.id)
    due = clock(made.next_due, made.wanted.zone)
    click.echo(_("Due next: {due}.", due=due), err=True)


@command.command("ls")
@as_json
@options.journal
def ls(as_json: bool, home: Path | None) -> None:
    """List the schedules: id, when each is due next, how its last run stands, its goal."""
    import time

    from selfstarter.cli.exits import plainly
    from selfstarter.scheduling import listed

    with plainly():
        rows = listed(settings(home))
    for row in rows:
        say(row, as_json)
    if any(row.overdue(time.time()) for row in rows):
        click.echo(_("Nobody begins what is due: start `selfstarter worker`, or `ui`."), err=True)
    if not rows and not as_json:
        click.echo(_('Nothing is scheduled. Begin with: selfstarter schedule add "…"'), err=True)


@command.command()
@click.argument("schedule")
@options.journal
def run(schedule: str, home: Path | None) -> None:
    """Begin a run of SCHEDULE now, and print the run's id. A worker pursues it."""
    import asyncio

    from selfstarter.cli.exits import plainly
    from selfstarter.scheduling import run_now

    with plainly():
        click.echo(asyncio.run(run_now(schedule, settings(home))))


@command.command()
@click.argument("schedule")
@options.journal
def pause(schedule: str, home: Path | None) -> None:
    """Begin no more runs of SCHEDULE until it is resumed. One that is at work goes on."""
    from selfstarter.cli.exits import plainly
    from selfstarter.scheduling import pause

    with plainly():
        click.echo(_("Schedule {id} is paused.", id=pause(schedule, settings(home)).id))


@command.command()
@click.argument("schedule")
@options.journal
def resume(schedule: str, home: Path | None) -> None:
    """Go on with SCHEDULE from now on. What came due while it was paused is left out."""
    from selfstarter.cli.exits import plainly
    from selfstarter.scheduling import resume

    with plainly():
        found = resume(schedule, settings(home))
    due = clock(found.next_due, found.wanted.zone)
    click.echo(_("Schedule {id} is due next: {due}.", id=found.id, due=due))


@command.command()
@click.argument("schedule")
@options.journal
def rm(schedule: str, home: Path | None) -> None:
    """Remove SCHEDULE. Its runs stay."""
    from selfstarter.cli.exits import plainly
    from selfstarter.scheduling import remove

    with plainly():
        click.echo(_("Schedule {id} is removed.", id=remove(schedule, settings(home)).id))


def settings(home: Path | None) -> "Settings":
    from selfstarter.settings import load

    return load(options.place(home))


@contextmanager
def usage() -> Generator[None]:
    """What is wrong is what was typed: exit 2."""
    from selfstarter.core.errors import BadSetting

    try:
        yield
    except BadSetting as error:
        raise click.UsageError(in_words(error.said)) from error


def say(row: "Listed", as_json: bool) -> None:
    from selfstarter.cli.guard import as_line, padded, printable, short
    from selfstarter.scheduling import described, told

    if as_json:
        click.echo(as_line(described(row)))
        return
    one, zone = row.schedule, row.schedule.wanted.zone
    due = "paused" if one.paused else clock(one.next_due, zone)
    last = f"{_(row.status)} {clock(row.at, zone)}" if row.status else _("no run yet")
    when = told(one.wanted.when, zone)
    head = _("{id}  next {due}  last {last}", id=one.id, due=f"{due:<16}", last=padded(last, 24))
    click.echo(printable(f"{head}  {when}  {short(one.wanted.goal, 60)}"))
    if one.trouble:
        why = _("no run began: {why}", why=short(one.trouble, 300))
        click.echo(printable(f"{'':<10}{why}"))


def clock(moment: float, zone: str) -> str:
    from selfstarter.scheduling import NEVER, clock

    return "never" if moment >= NEVER else clock(moment, zone)[:16]
