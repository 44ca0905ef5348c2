"""`python -m selfstarter.evals ablate`: parse, run, show."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from selfstarter.app import opened
from selfstarter.evals.ablation.variants import (
    VARIANTS,
    WHOLE,
    Tell,
    ablate,
    compared,
    last_line,
    markdown,
)
from selfstarter.evals.door import give, plainly
from selfstarter.evals.running import Result
from selfstarter.evals.sets import SETS, chosen
from selfstarter.evals.table import progress
from selfstarter.evals.task import Task
from selfstarter.settings import load


@click.command()
@click.option("-m", "--model", help="As in `selfstarter run`. Default: local.")
@click.option("--set", "name", type=click.Choice(list(SETS)), default="smoke", help="The tasks.")
@click.option("--only", multiple=True, metavar="TASK", help="Only this task; may be repeated.")
@click.option(
    "--without",
    multiple=True,
    type=click.Choice([name for name in VARIANTS if name != WHOLE]),
    help="Only this variant, beside the whole; may be repeated.",
)
@click.option("--attempts", type=click.IntRange(min=1), default=3, help="Runs of each task.")
@click.option(
    "--replies",
    type=click.Path(path_type=Path),
    default=Path("ablation.jsonl"),
    help="The model's replies; an ablation that was cut short goes on from them.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the table to this file.")
def command(
    model: str | None,
    name: str,
    only: tuple[str, ...],
    without: tuple[str, ...],
    attempts: int,
    replies: Path,
    out: Path | None,
) -> None:
    """The same tasks with plan, checks, ledger or reflection taken out, beside the whole.

    Exit 0: it ran through; 2: usage; 7: configuration; 75: the model is out of reach; 130: Ctrl-C,
    with the results up to there. The last line of stdout is
    `ablate whole=0.NN no_plan=0.NN no_checks=0.NN no_ledger=0.NN no_reflection=0.NN runs=N`.
    """
    tasks = chosen(SETS[name], only)
    variants = [WHOLE, *(without or [variant for variant in VARIANTS if variant != WHOLE])]
    results: dict[str, list[Result]] = {variant: [] for variant in variants}
    total = len(tasks) * len(variants) * attempts

    def tell(variant: str, result: Result) -> None:
        results[variant].append(result)
        said = progress(result, sum(map(len, results.values())), total)
        print(f"{variant:<14}{said}", file=sys.stderr, flush=True)

    code, model_name = 0, ""
    try:
        with plainly():
            model_name = load({"model": model}).model
            asyncio.run(ablate_with(model_name, replies, tasks, variants, attempts, tell))
    except KeyboardInterrupt:
        print(f"Cut short by Ctrl-C; the same again goes on from {replies}.", file=sys.stderr)
        code = 130
    rows = compared({variant: several for variant, several in results.items() if several})
    table = markdown(model_name, rows)
    give(table, out)
    print(last_line(rows))
    sys.exit(code)


async def ablate_with(
    model_name: str,
    replies: Path,
    tasks: Sequence[Task],
    variants: Sequence[str],
    attempts: int,
    tell: Tell,
) -> None:
    async with opened(model_name, replies) as model:
        await ablate(tasks, variants, attempts, model, model_name, tell)
