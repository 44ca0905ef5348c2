"""`python -m selfstarter.evals ablate-memory`: parse, run, show."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from selfstarter.app import opened
from selfstarter.evals.door import give, plainly
from selfstarter.evals.remembering.pairs import PAIRS, Pair
from selfstarter.evals.remembering.running import Result, run_pairs
from selfstarter.settings import load

SCRIPTED = "scripted"
Tell = Callable[[Result], None]


@click.command()
@click.option("-m", "--model", default=SCRIPTED, show_default=True, help="Or as in `run`.")
@click.option("--only", multiple=True, metavar="PAIR", help="Only this pair; may be repeated.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the table to this file.")
def command(model: str, only: tuple[str, ...], out: Path | None) -> None:
    """Pairs of sessions, with the memory and without: ten where the second needs what the first
    learnt, ten where it does not.

    Exit 0: it ran through; 1: with the memory it is no better, or unrelated tasks are worse; 2:
    usage; 7: configuration; 75: the model is out of reach. The last line of stdout is
    `ablation related on=N/10 off=N/10 unrelated on=N/10 off=N/10`.
    """
    unknown = [name for name in only if name not in {pair.name for pair in PAIRS}]
    if unknown:
        known = ", ".join(pair.name for pair in PAIRS)
        raise click.BadParameter(f"{unknown[0]} is none of {known}", param_hint="only")
    pairs = [pair for pair in PAIRS if not only or pair.name in only]
    results: list[Result] = []

    def tell(result: Result) -> None:
        results.append(result)
        said = "right" if result.right else "wrong"
        print(f"{result.pair.name:<12}{result.memory:<5}{said}", file=sys.stderr, flush=True)

    name = SCRIPTED
    with plainly():
        name = model if model == SCRIPTED else load({"model": model}).model
        asyncio.run(run(pairs, name, tell))
    table = markdown(name, results)
    give(table, out)
    print(last_line(results))
    sys.exit(0 if helps(results) else 1)


async def run(pairs: Sequence[Pair], name: str, tell: Tell) -> None:
    if name == SCRIPTED:
        await run_pairs(pairs, None, name, tell)
        return
    async with opened(name) as model:
        await run_pairs(pairs, model, name, tell)


def counts(results: Sequence[Result], kind: str, memory: str) -> tuple[int, int]:
    """(right, all)"""
    some = [r for r in results if r.pair.kind == kind and r.memory == memory]
    return sum(r.right for r in some), len(some)


def helps(results: Sequence[Result]) -> bool:
    """Where there is something to learn it must show; elsewhere it must do no harm."""
    on, total = counts(results, "related", "on")
    better = on > counts(results, "related", "off")[0] or not total
    return better and counts(results, "unrelated", "on") >= counts(results, "unrelated", "off")


def last_line(results: Sequence[Result]) -> str:
    parts: list[str] = []
    for kind in ("related", "unrelated"):
        (on, of), (off, _) = counts(results, kind, "on"), counts(results, kind, "off")
        parts.append(f"{kind} on={on}/{of} off={off}/{of}")
    return f"ablation {' '.join(parts)}"


def markdown(model: str, results: Sequence[Result]) -> str:
    by = {(result.pair.name, result.memory): result for result in results}
    lines = [f"# With and without the memory ({model})", ""]
    lines += ["| pair | what the first session teaches | with | without | told in the second |"]
    lines += ["|---|---|---|---|---|"]
    for name in dict.fromkeys(result.pair.name for result in results):
        on, off = by.get((name, "on")), by.get((name, "off"))
        said = [("right" if one.right else "wrong") if one else "–" for one in (on, off)]
        told = "; ".join(on.recalled).replace("|", "\\|") if on else ""
        pair = (on or off or results[0]).pair
        teaches = pair.teaches if pair.kind == "related" else "nothing of use"
        lines.append(f"| {name} | {teaches} | {said[0]} | {said[1]} | {told[:160]} |")
    return "\n".join([*lines, ""])
