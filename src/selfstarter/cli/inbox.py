"""`selfstarter inbox`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@options.journal
def command(as_json: bool, home: Path | None) -> None:
    """All that runs wait for a person to answer: the id, what is asked, the goal."""
    from dataclasses import asdict

    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, printable, short
    from selfstarter.cli.lines import in_rows
    from selfstarter.cli.review import sheet, standing
    from selfstarter.settings import load
    from selfstarter.steering import inbox

    with plainly():
        settings = load(options.place(home))
        requests = inbox(settings)
    for request in requests:
        if as_json:
            click.echo(as_line(asdict(request)))
            continue
        asked, goal = short(request.text), f"({short(request.goal, 50)})"
        if asked == printable(request.text):
            click.echo(f"{request.id}  {asked}  {goal}")
        else:  # whoever answers must know all of it
            rows = [f"  {line}" for line in in_rows(request.text)]
            click.echo("\n".join([f"{request.id}  {goal}", *rows]))
        if request.answered:
            click.echo(_("  answered; go on with: selfstarter resume {run}", run=request.run_id))
        elif request.kind == "call":
            click.echo("\n".join(f"  {line}" for line in in_rows(request.call)))
            click.echo(f"  selfstarter approve {request.id} [all] · selfstarter deny {request.id}")
            click.echo(_("  all: each call of this tool in this run"))
        elif request.kind == "contract":
            click.echo(
                "\n".join(f"  {line}" for line in sheet(standing(request.run_id, settings)[1]))
            )
            change = "[--drop ID] [--add TEXT]"
            click.echo(
                f"  selfstarter approve {request.id} {change} · selfstarter deny {request.id}"
            )
            click.echo(f'  selfstarter say {request.run_id} "…"')
        elif request.kind == "limit":
            click.echo(f"  selfstarter approve {request.id} [MORE] · selfstarter deny {request.id}")
        else:
            click.echo(f'  selfstarter say {request.run_id} "…"')
    if not requests and not as_json:
        click.echo(_("Nothing waits for you."), err=True)
