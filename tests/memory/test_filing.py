"""What is filed is filed once, and what was forgotten stays so."""

import asyncio

from journal_parts import begun, call, ended, journal
from memory_parts import record

from selfstarter.core.events import MemoryRecalled, Remembered, RunResumed
from selfstarter.memory.learn import learn
from selfstarter.memory.store import MemoryStore

SHOWN = Remembered(id="r0:1", what="semantic", text="Ink is dear.", score=1.0, at=0.0)
NOTE = call("remember", "1", "Noted.", text="The staging server listens on 8443.")
EVENTS = journal(
    *begun("Look. Always be brief."),
    MemoryRecalled(due="task 1, plan 1", query="?", records=(SHOWN,)),
    *NOTE,
    *ended("The server is found."),
)


def held(memory: MemoryStore) -> dict[str, str]:
    return {one.id: one.text for one in memory.records() if one.run_id == "r1"}


def test_filed_again_and_again_it_is_there_once(memory: MemoryStore) -> None:
    memory.add_now([record("Ink is dear.", "r0", id="r0:1")])
    for events in (EVENTS[:6], EVENTS[:9], EVENTS, EVENTS, EVENTS[:3]):
        memory.file_run("r1", learn("r1", events))
    assert held(memory) == {one.id: one.text for one in learn("r1", EVENTS).records}
    used = asyncio.run(memory.get("r0:1"))
    assert used and (used.uses, used.helped, used.used_at) == (1, 1, EVENTS[-1].at)
    assert memory.filed() == {"r1": len(EVENTS)}


def test_how_a_run_ended_before_is_history_once_it_has_ended_again(memory: MemoryStore) -> None:
    write = call("write_file", "1", "written", path="out.txt", content="abc")
    first = [*begun("Write out.txt"), *write, *ended(done=False)]
    whole = journal(*first, RunResumed(), *write, *ended("It holds three letters."))
    for events in (whole[: len(first)], whole, whole):
        memory.file_run("r1", learn("r1", events))
    before, after = learn("r1", whole).records
    assert held(memory) == {after.id: after.text}
    kept = asyncio.run(memory.get(before.id))
    assert kept and kept.superseded_by == after.id


def test_what_was_forgotten_does_not_come_back(memory: MemoryStore) -> None:
    memory.file_run("r1", learn("r1", EVENTS))
    gone = next(id for id, text in held(memory).items() if "8443" in text)
    asyncio.run(memory.forget([gone]))
    memory.unfile()
    assert memory.file_run("r1", learn("r1", EVENTS)) == 0
    assert gone not in held(memory) and held(memory)
