"""Run all four parts and set down, a row each, what was seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from selfstarter.evals.guards.case import Case, Seen, run_case
from selfstarter.evals.guards.honest import PATTERNS, flagged
from selfstarter.evals.guards.liars import LIARS, let_through
from selfstarter.evals.guards.loops import KINDS, caught
from selfstarter.evals.guards.vague import GOALS, STEPS, TIME_S, TOKENS, ended_well

Part = Literal["loops", "false_alarms", "liars", "vague"]
Tell = Callable[["Row"], None]


@dataclass(frozen=True, slots=True)
class Row:
    part: Part
    name: str
    good: bool
    """Caught, left alone, turned down, ended well."""
    turned: int
    wasted: int
    ending: str
    what: str
    """What fired, or why the finish was turned down."""


async def run_guards(tell: Tell, model: str = "", parts: Sequence[str] = ()) -> None:
    """`model`: pursues the vague goals in place of the scripts; the rest is always scripted."""
    if "loops" in parts:
        for kind, cases in KINDS.items():
            tell(loop_row(kind, [await run_case(case) for case in cases]))
    if "false_alarms" in parts:
        for case in PATTERNS:
            seen = await run_case(case)
            tell(row("false_alarms", case, seen, not flagged(seen)))
    if "liars" in parts:
        for case in LIARS:
            seen = await run_case(case)
            tell(row("liars", case, seen, not let_through(seen)))
    if "vague" in parts:
        for case in GOALS:
            seen = await run_case(case, model, steps=STEPS, tokens=TOKENS, time_s=TIME_S)
            tell(row("vague", case, seen, ended_well(seen)))


def loop_row(kind: str, several: Sequence[Seen]) -> Row:
    """The worst of the runs that show one kind."""
    worst = max(several, key=lambda seen: (not caught(seen), seen.turned, seen.wasted))
    fired = sorted({what for seen in several for what in seen.fired})
    return Row(
        part="loops",
        name=kind,
        good=all(caught(seen) for seen in several),
        turned=worst.turned,
        wasted=worst.wasted,
        ending=worst.outcome.ending or "waits",
        what="; ".join(fired),
    )


def row(part: Part, case: Case, seen: Seen, good: bool) -> Row:
    said = [line for line in seen.turned_down.splitlines() if line.startswith("- ")]
    why = said[0].partition(": ")[2] if said else seen.turned_down.partition("\n")[0]
    return Row(
        part=part,
        name=case.name,
        good=good,
        turned=seen.turned,
        wasted=seen.wasted,
        ending=seen.outcome.ending or "waits",
        what=why or "; ".join(seen.fired),
    )
