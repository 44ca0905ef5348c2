"""Run pairs: two sessions one after the other in one home, each in a fresh folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from selfstarter.app import pursue
from selfstarter.core.errors import Trouble
from selfstarter.core.events import Ending, MemoryRecalled
from selfstarter.core.ports import Model, Recorded
from selfstarter.evals.remembering.pairs import Pair, Session
from selfstarter.evals.remembering.worker import Worker
from selfstarter.settings import Settings

TOKENS, TIME_S = 60_000, 600.0
OnOff = Literal["on", "off"]


@dataclass(frozen=True, slots=True)
class Result:
    pair: Pair
    memory: OnOff
    right: bool
    endings: tuple[Ending | None, Ending | None]
    recalled: tuple[str, ...]
    """What the second session was told of the first, each text once."""


async def run_pairs(
    pairs: Sequence[Pair],
    model: Model | None,
    model_name: str,
    tell: Callable[[Result], None],
    both: Sequence[OnOff] = ("on", "off"),
) -> None:
    """`model`: None is the scripted worker."""
    for pair in pairs:
        for memory in both:
            tell(await run_pair(pair, memory, model, model_name))


async def run_pair(pair: Pair, memory: OnOff, model: Model | None, model_name: str) -> Result:
    with TemporaryDirectory(prefix="selfstarter-") as temporary:
        folder, recalled = Path(temporary), dict[str, None]()

        def hear(_: str, recorded: Recorded) -> None:
            event = recorded.event
            if isinstance(event, MemoryRecalled):
                recalled.update(dict.fromkeys(r.text for r in event.records))

        async def session(number: int, one: Session) -> Ending | None:
            recalled.clear()
            workspace = folder / str(number)
            workspace.mkdir()
            for name, text in one.files.items():
                (workspace / name).parent.mkdir(parents=True, exist_ok=True)
                (workspace / name).write_text(text, "utf-8")
            settings = Settings(
                model=model_name,
                home=folder / "home",
                steps=one.steps,
                tokens=TOKENS,
                time_s=TIME_S,
                memory=memory,
            )
            worker = model or Worker(one.goal, one.work)
            try:
                done = await pursue(one.goal, workspace, settings, listener=hear, model=worker)
            except Trouble:
                return None
            return done.ending

        endings = (await session(1, pair.first), await session(2, pair.second))
        return Result(pair, memory, pair.right(folder / "2"), endings, tuple(recalled))
