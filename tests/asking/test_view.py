"""Short-term memory: a step at call 1,000 costs what it costs at call 20, and the start stays."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from selfstarter.app import Outcome, look_up, pursue, resume
from selfstarter.asking.view import RESULT, one_line, turn_messages, view
from selfstarter.core.contract import Task
from selfstarter.core.events import (
    CallChosen,
    CallReturned,
    Compacted,
    Hinted,
    PlanMade,
    ReplyRejected,
    RunStarted,
)
from selfstarter.core.fold import fold
from selfstarter.core.ports import Message, Recorded, Request
from selfstarter.core.profile import LARGE, profile_of
from selfstarter.core.state import Turn
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings
from selfstarter.tools.define import tool

Reply = Mapping[str, Any]

WINDOW = 8192
GOAL = "Read long.txt and write what it says to short.txt"
DRAFT: Reply = {
    "for": "draft",
    "json": {
        "outcome": "short.txt sums it up.",
        "files": ["short.txt"],
        "assumptions": ["Short means one line."],
        "document": False,
    },
}
PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "read"}, {"title": "write"}]}}


def test_a_turn_is_shown_as_it_is_now_and_the_same_turn_is_shown_once() -> None:
    """Turns of two folds of one journal are equal, and arguments of calls have no hash."""

    def turn(code: str, missed: bool = False) -> Turn:
        call = CallChosen(call_id="1", tool="run_python", args={"code": code})
        return Turn(1, call, CallReturned(call_id="1", status="ok", output="7"), missed=missed)

    shown = turn_messages(turn("print(7)"), False, 500, len)
    assert turn_messages(turn("print(7)"), False, 500, len) is shown
    assert turn_messages(turn("print(3 + 4)"), False, 500, len) != shown
    assert turn_messages(turn("print(7)", missed=True), False, 500, len) != shown
    assert turn_messages(turn("print(7)"), True, 500, len) != shown
    assert turn_messages(turn("print(7)"), False, 5, len) != shown


def test_a_line_for_a_turn_keeps_what_a_strong_model_thought() -> None:
    thought = "The report has three parts; " + "dates are written out, " * 9
    call = CallChosen(call_id="1", tool="read_file", args={"path": "a.txt"}, thought=thought)
    turn = Turn(1, call, CallReturned(call_id="1", status="ok", output="7"))
    line = one_line(turn, native=True)
    assert line.startswith("1. “The report has three parts; dates are written out")
    assert line.endswith("…” read_file(path='a.txt') -> ok: 7") and len(line) < 200
    assert one_line(turn, native=False) == "1. read_file(path='a.txt') -> ok: 7"


@pytest.mark.parametrize("attended", [True, False])
def test_whether_somebody_answers_is_said_as_it_is(attended: bool) -> None:
    started = RunStarted(goal="g", workspace="/w", model="m", attended=attended)
    system = view(fold([Recorded(1, 0.0, started)]), LARGE, len, WINDOW)[0].text
    assert ("Nobody answers questions, but a person may still say" in system) is not attended
    assert ("`ask_person`" in system) is attended


def test_a_line_that_is_cut_says_so_to_a_strong_model(quick: Path) -> None:
    model = run(quick, reads(1, small=False), small=False).model
    shown = next(r for r in model.asked if r.purpose == "choose").messages[1].text
    assert "… (149 more characters)" in shown
    lines = shown.splitlines()
    assert not any("more characters" in line for line in lines if len(line) < 100)


@dataclass(frozen=True)
class Ran:
    outcome: Outcome
    home: Path
    model: ScriptedModel

    @property
    def chosen(self) -> list[Request]:
        """Each request for a next step, in order."""
        return [request for request in self.model.asked if request.purpose == "choose"]

    def count(self, kind: type) -> int:
        records = look_up(self.outcome.run_id, Settings(home=self.home))[1]
        return sum(isinstance(recorded.event, kind) for recorded in records)

    def tokens(self, request: Request) -> int:
        """Everything that stands before the model: words, calls made, and the tools it is shown."""
        said = [m for m in request.messages if m.role == "assistant"]
        calls = [json.dumps(dict(m.call.args)) for m in said if m.call]
        shown = [f"{t.name}{t.does}{json.dumps(t.parameters)}" for t in request.tools]
        words = [m.text for m in request.messages]
        return sum(map(self.model.count, [*words, *calls, *shown]))


def run(folder: Path, replies: Sequence[Reply], small: bool, window: int = WINDOW) -> Ran:
    workspace, home = folder / "workspace", folder / "home"
    workspace.mkdir()
    lines = [f"line {n}: " + "so it goes, " * (n % 40) for n in range(1, 3_001)]
    (workspace / "long.txt").write_text("\n".join(lines))
    model = ScriptedModel.of(
        DRAFT, PLAN, *replies, small=small, native_tools=not small, window=window
    )
    settings = Settings(model="scripted", home=home, steps=len(replies), tokens=10**9, time_s=10**6)
    outcome = asyncio.run(pursue(GOAL, workspace, settings, model=model))
    return Ran(outcome, home, model)


def step(tool: str, args: Mapping[str, Any], small: bool) -> Reply:
    if small:
        return {"text": f"```json\n{json.dumps({'tool': tool, 'args': dict(args)})}\n```"}
    return {"text": "I look at what comes next.", "call": {"tool": tool, "args": dict(args)}}


def reads(n: int, small: bool) -> list[Reply]:
    return [
        step("read_file", {"path": "long.txt", "start": at, "lines": 3}, small)
        for at in range(1, n + 1)
    ]


def begins_like(one: Request, other: Request) -> bool:
    """Is all of `one` but its tail the beginning of `other`?"""
    kept = one.messages[:-1]
    return other.messages[: len(kept)] == kept


@pytest.mark.parametrize("small", [False, True], ids=["native", "fenced"])
def test_a_thousand_steps_never_exceed_the_window_nor_cost_more_than_the_first(
    quick: Path, small: bool
) -> None:
    ran = run(quick, reads(1_000, small), small)
    assert ran.outcome.state.spent.steps == 1_000
    chosen, sizes = ran.chosen, [ran.tokens(request) for request in ran.chosen]
    assert len(chosen) >= 1_000
    for request, size in zip(chosen, sizes, strict=True):
        assert size + request.max_tokens <= WINDOW
        assert request.max_tokens >= 400, "room for an answer is left"
    assert max(sizes[-200:]) <= 1.05 * max(sizes[:200]), "both times just before a compaction"
    assert len(chosen[999].messages) <= max(len(request.messages) for request in chosen[:200])
    assert max(map(ran.tokens, ran.model.asked)) < WINDOW


@pytest.mark.parametrize("small", [False, True], ids=["native", "fenced"])
def test_between_compactions_only_the_tail_of_a_prompt_changes(quick: Path, small: bool) -> None:
    ran = run(quick, reads(150, small), small)
    broken = [not begins_like(one, other) for one, other in pairwise(ran.chosen)]
    assert 3 <= sum(broken) == ran.count(Compacted)
    always = 2 if not small else len(ran.chosen[0].messages) - 1
    assert len({request.messages[:always] for request in ran.chosen if always}) == 1


def test_what_a_model_wrote_counts_as_much_as_what_it_read(quick: Path) -> None:
    """The content of a written file stands in the call, not in the text around it."""
    writes = [
        step("write_file", {"path": "short.txt", "content": f"{n} " + "word " * 700}, small=False)
        for n in range(40)
    ]
    ran = run(quick, writes, small=False)
    assert max(ran.tokens(request) + request.max_tokens for request in ran.chosen) <= WINDOW
    assert ran.count(Compacted) >= 5


def test_one_long_result_is_cut_in_its_middle(quick: Path) -> None:
    whole = step("read_file", {"path": "long.txt", "start": 1, "lines": 2_000}, small=False)
    ran = run(quick, [whole, *reads(2, small=False)], small=False, window=4096)
    result = next(m for m in ran.chosen[1].messages if m.role == "tool")
    assert ran.model.count(result.text) <= 4096 * 0.12
    assert "characters cut" in result.text


def test_the_prompt_holds_goal_criteria_assumptions_files_plan_and_the_steps_left(
    quick: Path,
) -> None:
    ran = run(quick, reads(10, small=False), small=False)
    system, goal, *_, tail = ran.chosen[0].messages
    assert (system.role, goal.role, tail.role) == ("system", "user", "user")
    for part in (GOAL, "short.txt exists", "Short means one line.", "long.txt ("):
        assert part in goal.text
    assert "read" in tail.text and "write" in tail.text
    assert "steps are left" not in tail.text
    assert "Only 1 steps are left" in ran.chosen[9].messages[-1].text


def test_after_a_compaction_the_goal_and_a_line_for_each_older_step_are_still_there(
    quick: Path,
) -> None:
    ran = run(quick, reads(150, small=False), small=False)
    last = ran.chosen[-1]
    earlier = next(m.text for m in last.messages if m.text.startswith("Earlier steps"))
    lines = [line for line in earlier.splitlines() if "read_file" in line]
    assert 5 <= len(lines) <= 24
    assert "earlier steps are not shown" in earlier
    assert all(len(line) <= 240 for line in lines)
    assert GOAL in last.messages[1].text


def test_a_call_and_its_result_are_never_parted(quick: Path) -> None:
    """A provider refuses a result without its call, and a call without its result."""
    for request in run(quick, reads(150, small=False), small=False).chosen:
        for before, after in pairwise((*request.messages, Message("user", ""))):
            assert (before.role == "assistant") == (after.role == "tool")
            if after.role == "tool":
                assert before.call == after.call is not None


def test_hints_and_refusals_of_the_harness_are_read_by_the_model(quick: Path) -> None:
    same = reads(1, small=False) * 3
    ran = run(quick, [*same, {"text": "no call"}, *same], small=False)
    assert ran.count(Hinted) and ran.count(ReplyRejected)
    notes = [m.text for request in ran.chosen for m in request.messages if m.role == "user"]
    assert any("same result again" in note for note in notes)
    assert any("no tool call" in note for note in notes)


@pytest.mark.parametrize("small", [False, True], ids=["native", "fenced"])
def test_a_model_that_has_made_its_plan_is_not_told_which_task_is_at_hand(
    workspace: Path, small: bool
) -> None:
    """It ticks its tasks late or never, so that would be the first of them to the end. When each
    is done it reads in the plan."""
    read = Task(id="1", title="Read it", done_when="it is read")
    write = Task(id="2", title="Write it", done_when="it is written")
    started = RunStarted(goal=GOAL, workspace=str(workspace), model="m")
    events = started, PlanMade(tasks=(read, write))
    state = fold(Recorded(n, float(n), event) for n, event in enumerate(events, 1))
    model = looking(WINDOW, small)
    shown = view(state, profile_of(model.facts), model.count, WINDOW)[-1].text
    read_it, write_it = (
        ("", "") if small else (" (done when: it is read)", " (done when: it is written)")
    )
    assert f"[ ] 1 Read it{read_it}\n[ ] 2 Write it{write_it}\n" in shown
    assert ("Now: Read it. Done when: it is read" in shown) == small


# ── how much of a result is shown ────────────────────────────────────────────────────────────

LONG = "\n".join(f"line {n:04} says so" for n in range(1, 1_001))
"""17,999 characters."""


@tool(effect="read")
async def say_it() -> str:
    """Say it all."""
    return LONG


def looking(window: int, small: bool = False) -> ScriptedModel:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("read_file", {"path": "long.txt", "lines": 1_000}),
        ("say_it", {}),
    ]
    replies = [step(name, args, small) for name, args in calls * 2]
    return ScriptedModel.of(
        DRAFT, PLAN, *replies, small=small, native_tools=not small, window=window
    )


def looked(folder: Path, *models: ScriptedModel) -> list[CallReturned]:
    """What two steps with each of the models have shown; the later ones go on with the run."""
    workspace, home = folder / "workspace", folder / "home"
    workspace.mkdir()
    (workspace / "long.txt").write_text(LONG)
    settings, first = Settings(model="scripted", home=home, steps=2, web=False), models[0]
    outcome = asyncio.run(pursue(GOAL, workspace, settings, model=first, tools=[say_it]))
    for n, model in enumerate(models[1:], 2):
        again = resume(outcome.run_id, settings, model=model, tools=[say_it], more={"steps": 2 * n})
        outcome = asyncio.run(again)
    records = look_up(outcome.run_id, settings)[1]
    return [one.event for one in records if isinstance(one.event, CallReturned)]


@pytest.mark.parametrize("window", [8_192, 16_384])
def test_a_small_window_is_shown_a_page_or_head_and_tail(quick: Path, window: int) -> None:
    read, said = looked(quick, looking(window))
    assert 7_900 < len(read.output) < 8_100 and read.next_action == "For more: start=445."
    assert 3_900 < len(said.output) < 4_400 and said.spilled


def test_a_large_window_is_shown_the_whole(quick: Path) -> None:
    read, said = looked(quick, looking(131_072))
    assert read.output.endswith(LONG) and not read.next_action
    assert said.output == LONG and not said.spilled


def test_a_small_model_is_shown_a_page_whatever_its_window(quick: Path) -> None:
    assert len(looked(quick, looking(131_072, small=True))[0].output) < 8_100


def test_a_run_that_goes_on_with_another_model_is_shown_as_much_as_that_one_can_take(
    quick: Path,
) -> None:
    found = looked(quick, looking(8_192), looking(131_072), looking(8_192))
    assert [len(one.output) > 17_000 for one in found] == [False, False, True, True, False, False]


@pytest.mark.parametrize("window", [8_192, 32_768, 65_536, 131_072, 200_000, 1_000_000])
def test_what_is_shown_of_a_result_has_room_in_the_window(window: int) -> None:
    room = profile_of(looking(window).facts).room
    assert 8_000 <= room <= 32_000
    assert room == 8_000 or room / 2 <= window * RESULT, "even at two characters a token"
