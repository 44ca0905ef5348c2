"""What a run has used of its limits."""

from __future__ import annotations

from dataclasses import dataclass

from selfstarter.core.events import AttemptMade, LimitName, Lost, ModelCalled, Spending
from selfstarter.core.evolve import evolve


@dataclass(frozen=True)  # no slots: `evolve`
class Spent:
    """All that a run has used, its independent attempts included."""

    steps: int = 0
    calls: int = 0
    """Model calls."""
    input: int = 0
    output: int = 0
    cached: int = 0
    cost_usd: float = 0.0
    unknown_cost: bool = False
    time_s: float = 0.0
    denied: int = 0
    """Of the steps: calls that were not allowed."""
    retries: int = 0
    """Tries of model calls that brought no reply."""
    lost: int = 0
    """Of the retries: those that may have been billed. They count at the most they can cost."""
    attempt_steps: int = 0
    """Of the steps: those of independent attempts."""

    @property
    def tokens(self) -> int:
        return self.input + self.output

    def of(self, name: LimitName) -> float:
        """As `Limits.of`."""
        match name:
            case "tokens":
                return self.tokens
            case "cost":
                return self.cost_usd
            case "time":
                return self.time_s
            case "steps":
                return self.steps

    def with_lost(self, lost: Lost) -> Spent:
        return evolve(
            self,
            input=self.input + lost.input,
            output=self.output + lost.output,
            cost_usd=self.cost_usd + (lost.cost_usd or 0.0),
            unknown_cost=self.unknown_cost or lost.cost_usd is None,
            retries=self.retries + lost.tries,
            lost=self.lost + lost.billed,
        )

    def with_call(self, call: ModelCalled) -> Spent:
        return evolve(
            self,
            calls=self.calls + 1,
            input=self.input + call.input,
            output=self.output + call.output,
            cached=self.cached + call.cached,
            cost_usd=self.cost_usd + (call.cost_usd or 0.0),
            unknown_cost=self.unknown_cost or call.cost_usd is None,
        ).with_lost(call.lost)

    def with_attempt(self, made: AttemptMade) -> Spent:
        return evolve(
            self,
            steps=self.steps + made.steps,
            calls=self.calls + made.calls,
            input=self.input + made.input,
            output=self.output + made.output,
            cost_usd=self.cost_usd + (made.cost_usd or 0.0),
            unknown_cost=self.unknown_cost or made.cost_usd is None,
            denied=self.denied + made.denied,
            retries=self.retries + made.retries,
            lost=self.lost + made.lost,
            attempt_steps=self.attempt_steps + made.steps,
        )

    def with_child(self, more: Spending, began_s: float) -> Spent:
        """`began_s`: this run's time at work when the child was sent."""
        return evolve(
            self,
            steps=self.steps + more.steps,
            calls=self.calls + more.calls,
            input=self.input + more.input,
            output=self.output + more.output,
            cached=self.cached + more.cached,
            cost_usd=self.cost_usd + more.cost_usd,
            unknown_cost=self.unknown_cost or more.unknown_cost,
            denied=self.denied + more.denied,
            retries=self.retries + more.retries,
            lost=self.lost + more.lost,
            # The clock here has seen this time already, but for what lay before a crash.
            time_s=max(self.time_s, began_s + more.time_s),
        )
