"""`selfstarter search`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("-n", "count", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@options.journal
def command(words: tuple[str, ...], count: int, as_json: bool, home: Path | None) -> None:
    """Find runs whose goal, answer or findings hold all WORDS; the newest first.

    \b
      selfstarter search orders.csv city
    """
    from dataclasses import asdict
    from datetime import datetime

    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, short
    from selfstarter.past import search
    from selfstarter.settings import load

    with plainly():
        found = search(load(options.place(home)), " ".join(words), count)
    for hit in found:
        if as_json:
            click.echo(as_line(asdict(hit)))
        else:
            began = datetime.fromtimestamp(hit.began).strftime("%Y-%m-%d %H:%M")
            click.echo(
                _(
                    "{run}  {ending:<13}  {began}  in its {where}:",
                    run=hit.run_id,
                    ending=_(hit.status),
                    began=began,
                    where=hit.where,
                )
            )
            click.echo(f"    {short(hit.excerpt, 140)}")
    if not found and not as_json:
        click.echo(_("No run says so. What was learnt: selfstarter memory search …"), err=True)
