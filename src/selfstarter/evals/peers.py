"""Everybody who can be measured, by name, and how one that is not ours is run.

A peer has a virtual environment of its own (`make peers`), pinned in requirements/peers.toml, and
a driver in `baselines/peers`. It runs in the sandbox that our own programs run in: it sees its
workspace, its environment, and the socket that leads to the model.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from selfstarter.app import run_program
from selfstarter.core.errors import NoSandbox
from selfstarter.core.events import AnyEvent, CallChosen, Ending, RunEnded
from selfstarter.core.ports import Ran, Recorded
from selfstarter.evals.agent import OURS, Agent, Hears, Job, ours
from selfstarter.evals.baselines.bare import bare

VENVS = Path(__file__).parents[3] / "build" / "peers"
DRIVERS = Path(__file__).parent / "baselines" / "peers"
MARK = "\n@@ended@@ "
START_S = 60.0
"""What a peer may take to import itself, on top of the time of the task."""
CHECK_S = 300.0
ENVIRON = {"PYTHONUNBUFFERED": "1", "NO_COLOR": "1", "COLUMNS": "100"}


class NotReady(Exception):
    """The peer cannot be measured here, and the text says why. It is left out, not beaten."""


class Ended(BaseModel):
    """What a driver says at its end."""

    ending: Literal["done", "out_of_budget", "failed"] = "failed"
    answer: str = ""
    steps: int = 0
    why: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Peer:
    name: str
    venv: str
    """Two agents may be of one package."""
    about: str
    venvs: Path = VENVS
    drivers: Path = DRIVERS

    @property
    def folder(self) -> Path:
        return self.venvs / self.venv

    async def __call__(self, job: Job, hears: Hears) -> None:
        """Raises NotReady: it has not come as far as to its model."""
        line, limits, seqs = job.line, job.settings, count(1)
        if line is None:
            raise NotReady("its model is not served in OpenAI's form")

        def tell(event: AnyEvent) -> None:
            hears(self.name, Recorded(next(seqs), time.time(), event))

        said = {
            "goal": job.goal,
            "workspace": str(job.workspace.resolve()),
            "socket": str(line.socket),
            "run": line.url.rpartition("/")[2],
            "model": line.model,
            "steps": limits.steps,
            "time_s": limits.time_s,
            "window": job.model.facts.window,
            "small": job.model.facts.small,
            "seed": job.seed,
        }
        ran = await self.driven(job.workspace, said, limits.time_s + START_S, line.socket.parent)
        ended = found_in(ran.output)
        for step in range(ended.steps if ended else 0):
            tell(CallChosen(call_id=str(step + 1), tool="-", args={}))
        if not line.account.calls and not line.account.refused:
            raise NotReady(why(ended, ran))
        how = ending(ended, ran, line.account.refused)
        answer = ended.answer if ended else ""
        tell(RunEnded(ending=how, answer=answer if how == "done" else answer or why(ended, ran)))

    async def driven(
        self, workspace: Path, said: Mapping[str, Any], time_s: float, *reads: Path
    ) -> Ran:
        python = self.folder / "bin" / "python"
        if not python.exists():
            raise NotReady(self.missing())
        stdin = json.dumps({"agent": self.name, "environ": ENVIRON, **said}) + "\n"
        argv = [str(python), "-P", str(self.drivers / "drive.py")]
        try:
            return await run_program(
                workspace, argv, time_s, stdin.encode(), (self.folder, self.drivers, *reads)
            )
        except NoSandbox as error:
            raise NotReady(str(error)) from error

    def missing(self) -> str:
        note = self.venvs / f"{self.venv}.why"
        said = note.read_text("utf-8").strip() if note.exists() else "it is not installed"
        return f"{said} (make peers)"

    async def version(self) -> str:
        """Imports it where it will run. Raises NotReady."""
        with TemporaryDirectory(prefix="selfstarter-") as folder:
            said = {"goal": "", "workspace": folder}
            ran = await self.driven(Path(folder), said, CHECK_S)
        ended = found_in(ran.output)
        if ended is None or not ended.version:
            raise NotReady(why(ended, ran))
        return ended.version


def ending(ended: Ended | None, ran: Ran, refused: int) -> Ending:
    """As a run of ours would be called that ended so."""
    if refused:
        return "out_of_budget"
    if ended is None:
        return "out_of_time" if ran.stopped == "timeout" else "failed"
    return ended.ending


def found_in(output: str) -> Ended | None:
    """None: its driver did not come to its end."""
    _, mark, text = output.rpartition(MARK)
    try:
        return Ended.model_validate_json(text.splitlines()[0]) if mark else None
    except (ValidationError, IndexError):
        return None


def why(ended: Ended | None, ran: Ran) -> str:
    if ended and ended.why:
        return ended.why
    return ran.stopped or f"it ended with {ran.status}: {' '.join(ran.output.split())[-300:]}"


PEERS = (
    Peer("smolagents", "smolagents", "CodeAgent, acts in Python"),
    Peer("smolagents_tools", "smolagents", "ToolCallingAgent"),
    Peer("pydantic_ai", "pydantic_ai", "an agent with the harness' FileSystem and Shell"),
    Peer("deepagents", "deepagents", "create_deep_agent with a LocalShellBackend"),
    Peer("mini", "mini", "mini-swe-agent's DefaultAgent, acts in bash"),
)
AGENTS: Mapping[str, Agent] = {OURS: ours, "bare": bare, **{peer.name: peer for peer in PEERS}}
