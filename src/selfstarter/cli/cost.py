"""`selfstarter cost`."""

import re
from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _


@click.command()
@click.argument("run", default="")
@click.option(
    "--by",
    type=click.Choice(["run", "day", "model", "purpose"]),
    help="What is added up. Default: run; of one RUN: purpose, what its calls were for.",
)
@click.option("--since", default="", metavar="7d", help="Only of the last 7d, 12h, …")
@click.option("--json", "as_json", is_flag=True, help="A JSON object a line.")
@options.journal
def command(run: str, by: str | None, since: str, as_json: bool, home: Path | None) -> None:
    """What model calls have cost: tokens and money, of all runs or of RUN.

    \b
      selfstarter cost @last
      selfstarter cost --by day --since 7d
      selfstarter cost --by model
    """
    import time
    from dataclasses import asdict

    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, short
    from selfstarter.past import By, costs
    from selfstarter.settings import load

    begin = time.time() - seconds(since) if since else 0.0
    with plainly():
        what: By = by or ("purpose" if run else "run")  # pyright: ignore[reportAssignmentType]
        found = costs(load(options.place(home)), what, begin, run)
    for one in found:
        if as_json:
            click.echo(as_line(asdict(one)))
        else:
            money = f"${one.cost_usd:.4f}{' + unknown' if one.unknown else ''}"
            tokens = f"{one.input:>11,} in {one.output:>9,} out"
            named = f"{short(one.name, 40):<12} {one.calls:>5} calls"
            click.echo(f"{named} {tokens}  {money:<18} {short(one.goal, 50)}")
    if as_json:
        return
    if not found:
        click.echo(_("No model was called yet."), err=True)
        return
    more = any(one.unknown for one in found)
    unknown = _(" and what has no known price") if more else ""
    tokens = sum(one.input + one.output for one in found)
    total = sum(one.cost_usd for one in found)
    click.echo(
        _(
            "In all {tokens:,} tokens, ${total:.4f}{unknown}.",
            tokens=tokens,
            total=total,
            unknown=unknown,
        ),
        err=True,
    )


UNITS = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([mhdw])", text)
    if not found:
        raise click.BadParameter(
            _("{text!r} is no time; write 12h, 7d or 4w.", text=text), param_hint="--since"
        )
    return float(found[1]) * UNITS[found[2]]
