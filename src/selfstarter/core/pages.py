"""Pages of the web as text, and where to look for them: the nouns and the ports."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from selfstarter.core.events import Source
from selfstarter.core.ports import Files


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    """Absolute, http or https, without a fragment."""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page or document as it was read. All text is cleaned, and no key of ours is in it."""

    source: Source
    text: str
    """Its main text, as Markdown where it has headings and tables."""
    whole: str = ""
    """All that a person would see of it, menus too; empty where that is `text`."""
    links: tuple[Link, ...] = ()
    """Those in its main part first."""
    date: str = ""
    """When it says that it was published, YYYY-MM-DD."""
    note: str = ""
    """What is missing of it, if something is."""
    hidden_order: str = ""
    """The first words that look like an order to an agent where a person would not see them."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What a search found."""

    url: str
    """Of a page; of a file on this machine, its place."""
    title: str
    excerpt: str = ""
    date: str = ""
    """YYYY-MM-DD, where the engine says it."""


@dataclass(frozen=True, slots=True)
class Found:
    hits: tuple[Hit, ...]
    engine: str
    """Who found it."""
    note: str = ""
    """Why another engine did not, for the model."""
    private: bool = False
    """From the person's own folders, not from the web."""
    sources: tuple[Source, ...] = ()
    """What of it is kept with the run, so that it can be cited."""


@dataclass(frozen=True, slots=True)
class WebAccess:
    """What of the web a run may reach, as the person set it."""

    pages: bool = True
    """May pages be read?"""
    hosts: frozenset[str] = frozenset()
    """Hosts (`name`, `name:port`) that may be opened though they are not public."""
    proxy: str = ""
    """URL of an HTTP proxy; empty: none."""
    search: tuple[str, ...] = ()
    """Search engines, in the order in which they are asked; empty: there is no search."""
    documents: tuple[str, ...] = ()
    """Folders that the engine `local` searches."""
    browser: bool = False
    """Run the programs of pages that have no text without?"""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that the engine `local` searches."""

    path: str
    called: str
    """What stands before the names of its files; empty for the workspace."""
    files: Files


ENGINES = ("ddgs", "searxng:https://…", "tavily", "brave", "exa", "serper", "local")
"""What `WebAccess.search` may name."""
NO_WEB = WebAccess(pages=False)


class Pages(Protocol):
    """Pages of the web. Whatever is read is kept with the run, so that a report can cite it."""

    async def page(self, url: str) -> Page:
        """Raises ToolFailed."""
        ...


class Search(Protocol):
    async def search(self, query: str, count: int) -> Found:
        """At least one hit, the best first. Raises ToolFailed: there is none, or nobody to ask."""
        ...


class Captures(Protocol):
    """The pages that a run has read, its children's included."""

    def urls(self) -> Sequence[str]:
        """As they were asked for, and as they were found in the end."""
        ...

    def text(self, url: str) -> str:
        """All that was read there. Raises ToolFailed: nothing was."""
        ...
