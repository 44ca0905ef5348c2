"""Pages as text: fetched through the guard, taken apart in a child process, kept with the run."""

import asyncio
import hashlib
import json
import os
import sys
import time
from asyncio import subprocess, to_thread
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from selfstarter.core.cleaning import clean
from selfstarter.core.errors import ToolFailed
from selfstarter.core.events import Source
from selfstarter.core.orders import order_in
from selfstarter.core.pages import Link, Page
from selfstarter.core.redaction import Redact, unchanged
from selfstarter.markup import charset_named
from selfstarter.web.addresses import Closed, absolute
from selfstarter.web.browser import Browser
from selfstarter.web.captures import Captured
from selfstarter.web.extract import MOST_PAGES, SHORT, main_text
from selfstarter.web.fetch import Fetched, Fetcher

EXTRACT_S = 30.0
"""For one page or document. What was found until then is taken."""
FRESH_S = 600.0
REMEMBERED = 8
"""Pages that are not fetched again when the next part of them is read."""
TEXTS = ("text/", "application/json", "application/xml", "application/yaml", "application/csv")
HTML = ("text/html", "application/xhtml+xml")
PDF = "application/pdf"
CUT = "only the beginning was fetched, it is too long"
UNSEEN = "a passage that a person would not see was left out"
ORDERS = "it holds orders to an agent"
PASSING = 20
"""Words of what is hidden on many a page: names of buttons, a line for who cannot see it."""
ELSEWHERE = "Take another source."


@dataclass(slots=True)
class WebPages:
    """Port `Pages`."""

    fetcher: Fetcher
    captured: Captured
    redact: Redact = unchanged
    """Takes out what a model must not read."""
    browser: Browser | None = None
    """For pages that have no text before their programs have run."""
    remembered: OrderedDict[str, tuple[float, Page]] = field(
        default_factory=OrderedDict[str, tuple[float, Page]]
    )
    """By the address asked for: when it was read, monotonic seconds, and what."""

    async def page(self, url: str) -> Page:
        read_at, page = self.remembered.get(url, (0.0, None))
        if page is None or time.monotonic() - read_at > FRESH_S:
            try:
                got = await self.fetcher.page(url)
            except Closed as closed:
                raise closed.with_a_way() from closed
            page = await self._read(url, got)
            self.remembered[url] = (time.monotonic(), page)
            if len(self.remembered) > REMEMBERED:
                self.remembered.popitem(last=False)
        return page

    async def _read(self, asked: str, got: Fetched) -> Page:
        kind = kind_of(got)
        match kind:
            case "html":
                page = html_page(got, await extracted(got, kind))
                if self.browser and max(len(page.text), len(page.whole)) < SHORT:
                    page = await self._rendered(self.browser, got, page)
            case "pdf":
                page = pdf_page(got, await extracted(got, kind))
            case _:
                page = Page(source_of(got), got.body.decode(charset_of(got) or "utf-8", "replace"))
        page = self._safe(page, CUT if got.cut else "")
        if not (page.text or page.whole):
            raise ToolFailed(
                f"{got.url[:200]} has no text that can be read: its words may be pictures, or be"
                " put there by a program (JavaScript).",
                "empty",
                ELSEWHERE,
            )
        both = f"{page.text}\n\n{page.whole}".strip()
        head = f"{page.source.title}\n{page.source.url}\n\n"
        source = await to_thread(self.captured.keep, asked, page.source, head + both)
        return replace(page, source=source)

    async def _rendered(self, browser: Browser, got: Fetched, page: Page) -> Page:
        """What its programs make of it, if that is more."""
        try:
            after = await browser.rendered(got)
        except ToolFailed as failed:
            return noted(page, str(failed))
        more = html_page(after, await extracted(after, "html"))
        if len(more.text) + len(more.whole) <= len(page.text) + len(page.whole):
            return page
        return noted(more, "as it stands when its programs have run")

    def _safe(self, page: Page, note: str) -> Page:
        """What is in it is others' words: keys are taken out, and what drives a terminal."""
        title = clean(self.redact(page.source.title), one_line=True)[:200]
        links = tuple(
            Link(link.url, clean(self.redact(link.words), one_line=True))
            for link in page.links
            if self.redact(link.url) == link.url
        )
        return Page(
            page.source.model_copy(update={"title": title}),
            clean(self.redact(page.text)).strip(),
            clean(self.redact(page.whole)).strip(),
            links,
            page.date,
            noted(page, note).note,
            clean(self.redact(page.hidden_order), one_line=True),
        )


def kind_of(got: Fetched) -> str:
    """html, pdf or text. Raises ToolFailed: none of them."""
    said = got.headers.get("content-type", "").partition(";")[0].strip().lower()
    start = got.body[:1024].lstrip()
    if got.body[:1024].find(b"%PDF-") >= 0 and (said == PDF or start.startswith(b"%PDF-")):
        return "pdf"
    if b"\0" in got.body[: 64 << 10] and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        said = said or "binary data"
        raise ToolFailed(f"{got.url[:200]} is no text ({said[:60]}).", "permanent", ELSEWHERE)
    looks = start[:200].lower().startswith((b"<!doctype html", b"<html"))
    if said in HTML or (looks and not said.startswith("text/plain")):
        return "html"
    if said.startswith(TEXTS) or said.endswith(("+json", "+xml")) or texty(start):
        return "text"
    raise ToolFailed(f"{got.url[:200]} is no text ({said[:60]}).", "permanent", ELSEWHERE)


def texty(start: bytes) -> bool:
    """Is it UTF-8, cut somewhere?"""
    return bool(start) and "�" not in start.decode("utf-8", "replace")[:-4]


def charset_of(got: Fetched) -> str:
    """Of the HTTP header; empty: it names none of the web's."""
    _, _, rest = got.headers.get("content-type", "").lower().partition("charset=")
    return charset_named(rest.partition(";")[0])


def source_of(got: Fetched, title: str = "") -> Source:
    digest = hashlib.sha256(got.body).hexdigest()
    return Source(url=got.url, sha256=digest, at=time.time(), title=title)


def html_page(got: Fetched, lines: list[Mapping[str, Any]]) -> Page:
    found: dict[str, Any] = {}
    for line in lines:
        found |= line
    text, whole = main_text(found), str(found.get("whole") or "")
    title, date = str(found.get("title") or ""), str(found.get("date") or "")
    unread = "" if "whole" in found else "its markup took too long to be read whole"
    links = links_of(got.url, found.get("links") or [])
    order = order_in(str(found.get("unseen") or ""))
    whole = "" if whole == text else whole
    page = Page(source_of(got, title), text, whole, links, date, unread, order)
    return noted(page, left_out(str(found.get("hidden") or "")))


def noted(page: Page, more: str) -> Page:
    return replace(page, note="; ".join(filter(None, (page.note, more))))


def left_out(hidden: str) -> str:
    """What a model is told of the passages that nobody would see, a line each, and nothing of their
    words; empty: there is hardly any."""
    if order_in(hidden):
        return f"{UNSEEN}; {ORDERS}"
    long = any(len(passage.split()) > PASSING for passage in hidden.splitlines())
    return UNSEEN if long else ""


def links_of(url: str, found: list[tuple[str, str]]) -> tuple[Link, ...]:
    """Absolute; the first without words is the page's own base."""
    base, links = url, dict[str, str]()
    for href, words in found:
        if not words:
            base = absolute(url, href) or url
        elif (to := absolute(base, href)) and to != url:
            links.setdefault(to, words)
    return tuple(Link(to, words) for to, words in links.items())


def pdf_page(got: Fetched, lines: list[Mapping[str, Any]]) -> Page:
    pages = [(line["page"], str(line["text"])) for line in lines if "page" in line]
    head = next((line for line in lines if "count" in line), None)
    wrong = next((str(line["wrong"]) for line in lines if "wrong" in line), "")
    if head is None:
        raise ToolFailed(
            f"{got.url[:200]} is a PDF that cannot be read ({wrong or 'it took too long'}).",
            "permanent",
            ELSEWHERE,
        )
    count = int(head["count"])
    if pages and not any(text for _, text in pages):
        raise ToolFailed(
            f"{got.url[:200]} is a PDF of {count} pages without text: they are scanned images.",
            "empty",
            ELSEWHERE,
        )
    text = "\n\n".join(f"# page {number}\n{text}" for number, text in pages)
    whole = len(pages) == min(count, MOST_PAGES) and count <= MOST_PAGES
    note = "" if whole else f"its first {len(pages)} of {count} pages were read"
    return Page(source_of(got, str(head["title"])), text, note=note)


async def extracted(got: Fetched, kind: str) -> list[Mapping[str, Any]]:
    """What the child has found when it ends, or when its time is up."""
    head = json.dumps({"kind": kind, "charset": charset_of(got)}).encode()
    environment = {n: os.environ[n] for n in ("PATH", "PYTHONPATH") if n in os.environ}
    child = await subprocess.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "selfstarter.web.extract"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=environment,
        limit=64 << 20,
    )
    assert child.stdin and child.stdout
    lines: list[Mapping[str, Any]] = []
    ended = False
    try:
        async with asyncio.timeout(EXTRACT_S):
            with suppress(ConnectionError):  # it died of what it was given
                child.stdin.write(head + b"\n" + got.body)
                await child.stdin.drain()
                child.stdin.close()
            async for line in child.stdout:
                lines.append(json.loads(line))
            await child.wait()
            ended = True
    except (TimeoutError, ValueError):  # what came before counts
        pass
    finally:
        if not ended:  # killing one that has ended would take its status from who waits for it
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    return lines
