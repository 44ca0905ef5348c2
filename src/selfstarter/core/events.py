"""Everything that can happen to a run, one frozen class each.

The journal stores these and nothing else; `State` is a fold over them. Written strictly, read
tolerantly: unknown fields are dropped, new fields have defaults, a known kind is never removed,
so that an old journal loads for ever. `v` rises when a field changes its meaning.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from selfstarter.core.contract import Contract, Criterion, Fact, Outline, Sketch, Task
from selfstarter.core.permissions import Permissions

Purpose = Literal[
    "draft",
    "amend",
    "outline",
    "plan",
    "choose",
    "study",
    "weigh",
    "compose",
    "reflect",
    "judge",
    "wrap_up",
]
"""Which move asked the model."""

Ending = Literal["done", "partly", "stuck", "out_of_budget", "out_of_time", "stopped", "failed"]
"""done: every criterion passed. partly: some did not. stuck: no progress left to try.
failed: an error of ours or of the model that another try cannot mend."""


DELEGATE = "delegate"
"""The call that is answered by child runs: the policy knows it by its name."""


class Event(BaseModel):
    # Built when the first one is made or read: a list of runs needs none of them.
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)
    v: int = 1


LimitName = Literal["tokens", "cost", "time", "steps"]

OnLimit = Literal["stop", "ask"]
"""What a run does at a limit: end with its report, or ask a person to raise it."""


class Limits(BaseModel, frozen=True):
    """What a run may spend. Enforced in `policy` and, for each model call, in `asking/ask`."""

    steps: int = 60
    """Tool calls."""
    tokens: int = 400_000
    """Input plus output of all model calls."""
    cost_usd: float | None = None
    """None: no limit on money. A call of unknown price counts as 0 and is reported as unknown."""
    time_s: float = 3600.0
    """Time at work; pauses and the time between a crash and its resume do not count."""

    def of(self, name: LimitName) -> float | None:
        """In tokens, USD, seconds or steps; None: no limit."""
        match name:
            case "tokens":
                return self.tokens
            case "cost":
                return self.cost_usd
            case "time":
                return self.time_s
            case "steps":
                return self.steps

    def raised(self, name: LimitName, most: float) -> "Limits":
        match name:
            case "tokens":
                return self.model_copy(update={"tokens": int(most)})
            case "cost":
                return self.model_copy(update={"cost_usd": most})
            case "time":
                return self.model_copy(update={"time_s": most})
            case "steps":
                return self.model_copy(update={"steps": int(most)})


class Lost(BaseModel, frozen=True):
    """Tries of one model call that brought no reply."""

    tries: int = 0
    billed: int = 0
    """Of them: those that a provider may have billed. They count at the most they can cost."""
    input: int = 0
    output: int = 0
    cost_usd: float | None = 0.0


class ModelFacts(BaseModel, frozen=True):
    """What a run relied on in its model: enough to pursue it again with recorded replies."""

    window: int
    native_tools: bool
    json_schema: bool
    small: bool


class Inherited(BaseModel, frozen=True):
    """What the run above had read and knew when it gave this part away, as `Provenance`."""

    untrusted: bool = False
    private: bool = False
    words: str = ""
    """The person's. A goal that was written by a model which had read untrusted text is not."""
    planned: str = ""
    offered: tuple[str, ...] = ()
    hits: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


class Fork(BaseModel, frozen=True):
    """Where a run was branched off another one."""

    run: str
    at: int
    """The last event that both have."""


class LastRun(BaseModel, frozen=True):
    """What came of the run that a schedule began before this one."""

    run: str
    ending: Ending | Literal[""]
    """Empty: it has not ended."""
    at: float
    """Unix seconds of its last event."""
    answer: str = ""
    reason: str = ""
    missing: tuple[str, ...] = ()
    """Criteria that did not pass."""
    untrusted: bool = False
    """It had read text from outside, which may have gone into its answer."""
    private: bool = False


class Scheduled(BaseModel, frozen=True):
    """The schedule that began this run, and for which of its due moments (Unix seconds)."""

    schedule: str
    due: float
    last: LastRun | None = None
    """None: it is the first."""


class EarlierRun(BaseModel, frozen=True):
    """The last run of the person's in the same folder that has ended."""

    record: str
    """Id of what the memory keeps of its end: what was forgotten there is not told."""
    goal: str
    ending: Ending
    at: float
    """Unix seconds of its last event."""
    files: tuple[str, ...] = ()
    """That it made or changed."""


class RunStarted(Event):
    kind: Literal["run_started"] = "run_started"
    goal: str
    workspace: str
    """Absolute path on the machine that ran it."""
    model: str
    limits: Limits = Limits()
    attended: bool = False
    """Is a person there to answer questions?"""
    on_limit: OnLimit = "stop"
    criteria: tuple[str | Criterion, ...] = ()
    """To be part of the contract: in the person's own words, or with a check for a machine."""
    contract: Contract | None = None
    """Given by a parent run: nothing to draft."""
    seed: int = 0
    inputs: tuple[str, ...] = ()
    """Workspace files that a parent run named for this one."""
    above: tuple[str, ...] = ()
    """Goals of the runs that this one was delegated by, the first one first; empty: by nobody."""
    reads_only: bool = False
    """It works beside others in one workspace, so nothing may be changed."""
    protects: tuple[tuple[str, str], ...] = ()
    """(path, sha256): what the contracts of the runs above protect, as `Contract.protects`."""
    facts: ModelFacts | None = None
    memory: bool = False
    """Does it recall what runs before it learnt, and is what it learns filed?"""
    permissions: Permissions = Permissions()
    inherited: Inherited | None = None
    fork: Fork | None = None
    """The events up to `RunForked` are another run's."""
    scheduled: Scheduled | None = None
    earlier: EarlierRun | None = None
    """None: there was none that may be remembered, or this run is to have no memory."""
    attempt: int = 0
    """Number of an independent attempt at another run's goal; 0: none."""
    review: bool = False
    """Does the person look at contract and plan before the work begins? Only if one is there."""


class RunForked(Event):
    """All before this happened in another run, which has paid for it."""

    kind: Literal["run_forked"] = "run_forked"
    run: str
    at: int
    """Of that run, the last event that both have."""
    limits: Limits
    """With what was spent before on top."""
    goal: str = ""
    """Another goal than that of the other run; empty: the same."""


class RunImported(Event):
    """All before this was written elsewhere."""

    kind: Literal["run_imported"] = "run_imported"
    run: str
    """Its id there."""
    permissions: Permissions | None = None
    """Those of this machine: then nothing of before counts as a person's wish. None: the run is the
    person's own."""


class RunResumed(Event):
    kind: Literal["run_resumed"] = "run_resumed"
    model: str = ""
    limits: Limits | None = None
    """New limits; None: as they were."""
    on_limit: OnLimit | None = None
    """None: as it was."""
    facts: ModelFacts | None = None
    permissions: Permissions | None = None
    """None: as they were."""
    lost: Lost = Lost()
    """Of the model call that a crash may have cut off before."""
    over: int = 0
    """The newest command by then: a pause or a stop up to it was asked for before."""


class RunPaused(Event):
    kind: Literal["run_paused"] = "run_paused"
    reason: str
    command: int = 0
    lost: Lost = Lost()
    """Of the model call that could not be had."""


class RunEnded(Event):
    kind: Literal["run_ended"] = "run_ended"
    ending: Ending
    answer: str = ""
    reason: str = ""
    """Why it stopped, one sentence for a person."""
    refused: bool = False
    """The answer is the last one that the model gave, with why it was not accepted."""
    report: str = ""
    """The model's last words on how it stands, where they are not the answer."""
    lost: Lost = Lost()
    """Of the last report, where the model could not give it."""


class ModelCalled(Event):
    """A model replied. Carries the whole reply, so that a crash never asks (or pays) twice."""

    kind: Literal["model_called"] = "model_called"
    purpose: Purpose
    text: str
    calls: tuple[dict[str, Any], ...] = ()
    """Native tool calls: {"tool", "args", "id"}."""
    input: int = 0
    output: int = 0
    cached: int = 0
    cost_usd: float | None = 0.0
    cut: bool = False
    duration_s: float = 0.0
    lost: Lost = Lost()
    """Of the tries before this reply."""


class NextCall(Event):
    """The reply held several calls: the next one is read now, as if it stood alone."""

    kind: Literal["next_call"] = "next_call"


class CallsDropped(Event):
    """The rest of a reply's calls: something came in between that the model did not know of."""

    kind: Literal["calls_dropped"] = "calls_dropped"
    calls: tuple[str, ...]
    """What each would have been, in a few words."""
    reason: str


class BudgetWarned(Event):
    """Most of a limit is spent, or it pays only a few more calls. Told once for each limit."""

    kind: Literal["budget_warned"] = "budget_warned"
    limit: LimitName
    spent: float
    most: float


class BudgetReached(Event):
    """The next model call could not be paid for to its last token, so it was not made; or the
    time was up before its reply came."""

    kind: Literal["budget_reached"] = "budget_reached"
    limit: LimitName
    lost: Lost = Lost()


class ReplyRejected(Event):
    """A reply could not be used; `reason` goes back to the model."""

    kind: Literal["reply_rejected"] = "reply_rejected"
    purpose: Purpose
    said: str = ""
    """What the reply said, where the model is to see it again."""
    reason: str
    cut: bool = False
    """It was cut off: what was in it nobody knows."""


class WorkspaceScouted(Event):
    """What lay in the workspace before the first move: the names, the first lines, the digests."""

    kind: Literal["workspace_scouted"] = "workspace_scouted"
    listing: str
    """As a model reads it."""
    heads: str
    """The first lines of the text files, as a model reads them."""
    digests: tuple[tuple[str, str], ...] = ()
    """(path, sha256)"""
    inside: str = ""
    """What programs find in the sandbox, as a model reads it; empty: none runs there."""

    @cached_property
    def found(self) -> Mapping[str, str]:
        """Path -> digest."""
        return dict(self.digests)


class GoalRead(Event):
    """The person's words say in which file the goal stands, and that file is a short text."""

    kind: Literal["goal_read"] = "goal_read"
    path: str
    goal: str
    """What the file says, and what the person's words want beside it."""


class GoalSketched(Event):
    """What the model made of the goal, before the harness turns it into a contract."""

    kind: Literal["goal_sketched"] = "goal_sketched"
    sketch: Sketch


class SourcesOutlined(Event):
    kind: Literal["sources_outlined"] = "sources_outlined"
    outline: Outline


class ContractDrafted(Event):
    kind: Literal["contract_drafted"] = "contract_drafted"
    contract: Contract


class ContractAmended(Event):
    """What a person said in mid-run was weighed against the contract; or a judge had a check
    replaced that no right result could pass."""

    kind: Literal["contract_amended"] = "contract_amended"
    contract: Contract
    quote: str = ""
    """The person's words that changed it; empty: it stays as it was, or a judge changed it."""
    dropped: tuple[str, ...] = ()
    """Texts of criteria; so with `added`."""
    added: tuple[str, ...] = ()


class PlanMade(Event):
    kind: Literal["plan_made"] = "plan_made"
    tasks: tuple[Task, ...]
    tools: tuple[str, ...] = ()
    """Tools outside the workspace that it says it needs."""


class PlanRevised(Event):
    """A diff of the plan. Finished tasks stay finished."""

    kind: Literal["plan_revised"] = "plan_revised"
    reason: str
    add: tuple[Task, ...] = ()
    drop: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    result: str = ""
    """What came of the tasks that are now done or failed."""


class Reflected(Event):
    kind: Literal["reflected"] = "reflected"
    trigger: str
    lesson: str
    dead_end: str = ""
    """An approach not to try again in this run."""
    add: tuple[Task, ...] = ()
    drop: tuple[str, ...] = ()
    """Ids of tasks that are given up in favour of `add`."""


class WorkspaceSaved(Event):
    """The workspace was kept as it is now, because it differs from what was kept before."""

    kind: Literal["workspace_saved"] = "workspace_saved"
    tree: str
    """Id of the snapshot, made of all paths and contents: the same files, the same id."""
    files: int = 0
    changed: tuple[str, ...] = ()
    """The first paths that differ from the snapshot before."""
    left_out: tuple[str, ...] = ()
    """The first `path: why` of what lies there and is not kept."""
    found: bool = False
    """The change was not made by the run: it was found when the run went on after a rest."""


class WorkspaceUndone(Event):
    """A person had the files put back as they were before."""

    kind: Literal["workspace_undone"] = "workspace_undone"
    to: int
    """The place in the journal as of which the files are now."""
    tree: str
    """As in `WorkspaceSaved`: of the files as they are now."""
    restored: tuple[tuple[str, str], ...] = ()
    """(path, sha256) of what was put back; sha256 empty: removed."""


class StartedOver(Event):
    """The work so far was thrown away: files as they were at the start, and an empty transcript.

    A small model that has gone wrong goes on as it began: its own words are the pattern it follows.
    """

    kind: Literal["started_over"] = "started_over"
    reason: str
    lesson: str
    """What the model is told of the try that was thrown away."""
    restored: tuple[str, ...] = ()


class Hinted(Event):
    """The ledger noticed something; `text` is shown to the model once."""

    kind: Literal["hinted"] = "hinted"
    signal: str
    text: str
    stale: tuple[str, ...] = ()
    """Prints of calls that are refused from now on, until there is progress."""


class ToolPutAway(Event):
    """A tool failed again and again in the same way: it is not shown and not run for a while."""

    kind: Literal["tool_put_away"] = "tool_put_away"
    tool: str
    reason: str
    until_step: int


class Remembered(BaseModel, frozen=True):
    """A record of the long-term memory, as it was shown."""

    id: str
    what: str
    """Its kind, as `ports.MemoryKind`."""
    text: str
    score: float
    at: float
    """Unix seconds: when it became known."""
    source: str = ""
    trusted: bool = True


BEFORE_DRAFT = "draft"
LAST_HERE = "run"
"""What a line about the last run in the same folder is, in place of a kind of record."""


class MemoryRecalled(Event):
    """The memory was asked what helps with the task at hand; the answer stands in the view until
    it is asked again."""

    kind: Literal["memory_recalled"] = "memory_recalled"
    due: str
    """What called for it, as `State.recall_due`, or BEFORE_DRAFT."""
    query: str
    records: tuple[Remembered, ...] = ()
    """Best first; empty: nothing was near enough, which is a good answer."""
    untrusted: bool = False
    """Text from outside went into one of them."""


class Compacted(Event):
    """Turns up to `keep_from` are shown as one line each; up to `drop_before`, as a count."""

    kind: Literal["compacted"] = "compacted"
    keep_from: int
    drop_before: int
    fresh: bool = False
    """The usual view would have lost something: the context begins anew with a hand-off."""
    missing: tuple[str, ...] = ()
    """What does not fit into the view even so; it stays in the state and in the report."""


class CallChosen(Event):
    kind: Literal["call_chosen"] = "call_chosen"
    call_id: str
    tool: str
    args: dict[str, Any]
    thought: str = ""
    """What the model wrote around the call."""
    by: Literal["model", "harness"] = "model"
    provider_id: str = ""
    renamed: tuple[str, ...] = ()
    """Which of its arguments the model had called otherwise, a clause each."""


class CallStarted(Event):
    """Durable before the effect."""

    kind: Literal["call_started"] = "call_started"
    call_id: str


class Source(BaseModel, frozen=True):
    """A page or document from outside, as it was read."""

    url: str
    """Where it was found in the end, after redirects."""
    sha256: str
    """Of its bytes as they came."""
    at: float
    """Unix seconds."""
    title: str = ""
    kept: str = ""
    """Where its text lies, relative to the run's folder; empty: not kept."""


class Outside(BaseModel, frozen=True):
    """A call that may have changed something outside the workspace, as it came back."""

    tool: str
    args: tuple[tuple[str, str], ...] = ()
    """(name, value), each value in one line and cut."""
    status: str = "ok"
    said: str = ""
    """The first words of what came back."""


class CallReturned(Event):
    kind: Literal["call_returned"] = "call_returned"
    call_id: str
    status: Literal["ok", "empty", "transient", "permanent", "denied", "oversize"]
    output: str = ""
    error: str = ""
    next_action: str = ""
    spilled: str = ""
    changed: tuple[tuple[str, str], ...] = ()
    """(path, sha256) of workspace files that differ after the call; sha256 empty: removed."""
    prints: tuple[tuple[str, str], ...] = ()
    """(path, print without timestamps and ids) of those that are short texts."""
    sources: tuple[Source, ...] = ()
    offered: tuple[str, ...] = ()
    """Addresses that it gave to be opened next: hits of a search, links of a page."""
    hidden_order: str = ""
    """What looks like an order to an agent on a page where a person would not see it."""
    untrusted: bool = False
    """It brought text from outside the person's own words and files."""
    private: bool = False
    """It brought what only the person should see."""
    refused: bool = False
    """It was not run, because it would only repeat what is known."""
    cut: bool = False
    """A crash cut it short: whether it took effect is not known."""
    barred: str = ""
    """It was not run, because it is not permitted: why not, a clause."""
    known: tuple[str, ...] = ()
    """Values that may be used outside from here on: of records that are the person's own."""
    known_ids: tuple[str, ...] = ()
    """So may these, as ids: of what the goal names, or of what the call has made."""
    outside: bool = False
    """It was given to a tool that may change something outside the workspace."""
    duration_s: float = 0.0


class Errand(BaseModel, frozen=True):
    """A part of the goal for a child run."""

    number: int
    """From 1, per parent; the child of run R is R.c1, R.c2, …"""
    goal: str
    criteria: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    share: Limits
    """Reserved of the parent's budget until the child is back; the child's limits."""
    reads_only: bool = False


class Delegated(Event):
    """Durable before a child begins: the shares are reserved, and no errand is sent twice."""

    kind: Literal["delegated"] = "delegated"
    call_id: str
    errands: tuple[Errand, ...]


class Spending(BaseModel, frozen=True):
    """All that a child run and its own children spent."""

    steps: int = 0
    calls: int = 0
    input: int = 0
    output: int = 0
    cached: int = 0
    cost_usd: float = 0.0
    unknown_cost: bool = False
    time_s: float = 0.0
    denied: int = 0
    retries: int = 0
    lost: int = 0


class CriterionSeen(BaseModel, frozen=True):
    text: str
    passed: bool
    evidence: str = ""
    undecided: bool = False
    """Nobody could tell, or has looked."""


class ChildReturned(Event):
    kind: Literal["child_returned"] = "child_returned"
    number: int
    """Of its errand."""
    ending: Ending
    reason: str = ""
    answer: str = ""
    files: tuple[tuple[str, str], ...] = ()
    """(path, sha256) of the workspace files it changed; sha256 empty: removed."""
    criteria: tuple[CriterionSeen, ...] = ()
    spent: Spending = Spending()
    untrusted: bool = False
    """It has read text from outside the person's own words; so with `private`."""
    private: bool = False
    barred: tuple[str, ...] = ()
    """Calls that were not permitted, a sentence each."""
    worked: tuple[str, ...] = ()
    """Of each call that came back well: its tool. Once, in a journal of an earlier release."""
    outside: tuple[Outside, ...] = ()
    """Its calls that may have changed something outside the workspace, oldest first."""


class Dispute(BaseModel, frozen=True):
    """A check that the model calls wrong, and another for it."""

    criterion: str
    """Its words."""
    why: str
    command: str
    text: str = ""
    """What is to hold instead; empty: the same."""


class FinishAsked(Event):
    """The model says it is done. A request, not a fact."""

    kind: Literal["finish_asked"] = "finish_asked"
    summary: str
    missing: str = ""
    """What it says could not be done, and why: then it is not sent back to do it."""
    disputed: tuple[Dispute, ...] = ()
    by: Literal["model", "harness"] = "harness"
    thought: str = ""
    """What the model wrote around the call."""
    provider_id: str = ""

    @property
    def account(self) -> str:
        """All that a person is told."""
        return f"{self.summary}\n\nNot done: {self.missing}" if self.missing else self.summary


class CriterionChecked(Event):
    kind: Literal["criterion_checked"] = "criterion_checked"
    criterion: str
    passed: bool
    evidence: str
    round: int = 1
    """Which finish request this check belongs to."""
    undecided: bool = False
    """It did not pass, and nobody could judge it, or all of it: whoever made the work cannot mend
    that."""
    about: str = ""
    """Of a judge's verdict: the sha256 of what it was shown; empty: it gave none."""


class AttemptMade(Event):
    """An independent attempt at the goal, in a fresh copy and a fresh context, came back."""

    kind: Literal["attempt_made"] = "attempt_made"
    number: int
    """From 1."""
    answer: str
    files: tuple[tuple[str, str], ...] = ()
    """(path, content) of the text files it changed, up to 64 KiB each."""
    input: int = 0
    output: int = 0
    cost_usd: float | None = 0.0
    calls: int = 0
    """Model calls."""
    steps: int = 0
    denied: int = 0
    retries: int = 0
    lost: int = 0
    """Tries that may have been billed; they are in the tokens and the money above."""


class FinishRejected(Event):
    kind: Literal["finish_rejected"] = "finish_rejected"
    failures: str


class PartStudied(Event):
    """One part of one source was read; a part is what it says of one subject, or less."""

    kind: Literal["part_studied"] = "part_studied"
    source: str
    part: int
    """From 0."""
    parts: int
    facts: tuple[Fact, ...]


class FactChosen(Event):
    """Of several facts on one subject and aspect: the one that answers, and does the rest agree?"""

    kind: Literal["fact_chosen"] = "fact_chosen"
    subject: str
    aspect: str
    fact: Fact | None
    """None: the sources do not say."""
    against: tuple[Fact, ...] = ()
    """Facts of other sources that contradict it."""


class SectionWritten(Event):
    kind: Literal["section_written"] = "section_written"
    heading: str
    text: str


class PersonAsked(Event):
    kind: Literal["person_asked"] = "person_asked"
    question: str
    by: Literal["model", "harness"] = "model"


class PersonSaid(Event):
    kind: Literal["person_said"] = "person_said"
    text: str
    command: int = 0
    """Id of the command row that this answers."""


class StopAsked(Event):
    kind: Literal["stop_asked"] = "stop_asked"
    reason: str = ""
    command: int = 0


class RaiseAsked(Event):
    """A limit is reached and a person is asked to raise it; the run waits."""

    kind: Literal["raise_asked"] = "raise_asked"
    limit: LimitName
    most: float
    """The limit as it is."""
    some: bool = False
    """Something is left of it, too little for another call."""


class LimitRaised(Event):
    """A person gave more; the run goes on."""

    kind: Literal["limit_raised"] = "limit_raised"
    limit: LimitName
    most: float
    """The limit from here on."""
    command: int = 0


class RaiseDenied(Event):
    """A person did not give more; the run ends with its report."""

    kind: Literal["raise_denied"] = "raise_denied"
    reason: str = ""
    command: int = 0


class ApprovalAsked(Event):
    """A person is asked to allow one call; the run waits."""

    kind: Literal["approval_asked"] = "approval_asked"
    call_id: str
    tool: str
    args: dict[str, Any]
    digest: str
    """sha256 of tool and arguments: what is allowed is this and nothing else."""
    why: str
    """Why it is not simply run, a clause."""


class CallApproved(Event):
    """A person allowed the call, once, or each call of its tool in this run."""

    kind: Literal["call_approved"] = "call_approved"
    call_id: str
    digest: str
    rule: str = ""
    """Added to those that allow; empty: it was for once."""
    command: int = 0


class CallDenied(Event):
    """A person did not allow the call; the model is told."""

    kind: Literal["call_denied"] = "call_denied"
    call_id: str
    reason: str = ""
    command: int = 0


class ReviewAsked(Event):
    """A person is shown contract and plan before any work; the run waits."""

    kind: Literal["review_asked"] = "review_asked"


class ContractAccepted(Event):
    """A person has looked at the contract, perhaps changed it, and the work may begin."""

    kind: Literal["contract_accepted"] = "contract_accepted"
    contract: Contract | None = None
    """From here on; None: as it was."""
    dropped: tuple[str, ...] = ()
    """Texts of criteria; so with `added`."""
    added: tuple[str, ...] = ()
    command: int = 0


class CommandMissed(Event):
    """What a person asked for came too late, or made no sense here."""

    kind: Literal["command_missed"] = "command_missed"
    command: int
    why: str


AnyEvent = Annotated[
    RunStarted
    | RunForked
    | RunImported
    | RunResumed
    | RunPaused
    | RunEnded
    | ModelCalled
    | NextCall
    | CallsDropped
    | BudgetWarned
    | BudgetReached
    | ReplyRejected
    | WorkspaceScouted
    | GoalRead
    | GoalSketched
    | SourcesOutlined
    | ContractDrafted
    | ContractAmended
    | PlanMade
    | PlanRevised
    | Reflected
    | WorkspaceSaved
    | WorkspaceUndone
    | StartedOver
    | Hinted
    | ToolPutAway
    | MemoryRecalled
    | Compacted
    | CallChosen
    | CallStarted
    | CallReturned
    | Delegated
    | ChildReturned
    | FinishAsked
    | CriterionChecked
    | AttemptMade
    | FinishRejected
    | PartStudied
    | FactChosen
    | SectionWritten
    | PersonAsked
    | PersonSaid
    | StopAsked
    | RaiseAsked
    | LimitRaised
    | RaiseDenied
    | ApprovalAsked
    | CallApproved
    | CallDenied
    | ReviewAsked
    | ContractAccepted
    | CommandMissed,
    Field(discriminator="kind"),
]

EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent, config=ConfigDict(defer_build=True))
"""The border: bytes to events and back."""
