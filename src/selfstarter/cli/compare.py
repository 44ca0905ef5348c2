"""`selfstarter compare RUN RUN`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfstarter.cli import options
from selfstarter.words import N_, _

if TYPE_CHECKING:
    from selfstarter.history.compare import Comparison, Side

MARKS = {True: N_("passed"), False: N_("FAILED"), None: N_("not looked at")}


@click.command()
@click.argument("left")
@click.argument("right")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@options.journal
def command(left: str, right: str, as_json: bool, home: Path | None) -> None:
    """Show two runs side by side: criteria, what they took, where they parted, which files differ.

    What a run spent is without what was spent before it was forked; that is told apart.
    """
    from dataclasses import asdict

    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, printable
    from selfstarter.history.compare import compare
    from selfstarter.settings import load

    with plainly():
        found = compare(left, right, load(options.place(home)))
    if as_json:
        click.echo(as_line(asdict(found)))
        return
    for name, one, other in rows(found.left, found.right):
        click.echo(printable(f"{cell(name, 28)} {cell(one)} {cell(other)}".rstrip()))
    click.echo(printable(parting(found)))
    for file in found.files or ():
        click.echo(printable(f"{file.how:<9} {file.named}"))
    if found.files is None:
        click.echo(_("The files cannot be compared: of one run no snapshots were kept."))
    elif not found.files:
        click.echo(_("The files are the same."))


def rows(left: "Side", right: "Side") -> list[tuple[str, str, str]]:
    both = (left, right)
    texts = dict.fromkeys(text for side in both for text, _passed in side.criteria)
    found = [
        ("", *(side.run_id for side in both)),
        (_("model"), *(side.model for side in both)),
        (_("goal"), *(side.goal for side in both)),
        (_("ending"), *(side.standing for side in both)),
        (_("steps"), *(f"{side.spent.steps - side.before.steps}" for side in both)),
        (_("model calls"), *(f"{side.spent.calls - side.before.calls}" for side in both)),
        (_("tokens"), *(f"{side.spent.tokens - side.before.tokens:,}" for side in both)),
        (_("cost"), *(f"${side.spent.cost_usd - side.before.cost_usd:.4f}" for side in both)),
        (_("time"), *(f"{side.spent.time_s - side.before.time_s:.0f} s" for side in both)),
        (_("tokens before the fork"), *(f"{side.before.tokens:,}" for side in both)),
        (_("answer"), *(side.answer for side in both)),
    ]
    for text in texts:
        marks = (dict(side.criteria) for side in both)
        stands = [_(MARKS[mark[text]] if text in mark else N_("not wanted")) for mark in marks]
        found.append((text, *stands))
    return [(row[0], row[1], row[2]) for row in found]


def cell(text: str, width: int = 38) -> str:
    from selfstarter.cli.guard import padded, short

    return padded(short(text, width), width)


def parting(found: "Comparison") -> str:
    if not found.parted:
        return _("All that happened is the same.")
    one, other = (kind or _("nothing more") for kind in found.then)
    return _(
        "They parted at event {n}: {one} here, {other} there.",
        n=found.parted,
        one=one,
        other=other,
    )
