"""Every page in light and in dark, wide and on a phone: nothing that bars anybody (axe), nothing
that sticks out, and a picture of each in artifacts/."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from browser_parts import ARTIFACTS, AXE, launched, visiting
from playwright.sync_api import Browser, Page, expect
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
    review = server.begin(
        script(DRAFT, PLAN, WRAP_UP, *work, WRITE, FINISH), goal=GOAL, review=True
    )
    server.until(review, lambda shot: shot["run"]["status"] == "waiting")
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
    looks = [look(f"folder{n}", after_s=2) for n in range(900)]
    model = script(DRAFT, PLAN, WRAP_UP, *work, *looks)
    paused, works = (
        server.begin(model, goal=f"Look everywhere ({n})", budget={"steps": 900})
        for n in ("a", "b")
    )
    server.api.post(f"/runs/{paused}/commands", json={"type": "pause", "text": "lunch"})
    server.until(paused, lambda shot: shot["run"]["status"] == "paused")
    for when in ({"cron": "0 9 * * MON-FRI", "zone": "Europe/Berlin"}, {"every": "2h"}):
        server.api.post("/schedules", json={"goal": "Summarise what is new in inbox/", **when})
    yield (
        server,
        {
            "home": "/",
            "options": "/",
            "runs": "/runs",
            "inbox": "/inbox",
            "health": "/health",
            "memory": f"/memory?record={record['id']}",
            "report": f"/runs/{done}",
            "menu": f"/runs/{done}",
            "changes": f"/runs/{done}?tab=changes",
            "timeline": f"/runs/{done}?tab=timeline",
            "schedules": "/schedules",
            "settings": "/settings",
            "plan": f"/runs/{done}?tab=plan",
            "course": f"/runs/{done}?tab=course",
            "file": f"/runs/{done}?tab=files&file=report.md",
            "working": f"/runs/{works}",
            "waiting": f"/runs/{waits}",
            "asking": f"/runs/{asks}",
            "contract": f"/runs/{review}/contract",
            "to-accept": f"/runs/{review}",
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


LOOKS: tuple[tuple[str, Colours, int, int], ...] = (
    ("light", "light", 1280, 800),
    ("dark", "dark", 1280, 800),
    ("phone", "light", 390, 844),
    ("phone-dark", "dark", 390, 844),
)


def looked_at(page: Page, name: str) -> list[str]:
    """What bars somebody or sticks out, in each look; the page is loaded once."""
    found: list[str] = []
    for look_name, colours, width, height in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=colours)
        page.screenshot(path=ARTIFACTS / f"{name}-{look_name}.png")
        said = page.evaluate("axe.run({resultTypes: ['violations']})")
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [
            f"{name}-{look_name}: {one['id']} at {one['nodes'][0]['target']}"
            for one in said["violations"]
        ]
        found += [f"{name}-{look_name}: {wide} px wide"] if wide > width else []
    return found


def test_every_page_is_good_to_look_at(
    browser: Browser, stood: tuple[Server, dict[str, str]]
) -> None:
    server, pages = stood
    ARTIFACTS.mkdir(exist_ok=True)
    found: list[str] = []
    with visiting(browser, server) as visit:
        page = visit.page
        for at, path in pages.items():
            page.goto(server.address + path)
            page.locator("main :is(h1, h2, .empty)").first.wait_for()
            expect(page.get_by_text("Loading …")).to_have_count(0)
            if at == "contract":
                page.get_by_role("button", name="Start").wait_for()
            if at in ("waiting", "asking", "to-accept", "inbox"):
                page.locator(".ask button").first.wait_for()
            if at == "options":
                page.get_by_text("Model, limits, permissions").click()
            if at == "health":
                expect(page.get_by_text("works")).to_have_count(3)
            page.evaluate("Promise.all([...document.images].map(one => one.decode()))")
            if at == "menu":
                page.get_by_role("button", name="Export").click()
            page.evaluate(AXE.read_text())
            found += looked_at(page, at)
        visit.wrong = [said for said in visit.wrong if "404" not in said]  # of the unknown run
        visit.nothing_is_wrong()
        page.context.clear_cookies()
        page.goto(server.address)
        page.get_by_label("Address or token").wait_for()
        page.evaluate(AXE.read_text())
        found += looked_at(page, "sign-in")
    assert not found


def test_an_exported_run_is_good_to_look_at(
    browser: Browser, stood: tuple[Server, dict[str, str]], tmp_path: Path
) -> None:
    server, pages = stood
    file = tmp_path / "run.html"
    file.write_bytes(server.api.get(f"{pages['report']}/export/html").content)
    context = browser.new_context(reduced_motion="reduce", bypass_csp=True)  # for axe to get in
    page = context.new_page()
    page.goto(file.as_uri())
    page.locator("#rows li").first.wait_for()
    page.evaluate(AXE.read_text())
    found = looked_at(page, "exported")
    context.close()
    assert not found
