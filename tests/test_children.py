"""Parts of a goal given to child runs: own journal, own context, a share of the budget."""

import asyncio
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from selfstarter.app import Outcome, look_up, pursue, resume
from selfstarter.core.errors import BadSetting, ModelDown
from selfstarter.core.events import (
    CallReturned,
    ChildReturned,
    Delegated,
    Event,
    FinishRejected,
    Limits,
    ModelCalled,
    RunStarted,
)
from selfstarter.core.fold import apply, fold
from selfstarter.core.ports import Recorded
from selfstarter.core.state import State
from selfstarter.journal.sqlite import SqliteStore
from selfstarter.listing import runs
from selfstarter.models.scripted import ScriptedModel
from selfstarter.moves.choose import NO_STEP
from selfstarter.moves.delegate import files_in
from selfstarter.replay import replay
from selfstarter.settings import Settings
from selfstarter.steering import stop

Reply = Mapping[str, Any]
E = TypeVar("E", bound=Event)
MEMORY = Path("/dev/shm")

WINDOW = 32_768
GOAL = "Write report.txt about the shop"
PART = "Write prices.txt with the price of tea"


def draft(*files: str) -> Reply:
    sketch = {"outcome": "It is there.", "files": files, "assumptions": (), "document": False}
    return {"for": "draft", "json": sketch}


def call(tool: str, **args: object) -> Reply:
    return {"call": {"tool": tool, "args": args}}


def delegate(*goals: str | Reply, **more: object) -> Reply:
    return call("delegate", goals=goals, **more)


def write(path: str, content: str = "tea 3\n") -> Reply:
    return call("write_file", path=path, content=content)


def finish(summary: str) -> Reply:
    return call("finish", summary=summary)


PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "Do it"}]}}
WRAP_UP: Reply = {"for": "wrap_up", "text": "It is not all there."}
DRAFT = draft("report.txt")
BEGIN = (DRAFT, PLAN, WRAP_UP)
END = (write("report.txt"), finish("The report is written."))
CHILD = (draft("prices.txt"), PLAN, WRAP_UP, write("prices.txt"), finish("Tea costs 3."))


def reader(*replies: Reply) -> tuple[Reply, ...]:
    """What a child is told that only reads: there is nothing to draft."""
    return (PLAN, WRAP_UP, *replies)


class House:
    """A workspace, a home, and the models that were asked."""

    def __init__(self, folder: Path) -> None:
        self.home, self.workspace = folder / "home", folder / "workspace"
        self.workspace.mkdir()
        for name, price in (("tea", 3), ("milk", 1), ("salt", 2)):
            (self.workspace / f"{name}.txt").write_text(f"{name} costs {price} euros\n")
        self.models: list[ScriptedModel] = []

    def model(self, *replies: Reply, **options: Any) -> ScriptedModel:
        self.models.append(ScriptedModel.of(*replies, **{"window": WINDOW, **options}))
        return self.models[-1]

    def go(
        self,
        *replies: Reply,
        children: Mapping[str, Any] | None = None,
        goal: str = GOAL,
        tell: Callable[[str, Recorded], None] | None = None,
        options: Mapping[str, Any] | None = None,
        **limits: Any,
    ) -> Outcome:
        model = self.model(*replies, children=children or {}, **(options or {}))
        settings = Settings(model="scripted", home=self.home, **limits)
        going = pursue(goal, self.workspace, settings, model=model, listener=tell)
        return asyncio.run(going)

    def events(self, outcome: Outcome, kind: type[E], child: str = "") -> list[E]:
        records = look_up(outcome.run_id + child, Settings(home=self.home))[1]
        return [r.event for r in records if isinstance(r.event, kind)]

    def returned(self, outcome: Outcome, child: str = "") -> CallReturned:
        """What the first call came to."""
        return self.events(outcome, CallReturned, child)[0]

    def state(self, outcome: Outcome, child: str) -> State:
        return look_up(outcome.run_id + child, Settings(home=self.home))[0].state


@pytest.fixture
def house(quick: Path) -> House:
    return House(quick)


# ── one child ────────────────────────────────────────────────────────────────────────────────


def test_a_child_works_in_the_same_folder_and_brings_back_what_it_did(house: House) -> None:
    errand = {"goal": PART, "done_when": ["It names tea"], "files": ["tea.txt"]}
    verdict = {"for": "judge", "json": {"evidence": "tea 3", "passes": True}}
    outcome = house.go(
        *BEGIN, delegate(errand), *END, children={"1": [*CHILD, verdict]}
    )  # fmt: skip
    assert outcome.ending == "done"
    assert (house.workspace / "prices.txt").read_text() == "tea 3\n"
    back = house.returned(outcome)
    found = json.loads(back.output)
    assert back.status == "ok" and [path for path, _ in back.changed] == ["prices.txt"]
    assert found["criteria"]["failed"] == [] and "It names tea" in found["criteria"]["passed"]
    assert {**found, "criteria": 0, "spent": 0} == {
        "goal": PART,
        "status": "done",
        "answer": "Tea costs 3.",
        "files": ["prices.txt"],
        "criteria": 0,
        "spent": 0,
    }
    child = house.state(outcome, ".c1").spent
    assert (found["spent"]["steps"], found["spent"]["tokens"]) == (child.steps, child.tokens)


NAMES_TEA, COMPARES = "prices.txt names tea", "It is fit to be compared"


def of_words(text: str, **check: object) -> Reply:
    return {"text": text, "check": {"path": "prices.txt", **check}}


@pytest.mark.parametrize(
    ("drafted", "written", "judges", "ending"),
    [
        ((of_words(NAMES_TEA, kind="file_matches", contains=["tea"]),), "tea 3\n", 1, "done"),
        ((of_words(NAMES_TEA, kind="file_matches", contains=["tea"]),), "milk 1\n", 0, "partly"),
        ((of_words(f"`{NAMES_TEA}`.", kind="file_matches", regex="^tea "),), "tea 3\n", 1, "done"),
        ((of_words("It has tea", kind="file_matches", contains=["tea"]),), "tea 3\n", 2, "done"),
        ((of_words(NAMES_TEA, kind="file_exists"),), "tea 3\n", 2, "done"),
        ((of_words(NAMES_TEA, kind="file_matches"),), "tea 3\n", 2, "done"),
        ((of_words(COMPARES, kind="judge", question="Is it fit?"),), "tea 3\n", 2, "done"),
    ],
)
def test_what_a_parent_wants_is_judged_where_the_child_has_no_check_for_it(
    house: House, drafted: tuple[Reply, ...], written: str, judges: int, ending: str
) -> None:
    sketch = {"outcome": "o", "files": ["prices.txt"], "assumptions": (), "criteria": drafted}
    verdict = {"for": "judge", "json": {"evidence": "tea 3", "passes": True}}
    replies = ({"for": "draft", "json": sketch}, PLAN, WRAP_UP, *[verdict] * 3,
               write("prices.txt", written), finish("It is there."))  # fmt: skip
    errand = {"goal": PART, "done_when": [NAMES_TEA, COMPARES]}
    outcome = house.go(*BEGIN, delegate(errand), *END, children={"1": replies})
    asked = house.models[0].asked
    (draws,) = [r.messages[0].text for r in asked if r.purpose == "draft" and PART in str(r)]
    assert f"- {NAMES_TEA}\n- {COMPARES}\n" in draws
    assert sum(r.purpose == "judge" for r in asked) == judges
    assert json.loads(house.returned(outcome).output)["status"] == ending


def test_what_nobody_could_see_is_not_told_as_failed(house: House) -> None:
    unseen = {"evidence": "", "passes": "unseen", "why": "the page is not shown"}
    errand = {"goal": PART, "done_when": [COMPARES]}
    said = {"for": "judge", "json": unseen}
    outcome = house.go(*BEGIN, delegate(errand), *END, children={"1": (*CHILD, said)})
    found = json.loads(house.returned(outcome).output)
    assert (found["status"], found["criteria"]["failed"]) == ("partly", [])
    assert found["criteria"]["not seen"] == [
        f"{COMPARES}: nobody could judge all of it: the page is not shown"
    ]


def test_a_child_knows_its_goal_its_criteria_and_its_files_and_nothing_else(house: House) -> None:
    secret = write("notes.txt", "the parent thinks of bread")
    errand = {"goal": PART, "done_when": "It names tea", "files": ["tea.txt"]}
    outcome = house.go(*BEGIN, secret, delegate(errand), *END, children={"1": CHILD})
    (began,) = house.events(outcome, RunStarted, ".c1")
    assert (began.goal, began.criteria, began.inputs) == (PART, ("It names tea",), ("tea.txt",))
    assert (began.above, began.attended, began.reads_only) == ((GOAL,), False, False)
    asked = [r for r in house.models[0].asked if PART in r.messages[-1].text]
    asked += [r for r in house.models[0].asked if any(PART in m.text for m in r.messages[:2])]
    heard = [r for r in asked if not any(GOAL in m.text for m in r.messages)]
    assert heard and all(m.call is None or m.call.tool != "delegate" for r in heard
                         for m in r.messages)  # fmt: skip
    assert any("Input files: tea.txt" in m.text for r in heard for m in r.messages)


def test_all_that_a_child_spends_is_its_parents(house: House) -> None:
    priced = [{**reply, "usage": {"cost_usd": 0.01, "input": 100, "output": 7}} for reply in CHILD]
    outcome = house.go(*BEGIN, delegate(PART), *END, children={"1": priced}, cost_usd=5.0)
    child, whole = house.state(outcome, ".c1").spent, outcome.state.spent
    own = house.events(outcome, ModelCalled)
    assert (child.calls, child.tokens, child.steps) == (3, 3 * 107, 1)
    assert (whole.calls, whole.steps) == (len(own) + 3, 2 + 1)
    assert whole.tokens == sum(called.input + called.output for called in own) + 3 * 107
    assert whole.cost_usd == pytest.approx(child.cost_usd) == pytest.approx(0.03)  # pyright: ignore[reportUnknownMemberType]
    assert whole.time_s >= child.time_s
    assert f"{whole.tokens:,} tokens" in outcome.report


def test_a_share_is_reserved_at_once_and_what_is_left_of_it_comes_back(house: House) -> None:
    seen: dict[str, State] = {}
    states: dict[str, State] = {}

    def tell(run_id: str, recorded: Recorded) -> None:
        states[run_id] = apply(states.get(run_id, State()), recorded)
        if "." not in run_id and isinstance(recorded.event, (Delegated, ChildReturned)):
            seen[recorded.event.kind] = states[run_id]

    limits: dict[str, Any] = {"tokens": 100_000, "steps": 21, "cost_usd": 2.0}
    house.go(
        *BEGIN, delegate(PART, share=0.4), *END, children={"1": CHILD}, tell=tell, **limits
    )  # fmt: skip
    out, back = seen["delegated"], seen["child_returned"]
    (sent,) = out.children
    share = sent.errand.share
    assert (share.steps, share.cost_usd) == (8, 0.8)
    assert share.tokens == int((100_000 - out.spent.tokens) * 0.4)
    assert out.left.tokens == 100_000 - out.spent.tokens - share.tokens
    assert (out.left.steps, out.left.cost_usd) == (20 - 8, 2.0 - 0.8)
    assert back.left.tokens == 100_000 - back.spent.tokens
    assert (back.left.steps, back.left.cost_usd) == (21 - back.spent.steps, 2.0)


@pytest.mark.case("X54")
def test_a_child_out_of_its_share_ends_and_the_parent_goes_on(house: House) -> None:
    idle = [write("prices.txt", str(n)) for n in range(40)]
    never = (draft("more.txt"), PLAN, WRAP_UP, *idle)
    outcome = house.go(*BEGIN, delegate(PART), *END, children={"1": never}, steps=11)
    back = house.returned(outcome)
    assert json.loads(back.output)["status"] == "out_of_budget"
    assert (back.status, "budget of 5 steps" in back.error) == ("permanent", True)
    assert house.state(outcome, ".c1").spent.steps == 5
    assert outcome.ending == "done"


@pytest.mark.parametrize("more", [(), (write("prices.txt"),)])
def test_what_a_child_has_found_with_its_last_step_it_can_still_say(
    house: House, more: tuple[Reply, ...]
) -> None:
    for n in range(12):
        (house.workspace / f"{n}.txt").write_text(f"tea costs 3 euros, said {n}\n")
    every = {"calls": [call("read_file", path=f"{n}.txt")["call"] for n in range(12)]}
    children = {"1": reader(every, *more, finish("tea costs 3 euros")), "2": THREE["2"]}
    outcome = house.go(*BEGIN, delegate(*ASK[:2], share=0.8), *END, children=children, steps=21)
    child = house.state(outcome, ".c1")
    found = json.loads(house.returned(outcome).output)[0]
    assert child.spent.steps == child.limits.steps == 8
    assert (found["status"], found["answer"][:17]) == (
        ("out_of_budget", "It is not all the") if more else ("done", "tea costs 3 euros")
    )
    notes = [turn.note for turn in child.transcript if turn.note][::-1]
    assert notes[0].startswith("The budget of 8 steps is spent. Not run, of your last reply: read_")
    assert notes[1:] == [NO_STEP] * len(more), "only the end takes no step"
    told = [r.messages[-1].text for r in house.models[0].asked if r.purpose == "choose"]
    assert any("No step is left: call `finish` now" in text for text in told)


def test_a_child_knows_from_its_first_step_how_many_it_has(house: House) -> None:
    outcome = house.go(*BEGIN, delegate(*ASK), *END, children=THREE)
    steps = house.state(outcome, ".c1").limits.steps
    told = [m.text for r in house.models[0].asked for m in r.messages if ASK[0] in m.text]
    assert told and f"Steps: {steps}. Each call takes one, `finish` none." in told[0]


def test_a_child_that_asks_a_person_hears_that_nobody_is_there(house: House) -> None:
    asks = (*CHILD[:3], call("ask_person", question="Which tea?"), *CHILD[3:])
    model = house.model(*BEGIN, delegate(PART), *END, children={"1": asks})
    settings = Settings(model="scripted", home=house.home)
    going = pursue(GOAL, house.workspace, settings, model=model, attended=True)
    outcome = asyncio.run(going)
    assert outcome.ending == "done"
    refused = house.returned(outcome, ".c1")
    assert (refused.status, "Nobody is attached" in refused.error) == ("denied", True)


def test_what_the_parent_may_not_change_its_child_may_not_change_either(house: House) -> None:
    (house.workspace / "test_tea.py").write_text("def test_tea():\n    assert False\n")
    tests = {"text": "The tests pass", "check": {"kind": "tests_pass"}}
    sketch = {"outcome": "o", "files": ["report.txt"], "assumptions": (), "document": False}
    drafted = {"for": "draft", "json": {**sketch, "criteria": [tests]}}
    cheat = (*CHILD[:3], write("test_tea.py", ""), *CHILD[3:])
    outcome = house.go(drafted, PLAN, WRAP_UP, delegate(PART), *END, children={"1": cheat})
    (back,) = house.events(outcome, ChildReturned)
    assert back.ending == "partly"
    notes = [turn.note for turn in house.state(outcome, ".c1").transcript]
    assert any("test_tea.py" in note and "may not be edited" in note for note in notes)


# ── several children ─────────────────────────────────────────────────────────────────────────

ASK = ("What does tea cost?", "What does milk cost?", "What does salt cost?")


def answers(name: str, price: int, *between: Reply) -> tuple[Reply, ...]:
    look = call("read_file", path=f"{name}.txt")
    return reader(look, *between, finish(f"{name} costs {price} euros"))


THREE = {"1": answers("tea", 3), "2": answers("milk", 1), "3": answers("salt", 2)}


def test_a_run_with_children_is_replayed_without_a_model(house: House) -> None:
    outcome = house.go(*BEGIN, delegate(*ASK), *END, children=THREE)
    found = replay(look_up(outcome.run_id, Settings(home=house.home))[1])
    assert (found.faults, found.differences) == ((), ())


def test_several_children_read_side_by_side_and_return_in_order(house: House) -> None:
    told: list[str] = []

    def tell(run_id: str, _: Recorded) -> None:
        if "." in run_id:
            told.append(run_id.rpartition(".")[2])

    slow = answers("tea", 3, *(call("read_file", path="tea.txt", start=n) for n in range(1, 4)))
    outcome = house.go(*BEGIN, delegate(*ASK), *END, children={**THREE, "1": slow}, tell=tell)
    found = json.loads(house.returned(outcome).output)
    assert [one["goal"] for one in found] == list(ASK)
    assert [one["answer"] for one in found] == [
        "tea costs 3 euros",
        "milk costs 1 euros",
        "salt costs 2 euros",
    ]
    assert [back.number for back in house.events(outcome, ChildReturned)] == [1, 2, 3]
    assert told.index("c3") < len(told) - 1 - told[::-1].index("c1"), "the third waits for no one"
    assert told[-1] == "c1", "the slowest is the last"
    assert outcome.ending == "done"


def test_a_child_that_reads_beside_others_may_not_write(house: House) -> None:
    tries = reader(
        write("tea.txt", "tea costs 9 euros\n"),
        call("run_shell", command="echo tea costs 9 euros > tea.txt"),
        call("read_file", path="tea.txt"),
        finish("tea costs 3 euros"),
    )
    outcome = house.go(*BEGIN, delegate(*ASK[:2]), *END, children={**THREE, "1": tries})
    wrote, ran, read = house.events(outcome, CallReturned, ".c1")
    assert [back.status for back in (wrote, ran, read)] == ["denied", "denied", "ok"]
    assert "write_file did not run" in wrote.error and "may only read" in wrote.error
    assert (house.workspace / "tea.txt").read_text() == "tea costs 3 euros\n"
    shown = {tool.name for r in house.models[0].asked for tool in r.tools if len(r.tools) < 11}
    assert shown >= {"read_file", "delegate", "finish"}
    none = {"write_file", "edit_file", "run_python", "run_shell"}
    assert not shown & none
    (told,) = {
        tool.does for r in house.models[0].asked for tool in r.tools if tool.name == "delegate"
    }
    assert "may only read: they have no run_python and no run_shell." in told


def test_each_of_several_children_has_its_own_share(house: House) -> None:
    outcome = house.go(*BEGIN, delegate(*ASK, share=0.6), *END, children=THREE, tokens=90_000)
    (sent,) = house.events(outcome, Delegated)
    shares = {errand.share.tokens for errand in sent.errands}
    assert len(shares) == 1 and 17_000 < shares.pop() <= 18_000


def test_one_child_that_fails_does_not_lose_the_others(house: House) -> None:
    stuck = reader({"text": "I am thinking."})
    outcome = house.go(*BEGIN, delegate(*ASK), *END, children={**THREE, "2": stuck})
    back = house.returned(outcome)
    found = json.loads(back.output)
    assert [one["status"] for one in found] == ["done", "stuck", "done"]
    assert (back.status, outcome.ending) == ("ok", "done")


def test_a_child_whose_model_is_out_of_reach_is_tried_again_alone(house: House) -> None:
    look, said = answers("milk", 1)[2:]
    down = reader(look, {"fail": "down"}, said)
    replies = (*BEGIN, delegate(*ASK), *END)
    children = {**THREE, "2": down}
    with pytest.raises(ModelDown):
        house.go(*replies, children=children)
    paused = look_up("@last", Settings(home=house.home))[0]
    assert [back.number for back in house.events(paused, ChildReturned)] == [1, 3]
    asked = len(house.models[0].asked)
    path = house.home / "script.json"
    path.write_text(json.dumps({"window": WINDOW, "replies": replies, "children": children}))
    going = resume(paused.run_id, Settings(home=house.home), model_name=f"scripted:{path}")
    outcome = asyncio.run(going)
    assert outcome.ending == "done" and asked >= 8
    found = json.loads(house.returned(outcome).output)
    assert [one["status"] for one in found] == ["done", "done", "done"]
    for child in (".c1", ".c3"):
        assert house.state(outcome, child).spent.calls == 2, "no plan is asked for"


def test_a_folder_that_is_given_stands_for_what_lies_in_it(house: House) -> None:
    for path in ("north/a.txt", "north/far/b.txt", "south/c.txt"):
        (house.workspace / path).parent.mkdir(parents=True, exist_ok=True)
        (house.workspace / path).write_text("tea costs 3 euros\n")
    errands = [
        {"goal": "Read the north", "files": ["north/", "tea.txt"]},
        {"goal": "Read the south", "files": ["./south"]},
    ]
    children = {"1": answers("tea", 3), "2": answers("tea", 3)}
    outcome = house.go(*BEGIN, delegate(*errands), *END, children=children)
    (sent,) = house.events(outcome, Delegated)
    assert [errand.inputs for errand in sent.errands] == [
        ("north/a.txt", "north/far/b.txt", "tea.txt"),
        ("south/c.txt",),
    ]
    gone = house.go(*BEGIN, delegate({"goal": "Read it", "files": ["nort"]}), *END)
    assert "there is no nort." in house.returned(gone).error


def test_of_a_large_folder_the_name_is_told() -> None:
    known = [f"north/{n:02}.txt" for n in range(99)]
    assert files_in("north", known) == ("north/",)
    assert files_in("north/07.txt", known) == ("north/07.txt",)
    assert files_in("nor", known) == []


def test_who_has_no_program_is_not_told_to_print(house: House) -> None:
    look = call("read_file", path="tea.txt")
    made_up = reader(look, finish("tea costs 77 euros"), finish("tea costs 3 euros"))
    outcome = house.go(*BEGIN, delegate(*ASK[:2]), *END, children={**THREE, "1": made_up})
    (turned_down,) = house.events(outcome, FinishRejected, ".c1")
    assert "77 occurs in nothing that was observed" in turned_down.failures
    assert "print" not in turned_down.failures


@pytest.mark.parametrize(("wanted", "planned"), [(0, 0), (1, 0), (2, 1)])
def test_an_errand_with_one_clear_task_costs_no_plan(
    house: House, wanted: int, planned: int
) -> None:
    errand = {"goal": PART, "done_when": [f"It names tea, {n}" for n in range(wanted)]}
    verdict = {"for": "judge", "json": {"evidence": "tea 3", "passes": True}}
    child = (CHILD[0], verdict, verdict, *CHILD[1:])
    outcome = house.go(*BEGIN, delegate(errand), *END, children={"1": child})
    plans = [r for r in house.events(outcome, ModelCalled, ".c1") if r.purpose == "plan"]
    assert (outcome.ending, len(plans)) == ("done", planned)


# ── shares ───────────────────────────────────────────────────────────────────────────────────

DEAREST = 0.2
USAGE = st.fixed_dictionaries(
    {"cost_usd": st.sampled_from([0.0, 0.01, DEAREST])}, optional={"output": st.integers(1, 30)}
)
ACTIONS = st.sampled_from(
    [
        call("read_file", path="tea.txt"),
        call("list_files"),
        delegate("Find out what tea costs"),
        delegate("What is tea?", "What is milk?", share=0.9),
        delegate(GOAL),
        finish("tea costs 3"),
        {"text": "hm"},
    ]
) | st.builds(write, st.sampled_from(["report.txt", "x.txt"]), st.sampled_from("abcdefgh"))


@st.composite
def spenders(draw: st.DrawFn, deep: int = 2) -> dict[str, Any]:
    """A script of a run that spends, and of its children."""
    actions = draw(st.lists(st.tuples(ACTIONS, USAGE), min_size=1, max_size=8))
    replies = [{**reply, "usage": usage} for reply, usage in actions]
    numbers = draw(st.sets(st.sampled_from("123"))) if deep else ()
    children = {number: draw(spenders(deep=deep - 1)) for number in sorted(numbers)}
    return {"replies": [DRAFT, PLAN, WRAP_UP, *replies], "children": children}


@given(script=spenders(), steps=st.integers(3, 30), tokens=st.integers(3_000, 40_000))
@hypothesis_settings(max_examples=40)
def test_no_run_of_a_family_spends_more_than_its_share_and_all_is_counted_once(
    script: dict[str, Any], steps: int, tokens: int
) -> None:
    """Of money a run's last call and the report after it may go beyond: a price is known
    afterwards. What goes beyond is counted all the way up."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        house = House(Path(folder))
        outcome = house.go(
            *script["replies"],
            children=script["children"],
            steps=steps,
            tokens=tokens,
            cost_usd=1.0,
        )
        assert outcome.ending is not None
        family = [outcome.run_id, *sorted(path.name for path in (house.home / "runs").iterdir())]
        called: list[ModelCalled] = []
        for run_id in set(family):
            state, records = folded(house, run_id)
            limits, spent = state.limits, state.spent
            assert state.ended and state.depth <= 2
            assert spent.steps <= limits.steps and spent.tokens <= limits.tokens
            beyond = sum(over(c.returned.spent.cost_usd, c.errand.share)
                         for c in state.children if c.returned)  # fmt: skip
            assert over(spent.cost_usd, limits) <= beyond + 2 * DEAREST + 1e-9
            assert not state.children_out and len(state.children) <= 6
            called += [r.event for r in records if isinstance(r.event, ModelCalled)]
            for n, recorded in enumerate(records):
                if isinstance(recorded.event, Delegated):
                    left = fold(records[: n + 1]).left
                    assert left.tokens >= 0 and left.steps >= 0
        spent = outcome.state.spent
        assert spent.calls == len(called)
        assert spent.tokens == sum(one.input + one.output for one in called)
        assert spent.cost_usd == pytest.approx(sum(one.cost_usd or 0 for one in called))  # pyright: ignore[reportUnknownMemberType]


def over(cost_usd: float, limits: Limits) -> float:
    assert limits.cost_usd is not None
    return max(0.0, cost_usd - limits.cost_usd)


def folded(house: House, run_id: str) -> tuple[State, list[Recorded]]:
    outcome, records = look_up(run_id, Settings(home=house.home))
    return outcome.state, records


def test_a_run_with_a_child_out_goes_on_under_a_model_that_may_not_delegate(house: House) -> None:
    down = (*CHILD[:4], {"fail": "down"})
    with pytest.raises(ModelDown):
        house.go(*BEGIN, delegate(PART), *END, children={"1": down})
    paused = look_up("@last", Settings(home=house.home))[0]
    assert paused.state.children_out
    said = {"text": "```finish\nTea costs 3.\n```"}
    wrote = {"text": "```file report.txt\ntea 3\n```"}
    script = {"small": True, "native_tools": False, "replies": [wrote], "children": {"1": [said]}}
    path = house.home / "script.json"
    path.write_text(json.dumps(script))
    going = resume(paused.run_id, Settings(home=house.home), model_name=f"scripted:{path}")
    outcome = asyncio.run(going)
    assert outcome.ending == "done"
    assert json.loads(house.returned(outcome).output)["status"] == "done"


# ── where it ends ────────────────────────────────────────────────────────────────────────────


def denied(house: House, outcome: Outcome, child: str = "") -> str:
    back = house.returned(outcome, child)
    assert back.status == "denied"
    return back.error


def test_a_goal_is_not_handed_back_up_the_chain(house: House) -> None:
    """The parent gives X away, and the child wants to give X back: it would never end."""
    ring = (draft("prices.txt"), PLAN, WRAP_UP, delegate(f"  {GOAL.upper()}. "), *CHILD[3:])
    outcome = house.go(*BEGIN, delegate(PART), *END, children={"1": ring})
    assert "it would go round" in denied(house, outcome, ".c1")
    assert outcome.ending == "done"
    assert not house.state(outcome, ".c1").children


def test_a_run_does_not_delegate_its_own_goal(house: House) -> None:
    outcome = house.go(*BEGIN, delegate(GOAL), *END)
    assert "it would go round" in denied(house, outcome)


def test_two_that_hand_work_to_each_other_in_other_words_are_stopped_by_the_depth(
    house: House,
) -> None:
    def hands_on(*words: str) -> tuple[Reply, ...]:
        return (draft("prices.txt"), PLAN, WRAP_UP, delegate(" ".join(words)), *CHILD[3:])

    deep = {"replies": hands_on("Please write prices.txt with the price")}
    below = {"replies": hands_on("Write what tea costs to prices.txt"), "children": {"1": deep}}
    outcome = house.go(*BEGIN, delegate(PART), *END, children={"1": below})
    assert "the deepest" in denied(house, outcome, ".c1.c1")
    assert house.state(outcome, ".c1.c1").depth == 2
    assert outcome.ending == "done"
    shown = [{tool.name for tool in r.tools} for r in house.models[0].asked if r.tools]
    assert sum("delegate" not in names for names in shown) == 3, "the deepest is not shown it"


def test_a_run_has_only_so_many_children(house: House) -> None:
    outcome = house.go(
        *BEGIN, delegate(*ASK), delegate(*ASK, "What is dear?"), *END, children=THREE
    )
    first, second = house.events(outcome, CallReturned)[:2]
    assert (first.status, second.status) == ("ok", "denied")
    assert "a run may have 6 child runs, this one has 3" in second.error
    assert len(outcome.state.children) == 3


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({}, "Nothing was delegated"),
        ({"goals": []}, "goals"),
        ({"goals": [{"done_when": ["x"]}]}, "goals.0.goal"),
        ({"goals": [{"goal": "x", "files": ["nowhere.txt"]}]}, "there is no nowhere.txt"),
        ({"goals": ["Read it"], "share": "nan"}, "share"),
        ({"goals": ["Read it", "read it!"]}, "two of the goals are the same"),
    ],
)
def test_a_delegation_that_cannot_be_is_told_and_costs_nothing(
    house: House, args: Mapping[str, object], said: str
) -> None:
    outcome = house.go(*BEGIN, call("delegate", **args), *END)
    back = house.returned(outcome)
    assert said in back.error and back.status in ("permanent", "denied")
    assert outcome.ending == "done" and not outcome.state.children


def test_with_next_to_nothing_left_nothing_is_delegated(house: House) -> None:
    outcome = house.go(*BEGIN, delegate(PART), *END, steps=2)
    assert "too small" in denied(house, outcome)


def test_a_share_that_pays_no_call_of_a_child_is_not_given(house: House) -> None:
    outcome = house.go(*BEGIN, delegate(PART, share=0.2), *END, tokens=7_000)
    assert "too small: one call" in denied(house, outcome)
    assert not outcome.state.children


def test_a_model_with_a_short_window_may_not_do_it(house: House) -> None:
    outcome = house.go(*BEGIN, delegate(PART), *END, options={"window": 8192})
    assert "There is no tool 'delegate'" in denied(house, outcome)
    assert not any(tool.name == "delegate" for r in house.models[0].asked for tool in r.tools)


def test_a_small_model_is_not_shown_it_and_may_not_do_it(house: House) -> None:
    asks = {"text": '```json\n{"tool": "delegate", "args": {"goals": ["x"]}}\n```'}
    done = {"text": "```file report.txt\ntea 3\n```"}
    options = {"small": True, "native_tools": False}
    outcome = house.go(draft("report.txt"), asks, done, options=options)
    assert "There is no tool 'delegate'" in denied(house, outcome)


# ── a person looks on ────────────────────────────────────────────────────────────────────────


def test_children_are_in_the_report_and_not_in_the_list(house: House) -> None:
    outcome = house.go(*BEGIN, delegate(PART), *END, children={"1": CHILD})
    line = next(line for line in outcome.report.splitlines() if f"{outcome.run_id}.c1" in line)
    assert "done" in line and PART in line and "1 of 1 criteria" in line and "1 steps" in line
    settings = Settings(home=house.home)
    assert [row.run_id for row, _ in runs(settings, 50)] == [outcome.run_id]
    assert look_up("@last", settings)[0].run_id == outcome.run_id
    assert look_up(outcome.run_id[:5], settings)[0].run_id == outcome.run_id
    child = look_up(f"{outcome.run_id}.c1", settings)[0]
    assert f"**Goal** {PART}" in child.report_path.read_text()


def test_a_child_is_not_resumed_behind_its_parents_back(house: House) -> None:
    outcome = house.go(*BEGIN, delegate(PART), *END, children={"1": CHILD})
    with pytest.raises(BadSetting, match=f"resume {outcome.run_id}|resume that one"):
        asyncio.run(resume(f"{outcome.run_id}.c1", Settings(home=house.home)))


@pytest.mark.parametrize(("kind", "ending"), [("pause", None), ("stop", "stopped")])
def test_to_pause_or_stop_a_run_is_to_pause_or_stop_the_child_that_works_for_it(
    house: House, kind: str, ending: str | None
) -> None:
    steps = [call("read_file", path="tea.txt", start=n) for n in range(1, 30)]
    busy = (*CHILD[:3], *steps[:2], *CHILD[3:])
    path = house.home / "script.json"
    house.home.mkdir()
    replies = (*BEGIN, delegate(PART), *END)
    path.write_text(json.dumps({"window": WINDOW, "replies": replies, "children": {"1": busy}}))
    store = SqliteStore(house.home)
    done = 0

    def tell(run_id: str, recorded: Recorded) -> None:
        nonlocal done
        if run_id.endswith(".c1") and recorded.event.kind == "call_returned":
            done += 1
            if done == 1:
                store.command(run_id.partition(".")[0], "pause" if kind == "pause" else "stop")

    settings = Settings(model=f"scripted:{path}", home=house.home)
    outcome = asyncio.run(pursue(GOAL, house.workspace, settings, listener=tell))
    store.close()
    assert (done, outcome.ending) == (1, ending)
    child = house.state(outcome, ".c1")
    assert bool(child.paused) == (kind == "pause")
    assert outcome.state.spent.calls >= child.spent.calls or kind == "pause"
    if kind == "pause":
        outcome = asyncio.run(resume(outcome.run_id, settings))
        assert outcome.ending == "done"
        assert len(house.events(outcome, CallReturned, ".c1")) == 3
    else:
        assert child.ended and child.ended.ending == "stopped"
        assert [back.ending for back in house.events(outcome, ChildReturned)] == ["stopped"]


def test_a_run_that_was_paused_with_its_child_and_is_then_stopped_stops_both(
    house: House,
) -> None:
    path = house.home / "script.json"
    house.home.mkdir()
    down = (*CHILD[:3], {"fail": "down"}, *CHILD[3:])
    replies = (*BEGIN, delegate(PART), *END)
    path.write_text(json.dumps({"window": WINDOW, "replies": replies, "children": {"1": down}}))
    settings = Settings(model=f"scripted:{path}", home=house.home)
    with pytest.raises(ModelDown):
        asyncio.run(pursue(GOAL, house.workspace, settings))
    paused = look_up("@last", settings)[0]
    assert asyncio.run(stop(paused.run_id, settings)).ended
    outcome = look_up(paused.run_id, settings)[0]
    child = house.state(outcome, ".c1")
    assert (outcome.ending, child.ended and child.ended.ending) == ("stopped", "stopped")
    assert outcome.state.spent.tokens > child.spent.tokens > 0
