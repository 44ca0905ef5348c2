"""`selfstarter run GOAL`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from selfstarter.cli import options

if TYPE_CHECKING:
    from selfstarter.core.events import OnLimit


@click.command()
@click.argument("goal", required=False)
@click.option(
    "-f",
    "--file",
    "goal_file",
    type=click.File(encoding="utf-8"),
    help="Read the goal from a file, - for stdin.",
)
@click.option(
    "-w",
    "--workspace",
    type=click.Path(path_type=Path),
    default=".",
    show_default="this folder",
    help="The folder to work in.",
)
@options.model
@options.limits
@options.on_limit
@options.permissions
@click.option(
    "--attended/--unattended",
    default=None,
    help="Is somebody there to be asked? Default: in a terminal, yes.",
)
@click.option(
    "--memory",
    type=click.Choice(["on", "off"]),
    help="Learn, and recall what earlier runs learnt. Default: where it helps the model.",
)
@options.output
@options.home
def command(
    goal: str | None,
    goal_file: TextIO | None,
    workspace: Path,
    model: str | None,
    max_steps: int | None,
    max_tokens: int | None,
    max_cost: float | None,
    max_time: str | None,
    on_limit: "OnLimit | None",
    mode: str | None,
    allow: tuple[str, ...],
    deny: tuple[str, ...],
    public_files: bool | None,
    attended: bool | None,
    memory: str | None,
    as_json: bool,
    jsonl: bool,
    plain: bool,
    home: Path | None,
) -> None:
    """Pursue GOAL in a folder, to a checked result or an honest report.

    The answer goes to stdout, everything else to stderr. Ctrl-C once pauses after the step, twice
    stops; nothing is lost either way.
    """
    if bool(goal) == bool(goal_file):
        raise click.UsageError('Give one goal: selfstarter run "…", or --file FILE.')
    text = goal or (goal_file.read() if goal_file else "")
    time_s = options.seconds(max_time)
    there = sys.stdin.isatty() and sys.stderr.isatty() if attended is None else attended

    from selfstarter.app import pursue
    from selfstarter.cli.drive import drive
    from selfstarter.cli.exits import plainly
    from selfstarter.settings import load

    with plainly():
        settings = load(
            {
                "model": model,
                "home": home,
                "steps": max_steps,
                "tokens": max_tokens,
                "cost_usd": max_cost,
                "time_s": time_s,
                "memory": memory,
                "mode": mode,
                "allow": allow or None,
                "deny": deny or None,
                "public_files": public_files,
            },
            workspace=workspace,
        )
        code = drive(
            lambda tell: pursue(
                text, workspace, settings, attended=there, on_limit=on_limit, listener=tell
            ),
            settings,
            plain=plain,
            as_json=as_json,
            jsonl=jsonl,
        )
    sys.exit(code)
