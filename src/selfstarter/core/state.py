"""What is true of a run now. Made of its events by `fold`."""

from __future__ import annotations  # rpds types are generic to the checker only

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from rpds import HashTrieMap, List

from selfstarter.core.contract import (
    LOOKED_AT_LAST,
    AnswerGiven,
    Contract,
    Criterion,
    Fact,
    FileChanged,
    FileExists,
    FileMatches,
    Outline,
    Sketch,
    Task,
    TestsPass,
    ToolCalled,
)
from selfstarter.core.events import (
    ApprovalAsked,
    AttemptMade,
    CallApproved,
    CallChosen,
    CallDenied,
    CallReturned,
    ChildReturned,
    ContractAccepted,
    CriterionChecked,
    Errand,
    FactChosen,
    FinishAsked,
    GoalRead,
    LastRun,
    LimitName,
    Limits,
    ModelCalled,
    OnLimit,
    Outside,
    Purpose,
    Remembered,
    RunEnded,
    RunForked,
    RunStarted,
    SectionWritten,
    WorkspaceScouted,
)
from selfstarter.core.evolve import evolve
from selfstarter.core.ledger import Ledger
from selfstarter.core.moved import moved
from selfstarter.core.permissions import Permissions
from selfstarter.core.provenance import Provenance
from selfstarter.core.spent import Spent


@dataclass(frozen=True, slots=True)
class Turn:
    """One entry of the transcript: a call and its result, or a note of the harness."""

    n: int
    call: CallChosen | None = None
    result: CallReturned | None = None
    note: str = ""
    said: str = ""
    """A reply of the model that the note answers."""
    from_person: bool = False
    missed: bool = False
    """A look after this call found that it did not do it."""
    finish: FinishAsked | None = None
    """The request to finish that the note turns down."""
    of_reply: bool = False
    """The note turns down one call of a reply whose other calls are still to be run."""
    reply: int = 0
    """The same for calls that were asked for in one reply: the turns before it."""
    moved: tuple[tuple[str, str], ...] = ()
    """(from, to) of the files that the call has moved, content and all."""
    unseen: bool = False
    """A compaction has shortened it before the model was shown it."""

    def __hash__(self) -> int:
        """What is made of a turn can be kept; arguments of calls have no hash."""
        return self.n


@dataclass(frozen=True, slots=True)
class Child:
    """A part of the goal that was given away."""

    errand: Errand
    call_id: str
    began_s: float
    """The parent's time at work when it was sent."""
    returned: ChildReturned | None = None


@dataclass(frozen=True, slots=True)
class Barred:
    """A call that was not permitted."""

    tool: str
    why: str


@dataclass(frozen=True, slots=True)
class Order:
    """What looks like an order to an agent, in a text that is not the person's."""

    source: str
    """The tool and what it was asked for."""
    words: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a person said."""

    turn: int
    text: str
    question: str = ""
    """What it answers; empty: nothing was asked."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What was decided or found out, in words. A compaction may shorten turns, never these."""

    after: int
    """Turns that had passed."""
    kind: Literal["person", "dead_end", "plan", "lesson"]
    text: str


@dataclass(frozen=True)  # no slots: `evolve`
class State:
    started: RunStarted | None = None
    limits: Limits = Limits()
    scouted: WorkspaceScouted | None = None
    goal_read: GoalRead | None = None
    """The person's words point to a file, and this is what it says."""
    sketch: Sketch | None = None
    outline: Outline | None = None
    contract: Contract | None = None
    plan: tuple[Task, ...] = ()
    transcript: List[Turn] = List()
    """Newest first."""
    turns: int = 0
    keep_from: int = 0
    drop_before: int = 0
    fresh: bool = False
    """The context began anew at the last compaction: a hand-off stands for all earlier turns."""
    shortened: bool = False
    """Of the work so far, a compaction has taken some out of sight."""
    compacted_at: int = -1
    """`turns` at the last compaction: a second one with nothing in between would change nothing."""
    pending: CallChosen | None = None
    permissions: Permissions = Permissions()
    provenance: Provenance = Provenance()
    approval: ApprovalAsked | None = None
    """What a person is asked to allow."""
    decided: CallApproved | CallDenied | None = None
    """What a person said of the pending call."""
    barred: tuple[Barred, ...] = ()
    """What was not permitted, each once, oldest first, MOST_BARRED at most."""
    orders: tuple[Order, ...] = ()
    """Found in what was read, each once, oldest first, MOST_BARRED at most."""
    starts: int = 0
    """Times the pending call has begun; above zero its effect may already have happened."""
    unread: ModelCalled | None = None
    """A reply that no event has made use of yet."""
    queued: tuple[dict[str, Any], ...] = ()
    """Of the last reply: the calls after the one at hand, as in `ModelCalled.calls`."""
    queued_at: int = 0
    """`turns` when that reply came."""
    asked_at: int = -1
    """Steps that were taken when it was asked for."""
    words: str = ""
    """Said beside the calls of the last reply, until the first of them that is kept takes it."""
    cut_off: ModelCalled | None = None
    """That reply, where it was cut off in the last of several calls and the model is to be told."""
    cut: int = 0
    """Tokens after which the last reply that chose a step was cut off; 0: it was not."""
    replies: HashTrieMap[str, int] = HashTrieMap()
    """Purpose -> how many replies it has had."""
    rejected: int = 0
    """Replies in a row that could not be used."""
    reason: str = ""
    """Why the last reply could not be used."""
    unusable: str = ""
    """What it said, where it is no part of the transcript and the model is to see it again."""
    rulings: tuple[str, ...] = ()
    """Criteria whose checks a judge had replaced, and why."""
    failures: int = 0
    """Failed calls in a row."""
    faults: HashTrieMap[str, tuple[str, int]] = HashTrieMap()
    """Tool -> (print of its last failure, how often in a row), until it works again."""
    away: HashTrieMap[str, int] = HashTrieMap()
    """Tool -> the step at which one that was put away is tried again."""
    ledger: Ledger = Ledger()
    hints: int = 0
    """Hints since the last progress."""
    reflections: int = 0
    """Reflections since the last progress."""
    misses: int = 0
    """Changes that a look of the harness found wanting, since the last start and since one with
    which fewer tests failed than with any before."""
    fewest_failed: int | None = None
    """Tests, in those looks; None: nothing was counted."""
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
    planned: int = 0
    """The same since the last call."""
    questions: int = 0
    """Times that the harness asked a person for help."""
    fired: HashTrieMap[str, int] = HashTrieMap()
    """What was noticed -> how often."""
    dead_ends: tuple[str, ...] = ()
    settled: List[Settled] = List()
    """Newest first, each text once."""
    recalled: tuple[Remembered, ...] = ()
    """Of the long-term memory: what the view shows for the task at hand."""
    wishes: tuple[Remembered, ...] = ()
    """What the person said in earlier runs, and what the last one in this folder has made, as found
    before the contract was drafted: for the whole run."""
    recalled_for: str = ""
    """`recall_due` when the memory was last asked."""
    recalled_untrusted: bool = False
    """The memory has brought text from outside into this run."""
    replanned: int = 0
    """Times that the plan was made or changed."""
    saved: str = ""
    """The snapshot of the workspace that was taken last; empty: none yet."""
    rested: bool = False
    """It has been resumed from a rest, not from a crash, and has not acted since."""
    touched: tuple[str, ...] = ()
    """The files changed last, newest first, RECENT at most."""
    worked: HashTrieMap[str, int] = HashTrieMap()
    """Tool -> how many calls of it came back well, child runs included."""
    opened: HashTrieMap[str, int] = HashTrieMap()
    """File that was read by its name -> how many had been before it; a compaction keeps them."""
    programs: int = 0
    """Programs that were run; a compaction keeps the number."""
    outside: List[Outside] = List()
    """Calls that may have changed something outside the workspace, child runs included, newest
    first; a compaction keeps them."""
    called_for: tuple[str, ...] = ()
    """Tools outside the workspace that the plan says the goal calls for."""
    finish: FinishAsked | None = None
    last_finish: FinishAsked | None = None
    """The last request to finish, whatever came of it."""
    refused: str = ""
    """Why that was turned down; empty: it was not."""
    round: int = 0
    """Finish requests so far."""
    checks: HashTrieMap[str, CriterionChecked] = HashTrieMap()
    """Criterion -> its last check."""
    verdicts: HashTrieMap[str, CriterionChecked] = HashTrieMap()
    """Print of all that a judge was shown -> what it said."""
    fresh_looks: frozenset[str] = frozenset()
    """Criteria that were looked at since the last call and the last request to finish."""
    attempts: tuple[AttemptMade, ...] = ()
    children: tuple[Child, ...] = ()
    """A few at most (`Rules.children`)."""
    changed: bool = False
    """The last call changed something, and nobody has looked yet whether that was all."""
    rejections: int = 0
    """Finish requests that were turned down."""
    turned_down: tuple[str, int] = ("", 0)
    """(print of why the last one was, how many in a row for the same)"""
    studied: HashTrieMap[str, tuple[int, int]] = HashTrieMap()
    """Source -> (parts read, parts in all)."""
    facts: List[Fact] = List()
    """Newest first."""
    chosen: tuple[FactChosen, ...] = ()
    sections: tuple[SectionWritten, ...] = ()
    unaffordable: LimitName | None = None
    """What the next model call would have cost too much of."""
    warned: frozenset[LimitName] = frozenset()
    on_limit: OnLimit = "stop"
    raise_asked: LimitName | None = None
    """The limit that a person is asked to raise."""
    raise_denied: str = ""
    """That, and why, a person did not raise the limit; empty: nobody said so."""
    question: str = ""
    """Asked of a person and not answered."""
    review_asked: bool = False
    """A person is to look at contract and plan."""
    accepted: ContractAccepted | None = None
    """A person has looked at them."""
    asked_at: int = 0
    """Place in the journal of the open question or request."""
    said: tuple[Spoken, ...] = ()
    """What a person said, oldest first."""
    weighed: int = 0
    """So many of `said` have been weighed against the contract."""
    paused: str = ""
    stop_asked: bool = False
    stop_reason: str = ""
    answered: int = 0
    """The highest command id that an event has answered."""
    spent: Spent = Spent()
    last_call: Spent = Spent()
    """What the last reply that chose a step took, alone."""
    before: Spent = Spent()
    """Of it: what was spent before the fork, by the run that this one was branched off."""
    forked: RunForked | None = None
    undone: tuple[str, ...] = ()
    """Files that a person had put back as they were before a change of the run."""
    taken_back: bool = False
    """That was after its end, so what it ended with is not known to be there any more."""
    seq: int = 0
    began_at: float = 0.0
    last_at: float = 0.0
    ended: RunEnded | None = None

    @property
    def is_done(self) -> bool:
        """Did it end as done, and has nobody taken that back since?"""
        return self.ended is not None and self.ended.ending == "done" and not self.taken_back

    @property
    def goal(self) -> str:
        """What is wanted."""
        return self.goal_read.goal if self.goal_read else self.goal_given

    @property
    def goal_given(self) -> str:
        """The goal as the person, or a parent run, gave it."""
        if self.started is None:
            return ""
        named = ", ".join(self.started.inputs)
        return self.started.goal + (f"\n\nInput files: {named}" if named else "")

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """What done means; none before there is a contract."""
        return self.contract.criteria if self.contract else ()

    @property
    def is_question(self) -> bool:
        """Is an answer wanted?"""
        return any(isinstance(c.check, AnswerGiven) for c in self.criteria)

    @property
    def file_to_make(self) -> str:
        """The one file that the criteria speak of; empty: none, or several."""
        checks = (c.check for c in self.criteria)
        paths = {check.path for check in checks if isinstance(check, (FileExists, FileMatches))}
        return paths.pop() if len(paths) == 1 else ""

    @property
    def tools_that_worked(self) -> frozenset[str]:
        return frozenset(self.worked)

    @property
    def tools_to_call(self) -> tuple[str, ...]:
        return tuple(c.check.tool for c in self.criteria if isinstance(c.check, ToolCalled))

    @property
    def last_run(self) -> LastRun | None:
        """Of the schedule that began this run. Shown once there is a plan, which is the person's
        own for that reason."""
        scheduled = self.started.scheduled if self.started else None
        return scheduled.last if scheduled else None

    @property
    def attended(self) -> bool:
        """Is somebody there to be asked?"""
        return self.started is not None and self.started.attended

    @property
    def depth(self) -> int:
        """How many runs stand above this one."""
        return len(self.started.above) if self.started else 0

    @property
    def reads_only(self) -> bool:
        started = self.started is not None and self.started.reads_only
        return started or self.permissions.mode == "readonly"

    @property
    def children_out(self) -> tuple[Child, ...]:
        return tuple(child for child in self.children if child.returned is None)

    @property
    def left(self) -> Limits:
        """What may still be spent: neither spent nor reserved for a child that is out. The time
        that children take passes for their parent too, so of time nothing is reserved."""
        reserved = [child.errand.share for child in self.children_out]
        limits, spent, cost = self.limits, self.spent, self.limits.cost_usd
        held = sum(share.cost_usd or 0.0 for share in reserved)
        return Limits(
            steps=limits.steps - spent.steps - sum(share.steps for share in reserved),
            tokens=limits.tokens - spent.tokens - sum(share.tokens for share in reserved),
            cost_usd=None if cost is None else cost - spent.cost_usd - held,
            time_s=limits.time_s - spent.time_s,
        )

    @property
    def unweighed(self) -> tuple[Spoken, ...]:
        """What a person said since the contract was last looked at."""
        return self.said[self.weighed :]

    @property
    def found(self) -> Mapping[str, str]:
        """Path -> digest of the files that lay in the workspace at the start."""
        return self.scouted.found if self.scouted else {}

    @property
    def moved(self) -> Mapping[str, str]:
        """Path -> where the file lay at the start, of those that were moved and not changed."""
        found, left = self.found, self.ledger.artefacts
        gone = {path: found[path] for path, sha in left.items() if not sha and path in found}
        return moved(gone, {path: sha for path, sha in left.items() if sha and path not in found})

    @property
    def wanted(self) -> str:
        """The goal, and what a person said since."""
        words = "".join(f"\nThe person says: {one.text}" for one in self.said)
        return self.goal + words

    @property
    def own_words(self) -> str:
        """The person's words alone: what an order of theirs may rest on."""
        given = self.started.inherited if self.started else None
        goal = given.words if given and given.untrusted else self.goal_given
        return "\n".join([goal, *(one.text for one in self.said)])

    @property
    def waiting(self) -> bool:
        """Is it a person's turn? The process may exit."""
        asked = self.question or self.raise_asked or self.approval or self.review_asked
        return self.ended is None and bool(asked)

    @property
    def review_due(self) -> bool:
        """Is a person to look at the contract before the work? Where nobody is there, nobody is
        waited for."""
        wanted = self.started is not None and self.started.review and self.attended
        return wanted and self.accepted is None

    @property
    def task(self) -> Task | None:
        """The task at hand: the first of the plan that is still open."""
        return next((t for t in self.plan if t.status in ("todo", "doing")), None)

    @property
    def recall_due(self) -> str:
        """The task and the plan that the memory is to be asked about; empty: it has been."""
        if self.started is None or not self.started.memory or (self.plan and not self.task):
            return ""
        due = f"task {self.task.id if self.task else '-'}, plan {self.replanned}"
        return "" if due == self.recalled_for else due

    def reply_to(self, purpose: Purpose) -> ModelCalled | None:
        """The reply that a crash kept from being read, if it was for this purpose."""
        return self.unread if self.unread and self.unread.purpose == purpose else None

    @property
    def can_be_handed_in(self) -> bool:
        """Can the quick checks say alone that the work is done? An answer only the model can give,
        and checks that cost model calls say nothing before the finish."""
        quick = [c for c in self.criteria if not isinstance(c.check, LOOKED_AT_LAST)]
        return bool(quick) and not self.is_question

    @property
    def mends(self) -> bool:
        """Is a file changed until the tests pass? What fails then says what to try next."""
        checks = [criterion.check for criterion in self.criteria]
        changed = any(isinstance(check, FileChanged) and check.path for check in checks)
        return changed and any(isinstance(check, TestsPass) for check in checks)

    @property
    def studied_all(self) -> bool:
        return self.outline is not None and all(
            (seen := self.studied.get(source)) is not None and seen[0] >= seen[1]
            for source in self.outline.sources
        )

    @property
    def broken(self) -> tuple[str, int]:
        """The tool of the last call, and how often in a row it has now failed in the same way."""
        last = next(iter(self.transcript), None)
        if last is None or last.call is None:
            return "", 0
        return last.call.tool, (self.faults.get(last.call.tool) or ("", 0))[1]

    @property
    def tools_away(self) -> tuple[str, ...]:
        return tuple(tool for tool, until in self.away.items() if self.spent.steps < until)

    @property
    def known_files(self) -> dict[str, str]:
        """Path -> sha256 as the run left it, or found it at its start; empty sha256: removed."""
        return {**self.found, **dict(self.ledger.artefacts.items())}

    def calls_of(self, tool: str) -> Iterator[Turn]:
        """Newest first."""
        return (turn for turn in self.transcript if turn.call and turn.call.tool == tool)

    def noted(
        self,
        text: str,
        from_person: bool = False,
        said: str = "",
        finish: FinishAsked | None = None,
        of_reply: bool = False,
    ) -> State:
        turn = Turn(
            self.turns + 1,
            note=text,
            said=said,
            from_person=from_person,
            finish=finish,
            of_reply=of_reply,
        )
        return evolve(self, transcript=self.transcript.push_front(turn), turns=turn.n)

    def heard(self, command: int) -> State:
        return evolve(self, answered=max(self.answered, command))

    def with_limits(self, limits: Limits) -> State:
        """More to spend: what was told or asked about a limit that has changed is over."""
        same = frozenset(name for name in self.warned if limits.of(name) == self.limits.of(name))
        return evolve(
            self, limits=limits, warned=same, unaffordable=None, raise_asked=None, raise_denied=""
        )

    def settling(self, kind: Literal["person", "dead_end", "plan", "lesson"], text: str) -> State:
        if not text.strip() or any(s.text == text for s in islice(self.settled, 50)):
            return self
        return evolve(self, settled=self.settled.push_front(Settled(self.turns, kind, text)))

    def progressed(self) -> State:
        return evolve(
            self,
            ledger=self.ledger.progressed(),
            hints=0,
            reflections=0,
            refusals=0,
            revisions=0,
            planned=0,
            wasted=0,
            stale=frozenset(),
        )

    def noticed(self, what: str) -> State:
        return evolve(self, fired=self.fired.insert(what, (self.fired.get(what) or 0) + 1))

    def with_tasks(self, status: str, ids: Iterable[str], result: str = "") -> State:
        wanted = set(ids)
        plan = tuple(
            task.model_copy(update={"status": status, "result": result or task.result})
            if task.id in wanted and task.status in ("todo", "doing")
            else task
            for task in self.plan
        )
        return evolve(self, plan=plan)
