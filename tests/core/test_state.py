"""The state is a fold: O(1) an event, the same for ever, whatever release wrote the journal."""

import time
from collections.abc import Iterator, Sequence

import pytest
from pydantic import ValidationError

from selfstarter.core.contract import Contract, Criterion, Fact, FileExists, Outline, Task
from selfstarter.core.events import (
    EVENT,
    AnyEvent,
    AttemptMade,
    CallChosen,
    CallReturned,
    CallStarted,
    ChildReturned,
    Compacted,
    ContractDrafted,
    CriterionChecked,
    Delegated,
    Ending,
    Errand,
    Limits,
    ModelCalled,
    PartStudied,
    PersonSaid,
    PlanMade,
    PlanRevised,
    ReplyRejected,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
    SourcesOutlined,
    Spending,
)
from selfstarter.core.fold import BESIDE_S, apply, fold
from selfstarter.core.ports import Recorded
from selfstarter.core.state import State

STARTED = RunStarted(goal="g", workspace="/w", model="m")
STUDY = Task(id="1", title="read", method="study")


def told(*events: AnyEvent) -> State:
    return fold(Recorded(n, float(n), event) for n, event in enumerate(events, 1))


def long_run(steps: int) -> Iterator[AnyEvent]:
    """Four events a step, as a working agent leaves them."""
    yield STARTED
    for n in range(steps):
        path = f"file-{n}.txt"
        yield ModelCalled(purpose="choose", text="t", input=100, output=10)
        yield CallChosen(call_id=str(n), tool="write_file", args={"path": path})
        yield CallStarted(call_id=str(n))
        yield CallReturned(call_id=str(n), status="ok", output=f"wrote {n}", changed=((path, "s"),))


def seconds(records: Sequence[Recorded]) -> float:
    """CPU time of one fold, the best of three."""
    times: list[float] = []
    for _ in range(3):
        began = time.process_time()
        fold(records)
        times.append(time.process_time() - began)
    return min(times)


def test_ten_thousand_events_fold_quickly_and_each_costs_the_same() -> None:
    records = [Recorded(n, float(n), event) for n, event in enumerate(long_run(2_500), 1)]
    short, long = seconds(records[:2_000]), seconds(records)
    assert len(records) == 10_001
    assert long < 5
    assert long / short < 5 * 1.5, "five times the events cost five times as much"


def test_every_turn_of_a_long_run_is_still_there() -> None:
    state = told(*long_run(500))
    assert state.turns == 500 == state.spent.steps == state.spent.calls
    assert [turn.n for turn in state.transcript] == list(range(500, 0, -1))
    assert (state.spent.input, state.spent.output, state.spent.tokens) == (50_000, 5_000, 55_000)
    assert len(state.ledger.artefacts) == 500


def test_a_state_is_not_changed_by_what_comes_after() -> None:
    events = list(long_run(3))
    states = [told(*events[:n]) for n in range(len(events) + 1)]
    state = State()
    for n, event in enumerate(events, 1):
        before = state
        state = apply(state, Recorded(n, float(n), event))
        assert before == states[n - 1]
        assert state == states[n]


# ── read tolerantly, write strictly ──────────────────────────────────────────────────────────

OLD = [
    '{"kind":"run_started","goal":"g","workspace":"/w","model":"m","budget":{"usd":3},"v":1}',
    '{"kind":"run_started","goal":"g","workspace":"/w","model":"m","limits":{"steps":9,"x":1}}',
    '{"kind":"model_called","purpose":"choose","text":"t"}',
    '{"kind":"call_chosen","call_id":"1","tool":"t","args":{"any":["thing"]},"risk":"low"}',
    '{"kind":"call_returned","call_id":"1","status":"ok"}',
    '{"kind":"plan_made","tasks":[{"id":"1","title":"t","owner":"nobody"}]}',
    '{"kind":"contract_drafted","contract":{"outcome":"o","criteria":[{"id":"c","text":"t",'
    '"weight":2,"check":{"kind":"file_exists","path":"a","mode":"fast"}}],"risks":[]}}',
    '{"kind":"run_ended","ending":"done"}',
]


@pytest.mark.parametrize("body", OLD)
def test_an_old_event_loads_whatever_fields_came_and_went(body: str) -> None:
    event = EVENT.validate_json(body)
    assert EVENT.validate_json(EVENT.dump_json(event)) == event
    assert fold([Recorded(1, 0.0, event)]).seq == 1


@pytest.mark.parametrize(
    "body",
    [
        '{"kind":"dreamt","of":"sheep"}',
        '{"goal":"no kind"}',
        '{"kind":"run_ended","ending":"perhaps"}',
        '{"kind":"call_started"}',
    ],
)
def test_what_is_no_event_of_ours_is_refused_and_not_guessed(body: str) -> None:
    with pytest.raises(ValidationError):
        EVENT.validate_json(body)


# ── single facts ─────────────────────────────────────────────────────────────────────────────


def test_a_result_of_a_call_that_nobody_knows_is_left_aside() -> None:
    state = told(STARTED, CallReturned(call_id="9", status="ok", output="x"))
    assert state.turns == 0
    assert state.pending is None


def test_a_reply_waits_to_be_read_over_a_crash_a_pause_and_a_resume() -> None:
    reply = ModelCalled(purpose="plan", text="t")
    for between in ((), (RunPaused(reason="r"),), (RunPaused(reason="r"), RunResumed())):
        state = told(STARTED, reply, *between)
        assert state.reply_to("plan") == reply
        assert state.reply_to("draft") is None
    assert told(STARTED, reply, PlanMade(tasks=(STUDY,))).unread is None


def test_a_resume_takes_new_limits_or_keeps_the_old() -> None:
    first = STARTED.model_copy(update={"limits": Limits(steps=5)})
    assert told(first, RunResumed()).limits.steps == 5
    assert told(first, RunResumed(limits=Limits(steps=7))).limits.steps == 7


def test_an_unknown_price_stays_known_as_unknown() -> None:
    unknown = ModelCalled(purpose="plan", text="t", cost_usd=None)
    priced = ModelCalled(purpose="plan", text="t", cost_usd=0.25)
    spent = told(STARTED, unknown, priced).spent
    assert (spent.cost_usd, spent.unknown_cost) == (0.25, True)


def test_what_attempts_cost_is_paid_by_the_run_that_wanted_them() -> None:
    spent = told(STARTED, AttemptMade(number=1, answer="", input=10, output=5, cost_usd=None)).spent
    assert (spent.tokens, spent.calls, spent.cost_usd) == (15, 0, 0.0)


def test_the_last_check_of_a_criterion_counts() -> None:
    criterion = Criterion(id="c", text="t", check=FileExists(path="a"))
    drafted = ContractDrafted(contract=Contract(outcome="o", criteria=(criterion,)))
    passed = CriterionChecked(criterion="c", passed=True, evidence="e", round=1)
    failed = CriterionChecked(criterion="c", passed=False, evidence="e", round=2)
    state = told(STARTED, drafted, passed, failed)
    assert state.checks["c"] == failed
    assert (state.ledger.passing, state.ledger.best) == (frozenset(), 1)


def test_unusable_replies_are_counted_until_a_usable_one() -> None:
    bad = ReplyRejected(purpose="choose", reason="no call")
    state = told(STARTED, bad, bad)
    assert (state.rejected, state.reason) == (2, "no call")
    assert [turn.note for turn in state.transcript] == ["no call", "no call"]
    chosen = CallChosen(call_id="1", tool="t", args={})
    assert told(STARTED, bad, bad, chosen).rejected == 0


def test_a_study_is_done_when_every_part_of_every_source_is_read() -> None:
    fact = Fact(subject="s", aspect="a", value="v", quote="q", source="x")
    outline = Outline(subjects=("s",), aspects=("a",), sources=("x", "y"))
    begun = (STARTED, SourcesOutlined(outline=outline), PlanMade(tasks=(STUDY,)))
    read = (
        PartStudied(source="x", part=0, parts=2, facts=(fact,)),
        PartStudied(source="x", part=1, parts=2, facts=()),
        PartStudied(source="y", part=0, parts=1, facts=()),
    )
    for n in range(3):
        assert told(*begun, *read[:n]).plan[0].status == "todo"
    state = told(*begun, *read)
    assert state.plan[0].status == "done"
    assert list(state.facts) == [fact]


@pytest.mark.parametrize("ending", ["done", "partly"])
def test_only_a_run_that_is_done_has_its_open_tasks_behind_it(ending: Ending) -> None:
    """A model need not tick its plan."""
    tasks = tuple(Task(id=str(n), title=f"part {n}") for n in range(1, 4))
    dropped = PlanRevised(reason="r", drop=("1",))
    state = told(STARTED, PlanMade(tasks=tasks), dropped, RunEnded(ending=ending))
    left = "done" if ending == "done" else "todo"
    assert [task.status for task in state.plan] == ["dropped", left, left]


def test_the_end_of_a_run_leaves_nothing_pending() -> None:
    chosen = CallChosen(call_id="1", tool="t", args={})
    assert told(STARTED, chosen, RunEnded(ending="stopped")).pending is None


def test_a_compaction_and_the_words_of_a_person_are_kept_as_they_are() -> None:
    state = told(STARTED, PersonSaid(text="hi", command=4), Compacted(keep_from=3, drop_before=1))
    assert (state.keep_from, state.drop_before, state.answered) == (3, 1, 4)
    assert next(iter(state.transcript)).from_person


# ── children ─────────────────────────────────────────────────────────────────────────────────

SHARE = Limits(steps=5, tokens=1_000, cost_usd=0.5, time_s=60.0)
LIMITED = STARTED.model_copy(
    update={"limits": Limits(steps=20, tokens=5_000, cost_usd=2.0, time_s=600.0)}
)
SENT = Delegated(
    call_id="1", errands=tuple(Errand(number=n, goal="g", share=SHARE) for n in (1, 2))
)


def back(number: int, time_s: float = 0.0) -> ChildReturned:
    spent = Spending(steps=2, calls=3, input=300, output=100, cost_usd=0.25, time_s=time_s)
    return ChildReturned(number=number, ending="done", spent=spent)


def test_why_a_plan_was_changed_is_settled_also_where_a_task_is_only_done() -> None:
    plan = PlanMade(tasks=(Task(id="1", title="t"), Task(id="2", title="u")))
    state = told(STARTED, plan, PlanRevised(done=("1",), reason="the outline stands: a, b, c"))
    assert [(one.kind, one.text) for one in state.settled] == [
        ("plan", "the outline stands: a, b, c")
    ]


def test_a_share_is_held_while_its_child_is_out_and_what_is_left_of_it_comes_back() -> None:
    chosen = CallChosen(call_id="1", tool="delegate", args={})
    events = (LIMITED, chosen, SENT, back(2), back(1))
    lefts = [told(*events[:n]).left for n in range(2, 6)]
    assert [left.tokens for left in lefts] == [5_000, 3_000, 3_600, 4_200]
    assert [left.steps for left in lefts] == [19, 9, 12, 15]
    assert [left.cost_usd for left in lefts] == [2.0, 1.0, 1.25, 1.5]
    assert told(*events).spent.calls == 6


@pytest.mark.parametrize(
    "event",
    [
        ModelCalled(purpose="choose", text="", duration_s=2.0),
        CallReturned(call_id="1", status="ok", output="", duration_s=2.0),
    ],
    ids=lambda event: event.kind,
)
def test_a_machine_that_sleeps_in_a_call_is_not_at_work(event: AnyEvent) -> None:
    def after(s: float) -> float:
        return fold([Recorded(1, 5.0, STARTED), Recorded(2, 5.0 + s, event)]).spent.time_s

    assert after(3.0) == 3.0
    assert after(8 * 3600.0) == 2.0 + BESIDE_S
    assert after(-3600.0) == 0.0


def test_a_child_is_counted_once_whatever_a_journal_says() -> None:
    assert told(LIMITED, SENT, back(1), back(1), back(7)).spent.tokens == 400


def test_the_time_of_children_is_their_parents_once_and_a_crash_loses_none_of_it() -> None:
    """The stories' events are a second apart, and a gap before a resume is not time at work."""
    assert told(LIMITED, SENT, back(1, 0.5), back(2, 0.5)).spent.time_s == 3.0
    assert told(LIMITED, SENT, back(1, 50.0), back(2, 40.0)).spent.time_s == 1.0 + 50.0 + 1.0
    assert told(LIMITED, SENT, RunResumed(), back(1, 9.0)).spent.time_s == 1.0 + 9.0
