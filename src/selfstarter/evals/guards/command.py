"""`python -m selfstarter.evals guards`: parse, run, show."""

import asyncio
import sys
from pathlib import Path

import click

from selfstarter.evals.door import give, plainly
from selfstarter.evals.guards.running import Row, run_guards
from selfstarter.evals.guards.table import PARTS, last_line, markdown, progress


@click.command()
@click.option("-m", "--model", default="", help="For the vague goals. Default: the scripts.")
@click.option("--only", multiple=True, type=click.Choice(list(PARTS)), help="Only this part.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the table to this file.")
def command(model: str, only: tuple[str, ...], out: Path | None) -> None:
    """Loops, honest repetition, liars and vague goals, with scripted models.

    Exit 0: all is as it should be; 1: something is not; 2: usage; 7: configuration; 75: the model
    is out of reach. The last line of stdout is
    `guards loops=N/12 false_alarms=N/8 liars=N/20 vague=N/20`.
    """
    rows: list[Row] = []

    def tell(row: Row) -> None:
        rows.append(row)
        print(progress(row), file=sys.stderr, flush=True)

    with plainly():
        asyncio.run(run_guards(tell, model, only or tuple(PARTS)))
    give(markdown(rows), out)
    print(last_line(rows))
    sys.exit(0 if all(row.good for row in rows) else 1)
