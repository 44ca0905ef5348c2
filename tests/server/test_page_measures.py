"""How soon a long run is there to look at, and how much the browser has to hold (UI.md 3.3)."""

import asyncio
import gzip
import json
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from browser_parts import ARTIFACTS, PATIENCE_MS, launched, visiting
from playwright.sync_api import Browser, expect
from server_parts import Server

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


def long_run(workspace: Path) -> list[AnyEvent]:
    events: list[AnyEvent] = [
        RunStarted(goal="Look into everything", workspace=str(workspace), model="local")
    ]
    for n in range(STEPS):
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
        asyncio.run(written(folder / "home", run_id, long_run(folder)))
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
    assert sum(len(gzip.compress(file.read_bytes())) for file in entry) < MOST_ENTRY


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
    measured = {
        "first_paint_ms": round(first),
        "newest_row_ms": round(shown_ms),
        "all_rows_ms": round(whole_ms),
        "nodes": max(nodes),
    }
    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / "measures.json").write_text(json.dumps(measured) + "\n")
    assert max(nodes) <= MOST_NODES, measured
    assert first <= PAINT_S * 1000 * BUSY, measured
