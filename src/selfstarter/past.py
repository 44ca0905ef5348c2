"""Questions about all runs: what they cost, and which of them said something."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from typing import Literal

from selfstarter.core.events import (
    AnyEvent,
    AttemptMade,
    ChildReturned,
    ModelCalled,
    RunResumed,
    RunStarted,
)
from selfstarter.core.fold import apply
from selfstarter.core.state import State
from selfstarter.journal.store import RunRow
from selfstarter.settings import Settings
from selfstarter.viewing import Window

By = Literal["run", "day", "model", "purpose"]
Where = Literal["goal", "answer", "findings"]
PAGE = 200
"""Runs read at once."""
AROUND = 60
"""Characters that are shown on each side of what was found."""


@dataclass(frozen=True, slots=True)
class Cost:
    name: str
    """Run id, day (local time), model, or what the calls were for."""
    calls: int = 0
    input: int = 0
    output: int = 0
    cost_usd: float = 0.0
    unknown: bool = False
    """Some of it has a price that nobody knows; it counts as nothing in `cost_usd`."""
    goal: str = ""
    """Of a run."""

    def plus(self, more: "Cost") -> "Cost":
        return replace(
            self,
            calls=self.calls + more.calls,
            input=self.input + more.input,
            output=self.output + more.output,
            cost_usd=self.cost_usd + more.cost_usd,
            unknown=self.unknown or more.unknown,
        )


@dataclass(frozen=True, slots=True)
class Paid:
    """What one event cost."""

    at: float
    run_id: str
    goal: str
    model: str
    purpose: str
    cost: Cost

    def under(self, by: By) -> str:
        match by:
            case "run":
                return self.run_id
            case "day":
                return day(self.at)
            case "model":
                return self.model
            case "purpose":
                return self.purpose


@dataclass(frozen=True, slots=True)
class Hit:
    run_id: str
    began: float
    ending: str
    where: Where
    status: str
    """As in `ls`."""
    excerpt: str
    """One line around the first word."""


def costs(settings: Settings, by: By = "run", since: float = 0.0, run: str = "") -> Sequence[Cost]:
    """Of model calls since that moment (seconds since 1970), children's included; the dearest
    first, days the newest first. `run`: of this one alone. Raises NoSuchRun."""
    found: dict[str, Cost] = {}
    window = Window(settings)
    try:
        rows = (row.run_id for row in every_run(window) if row.last_at >= since)
        for run_id in [window.find(run)] if run else rows:
            for paid in payments(run_id, window):
                name = paid.under(by)
                known = found.get(name, Cost(name, goal=paid.goal if by == "run" else ""))
                found[name] = known.plus(paid.cost) if paid.at >= since else known
    finally:
        window.close()
    costs = [cost for cost in found.values() if cost.calls or cost.input]
    if by == "day":
        return sorted(costs, key=lambda cost: cost.name, reverse=True)
    return sorted(costs, key=lambda cost: (cost.cost_usd, cost.input + cost.output), reverse=True)


def payments(run_id: str, window: Window) -> Iterator[Paid]:
    """Each event by which the run's spending grew."""
    state, model = State(), ""
    for recorded in window.every_event(run_id):
        if isinstance(recorded.event, RunStarted | RunResumed):
            model = recorded.event.model or model
        was, state = state.spent, apply(state, recorded)
        now = state.spent
        if (now.calls, now.tokens) != (was.calls, was.tokens):
            cost = Cost(
                name="",
                calls=now.calls - was.calls,
                input=now.input - was.input,
                output=now.output - was.output,
                cost_usd=now.cost_usd - was.cost_usd,
                unknown=now.unknown_cost,
            )
            purpose = purpose_of(recorded.event)
            yield Paid(recorded.at, run_id, state.goal_given, model, purpose, cost)


def purpose_of(event: AnyEvent) -> str:
    match event:
        case ModelCalled():
            return event.purpose
        case ChildReturned():
            return "child runs"
        case AttemptMade():
            return "attempts"
        case _:
            return "no reply"


def search(settings: Settings, text: str, most: int = 20) -> Sequence[Hit]:
    """Runs whose goal, answer or findings hold all the words, whatever their case; the newest
    first."""
    words = text.casefold().split()
    found: list[Hit] = []
    window = Window(settings)
    try:
        # A run is looked at whole only where its journal holds them: to fold one takes its time.
        plain = [word for word in words if word.isascii() and word.isalnum()]
        holding = [window.mentioning(word) for word in plain]
        for row in every_run(window) if words else ():
            may = all(row.run_id in runs for runs in holding)
            if may and (hit := first_hit(row, words, window)):
                found.append(hit)
            if len(found) == most:
                break
    finally:
        window.close()
    return found


def first_hit(row: RunRow, words: Sequence[str], window: Window) -> Hit | None:
    state = window.state(row.run_id)
    texts: dict[Where, str] = {
        "goal": row.goal,
        "answer": state.ended.answer if state.ended else "",
        "findings": "\n".join(findings(state)),
    }
    whole = "\n".join(texts.values()).casefold()
    if not all(word in whole for word in words):
        return None
    where: Where = next(name for name, text in texts.items() if words[0] in text.casefold())
    stands = row.standing(not row.ending and window.is_driven(row.run_id))
    excerpt = around(texts[where], words[0])
    return Hit(row.run_id, row.started_at, row.ending, where, stands, excerpt)


def findings(state: State) -> Iterator[str]:
    """The run's own words: those of its report are the same in every run."""
    for fact in state.facts:
        yield f"{fact.subject}, {fact.aspect}: {fact.quote} [{fact.source}]"
    for criterion in state.criteria:
        seen = state.checks.get(criterion.id)
        yield f"{criterion.text}: {seen.evidence if seen else ''}"


def around(text: str, word: str) -> str:
    flat = " ".join(text.split())
    at = max(flat.casefold().find(word), 0)
    start, end = max(at - AROUND, 0), at + len(word) + AROUND
    return f"{'…' if start else ''}{flat[start:end]}{'…' if end < len(flat) else ''}"


def every_run(window: Window) -> Iterator[RunRow]:
    before = inf
    while rows := window.runs(PAGE, before):
        yield from rows
        before = rows[-1].started_at


def day(at: float) -> str:
    return datetime.fromtimestamp(at).strftime("%Y-%m-%d")
