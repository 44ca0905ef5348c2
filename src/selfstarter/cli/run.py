"""`selfstarter run GOAL`."""

import secrets
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from selfstarter.cli import options
from selfstarter.words import _

if TYPE_CHECKING:
    from selfstarter.core.contract import Criterion
    from selfstarter.core.events import OnLimit


@click.command()
@click.argument("goal", nargs=-1)
@click.option("--recipe", help="Pursue this recipe; GOAL is then NAME=VALUE for each parameter.")
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
    type=options.AtHome(path_type=Path),
    default=".",
    show_default="this folder",
    help="The folder to work in.",
)
@options.model
@options.limits
@options.on_limit
@options.permissions
@options.hosts
@options.review
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
@options.journal
def command(
    goal: tuple[str, ...],
    recipe: str | None,
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
    hosts: tuple[str, ...],
    review: bool,
    attended: bool | None,
    memory: str | None,
    as_json: bool,
    jsonl: bool,
    plain: bool,
    home: Path | None,
) -> None:
    """Pursue GOAL in a folder, to a checked result or an honest report.

    \b
      selfstarter run "Sum the amounts in orders.csv per city into totals.csv"
      selfstarter run --recipe clean-table file=orders.csv output=clean.csv
      selfstarter run -f goal.md -w ~/data --max-time 20m --max-cost 1.50 --json

    The answer goes to stdout, everything else to stderr. Ctrl-C once pauses after the step, twice
    stops; nothing is lost either way.
    """
    in_words = len(goal) == 1
    one = not goal_file if recipe else in_words != bool(goal_file) and len(goal) < 2
    if not one:
        raise click.UsageError(
            _('Give one goal: selfstarter run "…" (in quotes), --file FILE, or --recipe NAME.')
        )
    limits = options.amounts(max_steps, max_tokens, max_cost, max_time)
    there = options.somebody() if attended is None else attended
    if review and not there:
        click.echo(_("Nobody is there to look at it (--attended), so it begins at once."), err=True)

    from selfstarter.app import closed_to, pursue, resume
    from selfstarter.cli.drive import drive
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.review import reviewed
    from selfstarter.settings import load

    run_id = secrets.token_hex(4)
    with plainly():
        text, criteria = wanted(goal, goal_file, recipe, workspace)
        settings = load(
            {
                "model": model,
                **options.place(home),
                **limits,
                "memory": memory,
                "mode": mode,
                "allow": allow or None,
                "deny": deny or None,
                "public_files": public_files,
                "hosts": hosts or None,
            },
            workspace=workspace,
        )
        if closed := closed_to(text, settings):
            hosts = (*settings.hosts, *closed)
            click.echo(
                _(
                    "The goal names {closed}, which a run may not read. To allow it: {flags}, or"
                    " for every run: selfstarter config set hosts {hosts}",
                    closed=", ".join(closed),
                    flags=" ".join(f"--host {host}" for host in hosts),
                    hosts=" ".join(hosts),
                ),
                err=True,
            )
        asks = options.somebody() and not (as_json or jsonl)
        driven = partial(
            drive, settings=settings, plain=plain, as_json=as_json, jsonl=jsonl, asks=asks
        )
        code = driven(
            lambda tell: pursue(
                text,
                workspace,
                settings,
                criteria=criteria,
                attended=there,
                on_limit=on_limit,
                listener=tell,
                run_id=run_id,
                review=review,
            )
        )
        code = reviewed(
            code,
            run_id,
            settings,
            lambda run_id: driven(
                lambda tell: resume(run_id, settings, listener=tell), name=run_id
            ),
            asks=asks,
        )
    sys.exit(code)


def wanted(
    words: tuple[str, ...], file: TextIO | None, recipe: str | None, workspace: Path
) -> "tuple[str, Sequence[Criterion]]":
    """The goal, and the criteria that come with it. Raises BadSetting."""
    if not recipe:
        return text_of(file) if file else words[0], ()

    from selfstarter.recipes import recipe as kitchen

    known, values = kitchen.recipe(recipe), kitchen.given(words)
    found = kitchen.filled(known, values)
    kitchen.is_all_there(known, values, workspace)
    return found.goal, found.checks


def text_of(file: TextIO) -> str:
    from selfstarter.core.errors import BadSetting

    try:
        return file.read()
    except (OSError, ValueError) as error:
        raise BadSetting(
            "The goal in {name} cannot be read: {error}. It is UTF-8 text.",
            name=file.name,
            error=error,
        ) from error
