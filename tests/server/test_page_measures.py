"""How soon a long run is there to look at, and how much the browser has to hold (UI.md 3.3)."""

import asyncio
import gzip
import json
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from threading import Thread

import pytest
from browser_parts import ARTIFACTS, PATIENCE_MS, launched, visiting
from playwright.sync_api import Browser, expect
from server_parts import MEASURED, Server

from selfstarter.core.events import (
    AnyEvent,
    CallChosen,
    CallReturned,
    CallStarted,
    ModelCalled,
    RunStarted,
)
from selfstarter.journal.sqlite import SqliteStore

PAGE = Path(__file__).parents[2] / "src" / "selfstarter" / "server" / "page"
STEPS = 2_500
EVENTS = 1 + 4 * STEPS
MOST_NODES = 1_000
MOST_ENTRY = 250_000
"""Bytes of script and style, compressed."""
PAINT_S = 1.0
"""On an idle machine. One that runs other tests too is given more time."""
BUSY = 10


PUSHED = 500
"""Steps, so 2,000 events, that come while a page looks."""
ALL_ROWS = """(all) => new Promise((done, failed) => {
    const begun = performance.now();
    let first = 0;
    const look = () => {
        const row = document.querySelector(".place");
        const rows = Number(row?.getAttribute("aria-setsize") ?? 0);
        const now = performance.now();
        if (rows > 1 && !first) first = now;
        if (rows >= all) done(now - first);
        else if (now - begun > PATIENCE) failed(new Error(`only ${rows} rows came`));
        else requestAnimationFrame(look);
    };
    look();
})""".replace("PATIENCE", str(2 * PATIENCE_MS))
"""Milliseconds from the first new row to the last."""


def started(workspace: Path) -> AnyEvent:
    return RunStarted(goal="Look into everything", workspace=str(workspace), model="local")


def steps(number: int) -> list[AnyEvent]:
    events: list[AnyEvent] = []
    for n in range(number):
        call = CallChosen(call_id=f"c{n}", tool="read_file", args={"path": f"notes/{n}.md"})
        output = f"Note {n}. " + "It says this and that. " * 20
        events += [
            ModelCalled(purpose="choose", text="", input=900, output=30),
            call,
            CallStarted(call_id=call.call_id),
            CallReturned(call_id=call.call_id, status="ok", output=output, duration_s=0.2),
        ]
    return events


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Server, str]]:
    """In memory where that can be: ten thousand events are as many times "safely on the disk"."""
    memory, run_id = Path("/dev/shm"), "abcdef01"
    place = memory if memory.is_dir() else tmp_path_factory.mktemp("long")
    with tempfile.TemporaryDirectory(dir=place) as name:
        folder = Path(name)
        asyncio.run(written(folder / "home", run_id, [started(folder), *steps(STEPS)]))
        server = Server(folder / "home", folder)
        yield server, run_id
        server.end()


async def written(home: Path, run_id: str, events: list[AnyEvent]) -> None:
    store = SqliteStore(home)
    with store.open(run_id) as journal:
        for event in events:
            await journal.append(event)
    store.close()


def test_the_first_load_is_small() -> None:
    entry = [file for file in (PAGE / "assets").iterdir() if file.name.startswith("index-")]
    assert len(entry) == 2
    size = sum(len(gzip.compress(file.read_bytes())) for file in entry)
    keep(entry_bytes_gzip=size)
    assert size < MOST_ENTRY


def test_a_run_of_ten_thousand_events_is_there_at_once(
    long: tuple[Server, str], browser: Browser
) -> None:
    server, run_id = long
    with visiting(browser, server) as visit:
        page = visit.page
        page.goto(f"{server.address}/runs/{run_id}?tab=timeline")
        expect(page.locator(f".place[data-seq='{EVENTS - 2}']")).to_be_visible()
        shown_ms = page.evaluate("performance.now()")
        first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        expect(page.locator(".older")).to_have_count(0, timeout=PATIENCE_MS)
        whole_ms = page.evaluate("performance.now()")
        expect(page.locator(".place").first).to_have_attribute("aria-setsize", str(STEPS + 1))
        nodes = [page.evaluate("document.querySelectorAll('*').length")]
        for place in (0, 0.5):
            page.locator(".timeline .scroll").evaluate(
                f"e => e.scrollTop = e.scrollHeight * {place}"
            )
            expect(page.get_by_role("button", name="To the newest")).to_be_visible()
            nodes.append(page.evaluate("document.querySelectorAll('*').length"))
        visit.nothing_is_wrong()
    keep(first_paint_ms=first, newest_row_ms=shown_ms, all_rows_ms=whole_ms, most_nodes=max(nodes))
    assert max(nodes) <= MOST_NODES, MEASURED
    assert first <= PAINT_S * 1000 * BUSY, MEASURED


def test_two_thousand_events_at_full_speed_are_followed_to_the_last(
    long: tuple[Server, str], browser: Browser
) -> None:
    server, run_id = long
    home = Path(server.api.get("/defaults").json()["home"])
    other = run_id[:-1] + "2"
    write_beside(home, other, [started(home.parent)])
    with visiting(browser, server) as visit:
        page = visit.page
        page.goto(f"{server.address}/runs/{other}?tab=timeline")
        expect(page.locator(".place")).to_have_count(1)
        pushing = Thread(target=timed, args=(home, other, steps(PUSHED)))
        pushing.start()
        applied = page.evaluate(ALL_ROWS, PUSHED + 1)
        pushing.join()
        keep(pushed_2000_applied_ms=applied)
        expect(page.locator(".place").last).to_have_attribute("aria-posinset", str(PUSHED + 1))
        expect(page.locator(".place").first).to_have_attribute("aria-setsize", str(PUSHED + 1))
        assert page.evaluate("document.querySelectorAll('*').length") <= MOST_NODES
        visit.nothing_is_wrong()


def timed(home: Path, run_id: str, events: list[AnyEvent]) -> None:
    begun = time.perf_counter()
    asyncio.run(written(home, run_id, events))
    keep(pushed_2000_written_ms=1000 * (time.perf_counter() - begun))


def write_beside(home: Path, run_id: str, events: list[AnyEvent]) -> None:
    """In a thread of its own: this one has the browser's loop."""
    writing = Thread(target=lambda: asyncio.run(written(home, run_id, events)))
    writing.start()
    writing.join()


def keep(**measured: float) -> None:
    MEASURED.update({name: round(value) for name, value in measured.items()})
    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / "measures.json").write_text(json.dumps(MEASURED) + "\n")
