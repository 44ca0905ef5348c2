"""A journal tells, without a model, what was decided, and what other thresholds would decide."""

import asyncio
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selfstarter.app import Outcome, look_up, pursue, resume
from selfstarter.cases import rerun, save_case
from selfstarter.core.errors import BadSetting, ModelDown
from selfstarter.core.events import CriterionChecked, Hinted, Reflected, RunEnded
from selfstarter.core.ports import Recorded
from selfstarter.replay import Replay, replay
from selfstarter.settings import Settings

Reply = Mapping[str, Any]
Script = Callable[..., str]
CASES = sorted((Path(__file__).parent / "regressions").glob("*.json"))


def draft(*files: str, document: bool = False) -> Reply:
    return {
        "for": "draft",
        "json": {"outcome": "x", "files": files, "assumptions": (), "document": document},
    }


def call(tool: str, **args: object) -> Reply:
    return {"call": {"tool": tool, "args": args}}


PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "look"}, {"title": "write"}]}}
REFLECTION: Reply = {"for": "reflect", "json": {"cause": "c", "lesson": "l", "dead_end": "d"}}
WRAP_UP: Reply = {"for": "wrap_up", "text": "It is not there."}
READ = call("read_file", path="a.txt", start=1, lines=1)
WRITE = call("write_file", path="hello.txt", content="hello\n")
FINISH = call("finish", summary="done")
TALK: Reply = {"text": "I think."}

RUNS: dict[str, tuple[Reply, ...]] = {
    "straight": (draft("hello.txt"), PLAN, WRITE, FINISH),
    "circle": (draft("hello.txt"), PLAN, REFLECTION, *[READ] * 4, WRITE, FINISH),
    "claims": (draft("hello.txt"), PLAN, WRAP_UP, FINISH),
    "talks": (draft("hello.txt"), PLAN, WRAP_UP, TALK),
    "mends": (draft("hello.txt"), {"for": "plan", "text": "?"}, FINISH, WRITE, FINISH),
    "no such tool": (draft("hello.txt"), PLAN, *[call("mail", to="x")] * 3, WRITE, FINISH),
    "goes on and on": (draft("hello.txt"), PLAN, WRAP_UP, REFLECTION, READ),
}


def go(workspace: Path, home: Path, model: str, **limits: Any) -> Outcome:
    (workspace / "a.txt").write_text("one\ntwo\n")
    settings = Settings(model=model, home=home, **limits)
    return asyncio.run(pursue("Write hello.txt with a greeting", workspace, settings))


def records_of(home: Path) -> list[Recorded]:
    return look_up("@last", Settings(home=home))[1]


def looked_at(home: Path, **thresholds: str) -> Replay:
    return replay(records_of(home), thresholds)


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("limits", [{}, {"steps": 3}, {"tokens": 6_000}], ids=str)
def test_the_policy_that_made_a_run_decides_the_same_at_each_point_of_it(
    workspace: Path, home: Path, script: Script, name: str, limits: dict[str, Any]
) -> None:
    outcome = go(workspace, home, script(*RUNS[name]), **limits)
    found = looked_at(home)
    assert (found.faults, found.differences, found.changes) == ((), (), ())
    assert found.state == outcome.state
    assert found.moves >= 7


def test_a_small_model_with_a_long_document_is_gone_through_too(
    workspace: Path, home: Path, script: Script
) -> None:
    for name in ("one", "two"):
        (workspace / f"{name}.txt").write_text("Alpha costs 10 euros.\n" + "and so on " * 150)
    fact = {"subject": "Alpha", "aspect": "price", "value": "costs 10 euros"}
    model = script(
        draft("report.md", document=True),
        {"for": "outline", "json": {"subjects": ["Alpha"], "aspects": ["price"]}},
        *[{"for": "study", "json": {"facts": [fact]}}] * 3,
        {"for": "weigh", "json": {"choice": 1, "contradicting": []}},
        {"for": "compose", "text": "Alpha costs 10 euros in all."},
        {"text": "```finish\nThe report is written.\n```"},
        small=True,
        native_tools=False,
        window=2048,
    )
    goal = "Write report.md, a comparison of the price of Alpha"
    asyncio.run(pursue(goal, workspace, Settings(model=model, home=home)))
    found = looked_at(home)
    assert (found.faults, found.differences) == ((), ())
    assert any(r.event.kind == "part_studied" for r in records_of(home))


def test_a_run_that_was_paused_and_resumed_is_gone_through_too(
    workspace: Path, home: Path, script: Script
) -> None:
    model = script(draft("hello.txt"), PLAN, READ, {"fail": "down"}, WRITE, FINISH)
    with pytest.raises(ModelDown):
        go(workspace, home, model)
    paused = looked_at(home)
    assert (paused.faults, paused.differences, paused.state.ended) == ((), (), None)
    assert asyncio.run(resume("@last", Settings(home=home))).ending == "done"
    found = looked_at(home)
    assert (found.faults, found.differences) == ((), ())


def test_a_limit_that_is_crossed_inside_a_move_ends_it_after_the_move(
    workspace: Path, home: Path, script: Script
) -> None:
    dear = {**WRITE, "usage": {"input": 50_000}}
    outcome = go(workspace, home, script(draft("hello.txt"), PLAN, WRAP_UP, dear), tokens=40_000)
    assert outcome.ending == "out_of_budget"
    assert looked_at(home).differences == ()


def test_another_threshold_says_where_it_would_have_stepped_in_earlier_or_later(
    workspace: Path, home: Path, script: Script
) -> None:
    go(workspace, home, script(*RUNS["circle"]))
    records = records_of(home)
    first_hint = next(r.seq for r in records if isinstance(r.event, Hinted))
    reflected = next(r.seq for r in records if isinstance(r.event, Reflected))

    later = looked_at(home, hint_after="3").changes
    assert (later[0].seq, later[0].when, later[0].other) == (first_hint, "later", "choose")

    earlier = looked_at(home, idle_steps="2").changes
    assert earlier[0].seq < reflected
    assert (earlier[0].when, earlier[0].journal) == ("earlier", "choose")
    assert earlier[0].other.startswith("reflect (nothing changed in 2")

    assert looked_at(home, finish_rejections="9").changes == ()


def test_a_policy_that_changed_since_is_told_from_the_journal(
    workspace: Path, home: Path, script: Script
) -> None:
    go(workspace, home, script(*RUNS["circle"]))
    records = records_of(home)
    without = [r for r in records if not isinstance(r.event, Hinted)]
    renumbered = [replace(r, seq=n) for n, r in enumerate(without, 1)]
    found = replay(renumbered)
    assert found.differences
    assert found.differences[0].other.startswith("hint")
    assert found.differences[0].journal == "model_called for choose"


def test_a_journal_that_does_not_hold_together_is_found_out(
    workspace: Path, home: Path, script: Script
) -> None:
    go(workspace, home, script(*RUNS["straight"]))
    records = records_of(home)
    assert "gaps" in replay(records[:5] + records[6:]).faults[0]
    lied = [
        replace(r, event=r.event.model_copy(update={"passed": False}))
        if isinstance(r.event, CriterionChecked)
        else r
        for r in records
    ]
    assert "did not pass: c1" in replay(lied).faults[0]
    assert not replay([r for r in records if not isinstance(r.event, RunEnded)]).faults


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("hint_afer", "3", "hint_after"), ("idle_steps", "soon", "no value for idle_steps")],
)
def test_a_threshold_that_is_not_one_is_named(name: str, value: str, said: str) -> None:
    with pytest.raises(BadSetting, match=said):
        replay([], {name: value})


# ── runs as regression tests ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_run_of_once_comes_to_the_same_end_today(case: Path) -> None:
    again = asyncio.run(rerun(case))
    assert again.same, again.differences


def test_there_are_cases() -> None:
    assert len(CASES) >= 3


def test_a_case_holds_all_that_it_needs(
    workspace: Path, home: Path, script: Script, tmp_path: Path
) -> None:
    (workspace / "conftest.py").write_text("# a name that the agent may not write\n")
    (workspace / "bytes.bin").write_bytes(bytes(range(256)))
    go(workspace, home, script(*RUNS["circle"]))
    file = tmp_path / "cases" / "circle.json"
    case = save_case("@last", Settings(home=home), file)
    assert set(case.files) == {"a.txt", "bytes.bin", "conftest.py"}
    assert str(tmp_path) not in file.read_text()
    shutil.rmtree(workspace)
    shutil.rmtree(home)
    assert asyncio.run(rerun(file)).same

    text = json.loads(file.read_text())
    text["expected"]["ending"] = "stuck"
    file.write_text(json.dumps(text))
    again = asyncio.run(rerun(file))
    assert again.differences == ("ending: 'done', expected 'stuck'",)


def test_a_case_whose_replies_no_longer_do_ends_otherwise_and_says_so(tmp_path: Path) -> None:
    text = json.loads(CASES[1].read_text())
    text["replies"] = [r for r in text["replies"] if r["purpose"] != "reflect"]
    file = tmp_path / "case.json"
    file.write_text(json.dumps(text))
    again = asyncio.run(rerun(file))
    assert not again.same and "no reply left for 'reflect'" in again.differences[0]


def test_what_cannot_be_run_again_is_refused_with_the_reason(
    workspace: Path, home: Path, script: Script, tmp_path: Path
) -> None:
    overwrite = call("write_file", path="a.txt", content="new\n")
    go(workspace, home, script(draft("hello.txt"), PLAN, overwrite, WRITE, FINISH))
    with pytest.raises(BadSetting, match=r"a\.txt is not as it was"):
        save_case("@last", Settings(home=home), tmp_path / "case.json")
    with pytest.raises(BadSetting, match="no regression case"):
        (tmp_path / "odd.json").write_text("{}")
        asyncio.run(rerun(tmp_path / "odd.json"))
