"""`report` and `compare`: what is published, made from files of results and nothing else."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from selfstarter.core.errors import BadSetting
from selfstarter.evals.agent import OURS
from selfstarter.evals.comparison import (
    HEAD,
    Score,
    by_level,
    by_task,
    cells,
    last_line,
    mark,
    scores,
    table,
)
from selfstarter.evals.door import give, plainly
from selfstarter.evals.results import Results
from selfstarter.evals.running import Result

INTRO = """# Results

Made by `make results` from the files in `bench/results/`; not written by hand. *Passed*: the
grader accepts what was left behind. *Falsely done*: it said done, and the grader does not accept
it. Intervals are Wilson's, 95 %. All agents ran on the same model and budgets, and one proxy
counted calls and tokens of all alike ([evaluation-core.md](evaluation-core.md) says how, and what
is not alike)."""
STEPS = """## What a step costs

With a model that takes no time and a tool that gives back a new line. Ours is the whole product
with its durable journal, the others keep nothing. CPU time of the process without the model's own,
the median of steps 20 to 300; a late step is of the last tenth (ours: of {steps:,} steps). Prompts
are the texts of the messages, in characters, which leaves out what a framework adds behind them.
*Evaluated again*: the part of a prompt that is not the beginning of the one before. Start: to
import the package.
"""
STEP_HEAD = (
    "loop", "CPU ms a step", "CPU ms a late step", "prompt, step 20", "prompt, step 300",
    "evaluated again", "stack growth", "memory growth, MB", "CPU s to start",
)  # fmt: skip


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--out", type=click.Path(path_type=Path), help="Write the page to this file.")
def report(folder: Path, out: Path | None) -> None:
    """Make a page of all results in FOLDER: evaluations (*.jsonl) and benches (steps.json).

    Exit 0: it is made; 7: a file holds something else.
    """
    with plainly():
        give(page(folder), out)


@click.command()
@click.argument("before", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("after", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def compare(before: Path, after: Path) -> None:
    """Set two files of results beside one another: two states of the code, or two models.

    Only what both hold is compared. The last line is
    `compare before=0.NN after=0.NN better=N worse=N same=N`: rates of ours, and tasks.
    Exit 0; 7: a file holds something else.
    """
    with plainly():
        print("\n".join(compared(Results.of_file(before), Results.of_file(after))))


def page(folder: Path) -> str:
    """Raises BadSetting."""
    parts = [INTRO]
    for file in sorted(folder.glob("*.jsonl")):
        parts.append("\n".join(evaluation(Results.of_file(file), file)))
    bench = folder / "steps.json"
    if bench.exists():
        parts.append("\n".join(steps(read(bench))))
    if len(parts) == 1:
        parts.append("Nothing has been measured yet.")
    return "\n\n".join(parts) + "\n"


def read(file: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
        all(found[part] is not None for part in ("machine", "starts_cpu_s", "left_out"))
        found["steps"][OURS]["steps"] += 0
    except (ValueError, KeyError, TypeError) as error:
        kind = type(error).__name__
        raise BadSetting(f"{file} is no result of `make bench` ({kind}).") from error
    return found


def evaluation(found: Results, file: Path) -> Iterator[str]:
    every = scores(found.listed)
    agents = [one.agent for one in every]
    attempts = max(result.attempt for result in found.listed)
    yield f"## {found.name}, with {found.model}"
    yield f"\nUp to {attempts} attempts at each task; the newest result is of {found.last}.\n"
    yield from table(HEAD, [cells(one) for one in every])
    levels = by_level(found.listed)
    if len(levels) > 1:
        rows = [(str(level), *map(mark, row)) for level, row in levels.items()]
        yield ""
        yield from table(("level", *agents), rows)
    yield "\n" + "\n".join(f"- {note}" for note in found.notes())
    if len(every) > 1:
        yield f"\n`{last_line(found.listed)}`"
        yield f"\n**Where we lose.** {' '.join(lost(found)) or 'Nowhere in this set.'}"
    agents_named = f" AGENTS={','.join(agents)}" if len(every) > 1 else ""
    again = f"make evals SUITE={found.name} N={attempts}{agents_named}"
    yield f"\nAgain: `{again}`; each result: `bench/results/{file.name}`."


def lost(found: Results) -> Iterator[str]:
    """Sentences: tasks that a peer solves more often, and what it does with less."""
    rows = by_task(found.listed)
    own = next((one for one in scores(found.listed) if one.agent == OURS), None)
    if own is None:
        return
    for one in scores(found.listed):
        if one.agent == OURS:
            continue
        tasks = [name for name, row in rows.items() if rate(row, one.agent) > rate(row, OURS)]
        if tasks:
            yield f"{one.agent} is more often right in {', '.join(tasks)}."
        if one.passed and one.tokens_per_solved < own.tokens_per_solved:
            yield (
                f"{one.agent} needs {one.tokens_per_solved:,.0f} tokens for a solved task, we"
                f" {own.tokens_per_solved:,.0f}."
            )
        if share(one) < share(own):
            theirs, our = f"{share(one):.0%}", f"{share(own):.0%}"
            yield f"{one.agent} is falsely done in {theirs} of its runs, we in {our}."


def rate(row: Sequence[Score], agent: str) -> float:
    return next((one.rate for one in row if one.agent == agent), 0.0)


def share(one: Score) -> float:
    return one.false_done / one.runs if one.runs else 0.0


def steps(found: Mapping[str, Any]) -> Iterator[str]:
    rows: Mapping[str, Mapping[str, Any]] = found["steps"]
    machine: Mapping[str, Any] = found["machine"]
    given: Mapping[str, float] = found["starts_cpu_s"]
    starts = {**given, OURS: given.get("ours import", 0.0)}
    yield STEPS.format(steps=rows[OURS]["steps"])
    yield from table(
        STEP_HEAD,
        [
            (
                name,
                f"{row['cpu_ms_a_step']:.2f}",
                f"{row['cpu_ms_a_late_step']:.2f}",
                f"{row['prompt_chars_at_20']:,}",
                f"{row['prompt_chars_at_300']:,}",
                f"{row['reevaluated']:.0%}",
                f"{row['stack_growth']}",
                f"{row['rss_growth_mb']:.1f}",
                f"{starts[name]:.2f}" if name in starts else "-",
            )
            for name, row in rows.items()
        ],
    )
    own = rows[OURS]["cpu_ms_a_step"]
    quicker = [
        f"{name} takes {row['cpu_ms_a_step']:.2f} ms a step, we {own:.2f}"
        for name, row in rows.items()
        if row["cpu_ms_a_step"] < own
    ]
    if quicker:
        yield f"\n**Where we lose.** {'; '.join(quicker)}."
    left = [f"{name} ({why})" for name, why in found["left_out"].items()]
    if left:
        yield f"\nLeft out: {', '.join(left)}."
    yield (
        f"\n{machine['date']}, commit {machine['commit']}, Python {machine['python']},"
        f" {machine['system']}, {machine['cores']} cores at a load of {machine['load_1_min']}."
        " Again: `make bench`."
    )


def compared(before: Results, after: Results) -> Iterator[str]:
    keys = before.keys & after.keys
    pairs = [[r for r in one.listed if r.key in keys] for one in (before, after)]
    if not keys:
        raise BadSetting("The two files have no run in common: nothing can be compared.")
    yield f"| | before: {before.model} | after: {after.model} |\n| --- | ---: | ---: |"
    better = worse = same = 0
    tasks = dict.fromkeys(r.task for r in pairs[0])
    for agent in dict.fromkeys(r.agent for r in pairs[0]):
        for task in tasks:
            old, new = ([r for r in p if (r.agent, r.task) == (agent, task)] for p in pairs)
            if not old:
                continue
            gone = sum(r.passed for r in new) - sum(r.passed for r in old)
            if agent == OURS:
                better, worse, same = better + (gone > 0), worse + (gone < 0), same + (gone == 0)
            if gone:
                yield f"| {task}, {agent} | {right(old)} | {right(new)} |"
    both = [[r for r in p if r.agent == OURS] for p in pairs]
    rates = [sum(r.passed for r in p) / len(p) if p else 0.0 for p in both]
    yield (
        f"\ncompare before={rates[0]:.2f} after={rates[1]:.2f}"
        f" better={better} worse={worse} same={same}"
    )


def right(results: Sequence[Result]) -> str:
    return f"{sum(r.passed for r in results)}/{len(results)}"
