"""What was settled before a compaction is still there after it, and is not done again."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from selfstarter.app import Outcome, look_up, pursue
from selfstarter.core.events import Compacted
from selfstarter.core.ports import Request
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings

Reply = Mapping[str, Any]

DRAFT: Reply = {
    "for": "draft",
    "json": {"outcome": "short.txt", "files": ["short.txt"], "assumptions": [], "document": False},
}
PLAN: Reply = {
    "for": "plan",
    "json": {"tasks": [{"title": "look"}, {"title": "read"}, {"title": "write"}]},
}


@dataclass(frozen=True)
class Ran:
    outcome: Outcome
    model: ScriptedModel
    compactions: list[Compacted]

    @property
    def after(self) -> list[str]:
        """What the model read at each step after the first compaction."""
        asked = [text_of(request) for request in self.model.asked if request.purpose == "choose"]
        return [text for text in asked if "teps:" in text or "steps are behind you" in text]


def text_of(request: Request) -> str:
    return "\n".join(message.text for message in request.messages)


def call(tool: str, **args: object) -> Reply:
    return {"call": {"tool": tool, "args": args}}


def reflection(n: int, dead_end: str) -> Reply:
    return {
        "for": "reflect",
        "json": {"cause": "no such file", "lesson": f"lesson {n}", "dead_end": dead_end},
    }


def reads(first: int, n: int) -> list[Reply]:
    return [call("read_file", path="long.txt", start=at, lines=3) for at in range(first, first + n)]


def failing(n: int) -> list[Reply]:
    """Four calls that fail, which earns a reflection."""
    return [call("read_file", path=f"missing-{n}-{k}.txt") for k in range(4)]


def run(folder: Path, *replies: Reply, window: int = 4096) -> Ran:
    workspace, home = folder / "workspace", folder / "home"
    workspace.mkdir()
    lines = [f"line {n}: " + "so it goes, " * 12 for n in range(1, 400)]
    (workspace / "long.txt").write_text("\n".join(lines))
    model = ScriptedModel.of(DRAFT, PLAN, *replies, window=window)
    settings = Settings(model="scripted", home=home, steps=500, tokens=10**9, time_s=10**6)
    outcome = asyncio.run(pursue("Sum up long.txt in short.txt", workspace, settings, model=model))
    records = look_up(outcome.run_id, Settings(home=home))[1]
    events = [recorded.event for recorded in records]
    return Ran(outcome, model, [event for event in events if isinstance(event, Compacted)])


END = [
    call("write_file", path="short.txt", content="so it goes\n"),
    call("finish", summary="summed up"),
]


def test_what_was_settled_before_a_compaction_is_read_at_every_later_step(quick: Path) -> None:
    ran = run(
        quick,
        reflection(1, "guess the names of files"),
        call("revise_plan", add=["ask the index"], done=["1"], reason="long.txt is all there is"),
        *failing(1),
        *reads(1, 120),
        *END,
    )
    assert ran.outcome.ending == "done"
    assert len(ran.compactions) >= 5
    assert not any(compaction.fresh for compaction in ran.compactions), "everything had room"
    later = ran.after
    assert len(later) > 80
    for text in later:
        assert "- guess the names of files" in text or "Do not try again: guess the" in text
        assert "long.txt is all there is" in text
        assert "lesson 1" in text
        assert "[x] 1 look" in text and "[ ] 4 ask the index" in text
        assert "[ ] 2 read" in text and "Now: read" not in text


def test_where_the_usual_view_has_no_room_a_hand_off_stands_for_the_transcript(
    quick: Path,
) -> None:
    ends = [f"dead end {n}: " + "a long way round that led nowhere " * 5 for n in range(1, 8)]
    replies: list[Reply] = [reflection(n, end) for n, end in enumerate(ends, 1)]
    for n in range(1, 8):
        replies += [*failing(n), *reads(20 * n, 12)]
    ran = run(quick, *replies, *END)
    assert ran.outcome.ending == "done"
    assert any(compaction.fresh for compaction in ran.compactions)
    assert not any(compaction.missing for compaction in ran.compactions)
    last = ran.after[-1]
    assert "Do not begin again" in last
    for end in ends:
        assert end.strip() in last
    sizes = [sum(ran.model.count(m.text) for m in r.messages) for r in ran.model.asked]
    assert max(sizes) < 4096


def test_what_has_no_room_even_in_a_fresh_context_is_named(quick: Path) -> None:
    ends = [f"dead end {n}: " + "nowhere " * 20 for n in range(30)]
    replies: list[Reply] = [reflection(n, end) for n, end in enumerate(ends, 1)]
    for n in range(30):
        replies += [*failing(n), *reads(5 * n + 1, 2)]
    ran = run(quick, *replies, *END, window=2048)
    assert ran.outcome.ending == "done"
    lost = [name for compaction in ran.compactions for name in compaction.missing]
    assert any(name.startswith("dead_end after step") for name in lost)
    assert "older notes are not shown" in ran.after[-1]
    assert all(end in ran.outcome.report for end in map(str.strip, ends)), "the report has them all"


def test_the_result_that_nobody_has_read_yet_survives_a_fresh_start(quick: Path) -> None:
    """A compaction comes after a call and before the next: its result must still be read."""
    ends = [f"dead end {n}: " + "a long way round that led nowhere " * 5 for n in range(1, 8)]
    replies: list[Reply] = [reflection(n, end) for n, end in enumerate(ends, 1)]
    for n in range(1, 8):
        replies += [*failing(n), *reads(20 * n, 12)]
    ran = run(quick, *replies, *END)
    fresh = [r for r in ran.model.asked if "Do not begin again" in text_of(r)]
    assert fresh
    for request in fresh:
        assert any(m.role in ("tool", "assistant") for m in request.messages) or (
            "Looking back" in text_of(request)
        )


def test_a_handle_of_a_long_result_is_still_known_when_its_turn_is_one_line(quick: Path) -> None:
    ran = run(quick, call("search_files", text="so it goes"), *reads(1, 60), *END, window=8192)
    assert "(read_result id=1)" in ran.after[0]


@pytest.mark.parametrize("window", [1024, 2048, 32_768])
def test_no_window_makes_it_compact_for_ever(quick: Path, window: int) -> None:
    huge = call("write_file", path="huge.txt", content="x " * 3_000)
    ran = run(quick, huge, *reads(1, 30), huge, *END, window=window)
    assert ran.outcome.ending is not None
    called = sum(request.purpose == "choose" for request in ran.model.asked)
    assert len(ran.compactions) <= called
    assert ran.outcome.state.replies.get("choose") == called
