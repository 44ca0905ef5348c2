"""Search engines: what each is asked, and how it answers. One function in, hits out.

Those that are asked by HTTP go through the guard. `ddgs` does its own HTTP, to the handful of
search engines that it knows and to nobody else: no address of a model or a page reaches it.
"""

import asyncio
import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast
from urllib.parse import urlencode, urlsplit

from selfstarter.core.errors import ToolFailed
from selfstarter.core.pages import Hit
from selfstarter.web.fetch import Fetcher, Sent, Status, Unreachable

Json = dict[str, Any]

ENGINE_S = 12.0
"""For one question to one engine, its second try included."""
DDGS_S = 15.0
ONE_S = 4
"""For each of the engines that ddgs asks."""
BACKENDS = "duckduckgo,brave,mojeek,wikipedia"
"""Not "auto", which asks for an encyclopedia first, and ten engines after it."""
EXCERPT = 400


class Engine(Protocol):
    @property
    def name(self) -> str: ...

    async def __call__(self, query: str, count: int) -> Sequence[Hit]:
        """Raises ToolFailed; Unreachable where no connection could be had."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """How an engine with an interface of its own is asked, and where its hits lie."""

    base: str
    key: str
    """Name of the key; empty: it needs none."""
    ask: Callable[[str, str, str, int], Sent]
    """(base, key, query, count)"""
    hits: tuple[str, ...]
    """Path to the list of hits in the answer."""
    fields: tuple[str, str, str, str]
    """Names of address, title, excerpt, date in a hit."""


def searxng(base: str, key: str, query: str, count: int) -> Sent:
    return Sent(f"{base}/search?{urlencode({'q': query, 'format': 'json'})}")


def tavily(base: str, key: str, query: str, count: int) -> Sent:
    body = {"query": query, "max_results": count}
    return posted(f"{base}/search", {"authorization": f"Bearer {key}"}, body)


def brave(base: str, key: str, query: str, count: int) -> Sent:
    asked = urlencode({"q": query, "count": count})
    headers = {"x-subscription-token": key, "accept": "application/json"}
    return Sent(f"{base}/res/v1/web/search?{asked}", headers=headers)


def exa(base: str, key: str, query: str, count: int) -> Sent:
    contents = {"text": {"maxCharacters": EXCERPT}}
    body = {"query": query, "numResults": count, "type": "auto", "contents": contents}
    return posted(f"{base}/search", {"x-api-key": key}, body)


def serper(base: str, key: str, query: str, count: int) -> Sent:
    return posted(f"{base}/search", {"x-api-key": key}, {"q": query, "num": count})


def posted(url: str, headers: Mapping[str, str], body: Json) -> Sent:
    headers = {**headers, "content-type": "application/json"}
    return Sent(url, "POST", headers, json.dumps(body).encode())


KINDS = {
    "searxng": Kind("", "", searxng, ("results",), ("url", "title", "content", "publishedDate")),
    "tavily": Kind(
        "https://api.tavily.com",
        "TAVILY_API_KEY",
        tavily,
        ("results",),
        ("url", "title", "content", "published_date"),
    ),
    "brave": Kind(
        "https://api.search.brave.com",
        "BRAVE_API_KEY",
        brave,
        ("web", "results"),
        ("url", "title", "description", "page_age"),
    ),
    "exa": Kind(
        "https://api.exa.ai",
        "EXA_API_KEY",
        exa,
        ("results",),
        ("url", "title", "text", "publishedDate"),
    ),
    "serper": Kind(
        "https://google.serper.dev",
        "SERPER_API_KEY",
        serper,
        ("organic",),
        ("link", "title", "snippet", "date"),
    ),
}


@dataclass(slots=True)
class HttpEngine:
    """Port `Engine`."""

    name: str
    fetcher: Fetcher
    key: str = ""
    base: str = ""
    """Where it is asked, if not at its home."""

    async def __call__(self, query: str, count: int) -> Sequence[Hit]:
        kind = KINDS[self.name]
        sent = kind.ask((self.base or kind.base).rstrip("/"), self.key, query, count)
        try:
            got = await self.fetcher.send(sent)
        except Status as status:
            if status.http in (401, 403) and kind.key:
                raise ToolFailed(
                    f"{self.name} refuses the key {kind.key} (status {status.http}).",
                    "denied",
                    ours=True,
                ) from status
            raise
        try:
            answer: Any = json.loads(got.body)
        except ValueError as error:
            said = "is its JSON format switched on?" if self.name == "searxng" else "is it down?"
            raise ToolFailed(
                f"{self.name} gave an answer that is no JSON: {said}", ours=True
            ) from error
        for step in kind.hits:
            answer = cast(Json, answer).get(step) if isinstance(answer, dict) else None
        return hits_in(answer, kind.fields)[:count]


@dataclass(slots=True)
class Ddgs:
    """Port `Engine`: keyless, by the pages that people see."""

    proxy: str = ""
    backends: str = BACKENDS
    name: str = "ddgs"

    async def __call__(self, query: str, count: int) -> Sequence[Hit]:
        try:
            async with asyncio.timeout(DDGS_S):
                found = await asyncio.to_thread(self._ask, query, count)
        except TimeoutError as error:
            raise Unreachable(self.name, f"no answer in {DDGS_S:g} s") from error
        return hits_in(found, ("href", "title", "body", "date"))

    def _ask(self, query: str, count: int) -> list[dict[str, Any]]:
        from ddgs.ddgs import DDGS
        from ddgs.exceptions import DDGSException, RatelimitException

        try:
            with DDGS(proxy=self.proxy or None, timeout=ONE_S) as engines:
                return engines.text(query, max_results=count, backend=self.backends)
        except RatelimitException as error:
            raise ToolFailed("ddgs was asked too often from here.", "denied", ours=True) from error
        except DDGSException as error:
            said = str(error)
            if "No results found" in said:
                return []
            raise Unreachable(self.name, said) from error


def hits_in(found: Any, fields: tuple[str, str, str, str]) -> list[Hit]:
    """The hits that have an address of the web; an answer of another shape has none."""
    hits: dict[str, Hit] = {}
    for one in cast(list[Any], found) if isinstance(found, list) else []:
        if not isinstance(one, dict):
            continue
        url, title, excerpt, date = (words(cast(Json, one).get(name)) for name in fields)
        if len(url) <= 2_000 and readable(url):
            hits.setdefault(url, Hit(url, title[:200] or url[:200], excerpt[:EXCERPT], date[:10]))
    return list(hits.values())


def readable(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def words(value: object) -> str:
    """Without the markup that some put around the words that were asked for."""
    text = re.sub(r"</?(?:strong|b|em|i)>", "", value) if isinstance(value, str) else ""
    return " ".join(html.unescape(text).split())
