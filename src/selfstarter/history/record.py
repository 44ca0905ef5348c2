"""A run as one record for other programs. Redacted: no key that this machine knows is in it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from selfstarter.core.contract import Task
from selfstarter.core.events import Ending, Limits
from selfstarter.core.redaction import within
from selfstarter.history.past import Past, past_in
from selfstarter.keys import redactor
from selfstarter.settings import Settings


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Criterion(Shape):
    text: str
    check: dict[str, Any]
    passed: bool | None
    """Null: nobody has looked."""
    evidence: str
    invariant: bool
    """It held before, and must still hold."""


class Usage(Shape):
    steps: int
    calls: int
    """Model calls."""
    input: int
    """Tokens; so are `output` and `cached`, which is a part of `input`."""
    output: int
    cached: int
    cost_usd: float
    unknown_cost: bool
    time_s: float


class Happened(Shape):
    seq: int
    at: float
    """Seconds since 1970."""
    event: dict[str, Any]
    """As in the journal; `kind` says which."""


class File(Shape):
    path: str
    sha256: str
    """Empty: removed."""


class RunRecord(Shape):
    """What `selfstarter export RUN --format json` writes."""

    format: Literal["selfstarter-run-record"] = "selfstarter-run-record"
    version: Literal[1] = 1
    """Rises when a field changes its meaning or goes; new fields may come without."""
    run: str
    goal: str
    model: str
    ending: Ending | None
    """Null: it has not ended."""
    reason: str
    answer: str
    criteria: tuple[Criterion, ...]
    plan: tuple[Task, ...]
    limits: Limits
    usage: Usage
    """All in all."""
    usage_before_fork: Usage
    """Of it: by the run that this one was branched off."""
    files: tuple[File, ...]
    """Those that the run made, changed or removed."""
    events: tuple[Happened, ...]


def record(name: str, settings: Settings) -> RunRecord:
    """Raises NoSuchRun."""
    past = past_in(settings, name)
    return RunRecord.model_validate(within(redactor(), record_of(past).model_dump(mode="json")))


def record_of(past: Past) -> RunRecord:
    state = past.state
    ended, contract = state.ended, state.contract
    return RunRecord(
        run=past.run_id,
        goal=state.goal_given,
        model=state.started.model if state.started else "",
        ending=ended.ending if ended else None,
        reason=ended.reason if ended else "",
        answer=ended.answer if ended else "",
        criteria=tuple(
            Criterion(
                text=one.text,
                check=one.check.model_dump(mode="json"),
                passed=seen.passed if (seen := state.checks.get(one.id)) else None,
                evidence=seen.evidence if seen else "",
                invariant=one.invariant,
            )
            for one in (contract.criteria if contract else ())
        ),
        plan=state.plan,
        limits=state.limits,
        usage=Usage.model_validate(state.spent, from_attributes=True),
        usage_before_fork=Usage.model_validate(state.before, from_attributes=True),
        files=tuple(
            File(path=path, sha256=sha) for path, sha in sorted(state.ledger.artefacts.items())
        ),
        events=tuple(
            Happened(seq=one.seq, at=one.at, event=one.event.model_dump(mode="json"))
            for one in past.records
        ),
    )
