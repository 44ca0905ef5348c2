"""Every page in light, in dark and on a phone: nothing that bars anybody (axe), nothing that sticks
out, and a picture of each in artifacts/."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from browser_parts import ARTIFACTS, AXE, launched, visiting
from playwright.sync_api import Browser, expect
from server_parts import DRAFT, FINISH, WRAP_UP, WRITE, Reply, Server, look

Colours = Literal["light", "dark"]
TABLE = "| offer | price | delivery |\n|---|---|---|\n| Nordwind | €1,200 | 3 weeks |\n"
TEXT = f"# Recommendation\n\nTake **Nordwind**: cheapest for years.\n\n{TABLE}\n- one\n- two\n"
GOAL = "Compare the three offers by price and delivery time, and recommend one in hello.txt"
TITLES = ("Read the three offers", "Compare price and delivery time", "Write the recommendation")
TASKS = [{"title": title, "done_when": "it is"} for title in TITLES]
PLAN: Reply = {"for": "plan", "json": {"tasks": TASKS}}


def call(tool: str, **args: str) -> Mapping[str, Any]:
    return {"call": {"tool": tool, "args": args}, "text": "I look at what is there first."}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: `make ui-test` does")
    with launched() as found:
        yield found


@pytest.fixture(scope="module")
def stood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, str]]]:
    """A server with runs that are done, at work, paused and waiting; the pages, by name."""
    folder = tmp_path_factory.mktemp("looks")
    server = Server(folder / "home", folder)
    script = scripts(folder)
    work = [call("list_files"), call("write_file", path="report.md", content=TEXT)]
    work += [call("read_file", path="missing.md")]
    done = server.begin(script(DRAFT, PLAN, WRAP_UP, *work, WRITE, FINISH), goal=GOAL)
    server.ended(done)
    waits = server.begin(
        script(DRAFT, PLAN, WRAP_UP, look("a"), look("b"), WRITE, FINISH),
        goal="Count the invoices of October, in hello.txt",
        budget={"steps": 2},
    )
    server.until(waits, lambda shot: shot["run"]["status"] == "waiting")
    asks = server.begin(
        script(DRAFT, PLAN, WRAP_UP, *work, WRITE, FINISH), goal="Write the minutes", mode="ask"
    )
    server.until(asks, lambda shot: shot["run"]["status"] == "waiting")
    wish = (
        "Write a greeting to hello.txt. Always greet in lower case. Never use an exclamation mark."
    )
    server.ended(server.begin(script(DRAFT, PLAN, WRAP_UP, WRITE, FINISH), goal=wish))
    server.ended(server.begin(script(DRAFT, PLAN, WRAP_UP, WRITE, FINISH), goal=wish + " Again."))
    record = next(
        one["id"]
        for one in server.api.get("/memory").json()["records"]
        if one["text"].startswith("The person said: Always")
    )
    record = server.api.patch(f"/memory/{record}", json={"text": "Greet in small letters."}).json()
    looks = [look(f"folder{n}", after_s=2) for n in range(300)]
    model = script(DRAFT, PLAN, WRAP_UP, *work, *looks)
    paused, works = (server.begin(model, goal=f"Look everywhere ({n})") for n in ("a", "b"))
    server.api.post(f"/runs/{paused}/commands", json={"type": "pause", "text": "lunch"})
    server.until(paused, lambda shot: shot["run"]["status"] == "paused")
    yield (
        server,
        {
            "home": "/",
            "runs": "/runs",
            "inbox": "/inbox",
            "health": "/health",
            "memory": f"/memory?record={record['id']}",
            "report": f"/runs/{done}",
            "changes": f"/runs/{done}?tab=changes",
            "timeline": f"/runs/{done}?tab=timeline",
            "settings": "/settings",
            "plan": f"/runs/{done}?tab=plan",
            "course": f"/runs/{done}?tab=course",
            "file": f"/runs/{done}?tab=files&file=report.md",
            "working": f"/runs/{works}",
            "waiting": f"/runs/{waits}",
            "asking": f"/runs/{asks}",
            "replay": f"/runs/{done}/replay?at=12",
            "unknown": "/runs/nothing",
            "missing": "/nothing/at/all/here",
        },
    )
    server.end()


def scripts(folder: Path) -> Callable[..., str]:
    def written(*replies: Reply) -> str:
        path = folder / f"script-{len(list(folder.glob('script-*')))}.json"
        path.write_text(json.dumps({"replies": replies}))
        return f"scripted:{path}"

    return written


@pytest.mark.parametrize(
    ("name", "colours", "width", "height"),
    [("light", "light", 1280, 800), ("dark", "dark", 1280, 800), ("phone", "light", 390, 844)],
)
def test_every_page_is_good_to_look_at(
    browser: Browser,
    stood: tuple[Server, dict[str, str]],
    name: str,
    colours: Colours,
    width: int,
    height: int,
) -> None:
    server, pages = stood
    ARTIFACTS.mkdir(exist_ok=True)
    found: list[str] = []
    with visiting(browser, server, width=width, height=height, colours=colours) as visit:
        for at, path in pages.items():
            page = visit.page
            page.goto(server.address + path)
            page.locator("main :is(h1, h2, .empty)").first.wait_for()
            expect(page.get_by_text("Loading …")).to_have_count(0)
            if at in ("waiting", "asking"):
                page.locator(".ask button").first.wait_for()
            page.screenshot(path=ARTIFACTS / f"{at}-{name}.png")
            page.evaluate(AXE.read_text())
            said = page.evaluate("axe.run({resultTypes: ['violations']})")
            found += [
                f"{at}: {one['id']} at {one['nodes'][0]['target']}" for one in said["violations"]
            ]
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append(f"{at}: {wide} px wide")
        visit.wrong = [said for said in visit.wrong if "404" not in said]  # of the unknown run
        visit.nothing_is_wrong()
    assert not found
