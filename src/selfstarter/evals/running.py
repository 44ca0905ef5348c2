"""Run tasks one after the other, each in a fresh workspace and home, and grade what they leave."""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from selfstarter.app import PLAIN, Tooling, served, through
from selfstarter.core.events import CallChosen, Ending, ModelCalled, RunEnded
from selfstarter.core.ports import Model, Price, Recorded, Tool
from selfstarter.evals.agent import OURS, Job
from selfstarter.evals.faults import Faulty
from selfstarter.evals.metering import Account, Meter
from selfstarter.evals.peers import AGENTS, NotReady
from selfstarter.evals.task import Task, Verdict, lay
from selfstarter.settings import Settings

GRACE_S = 120.0
"""A run that is still going so long after its time is up is cut off: it broke its promise."""
CALL_S = 30.0
"""Longest call of a tool where tools are faulty: one that hangs must not eat the task's time."""
SEEDS = 100
"""Between two attempts: an attempt's own child runs count up from its seed."""


Key = tuple[str, str, int]
"""Agent, task, attempt."""


@dataclass(frozen=True, slots=True)
class Result:
    """One attempt at one task."""

    task: str
    family: str
    attempt: int
    """From 1."""
    passed: bool
    reason: str
    """What the grader found wrong, or what went wrong before it could look."""
    ending: Ending | None
    """None: the run did not end by itself."""
    steps: int
    calls: int
    """Model calls, those of child runs included; so are `input` and `output`."""
    input: int
    output: int
    seconds: float
    run_id: str
    answer: str
    agent: str = OURS
    level: int = 0
    cached: int = 0
    """Of `input`: taken from the server's prefix cache."""
    cost_usd: float | None = 0.0
    """None: nobody knows."""

    @property
    def key(self) -> Key:
        return self.agent, self.task, self.attempt

    @property
    def tokens(self) -> int:
        return self.input + self.output

    @property
    def false_done(self) -> bool:
        return self.ending == "done" and not self.passed


@dataclass(frozen=True, slots=True)
class Used:
    calls: int
    input: int
    output: int
    cached: int
    cost_usd: float | None


@dataclass(slots=True)
class Tally:
    """Hears each event of a run and its child runs; knows the cost even of a run that broke."""

    run_id: str = ""
    steps: int = 0
    called: list[ModelCalled] = field(default_factory=list[ModelCalled])
    ended: RunEnded | None = None

    def began(self) -> None:
        """Another session begins: what it spends is added, how it ends is its own."""
        self.run_id, self.ended = "", None

    def used(self) -> Used:
        costs = [called.cost_usd for called in self.called]
        return Used(
            calls=len(self.called),
            input=sum(called.input for called in self.called),
            output=sum(called.output for called in self.called),
            cached=sum(called.cached for called in self.called),
            cost_usd=None if None in costs else total(costs),
        )

    def tell(self, run_id: str, recorded: Recorded) -> None:
        self.run_id = self.run_id or run_id
        match recorded.event:
            case ModelCalled() as called:
                self.called.append(called)
            case CallChosen() if run_id == self.run_id:
                self.steps += 1
            case RunEnded() as ended if run_id == self.run_id:
                self.ended = ended
            case _:
                pass


async def run_tasks(
    tasks: Sequence[Task],
    attempts: int,
    model: Model,
    model_name: str,
    keep: Path | None,
    tell: Callable[[Result], None],
    agents: Sequence[str] = (OURS,),
    had: Collection[Key] = (),
    meter: Meter | None = None,
    leave: Callable[[str, str], None] = lambda agent, why: None,
) -> None:
    """`tell` hears each result as it comes, so that nothing is lost when this is cut short; what
    was `had` before is left out. `leave` hears of an agent that cannot be measured (any more)."""
    left = set[str]()
    for attempt in range(1, attempts + 1):
        for task in tasks:
            for agent in agents:  # side by side: what the machine is busy with meets all alike
                if agent in left or (agent, task.name, attempt) in had:
                    continue
                one = run_task(task, attempt, model, model_name, keep, agent=agent, meter=meter)
                try:
                    tell(await one)
                except NotReady as why:
                    left.add(agent)
                    leave(agent, str(why))


async def run_task(
    task: Task,
    attempt: int,
    model: Model,
    model_name: str,
    keep: Path | None,
    tooling: Tooling = PLAIN,
    agent: str = OURS,
    meter: Meter | None = None,
) -> Result:
    """Pursue the task's goal as a person would. Whatever goes wrong is part of the result. With a
    `meter` it counts the calls and tokens, of whoever it is. Raises NotReady: a peer that could not
    even begin, which says nothing of how good it is."""
    tally, began, accounts = Tally(), time.monotonic(), list[Account]()
    with ExitStack() as stack:
        folder = (
            fresh(keep / f"{task.name}-{attempt}{'' if agent == OURS else f'-{agent}'}")
            if keep
            else Path(stack.enter_context(TemporaryDirectory(prefix="selfstarter-")))
        )
        workspace, home, budget = folder / "workspace", folder / "home", task.budget
        settings = Settings(
            model=model_name,
            home=home,
            steps=budget.steps,
            tokens=budget.tokens,
            time_s=budget.time_s,
            web=False,
            memory="on" if task.before else "auto",
        )
        asked = [(task.goal, task.files, workspace)]
        if task.before:
            asked.insert(0, (task.before.goal, task.before.files, folder / "earlier"))
        broke = ""
        try:
            for goal, files, place in asked:
                place.mkdir(parents=True)
                lay(files, place)
                tally.began()
                if meter:
                    await served(model)  # a local one that crashed is started anew
                line = meter.opened(budget.tokens) if meter else None
                accounts += [line.account] if line else []
                job = Job(
                    goal=goal,
                    workspace=place,
                    settings=settings,
                    model=through(model, line.url) if line else model,
                    seed=(attempt - 1) * SEEDS,
                    tooling=fitted(tooling, task, attempt),
                    line=line,
                )
                try:
                    async with asyncio.timeout(budget.time_s + GRACE_S):
                        await AGENTS[agent](job, tally.tell)
                finally:
                    if job.model is not model:
                        await job.model.close()
        except NotReady:
            raise
        except Exception as error:  # whatever broke this task must not end the set
            broke = f"{type(error).__name__}: {error}"
        seconds = time.monotonic() - began
        verdict = Verdict(False, broke) if broke else await graded(task, workspace, tally.ended)
    used = of(accounts, model.facts.price) if meter else tally.used()
    return Result(
        task=task.name,
        family=task.family,
        attempt=attempt,
        passed=verdict.passed,
        reason=verdict.reason,
        ending=tally.ended.ending if tally.ended else None,
        steps=tally.steps,
        calls=used.calls,
        input=used.input,
        output=used.output,
        seconds=round(seconds, 1),
        run_id=tally.run_id,
        answer=tally.ended.answer if tally.ended else "",
        agent=agent,
        level=task.level,
        cached=used.cached,
        cost_usd=used.cost_usd,
    )


def of(accounts: Sequence[Account], price: Price | None) -> Used:
    input, output = sum(a.prompt for a in accounts), sum(a.completion for a in accounts)
    return Used(
        calls=sum(a.calls for a in accounts),
        input=input,
        output=output,
        cached=sum(a.cached for a in accounts),
        cost_usd=round(price.of(input, output), 6) if price else None,
    )


def fitted(tooling: Tooling, task: Task, attempt: int) -> Tooling:
    """With the faults of the task; each attempt meets others."""
    if not task.faults:
        return tooling

    def faulty(tools: Mapping[str, Tool]) -> Mapping[str, Tool]:
        given = tooling.fitted(tools).items()
        return {name: Faulty(tool, task.faults, attempt) for name, tool in given}

    return replace(tooling, fit=faulty, call_s=CALL_S)


def total(costs: Sequence[float | None]) -> float:
    return round(sum(cost or 0.0 for cost in costs), 6)


async def graded(task: Task, workspace: Path, ended: RunEnded | None) -> Verdict:
    """In a thread of its own: a grader may run programs, and takes its time."""
    if ended is None:
        return Verdict(False, "the run waits for a person")
    try:
        return await asyncio.to_thread(
            task.grade, workspace, ended.answer, done=ended.ending == "done"
        )
    except Exception as error:  # a run may leave anything behind; the set goes on
        return Verdict(False, f"the grader broke: {type(error).__name__}: {error}")


def fresh(folder: Path) -> Path:
    """The folder, or the same with a number: what an earlier evaluation kept stays."""
    place, number = folder, 1
    while place.exists():
        number += 1
        place = folder.with_name(f"{folder.name}.{number}")
    return place
