"""What no longer holds, and that nothing is ever lost without a reason."""

import asyncio
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_parts import record

from selfstarter.core.ports import FADED, MemoryKind, MemoryRecord
from selfstarter.memory.consolidate import DAY_S, consolidated, may_replace, strength
from selfstarter.memory.open import open_memory
from selfstarter.memory.store import MemoryStore

NOW = 1_700_000_000.0
PORT = "staging port: it listens on 8443"


def known(text: str, days: float = 0.0, **more: object) -> MemoryRecord:
    fields: dict[str, object] = {"at": NOW - days * DAY_S, "importance": 0.6, **more}
    return record(text, **fields)  # pyright: ignore[reportArgumentType]


def whys(*records: MemoryRecord, now: float = NOW) -> dict[str, str]:
    texts = {one.id: one.text for one in records}
    return {texts[change.id]: change.why for change in consolidated(records, now)}


def test_a_newer_fact_takes_the_place_of_the_older() -> None:
    old, new = known(PORT, 9), known("staging port: it listens on 9443", 1)
    (change,) = consolidated([new, old], NOW)
    assert (change.id, change.why, change.by) == (old.id, "newer", new.id)


def test_a_fact_of_another_source_or_thing_takes_no_place() -> None:
    assert not whys(known(PORT, 9, source="a"), known("staging port: 9443", source="b"))
    assert not whys(known(PORT, 9), known("live port: it listens on 9443"))


@pytest.mark.parametrize("source", ["", "halls.md"])
def test_a_heading_that_was_cut_is_one_thing_only_out_of_one_source(source: str) -> None:
    old = known("Compare the halls of …: The town hall is dear.", 9, source=source)
    new = known("Compare the halls of …: It rains in May.", 1, source=source)
    assert whys(old, new) == ({old.text: "newer"} if source else {})


def test_of_two_answers_to_one_question_the_newer_holds_whatever_they_were_drawn_from() -> None:
    asked = "For the board: what was the total revenue in Q3 2026?: "
    old = known(f"{asked}It was 226,799.74.", 9, source="sales_export.csv")
    new = known(f"{asked}It was 81,120.50.", 1, source="sales.csv")
    assert whys(old, new) == {old.text: "newer"}
    assert not whys(old, known("For the board: what was the profit in Q3 2026?: It was 7.", 1))


def test_what_was_said_twice_is_kept_once() -> None:
    one = "The meeting room in the cellar holds ten people and has no window."
    again = "The meeting room in the cellar holds ten people, and it has no window!"
    assert whys(known(one, 5), known(again, 1)) == {one: "same"}


def test_another_number_is_another_fact() -> None:
    assert not whys(
        known("The room in the cellar of house 4 holds many people.", 5),
        known("The room in the cellar of house 5 holds many people.", 1),
    )


@pytest.mark.case("X50")
def test_text_from_outside_takes_the_place_of_no_ones_own_words() -> None:
    own, page = known(PORT, 9), known("staging port: it is 6666", 1, trusted=False)
    assert not whys(own, page)
    assert whys(known(PORT, 9, trusted=False), replace(own, at=NOW)) == {PORT: "newer"}


def test_a_note_takes_the_place_of_no_checked_fact() -> None:
    assert not whys(known(PORT, 9), known("staging port: maybe 9443", 1, importance=0.4))


def test_wishes_of_a_person_stand_side_by_side() -> None:
    one, two = "The person said: Always use tabs.", "The person said: Never sign mails."
    assert not whys(known(one, 400, importance=0.9), known(two, 1, importance=0.9))


def test_the_unused_fades_and_what_helped_stays_longer() -> None:
    old = known("The lift is slow.", 250)
    assert whys(old) == {old.text: "faded"}
    assert not whys(replace(old, uses=3, helped=2)) and not whys(replace(old, used_at=NOW))
    assert not whys(replace(old, importance=0.9)), "a person's words do not fade"
    assert strength(old, NOW) < strength(replace(old, at=NOW), NOW) == 0.6


# ── laws ─────────────────────────────────────────────────────────────────────────────────────

TEXTS = st.sampled_from(
    [
        PORT,
        "staging port: it listens on 9443",
        "staging port: 9443 is where it listens",
        "The person said: Always use tabs.",
        "The lift is slow on Mondays and on Fridays too.",
        "The lift is slow on Mondays, and on Fridays too!",
        "Lesson: look at the head of a table first.",
    ]
)
KINDS: list[MemoryKind] = ["semantic", "procedural", "episodic"]


@st.composite
def memories(draw: st.DrawFn) -> list[MemoryRecord]:
    count = draw(st.integers(0, 12))
    return [
        MemoryRecord(
            id=f"r:{n}",
            kind=draw(st.sampled_from(KINDS)),
            text=draw(TEXTS),
            run_id="r",
            seq=n,
            at=NOW - draw(st.sampled_from([0, 1, 30, 100, 300, 2_000])) * DAY_S,
            source=draw(st.sampled_from(["", "a.txt"])),
            trusted=draw(st.booleans()),
            importance=draw(st.sampled_from([0.3, 0.4, 0.6, 0.7, 0.9])),
            helped=draw(st.integers(0, 3)),
            superseded_by=draw(st.sampled_from(["", "", "", FADED])),
        )
        for n in range(count)
    ]


@given(memories(), st.randoms(use_true_random=False))
def test_nothing_is_lost_without_a_reason(records: list[MemoryRecord], chance: Random) -> None:
    changes = consolidated(records, NOW)
    by_id = {one.id: one for one in records}
    assert len({change.id for change in changes}) == len(changes), "one reason each"
    after = {c.id: replace(by_id[c.id], superseded_by=c.by) for c in changes}
    for change in changes:
        gone = by_id[change.id]
        assert not gone.superseded_by, "what no longer holds is left alone"
        if change.why == "faded":
            assert change.by == FADED and gone.importance < 0.9
            continue
        assert may_replace(by_id[change.by], gone), "by nothing that is less vouched for"
        end, steps = by_id[change.by], 0
        while end.id in after and after[end.id].superseded_by != FADED:
            end, steps = by_id[after[end.id].superseded_by], steps + 1
            assert steps <= len(records), "no circle"
    kept = [one for one in records if one.id not in after]
    assert len(kept) + len(after) == len(records)
    later = [after.get(one.id, one) for one in records]
    assert not consolidated(later, NOW), "a second pass has nothing left to do"
    chance.shuffle(records)
    assert consolidated(records, NOW) == changes, "the order does not matter"


# ── in the store ─────────────────────────────────────────────────────────────────────────────


def test_what_no_longer_holds_is_recalled_no_more_and_can_be_looked_at(home: Path) -> None:
    memory = open_memory(home)
    old, new = known(PORT, 9), known("staging port: it listens on 9443", 1)
    memory.add_now([old, new])
    (change,) = memory.consolidate(NOW)
    assert change.id == old.id
    assert [hit.record.id for hit in memory.recall_now("the staging port")] == [new.id]
    kept = asyncio.run(memory.get(old.id))
    assert kept == replace(old, superseded_by=new.id)
    assert not memory.consolidate(NOW) and memory.check().problems == ()
    asyncio.run(memory.close())


def test_two_thousand_records_are_consolidated_at_once(memory: MemoryStore) -> None:
    said = ((n, f"Box {n} holds {n * 7} screws and nuts.") for n in range(2_000))
    memory.add_now([known(text, id=f"b:{n}") for n, text in said])
    memory.add_now([known("Box 7 holds 49 screws and nuts!", id="b:again")])
    assert [change.why for change in memory.consolidate(NOW)] == ["same"]
