"""`selfstarter say`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _


@click.command()
@click.argument("run")
@click.argument("text", nargs=-1, required=True)
@options.journal
def command(run: str, text: tuple[str, ...], home: Path | None) -> None:
    """Tell RUN (an id, the beginning of one, or @last) something: an answer, a wish, another goal.

    A live run hears it after the step it is at; a waiting one, and one that has ended but not as
    done, when it is resumed.
    """
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.told import told
    from selfstarter.settings import load
    from selfstarter.steering import tell

    with plainly():
        if not (words := " ".join(text).strip()):
            raise click.UsageError(_("Say something."))
        told(tell(run, "say", words, load(options.place(home))), _("Said"))
