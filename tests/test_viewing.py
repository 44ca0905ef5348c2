"""A window on the journal: what it shows of the past is what a fold of the journal shows."""

import asyncio
from pathlib import Path

import pytest

from selfstarter.core.events import AnyEvent, CallChosen, CallReturned, CallStarted, RunStarted
from selfstarter.core.fold import fold
from selfstarter.core.ports import Recorded
from selfstarter.journal.open import open_store
from selfstarter.journal.sqlite import SqliteStore
from selfstarter.settings import Settings
from selfstarter.viewing import MARK, Window

STEPS = MARK  # three events each, so that there are several marks
PLACES = (1, MARK - 1, MARK, MARK + 1, 3 * STEPS, 2 * MARK, 2, 3 * STEPS + 1, 10**6, MARK)


def steps(goal: str) -> list[AnyEvent]:
    events: list[AnyEvent] = [RunStarted(goal=goal, workspace="/nowhere", model="local")]
    for n in range(STEPS):
        args = {"path": f"{n}.md"}
        events += [
            CallChosen(call_id=f"c{n}", tool="read_file", args=args),
            CallStarted(call_id=f"c{n}"),
            CallReturned(call_id=f"c{n}", status="ok", output=f"{goal}: note {n}"),
        ]
    return events


def test_any_place_of_a_long_run_is_shown_as_it_was(quick: Path) -> None:
    """In whatever order places are asked for, and with another run asked for in between."""
    store = SqliteStore(quick)
    kept: dict[str, list[Recorded]] = {}

    async def write(run_id: str, events: list[AnyEvent]) -> None:
        with store.open(run_id) as journal:
            kept[run_id] = [await journal.append(event) for event in events]

    for run_id in ("aaaa", "bbbb"):
        asyncio.run(write(run_id, steps(f"Look into {run_id}")))
    store.close()
    window = Window(Settings(home=quick))
    for order in (PLACES, PLACES[::-1]):
        for at in order:
            for run_id, recorded in kept.items():
                past = fold(one for one in recorded if one.seq <= at)
                assert window.state(run_id, at) == past
        for at in order:
            assert window.state("aaaa", at).seq == min(at, 3 * STEPS + 1)
    window.close()


@pytest.mark.parametrize("kind", ["file", "postgres"])
def test_a_run_of_another_process_is_followed(
    home: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    url = "" if kind == "file" else request.getfixturevalue("database")
    store = open_store(home, url)
    store.create(RunStarted(goal="g", workspace="/nowhere", model="local"), "r")
    window = Window(Settings(home=home, database=url))

    async def main() -> list[int]:
        seen: list[int] = []
        with store.open("r") as journal:
            async for run_id, found in window.follow({"r": 0}):
                if not run_id:
                    continue
                seen += [recorded.seq for recorded in found]
                if len(seen) == 5:
                    break
                await journal.append(CallStarted(call_id=str(len(seen))))
        return seen

    assert asyncio.run(asyncio.wait_for(main(), 60)) == [1, 2, 3, 4, 5]
    window.close()
    store.close()
