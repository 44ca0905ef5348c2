"""`selfstarter fork RUN --at STEP`."""

import sys
from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _


@click.command()
@click.argument("run")
@click.option(
    "--at",
    default="end",
    metavar="STEP",
    show_default=True,
    help="After this step; `start`, `end`, or `eN`: after event N.",
)
@click.option("--goal", default="", help="Another goal from there on.")
@click.option(
    "-w",
    "--workspace",
    type=options.AtHome(path_type=Path),
    help="An empty folder for the files. Default: a new one under --home.",
)
@click.option("--hold", is_flag=True, help="Only make it; `resume` goes on with it.")
@options.model
@options.output
@options.journal
def command(
    run: str,
    at: str,
    goal: str,
    workspace: Path | None,
    hold: bool,
    model: str | None,
    as_json: bool,
    jsonl: bool,
    plain: bool,
    home: Path | None,
) -> None:
    """Branch RUN (an id, the beginning of one, or @last) off at a step, and go on from there.

    The fork has the events and the files up to there, in a folder of its own; the other run stays
    as it is. It may spend what that run was given at its beginning; what was spent before the fork
    is told apart.
    """
    from selfstarter.app import resume
    from selfstarter.cli.drive import drive
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import as_line, printable
    from selfstarter.history.fork import fork
    from selfstarter.settings import load

    with plainly():
        settings = load(options.place(home))
        made = fork(run, at, settings, model=model or "", goal=goal, workspace=workspace)
        for line in made.missing:
            click.echo(printable(_("not in the fork: {line}", line=line)), err=True)
        said = f"Run {made.run_id}: from {made.origin} after event {made.at}, in {made.workspace}"
        click.echo(printable(said), err=True)
        if hold:
            held = {"run_id": made.run_id, "workspace": str(made.workspace)}
            click.echo(as_line(held) if as_json else made.run_id)
            return
        code = drive(
            lambda tell: resume(made.run_id, settings, listener=tell),
            settings,
            plain=plain,
            as_json=as_json,
            jsonl=jsonl,
            name=made.run_id,
        )
    sys.exit(code)
