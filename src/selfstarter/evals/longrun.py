"""One long run with tools that fail: does it finish, and does a late step cost what an early did?

Real journal, real loop, real tools behind `Faulty`; the model is `Clerk`. Growth is the last tenth
of the run against the second (the first warms up): the mean for prompts, the median for memory,
and for the time of a step the median of its CPU time, for what other programs do to the clock on
the wall is not ours; both times are in the curve.
"""

import asyncio
import math
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import mean, median
from tempfile import TemporaryDirectory

from selfstarter.app import Tooling, look_up, pursue
from selfstarter.core.events import CallReturned, Compacted, ModelCalled
from selfstarter.core.fold import fold
from selfstarter.core.ports import Recorded, Tool
from selfstarter.evals.clerk import Clerk, goal
from selfstarter.evals.faults import Faulty
from selfstarter.evals.prefixes import Prefixes
from selfstarter.settings import Settings

FAULTS = 0.3
CALL_S = 0.2
"""A call that hangs costs so much time of the run; one that works never takes so long."""
STEPS_A_LINE = 3.7
"""A read and a write, their faults, and looks at where one was; measured."""
EVERY = 500
FOLDED = 10_000


@dataclass(slots=True)
class Meter:
    """Hears each event; a step ends when its call returns."""

    steps: int = 0
    compactions: int = 0
    fresh: int = 0
    prompts: list[int] = field(default_factory=list[int])
    """Per step: tokens of the last prompt before it; so with the others."""
    step_ms: list[float] = field(default_factory=list[float])
    cpu_ms: list[float] = field(default_factory=list[float])
    rss_mb: list[float] = field(default_factory=list[float])
    faults: dict[str, int] = field(default_factory=dict[str, int])
    prompt: int = 0
    since: float = field(default_factory=time.perf_counter)
    cpu_since: float = field(default_factory=time.process_time)

    def tell(self, _: str, recorded: Recorded) -> None:
        match recorded.event:
            case ModelCalled(purpose="choose") as called:
                self.prompt = called.input
            case Compacted() as compacted:
                self.compactions += 1
                self.fresh += compacted.fresh
            case CallReturned() as returned:
                now, cpu = time.perf_counter(), time.process_time()
                self.steps += 1
                self.prompts.append(self.prompt)
                self.step_ms.append((now - self.since) * 1000)
                self.cpu_ms.append((cpu - self.cpu_since) * 1000)
                self.rss_mb.append(rss_mb())
                self.faults[returned.status] = self.faults.get(returned.status, 0) + 1
                self.since, self.cpu_since = now, cpu
                if self.steps % EVERY == 0:
                    print(self.row(self.steps - EVERY), flush=True)
            case _:
                pass

    def row(self, first: int) -> str:
        return (
            f"{self.steps:>6}  {mean(self.prompts[first:]):>13.0f}"
            f"  {median(self.step_ms[first:]):>7.1f}  {median(self.cpu_ms[first:]):>6.1f}"
            f"  {median(self.rss_mb[first:]):>6.1f}"
        )

    def last_line(self, reevaluated: float) -> str:
        return (
            f"longrun steps={self.steps}"
            f" prompt_growth={growth(self.prompts, mean):.2f}"
            f" step_time_growth={growth(self.cpu_ms, median):.2f}"
            f" rss_growth_mb={median(late(self.rss_mb)) - median(early(self.rss_mb)):.0f}"
            f" reevaluated={reevaluated:.2f}"
        )


def early(values: Sequence[float]) -> Sequence[float]:
    """The second tenth."""
    tenth = max(1, len(values) // 10)
    return values[tenth : 2 * tenth] or values


def late(values: Sequence[float]) -> Sequence[float]:
    return values[-max(1, len(values) // 10) :]


def growth(values: Sequence[float], middle: Callable[[Sequence[float]], float]) -> float:
    return middle(late(values)) / middle(early(values))


def rss_mb() -> float:
    """Memory of this process now; where the system does not say, the most it ever was."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / 1024 / (1024 if sys.platform == "darwin" else 1)
    return pages * resource.getpagesize() / 1048576


def longrun(steps: int, seed: int, keep: Path | None = None) -> bool:
    """Run, and print the curve. Returns whether every job was added up, and the run said so."""
    with TemporaryDirectory(prefix="selfstarter-") as temporary:
        folder = keep or Path(temporary)
        workspace, home = folder / "workspace", folder / "home"
        jobs = max(2, min(24, steps // 100))
        lines = math.ceil(steps / jobs / STEPS_A_LINE)
        wanted = lay(workspace, jobs, lines, seed)
        meter, model = Meter(), Prefixes(Clerk())
        settings = Settings(
            model="scripted:clerk", home=home, steps=10 * steps, tokens=10**12, time_s=10**7
        )
        print(f"{jobs} jobs of {lines} lines, {FAULTS:.0%} of the calls fail, seed {seed}")
        print("  step  prompt tokens  ms/step  CPU ms  RSS MB", flush=True)
        outcome = asyncio.run(
            pursue(
                goal(jobs, lines),
                workspace,
                settings,
                model=model,
                listener=meter.tell,
                tooling=Tooling(call_s=CALL_S, fit=lambda tools: faulty(tools, seed)),
            )
        )
        right = sum(
            (workspace / path).is_file() and text in (workspace / path).read_text("utf-8")
            for path, text in wanted.items()
        )
        state = outcome.state
        spread = ", ".join(f"{n} {status}" for status, n in sorted(meter.faults.items()))
        print(
            f"{outcome.ending}: {right} of {jobs} sums are right, {len(state.plan)} tasks;"
            f" results: {spread}; {meter.compactions} compactions, {meter.fresh} of them fresh"
        )
        print(fold_line(outcome.run_id, settings))
        print(meter.last_line(model.reevaluated))
        return outcome.ending == "done" and right == jobs


def faulty(tools: Mapping[str, Tool], seed: int) -> Mapping[str, Tool]:
    return {name: Faulty(tool, FAULTS, seed) for name, tool in tools.items()}


def lay(workspace: Path, jobs: int, lines: int, seed: int) -> Mapping[str, str]:
    """Make the job files. Returns what must be in each file of sums at the end."""
    dice, wanted = Random(seed), dict[str, str]()
    (workspace / "jobs").mkdir(parents=True)
    for job in range(1, jobs + 1):
        numbers = [dice.randrange(1000) for _ in range(lines)]
        text = "".join(
            f"unit {n}: {number}; {dice.random()}\n" for n, number in enumerate(numbers, 1)
        )
        (workspace / "jobs" / f"{job:02}.txt").write_text(text, "utf-8")
        wanted[f"sums/{job:02}.txt"] = f"after line {lines}: {sum(numbers)} in all"
    return wanted


def fold_line(run_id: str, settings: Settings) -> str:
    """DESIGN section 3: a journal of 10,000 events is folded in less than a second."""
    began = time.process_time()
    records = look_up(run_id, settings)[1]
    each = (time.process_time() - began) / len(records)
    part = records[:FOLDED]
    began = time.process_time()
    fold(part)
    took = time.process_time() - began
    return (
        f"fold of {len(part):,} events: {took:.2f} s of CPU; the run has {len(records):,} events,"
        f" of which 10,000 are read, checked and folded in {each * 10_000:.2f} s"
    )
