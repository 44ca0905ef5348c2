"""The run on a terminal: the log scrolls above, plan, current call and meters stay below."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from selfstarter.cli.lines import lines, short, whose
from selfstarter.core.events import CallStarted, ModelCalled
from selfstarter.core.fold import apply
from selfstarter.core.ports import Recorded
from selfstarter.core.state import State
from selfstarter.words import N_, _

if TYPE_CHECKING:
    from rich.text import Text

MARKS = {"done": "✓", "doing": "◐", "todo": "○", "dropped": "–", "failed": "✗"}


class Screen(Protocol):
    def tell(self, run_id: str, recorded: Recorded) -> None: ...
    def __enter__(self) -> "Screen": ...
    def __exit__(self, *how: object) -> None: ...


class PlainLog:
    """A line an event on stderr, with the seconds since the first that is shown."""

    began: float | None = None

    def tell(self, run_id: str, recorded: Recorded) -> None:
        self.began = recorded.at if self.began is None else self.began
        for line in lines(recorded.event):
            since = recorded.at - self.began
            print(f"{since:7.1f}s  {whose(run_id)}{line}", file=sys.stderr, flush=True)

    def __enter__(self) -> "PlainLog":
        return self

    def __exit__(self, *how: object) -> None:
        return None


class LiveView:
    """rich's Live below the log; imported only where there is a terminal."""

    def __init__(self, so_far: State) -> None:
        from rich.console import Console
        from rich.live import Live

        self.console = Console(stderr=True)
        self.state = so_far
        self.doing = _("starting")
        self.since = time.monotonic()
        self.live = Live(
            console=self.console, refresh_per_second=4, get_renderable=self.panel, transient=True
        )

    def tell(self, run_id: str, recorded: Recorded) -> None:
        inner = "." in run_id
        for line in lines(recorded.event):
            self.console.print(f"{whose(run_id)}{line}", markup=False, highlight=False)
        if not inner:
            self.state = apply(self.state, recorded)
        self.since = time.monotonic()
        match recorded.event:
            case CallStarted():
                tool = self.state.pending.tool if self.state.pending else _("a tool")
                self.doing = _("running {tool}", tool=tool)
            case ModelCalled():
                self.doing = _("reading the reply")
            case _:
                last = run_id.rpartition(".")[2]
                child = last.startswith("c")
                busy = N_("a child run works") if child else N_("checking another attempt")
                self.doing = _(busy if inner else N_("thinking"))

    def panel(self) -> "Text":
        from rich.text import Text

        spent, limits = self.state.spent, self.state.limits
        text = Text()
        for task in self.state.plan:
            text.append(f"{MARKS[task.status]} {task.id}. {short(task.title, 90)}\n")
        parts = [
            f"{self.doing} {time.monotonic() - self.since:.0f}s",
            _("step {n}/{most}", n=spent.steps, most=limits.steps),
            _("{n}/{most} tokens", n=f"{spent.tokens:,}", most=f"{limits.tokens:,}"),
            f"${spent.cost_usd:.2f}{'?' if spent.unknown_cost else ''}",
            f"{spent.time_s:.0f}/{limits.time_s:.0f}s",
            _("Ctrl-C pauses"),
        ]
        text.append(" · ".join(parts), style="dim")
        return text

    def __enter__(self) -> "LiveView":
        self.live.__enter__()
        return self

    def __exit__(self, *how: object) -> None:
        self.live.__exit__(None, None, None)


class JsonLines:
    """Every event as one JSON object on stdout: the very rows of the journal."""

    def tell(self, run_id: str, recorded: Recorded) -> None:
        from selfstarter.cli.guard import as_line
        from selfstarter.viewing import envelope

        print(as_line(envelope(run_id, recorded)), flush=True)

    def __enter__(self) -> "JsonLines":
        return self

    def __exit__(self, *how: object) -> None:
        return None


def screen(plain: bool, jsonl: bool, so_far: Callable[[], State] = State) -> Screen:
    """`so_far`: the run as it stands before the first event that is told."""
    if jsonl:
        return JsonLines()
    if plain or not sys.stderr.isatty():
        return PlainLog()
    return LiveView(so_far())
