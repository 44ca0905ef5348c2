"""What does each part bring? The same tasks with one part taken out, beside the whole.

All variants share the replies of the model: a request that any of them has made before gets the
reply it got then. So two runs are the same up to the move at which the part that is missing would
have done something, and what differs after it is that part's doing, not the dice's. With a file of
replies, an ablation that was cut short goes on where it was.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean

from selfstarter.app import Tooling
from selfstarter.core.ports import Model
from selfstarter.core.profile import Profile
from selfstarter.evals.running import Result, run_task
from selfstarter.evals.table import wilson
from selfstarter.evals.task import Task

WHOLE = "whole"
NEVER = 1_000_000
"""A threshold that no run reaches."""


def no_plan(profile: Profile) -> Profile:
    return replace(profile, plans=False)


def no_checks(profile: Profile) -> Profile:
    """Nobody looks: neither a check, nor another attempt, nor the harness before the finish."""
    rules = replace(profile.rules, hands_in=False)
    return replace(profile, checks=False, attempts=0, rules=rules)


def no_ledger(profile: Profile) -> Profile:
    """Nothing is noticed but that a limit is reached, and that replies cannot be used."""
    rules = replace(
        profile.rules,
        hint_after=NEVER,
        echoes=NEVER,
        rereads=NEVER,
        same_errors=NEVER,
        known_again=NEVER,
        revisions=NEVER,
        words_only=NEVER,
        idle_steps=NEVER,
        failures=NEVER,
        tool_failures=NEVER,
    )
    return replace(profile, rules=rules)


def no_reflection(profile: Profile) -> Profile:
    """Going nowhere is noticed, and neither thought over nor begun anew."""
    return replace(profile, rules=replace(profile.rules, reflections=0, starts_over=0))


VARIANTS: Mapping[str, Callable[[Profile], Profile] | None] = {
    WHOLE: None,
    "no_plan": no_plan,
    "no_checks": no_checks,
    "no_ledger": no_ledger,
    "no_reflection": no_reflection,
}


@dataclass(frozen=True, slots=True)
class Compared:
    """A variant beside the whole."""

    name: str
    results: Sequence[Result]
    lost: int
    """Runs that the whole passed and this did not."""
    won: int
    """The other way round."""


Tell = Callable[[str, Result], None]


async def ablate(
    tasks: Sequence[Task],
    variants: Sequence[str],
    attempts: int,
    model: Model,
    model_name: str,
    tell: Tell,
) -> None:
    """Task by task, all variants of one beside each other; `tell` hears each result as it comes."""
    for attempt in range(1, attempts + 1):
        for task in tasks:
            for name in variants:
                tooling = Tooling(profile=VARIANTS[name])
                tell(name, await run_task(task, attempt, model, model_name, None, tooling))


def compared(results: Mapping[str, Sequence[Result]]) -> list[Compared]:
    whole = {(r.task, r.attempt): r.passed for r in results.get(WHOLE, ())}
    found: list[Compared] = []
    for name, several in results.items():
        pairs = [(whole[key], r.passed) for r in several if (key := (r.task, r.attempt)) in whole]
        found.append(
            Compared(
                name=name,
                results=several,
                lost=sum(before and not after for before, after in pairs),
                won=sum(after and not before for before, after in pairs),
            )
        )
    return found


HEAD = (
    "| variant | passed | 95 % | lost | won | falsely done | steps | tokens |\n"
    "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |"
)


def markdown(model: str, rows: Sequence[Compared]) -> str:
    """A row per variant. Lost and won: runs in which it differs from the whole, pair by pair."""
    return "\n".join([f"# ablation: {model}", "", HEAD, *(row(one) for one in rows)]) + "\n"


def row(one: Compared) -> str:
    passed, n = sum(r.passed for r in one.results), len(one.results)
    low, high = wilson(passed, n)
    return (
        f"| {one.name} | {passed}/{n} | {low:.0%} to {high:.0%} | {one.lost} | {one.won}"
        f" | {sum(r.false_done for r in one.results)}"
        f" | {mean(r.steps for r in one.results):.1f}"
        f" | {mean(r.tokens for r in one.results):,.0f} |"
    )


def last_line(rows: Sequence[Compared]) -> str:
    """`ablate whole=0.47 no_plan=0.47 … runs=51`: pass rates, and the runs of each variant."""
    rates = " ".join(
        f"{one.name}={sum(r.passed for r in one.results) / len(one.results):.2f}" for one in rows
    )
    return f"ablate {rates} runs={min((len(one.results) for one in rows), default=0)}"
