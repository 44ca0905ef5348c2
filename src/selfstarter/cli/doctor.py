"""`selfstarter doctor`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfstarter.cli import options
from selfstarter.words import _, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selfstarter.doctor import Finding


@click.command()
@click.option("--online", is_flag=True, help="Ask the search engine, too: needs the network.")
@click.option(
    "--fix", is_flag=True, help="Mend what can be mended: may fetch the weights (1.1 GB)."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@options.journal
def command(online: bool, fix: bool, as_json: bool, home: Path | None) -> None:
    """Is everything here that a run needs? What is missing, and how to mend it.

    \b
      selfstarter doctor
      selfstarter doctor --fix

    Exit 0: runs can begin. 7: something in the list is marked bad.
    """
    import asyncio

    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, printable
    from selfstarter.doctor import examine, mended
    from selfstarter.settings import usable

    with plainly():
        settings = usable(options.place(home))
        found = asyncio.run(examine(settings, online))
        if fix:
            for said in mended(settings, found):
                click.echo(printable(_("mended: {what}", what=said)), err=True)
            found = asyncio.run(examine(settings, online))
    bad = [one.name for one in found if one.state == "bad"]
    if as_json:
        click.echo(as_line({"ok": not bad, "findings": [one.as_json() for one in found]}))
    else:
        for one in found:
            click.echo("\n".join(lines(one)))
    raise SystemExit(7 if bad else 0)


def lines(one: "Finding") -> "Iterator[str]":
    from selfstarter.cli.guard import printable

    yield printable(f"{one.name:<9} {one.state:<4} {in_words(one.said)}")
    if one.mend.sentence:
        yield printable(f"{'':14} → {in_words(one.mend)}")
