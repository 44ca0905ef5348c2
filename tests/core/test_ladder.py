"""Each sign of going nowhere is told from honest work, and climbs one rung at a time."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfstarter.core.contract import Contract, Criterion, FileExists, Sketch, Task
from selfstarter.core.events import (
    AnyEvent,
    CallChosen,
    CallReturned,
    CallStarted,
    Compacted,
    ContractAmended,
    ContractDrafted,
    GoalSketched,
    Hinted,
    Limits,
    PersonAsked,
    PersonSaid,
    PlanMade,
    PlanRevised,
    Reflected,
    ReplyRejected,
    RunStarted,
    StartedOver,
    WorkspaceScouted,
)
from selfstarter.core.fold import apply, fold
from selfstarter.core.policy import (
    Amend,
    AskPerson,
    Choose,
    Hint,
    Move,
    Reflect,
    StartOver,
    WrapUp,
    next_move,
)
from selfstarter.core.ports import Recorded
from selfstarter.core.profile import SMALL
from selfstarter.core.rules import Rules
from selfstarter.core.state import State

CONTRACT = Contract(
    outcome="o", criteria=(Criterion(id="c1", text="t", check=FileExists(path="a")),)
)
START = RunStarted(goal="g", workspace="/w", model="m", limits=Limits(steps=9_999))
FILES = tuple((f"f{n}.txt", "sha") for n in range(300))
OPEN: tuple[AnyEvent, ...] = (
    START,
    WorkspaceScouted(listing="", heads="", digests=FILES),
    GoalSketched(sketch=Sketch(outcome="o")),
    ContractDrafted(contract=CONTRACT),
    PlanMade(tasks=(Task(id="1", title="t"),)),
)
Step = tuple[AnyEvent, ...]


def told(*events: AnyEvent) -> State:
    return fold(Recorded(n, 0.0, event) for n, event in enumerate((*OPEN, *events), 1))


def ran(
    args: object,
    output: str = "",
    status: str = "ok",
    changed: dict[str, str] | None = None,
    tool: str = "run_shell",
    **more: object,
) -> Step:
    chosen = CallChosen(call_id="1", tool=tool, args={"command": args})
    returned = CallReturned.model_validate(
        {
            "call_id": "1",
            "status": status,
            "output": output,
            "changed": tuple((changed or {}).items()),
            **more,
        }
    )
    return chosen, CallStarted(call_id="1"), returned


def joined(*steps: Step) -> Step:
    return tuple(event for step in steps for event in step)


def signals(steps: Sequence[Step], rules: Rules) -> list[str]:
    """What the policy does about a model that goes on whatever it is told, after each step."""
    state, said = told(), list[str]()
    for step in steps:
        for event in step:
            state = apply(state, Recorded(state.seq + 1, 0.0, event))
        while not isinstance(move := next_move(state, rules), Choose):
            match move:
                case Hint(signal):
                    said.append(f"hint: {signal.name}")
                    event = Hinted(signal=signal.name, text="", stale=signal.stale)
                case Reflect(trigger):
                    said.append(f"reflect: {trigger}")
                    event = Reflected(trigger=trigger, lesson="l")
                case StartOver(reason):
                    said.append(f"again: {reason}")
                    event = StartedOver(reason=reason, lesson="l")
                case other:
                    return [*said, type(other).__name__]
            state = apply(state, Recorded(state.seq + 1, 0.0, event))
    return said


RULES = Rules()
LEASH = replace(SMALL.rules, hands_in=False)
EDITS = [step for n in range(9) for step in (ran(f"e{n}", changed={"a": f"{n}"}), ran("t", "bad"))]


@pytest.mark.parametrize(
    "steps",
    [
        [ran("poll", f"{n} of 20 done") for n in range(20)],
        [ran("log", "".join(f"12:00:{n:02} line\n" for n in range(n))) for n in range(20)],
        EDITS,
        [
            step
            for n in range(9)
            for step in (ran("go", "", "empty", {"s": f"{n}"}), ran("test", "bad"), ran("log", "x"))
        ],
        [ran(f"convert f{n}.txt", "", "empty", {f"f{n}.json": f"{n}"}) for n in range(200)],
        [ran(f"lint f{n}.txt", "All checks passed!") for n in range(200)],
        [ran("sleep 5; cat status", "building", duration_s=5.0) for _ in range(25)],
        [ran("send", "503 Service Unavailable", "permanent") for _ in range(3)],
        [ran("send", "", "transient", error="try again") for _ in range(3)],
        [
            step
            for n in range(9)
            for step in (ran("search x", "nothing"), ran(f"read {n}", f"fact {n}"))
        ],
        [
            ran(n, f"[big.txt: lines {n * 50 + 1}-{n * 50 + 50} of 9999]\nsame\n", tool="read_file")
            for n in range(40)
        ],
    ],
    ids=[
        "polling", "growing log", "edit and test", "a program that does a step each time",
        "batch of conversions", "batch of checks",
        "waiting", "server that is down", "transient", "search after each fact", "paging",
    ],
)  # fmt: skip
def test_honest_repetition_is_left_alone(steps: Sequence[Step]) -> None:
    assert signals(steps, RULES) == []
    assert not any(said.startswith("hint") for said in signals(steps, LEASH))


@given(st.lists(st.sampled_from("abc"), max_size=60))
def test_results_that_always_change_are_never_taken_for_repetition(calls: list[str]) -> None:
    steps = [ran(call, f"result {n}") for n, call in enumerate(calls)]
    assert signals(steps, RULES) == []


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xy")), min_size=60))
def test_a_stream_without_news_is_always_ended(calls: list[tuple[str, str]]) -> None:
    steps = [ran(call, result) for call, result in calls]
    assert signals(steps * 2, RULES)[-1] == "WrapUp"


def refused(times: int) -> list[Step]:
    returned = CallReturned(call_id="1", status="denied", refused=True)
    return [(CallChosen(call_id="1", tool="t", args={}), returned)] * times


A, B, C, D, E = (ran(name, f"result of {name}") for name in "abcde")
SAME, AGAIN = "the same call gave the same result", "a refused call was made again"
END = [f"reflect: {AGAIN}", f"reflect: {AGAIN}", "WrapUp"]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([A, A], [f"hint: {SAME}"]),
        ([A, A, *refused(1)], [f"hint: {SAME}"]),
        ([A, A, *refused(4)], [f"hint: {SAME}", *END]),
        ([A, B, A, B], ["hint: the same 2 calls over and over"]),
        ([A, B, C, A, B, C], ["hint: the same 3 calls over and over"]),
        ([A, B, C, D, A, B, C], ["hint: the same 4 calls over and over"]),
        ([A, B, C, D, E, A, B, C, *refused(4)], ["hint: the same 5 calls over and over", *END]),
        ([A, B, C, D, E, A, B], []),
    ],
)
def test_the_ladder_of_a_model_that_does_the_same_again(steps: list[Step], said: list[str]) -> None:
    assert signals(steps, RULES) == said


def test_all_calls_of_a_ring_are_stale_until_there_is_progress() -> None:
    move = next_move(told(*joined(A, B, C, A, B, C)), RULES)
    assert isinstance(move, Hint) and len(move.signal.stale) == 3
    hinted = Hinted(signal="s", text="t", stale=move.signal.stale)
    ring = joined(A, B, C, A, B, C, (hinted,))
    assert told(*ring).stale == set(move.signal.stale)
    assert not told(*ring, *ran("new", "news")).stale
    assert not told(*ring, PersonSaid(text="t")).stale
    assert not told(*ring, Compacted(keep_from=1, drop_before=0)).stale, "it is no longer shown"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-01-02 03:04:05", "2027-01-02 03:04:06"),
        ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "11111111-2222-4333-8444-555566667777"),
        ("Wed Nov 25 00:38:53 UTC 2026", "Thu Nov 26 11:22:33 UTC 2026"),
        ("since 1764031133.25", "since 1764031177.5"),
        ("request 8f3a2b1c", "request 0a1b2c3d"),
        ("pid 4711", "pid 12"),
    ],
)  # fmt: skip
def test_times_and_ids_in_results_and_files_disguise_nothing(one: str, other: str) -> None:
    assert signals([ran("a", one), ran("a", other)], RULES) == [f"hint: {SAME}"]
    wrote = [
        ran("stamp", "", "empty", {"s.txt": sha}, prints=(("s.txt", "print"),))
        for sha in ("1", "2")
    ]
    assert signals(wrote, RULES) == [f"hint: {SAME}"]


def test_the_same_error_with_other_arguments_is_one_error() -> None:
    steps = [ran(f"cat n{n}.txt", f"n{n}.txt: No such file", "permanent") for n in range(8)]
    assert signals(steps, RULES) == [
        "hint: the same error with other arguments",
        "reflect: 4 calls in a row failed",
        "reflect: the same error with other arguments",
        "WrapUp",
    ]  # fmt: skip
    others = ("KeyError", "TypeError", "ValueError")
    assert signals([ran("code", f"{e}: x", "permanent") for e in others], RULES) == []


def test_lines_that_were_shown_are_no_news_until_the_file_changes() -> None:
    def page(first: int, last: int) -> Step:
        return ran(first, f"[a.txt: lines {first}-{last} of 100]\nx", tool="read_file")

    again = [page(1, 50), page(51, 100), page(10, 60), page(1, 99)]
    assert signals(again, RULES) == ["hint: the same lines were read again"]
    edited = ran("edit", changed={"a.txt": "new"})
    assert signals([*again[:2], edited, *again[2:]], RULES) == []


def test_what_was_known_before_a_compaction_may_be_looked_up_but_not_for_ever() -> None:
    looks = [ran(n, f"{n}") for n in range(8)]
    shrunk: Step = (Compacted(keep_from=8, drop_before=0),)
    assert signals([*looks, shrunk, *looks[:2], ran("new", "news"), *looks[:2]], RULES) == []
    name = "after the compaction the same was looked up again"
    said = signals([*looks, shrunk, *looks, *looks], RULES)
    assert said == [f"hint: {name}", f"reflect: {name}", f"reflect: {name}", "WrapUp"]


def revised(n: int, **more: object) -> Step:
    added = {"reason": "r", "add": ({"id": f"x{n}", "title": "t"},)}
    return (PlanRevised.model_validate(added | more),)


def test_a_plan_that_only_grows_is_noticed() -> None:
    said = signals([revised(n) for n in range(9)], RULES)
    name = "the plan grows and nothing is done"
    assert said == [f"hint: {name}", f"reflect: {name}", f"reflect: {name}", "WrapUp"]


def test_a_task_is_called_done_for_work_and_not_for_words() -> None:
    made_up = [
        step for n in range(5) for step in (revised(n), revised(n + 50, add=(), done=(f"x{n}",)))
    ]
    assert signals(made_up, RULES)[-1] == "WrapUp"
    worked = [step for n in range(9) for step in (ran(n, f"{n}"), revised(n, done=(f"x{n}",)))]
    assert signals(worked, RULES) == []


def test_words_without_a_call_are_noticed_and_ended() -> None:
    talk: list[Step] = [(ReplyRejected(purpose="choose", reason="r"),)] * 4
    assert signals(talk, RULES) == ["hint: words and no call", "WrapUp"]
    assert signals([talk[0], A, talk[0], B, talk[0], C], RULES) == []


def test_who_is_there_is_asked_before_it_is_given_up_and_an_answer_is_a_new_start() -> None:
    attended = START.model_copy(update={"attended": True})
    talk = [ReplyRejected(purpose="choose", reason="r")] * 4
    story: list[AnyEvent] = [attended, *OPEN[1:], *talk]

    def move() -> Move:
        return next_move(fold(Recorded(n, 0.0, e) for n, e in enumerate(story, 1)), RULES)

    for _ in range(RULES.questions):
        asked = move()
        assert isinstance(asked, AskPerson) and "unusable" in asked.question
        story += [PersonAsked(question=asked.question, by="harness"), PersonSaid(text="Go on.")]
        assert move() == Amend(), "an answer may hold a wish"
        story += [ContractAmended(contract=CONTRACT)]
        assert move() == Choose()
        story += talk
    assert isinstance(move(), WrapUp), "nobody is asked for ever"


@pytest.mark.parametrize("ring", [[A], [A, B], [A, B, C]])
def test_a_small_model_keeps_the_leash_it_had(ring: list[Step]) -> None:
    """4 idle steps before each fresh start and before the end, as without the ladder."""
    steps, ends = ring * 20, list[int]()
    for n in range(1, len(steps) + 1):
        said = signals(steps[:n], LEASH)
        if sum(line.startswith("again") for line in said) + (said[-1:] == ["WrapUp"]) > len(ends):
            ends.append(n)
    each = len(ring) + 4
    assert ends == [each, 2 * each, 3 * each]
