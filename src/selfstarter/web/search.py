"""Ask one search engine after the other until one answers; folders of one's own come last."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from selfstarter.core.cleaning import clean
from selfstarter.core.errors import ToolFailed
from selfstarter.core.pages import Found, Hit, Search
from selfstarter.core.redaction import Redact, unchanged
from selfstarter.web.engines import Engine
from selfstarter.web.fetch import Status, cause
from selfstarter.web.remembered import Answers

PAUSE_S = 1.0
"""Between the beginnings of two questions to one engine."""
REST_S = 30.0
"""For an engine that failed; twice as long each time it fails again."""
LONGEST_REST_S = 600.0
OFFLINE_S = 60.0
"""How long nobody is asked after nobody could be reached."""
LOCAL = (
    "Work from the files in the workspace and from the addresses that the goal names; say at the"
    " end what could not be looked up."
)


class Offline(ToolFailed):
    """In one sentence: what is wrong, and what would work."""

    def __init__(self, troubles: Sequence[tuple[str, ToolFailed]]) -> None:
        said = "; ".join(f"{name}: {cause(str(trouble))}" for name, trouble in troubles)
        super().__init__(
            f"No search engine can be reached, so this machine is offline or lets nothing out"
            f" ({said[:300]}); the person can set `search` to an engine that is in reach or"
            " `documents` to folders of their own.",
            "permanent",
            LOCAL,
            ours=True,
        )


@dataclass(slots=True)
class Rest:
    until: float
    """Monotonic seconds."""
    times: int
    why: ToolFailed


@dataclass(slots=True)
class Engines:
    """Port `Search`."""

    engines: Sequence[Engine]
    """In the order in which they are asked."""
    answers: Answers | None = None
    local: Search | None = None
    """Folders on this machine, for what no engine answers."""
    redact: Redact = unchanged
    pause_s: float = PAUSE_S
    next_at: dict[str, float] = field(default_factory=dict[str, float])
    rests: dict[str, Rest] = field(default_factory=dict[str, Rest])
    offline: tuple[float, Offline] | None = None
    """Until when nobody is asked, monotonic seconds, and what is said instead."""

    async def search(self, query: str, count: int) -> Found:
        query = " ".join(query.split())
        troubles: list[tuple[str, ToolFailed]] = []
        silent: list[str] = []
        """Those that found nothing."""
        for engine in self.engines:
            kept = self.answers.get(engine.name, query, count) if self.answers else ()
            try:
                hits = kept or await self._asked(engine, query, count)
            except ToolFailed as failed:
                troubles.append((engine.name, failed))
                continue
            if hits and not kept and self.answers:
                self.answers.keep(engine.name, query, count, hits)
            if hits:
                return Found(self._safe(hits), engine.name, note=said_of(troubles))
            silent.append(engine.name)
        return await self._without(query, count, troubles, silent)

    async def _without(
        self, query: str, count: int, troubles: list[tuple[str, ToolFailed]], silent: list[str]
    ) -> Found:
        """No engine had anything: the folders on this machine, or what is wrong."""
        trouble = self._trouble(query, troubles, silent)
        if self.local is None:
            raise trouble
        try:
            found = await self.local.search(query, count)
        except ToolFailed as failed:
            raise (failed if not self.engines else trouble) from failed
        note = str(trouble) if troubles else ""
        return replace(found, hits=self._safe(found.hits), note=note)

    def _trouble(
        self, query: str, troubles: list[tuple[str, ToolFailed]], silent: list[str]
    ) -> ToolFailed:
        if troubles and not silent and all(out_of_reach(trouble) for _, trouble in troubles):
            known = next((t for _, t in troubles if isinstance(t, Offline)), None)
            if known is None:
                known = Offline(troubles)
                self.offline = (time.monotonic() + OFFLINE_S, known)
            return known
        if troubles and not silent:
            said, ours = said_of(troubles), all(trouble.ours for _, trouble in troubles)
            return ToolFailed(f"No search engine answered: {said}", "transient", LOCAL, ours=ours)
        return ToolFailed(
            f"{' and '.join(silent) or 'No engine'} found nothing for {query[:200]!r}.",
            "empty",
            "Ask with fewer or other words.",
            ours=True,
        )

    async def _asked(self, engine: Engine, query: str, count: int) -> Sequence[Hit]:
        now = time.monotonic()
        if self.offline and now < self.offline[0]:
            raise self.offline[1]
        rest = self.rests.get(engine.name)
        if rest and now < rest.until:
            raise rest.why
        turn = max(now, self.next_at.get(engine.name, 0.0))
        self.next_at[engine.name] = turn + self.pause_s
        await asyncio.sleep(turn - now)
        try:
            hits = await engine(query, count)
        except ToolFailed as failed:
            times = rest.times + 1 if rest else 1
            wait_s = min(LONGEST_REST_S, REST_S * 2 ** (times - 1))
            self.rests[engine.name] = Rest(time.monotonic() + wait_s, times, failed)
            raise
        self.rests.pop(engine.name, None)
        return hits

    def _safe(self, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        """Others' words: keys are taken out, and what drives a terminal."""
        return tuple(
            Hit(
                hit.url,
                clean(self.redact(hit.title), one_line=True),
                clean(self.redact(hit.excerpt)),
                clean(hit.date, one_line=True),
            )
            for hit in hits
            if self.redact(hit.url) == hit.url
        )


def out_of_reach(trouble: ToolFailed) -> bool:
    """Was there no connection, or no answer in time? A status is an answer."""
    if isinstance(trouble, Offline):
        return True
    return trouble.failure == "transient" and not isinstance(trouble, Status)


def said_of(troubles: Sequence[tuple[str, ToolFailed]]) -> str:
    return " ".join(str(trouble)[:200] for _, trouble in troubles)
