"""Agents beside one another on the same tasks: the numbers that are published."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from selfstarter.evals.agent import OURS
from selfstarter.evals.running import Result
from selfstarter.evals.table import wilson


@dataclass(frozen=True, slots=True)
class Score:
    """One agent on some tasks. Rates are of all runs, means per run."""

    agent: str
    runs: int
    passed: int
    false_done: int
    said_done: int
    steps: float
    calls: float
    tokens: float
    cached: float
    """Share of the prompt tokens that came from the prefix cache."""
    cost_usd: float | None
    """Of all runs; None: not known."""
    seconds: float

    @property
    def rate(self) -> float:
        return self.passed / self.runs if self.runs else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.passed, self.runs)

    @property
    def tokens_per_solved(self) -> float:
        """Tokens of all runs by the number of runs that passed; 0 where none did."""
        return self.tokens * self.runs / self.passed if self.passed else 0.0


def score(agent: str, results: Sequence[Result]) -> Score:
    own = [result for result in results if result.agent == agent]

    def mean(value: Callable[[Result], float]) -> float:
        return sum(map(value, own)) / len(own) if own else 0.0

    costs = [r.cost_usd for r in own if r.cost_usd is not None]
    prompts = sum(r.input for r in own)
    return Score(
        agent=agent,
        runs=len(own),
        passed=sum(r.passed for r in own),
        false_done=sum(r.false_done for r in own),
        said_done=sum(r.ending == "done" for r in own),
        steps=mean(lambda r: r.steps),
        calls=mean(lambda r: r.calls),
        tokens=mean(lambda r: r.tokens),
        cached=sum(r.cached for r in own) / prompts if prompts else 0.0,
        cost_usd=sum(costs) if len(costs) == len(own) else None,
        seconds=mean(lambda r: r.seconds),
    )


def scores(results: Sequence[Result]) -> Sequence[Score]:
    """One per agent, in the order in which they first ran."""
    return [score(agent, results) for agent in dict.fromkeys(r.agent for r in results)]


def by_level(results: Sequence[Result]) -> dict[int, Sequence[Score]]:
    agents = dict.fromkeys(r.agent for r in results)
    return {
        level: [score(agent, [r for r in results if r.level == level]) for agent in agents]
        for level in sorted({r.level for r in results})
    }


def by_task(results: Sequence[Result]) -> dict[str, Sequence[Score]]:
    agents = dict.fromkeys(r.agent for r in results)
    return {
        task: [score(agent, [r for r in results if r.task == task]) for agent in agents]
        for task in dict.fromkeys(r.task for r in results)
    }


HEAD = (
    "agent", "passed", "rate (95 % interval)", "falsely done", "of those that said done", "steps",
    "calls", "tokens", "tokens per solved task", "from cache", "USD in all", "seconds",
)  # fmt: skip


def cells(one: Score) -> Sequence[str]:
    low, high = one.interval
    said = f"{one.false_done / one.said_done:.0%}" if one.said_done else "-"
    return (
        one.agent,
        f"{one.passed} of {one.runs}",
        f"{one.rate:.0%} ({low:.0%} to {high:.0%})",
        f"{one.false_done}",
        said,
        f"{one.steps:.1f}",
        f"{one.calls:.1f}",
        f"{one.tokens:,.0f}",
        f"{one.tokens_per_solved:,.0f}" if one.passed else "-",
        f"{one.cached:.0%}",
        "?" if one.cost_usd is None else f"{one.cost_usd:.4f}",
        f"{one.seconds:.0f}",
    )


def markdown(title: str, results: Sequence[Result], notes: Sequence[str]) -> str:
    """Overall, by level, by task, and what was wrong."""
    found = scores(results)
    agents = [one.agent for one in found]
    lines = [f"# {title}", "", *table(HEAD, [cells(one) for one in found])]
    levels = [
        (str(level), *(f"{one.passed}/{one.runs}" for one in row))
        for level, row in by_level(results).items()
    ]
    lines += ["", *table(("level", *agents), levels)]
    rows = [(task, *map(mark, row)) for task, row in by_task(results).items()]
    lines += ["", *table(("task", *agents), rows), "", *notes]
    if wrong := [result for result in results if not result.passed]:
        lines += ["", "What was wrong:", ""]
        lines += [
            f"- {r.task}, {r.agent}, attempt {r.attempt} ({r.ending or 'broken'}):"
            f" {' '.join(r.reason.split())[:200]}"
            for r in wrong
        ]
    return "\n".join(lines) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(row)} |" for row in (head, rule, *rows)]


def mark(one: Score) -> str:
    false_done = f", {one.false_done} falsely done" if one.false_done else ""
    return f"{one.passed}/{one.runs}{false_done}" if one.runs else "-"


def last_line(results: Sequence[Result]) -> str:
    """`evals ours=0.61 best_peer=0.33:bare false_done=0.04 tokens_ratio=0.47`.

    `false_done`: ours, of all runs. `tokens_ratio`: our tokens per solved task by the best peer's;
    0.00 where one of the two solved none. The best peer has the highest pass rate, and of several
    such the fewest tokens.
    """
    own = score(OURS, results)
    peers = [one for one in scores(results) if one.agent != OURS]
    best = max(peers, key=lambda one: (one.rate, -one.tokens), default=None)
    rate, name = (best.rate, best.agent) if best else (0.0, "none")
    both = best is not None and best.passed and own.passed
    ratio = own.tokens_per_solved / best.tokens_per_solved if best and both else 0.0
    falsely = own.false_done / own.runs if own.runs else 0.0
    return (
        f"evals ours={own.rate:.2f} best_peer={rate:.2f}:{name} false_done={falsely:.2f}"
        f" tokens_ratio={ratio:.2f}"
    )
