"""Pages that only a program puts together: the system's Chromium, in a box without a network.

It opens no socket. It sits in namespaces of its own (bubblewrap) with no network, no file of the
person and no right of ours, is driven through a pipe, and each request of the page is answered by
the guarded fetch, or not at all. No picture, font, frame or other page is loaded.
"""

import asyncio
import shlex
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from selfstarter.core.errors import ToolFailed
from selfstarter.web.fetch import Fetched, Fetcher, Sent

NAMES = ("chromium", "chromium-browser", "google-chrome")
REAL = ("/usr/lib/chromium/chromium", "/usr/lib/chromium-browser/chromium-browser")
"""What the wrappers of the system start; they look for files that are not in the box."""
LOADED = ("script", "xhr", "fetch")
MOST_REQUESTS = 60
IDLE_S = 6.0
"""How long a page may go on loading."""
TOTAL_S = 30.0
PASSED_ON = ("content-type", "access-control-allow-origin", "access-control-allow-credentials")
BOX = (
    "--unshare-all --die-with-parent --new-session --uid 65534 --gid 65534 --clearenv"
    " --setenv PATH /usr/bin --setenv HOME /tmp --proc /proc --dev /dev --tmpfs /tmp"
    " --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/bin /bin"
    " --ro-bind-try /lib64 /lib64 --ro-bind-try /opt/google /opt/google"
    " --ro-bind-try /etc/fonts /etc/fonts --ro-bind-try /etc/alternatives /etc/alternatives"
)
FLAGS = (
    "--disable-gpu",
    "--proxy-server=127.0.0.1:9",  # a second lock: there is no network behind it anyway
    "--proxy-bypass-list=<-loopback>",
    "--js-flags=--max-old-space-size=512",
)


def chromium() -> str:
    """Path of the program; empty: none is installed."""
    found = next((path for path in REAL if Path(path).is_file()), "")
    return found or next((path for name in NAMES if (path := shutil.which(name))), "")


def missing(bwrap: str) -> str:
    """What a browser lacks here, and how to get it; empty: nothing."""
    if find_spec("playwright") is None:
        return "the package playwright is not installed (pip install 'selfstarter[browser]')"
    if not chromium():
        return "Chromium is not installed (Debian: apt install chromium)"
    return "" if bwrap else "there is no working bubblewrap to put it into"


@dataclass(slots=True)
class Browser:
    """One Chromium for each page: nothing of one is left for the next."""

    bwrap: str
    fetcher: Fetcher
    """For what a page loads."""
    idle_s: float = IDLE_S
    refused: list[str] = field(default_factory=list[str])
    """Addresses that pages asked for and did not get."""

    async def rendered(self, got: Fetched) -> Fetched:
        """The page as it stands when its programs have run. Raises ToolFailed."""
        try:
            async with asyncio.timeout(TOTAL_S):
                body = await self._run(got)
        except (TimeoutError, OSError) as error:
            raise ToolFailed(f"The browser gave no page of {got.url[:200]} in time.") from error
        headers = {**got.headers, "content-type": "text/html; charset=utf-8"}
        return Fetched(got.url, got.status, headers, body[: self.fetcher.most])

    async def _run(self, got: Fetched) -> bytes:
        from playwright.async_api import Error, async_playwright

        with TemporaryDirectory(prefix="selfstarter-browser-") as folder:
            start = Path(folder) / "start"
            start.touch(0o700)
            command = f"{shlex.quote(self.bwrap)} {BOX} {shlex.quote(chromium())} --no-sandbox"
            start.write_text(f'#!/bin/sh\nexec {command} "$@"\n')  # the box is the sandbox
            try:
                async with async_playwright() as play:
                    browser = await play.chromium.launch(
                        executable_path=start, args=[*FLAGS], chromium_sandbox=True
                    )
                    context = await browser.new_context(
                        service_workers="block", accept_downloads=False
                    )
                    await context.route("**/*", Answering(self, got))
                    page = await context.new_page()
                    await page.goto(got.url, wait_until="domcontentloaded")
                    with suppress(Error):  # it goes on loading: what is there counts
                        await page.wait_for_load_state("networkidle", timeout=1000 * self.idle_s)
                    text = await page.content()
                    await browser.close()
            except Error as error:
                said = str(error).splitlines()[0][:200]
                raise ToolFailed(f"The browser gave no page of {got.url[:200]}: {said}") from error
        return text.encode("utf-8", "replace")


class Answering:
    """The route guard: what a page asks for is fetched by us, checked like any address."""

    def __init__(self, browser: Browser, first: Fetched) -> None:
        self.browser, self.first, self.asked = browser, first, 0

    async def __call__(self, route: Any) -> None:
        request = route.request
        self.asked += 1
        if self.asked == 1 and request.is_navigation_request():
            kind = self.first.headers.get("content-type", "text/html")
            await route.fulfill(body=self.first.body, content_type=kind)
            return
        wanted = request.resource_type in LOADED and request.method == "GET"
        if not wanted or self.asked > MOST_REQUESTS:
            await self._refuse(route)
            return
        try:
            got = await self.browser.fetcher.send(Sent(request.url))
        except ToolFailed:
            await self._refuse(route)
            return
        headers = {name: value for name in PASSED_ON if (value := got.headers.get(name))}
        await route.fulfill(status=got.status, headers=headers, body=got.body)

    async def _refuse(self, route: Any) -> None:
        self.browser.refused.append(route.request.url)
        await route.abort()
