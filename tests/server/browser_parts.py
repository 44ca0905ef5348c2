"""A browser, as a person has it, that watches for what a person would not see: errors and
violations of the server's policy."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from server_parts import Server

PATIENCE_MS = 60_000
"""Machines that test are busy."""
ARTIFACTS = Path(__file__).parent.parent.parent / "artifacts"
AXE = Path(__file__).parent.parent.parent / "ui" / "node_modules" / "axe-core" / "axe.min.js"
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
WATCH = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
        window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


def chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), "")


@contextmanager
def launched() -> Generator[Browser]:
    """While it is open, this thread has an event loop: nothing else may run one. So a browser is
    closed at the end of its module.
    """
    if not chromium():
        pytest.skip("no Chromium here; `make ui-test` installs it where that needs no password")
    expect.set_options(timeout=PATIENCE_MS)
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=[*QUIET, *as_root], timeout=PATIENCE_MS
        )
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page that is open at a server, signed in."""

    page: Page
    server: Server
    wrong: list[str] = field(default_factory=list[str])

    def open(self, path: str = "/") -> Page:
        self.page.goto(self.server.address + path)
        self.page.locator("h1").first.wait_for()
        return self.page

    def nothing_is_wrong(self) -> None:
        violations = self.page.evaluate("window.violations")
        assert not violations and not self.wrong, (violations, self.wrong)


@contextmanager
def visiting(
    browser: Browser,
    server: Server,
    *,
    width: int = 1280,
    height: int = 800,
    colours: Literal["light", "dark"] = "light",
    language: str = "en-US",
    before: str = "",
) -> Generator[Visit]:
    """`before`: a script that runs before the page's own."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=colours,
        locale=language,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(WATCH + before)
    visit = Visit(context.new_page(), server)
    visit.page.on(
        "console",
        lambda said: visit.wrong.append(said.text) if said.type in ("error", "warning") else None,
    )
    visit.page.on("pageerror", lambda error: visit.wrong.append(str(error)))
    context.add_cookies([{"name": "selfstarter", "value": server.token, "url": server.address}])
    yield visit
    context.close()
