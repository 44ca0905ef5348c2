"""The web for one run. What it takes is imported at the first use: 0.3 s that most runs save."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from selfstarter.core.errors import BadSetting, NoKey
from selfstarter.core.events import Source
from selfstarter.core.pages import Found, Hit, Page, Pages, Place, Search, WebAccess
from selfstarter.core.redaction import Redact
from selfstarter.web.captures import FOLDER, Captured

if TYPE_CHECKING:
    from selfstarter.web.browser import Browser
    from selfstarter.web.engines import Engine

ToText = Callable[[str, bytes], str]
"""(path, bytes) to text. Raises ToolFailed: it holds none."""
FindKey = Callable[[str], str]
"""Name of a key to the key, empty if there is none."""
KEYS = {
    "tavily": "TAVILY_API_KEY",
    "brave": "BRAVE_API_KEY",
    "exa": "EXA_API_KEY",
    "serper": "SERPER_API_KEY",
}
"""Engine -> name of the key that it needs."""


@dataclass(slots=True)
class Web:
    """Ports `Pages` and `Search`."""

    access: WebAccess
    home: Path
    folder: Path
    """Of the run that began it all; its children read for it."""
    redact: Redact
    find_key: FindKey
    places: Sequence[Place]
    to_text: ToText
    bwrap: str = ""
    """The program that a browser is boxed with; empty: there is none that works."""
    pages: Pages | None = field(default=None, init=False)
    engines: Search | None = field(default=None, init=False)

    @property
    def captured(self) -> Captured:
        return Captured(self.folder / FOLDER, self.redact)

    async def page(self, url: str) -> Page:
        if self.pages is None:
            from selfstarter.web.fetch import Fetcher
            from selfstarter.web.reading import WebPages

            fetcher = Fetcher(self.access.hosts, self.access.proxy)
            self.pages = WebPages(fetcher, self.captured, self.redact, self._browser())
        return await self.pages.page(url)

    def _browser(self) -> "Browser | None":
        from selfstarter.web.browser import Browser, missing
        from selfstarter.web.fetch import Fetcher

        if not self.access.browser or missing(self.bwrap):
            return None
        # A page's own parts come from few hosts, all at once, as for any browser.
        fetcher = Fetcher(self.access.hosts, self.access.proxy, total_s=10.0, pause_s=0.05)
        return Browser(self.bwrap, fetcher)

    async def search(self, query: str, count: int) -> Found:
        if self.engines is None:
            self.engines = self._engines()
        found = await self.engines.search(query, count)
        if not found.private:
            return found
        return replace(found, sources=tuple(self._kept(hit) for hit in found.hits))

    def _kept(self, hit: Hit) -> Source:
        """A passage of a person's own file, so that it can be cited like a page."""
        digest = hashlib.sha256(hit.excerpt.encode("utf-8", "replace")).hexdigest()
        source = Source(url=hit.url, sha256=digest, at=time.time(), title=hit.title)
        return self.captured.keep(hit.url, source, hit.excerpt)

    def _engines(self) -> Search:
        from selfstarter.web.remembered import Answers
        from selfstarter.web.search import Engines

        local = None
        if self.places:
            from selfstarter.web.local import LocalDocuments

            file = self.home / "documents.db"
            local = LocalDocuments(self.places, self.to_text, file, self.redact)
        asked = [self._engine(name) for name in self.access.search if name != "local"]
        answers = Answers(self.home / "searches.db", self.redact)
        return Engines(asked, answers, local, self.redact)

    def _engine(self, name: str) -> "Engine":
        from selfstarter.web.engines import ENGINE_S, Ddgs, HttpEngine
        from selfstarter.web.fetch import Fetcher

        if name == "ddgs":
            return Ddgs(self.access.proxy)
        kind, _, base = name.partition(":")
        # Its address is the person's own setting, so it may be one of their network.
        parts = urlsplit(base)
        hosts = frozenset({parts.netloc.lower()} if base else ())
        fetcher = Fetcher(hosts, self.access.proxy, total_s=ENGINE_S)
        key = self.find_key(KEYS[kind]) if kind in KEYS else ""
        return HttpEngine(kind, fetcher, key, base)


def can_reach(access: WebAccess, find_key: FindKey, bwrap: str = "") -> None:
    """Raises NoKey: an engine lacks its key; BadSetting: no such folder, no browser works."""
    if access.browser:
        from selfstarter.web.browser import missing

        if lacking := missing(bwrap):
            raise BadSetting("`browser` is on, and {lacking}.", lacking=lacking)
    for engine in access.search:
        name = KEYS.get(engine, "")
        if name and not find_key(name):
            raise NoKey(
                "The search engine {engine} needs a key: selfstarter auth set {name}. Or set"
                " `search` to one that needs none (ddgs, searxng:https://…, local).",
                engine=engine,
                name=name,
            )
    for folder in access.documents:
        if not Path(folder).is_dir():
            raise BadSetting("`documents` names {folder}, which is not a folder.", folder=folder)
