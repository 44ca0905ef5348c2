"""A run stops exactly at each of its limits: no call is made that could not be paid to its end.

A scripted model, and everything else as it is.
"""

import asyncio
import contextlib
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfstarter.app import Outcome, look_up, pursue, resume
from selfstarter.core.errors import BadSetting, ModelDown, NothingToDo
from selfstarter.core.events import (
    AttemptMade,
    BudgetReached,
    BudgetWarned,
    CallChosen,
    Event,
    LimitRaised,
    ModelCalled,
    RunPaused,
    RunResumed,
)
from selfstarter.core.fold import fold
from selfstarter.journal.sqlite import SqliteStore
from selfstarter.models.retrying import RetryingModel
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings
from selfstarter.steering import approve, deny, inbox, tell

Reply = Mapping[str, Any]
Script = Callable[..., str]
E = TypeVar("E", bound=Event)
MEMORY = Path("/dev/shm")
GOAL = "Write hello.txt with a greeting"


def draft(*files: str) -> Reply:
    sketch = {"outcome": "It is there.", "files": files, "assumptions": (), "document": False}
    return {"for": "draft", "json": sketch}


def call(tool: str, **args: object) -> Reply:
    return {"call": {"tool": tool, "args": args}}


PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "Do it"}]}}
WRAP_UP: Reply = {"for": "wrap_up", "text": "It is not all there."}
WRITE = call("write_file", path="hello.txt", content="hello\n")
FINISH = call("finish", summary="hello.txt says hello")
MANY = [call("write_file", path="n.txt", content=str(n)) for n in range(200)]
BEGIN = (draft("hello.txt"), PLAN, WRAP_UP)
SAME: Reply = {"for": "amend", "json": {"quote": ""}}


@dataclass(frozen=True)
class Ran:
    outcome: Outcome
    model: ScriptedModel
    events: list[Event]
    """Those of the independent attempts come after the run's own."""

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]


async def no_wait(_: float) -> None:
    return None


def go(
    workspace: Path,
    home: Path,
    model: ScriptedModel,
    limits: Mapping[str, float],
    goal: str = GOAL,
    on_limit: Any = "stop",
) -> Ran:
    """A run behind the model that tries again, to its end or until the model is out of reach."""
    chosen = Settings.model_validate({"model": "scripted", "home": home, **limits})
    tries = RetryingModel(model, sleep=no_wait)
    with contextlib.suppress(ModelDown):
        asyncio.run(pursue(goal, workspace, chosen, on_limit=on_limit, model=tries))
    outcome, records = look_up("@last", Settings(home=home))
    events: list[Event] = [recorded.event for recorded in records]
    store = SqliteStore(home)
    for attempt in outcome.state.attempts:
        events += [r.event for r in store.read(f"{outcome.run_id}.a{attempt.number}")]
    store.close()
    return Ran(outcome, model, events)


def tries_of_a_waiting_attempt(outcome: Outcome, home: Path) -> int:
    """An attempt that waits for the model counts for itself until it goes on."""
    id = f"{outcome.run_id}.a{len(outcome.state.attempts) + 1}"
    with contextlib.closing(SqliteStore(home)) as store:
        state = fold(store.read(id))
    return state.spent.calls + state.spent.retries


# ── whatever the model says ──────────────────────────────────────────────────────────────────


def says(text: str) -> Reply:
    return {"text": text or "?"}


def using(act: Reply, usage: Reply) -> Reply:
    return {**act, "usage": usage}


def writes(n: int) -> Reply:
    return call("write_file", path="n.txt", content=str(n))


def revises(n: int) -> Reply:
    return call("revise_plan", add=[f"task {n}"], reason="r")


USAGE = st.fixed_dictionaries({}, optional={"output": st.integers(0, 20_000)})
BLOCKS = ("```file hello.txt\nhi\n```", "```finish\ndone\n```", "```python\n1\n```")
ACTS: st.SearchStrategy[Reply] = st.one_of(
    st.sampled_from([WRITE, FINISH, call("list_files"), call("nothing_like_it")]),
    st.builds(writes, st.integers(0, 9)),
    st.builds(revises, st.integers(1, 9)),
    st.builds(says, st.text(max_size=40) | st.sampled_from(BLOCKS)),
    st.builds(says, st.integers(1, 20_000).map("x".__mul__)),
    st.sampled_from([{"fail": "busy"}, {"fail": "lost"}, {"fail": "lost"}]),
)
REPLIES = st.lists(st.builds(using, ACTS, USAGE), min_size=2)
USD = st.floats(0, 1e-4, allow_subnormal=False)


@given(
    replies=REPLIES,
    price=st.fixed_dictionaries({"input": USD, "output": USD}),
    tokens=st.integers(1, 40_000),
    cost_usd=st.floats(0, 0.5, allow_subnormal=False),
    steps=st.integers(1, 6),
    small=st.booleans(),
)
@settings(max_examples=60)
def test_whatever_is_said_and_lost_no_limit_is_ever_exceeded(
    replies: list[Reply],
    price: Reply,
    tokens: int,
    cost_usd: float,
    steps: int,
    small: bool,
) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        workspace, home = Path(folder) / "workspace", Path(folder) / "home"
        workspace.mkdir()
        first = () if replies[0].get("fail") else (draft("hello.txt"), PLAN)
        model = ScriptedModel.of(*first, *replies, price=price, small=small, native_tools=not small)
        limits = {"tokens": tokens, "cost_usd": cost_usd, "steps": steps, "time_s": 60}
        ran = go(workspace, home, model, limits)
        spent = ran.outcome.state.spent
        assert spent.tokens <= tokens
        assert spent.cost_usd <= cost_usd
        assert spent.steps <= steps
        tries = spent.calls + spent.retries + tries_of_a_waiting_attempt(ran.outcome, home)
        assert len(model.asked) == tries, "each try is counted"
        assert spent.calls == len(ran.of(ModelCalled))
        assert spent.steps == len(ran.of(CallChosen))
        paused = ran.of(RunPaused)
        assert ran.outcome.ending or paused, "it ended, or the model was out of reach"


# ── exactly at the edge ──────────────────────────────────────────────────────────────────────


def least(enough: Callable[[float], bool], low: float, high: float, unit: float) -> float:
    """The least limit, in whole units, that is enough; `low` is not, `high` is."""
    lower, upper = round(low / unit), round(high / unit)
    while upper - lower > 1:
        middle = (lower + upper) // 2
        lower, upper = (lower, middle) if enough(middle * unit) else (middle, upper)
    return upper * unit


@pytest.mark.parametrize(
    ("limit", "high", "unit"), [("tokens", 20_000, 1), ("cost_usd", 2.0, 0.0001)]
)
def test_the_first_call_is_made_when_it_can_be_paid_and_not_a_token_before(
    tmp_path: Path, limit: str, high: float, unit: float
) -> None:
    asked: list[ScriptedModel] = []

    def enough(most: float) -> bool:
        place = tmp_path / f"{len(asked)}"
        (place / "workspace").mkdir(parents=True)
        model = ScriptedModel.of(*BEGIN, *MANY, price={"input": 1e-5, "output": 1e-4})
        asked.append(model)
        ran = go(place / "workspace", place / "home", model, {limit: most, "steps": 1})
        assert ran.outcome.ending == "out_of_budget"
        return any(request.purpose == "draft" for request in model.asked)

    edge = least(enough, 0, high, unit)
    assert enough(edge) and asked[-1].asked[0].max_tokens == 32, "the shortest answer of any use"
    assert not enough(edge - unit)


@pytest.mark.case("X54")
def test_a_call_gets_no_more_time_than_is_left_and_the_run_ends_when_it_is_up(
    workspace: Path, home: Path
) -> None:
    slow: Reply = {**WRITE, "after_s": 30}
    began = time.monotonic()
    model = ScriptedModel.of(*BEGIN, slow, price={"input": 1e-6, "output": 1e-6})
    ran = go(workspace, home, model, {"time_s": 1.5, "cost_usd": 1})
    assert ran.outcome.ending == "out_of_time"
    assert time.monotonic() - began < 3
    assert model.asked[2].timeout_s < 1.5
    assert [event.limit for event in ran.of(BudgetReached)] == ["time"]
    spent = ran.outcome.state.spent
    assert (spent.retries, spent.lost) == (1, 1), "a reply that came too late may be billed"
    assert spent.output > model.asked[2].max_tokens
    assert "tries without a reply: 1" in ran.outcome.report
    assert ran.outcome.answer == "It is not all there.", "its time was kept"


@pytest.mark.case("X54")
@pytest.mark.parametrize("cost_usd", [0.6, 0.9, 1.2])
def test_the_last_report_is_paid_from_its_reserve_and_never_from_more(
    workspace: Path, home: Path, cost_usd: float
) -> None:
    """Each reply takes all that it may have."""
    talk: Reply = {"text": "and so on", "usage": {"output": 20_000}}
    model = ScriptedModel.of(*BEGIN, talk, price={"output": 1e-4})
    ran = go(workspace, home, model, {"cost_usd": cost_usd})
    assert ran.outcome.ending == "out_of_budget"
    assert model.asked[-1].purpose == "wrap_up"
    assert ran.outcome.answer == "It is not all there."
    reserve = 400 * 1e-4
    before = ran.outcome.state.spent.cost_usd - (ran.of(ModelCalled)[-1].cost_usd or 0)
    assert cost_usd - reserve - 32e-4 < before <= cost_usd - reserve
    assert before < ran.outcome.state.spent.cost_usd <= cost_usd


def test_a_model_that_is_down_at_the_end_keeps_no_run_from_ending(
    workspace: Path, home: Path
) -> None:
    down: Reply = {"for": "wrap_up", "fail": "lost"}
    model = ScriptedModel.of(*BEGIN[:2], *[down] * 5, *MANY)
    ran = go(workspace, home, model, {"steps": 2})
    assert (ran.outcome.ending, ran.outcome.answer) == ("out_of_budget", "")
    assert ran.outcome.state.spent.lost == 5


def test_a_limit_of_no_money_lets_a_free_model_work_and_no_other(
    workspace: Path, home: Path
) -> None:
    free = go(workspace, home, ScriptedModel.of(*BEGIN, WRITE, FINISH), {"cost_usd": 0})
    assert free.outcome.ending == "done"
    (workspace / "hello.txt").unlink()
    priced = ScriptedModel.of(*BEGIN, WRITE, FINISH, price={"output": 1e-9})
    assert go(workspace, home, priced, {"cost_usd": 0}).outcome.ending == "out_of_budget"
    assert not priced.asked


# ── what is counted ──────────────────────────────────────────────────────────────────────────


@pytest.mark.case("X54")
def cut(going: Any) -> None:
    """The process dies in the middle of a model call."""
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(going, timeout=1.0))


def test_a_call_that_a_crash_cuts_is_counted_in_full_and_told(
    workspace: Path, home: Path, script: Script
) -> None:
    price = {"input": 1e-6, "output": 1e-5}
    slow = script(*BEGIN, {**WRITE, "after_s": 60}, price=price)
    quick = script(*BEGIN, WRITE, FINISH, price=price)
    cut(pursue(GOAL, workspace, Settings(model=slow, home=home)))
    for _ in range(2):
        cut(resume("@last", Settings(home=home)))
    ran = asyncio.run(resume("@last", Settings(home=home), model_name=quick))
    spent = ran.state.spent
    assert ran.ending == "done" and (spent.lost, spent.retries) == (3, 3)
    events = [recorded.event for recorded in look_up(ran.run_id, Settings(home=home))[1]]
    lost = [event.lost for event in events if isinstance(event, RunResumed)]
    called = next(e for e in events if isinstance(e, ModelCalled) and e.purpose == "choose")
    assert [one.billed for one in lost] == [1, 1, 1]
    assert all(one.input >= called.input and one.output > called.output for one in lost)
    known = sum(event.cost_usd or 0 for event in events if isinstance(event, ModelCalled))
    assert spent.cost_usd == pytest.approx(known + sum(one.cost_usd or 0 for one in lost))  # pyright: ignore[reportUnknownMemberType]
    assert "3 of them counted in full" in ran.report


def test_a_run_that_dies_again_and_again_in_a_call_comes_to_its_limit(
    workspace: Path, home: Path, script: Script
) -> None:
    slow = script(*BEGIN, {**WRITE, "after_s": 60}, price={"output": 1e-5})
    cut(pursue(GOAL, workspace, Settings(model=slow, home=home, cost_usd=0.1)))
    for _ in range(20):
        with contextlib.suppress(TimeoutError):
            going = resume("@last", Settings(home=home))
            outcome = asyncio.run(asyncio.wait_for(going, timeout=1.0))
            break
    else:
        pytest.fail("it would have gone on for ever")
    assert outcome.ending == "out_of_budget" and outcome.state.spent.cost_usd <= 0.1


def test_a_rest_is_no_crash_and_a_model_without_a_price_loses_nothing(
    workspace: Path, home: Path, script: Script
) -> None:
    free = script(*BEGIN, {**WRITE, "after_s": 60})
    cut(pursue(GOAL, workspace, Settings(model=free, home=home)))
    down = script(*BEGIN, {"fail": "down"}, price={"output": 1e-5})
    for model in (free, down, down):
        with contextlib.suppress(TimeoutError, ModelDown):
            going = resume("@last", Settings(home=home), model_name=model)
            asyncio.run(asyncio.wait_for(going, timeout=1.0))
    lost = [
        recorded.event.lost.billed
        for recorded in look_up("@last", Settings(home=home))[1]
        if isinstance(recorded.event, RunResumed)
    ]
    assert lost == [0, 1, 0], "only the second comes after a crash, under a model with a price"


def test_denied_calls_and_lost_tries_are_counted_and_told(workspace: Path, home: Path) -> None:
    lost: Reply = {"fail": "lost"}
    replies = (draft("hello.txt"), PLAN, lost, {"fail": "busy"}, call("send_mail"), WRITE, FINISH)
    model = ScriptedModel.of(*replies, price={"input": 1e-6, "output": 1e-6})
    ran = go(workspace, home, model, {"cost_usd": 1})
    spent = ran.outcome.state.spent
    assert ran.outcome.ending == "done"
    assert (spent.denied, spent.steps, spent.retries, spent.lost) == (1, 2, 2, 1)
    billed = sum((e.cost_usd or 0) + (e.lost.cost_usd or 0) for e in ran.of(ModelCalled))
    assert spent.tokens == sum(
        e.input + e.output + e.lost.input + e.lost.output for e in ran.of(ModelCalled)
    )
    assert spent.cost_usd == pytest.approx(billed)  # pyright: ignore[reportUnknownMemberType]
    assert ran.of(ModelCalled)[2].lost.output == model.asked[2].max_tokens
    for told in ("calls denied: 1 (", "tries without a reply: 2", "1 of them counted in full"):
        assert told in ran.outcome.report


def test_a_try_that_could_not_be_paid_a_second_time_is_not_made_again(
    workspace: Path, home: Path
) -> None:
    model = ScriptedModel.of(*BEGIN, {"fail": "lost"}, price={"output": 1e-4})
    ran = go(workspace, home, model, {"cost_usd": 1.8})
    assert ran.outcome.ending is None, "the model is out of reach: the run can be resumed"
    tries = [request for request in model.asked if request.purpose == "choose"]
    assert len(tries) == 2 == tries[0].payable
    assert ran.of(RunPaused)[0].lost.billed == 2
    assert 1.2 < ran.outcome.state.spent.cost_usd <= 1.8


def test_independent_attempts_are_paid_by_the_run_that_wants_them(
    workspace: Path, home: Path
) -> None:
    block = "```python\nimport os\nprint(os.getcwd(), file=open('sum.txt', 'w'))\n```"
    model = ScriptedModel.of(
        draft("sum.txt"), {"text": block}, small=True, native_tools=False, price={"input": 1e-6}
    )
    goal = "Write to sum.txt what comes out"
    ran = go(workspace, home, model, {"cost_usd": 1}, goal)
    made, spent = ran.outcome.state.attempts, ran.outcome.state.spent
    assert len(made) == 2 and all(attempt.steps and attempt.calls for attempt in made)
    assert spent.calls == len(model.asked) == len(ran.of(ModelCalled))
    assert spent.steps == len(ran.of(CallChosen)) > spent.attempt_steps > 0
    assert spent.input == sum(called.input for called in ran.of(ModelCalled))
    assert "independent attempts included: 2" in ran.outcome.report


def test_an_attempt_that_could_not_be_paid_is_not_begun(workspace: Path, home: Path) -> None:
    model = ScriptedModel.of(
        draft("sum.txt"), {"text": "```file sum.txt\n42\n```"}, small=True, native_tools=False
    )
    ran = go(workspace, home, model, {"steps": 1}, "Write sum.txt with 40 + 2")
    assert ran.outcome.ending == "partly"
    assert not ran.of(AttemptMade)
    assert "nothing is left to pay an independent attempt" in ran.outcome.report


# ── warnings ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("limits", "name", "left"),
    [
        ({"steps": 10}, "steps", "Only "),
        ({"tokens": 90_000, "steps": 500}, "tokens", "Budget left: "),
        ({"cost_usd": 0.9, "steps": 500}, "cost", "Budget left: $"),
    ],
)
def test_a_warning_comes_once_at_four_fifths_and_the_model_hears_of_it(
    workspace: Path, home: Path, limits: Mapping[str, float], name: str, left: str
) -> None:
    model = ScriptedModel.of(*BEGIN, *MANY, window=4096, price={"input": 1e-5, "output": 1e-5})
    ran = go(workspace, home, model, limits)
    assert ran.outcome.ending == "out_of_budget"
    (warned,) = [event for event in ran.of(BudgetWarned) if event.limit == name]
    assert 0.8 <= warned.spent / warned.most < 1
    at = ran.events.index(warned)
    before = sum(isinstance(event, ModelCalled) for event in ran.events[:at])
    heard = [any(left in m.text for m in request.messages) for request in model.asked]
    chosen = [request.purpose == "choose" for request in model.asked]
    assert heard[before], "the next prompt says what is left"
    if name != "steps":  # told from the last fifth or the last three on
        assert not any(heard[:before])
        assert re.search(r"\(about \d+ calls of this size\)", model.asked[before].messages[-1].text)
    assert chosen[before]
    assert re.search(
        r"\*\*Budget\*\* spent: [^\n]+ of (10 steps|90,000 tokens|\$0\.90)", ran.outcome.report
    )


# ── how it is told ───────────────────────────────────────────────────────────────────────────


def test_what_is_left_of_a_budget_is_not_called_spent_and_the_flag_that_helps_is_named(
    workspace: Path, home: Path
) -> None:
    dear = using(call("list_files"), {"input": 3_700, "output": 30})
    ran = go(workspace, home, ScriptedModel.of(*BEGIN, *[dear] * 9, window=4096), {"tokens": 9_000})
    spent, report = ran.outcome.state.spent.tokens, ran.outcome.report
    assert ran.outcome.ending == "out_of_budget" and spent < 9_000
    assert report.startswith("# Stopped: what is left of the budget pays no other call.")
    assert f"**Budget** spent: {spent:,} of 9,000 tokens\n" in report
    assert f"**Go on** `selfstarter resume {ran.outcome.run_id} --max-tokens 18000`" in report
    again = resume(
        ran.outcome.run_id, Settings(home=home), model=ran.model, more={"tokens": 18_000}
    )
    assert asyncio.run(again).state.spent.tokens > 9_000


def test_a_budget_that_is_spent_is_called_so(workspace: Path, home: Path) -> None:
    ran = go(workspace, home, ScriptedModel.of(*BEGIN, *MANY), {"steps": 2})
    assert ran.outcome.report.startswith("# Stopped: the budget is spent.")
    assert "spent: 2 of 2 steps\n" in ran.outcome.report
    assert ran.outcome.resume_command.endswith(f"{ran.outcome.run_id} --max-steps 4")


# ── asking for more ──────────────────────────────────────────────────────────────────────────


def test_at_a_limit_a_person_can_raise_it_from_anywhere_and_the_run_goes_on(
    workspace: Path, home: Path, script: Script
) -> None:
    settings_ = Settings(model=script(*BEGIN, SAME, *MANY[:4], WRITE, FINISH), home=home, steps=2)
    waits = asyncio.run(pursue(GOAL, workspace, settings_, attended=True))
    assert (waits.ending, waits.state.raise_asked) == (None, "steps")
    assert (
        "# Waiting for a person: The budget of 2 steps is spent. Raise the limit?" in waits.report
    )
    (request,) = inbox(settings_)
    assert request.id in waits.report and not request.answered
    again = asyncio.run(resume(waits.run_id, settings_))
    assert again.state.raise_asked == "steps", "nobody has answered"
    assert [r.id for r in inbox(settings_)] == [request.id], "it is the same question"
    tell(waits.run_id, "say", "why?", settings_)
    assert not inbox(settings_)[0].answered, "words raise no limit"
    asked, done = approve(request.id, "", settings_)
    assert (asked.driven, done) == (False, "Raised to 4 steps")
    assert inbox(settings_)[0].answered
    with pytest.raises(NothingToDo, match="resume"):
        approve(request.id, "5", settings_)
    second = asyncio.run(resume(waits.run_id, settings_))
    assert second.state.raise_asked == "steps"
    with pytest.raises(NothingToDo, match="inbox"):
        approve(request.id, "5", settings_)
    approve("@last", "50", settings_)
    done = asyncio.run(resume(waits.run_id, settings_))
    assert done.ending == "done"
    raised = [e for e in look_up("@last", settings_)[1] if isinstance(e.event, LimitRaised)]
    assert [e.event.most for e in raised if isinstance(e.event, LimitRaised)] == [4, 54]
    assert inbox(settings_) == []


def test_a_limit_that_a_person_does_not_raise_is_the_end_with_a_report(
    workspace: Path, home: Path, script: Script
) -> None:
    settings_ = Settings(model=script(*BEGIN, *MANY), home=home, tokens=9_000)
    waits = asyncio.run(pursue(GOAL, workspace, settings_, on_limit="ask"))
    assert waits.state.raise_asked == "tokens"
    deny(waits.run_id, "too dear", settings_)
    ended = asyncio.run(resume(waits.run_id, settings_))
    assert ended.ending == "out_of_budget"
    assert "A person did not raise it: too dear" in ended.report
    assert ended.answer == "It is not all there."
    with pytest.raises(NothingToDo, match="has ended"):
        approve(waits.run_id, "", settings_)


@pytest.mark.parametrize("more", ["much", "-1", "0", "1.5", "inf", "nan"])
def test_what_is_no_amount_raises_nothing(
    workspace: Path, home: Path, script: Script, more: str
) -> None:
    settings_ = Settings(model=script(*BEGIN, *MANY), home=home, steps=1)
    asyncio.run(pursue(GOAL, workspace, settings_, on_limit="ask"))
    with pytest.raises(NothingToDo, match="is no amount of steps"):
        approve("@last", more, settings_)


def test_a_command_that_makes_no_sense_is_told_and_not_read_for_ever(
    workspace: Path, home: Path, script: Script
) -> None:
    settings_ = Settings(model=script(*BEGIN, *MANY), home=home, steps=1)
    waits = asyncio.run(pursue(GOAL, workspace, settings_, on_limit="ask"))
    store = SqliteStore(home)
    for text in ("", "1 5", f"{waits.state.asked_at} lots", "x"):
        store.command(waits.run_id, "approve", text)
    store.command(waits.run_id, "deny", "7 no")
    store.close()
    again = asyncio.run(resume(waits.run_id, settings_))
    assert again.state.raise_asked == "steps"
    missed = [e for e in look_up("@last", settings_)[1] if e.event.kind == "command_missed"]
    assert len(missed) == 5


# ── prices that nobody knows ─────────────────────────────────────────────────────────────────


def test_a_limit_on_money_that_cannot_be_held_is_refused_before_anything_is_begun(
    workspace: Path, home: Path
) -> None:
    unpriced = ScriptedModel.of(*BEGIN, WRITE, FINISH, price=None)
    with pytest.raises(BadSetting, match="nobody knows what scripted costs.*price="):
        go(workspace, home, unpriced, {"cost_usd": 1})
    assert not (home / "runs").exists() and not unpriced.asked


def test_without_such_a_limit_it_works_and_the_report_says_that_the_price_is_unknown(
    workspace: Path, home: Path
) -> None:
    ran = go(workspace, home, ScriptedModel.of(*BEGIN, WRITE, FINISH, price=None), {})
    assert ran.outcome.ending == "done"
    assert "of unknown price" in ran.outcome.report
