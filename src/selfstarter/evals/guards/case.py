"""One run of a scripted model with real everything else, and what could be seen of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from selfstarter.app import Outcome, pursue
from selfstarter.core.events import (
    AnyEvent,
    CallReturned,
    CriterionChecked,
    FinishRejected,
    PersonAsked,
    Reflected,
    ReplyRejected,
)
from selfstarter.core.fold import apply
from selfstarter.core.ports import Recorded
from selfstarter.core.state import State
from selfstarter.evals.guards.replies import Reply
from selfstarter.evals.solving import put
from selfstarter.settings import Settings

TOKENS = 100_000_000
"""Steps are what limits these runs, if anything has to."""
TIME_S = 120.0


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    goal: str
    replies: tuple[Reply, ...]
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """Workspace path -> text."""
    model: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Options of the scripted model."""
    criteria: tuple[str, ...] = ()
    """In the person's own words."""
    steps: int = 60


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run did, told from its events."""

    outcome: Outcome
    wasted: int
    """Moves of the model that brought nothing."""
    turned: int
    """Those until it was first refused, made to reflect or ended."""
    fired: tuple[str, ...]
    """What the ladder noticed."""
    turned_down: str
    """Why the last finish was."""
    asked: int
    """Questions to a person."""


class Watch:
    """Hears each event of a run, and of none of its child runs."""

    def __init__(self) -> None:
        self.state = State()
        self.run_id = ""
        self.wasted = 0
        self.turned: int | None = None
        self.turned_down = ""
        self.asked = 0

    def tell(self, run_id: str, recorded: Recorded) -> None:
        self.run_id = self.run_id or run_id
        if run_id != self.run_id:
            return
        before, self.state = self.state, apply(self.state, recorded)
        self.wasted += self.state.wasted > before.wasted
        if self.turned is None and turns(recorded.event, before):
            self.turned = self.wasted
        match recorded.event:
            case FinishRejected(failures=failures):
                self.turned_down = failures
            case CriterionChecked(undecided=True, evidence=evidence):
                self.turned_down = evidence
            case PersonAsked():
                self.asked += 1
            case _:
                pass

    def seen(self, outcome: Outcome) -> Seen:
        return Seen(
            outcome=outcome,
            wasted=self.wasted,
            turned=self.wasted if self.turned is None else self.turned,
            fired=tuple(sorted(self.state.fired.keys())),
            turned_down=self.turned_down,
            asked=self.asked,
        )


def turns(event: AnyEvent, before: State) -> bool:
    """Does the model have to do something else from here on?"""
    match event:
        case CallReturned(refused=True) | Reflected():
            return True
        case ReplyRejected():
            return before.revisions > 0
        case _:
            return False


async def run_case(case: Case, model: str = "", **limits: float) -> Seen:
    """`model`: one to use in place of the script."""
    with TemporaryDirectory(prefix="selfstarter-") as name:
        folder = Path(name)
        workspace, home, script = folder / "workspace", folder / "home", folder / "script.json"
        workspace.mkdir()
        for path, text in case.files.items():
            put(workspace / path, text)
        put(script, json.dumps({**case.model, "replies": case.replies}))
        chosen: dict[str, Any] = {"steps": case.steps, "tokens": TOKENS, "time_s": TIME_S} | limits
        settings = Settings(model=model or f"scripted:{script}", home=home, **chosen)
        watch = Watch()
        outcome = await pursue(
            case.goal, workspace, settings, criteria=case.criteria, listener=watch.tell
        )
        return watch.seen(outcome)
