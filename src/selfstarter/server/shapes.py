"""What goes over the wire. Times are seconds since 1970, or lengths in seconds; money is USD."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StrictBool

from selfstarter.core.budget import question
from selfstarter.core.contract import Assumption, Task
from selfstarter.core.events import Ending, LimitName, Limits
from selfstarter.core.permissions import Mode
from selfstarter.core.state import State
from selfstarter.viewing import RunRow

Status = Literal["running", "waiting", "paused", "interrupted", "ended"]
"""`interrupted`: no process pursues it, and nobody paused it."""


SOURCES = 60
"""Most that a snapshot names."""


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Budget(Given):
    """Whatever is left out is as in the settings."""

    steps: int | None = Field(default=None, gt=0, strict=True)
    tokens: int | None = Field(default=None, gt=0, strict=True)
    cost_usd: FiniteFloat | None = Field(default=None, ge=0, strict=True)
    time_s: FiniteFloat | None = Field(default=None, gt=0, strict=True)


class NewRun(Given):
    goal: str = Field(min_length=1, max_length=20_000)
    criteria: tuple[str, ...] = Field(default=(), max_length=20)
    """In the person's own words."""
    workspace: str = Field(default="", max_length=4_096)
    """A folder on the server's machine; empty: a new one."""
    model: str = Field(default="", max_length=500)
    budget: Budget = Budget()
    mode: Mode | None = None
    """What it may do unasked (docs/permissions.md); null: as in the settings."""
    review: StrictBool = False
    """Contract and plan are shown first, and nothing is done until they are accepted."""


class Command(Given):
    type: Literal["say", "pause", "stop", "resume"]
    text: str = Field(default="", max_length=20_000)
    """`say`: what is said. `pause`: why."""
    budget: Budget = Budget()
    """`resume`: new limits."""


class Resolution(Given):
    decision: Literal["approve", "deny", "answer"]
    text: str = Field(default="", max_length=20_000)
    """`approve`: by how much (`1.50`, `5000`, `20m`); empty: by as much as the run began with. Of
    a call, `all`: each of its tool in this run.
    `deny`: why. `answer`: what is said."""
    drop: tuple[str, ...] = Field(default=(), max_length=100)
    """`approve` of a contract: ids of criteria that are not wanted."""
    add: tuple[str, ...] = Field(default=(), max_length=20)
    """`approve` of a contract: criteria in the person's own words."""


class Login(Given):
    token: str = Field(max_length=200)


class Run(BaseModel):
    id: str
    goal: str
    model: str
    status: Status
    ending: Ending | Literal[""]
    started_at: float
    last_at: float
    events: int


class Runs(BaseModel):
    runs: list[Run]
    cursor: float | None
    """`before` of the next page; null: this is the last."""


class Criterion(BaseModel):
    id: str
    text: str
    check: str
    """Kind of the check."""
    passed: bool | None
    """Null: nobody has looked yet."""
    evidence: str
    invariant: bool


class Usage(BaseModel):
    steps: int
    calls: int
    input: int
    output: int
    cached: int
    cost_usd: float
    cost_known: bool
    time_s: float
    denied: int


class Asked(BaseModel):
    """What a run waits for."""

    id: str
    """`RUN:SEQ`"""
    run: str
    kind: Literal["question", "limit", "call", "contract"]
    text: str
    goal: str
    answered: bool
    call: str = ""
    """The whole call that is to be allowed, its hash too."""


class Changed(BaseModel):
    path: str
    removed: bool


class ChildRun(BaseModel):
    id: str
    goal: str
    ending: str
    """Empty: not back yet."""


class SourceRead(BaseModel):
    url: str
    title: str
    at: float


class Snapshot(BaseModel):
    """A run as it stands, or stood, after the event `seq`."""

    run: Run
    seq: int
    workspace: str
    outcome: str
    assumptions: list[Assumption]
    criteria: list[Criterion]
    plan: list[Task]
    usage: Usage
    limits: Limits
    mode: Mode
    """What it may do unasked."""
    doing: str
    """The tool that runs now; empty: none."""
    waits_for: str
    to_accept: bool
    """The work begins once a person has accepted the contract."""
    paused: str
    reason: str
    """Why it ended."""
    answer: str
    files: list[Changed]
    """What the run has made, changed or removed."""
    dead_ends: list[str]
    noticed: dict[str, int]
    """What the guards noticed -> how often."""
    said: list[str]
    children: list[ChildRun]
    warned: list[LimitName]
    sources: list[SourceRead]
    """Pages and documents read from outside, the newest first."""


class Events(BaseModel):
    events: list[dict[str, Any]]
    """`{run, seq, at, kind, …}`, as `selfstarter show --jsonl` prints them."""
    cursor: int | None
    """`after` of the next page; null: there is no more for now."""


class Taken(BaseModel):
    """A command is in the journal."""

    run: str
    driven: bool
    """A process pursues the run, and reads it before its next move."""
    ended: bool


class Folder(BaseModel):
    files: list[str]


class Text(BaseModel):
    text: str


class Problem(BaseModel):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str = ""
    """Of an error in docs/reference/errors.md."""
    fix: str = ""
    """What to do about it."""


def run_of(row: RunRow, status: Status) -> Run:
    return Run(
        id=row.run_id,
        goal=row.goal,
        model=row.model,
        status=status,
        ending=row.ending,  # pyright: ignore[reportArgumentType]  # checked when it is made
        started_at=row.started_at,
        last_at=row.last_at,
        events=row.events,
    )


def run_in(run_id: str, state: State, status: Status) -> Run:
    started = state.started
    return Run(
        id=run_id,
        goal=state.goal_given,
        model=started.model if started else "",
        status=status,
        ending=state.ended.ending if state.ended else "",
        started_at=state.began_at,
        last_at=state.last_at,
        events=state.seq,
    )


def status_of(state: State, driven: bool) -> Status:
    if state.ended:
        return "ended"
    if state.waiting:
        return "waiting"
    if driven:
        return "running"
    return "paused" if state.paused else "interrupted"


def snapshot_of(run: Run, state: State) -> Snapshot:
    contract, spent, ended = state.contract, state.spent, state.ended
    criteria = [
        Criterion(
            id=one.id,
            text=one.text,
            check=one.check.kind,
            passed=seen.passed if (seen := state.checks.get(one.id)) else None,
            evidence=seen.evidence if seen else "",
            invariant=one.invariant,
        )
        for one in (contract.criteria if contract else ())
    ]
    return Snapshot(
        run=run,
        seq=state.seq,
        workspace=state.started.workspace if state.started else "",
        outcome=contract.outcome if contract else "",
        assumptions=list(contract.assumptions) if contract else [],
        criteria=criteria,
        plan=list(state.plan),
        usage=Usage(
            steps=spent.steps,
            calls=spent.calls,
            input=spent.input,
            output=spent.output,
            cached=spent.cached,
            cost_usd=spent.cost_usd,
            cost_known=not spent.unknown_cost,
            time_s=spent.time_s,
            denied=spent.denied,
        ),
        limits=state.limits,
        mode=state.permissions.mode,
        doing=state.pending.tool if state.pending else "",
        waits_for=question(state),
        to_accept=state.review_due and not ended,
        paused=state.paused,
        reason=ended.reason if ended else "",
        answer=ended.answer if ended else "",
        files=[
            Changed(path=path, removed=not sha)
            for path, sha in sorted(state.ledger.artefacts.items())
        ],
        dead_ends=list(state.dead_ends),
        noticed=dict(state.fired.items()),
        said=[one.text for one in state.said],
        children=[
            ChildRun(
                id=f"{run.id}.c{child.errand.number}",
                goal=child.errand.goal,
                ending=child.returned.ending if child.returned else "",
            )
            for child in state.children
        ],
        warned=sorted(state.warned),
        sources=sources_in(state),
    )


def sources_in(state: State) -> list[SourceRead]:
    """Each once."""
    results = (turn.result for turn in state.transcript if turn.result)
    found = {one.sha256: one for result in results for one in result.sources}
    newest = sorted(found.values(), key=lambda one: -one.at)
    return [SourceRead(url=one.url, title=one.title, at=one.at) for one in newest[:SOURCES]]
