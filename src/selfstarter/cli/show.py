"""`selfstarter show RUN`."""

from pathlib import Path

import click

from selfstarter.cli import options


@click.command()
@click.argument("run", default="@last")
@click.option(
    "--events", is_flag=True, help="Every event, a line each; the commands that check whole."
)
@click.option("--jsonl", is_flag=True, help="Every event as JSON.")
@options.journal
def command(run: str, events: bool, jsonl: bool, home: Path | None) -> None:
    """Show RUN (an id, the beginning of one, or @last): its report, or what happened."""
    from selfstarter.app import look_up
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.lines import lines, whole_checks
    from selfstarter.cli.live import JsonLines
    from selfstarter.settings import load

    with plainly():
        found, records = look_up(run, load(options.place(home)))
    if jsonl:
        for recorded in records:
            JsonLines().tell(found.run_id, recorded)
    elif events:
        for recorded in records:
            event = recorded.event
            for line in [*lines(event), *whole_checks(event)] or [event.kind]:
                click.echo(f"{recorded.seq:5}  {line}")
    else:
        click.echo(found.report)
