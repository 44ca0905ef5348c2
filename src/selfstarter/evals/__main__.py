"""`python -m selfstarter.evals smoke`: parse, run the set, show."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import click

from selfstarter.app import opened, served
from selfstarter.core.errors import BadSetting
from selfstarter.evals.ablation.command import command as ablate
from selfstarter.evals.agent import OURS
from selfstarter.evals.comparison import last_line as compared
from selfstarter.evals.comparison import markdown as beside
from selfstarter.evals.door import give, plainly
from selfstarter.evals.guards.command import command as guards
from selfstarter.evals.metering import metering
from selfstarter.evals.page import page
from selfstarter.evals.peers import AGENTS, NotReady, Peer
from selfstarter.evals.public import gaia, harbor
from selfstarter.evals.remembering.command import command as ablate_memory
from selfstarter.evals.report import compare, report
from selfstarter.evals.results import Results
from selfstarter.evals.running import Result, run_tasks
from selfstarter.evals.sets import SETS, chosen
from selfstarter.evals.solving import put
from selfstarter.evals.storm.command import command as storm
from selfstarter.evals.table import as_json, last_line, markdown, progress
from selfstarter.evals.task import Task
from selfstarter.settings import load

LONG = "longrun"
PUBLIC = ("gaia", "harbor")


@click.command()
@click.argument(
    "name", metavar="smoke|practice|core|longrun|…", type=click.Choice([*SETS, LONG, *PUBLIC])
)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of a public set.")
@click.option("-m", "--model", help="As in `selfstarter run`. Default: local.")
@click.option("--only", multiple=True, metavar="TASK", help="Only this task; may be repeated.")
@click.option("--attempts", type=click.IntRange(min=1), default=1, help="Runs of each task.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the table to this file.")
@click.option(
    "--time",
    "time_s",
    type=click.FloatRange(min=1),
    metavar="SECONDS",
    help="Time of an attempt instead of the task's own, so that a busy machine decides nothing.",
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Each run, as JSON.")
@click.option("--agents", help=f"Beside one another, of {','.join(AGENTS)}.")
@click.option("--results", type=click.Path(path_type=Path), help="Go on from, and add to, this.")
@click.option("--html", type=click.Path(path_type=Path), help="Write a page to this file.")
@click.option("--steps", type=click.IntRange(min=100), default=5_000, help="Of the long run.")
@click.option("--seed", type=int, default=7, help="Of the long run's faults.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep workspaces and journals here.")
def command(
    name: str,
    data: Path | None,
    model: str | None,
    only: tuple[str, ...],
    attempts: int,
    out: Path | None,
    time_s: float | None,
    json_file: Path | None,
    agents: str | None,
    results: Path | None,
    html: Path | None,
    steps: int,
    seed: int,
    keep: Path | None,
) -> None:
    """Run a set of evaluation tasks, one after the other; or one long run with failing tools; or a
    public set (gaia, harbor) that lies in the folder --data. (Others: `guards`, `storm`, `ablate`,
    `ablate-memory`, `report`, `compare`, each with --help.)

    Exit 0: it ran through, whatever passed; 2: usage; 7: configuration; 75: the model is out of
    reach; 130: Ctrl-C, with the results up to there. The last line of stdout is
    `smoke pass=N/M false_done=N tokens_per_solved=N`; of the long run, which needs no model,
    `longrun steps=N prompt_growth=N.NN step_time_growth=N.NN rss_growth_mb=N reevaluated=0.NN`, and
    it exits with 1 where its work was not finished. With `--agents` it is
    `evals ours=0.NN best_peer=0.NN:NAME false_done=0.NN tokens_ratio=0.NN`.
    """
    if name == LONG:
        from selfstarter.evals.longrun import longrun

        sys.exit(0 if longrun(steps, seed, keep) else 1)
    with plainly():
        tasks = chosen(SETS[name] if name in SETS else public(name, data), only)
    if time_s:
        tasks = [replace(task, budget=replace(task.budget, time_s=time_s)) for task in tasks]
    who = agents_of(agents or OURS)
    code, found = 0, Results(name, "", results)

    def tell(result: Result) -> None:
        found.add(result)
        number, total = len(asked_for()), len(tasks) * attempts * len(who)
        mark = f"{result.agent:<8}" if agents else ""
        print(mark + progress(result, number, total), file=sys.stderr, flush=True)

    def asked_for() -> Sequence[Result]:
        return found.of(who, [task.name for task in tasks], attempts)

    try:
        with plainly():
            found.model = load({"model": model}).model
            found.read()
            asyncio.run(run_set(tasks, attempts, found, keep, tell, who, bool(agents)))
    except KeyboardInterrupt:
        print("Cut short by Ctrl-C; the task at hand does not count.", file=sys.stderr)
        code = 130
    had, title = asked_for(), f"{name}: {found.model}"
    give(beside(title, had, found.notes()) if agents else markdown(name, found.model, had), out)
    if json_file:
        put(json_file, as_json(name, found.model, had))
    if html:
        put(html, page(title, had, found.notes()))
    print(compared(had) if agents else last_line(name, had))
    sys.exit(code)


def public(name: str, data: Path | None) -> Sequence[Task]:
    """Raises BadSetting; click.BadParameter: it is not said where."""
    if data is None:
        raise click.BadParameter(f"say where {name} lies", param_hint="--data")
    if name == "gaia":
        return gaia.tasks(data)
    found, others = harbor.tasks(data)
    for task, why in others.items():
        print(f"{task} is left out: {why}", file=sys.stderr)
    return found


def agents_of(text: str) -> Sequence[str]:
    """Raises click.BadParameter, which names those there are."""
    named = list(dict.fromkeys(part for part in text.split(",") if part))
    if unknown := [name for name in named if name not in AGENTS]:
        there = ", ".join(AGENTS)
        raise click.BadParameter(f"{unknown[0]} is none of {there}", param_hint="--agents")
    return named


async def run_set(
    tasks: Sequence[Task],
    attempts: int,
    found: Results,
    keep: Path | None,
    tell: Callable[[Result], None],
    agents: Sequence[str],
    beside: bool,
) -> None:
    """The model is opened once for all of them. `beside`: where it is served, all are counted by
    one meter."""

    def leave(agent: str, why: str) -> None:
        found.left_out[agent] = why
        print(f"{agent} is left out: {why}", file=sys.stderr, flush=True)

    async with opened(found.model) as model:
        with ExitStack() as stack:
            where = await served(model) if beside else None
            meter = stack.enter_context(metering(where)) if where else None
            peers = [peer for name in agents if isinstance(peer := AGENTS[name], Peer)]
            if peers and meter is None:
                raise BadSetting(
                    f"{peers[0].name} needs a model that is served in OpenAI's form: local,"
                    f" ollama:…, or the URL of a server. {found.model} is none."
                )
            for peer in peers:
                try:
                    found.versions[peer.name] = await peer.version()
                except NotReady as why:
                    leave(peer.name, str(why))
            there = [name for name in agents if name not in found.left_out]
            await run_tasks(
                tasks, attempts, model, found.model, keep, tell, there, found.keys, meter, leave
            )


if __name__ == "__main__":
    # These share no options with the sets.
    others = {
        "guards": guards,
        "ablate": ablate,
        "ablate-memory": ablate_memory,
        "storm": storm,
        "report": report,
        "compare": compare,
    }
    if other := others.get("".join(sys.argv[1:2])):
        other(sys.argv[2:])
    command()
