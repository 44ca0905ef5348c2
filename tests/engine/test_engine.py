"""Port `Engine`: every adapter passes this, on every database that it may work on."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from selfstarter.core.errors import RunBusy
from selfstarter.core.events import RunStarted
from selfstarter.engine.port import NEVER, Engine
from selfstarter.engine.table import TableEngine
from selfstarter.journal.open import open_store
from selfstarter.journal.store import Store

STARTED = RunStarted(goal="g", workspace="/w", model="scripted")


@pytest.fixture
def store(home: Path, url: str) -> Iterator[Store]:
    made = open_store(home, url)
    yield made
    made.close()


@pytest.fixture
def engine(store: Store) -> Engine:
    return TableEngine(store)


def work(
    engine: Engine,
    go: Callable[[str], Awaitable[bool]],
    concurrency: int,
    until: Callable[[], bool],
) -> None:
    """Until that is so, and then to the end of what is under way."""

    async def main() -> None:
        stopping = asyncio.Event()
        working = asyncio.create_task(engine.work(go, concurrency, stopping))
        end = time.monotonic() + 60
        while not until():
            assert time.monotonic() < end, "it did not happen"
            assert not working.done(), working.exception()
            await asyncio.sleep(0.02)
        stopping.set()
        await asyncio.wait_for(working, 60)

    asyncio.run(main())


def test_the_highest_priority_goes_first_then_the_longest_due(engine: Engine) -> None:
    engine.enqueue("a", 0, due=3.0)
    engine.enqueue("b", 5)
    engine.enqueue("c", 0, due=1.0)
    engine.enqueue("d", 9, due=time.time() + 1_000)
    engine.enqueue("e", 9, due=NEVER)
    assert [one.run_id for one in engine.queued()] == ["d", "e", "b", "c", "a"]
    assert engine.queued()[1].due == NEVER
    taken: list[str] = []

    async def go(run_id: str) -> bool:
        taken.append(run_id)
        return True

    work(engine, go, 1, lambda: len(taken) >= 3)
    assert taken == ["b", "c", "a"]
    assert [one.run_id for one in engine.queued()] == ["d", "e"], "these are not due"


def test_a_run_is_queued_once_with_the_newest_values(engine: Engine) -> None:
    engine.enqueue("a", 1)
    engine.enqueue("a", 7)
    assert [(one.run_id, one.priority) for one in engine.queued()] == [("a", 7)]
    assert engine.cancel("a")
    assert not engine.cancel("a")
    engine.defer("a", 0.0)
    assert engine.queued() == []


def test_so_many_at_once_and_no_more_and_a_slow_one_bars_nobody(engine: Engine) -> None:
    for number in range(12):
        engine.enqueue(f"r{number:02}")
    now: set[str] = set()
    most, done = 0, list[str]()
    slow = asyncio.Event()

    async def go(run_id: str) -> bool:
        nonlocal most
        now.add(run_id)
        most = max(most, len(now))
        if run_id == "r00":
            await slow.wait()
        await asyncio.sleep(0.01)
        now.discard(run_id)
        done.append(run_id)
        if len(done) == 11:
            slow.set()
        return True

    work(engine, go, 3, lambda: len(done) == 12)
    assert most == 3
    assert done[-1] == "r00"
    assert engine.queued() == []


def test_what_is_under_way_is_finished_and_nothing_new_is_taken(engine: Engine) -> None:
    for name in ("a", "b"):
        engine.enqueue(name)
    begun, finished = list[str](), list[str]()

    async def go(run_id: str) -> bool:
        begun.append(run_id)
        await asyncio.sleep(0.3)
        finished.append(run_id)
        return False

    work(engine, go, 1, lambda: bool(begun))
    assert begun == finished == ["a"]
    assert [one.run_id for one in engine.queued()] == ["a", "b"], "it has not ended"


def test_two_workers_never_pursue_one_run_at_the_same_time(
    engine: Engine, store: Store, home: Path, url: str
) -> None:
    names = [f"r{number}" for number in range(6)]
    for name in names:
        store.create(STARTED, name)
        engine.enqueue(name)
    other = open_store(home, url)
    done: Counter[str] = Counter()
    clashes = 0

    async def pursued(mine: Store, run_id: str) -> bool:
        nonlocal clashes
        try:
            with mine.open(run_id):
                await asyncio.sleep(0.02)
                done[run_id] += 1
                return True
        except RunBusy:
            clashes += 1
            return False

    async def main() -> None:
        stopping = asyncio.Event()
        workers = [
            asyncio.create_task(
                TableEngine(each).work(lambda r, each=each: pursued(each, r), 2, stopping)
            )
            for each in (store, other)
        ]
        end = time.monotonic() + 60
        while engine.queued():
            assert time.monotonic() < end
            await asyncio.sleep(0.05)
        stopping.set()
        await asyncio.gather(*workers)

    asyncio.run(main())
    other.close()
    assert sorted(done) == names


def test_a_person_who_answers_makes_a_waiting_run_due(engine: Engine, store: Store) -> None:
    engine.enqueue("a", due=NEVER)
    store.command("a", "pause", "not an answer")
    assert engine.queued()[0].due == NEVER
    store.command("a", "say", "go on")
    assert engine.queued()[0].due == 0.0


def test_a_bug_in_what_pursues_a_run_travels_up(engine: Engine) -> None:
    engine.enqueue("a")

    async def go(_: str) -> bool:
        raise ZeroDivisionError

    async def main() -> None:
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(engine.work(go, 1, asyncio.Event()), 60)

    asyncio.run(main())
    assert engine.queued(), "and the run is still queued"
