"""The long-term memory as runs use it: filed from their journals, open while they work."""

import asyncio
import logging
import os
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from selfstarter import keys
from selfstarter.core.errors import BadSetting, Trouble
from selfstarter.core.events import EarlierRun, RunEnded
from selfstarter.core.fold import fold
from selfstarter.core.ports import Facts, Memory
from selfstarter.core.profile import profile_of
from selfstarter.core.state import State
from selfstarter.journal.store import Store
from selfstarter.models.naming import NO_KEY, api_name, is_loopback
from selfstarter.settings import Settings

if TYPE_CHECKING:
    from selfstarter.memory.embed import Embedding
    from selfstarter.memory.learn import Learner
    from selfstarter.memory.store import MemoryStore

log = logging.getLogger(__name__)

OPENAI_URL = "https://api.openai.com/v1"
NOT_OF_A_CHILD = (
    "Not kept: the run that sent this one keeps the notes; say it in your result, which it reads."
)
LOOKED_BACK = 200
"""Runs, the newest, whose journals are looked at for what a crash kept from being filed."""


def remembers(settings: Settings, facts: Facts) -> bool:
    """Is a run of this model to have a memory?"""
    if settings.memory == "auto":
        return profile_of(facts).memory
    return settings.memory == "on"


@asynccontextmanager
async def memory_of(
    store: Store, run_id: str, state: State, embedding: str
) -> AsyncGenerator[Memory | None]:
    """The memory of a run while it is pursued; None: it is to have none, or it cannot be opened,
    and that ends no run. `embedding`: as in `Settings`.

    What earlier runs have left is filed before, what this one leaves, after. Where something
    breaks in between, the next run files it: the journal loses nothing.
    """
    if state.started is None or not state.started.memory:
        yield None
        return
    try:
        memory = await asyncio.to_thread(opened, store, embedding)
    except Trouble as trouble:
        log.warning("This run goes on without its memory. %s", trouble)
        yield None
        return
    try:
        await filed(memory, store)
        yield memory
        if not child(run_id):
            await filed(memory, store)
    finally:
        await memory.close()


def opened(store: Store, embedding: str) -> "MemoryStore":
    """Where the journal lies. Raises BadSetting; EmbeddingDown: see `MemoryStore`."""
    from selfstarter.memory.open import open_memory  # loads numpy, which not every run needs

    return open_memory(store.home, store.url, endpoint(embedding) if embedding else None)


def endpoint(name: str) -> "Embedding":
    """Raises BadSetting: it is of no known form; NoKey."""
    from selfstarter.memory.embed import Endpoint
    from selfstarter.models.api import base_url, key_of

    found = api_name(name)
    if found is None:
        raise BadSetting("{name!r} names no model.", name=name)
    url = base_url(found) or os.environ.get("OPENAI_BASE_URL") or OPENAI_URL
    here = is_loopback(url)
    key = key_of(found, here, keys.find)
    return Endpoint(url, found.model, "" if key == NO_KEY else key, direct=here)


async def filed(memory: "MemoryStore", store: Store, runs: int = LOOKED_BACK) -> int:
    """File what journals hold and the memory does not yet; how many records were new."""
    from selfstarter.memory.learn import learn

    new = 0
    try:
        known = memory.filed()
        for row in store.runs(runs)[::-1]:  # the oldest first: what is newer supersedes
            if known.get(row.run_id, 0) < row.events:
                learnt = learn(row.run_id, store.read(row.run_id))
                new += await asyncio.to_thread(memory.file_run, row.run_id, learnt)
        if new:
            await asyncio.to_thread(memory.consolidate, time.time())
    except Trouble as error:
        log.warning("Nothing was filed in the memory now; the next run does it. %s", error)
    return new


def earlier_in(store: Store, workspace: str) -> EarlierRun | None:
    """Of the newest runs, the last in this folder that has ended and left something."""
    for row in store.runs(LOOKED_BACK):
        if row.workspace != workspace or not row.ending:
            continue
        journal = list(store.read(row.run_id))
        state = fold(journal)
        ends = [recorded.seq for recorded in journal if isinstance(recorded.event, RunEnded)]
        started = state.started
        if not (started and started.memory and state.ended) or started.inherited:
            continue  # one that was imported is not the person's own
        return EarlierRun(
            record=f"{row.run_id}:{ends[-1]}",
            goal=started.goal,
            ending=state.ended.ending,
            at=state.last_at,
            files=tuple(state.ledger.made),
        )
    return None


def answer_to_note(store: Store, run_id: str, note: Mapping[str, Any]) -> str:
    """What will be filed of it, as a run is told at once. Its journal says what that rests on."""
    return NOT_OF_A_CHILD if child(run_id) else so_far(store, run_id).answer(note)


def shown_in(store: Store, run_id: str) -> frozenset[str]:
    """Ids of the records that stand in the run's prompt now."""
    state = so_far(store, run_id).state
    return frozenset(record.id for record in (*state.wishes, *state.recalled))


def so_far(store: Store, run_id: str) -> "Learner":
    from selfstarter.memory.learn import Learner

    learner = Learner(run_id)
    for recorded in store.read(run_id):
        learner.records(recorded)
    return learner


def child(run_id: str) -> bool:
    """Runs of runs leave nothing of their own: what they bring is in the journal above."""
    return "." in run_id
