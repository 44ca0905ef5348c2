"""Start or resume a run from the terminal: signals, screen, the last words."""

import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from selfstarter.app import Outcome, look_up, pause
from selfstarter.cli.exits import BY_ENDING, INTERRUPTED, UNREAD, WAITING, code_of, failure, unheard
from selfstarter.cli.guard import as_line, guard_log, told
from selfstarter.cli.live import Screen, screen
from selfstarter.core.budget import question
from selfstarter.core.cleaning import clean
from selfstarter.core.errors import Trouble
from selfstarter.core.events import ApprovalAsked, PersonAsked, RaiseAsked, ReviewAsked
from selfstarter.core.ports import Recorded
from selfstarter.core.state import State
from selfstarter.settings import Settings
from selfstarter.words import _

ASKED_NEXT = (ApprovalAsked, RaiseAsked, ReviewAsked, PersonAsked)
Go = Callable[[Callable[[str, Recorded], None]], Awaitable[Outcome]]


class Driven:
    """What is known of the run while it goes, for signals and last words."""

    def __init__(self, screen: Screen, settings: Settings, asks: bool = False) -> None:
        self.screen = screen
        self.asks = asks
        self.settings = settings
        self.run_id = ""
        self.interrupts = 0
        self.terminated = False
        self.unread: OSError | None = None
        self.task: asyncio.Task[Outcome] | None = None

    def tell(self, run_id: str, recorded: Recorded) -> None:
        if "." not in run_id:
            self.run_id = run_id
        if self.asks and "." not in run_id and isinstance(recorded.event, ASKED_NEXT):
            return  # all of it is shown with the question
        try:
            self.screen.tell(run_id, recorded)
        except OSError as error:  # a listener cannot end a run; to cancel it can
            self.unread = self.unread or error
            if self.task:
                self.task.cancel()

    def interrupted(self) -> None:
        """Ctrl-C: once pauses after this step, twice stops now."""
        self.interrupts += 1
        if self.interrupts == 1 and self.run_id:
            pause(self.run_id, self.settings, "Ctrl-C")
            print(_("Pausing after this step; Ctrl-C again stops now."), file=sys.stderr)
        elif self.task:
            self.task.cancel()

    def ended(self) -> None:
        """SIGTERM: stop now; the journal holds everything up to here."""
        self.terminated = True
        if self.task:
            self.task.cancel()


def drive(
    go: Go,
    settings: Settings,
    *,
    plain: bool,
    as_json: bool,
    jsonl: bool,
    asks: bool = False,
    name: str = "",
) -> int:
    """Run `go` to its end and say how it went; not of a run that waits where `asks`: what it waits
    for is asked next. `name`: of the run that goes on; empty: it begins. Returns the exit code.
    Raises NoSuchRun."""
    guard_log()
    began = time.monotonic()

    def so_far() -> State:
        return look_up(name, settings)[0].state if name else State()

    driven = Driven(screen(plain or as_json, jsonl, so_far), settings, asks)

    async def goes() -> Outcome:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, driven.interrupted)
        loop.add_signal_handler(signal.SIGTERM, driven.ended)
        driven.task = asyncio.ensure_future(go(driven.tell))
        return await driven.task

    outcome: Outcome | None = None
    trouble: Trouble | None = None
    with driven.screen:
        try:
            outcome = asyncio.run(goes())
            paused = INTERRUPTED if driven.interrupts else WAITING
            code = BY_ENDING[outcome.ending] if outcome.ending else paused
        except asyncio.CancelledError:
            code = 143 if driven.terminated else 130
        except Trouble as error:
            trouble, code = error, code_of(error)
    if driven.unread:
        code = unheard(driven.unread)
    if asks and code == WAITING and outcome and outcome.state.waiting:
        return code
    run_id = outcome.run_id if outcome else driven.run_id
    say(outcome, run_id, code, trouble, time.monotonic() - began, as_json, jsonl)
    return code


def say(
    outcome: Outcome | None,
    run_id: str,
    code: int,
    trouble: Trouble | None,
    duration_s: float,
    as_json: bool,
    jsonl: bool,
) -> None:
    """The answer on stdout, the rest on stderr; always the line that goes on."""
    command = outcome.resume_command if outcome else f"selfstarter resume {run_id}"
    resume = command if run_id and code != 0 else ""
    if as_json:
        print(as_line(summary(outcome, run_id, code, trouble, duration_s, resume)))
        return
    if trouble:
        print(told(trouble), file=sys.stderr)
    if code == UNREAD:
        print(_("Whoever read the output is gone, so the run stops here."), file=sys.stderr)
    if outcome is not None:
        print(f"\n{outcome.report}", file=sys.stderr)
        print(_("Report: {path}", path=outcome.report_path), file=sys.stderr)
        if outcome.told and not jsonl:
            print(clean(outcome.told))
    if resume and outcome is not None and outcome.state.waiting:
        way = outcome.way_on.replace("`", "")
        print(_("Saved. It waits for you: {way}", way=way), file=sys.stderr)
    elif resume:
        print(_("Saved. Go on with: {command}", command=resume), file=sys.stderr)


def summary(
    outcome: Outcome | None,
    run_id: str,
    code: int,
    trouble: Trouble | None,
    duration_s: float,
    resume: str,
) -> dict[str, Any]:
    """The object of `--json`; written also on failure."""
    found: dict[str, Any] = {
        "run_id": run_id,
        "status": "interrupted",
        "exit_code": code,
        "error": "",
        "error_code": "",
        "fix": "",
        **(failure(trouble) if trouble else {}),
        "criteria": [],
        "waits_for": "",
        "answer": "",
        "report": "",
        "report_path": "",
        "artifacts": [],
        "usage": {},
        "duration_s": round(duration_s, 3),
        "resume_command": resume,
    }
    if outcome is None:
        return found
    state, spent = outcome.state, outcome.state.spent
    checks = state.checks
    found |= {
        "status": outcome.ending or ("waiting" if state.waiting else "paused"),
        "waits_for": question(state),
        "answer": outcome.answer,
        "report": state.ended.report if state.ended else "",
        "report_path": str(outcome.report_path),
        "artifacts": state.ledger.made,
        "criteria": [
            {
                "id": c.id,
                "text": c.text,
                "invariant": c.invariant,
                "passed": seen.passed if (seen := checks.get(c.id)) else None,
                "evidence": seen.evidence if seen else "",
            }
            for c in state.criteria
        ],
        "usage": {
            "steps": spent.steps,
            "model_calls": spent.calls,
            "input_tokens": spent.input,
            "output_tokens": spent.output,
            "cached_tokens": spent.cached,
            "cost_usd": round(spent.cost_usd, 6),
            "unknown_cost": spent.unknown_cost,
            "time_s": round(spent.time_s, 3),
            "denied_calls": spent.denied,
            "retries": spent.retries,
            "lost_tries": spent.lost,
            "attempts": len(state.attempts),
        },
    }
    return found
