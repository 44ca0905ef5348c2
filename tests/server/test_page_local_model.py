"""The page with no double at all: the embedded model's weights, a real server, a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_parts import launched, visiting
from playwright.sync_api import Browser, expect
from server_parts import Server

from selfstarter.models.weights import ready

pytestmark = [
    pytest.mark.skipif(not ready(), reason="the weights are not here: `make test` fetches them"),
    pytest.mark.timeout(3_000),
    pytest.mark.usefixtures("local_model_alone"),
]
GOAL = "Write the word hello to hello.txt."
LONGEST_MS = 1_200_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


def test_a_goal_is_pursued_from_the_page_by_the_embedded_model(
    browser: Browser, home: Path, tmp_path: Path
) -> None:
    server = Server(home, tmp_path, model="local")
    with visiting(browser, server) as visit:
        page = visit.open()
        page.get_by_label("What do you want done?").fill(GOAL)
        page.get_by_text("Model, limits, permissions").click()
        page.get_by_label("Steps").fill("6")
        page.get_by_label("Tokens").fill("30000")
        page.get_by_role("button", name="Start").click()
        page.wait_for_url(re.compile(r"/runs/\w+$"))
        run_id = page.url.rpartition("/")[2]
        over = page.locator(
            ".runhead .state", has_text=re.compile("done|partly|stuck|budget|waits")
        )
        expect(over).to_be_visible(timeout=LONGEST_MS)
        shot = server.snapshot(run_id)
        assert shot["usage"]["calls"] > 0 and shot["usage"]["output"] > 0
        page.goto(f"{server.address}/runs/{run_id}?tab=timeline")
        expect(page.locator(".row", has_text="Done when")).to_be_visible()
        if shot["run"]["ending"] == "done":  # a claim, so it has to be true
            text = server.api.get(f"/runs/{run_id}/files/hello.txt").text
            assert "hello" in text.lower()
        visit.nothing_is_wrong()
    server.end()
