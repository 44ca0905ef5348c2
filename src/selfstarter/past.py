"""Questions about all runs: what they cost, and which of them said something."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Literal

from selfstarter.core.events import RunEnded, RunResumed
from selfstarter.core.fold import apply
from selfstarter.core.state import State
from selfstarter.journal.store import RunRow
from selfstarter.settings import Settings
from selfstarter.viewing import Window

By = Literal["run", "day", "model"]
Where = Literal["goal", "answer", "report"]
PAGE = 200
"""Runs read at once."""
AROUND = 60
"""Characters that are shown on each side of what was found."""


@dataclass(frozen=True, slots=True)
class Cost:
    name: str
    """Run id, day (local time), or model."""
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
class Hit:
    run_id: str
    began: float
    ending: str
    where: Where
    excerpt: str
    """One line around the first word."""


def costs(settings: Settings, by: By = "run", since: float = 0.0) -> Sequence[Cost]:
    """Of model calls since that moment (seconds since 1970), children's included; the dearest
    first, days the newest first."""
    found: dict[str, Cost] = {}
    window = Window(settings)
    try:
        for row in every_run(window):
            for at, model, cost in payments(row, window) if row.last_at >= since else ():
                name = {"run": row.run_id, "model": model}.get(by) or day(at)
                known = found.get(name, Cost(name, goal=row.goal if by == "run" else ""))
                found[name] = known.plus(cost) if at >= since else known
    finally:
        window.close()
    costs = [cost for cost in found.values() if cost.calls or cost.input]
    if by == "day":
        return sorted(costs, key=lambda cost: cost.name, reverse=True)
    return sorted(costs, key=lambda cost: (cost.cost_usd, cost.input + cost.output), reverse=True)


def payments(row: RunRow, window: Window) -> Iterator[tuple[float, str, Cost]]:
    """(when, model, what) of each event by which the run's spending grew."""
    state, model = State(), row.model
    for recorded in window.every_event(row.run_id):
        if isinstance(recorded.event, RunResumed) and recorded.event.model:
            model = recorded.event.model
        was, state = state.spent, apply(state, recorded)
        now = state.spent
        if (now.calls, now.tokens) != (was.calls, was.tokens):
            yield (
                recorded.at,
                model,
                Cost(
                    name="",
                    calls=now.calls - was.calls,
                    input=now.input - was.input,
                    output=now.output - was.output,
                    cost_usd=now.cost_usd - was.cost_usd,
                    unknown=now.unknown_cost,
                ),
            )


def search(settings: Settings, text: str, most: int = 20) -> Sequence[Hit]:
    """Runs whose goal, answer or report holds all the words, whatever their case; the newest
    first."""
    words = text.casefold().split()
    found: list[Hit] = []
    window = Window(settings)
    try:
        for row in every_run(window) if words else ():
            if hit := first_hit(row, words, window, settings.home):
                found.append(hit)
            if len(found) == most:
                break
    finally:
        window.close()
    return found


def first_hit(row: RunRow, words: Sequence[str], window: Window, home: Path) -> Hit | None:
    ended = next(
        (
            r.event
            for r in window.events(row.run_id, row.events - 1)
            if isinstance(r.event, RunEnded)
        ),
        None,
    )
    report = home / "runs" / row.run_id / "report.md"
    texts: dict[Where, str] = {
        "goal": row.goal,
        "answer": ended.answer if ended else "",
        "report": report.read_text("utf-8", "replace") if report.is_file() else "",
    }
    whole = "\n".join(texts.values()).casefold()
    if not all(word in whole for word in words):
        return None
    where: Where = next(name for name, text in texts.items() if words[0] in text.casefold())
    return Hit(row.run_id, row.started_at, row.ending, where, around(texts[where], words[0]))


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
