"""`python -m selfstarter.evals smoke`: parse, run the set, show."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from selfstarter.app import opened
from selfstarter.evals.ablation.command import command as ablate
from selfstarter.evals.door import give, plainly
from selfstarter.evals.guards.command import command as guards
from selfstarter.evals.remembering.command import command as ablate_memory
from selfstarter.evals.running import Result, run_tasks
from selfstarter.evals.sets import SETS, chosen
from selfstarter.evals.solving import put
from selfstarter.evals.storm.command import command as storm
from selfstarter.evals.table import as_json, last_line, markdown, progress
from selfstarter.evals.task import Task
from selfstarter.settings import load

LONG = "longrun"


@click.command()
@click.argument("name", metavar="smoke|practice|core|longrun", type=click.Choice([*SETS, LONG]))
@click.option("-m", "--model", help="As in `selfstarter run`. Default: local.")
@click.option("--only", multiple=True, metavar="TASK", help="Only this task; may be repeated.")
@click.option("--attempts", type=click.IntRange(min=1), default=1, help="Runs of each task.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the table to this file.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Each run, as JSON.")
@click.option("--steps", type=click.IntRange(min=100), default=5_000, help="Of the long run.")
@click.option("--seed", type=int, default=7, help="Of the long run's faults.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep workspaces and journals here.")
def command(
    name: str,
    model: str | None,
    only: tuple[str, ...],
    attempts: int,
    out: Path | None,
    json_file: Path | None,
    steps: int,
    seed: int,
    keep: Path | None,
) -> None:
    """Run a set of evaluation tasks, one after the other; or one long run with failing tools.
    (`guards --help`: the scripted ones; `ablate --help`,
    `ablate-memory --help`: with parts taken out.)

    Exit 0: it ran through, whatever passed; 2: usage; 7: configuration; 75: the model is out of
    reach; 130: Ctrl-C, with the results up to there. The last line of stdout is
    `smoke pass=N/M false_done=N tokens_per_solved=N`; of the long run, which needs no model,
    `longrun steps=N prompt_growth=N.NN step_time_growth=N.NN rss_growth_mb=N`, and it exits with 1
    where its work was not finished.
    """
    if name == LONG:
        from selfstarter.evals.longrun import longrun

        sys.exit(0 if longrun(steps, seed, keep) else 1)
    tasks = chosen(SETS[name], only)
    results: list[Result] = []

    def tell(result: Result) -> None:
        results.append(result)
        said = progress(result, len(results), len(tasks) * attempts)
        print(said, file=sys.stderr, flush=True)

    code, model_name = 0, ""
    try:
        with plainly():
            model_name = load({"model": model}).model
            asyncio.run(run_set(tasks, attempts, model_name, keep, tell))
    except KeyboardInterrupt:
        print("Cut short by Ctrl-C; the task at hand does not count.", file=sys.stderr)
        code = 130
    table = markdown(name, model_name, results)
    give(table, out)
    if json_file:
        put(json_file, as_json(name, model_name, results))
    print(last_line(name, results))
    sys.exit(code)


async def run_set(
    tasks: Sequence[Task],
    attempts: int,
    model_name: str,
    keep: Path | None,
    tell: Callable[[Result], None],
) -> None:
    """The model is opened once for all of them."""
    async with opened(model_name) as model:
        await run_tasks(tasks, attempts, model, model_name, keep, tell)


if __name__ == "__main__":
    # These share no options with the sets.
    others = {"guards": guards, "ablate": ablate, "ablate-memory": ablate_memory, "storm": storm}
    if other := others.get("".join(sys.argv[1:2])):
        other(sys.argv[2:])
    command()
