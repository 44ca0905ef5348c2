"""`selfstarter submit`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _


@click.command()
@click.argument("goal", required=False)
@click.option("--run", "run", help="A run that has begun already, instead of a goal.")
@click.option("-w", "--workspace", default=".", type=options.AtHome(path_type=Path), help="Folder.")
@options.model
@options.limits
@options.review
@click.option("--priority", type=int, default=0, help="The highest is pursued first.")
@options.journal
def command(
    goal: str | None,
    run: str | None,
    workspace: Path,
    model: str | None,
    max_steps: int | None,
    max_tokens: int | None,
    max_cost: float | None,
    max_time: str | None,
    review: bool,
    priority: int,
    home: Path | None,
) -> None:
    """Put GOAL, or a run, into the queue, and print the run's id. `selfstarter worker` pursues it.

    \b
      selfstarter submit "Summarise the notes in summary.md" -w notes
      selfstarter submit --run 3fa9
    """
    if (goal is None) == (run is None):
        raise click.UsageError(_('Give one: a goal, as in selfstarter submit "…", or --run RUN.'))
    limits = options.amounts(max_steps, max_tokens, max_cost, max_time)

    import asyncio

    from selfstarter.cli.exits import plainly
    from selfstarter.settings import load
    from selfstarter.working import enqueue, submit

    with plainly():
        settings = load({"model": model, **options.place(home), **limits}, workspace=workspace)
        if run:
            run_id = enqueue(run, settings, priority)
        else:
            begun = submit(goal or "", workspace, settings, priority, review=review)
            run_id = asyncio.run(begun)
    click.echo(run_id)
