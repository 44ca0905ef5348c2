"""Port `Engine`: every adapter passes this, on every database that it may work on."""

import asyncio
import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from engine_parts import LOG, WORK, process, said, until

from selfstarter.core.errors import RunBusy
from selfstarter.core.events import RunStarted
from selfstarter.engine.port import NEVER, Engine, WorkerSeen
from selfstarter.engine.slots import named
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
    limits: Mapping[str, int] | None = None,
    *,
    scheduled: bool = False,
) -> None:
    """Until that is so, and then to the end of what is under way."""

    async def main() -> None:
        stopping = asyncio.Event()
        working = asyncio.create_task(
            engine.work(go, concurrency, stopping, limits, scheduled=scheduled)
        )
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


def test_who_pursues_schedules_leaves_the_rest_and_is_not_seen_while_none_is_due(
    engine: Engine, store: Store
) -> None:
    for name in ("submitted", "one", "two", "later"):
        engine.enqueue(name, due=NEVER if name == "later" else 0.0, model="x")
    for name in ("one", "two", "later"):
        sql = "INSERT INTO schedules(id, body, next_due, last_run) VALUES (?, ?, ?, ?)"
        store.rows(sql, f"of-{name}", "{}", 0.0, name)
    at_work: list[str] = []
    most = 0

    async def go(name: str) -> bool:
        nonlocal most
        at_work.append(name)
        most = max(most, len(at_work))
        await asyncio.sleep(0.1)
        assert [one.runs for one in await asyncio.to_thread(engine.workers)] == [at_work]
        at_work.remove(name)
        return True

    def idle() -> bool:
        left = {one.run_id for one in engine.queued()}
        return left == {"submitted", "later"} and not engine.workers()

    work(engine, go, 2, idle, {"x": 1}, scheduled=True)
    assert most == 1, "the limit of the model holds here too"


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


def test_who_is_at_work_is_seen_with_its_runs_and_who_has_left_is_not(engine: Engine) -> None:
    for name in ("a", "b", "c"):
        engine.enqueue(name)
    seen: list[Sequence[WorkerSeen]] = []
    shown = asyncio.Event()

    async def go(_: str) -> bool:
        await shown.wait()
        return True

    def look() -> bool:
        seen.append(engine.workers())
        if seen[-1] and len(seen[-1][0].runs) == 2:
            shown.set()
        return not engine.queued()

    began = time.time()
    work(engine, go, 2, look)
    (first,) = next(rows for rows in seen if rows and rows[0].runs)
    assert (sorted(first.runs), first.concurrency, first.alive) == (["a", "b"], 2, True)
    assert (first.host, first.pid) == (socket.gethostname(), os.getpid())
    assert began <= first.since <= first.seen <= time.time()
    assert engine.workers() == []


def test_a_worker_that_died_is_seen_as_dead_with_what_it_had_in_hand(
    engine: Engine, home: Path, url: str
) -> None:
    engine.enqueue("a")
    with process(WORK, home, url) as worker:
        assert said(worker) == "a"
        until(lambda: [row.runs for row in engine.workers()] == [["a"]])
        before = engine.workers()[0]
        assert before.alive and before.pid == worker.pid
        until(lambda: engine.workers()[0].seen > before.seen)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        until(lambda: not engine.workers()[0].alive)
    assert engine.workers()[0].runs == ["a"]


def test_a_model_has_no_more_runs_than_its_limit_over_three_workers_and_bars_no_other(
    engine: Engine, home: Path, url: str, tmp_path: Path
) -> None:
    """One of the workers holds all slots of the model, and is killed."""
    log = tmp_path / "log"
    log.touch()
    kinds = {"big": "x:large", "small": "x:small", "free": "y"}
    wanted = {"big": 12, "small": 4, "free": 9}
    for kind, number in wanted.items():
        for one in range(number):
            priority = 0 if kind == "free" else 5
            engine.enqueue(f"{kind}{one}", priority, model=kinds[kind])
    free = {f"free{one}" for one in range(9)}
    engine.enqueue("never", 9, model="nobody:here")

    def lines() -> list[list[str]]:
        return [line.split() for line in log.read_text().splitlines()]

    with ExitStack() as stack:
        hung = stack.enter_context(process(LOG, home, url, log, "big0", "big1", "small0"))
        until(lambda: len(lines()) == 3)
        for _ in range(2):
            stack.enter_context(process(LOG, home, url, log))
        until(lambda: {run for sign, run, _ in lines() if sign == "-"} == free)
        hung.send_signal(signal.SIGKILL)
        hung.wait()
        with log.open("a") as file:
            file.writelines(f"- {run} {hung.pid}\n" for run in begun_by(hung.pid, lines()))
        until(lambda: [one.run_id for one in engine.queued()] == ["never"])
    most = Counter[str]()
    now: set[str] = set()
    for sign, run, _ in lines():
        (now.add if sign == "+" else now.discard)(run)
        at_once = Counter(one.rstrip("0123456789") for one in now)
        most |= at_once
    assert (most["big"], most["small"]) == (2, 1)
    assert most["free"] > 2, "no limit"


def begun_by(pid: int, lines: Sequence[Sequence[str]]) -> set[str]:
    """Runs that this process began and has not ended."""
    mine = [(sign, run) for sign, run, by in lines if by == str(pid)]
    return {run for sign, run in mine if sign == "+"} - {run for sign, run in mine if sign == "-"}


@pytest.mark.parametrize(
    ("model", "name"),
    [("openai:gpt-5", "openai:gpt-5"), ("openai:o9", "openai"), ("openai", "openai"),
     ("openair:x", ""), ("", ""), ("local:/a/b.gguf", "local")],
)  # fmt: skip
def test_the_nearest_limit_counts(model: str, name: str) -> None:
    assert named(model, {"openai": 8, "openai:gpt-5": 4, "local": 1}) == name
