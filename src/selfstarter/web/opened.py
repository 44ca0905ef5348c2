"""The web for one run. What it takes is imported at the first use: 0.3 s that most runs save."""

from dataclasses import dataclass, field
from pathlib import Path

from selfstarter.core.pages import Page, Pages, WebAccess
from selfstarter.core.redaction import Redact
from selfstarter.web.captures import FOLDER, Captured


@dataclass(slots=True)
class Web:
    """Port `Pages`."""

    access: WebAccess
    folder: Path
    """Of the run that began it all; its children read for it."""
    redact: Redact
    opened: Pages | None = field(default=None, init=False)

    @property
    def captured(self) -> Captured:
        return Captured(self.folder / FOLDER, self.redact)

    async def page(self, url: str) -> Page:
        if self.opened is None:
            from selfstarter.web.fetch import Fetcher
            from selfstarter.web.reading import WebPages

            fetcher = Fetcher(self.access.hosts, self.access.proxy)
            self.opened = WebPages(fetcher, self.captured, self.redact)
        return await self.opened.page(url)
