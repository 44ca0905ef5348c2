"""The policy is pure, so it is tested as a table: events on the left, the move on the right."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from selfstarter.core.contract import Contract, Criterion, FileExists, Outline, Sketch, Task
from selfstarter.core.events import (
    AnyEvent,
    BudgetReached,
    BudgetWarned,
    CallChosen,
    CallReturned,
    CallStarted,
    ChildReturned,
    ContractAccepted,
    ContractAmended,
    ContractDrafted,
    Delegated,
    Errand,
    FinishAsked,
    FinishRejected,
    GoalSketched,
    Hinted,
    LimitName,
    LimitRaised,
    Limits,
    ModelCalled,
    PersonAsked,
    PersonSaid,
    PlanMade,
    PlanRevised,
    Purpose,
    RaiseAsked,
    RaiseDenied,
    Reflected,
    ReplyRejected,
    ReviewAsked,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
    SourcesOutlined,
    Spending,
    StartedOver,
    StopAsked,
    WorkspaceScouted,
)
from selfstarter.core.fold import fold
from selfstarter.core.policy import (
    Act,
    Amend,
    AskRaise,
    AskReview,
    Check,
    Choose,
    Compact,
    Compose,
    Delegate,
    Draft,
    Move,
    Plan,
    Reflect,
    Rules,
    Scout,
    StartOver,
    Study,
    Wait,
    Warn,
    WrapUp,
    next_move,
)
from selfstarter.core.ports import Recorded
from selfstarter.core.state import State

Story = Sequence[AnyEvent]

LIMITS = Limits(steps=3, tokens=1_000, cost_usd=1.0, time_s=100.0)
START = RunStarted(goal="g", workspace="/w", model="scripted", limits=LIMITS)
FREE = START.model_copy(update={"limits": Limits(steps=500)})
SCOUTED = WorkspaceScouted(listing="", heads="")
SKETCHED = GoalSketched(sketch=Sketch(outcome="o"))
CONTRACT = Contract(
    outcome="o", criteria=(Criterion(id="c1", text="t", check=FileExists(path="a")),)
)
DRAFTED = ContractDrafted(contract=CONTRACT)
PLANNED = PlanMade(tasks=(Task(id="1", title="t"), Task(id="2", title="u")))
READY = (START, SCOUTED, SKETCHED, DRAFTED, PLANNED)
OPEN = (FREE, SCOUTED, SKETCHED, DRAFTED, PLANNED)
CALL = CallChosen(call_id="1", tool="look", args={})
BEGUN = CallStarted(call_id="1")
GIVEN = CallChosen(call_id="1", tool="delegate", args={})
ERRANDS = tuple(Errand(number=n, goal=f"part {n}", share=LIMITS) for n in (1, 2))
SENT = Delegated(call_id="1", errands=ERRANDS)
COSTLY = ChildReturned(number=1, ending="done", spent=Spending(input=2_000))
BACK = (ChildReturned(number=1, ending="done"), ChildReturned(number=2, ending="stuck"))
FINISH = FinishAsked(summary="s")
SHOWN = START.model_copy(update={"review": True, "attended": True})
REVIEWED = (SHOWN, *READY[1:], ReviewAsked())
ACCEPTED = ContractAccepted()
AMENDED = ContractAmended(contract=CONTRACT)
TURNED_DOWN = (FINISH, FinishRejected(failures="f"))
STOP = StopAsked()
MORE = LIMITS.raised("tokens", 2_000)


def said(purpose: Purpose = "choose", tokens: int = 1, cost: float | None = 0.0) -> ModelCalled:
    return ModelCalled(purpose=purpose, text="", input=tokens, cost_usd=cost)


def warned(limit: LimitName) -> BudgetWarned:
    return BudgetWarned(limit=limit, spent=1, most=1)


ASKING = (START.model_copy(update={"on_limit": "ask"}), *READY[1:], said(tokens=1_000))
ASKED = RaiseAsked(limit="tokens", most=1_000)
RAISED = LimitRaised(limit="tokens", most=2_000)


def unusable(times: int, purpose: Purpose = "choose") -> Story:
    return [ReplyRejected(purpose=purpose, reason="r")] * times


def called(
    n: int, output: str, status: str = "ok", args: int = 0, by: str = "model"
) -> tuple[CallChosen, CallStarted, CallReturned]:
    """A call and what came of it."""
    chosen = CallChosen.model_validate(
        {"call_id": str(n), "tool": "look", "args": {"n": args}, "by": by}
    )
    returned = CallReturned.model_validate({"call_id": str(n), "status": status, "output": output})
    return chosen, CallStarted(call_id=str(n)), returned


def working(steps: int) -> Story:
    """Calls that each bring something new."""
    return [event for n in range(steps) for event in called(n, f"result {n}", args=n)]


def for_others(times: int) -> Story:
    """Finishes that are turned down, each for something else."""
    return [
        event
        for n in range(times)
        for event in (FINISH, FinishRejected(failures=f"- it holds: {'abcdefghi'[n]} is missing"))
    ]


def failing(times: int) -> Story:
    return [event for n in range(times) for event in called(n, "abcd"[n], "permanent", n)]


def studying(*tasks: Task) -> Story:
    outline = Outline(subjects=("s",), aspects=("a",), sources=("x",))
    found = SourcesOutlined(outline=outline)
    return (FREE, SCOUTED, SKETCHED, found, DRAFTED, PlanMade(tasks=tasks))


def told(story: Story, seconds: float = 0.0) -> State:
    """The state after a story whose events are `seconds` apart."""
    return fold(Recorded(n, n * seconds, event) for n, event in enumerate(story, 1))


@pytest.mark.parametrize(
    ("story", "move"),
    [
        # the beginning
        ((START,), Scout()),
        ((START, SCOUTED), Draft()),
        ((START, SCOUTED, said("draft")), Draft()),
        ((START, SCOUTED, SKETCHED), Draft()),
        ((START, SCOUTED, *unusable(9, "draft")), Draft()),
        ((START, SCOUTED, SKETCHED, DRAFTED), Plan()),
        ((START.model_copy(update={"contract": CONTRACT}), SCOUTED), Plan()),
        (READY, Choose()),
        # a person looks at the contract
        ((SHOWN, *READY[1:-1]), Plan()),
        ((SHOWN, *READY[1:]), AskReview()),
        ((START.model_copy(update={"review": True}), *READY[1:]), Choose()),
        (REVIEWED, Wait()),
        ((*REVIEWED, RunResumed()), Wait()),
        ((*REVIEWED, ACCEPTED), Choose()),
        ((*REVIEWED, PersonSaid(text="t")), Amend()),
        ((*REVIEWED, PersonSaid(text="t"), AMENDED), Plan()),
        ((*REVIEWED, ACCEPTED, PersonSaid(text="t"), AMENDED), Choose()),
        ((*REVIEWED, StopAsked(reason="r")), WrapUp("stopped", "A person asked it to stop: r")),
        ((*REVIEWED, STOP, RunEnded(ending="stopped"), RunResumed()), AskReview()),
        # acting
        ((*READY, said()), Choose()),
        ((*READY, CALL), Act(CALL, attempt=1)),
        ((*READY, CALL, BEGUN), Act(CALL, attempt=2)),
        ((*READY, CALL, BEGUN, RunResumed(), BEGUN), Act(CALL, attempt=3)),
        ((*READY, *called(1, "x")), Choose()),
        ((*READY, CallReturned(call_id="unknown", status="ok")), Choose()),
        # children
        ((*READY, GIVEN), Delegate(GIVEN)),
        ((*READY, GIVEN, SENT), Delegate(GIVEN)),
        ((*READY, GIVEN, SENT, BACK[0]), Delegate(GIVEN)),
        ((*READY, GIVEN, SENT, *BACK), Delegate(GIVEN)),
        ((*READY, GIVEN, SENT, *BACK, CallReturned(call_id="1", status="ok")), Choose()),
        ((*READY, GIVEN, SENT, RunPaused(reason="r")), Wait()),
        ((*READY, GIVEN, SENT, RunPaused(reason="r"), RunResumed()), Delegate(GIVEN)),
        # no end before it is known what the children that are out have spent
        ((*READY, GIVEN, SENT, STOP), Delegate(GIVEN)),
        ((*READY, GIVEN, SENT, RunPaused(reason="r"), STOP), Delegate(GIVEN)),
        ((*READY, GIVEN, SENT, COSTLY), Delegate(GIVEN)),
        (
            (*READY, GIVEN, SENT, COSTLY, BACK[1]),
            WrapUp("out_of_budget", "The budget of 1,000 tokens is spent."),
        ),
        # methods
        (studying(Task(id="1", title="t", method="study")), Study()),
        (studying(Task(id="1", title="t", method="compose")), Compose()),
        (studying(Task(id="1", title="t", method="compose", status="done")), Compose()),
        ((*studying(Task(id="1", title="t", status="done")), *TURNED_DOWN), Choose()),
        # the end that was asked for
        ((*READY, FINISH), Check()),
        ((*READY, *TURNED_DOWN), Choose()),
        ((*READY, *TURNED_DOWN * 2), Choose()),
        (
            (*READY, *TURNED_DOWN * 3),
            WrapUp("partly", "3 attempts to finish did not meet every criterion."),
        ),
        ((*READY, *TURNED_DOWN * 2, *for_others(1), *TURNED_DOWN * 2), Choose()),
        (
            (*READY, *for_others(1), *TURNED_DOWN * 3),
            WrapUp("partly", "4 attempts to finish did not meet every criterion."),
        ),
        ((*READY, *for_others(8)), Choose()),
        (
            (*READY, *for_others(9)),
            WrapUp("partly", "9 attempts to finish did not meet every criterion."),
        ),
        ((*READY, *TURNED_DOWN * 3, RunEnded(ending="partly"), RunResumed()), Choose()),
        # people
        ((*READY, RunPaused(reason="r")), Wait()),
        ((*READY, RunPaused(reason="r"), RunResumed()), Choose()),
        ((*READY, PersonAsked(question="q")), Wait()),
        ((*READY, PersonAsked(question="q"), PersonSaid(text="a")), Amend()),
        ((*READY, PersonAsked(question="q"), PersonSaid(text="a"), AMENDED), Choose()),
        ((*READY, CALL, RunPaused(reason="r")), Act(CALL, attempt=1)),
        ((*READY, GIVEN, RunPaused(reason="r")), Wait()),
        ((*READY, STOP), WrapUp("stopped", "A person asked it to stop.")),
        ((*READY, CALL, BEGUN, STOP), WrapUp("stopped", "A person asked it to stop.")),
        ((*READY, RunPaused(reason="r"), STOP), WrapUp("stopped", "A person asked it to stop.")),
        ((START, STOP), WrapUp("stopped", "A person asked it to stop.")),
        ((*READY, STOP, RunResumed()), Choose()),
        # limits
        (
            (*READY, said(tokens=1_000)),
            WrapUp("out_of_budget", "The budget of 1,000 tokens is spent."),
        ),
        ((*READY, said(tokens=799)), Choose()),
        ((*READY, said(tokens=800)), Warn("tokens")),
        ((*READY, said(tokens=999)), Warn("tokens")),
        ((*READY, said(tokens=800), warned("tokens")), Choose()),
        ((*READY, said(tokens=800), warned("tokens"), said(cost=0.8)), Warn("cost")),
        ((*READY, said(tokens=800), warned("tokens"), RunResumed(limits=MORE)), Choose()),
        (
            (*READY, said(tokens=800), warned("tokens"), RunResumed(limits=MORE), said(tokens=900)),
            Warn("tokens"),
        ),
        (
            (*READY, said(tokens=800), warned("tokens"), RunResumed(limits=LIMITS)),
            Choose(),
        ),
        (
            (*READY, BudgetReached(limit="tokens")),
            WrapUp(
                "out_of_budget",
                "Of the budget of 1,000 tokens too little is left for another call.",
            ),
        ),
        ((*READY, said(cost=1.0)), WrapUp("out_of_budget", "The budget of $1.00 is spent.")),
        ((*READY, said(cost=0.99)), Warn("cost")),
        ((*READY, said(cost=0.99), warned("cost")), Choose()),
        (
            (*READY, BudgetReached(limit="cost")),
            WrapUp(
                "out_of_budget",
                "Of the budget of $1.00 too little is left for another call.",
            ),
        ),
        (
            (*READY, BudgetReached(limit="time")),
            WrapUp("out_of_time", "The time limit of 100 s is reached."),
        ),
        ((*READY, said(cost=None)), Choose()),
        ((*OPEN, said(cost=99.0)), Choose()),
        ((*READY, *working(3), warned("steps")), Choose()),  # the end alone
        ((*READY, said(), *working(3), warned("steps"), said()), Choose()),  # and is not read yet
        (
            (*READY, *working(3), warned("steps"), said(), *unusable(1)),
            WrapUp("out_of_budget", "The budget of 3 steps is spent."),
        ),
        (
            (*READY, *working(3), warned("steps"), said(), *TURNED_DOWN),
            WrapUp("out_of_budget", "The budget of 3 steps is spent."),
        ),
        ((*READY, *working(2)), Choose()),
        ((*READY, *working(2), CALL), Warn("steps")),
        ((*READY, *working(2), CALL, warned("steps")), Act(CALL, attempt=1)),
        ((*READY, *working(3), FINISH, warned("steps")), Check()),
        ((*READY, *working(3), RunResumed(limits=Limits(steps=4))), Choose()),
        (
            (*READY, CALL, said(tokens=1_000)),
            WrapUp("out_of_budget", "The budget of 1,000 tokens is spent."),
        ),
        (ASKING, AskRaise("tokens")),
        ((*ASKING, ASKED), Wait()),
        ((*ASKING, ASKED, PersonSaid(text="why?")), Wait()),
        ((*ASKING, ASKED, RunResumed()), Wait()),
        ((*ASKING, ASKED, RAISED), Choose()),
        ((*ASKING, ASKED, RAISED, said(tokens=1_000)), AskRaise("tokens")),
        ((*ASKING, ASKED, RunResumed(limits=MORE)), Choose()),
        (
            (*ASKING, ASKED, RaiseDenied(reason="too dear")),
            WrapUp(
                "out_of_budget",
                "The budget of 1,000 tokens is spent. A person did not raise it: too dear",
            ),
        ),
        (
            (*ASKING, ASKED, RunResumed(on_limit="stop")),
            WrapUp("out_of_budget", "The budget of 1,000 tokens is spent."),
        ),
        ((*ASKING, ASKED, STOP), WrapUp("stopped", "A person asked it to stop.")),
        ((*ASKING[:-1], *working(3)), AskRaise("steps")),
        ((*READY, RunPaused(reason="r"), PersonSaid(text="hm")), Wait()),
        ((*READY, *unusable(1)), Choose()),
        ((*READY, *unusable(2), Hinted(signal="s", text="t"), *unusable(1)), Choose()),
        (
            (*READY, *unusable(4)),
            WrapUp("stuck", "The model gave 4 unusable replies in a row."),
        ),
        ((*READY, *unusable(3), *called(1, "x"), *unusable(1)), Choose()),
        # going nowhere
        ((*OPEN, *called(1, "x"), *called(2, "y")), Choose()),
        ((*OPEN, *called(1, "x"), *called(2, "x", args=1)), Choose()),
        ((*OPEN, *called(1, "x", by="harness"), *called(2, "x", by="harness")), Choose()),
        ((*OPEN, *called(1, "x"), *called(2, "x"), Hinted(signal="s", text="t")), Choose()),
        (
            (*OPEN, *failing(4)),
            Reflect("4 calls in a row failed"),
        ),
        ((*OPEN, *failing(3)), Choose()),
        (
            (*OPEN, *called(0, "x"), *[e for n in range(1, 7) for e in called(n, "x", args=n)]),
            Reflect("nothing changed in 6 steps"),
        ),
    ],
)
def test_next_move(story: Story, move: Move) -> None:
    assert next_move(told(story), Rules(calls_ahead=0)) == move


def test_a_limit_that_pays_a_few_more_calls_is_warned_of_before_it_bars_one() -> None:
    calls = [said(tokens=150), *called(1, "x"), said(tokens=150)]
    assert next_move(told((*READY, *calls)), Rules()) == Choose()
    assert next_move(told((*READY, *calls, said(tokens=150))), Rules()) == Warn("tokens")
    dear = said(tokens=0, cost=0.3)
    assert next_move(told((*READY, dear)), Rules()) == Warn("cost")
    assert next_move(told((*READY, said(purpose="draft", tokens=700))), Rules()) == Choose()


def test_two_reflections_without_progress_are_the_end_and_with_progress_they_are_not() -> None:
    idle = [e for n in range(7) for e in called(n, "x", args=n)]
    looked = Reflected(trigger="t", lesson="l")
    stuck = (*OPEN, *idle, looked, *idle[3:], looked, *idle[3:])
    assert next_move(told(stuck), Rules()) == WrapUp(
        "stuck", "No progress in 6 steps, after 2 reflections."
    )
    better = (*OPEN, *idle, looked, *called(50, "new"), *idle[3:], looked, *idle[3:])
    assert next_move(told(better), Rules()) == Reflect("nothing changed in 6 steps")


def test_for_whom_the_harness_hands_in_there_is_no_word_after_the_last_step() -> None:
    spent = told((*READY, *working(3)))
    end = WrapUp("out_of_budget", "The budget of 3 steps is spent.")
    assert next_move(spent, Rules(hands_in=True, calls_ahead=0)) == end


LEASH = Rules(starts_over=1, failures=3, idle_steps=4, reflections=0)


@pytest.mark.parametrize(
    ("story", "reason"),
    [
        ((*TURNED_DOWN, *TURNED_DOWN), "2 attempts to finish did not meet every criterion"),
        (failing(3), "3 tries failed or did not meet every criterion"),
        (unusable(3), "3 replies in a row could not be used"),
        ([e for n in range(5) for e in called(n, "x", args=n)], "nothing changed in 4 steps"),
    ],
)
def test_a_spoiled_try_is_begun_again_and_a_second_one_is_the_end(
    story: Story, reason: str
) -> None:
    assert next_move(told((*OPEN, *story)), LEASH) == StartOver(reason)
    assert not isinstance(next_move(told((*OPEN, *story)), Rules()), StartOver)
    again = (*OPEN, *story, StartedOver(reason=reason, lesson="l"))
    state = told(again)
    assert next_move(state, LEASH) == Choose()
    assert (state.failures, state.rejections, state.rejected, state.ledger.idle) == (0, 0, 0, 0)
    assert not isinstance(next_move(told((*again, *story)), LEASH), StartOver)


def test_a_small_model_that_does_the_same_again_begins_again_before_it_ends() -> None:
    """Refused twice, it has not been idle for long enough to be spoiled by that alone."""
    again = [*called(1, "x"), *called(2, "x"), Hinted(signal="s", text="t", stale=())]
    for n in (3, 4):
        chosen, _, returned = called(n, "", "denied")
        again += [chosen, returned.model_copy(update={"refused": True})]
    state = told((*OPEN, *again))
    assert state.ledger.idle < LEASH.idle_steps
    assert next_move(state, LEASH) == StartOver("a refused call was made again")
    gone = replace(state, starts_over=LEASH.starts_over)
    assert isinstance(next_move(gone, LEASH), WrapUp)


def test_time_at_work_is_limited_and_pauses_are_not_work() -> None:
    assert next_move(told((*READY, warned("time")), seconds=19.5), Rules()) == Choose()
    spent = next_move(told((*READY, warned("time")), seconds=19.6), Rules())
    assert spent == WrapUp("out_of_time", "The time limit of 100 s is reached."), "2 s are kept"
    gap = [Recorded(n, n * 19.0, event) for n, event in enumerate(READY, 1)]
    gap += [Recorded(6, 10.0**6, RunResumed()), Recorded(7, 10.0**6 + 3, said())]
    assert next_move(fold(gap), Rules()) == Choose()


def test_a_clock_that_jumps_back_gives_no_time_back() -> None:
    records = [Recorded(n, n * 20.0, event) for n, event in enumerate(READY, 1)]
    records += [Recorded(6, 0.0, said()), Recorded(7, 21.0, said())]
    assert fold(records).spent.time_s == 101
    assert isinstance(next_move(fold(records), Rules()), WrapUp)


@pytest.mark.parametrize(
    ("story", "crowded", "move"),
    [
        (OPEN, False, Choose()),
        (OPEN, True, Compact()),
        ((*OPEN, *working(401), warned("steps")), False, Compact()),
        ((*OPEN, CALL), True, Act(CALL, attempt=1)),
        ((*OPEN, FINISH), True, Check()),
        ((FREE, SCOUTED), True, Draft()),
    ],
)
def test_a_full_view_is_compacted_before_the_next_choice(
    story: Story, crowded: bool, move: Move
) -> None:
    assert next_move(told(story), Rules(), crowded=crowded) == move


def test_finished_tasks_stay_finished_and_new_ones_come_last() -> None:
    revised = PlanRevised(
        reason="r", done=("1",), drop=("2",), add=(Task(id="3", title="v"),), result="done it"
    )
    again = PlanRevised(reason="r", drop=("1", "nothing"), failed=("1",))
    plan = told((*READY, revised, again)).plan
    assert [(task.id, task.status) for task in plan] == [
        ("1", "done"),
        ("2", "dropped"),
        ("3", "todo"),
    ]
    assert plan[0].result == "done it"


def test_what_is_over_is_only_taken_up_again_when_it_was_not_done() -> None:
    partly, done = RunEnded(ending="partly"), RunEnded(ending="done")
    assert told((*READY, partly, RunResumed())).ended is None
    assert told((*READY, done, RunResumed())).ended == done
