"""What a run needs to have children. `app` gives it, for it alone can put a run together."""

from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from selfstarter.core.errors import BadSetting
from selfstarter.core.events import AnyEvent, RunStarted
from selfstarter.core.fold import fold
from selfstarter.core.ports import Model
from selfstarter.core.state import State
from selfstarter.journal.store import Store
from selfstarter.runs import Commands, Listener


@dataclass(frozen=True, slots=True)
class Kin:
    """What a child has of its parent."""

    warmth: float = 0.0
    commands: Commands | None = None
    """What a person asked of the parent and it has not heard yet."""


class Drive(Protocol):
    """Pursue the child `run_id` until it has ended or must wait; `first` is appended before."""

    def __call__(
        self, run_id: str, model: Model, first: AnyEvent | None, kin: Kin
    ) -> Awaitable[State]: ...


@dataclass(frozen=True, slots=True)
class Family:
    store: Store
    run_id: str
    """Of the parent."""
    model: Model
    home: Path
    listener: Listener | None
    drive: Drive

    def parent(self) -> tuple[State, RunStarted]:
        """How the parent stands, and how it began."""
        state = fold(self.store.read(self.run_id))
        if state.started is None:
            raise BadSetting(
                "The journal of run {run_id} does not begin with its goal.", run_id=self.run_id
            )
        return state, state.started
