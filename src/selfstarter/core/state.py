"""What is true of a run now: the fold of its events. O(1) per event."""

from __future__ import annotations  # rpds types are generic to the checker only

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from rpds import HashTrieMap, List

from selfstarter.core.contract import (
    AnswerGiven,
    Contract,
    Fact,
    Judge,
    Outline,
    Reproduced,
    Sketch,
    Task,
)
from selfstarter.core.events import (
    AnyEvent,
    AttemptMade,
    BudgetReached,
    CallChosen,
    CallReturned,
    CallStarted,
    Compacted,
    ContractDrafted,
    CriterionChecked,
    FactChosen,
    FinishAsked,
    FinishRejected,
    GoalSketched,
    Hinted,
    Limits,
    ModelCalled,
    PartStudied,
    PersonAsked,
    PersonSaid,
    PlanMade,
    PlanRevised,
    Purpose,
    Reflected,
    ReplyRejected,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
    SectionWritten,
    SourcesOutlined,
    StartedOver,
    StopAsked,
    WorkspaceScouted,
)
from selfstarter.core.ledger import Ledger, call_print, print_of
from selfstarter.core.ports import Recorded
from selfstarter.core.traces import trace_of


@dataclass(frozen=True, slots=True)
class Turn:
    """One entry of the transcript: a call and its result, or a note of the harness."""

    n: int
    call: CallChosen | None = None
    result: CallReturned | None = None
    note: str = ""
    from_person: bool = False
    missed: bool = False
    """A look after this call found that it did not do it."""


@dataclass(frozen=True, slots=True)
class Spent:
    steps: int = 0
    calls: int = 0
    """Model calls."""
    input: int = 0
    output: int = 0
    cached: int = 0
    cost_usd: float = 0.0
    unknown_cost: bool = False
    time_s: float = 0.0

    @property
    def tokens(self) -> int:
        return self.input + self.output


@dataclass(frozen=True, slots=True)
class State:
    started: RunStarted | None = None
    limits: Limits = Limits()
    scouted: WorkspaceScouted | None = None
    sketch: Sketch | None = None
    outline: Outline | None = None
    contract: Contract | None = None
    plan: tuple[Task, ...] = ()
    transcript: List[Turn] = List()
    """Newest first."""
    turns: int = 0
    keep_from: int = 0
    drop_before: int = 0
    pending: CallChosen | None = None
    starts: int = 0
    """Times the pending call has begun; above zero its effect may already have happened."""
    unread: ModelCalled | None = None
    """A reply that no event has made use of yet."""
    replies: HashTrieMap[str, int] = HashTrieMap()
    """Purpose -> how many replies it has had."""
    rejected: int = 0
    """Replies in a row that could not be used."""
    reason: str = ""
    """Why the last reply could not be used."""
    failures: int = 0
    """Failed calls in a row."""
    ledger: Ledger = Ledger()
    hints: int = 0
    """Hints since the last progress."""
    reflections: int = 0
    """Reflections since the last progress."""
    misses: int = 0
    """Changes that a look of the harness found wanting, since the last start."""
    starts_over: int = 0
    """Times the work so far was thrown away."""
    refusals: int = 0
    """Calls refused as repetitions since the last progress."""
    stale: frozenset[str] = frozenset()
    """Prints of calls that are refused until there is progress."""
    wasted: int = 0
    """Moves of the model that brought nothing, since the last progress or rung of the ladder."""
    wordy: bool = False
    """The last reply led to no call."""
    revisions: int = 0
    """Times that tasks were added to the plan since the last progress."""
    questions: int = 0
    """Times that the harness asked a person for help."""
    fired: HashTrieMap[str, int] = HashTrieMap()
    """What was noticed -> how often."""
    dead_ends: tuple[str, ...] = ()
    finish: FinishAsked | None = None
    round: int = 0
    """Finish requests so far."""
    checks: HashTrieMap[str, CriterionChecked] = HashTrieMap()
    """Criterion -> its last check."""
    attempts: tuple[AttemptMade, ...] = ()
    changed: bool = False
    """The last call changed something, and nobody has looked yet whether that was all."""
    rejections: int = 0
    """Finish requests that were turned down."""
    studied: HashTrieMap[str, tuple[int, int]] = HashTrieMap()
    """Source -> (parts read, parts in all)."""
    facts: List[Fact] = List()
    """Newest first."""
    chosen: tuple[FactChosen, ...] = ()
    sections: tuple[SectionWritten, ...] = ()
    unaffordable: str = ""
    """What the next model call would have cost too much of."""
    question: str = ""
    """Asked of a person and not answered."""
    paused: str = ""
    stop_asked: bool = False
    answered: int = 0
    """The highest command id that an event has answered."""
    spent: Spent = Spent()
    seq: int = 0
    last_at: float = 0.0
    ended: RunEnded | None = None

    @property
    def goal(self) -> str:
        return self.started.goal if self.started else ""

    @property
    def task(self) -> Task | None:
        """The task at hand: the first of the plan that is still open."""
        return next((t for t in self.plan if t.status in ("todo", "doing")), None)

    def reply_to(self, purpose: Purpose) -> ModelCalled | None:
        """The reply that a crash kept from being read, if it was for this purpose."""
        return self.unread if self.unread and self.unread.purpose == purpose else None

    @property
    def can_be_handed_in(self) -> bool:
        """Can the quick checks say alone that the work is done? An answer only the model can give,
        and checks that cost model calls say nothing before the finish."""
        checks = [c.check for c in self.contract.criteria] if self.contract else []
        quick = [check for check in checks if not isinstance(check, (Judge, Reproduced))]
        return bool(quick) and not any(isinstance(check, AnswerGiven) for check in quick)

    @property
    def studied_all(self) -> bool:
        return self.outline is not None and all(
            (seen := self.studied.get(source)) is not None and seen[0] >= seen[1]
            for source in self.outline.sources
        )

    def apply(self, recorded: Recorded) -> State:
        event = recorded.event
        # A gap before a resume is not time at work; a clock that jumps back costs nothing.
        resumed = isinstance(event, RunResumed) or self.seq == 0
        worked = 0.0 if resumed else max(0.0, recorded.at - self.last_at)
        # A pause or a resume makes no use of a reply: it is still there to be read.
        aside = isinstance(event, (RunPaused, RunResumed))
        s = replace(
            self,
            seq=recorded.seq,
            last_at=recorded.at,
            spent=replace(self.spent, time_s=self.spent.time_s + worked),
            unread=self.unread if aside else None,
        )
        return _apply(s, event)

    def noted(self, text: str, from_person: bool = False) -> State:
        turn = Turn(self.turns + 1, note=text, from_person=from_person)
        return replace(self, transcript=self.transcript.push_front(turn), turns=turn.n)

    def progressed(self) -> State:
        return replace(
            self,
            ledger=self.ledger.progressed(),
            hints=0,
            reflections=0,
            refusals=0,
            revisions=0,
            wasted=0,
            stale=frozenset(),
        )

    def noticed(self, what: str) -> State:
        return replace(self, fired=self.fired.insert(what, (self.fired.get(what) or 0) + 1))

    def with_tasks(self, status: str, ids: Iterable[str], result: str = "") -> State:
        wanted = set(ids)
        plan = tuple(
            task.model_copy(update={"status": status, "result": result or task.result})
            if task.id in wanted and task.status in ("todo", "doing")
            else task
            for task in self.plan
        )
        return replace(self, plan=plan)


def _apply(s: State, event: AnyEvent) -> State:  # one arm per event; as long as the list of events
    match event:
        case RunStarted():
            return replace(s, started=event, limits=event.limits, contract=event.contract)
        case RunResumed():
            ended = None if s.ended and s.ended.ending != "done" else s.ended
            return replace(
                s,
                limits=event.limits or s.limits,
                unaffordable="",
                paused="",
                stop_asked=False,
                ended=ended,
            )
        case RunPaused():
            return replace(s, paused=event.reason, answered=max(s.answered, event.command))
        case RunEnded():
            return replace(s, ended=event, pending=None)
        case ModelCalled():
            return _model_called(s, event)
        case BudgetReached():
            return replace(s, unaffordable=event.limit)
        case ReplyRejected():
            if event.purpose == "choose":
                s = replace(s.noted(event.reason), wordy=True, wasted=s.wasted + 1)
            return replace(s, rejected=s.rejected + 1, reason=event.reason)
        case WorkspaceScouted():
            names = (name for name, _ in event.digests)
            return replace(s, scouted=event, ledger=s.ledger.scouted(names))
        case GoalSketched():
            return replace(s, sketch=event.sketch, rejected=0)
        case SourcesOutlined():
            return replace(s, outline=event.outline, rejected=0)
        case ContractDrafted():
            return replace(s, contract=event.contract, rejected=0)
        case PlanMade():
            return replace(s, plan=event.tasks, rejected=0)
        case PlanRevised():
            return _plan_revised(s, event)
        case Reflected():
            s = s.noted(event.lesson).noticed(event.trigger)
            ends = (*s.dead_ends, event.dead_end) if event.dead_end else s.dead_ends
            ledger = s.ledger.progressed()
            s = replace(s, dead_ends=ends, ledger=ledger, failures=0, wasted=0)
            return replace(s, reflections=s.reflections + 1, rejected=0)
        case StartedOver():
            return _started_over(s, event)
        case Hinted():
            s = s.noted(event.text).noticed(event.signal)
            stale = s.stale.union(event.stale)
            return replace(s, hints=s.hints + 1, wasted=0, stale=stale)
        case Compacted():
            s = replace(s, keep_from=event.keep_from, drop_before=event.drop_before)
            return replace(s, stale=frozenset(), ledger=s.ledger.shrunk())
        case CallChosen():
            spent = replace(s.spent, steps=s.spent.steps + 1)
            return replace(s, pending=event, starts=0, rejected=0, spent=spent, wordy=False)
        case CallStarted():
            return replace(s, starts=s.starts + 1)
        case CallReturned():
            return _call_returned(s, event)
        case FinishAsked():
            s = replace(s, finish=event, round=s.round + 1, rejected=0, changed=False)
            return replace(s, wordy=False)
        case CriterionChecked():
            return _criterion_checked(s, event)
        case AttemptMade():
            spent = replace(
                s.spent,
                input=s.spent.input + event.input,
                output=s.spent.output + event.output,
                cost_usd=s.spent.cost_usd + (event.cost_usd or 0.0),
            )
            return replace(s, attempts=(*s.attempts, event), spent=spent)
        case FinishRejected():
            s = s.noted(event.failures)
            return replace(s, finish=None, rejections=s.rejections + 1)
        case PartStudied():
            return _part_studied(s, event)
        case FactChosen():
            return replace(s, chosen=(*s.chosen, event), rejected=0).progressed()
        case SectionWritten():
            return replace(s, sections=(*s.sections, event), rejected=0).progressed()
        case PersonAsked():
            asked = s.questions + (event.by == "harness")
            return replace(s, question=event.question, questions=asked)
        case PersonSaid():
            s = replace(s.noted(event.text, from_person=True).progressed(), failures=0, rejected=0)
            return replace(s, question="", paused="", answered=max(s.answered, event.command))
        case StopAsked():
            return replace(s, stop_asked=True, answered=max(s.answered, event.command))


def _started_over(s: State, event: StartedOver) -> State:
    artefacts = s.ledger.artefacts
    for path in event.restored:
        artefacts = artefacts.discard(path)
    fresh = replace(
        s,
        keep_from=s.turns,
        drop_before=s.turns,
        rejected=0,
        rejections=0,
        failures=0,
        misses=0,
        changed=False,
        ledger=Ledger(artefacts=artefacts, files=s.ledger.files),
        starts_over=s.starts_over + 1,
        hints=0,
        refusals=0,
        revisions=0,
        wasted=0,
        stale=frozenset(),
    )
    return fresh.noted(event.lesson).noticed(event.reason)


def _model_called(s: State, event: ModelCalled) -> State:
    spent = replace(
        s.spent,
        calls=s.spent.calls + 1,
        input=s.spent.input + event.input,
        output=s.spent.output + event.output,
        cached=s.spent.cached + event.cached,
        cost_usd=s.spent.cost_usd + (event.cost_usd or 0.0),
        unknown_cost=s.spent.unknown_cost or event.cost_usd is None,
    )
    replies = s.replies.insert(event.purpose, (s.replies.get(event.purpose) or 0) + 1)
    return replace(s, spent=spent, replies=replies, unread=event)


def _plan_revised(s: State, event: PlanRevised) -> State:
    s = s.with_tasks("done", event.done, event.result)
    s = s.with_tasks("failed", event.failed, event.result)
    s = s.with_tasks("dropped", event.drop)
    earned = event.done and not s.wordy and not s.revisions
    s = replace(s, plan=(*s.plan, *event.add), rejected=0)
    # Tasks that are added only to be called done would be progress without end.
    s = s.progressed() if earned else replace(s, wasted=s.wasted + 1)
    return replace(s, wordy=True, revisions=s.revisions + bool(event.add))


def _call_returned(s: State, event: CallReturned) -> State:
    if s.pending is None or s.pending.call_id != event.call_id:
        return s  # a journal from a release that knew better: keep going
    ok = event.status in ("ok", "empty")
    turn = Turn(s.turns + 1, call=s.pending, result=event)
    if event.refused:
        ledger = s.ledger.refused()
        s = replace(s, refusals=s.refusals + 1).noticed("a repeated call was refused")
    else:
        ledger = s.ledger.returned(
            call_print(s.pending.tool, s.pending.args),
            print_of(f"{event.status}\n{event.output}\n{event.error}"),
            ok,
            event.changed,
            dict(event.prints),
            trace_of(s.pending.args, event),
        )
    after = replace(
        s,
        pending=None,
        starts=0,
        changed=ok and bool(event.changed),
        transcript=s.transcript.push_front(turn),
        turns=turn.n,
        failures=0 if ok else s.failures + 1,
        ledger=ledger,
    )
    by_harness = turn.call is not None and turn.call.by == "harness"
    composed = s.task is not None and s.task.method == "compose" and by_harness
    if composed and ok and s.task is not None:
        return after.with_tasks("done", [s.task.id], "written").progressed()
    if ledger.moved:
        return after.progressed()
    return replace(after, wasted=s.wasted + (ledger.idle > s.ledger.idle))


def _criterion_checked(s: State, event: CriterionChecked) -> State:
    checks = s.checks.insert(event.criterion, event)
    if s.changed and not event.passed:
        # Looked at after a change, unasked: the model learns at once what is still missing.
        last = next(iter(s.transcript))
        s = replace(s, transcript=s.transcript.drop_first().push_front(replace(last, missed=True)))
        s = replace(s.noted(f"Not done yet: {event.evidence}."), misses=s.misses + 1)
    passing = frozenset(name for name, check in checks.items() if check.passed)
    ledger = s.ledger.checked(passing)
    s = s.progressed() if ledger.best > s.ledger.best else s
    return replace(s, checks=checks, ledger=ledger, changed=s.changed and event.passed)


def _part_studied(s: State, event: PartStudied) -> State:
    facts = s.facts
    for fact in event.facts:
        facts = facts.push_front(fact)
    studied = s.studied.insert(event.source, (event.part + 1, event.parts))
    s = replace(s, studied=studied, facts=facts, rejected=0).progressed()
    if s.studied_all and s.task is not None and s.task.method == "study":
        return s.with_tasks("done", [s.task.id], f"{len(facts)} facts")
    return s


def fold(records: Iterable[Recorded]) -> State:
    return reduce(State.apply, records, State())
