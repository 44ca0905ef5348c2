"""What a run works with: the ports, bundled once by `app`."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from selfstarter.core.contract import Contract
from selfstarter.core.events import ChildReturned, Errand, Limits, WorkspaceSaved
from selfstarter.core.gate import acts_outside
from selfstarter.core.pages import Captures
from selfstarter.core.ports import Files, Memory, Model, Sandbox, Sources, Tool, Watch
from selfstarter.core.profile import Profile
from selfstarter.core.redaction import Redact, unchanged
from selfstarter.core.spent import Spent
from selfstarter.core.state import State


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an independent attempt at the same goal came to."""

    answer: str
    files: Mapping[str, bytes]
    """Path -> content of the files it changed."""
    spent: Spent


@dataclass(frozen=True, slots=True)
class Hands:
    model: Model
    tools: Mapping[str, Tool]
    files: Files
    sources: Sources
    sandbox: Sandbox
    profile: Profile
    inside: str = ""
    """What programs find in the sandbox, as a model reads it; empty: none runs there."""
    own: frozenset[str] = frozenset()
    """Tools that the person or their servers brought."""
    redact: Redact = unchanged
    """Takes keys out of a text before it goes to a model or a log."""
    watch: Watch | None = None
    """Told what the agent's calls have changed; None: nobody watches."""
    captures: Captures | None = None
    """Pages of the web that the run has read; None: it cannot read any."""
    call_s: float = 660.0
    """Longest that one call may take, in seconds: more than a program may ask for (600)."""
    run_id: str = ""
    """With a call's id it makes the idempotency key that a sink gets."""
    memory: Memory | None = None
    """What earlier runs learnt; None: this run is to have none, or there is none to be had."""
    floor: tuple[str, ...] = ()
    """Folders of ours, absolute: no call that reaches outside the workspace may name them."""
    snapshot: Callable[[], Awaitable[WorkspaceSaved]] | None = None
    """Keeps the workspace as it is now. None: a run above this one does."""
    kept: Callable[[str], bytes | None] | None = None
    """(sha256): what a file held that lay in the workspace at some step; None: it was not kept."""
    start: Files | None = None
    """The workspace as it was before the first move, where a copy was kept."""
    attempt: Callable[[Contract, int, Limits], Awaitable[Attempt]] | None = None
    """(contract, number, limits): pursue the goal again in a fresh copy of the untouched workspace
    and a fresh context. None: not to be had here."""
    child: Callable[[Errand, bool], Awaitable[ChildReturned | None]] | None = None
    """(errand, stop): pursue a child run, from where its journal ends; `stop`: bring it to an end
    at once. What came back is None where the child waits for a person. None: not to be had here."""

    def without(self, names: Iterable[str]) -> "Hands":
        """The same, but for some tools."""
        gone = set(names)
        if not gone:
            return self
        return replace(self, tools={n: tool for n, tool in self.tools.items() if n not in gone})


def offered(tools: Mapping[str, Tool], profile: Profile, state: State) -> list[Tool]:
    """Those of the tools that a model is shown."""
    named = [tools[name] for name in profile.tools or tools if name in tools]
    hidden = state.permissions.hides
    return [
        tool
        for tool in named
        if not hidden(tool.name) and (tool.effect == "read" or not state.reads_only)
    ]


def brought(hands: Hands, state: State) -> list[Tool]:
    """Of them: those that the person or their servers brought."""
    return [one for one in offered(hands.tools, hands.profile, state) if one.name in hands.own]


def reaching_out(hands: Hands, state: State) -> list[str]:
    """Of these: those that may change something outside the workspace."""
    return [tool.name for tool in brought(hands, state) if acts_outside(tool)]
