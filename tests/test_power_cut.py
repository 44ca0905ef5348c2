"""Cut the power at any moment: the run goes on where it was, and nothing is done twice."""

import asyncio
import sqlite3
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rpds import List

from selfstarter.app import drive
from selfstarter.core.events import (
    EVENT,
    AnyEvent,
    BudgetWarned,
    CallReturned,
    CallStarted,
    ChildReturned,
    Errand,
    Limits,
    ModelCalled,
    OnLimit,
    RunResumed,
    RunStarted,
)
from selfstarter.core.fold import fold
from selfstarter.core.ports import CommandKind, MemoryRecord, Recorded
from selfstarter.core.state import State
from selfstarter.journal.sqlite import SqliteJournal, SqliteStore
from selfstarter.memories import memory_of
from selfstarter.memory.open import open_memory
from selfstarter.models.scripted import ScriptedModel
from selfstarter.report import report
from selfstarter.sandbox.probe import probe

Reply = Mapping[str, Any]
FAR = 10**9
MEMORY = Path("/dev/shm")

needs_sandbox = pytest.mark.skipif(probe().bwrap is None, reason=probe().why or "no sandbox")


# ── power, and the lack of it ────────────────────────────────────────────────────────────────


class PowerCut(BaseException):
    """Not an `Exception`: nothing in the house may live through it."""


class Mains:
    """Power for `left` more events, then a cut, then power for `again` more."""

    def __init__(self, left: int, again: int = 0) -> None:
        self.left = left
        self.again = again

    def use(self) -> None:
        if self.left == 0:
            self.left, self.again = self.again, 0
            raise PowerCut
        self.left -= 1


class CutJournal(SqliteJournal):
    """A real journal whose machine loses power before an event is written."""

    def __init__(self, db: apsw.Connection, run_id: str, use: Callable[[AnyEvent], None]) -> None:
        super().__init__(db, run_id)
        self.use = use

    async def append(self, event: AnyEvent) -> Recorded:
        self.use(event)
        return await super().append(event)


class CutStore(SqliteStore):
    def __init__(self, home: Path, use: Callable[[AnyEvent], None]) -> None:
        super().__init__(home)
        self.use = use

    @contextmanager
    def open(self, run_id: str) -> Generator[SqliteJournal]:
        with super().open(run_id) as journal:
            yield CutJournal(journal.db, run_id, self.use)


class Disk(apsw.VFS):
    """Keeps of each file what the last sync made of it: what a real power cut leaves."""

    def __init__(self) -> None:
        self.kept: dict[Path, bytes] = {}
        self.real = apsw.vfs_names()[0]
        super().__init__("disk", base=self.real, makedefault=True)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        return OnDisk(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        super().xDelete(filename, syncdir)
        self.kept.pop(Path(filename), None)

    def events(self, run_id: str) -> list[AnyEvent]:
        """What would be read of the run after a power cut."""
        with tempfile.TemporaryDirectory() as folder:
            for path, data in self.kept.items():
                (Path(folder) / path.name).write_bytes(data)
            with closing(sqlite3.connect(Path(folder) / "journal.db")) as db:
                sql = "SELECT body FROM events WHERE run_id = ? ORDER BY seq"
                return [EVENT.validate_json(body) for (body,) in db.execute(sql, (run_id,))]


class OnDisk(apsw.VFSFile):
    def __init__(self, disk: Disk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self.disk = disk
        self.path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name or "")
        super().__init__(disk.real, name, flags)

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self.disk.kept[self.path] = self.path.read_bytes()


@pytest.fixture
def disk() -> Generator[Disk]:
    disk = Disk()
    yield disk
    apsw.set_default_vfs(disk.real)
    apsw.unregister_vfs("disk")


def nothing_happens(_: object) -> None:
    return None


@dataclass(frozen=True)
class Job:
    goal: str
    replies: Sequence[Reply]
    small: bool = False
    files: tuple[tuple[str, str], ...] = ()
    window: int = 8192
    limits: Limits = Limits()
    on_limit: OnLimit = "stop"
    children: Mapping[str, Any] = field(default_factory=dict[str, Any])
    together: int = 1
    """Runs that work at the same time, at most."""
    memory: bool = False
    review: bool = False
    """A person is there, and is shown the contract first."""


class Machine:
    """A folder, a journal that outlives the power, and a count of what the model was asked."""

    def __init__(self, workspace: Path, home: Path, job: Job) -> None:
        self.workspace, self.home, self.job = workspace, home, job
        self.asked = 0
        self.workspace.mkdir(parents=True)
        for path, text in job.files:
            (self.workspace / path).write_text(text)
        store = SqliteStore(self.home)
        started = RunStarted(
            goal=job.goal,
            workspace=str(self.workspace),
            model="scripted",
            limits=job.limits,
            on_limit=job.on_limit,
            memory=job.memory,
            attended=job.review,
            review=job.review,
        )
        store.create(started, "r")
        store.close()

    def live(
        self,
        before: Callable[[AnyEvent], None] = nothing_happens,
        after: Callable[[AnyEvent], None] = nothing_happens,
    ) -> State:
        """Pursue the run once. `before` and `after` see each event on its way to the disk."""
        job = self.job
        model = ScriptedModel.of(
            *job.replies,
            small=job.small,
            native_tools=not job.small,
            window=job.window,
            children=job.children,
        )
        store = CutStore(self.home, before)
        begun = len(list(store.read("r"))) > 1
        try:
            going = drive(
                store,
                "r",
                model,
                self.home,
                lambda _, recorded: after(recorded.event),
                RunResumed() if begun else None,
            )
            return asyncio.run(going).state
        finally:
            self.asked += len(model.asked)
            store.close()

    def cut_after(self, n: int) -> None:
        """Live for `n` events; what the last of them says has not begun."""
        mains = Mains(n - 1)
        with pytest.raises(PowerCut):
            self.live(after=lambda _: mains.use())

    def cut_before(self, n: int) -> None:
        """Live until the `n`-th event is to be written; what it tells of has happened."""
        mains = Mains(n - 1)
        with pytest.raises(PowerCut):
            self.live(before=lambda _: mains.use())

    def command(self, kind: CommandKind, text: str) -> None:
        store = SqliteStore(self.home)
        store.command("r", kind, text)
        store.close()

    def events(self, run_id: str = "r") -> list[AnyEvent]:
        store = SqliteStore(self.home)
        try:
            return [recorded.event for recorded in store.read(run_id)]
        finally:
            store.close()

    def learnt(self) -> list[MemoryRecord]:
        """All that the memory holds, in order, but for the time of day and the place in the
        journal, which holds one event more after a crash."""
        memory = open_memory(self.home)
        found = sorted(memory.records(limit=1_000, history=True), key=lambda r: r.seq)
        asyncio.run(memory.close())
        assert len({record.id for record in found}) == len(found)
        return [replace(record, at=0.0, used_at=0.0, id="", seq=0) for record in found]

    def files(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in sorted(self.workspace.iterdir())}


# ── the jobs ─────────────────────────────────────────────────────────────────────────────────


def draft(*files: str, document: bool = False, criteria: Sequence[Reply] = ()) -> Reply:
    return {
        "for": "draft",
        "json": {
            "outcome": "It is there.",
            "files": files,
            "assumptions": (),
            "document": document,
            "criteria": criteria,
        },
    }


def call(tool: str, **args: object) -> Reply:
    return {"call": {"tool": tool, "args": args}}


def several(*calls: Reply) -> Reply:
    return {"calls": [one["call"] for one in calls]}


PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "greet"}, {"title": "say bye"}]}}
SAYS_BYE: Reply = {
    "text": "It says bye",
    "check": {"kind": "file_matches", "path": "hello.txt", "contains": ["bye"]},
}
FINISH = call("finish", summary="greeted")
WRITE = call("write_file", path="hello.txt", content="hello\n")
EDIT = call("edit_file", path="hello.txt", old="hello\n", new="hello\nbye\n")
SEND = call("run_shell", command="echo sent >> mail.txt")

GREETING = Job(
    "Write hello.txt with a greeting",
    (
        draft("hello.txt", criteria=(SAYS_BYE,)),
        PLAN,
        {"text": "Let me think."},
        WRITE,
        call("revise_plan", done=["1"], reason="greeted"),
        FINISH,
        EDIT,
        call("read_file", path="hello.txt"),
        FINISH,
    ),
)
AT_ONCE = replace(
    GREETING,
    replies=(
        draft("hello.txt", criteria=(SAYS_BYE,)),
        PLAN,
        several(WRITE, call("revise_plan", done=["1"], reason="greeted"), FINISH, EDIT),
        several(call("read_file", path="nothing.txt"), call("read_file", path="hello.txt"), WRITE),
        several(EDIT, FINISH),
    ),
)
LEARNING = Job(
    "Write hello.txt with a greeting. Always greet in lower case.",
    (
        draft("hello.txt", criteria=(SAYS_BYE,)),
        PLAN,
        WRITE,
        call("revise_plan", done=["1"], reason="the file holds five letters"),
        call("read_file", path="helo.txt"),
        call("read_file", path="hello.txt"),
        EDIT,
        FINISH,
    ),
    memory=True,
)
MAIL = Job(
    "Write hello.txt with a greeting",
    (draft("hello.txt", criteria=(SAYS_BYE,)), PLAN, WRITE, SEND, EDIT, FINISH),
)
SMALL = Job(
    "Write sum.txt with 40 + 2",
    (
        draft("sum.txt"),
        {"text": "```file sum.txt\n42\n```"},
        {"text": "```finish\nThe sum is in sum.txt.\n```"},
    ),
    small=True,
)
DOCUMENT = Job(
    "Write report.md, a comparison of the price of Alpha and Beta",
    (
        draft("report.md", document=True),
        {"for": "outline", "json": {"subjects": ["Alpha", "Beta"], "aspects": ["price"]}},
        *(
            {
                "for": "study",
                "json": {
                    "facts": [
                        {"subject": "Alpha", "aspect": "price", "value": f"costs {price} euros"},
                        {"subject": "Beta", "aspect": "price", "value": "costs 30 euros"},
                    ]
                },
            }
            for price in (10, 12)
        ),
        {"for": "weigh", "json": {"choice": 1, "contradicting": [2]}},
        {"for": "compose", "text": "Alpha costs 10 euros in all. Beta costs 30 euros in all."},
        {"text": "```finish\nThe report is written.\n```"},
    ),
    small=True,
    files=tuple(
        (
            f"{name}.txt",
            f"Alpha costs {price} euros.\nBeta costs 30 euros.\n" + "and so on " * 150,
        )
        for name, price in (("new", 10), ("old", 12))
    ),
    window=2048,
)
WRAP_UP: Reply = {"for": "wrap_up", "text": "It is not all there."}
LONG: Reply = {"output": 3_000}
ENDLESS = Job(
    "Write hello.txt with a greeting",
    (
        draft("hello.txt"),
        PLAN,
        WRAP_UP,
        *({**call("write_file", path="n.txt", content=str(n)), "usage": LONG} for n in range(9)),
    ),
    limits=Limits(steps=5, tokens=20_000),
)
ASKING = replace(
    ENDLESS,
    replies=(*ENDLESS.replies[:6], {"for": "amend", "json": {"quote": ""}}, WRITE, FINISH),
    limits=Limits(steps=3, tokens=20_000),
    on_limit="ask",
)
REVIEWED = replace(
    GREETING,
    replies=(
        *GREETING.replies[:2],
        {"for": "amend", "json": {"quote": ""}},
        PLAN,
        WRITE,
        FINISH,
        {"for": "judge", "json": {"evidence": "hello", "passes": True}},
    ),
    review=True,
)
IS_KIND: Reply = {
    "text": "It is kind",
    "check": {"kind": "judge", "path": "hello.txt", "question": "Is it kind?"},
}
JUDGED = Job(
    "Write hello.txt with a greeting",
    (
        draft("hello.txt", criteria=(IS_KIND,)),
        PLAN,
        FINISH,
        WRITE,
        FINISH,
        {"for": "judge", "text": "I like it."},
        {"for": "judge", "json": {"evidence": "words that nobody wrote", "passes": False}},
        {"for": "judge", "json": {"evidence": "hello", "passes": True}},
    ),
)
NAMES_NOBODY: Reply = {
    "text": "It names somebody",
    "check": {"kind": "command_passes", "command": "grep -q Ada hello.txt"},
}
DISPUTE: Reply = {
    "criterion": "It names somebody",
    "why": "the goal names nobody",
    "command": "grep -q hello hello.txt",
}
DISPUTED = Job(
    "Write hello.txt with a greeting",
    (
        draft("hello.txt", criteria=(NAMES_NOBODY,)),
        PLAN,
        WRITE,
        call("finish", summary="It is there.", disputed=[DISPUTE]),
        {"for": "judge", "text": "Well."},
        {"for": "judge", "json": {"why": "nobody is named", "wrong": True}},
    ),
)
UNSAID = replace(
    GREETING,
    replies=(draft("hello.txt", criteria=(SAYS_BYE,)), PLAN, WRITE, FINISH, EDIT, FINISH),
    limits=Limits(steps=2),
)
TASK: Reply = {"for": "plan", "json": {"tasks": [{"title": "do it"}]}}
FAMILY = Job(
    "Write hello.txt with a greeting",
    (draft("hello.txt"), TASK, call("delegate", goals=["Write bye.txt"]), WRITE, FINISH),
    files=(("a.txt", "Ada is 36.\n"), ("b.txt", "Bo is 61.\n")),
    window=32_768,
    children={
        "1": {
            "replies": (
                draft("bye.txt"),
                TASK,
                call("delegate", goals=["How old is Ada?", "How old is Bo?"]),
                call("write_file", path="bye.txt", content="bye Ada, bye Bo\n"),
                call("finish", summary="They are 36 and 61."),
            ),
            "children": {
                number: (
                    TASK,
                    call("read_file", path=path),
                    call("write_file", path=path, content="He is 7."),
                    call("finish", summary=said),
                )
                for number, path, said in (
                    ("1", "a.txt", "Ada is 36."),
                    ("2", "b.txt", "Bo is 61."),
                )
            },
        }
    },
    together=2,
)
JOBS = {
    "judged": JUDGED,
    "disputed": DISPUTED,
    "unsaid": UNSAID,
    "greeting": GREETING,
    "at once": AT_ONCE,
    "small": SMALL,
    "document": DOCUMENT,
    "endless": ENDLESS,
    "family": FAMILY,
}


Make = Callable[[Job], Machine]


@pytest.fixture
def new(quick: Path) -> Make:
    numbers = count()

    def made(job: Job) -> Machine:
        name = str(next(numbers))
        return Machine(quick / name / "workspace", quick / name / "home", job)

    return made


def uncut(machine: Machine) -> tuple[State, int]:
    """The state, and how many events were written by the run, its attempts and its children."""
    mains = Mains(FAR)
    state = machine.live(before=lambda _: mains.use())
    return state, FAR - mains.left


def timeless(state: State) -> tuple[State, Sequence[object]]:
    """All of a state but its clock, its place and its number of resumes."""
    turns = [
        (
            turn.n,
            turn.call,
            turn.note,
            turn.result.model_copy(update={"duration_s": 0}) if turn.result else None,
        )
        for turn in state.transcript
    ]
    spent = replace(state.spent, time_s=0.0)
    children = tuple(
        replace(child, began_s=0.0, returned=returned, errand=errand)
        for child in state.children
        for errand in (child.errand.model_copy(update={"share": timeless_share(child.errand)}),)
        for returned in (timeless_return(child.returned) if child.returned else None,)
    )
    state = replace(
        state, started=None, seq=0, began_at=0.0, last_at=0.0, spent=spent, children=children
    )
    return replace(state, transcript=List(), asked_at=0, answered=0), turns


def timeless_share(errand: Errand) -> Limits:
    return errand.share.model_copy(update={"time_s": 0.0})


def timeless_return(back: ChildReturned) -> ChildReturned:
    return back.model_copy(update={"spent": back.spent.model_copy(update={"time_s": 0.0})})


def result(state: State) -> tuple[object, ...]:
    """What a run came to, whatever the way."""
    return (
        state.ended,
        state.contract,
        state.plan,
        {name: (check.passed, check.evidence) for name, check in state.checks.items()},
        dict(state.ledger.artefacts.items()),
        dict(state.replies.items()),
        state.round,
        state.chosen,
        state.sections,
        [attempt.answer for attempt in state.attempts],
        [
            (back.ending, back.answer, back.files, back.criteria, back.spent.steps)
            for child in state.children
            for back in (child.returned,)
            if back
        ],
    )


# ── the laws ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", JOBS)
def test_a_power_cut_after_any_event_changes_nothing(new: Make, name: str) -> None:
    calm = new(JOBS[name])
    expected, events = uncut(calm)
    assert expected.ended and events >= 14
    for n in range(1, events):
        machine = new(JOBS[name])
        machine.cut_after(n)
        state = machine.live()
        assert timeless(state) == timeless(expected), f"cut after event {n}"
        assert machine.files() == calm.files(), f"cut after event {n}"
        assert machine.asked == calm.asked, f"cut after event {n}: a reply was paid for twice"


@needs_sandbox
def test_a_power_cut_takes_no_event_that_anything_rests_on(new: Make, disk: Disk) -> None:
    """The laws around cut before and after each event; here the disk itself is looked at, for not
    each event waits for it (decision 035)."""
    machine = new(MAIL)
    said = machine.events()
    passed: list[str] = []

    def look(event: AnyEvent) -> None:
        said.append(event)
        left = disk.events("r")
        assert left == said[: len(left)]
        lost = [one.kind for one in said[len(left) :]]
        assert lost in ([], ["model_called"], ["model_called", "call_chosen"]), event
        passed.extend(lost)

    machine.live(after=look)
    assert (machine.workspace / "mail.txt").read_text() == "sent\n"
    assert passed.count("call_chosen") == 3  # to write, to send, to edit
    assert disk.events("r") == machine.events()


@pytest.mark.parametrize("name", JOBS)
def test_a_power_cut_before_any_event_is_written_comes_to_the_same(new: Make, name: str) -> None:
    calm = new(JOBS[name])
    expected, events = uncut(calm)
    for n in range(1, events + 1):
        machine = new(JOBS[name])
        machine.cut_before(n)
        state = machine.live()
        assert result(state) == result(expected), f"cut before event {n}"
        assert machine.files() == calm.files(), f"cut before event {n}"
        assert machine.asked <= calm.asked + JOBS[name].together, f"cut before event {n}"


def test_no_child_is_sent_or_begun_twice(new: Make) -> None:
    """Each run of the family begins once, makes each call once, and is counted once."""
    calm = new(FAMILY)
    expected, events = uncut(calm)
    assert expected.ended and expected.ended.ending == "done"
    family = ("r", "r.c1", "r.c1.c1", "r.c1.c2")
    for n in range(1, events):
        machine = new(FAMILY)
        machine.cut_before(n)
        state = machine.live()
        store = SqliteStore(machine.home)
        known = [row[0] for row in store.db.execute("SELECT DISTINCT run_id FROM events")]  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        store.close()
        assert sorted(known) == sorted(family), f"cut at event {n}"
        for run_id in family:
            kinds = [event.kind for event in machine.events(run_id)]
            assert kinds.count("run_started") == kinds.count("run_ended") == 1
            assert kinds.count("call_returned") == kinds.count("call_chosen")
            assert kinds.count("delegated") == (1 if run_id in ("r", "r.c1") else 0)
        assert machine.files() == calm.files(), f"cut at event {n}"
        assert state.spent.steps == expected.spent.steps, f"cut at event {n}"
        replies = [e for run in family for e in machine.events(run) if isinstance(e, ModelCalled)]
        assert state.spent.tokens == sum(e.input + e.output for e in replies)


def steered(machine: Machine, mains: Mains) -> State:
    """Live on until it has ended, whenever the power fails; asked, a person says and gives more."""
    for _ in range(5):
        with suppress(PowerCut):
            state = machine.live(after=lambda _: mains.use())
            if state.ended:
                return state
            machine.command("say", "Mind the time.")
            machine.command("approve", f"{state.asked_at} 9")
            machine.command("approve", f"{state.asked_at} 9")
    raise AssertionError("it does not end")


def times_told(machine: Machine) -> int:
    """How often each of these is in the journal, if it is the same for all; else -1."""
    kinds = [event.kind for event in machine.events()]
    told = ("raise_asked", "person_said", "limit_raised", "command_missed")
    counts = {kinds.count(kind) for kind in told}
    warned = [event.limit for event in machine.events() if isinstance(event, BudgetWarned)]
    assert warned and len(warned) == len(set(warned))
    return counts.pop() if len(counts) == 1 else -1


def test_a_power_cut_while_a_person_is_asked_and_answers_changes_nothing(new: Make) -> None:
    calm, mains = new(ASKING), Mains(FAR)
    expected = steered(calm, mains)
    assert times_told(calm) == 1
    assert expected.ended and expected.ended.ending == "done"
    for n in range(1, FAR - mains.left):
        machine = new(ASKING)
        state = steered(machine, Mains(n, again=FAR))
        assert timeless(state) == timeless(expected), f"cut after event {n}"
        assert machine.files() == calm.files() and machine.asked == calm.asked
        assert times_told(machine) == 1, f"cut after event {n}"


def reviewing(machine: Machine, mains: Mains) -> State:
    """Live on until it has ended, whenever the power fails; shown the contract, a person first says
    something, and then accepts it changed."""
    answers: list[tuple[CommandKind, str]] = [
        ("say", "Mind the time."),
        ("approve", '{"drop": ["m1"], "add": ["It greets"]}'),
    ]
    for _ in range(7):
        with suppress(PowerCut):
            state = machine.live(after=lambda _: mains.use())
            if state.ended:
                return state
            assert state.review_asked and machine.files() == {}, "nothing is done before"
            kind, text = answers.pop(0) if answers else ("pause", "")
            machine.command(kind, f"{state.asked_at} {text}" if kind == "approve" else text)
    raise AssertionError("it does not end")


def test_a_power_cut_while_a_contract_waits_and_is_accepted_changes_nothing(new: Make) -> None:
    calm, mains = new(REVIEWED), Mains(FAR)
    expected = reviewing(calm, mains)
    assert expected.ended and expected.ended.ending == "done"
    assert expected.accepted and expected.accepted.added == ("It greets",)
    for n in range(1, FAR - mains.left):
        machine = new(REVIEWED)
        state = reviewing(machine, Mains(n, again=FAR))
        assert timeless(state) == timeless(expected), f"cut after event {n}"
        assert machine.files() == calm.files() and machine.asked == calm.asked
        kinds = [event.kind for event in machine.events()]
        assert (kinds.count("review_asked"), kinds.count("contract_accepted")) == (2, 1)


@needs_sandbox
@pytest.mark.parametrize("cut", [Machine.cut_after, Machine.cut_before])
def test_what_acts_once_is_never_done_twice(new: Make, cut: Callable[[Machine, int], None]) -> None:
    calm = new(MAIL)
    expected, events = uncut(calm)
    assert expected.ended and expected.ended.ending == "done"
    assert calm.files()["mail.txt"] == "sent\n"
    told: list[int] = []
    for n in range(1, events):
        machine = new(MAIL)
        cut(machine, n)
        state = machine.live()
        assert state.ended and state.ended.ending == "done", f"cut at event {n}"
        assert "mail.txt" in state.ledger.artefacts or "mail.txt" not in machine.files()
        sent = machine.files().get("mail.txt", "").count("sent")
        starts = [e for e in machine.events() if isinstance(e, CallStarted) and e.call_id == "2"]
        assert sent <= 1 and len(starts) == 1, f"cut at event {n}: {sent} mails"
        returned = [e for e in machine.events() if isinstance(e, CallReturned)]
        if any(e.call_id == "2" and "cut short" in e.error for e in returned):
            told.append(n)
        else:
            assert sent == 1, f"cut at event {n}: not sent, and the model does not know"
    assert len(told) == 1, "only the cut between its start and its return leaves a doubt"


@pytest.mark.parametrize(
    ("reply", "starts"),
    [(WRITE, 3), pytest.param(SEND, 1, marks=needs_sandbox)],
)
def test_a_call_that_kills_us_each_time_is_given_up(new: Make, reply: Reply, starts: int) -> None:
    machine = new(Job("Write hello.txt", (draft("hello.txt"), PLAN, reply, WRITE, FINISH)))

    def deadly(event: AnyEvent) -> None:
        if isinstance(event, CallReturned) and event.call_id == "1" and not event.error:
            raise PowerCut

    for _ in range(starts):
        with pytest.raises(PowerCut):
            machine.live(before=deadly)
    state = machine.live(before=deadly)
    assert state.ended and state.ended.ending == "done"
    begun = [e for e in machine.events() if isinstance(e, CallStarted) and e.call_id == "1"]
    assert len(begun) == starts


def test_whenever_the_power_fails_the_memory_holds_everything_once(new: Make) -> None:
    calm = new(LEARNING)
    expected, events = uncut(calm)
    assert expected.ended and expected.ended.ending == "done"
    assert len(calm.learnt()) == 3
    for cut in (Machine.cut_after, Machine.cut_before):
        for n in range(1, events):
            machine = new(LEARNING)
            cut(machine, n)
            machine.live()
            assert machine.learnt() == calm.learnt(), f"cut at event {n}"


def test_what_a_crash_kept_from_being_filed_the_next_run_files(new: Make) -> None:
    machine = new(LEARNING)
    _, events = uncut(new(LEARNING))
    machine.cut_after(events)  # it has ended, and nobody was left to file it
    assert len(machine.learnt()) == 1, "what the person said at the beginning"
    store = SqliteStore(machine.home)
    store.create(RunStarted(goal="x", workspace=str(machine.workspace), model="m", memory=True))
    asyncio.run(once(store))
    store.close()
    assert len(machine.learnt()) == 3


async def once(store: SqliteStore) -> None:
    """Another run that remembers begins and is over at once."""
    state = State(started=RunStarted(goal="x", workspace="", model="m", memory=True))
    async with memory_of(store, "x", state, ""):
        pass


# ── whatever the model says ──────────────────────────────────────────────────────────────────

WORDS = st.text(max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    "outcome files assumptions document criteria tasks title path content summary subjects aspects"  # noqa: SIM905
    " facts evidence passes lesson tool args name arguments add drop done".split()
)
TOOLS = st.sampled_from(
    "run_python run_shell list_files read_file write_file edit_file search_files read_result"  # noqa: SIM905
    " finish revise_plan ask_person delegate nothing_like_it".split()
)
ARGS = st.dictionaries(
    st.sampled_from(
        "code command path content old new text pattern start id summary goals share".split()  # noqa: SIM905
    ),
    JSON | st.sampled_from(["a.txt", "../a", "/etc/passwd", "echo hi", "print(1)", "exit 3"]),
    max_size=3,
)
CHECK = st.fixed_dictionaries(
    {"kind": st.sampled_from(["file_exists", "file_matches", "answer_given", "judge", "odd"])},
    optional={"path": WORDS, "regex": WORDS, "question": WORDS},
)
OBJECT = (
    st.dictionaries(KEYS | WORDS, JSON, max_size=5)
    | st.fixed_dictionaries(
        {
            "outcome": WORDS,
            "files": st.lists(st.just("a.txt") | WORDS, max_size=2),
            "assumptions": st.lists(WORDS, max_size=1),
            "document": st.booleans(),
        },
        optional={
            "criteria": st.lists(st.fixed_dictionaries({"text": WORDS, "check": CHECK}), max_size=2)
        },
    )
    | st.fixed_dictionaries(
        {"tasks": st.lists(st.fixed_dictionaries({"title": WORDS}), max_size=3)}
    )
)
BLOCK = st.builds(
    "```{} {}\n{}\n```".format,
    st.sampled_from(["python", "file", "read", "finish", "sh", "json", ""]),
    st.just("a.txt") | WORDS,
    st.sampled_from(["print(1)", "1/0", '{"tool": "finish", "args": []}']) | WORDS,
)


def says(text: str) -> Reply:
    return {"text": text or "?"}


def gives(value: dict[str, Any]) -> Reply:
    return {"json": value}


def calls(tool: str, args: dict[str, Any]) -> Reply:
    return {"call": {"tool": tool, "args": args}}


REPLY: st.SearchStrategy[Reply] = st.one_of(
    st.builds(says, BLOCK | st.text(max_size=60)),
    st.builds(gives, OBJECT),
    st.builds(calls, TOOLS, ARGS),
    st.lists(st.builds(calls, TOOLS, ARGS), min_size=2, max_size=4).map(lambda c: several(*c)),
)
LIMITS = Limits(steps=5, tokens=9_000, time_s=60)


@given(
    replies=st.lists(REPLY, min_size=3, max_size=12),
    goal=st.sampled_from(["Write a.txt", "Why?", "Make it cool", "Write a report to a.md"]),
    small=st.booleans(),
    cut=st.integers(1, 30),
)
@settings(max_examples=30)
def test_whatever_a_model_says_and_whenever_the_power_fails_a_run_ends_inside_its_limits(
    replies: list[Reply], goal: str, small: bool, cut: int
) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        files = (("b.txt", "b\n"),)
        job = Job(goal, replies, small, files, window=32_768, limits=LIMITS)
        machine = Machine(Path(folder) / "workspace", Path(folder) / "home", job)
        mains = Mains(cut)
        try:
            state = machine.live(before=lambda _: mains.use())
        except PowerCut:
            state = machine.live()
        assert state.ended is not None
        assert state.spent.steps <= LIMITS.steps
        assert state.spent.tokens <= LIMITS.tokens
        assert state.ended.ending != "done" or all(c.passed for c in state.checks.values())
        assert report("r", state)
        store = SqliteStore(machine.home)
        records = list(store.read("r"))
        store.close()
        assert [recorded.seq for recorded in records] == list(range(1, len(records) + 1))
        again = (
            Recorded(r.seq, r.at, EVENT.validate_json(EVENT.dump_json(r.event))) for r in records
        )
        assert fold(again) == fold(records) == state
