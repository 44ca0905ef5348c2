"""One run of the storm, where it lies; and a process that works until it is killed."""

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from selfstarter.app import Tooling, look_up, pursue, resume
from selfstarter.core.errors import BadSetting, JournalDown, NoSuchRun, RunBusy
from selfstarter.core.ports import Recorded, Tool
from selfstarter.evals.storm.letters import GOAL, Poster, outboxes
from selfstarter.settings import Settings

WIDTH = 8
"""Bytes of a line that acknowledges an event."""
PAUSE_S = 0.02
"""Between two looks of a worker for a run that is free."""
LIMITS: Mapping[str, Any] = {"steps": 400, "tokens": 10**9, "time_s": 86_400.0}


@dataclass(frozen=True, slots=True)
class Place:
    """Where one run lies; the folder has its name."""

    folder: Path
    database: str = ""

    @property
    def run_id(self) -> str:
        return self.folder.name

    @property
    def settings(self) -> Settings:
        # Each run by itself: what one has learnt from another it would have to be asked about.
        home = self.folder.parent / "home"
        fixed: dict[str, Any] = {"model": "scripted:poster", "memory": "off", **LIMITS}
        return Settings(home=home, database=self.database, **fixed)

    @property
    def ended(self) -> bool:
        return (self.folder / "ended").exists()

    def acknowledged(self) -> int:
        """Events that a process has said are durable."""
        return size(self.folder / "acknowledged") // WIDTH

    def begun(self) -> bool:
        """A process may have been killed before it could say so."""
        try:
            return self.acknowledged() > 0 or bool(look_up(self.run_id, self.settings))
        except NoSuchRun:
            return False

    def work(self, tools: Mapping[str, Tool] | None = None) -> None:
        """Pursue the run, or go on with it, to its end; each event is acknowledged once it is
        durable. Raises RunBusy."""
        acknowledged = self.folder / "acknowledged"

        def tell(_: str, recorded: Recorded) -> None:
            with acknowledged.open("a") as file:  # no fsync: a killed process loses no page cache
                file.write(f"{recorded.seq:>{WIDTH - 1}}\n")
            hold(self)

        model = Poster(self.folder / "billed")
        outside = tools or outboxes(self.folder / "outbox")
        tooling = Tooling(fit=lambda given: {**given, **outside})
        workspace = self.folder / "workspace"
        if self.begun():
            going = resume(self.run_id, self.settings, listener=tell, model=model, tooling=tooling)
        else:
            going = pursue(
                GOAL, workspace, self.settings, listener=tell, model=model, tooling=tooling,
                run_id=self.run_id,
            )  # fmt: skip
        asyncio.run(going)
        (self.folder / "ended").touch()


def hold(place: Place) -> None:
    """Says which run this process is at."""
    held = place.folder.parent / f"at-{os.getpid()}"
    if not held.exists() or held.read_text() != place.run_id:
        held.write_text(place.run_id)


def worker(batch: Sequence[Place]) -> None:
    """Pursue whatever is free, until all have ended."""
    dice = Random(os.getpid())
    while left := [place for place in batch if not place.ended]:
        for place in dice.sample(left, len(left)):
            try:
                place.work()
            except RunBusy:
                continue
            except (BadSetting, JournalDown):  # the server is away
                if not place.database:
                    raise
        time.sleep(PAUSE_S)


def forked(batch: Sequence[Place]) -> int:
    """A worker process; its id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        worker(batch)
        code = 0
    finally:
        os._exit(code)


def acknowledged(batch: Sequence[Place]) -> int:
    return sum(place.acknowledged() for place in batch)


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
