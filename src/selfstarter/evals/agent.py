"""Who pursues a goal: our own product, or something else on the same model, tools and budget."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from selfstarter.app import Tooling, pursue
from selfstarter.core.ports import Model, Recorded
from selfstarter.evals.metering import Line
from selfstarter.settings import Settings

OURS = "ours"


@dataclass(frozen=True, slots=True)
class Job:
    """What an agent is asked for, and may spend."""

    goal: str
    workspace: Path
    settings: Settings
    model: Model
    seed: int
    tooling: Tooling
    line: Line | None = None
    """To the model, counted and within the budget; None: it is not served, so only who speaks to
    `model` can work."""


Hears = Callable[[str, Recorded], None]
Agent = Callable[[Job, Hears], Awaitable[object]]
"""Tells, as a run of ours does, of each `ModelCalled`, `CallChosen` and at last `RunEnded`, so that
all are counted alike. Raises what went wrong; the task is lost then."""


async def ours(job: Job, tell: Hears) -> None:
    await pursue(
        job.goal,
        job.workspace,
        job.settings,
        listener=tell,
        model=job.model,
        seed=job.seed,
        tooling=job.tooling,
    )
