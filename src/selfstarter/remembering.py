"""The long-term memory as a person uses it: look, correct, forget, move, also while runs go on."""

import asyncio
import time
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from selfstarter.core.errors import NoSuchRecord, NothingToDo
from selfstarter.core.ports import THE_PERSON_SAID, MemoryKind, MemoryRecord, Recalled
from selfstarter.core.said import Said
from selfstarter.memories import filed, opened
from selfstarter.runs import store_in
from selfstarter.settings import Settings

if TYPE_CHECKING:
    from selfstarter.journal.store import Store
    from selfstarter.memory.health import Health
    from selfstarter.memory.store import MemoryStore

VOUCHED = 0.9
"""Importance of what a person has put in their own words."""
OWN = "person:"
"""Begins the ids of those."""
ALL = 10**9


@dataclass(frozen=True, slots=True)
class Used:
    """A run was shown a record."""

    run_id: str
    seq: int
    at: float


@dataclass(frozen=True, slots=True)
class Shown:
    """A record, what it took the place of, and where it was used."""

    record: MemoryRecord
    history: tuple[MemoryRecord, ...]
    """Older ones that it stands for now, the newest first."""
    uses: tuple[Used, ...]


@dataclass(frozen=True, slots=True)
class Stats:
    health: "Health"
    live: int
    """Records that can be recalled; the others are history."""
    kinds: dict[str, int]
    """Of the live ones."""
    untrusted: int
    used: int
    """Live records that were shown at least once."""
    helped: int
    """Of them: in a run that ended as done."""


@contextmanager
def at_hand(settings: Settings) -> "Generator[tuple[MemoryStore, Store]]":
    """The memory, up to date with every journal. Raises BadSetting."""
    with closing(store_in(settings)) as store:
        memory = opened(store, settings.embedding)
        try:
            asyncio.run(filed(memory, store))
            yield memory, store
        finally:
            asyncio.run(memory.close())


def listed(
    settings: Settings, limit: int, kinds: Sequence[MemoryKind] = (), history: bool = False
) -> Sequence[MemoryRecord]:
    """The newest first; `history`: those that no longer hold too."""
    with at_hand(settings) as (memory, _):
        return memory.records(limit, kinds, history)


def searched(settings: Settings, text: str, limit: int) -> Sequence[Recalled]:
    """As the tool `recall` finds it, the nearest first."""
    with at_hand(settings) as (memory, _):
        return memory.recall_now(text, limit)


def shown(settings: Settings, name: str) -> Shown:
    """By its id or a beginning of it. Raises NoSuchRecord: there is none, or there are several."""
    with at_hand(settings) as (memory, store):
        record = found(memory, name)
        seen = store.holding("memory_recalled", f'"id":"{record.id}"')
        asked = store.holding("call_returned", f"[{record.id}]")
        uses = (Used(*row) for row in sorted({*seen, *asked}, key=lambda row: -row[2]))
        return Shown(record, tuple(behind(memory, record.id)), tuple(uses))


def added(settings: Settings, text: str) -> MemoryRecord:
    """Have runs remember a person's own words. Raises NothingToDo: there are none."""
    with at_hand(settings) as (memory, store):
        said = " ".join(store.redact(text).split())
        if not said:
            raise NothingToDo("There is nothing to remember: say it in words.")
        at = time.time()
        new = MemoryRecord(
            id=own_id(f"{at} {said}"),
            kind="semantic",
            text=f"{THE_PERSON_SAID}{said}",
            run_id="",
            seq=0,
            at=at,
            importance=VOUCHED,
        )
        memory.add_now([new])
        return new


def own_id(words: str) -> str:
    return f"{OWN}{sha256(words.encode()).hexdigest()[:8]}"


def edited(settings: Settings, name: str, text: str) -> MemoryRecord:
    """Put a record in a person's own words; the old one stays as history. Raises NothingToDo,
    NoSuchRecord."""
    with at_hand(settings) as (memory, store):
        old = found(memory, name)
        said = " ".join(store.redact(text).split())
        if not said or said == old.text:
            raise NothingToDo("{id} stays as it is: nothing was changed.", id=old.id)
        new = replace(
            old,
            id=own_id(f"{old.id} {said}"),
            text=said,
            at=time.time(),
            trusted=True,
            importance=VOUCHED,
            uses=0,
            helped=0,
            used_at=0.0,
            superseded_by="",
        )
        memory.replace_now(old.id, new)
        return new


def forgotten(settings: Settings, names: Sequence[str], run: str = "") -> Sequence[MemoryRecord]:
    """What is gone now, for good: the records named, and all that the run `run` left, with the
    history of each. Raises NoSuchRecord: a name fits none or several; NothingToDo: nothing is of
    that run, or named. Then nothing is forgotten."""
    with at_hand(settings) as (memory, _):
        gone = [found(memory, name) for name in names]
        if run:
            gone += [one for one in memory.records(ALL, history=True) if one.run_id == run]
        gone += [older for one in gone for older in behind(memory, one.id)]
        gone = list({one.id: one for one in gone}.values())
        if not gone and run:
            raise NothingToDo("Nothing is remembered of run {run}.", run=run)
        if not gone:
            raise NothingToDo("Name a record.")
        asyncio.run(memory.forget([one.id for one in gone]))
        return gone


def exported(settings: Settings, to: Path) -> int:
    """How many records, as JSON lines."""
    with at_hand(settings) as (memory, _):
        return memory.export(to)


def taken_in(settings: Settings, source: Path) -> int:
    """Records of an export; how many were new. Raises BadSetting: a line is no record."""
    with at_hand(settings) as (memory, store):
        return memory.take_in(source, store.redact)


def backed_up(settings: Settings, to: Path) -> None:
    """A copy of the whole file, journals too."""
    with at_hand(settings) as (memory, _):
        memory.backup(to)


def rebuilt(settings: Settings) -> int:
    """File every journal anew; how many records were missing. What was forgotten stays so."""
    with at_hand(settings) as (memory, store):
        memory.unfile()
        return asyncio.run(filed(memory, store, ALL))


def tidied(settings: Settings) -> Sequence[tuple[MemoryRecord, str]]:
    """What is no longer recalled from now on, with the reason: same, newer or faded."""
    with at_hand(settings) as (memory, _):
        changes = memory.consolidate(time.time(), ALL)
        gone = {change.id: change.why for change in changes}
        past = memory.records(ALL, history=True) if gone else ()
        return [(record, gone[record.id]) for record in past if record.id in gone]


def counted(settings: Settings) -> Stats:
    with at_hand(settings) as (memory, _):
        live = memory.records(ALL)
        kinds = {kind: 0 for kind in ("semantic", "procedural", "episodic")}
        for record in live:
            kinds[record.kind] += 1
        return Stats(
            health=memory.check(),
            live=len(live),
            kinds=kinds,
            untrusted=sum(not record.trusted for record in live),
            used=sum(record.uses > 0 for record in live),
            helped=sum(record.helped > 0 for record in live),
        )


def found(memory: "MemoryStore", name: str) -> MemoryRecord:
    """Raises NoSuchRecord."""
    records = [one for one in memory.find(name) if name]
    records = [one for one in records if one.id == name] or records
    if len(records) != 1:
        what = Said("is the beginning of several records") if records else Said("is no record")
        raise NoSuchRecord(
            "{name!r} {what}; `selfstarter memory ls --history` shows them all.",
            name=name,
            what=what,
        )
    return records[0]


def behind(memory: "MemoryStore", id: str) -> list[MemoryRecord]:
    """What it superseded, and what that had superseded, the newest first."""
    past = [one for one in memory.records(ALL, history=True) if one.superseded_by]
    wanted: list[str] = [id]
    kept: list[MemoryRecord] = []
    while wanted:
        ids, wanted = set(wanted), []
        for one in past:
            if one.superseded_by in ids and one not in kept:
                kept.append(one)
                wanted.append(one.id)
    return kept
