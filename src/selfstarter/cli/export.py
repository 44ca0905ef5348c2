"""`selfstarter export RUN`."""

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfstarter.cli import options
from selfstarter.words import _

if TYPE_CHECKING:
    from selfstarter.history.exports import Format
    from selfstarter.settings import Settings

ENDS = {"html": "html", "md": "md", "pdf": "pdf", "json": "json", "run": "selfstarter"}


@click.command()
@click.argument("run", default="@last")
@click.option(
    "--format",
    "format",
    type=click.Choice(list(ENDS)),
    default="html",
    show_default=True,
    help="html: a page that replays offline; md: the report; pdf: the same, printed by"
    " Chromium; json: a record for programs; run: all of it, for `import`.",
)
@click.option(
    "-o",
    "--output",
    "file",
    type=options.AtHome(path_type=Path, dir_okay=False),
    help="The file; `-`: stdout. Default: RUN with the format's ending, in this folder.",
)
@options.journal
def command(run: str, format: str, file: Path | None, home: Path | None) -> None:
    """Write RUN (an id, the beginning of one, or @last) to a file of its own.

    All but `run` hold no key that this machine knows. `run` is exact: it holds the files of the
    run as they were, whatever is in them.
    """
    from selfstarter.cli.exits import plainly
    from selfstarter.settings import load
    from selfstarter.viewing import Window

    with plainly():
        settings = load(options.place(home))
        with closing(Window(settings)) as window:
            run_id = window.find(run)
        if format == "run":
            sys.exit(whole(run_id, file, settings))
        sys.exit(as_text(run_id, format, file, settings))  # pyright: ignore[reportArgumentType]


def as_text(run_id: str, format: "Format", file: Path | None, settings: "Settings") -> int:
    from selfstarter.core.errors import BadSetting
    from selfstarter.history.exports import exported

    said = exported(run_id, format, settings)
    if file == Path("-"):
        click.echo(said, nl=False)
        return 0
    file = file or Path(f"{run_id}.{ENDS[format]}")
    try:
        file.write_bytes(said)
    except OSError as error:
        raise BadSetting(
            "{file} cannot be written: {why}.", file=file, why=error.strerror
        ) from error
    click.echo(_("{file}: {n:,} bytes", file=file, n=len(said)), err=True)
    return 0


def whole(run_id: str, file: Path | None, settings: "Settings") -> int:
    from selfstarter.history.bundle import write_bundle

    if file == Path("-"):
        raise click.UsageError(_("A run cannot go to stdout: name a file with --output."))
    file = file or Path(f"{run_id}.{ENDS['run']}")
    write_bundle(run_id, settings, file)
    click.echo(
        _(
            "{file}: run {run}, exact: whoever has the file has all that the run saw and wrote,"
            " keys in its files too. Take it in elsewhere with: selfstarter import {file}",
            file=file,
            run=run_id,
        ),
        err=True,
    )
    return 0
