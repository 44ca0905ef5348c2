"""Progress, measured: what a run has really changed, and what it only repeats."""

from __future__ import annotations  # rpds types are generic to the checker only

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rpds import HashTrieMap, HashTrieSet

from selfstarter.core.evolve import evolve

VOLATILE = re.compile(
    # timestamps; days as `date` writes them; clock times; seconds since 1970
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\b(?:mon|tue|wed|thu|fri|sat|sun),? +(?:[a-z]{3} +\d{1,2}|\d{1,2} +[a-z]{3})\b"
    r"|\b\d{1,2}:\d\d:\d\d(?:\.\d+)?\b|\b1[5-9]\d{8}(?:\.\d+)?\b"
    # UUIDs; addresses; ids of hexadecimal digits; processes and ports
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
    r"|0x[0-9a-f]{6,}|\b[0-9a-f]{12,}\b|\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,11}\b"
    r"|\b(?:pid|port)[ =:]+\d+"
    # temporary paths; durations
    r"|/tmp/\S+|\b\d+(?:\.\d+)? ?m?s\b",
    re.IGNORECASE,
)

RECENT = 12
"""Calls that are looked at for cycles."""
LONGEST_CYCLE = 5
MOST_WAITS = 30
"""Waits without progress that are taken for waiting; those beyond are steps like others."""
NOTHING_SEEN: HashTrieMap[str, tuple[str, int]] = HashTrieMap()


def print_of(text: str) -> str:
    """A short digest of `text` without its volatile parts: two results with one print are equal."""
    return hashlib.sha256(VOLATILE.sub("~", text).encode()).hexdigest()[:16]


def call_print(tool: str, args: dict[str, Any]) -> str:
    return f"{tool} {print_of(json.dumps(args, sort_keys=True, default=str))}"


Pages = tuple[tuple[int, int], ...]
"""Ranges of lines, first and last, that do not touch one another, in order."""
NO_PAGES: HashTrieMap[str, Pages] = HashTrieMap()


@dataclass(frozen=True, slots=True)
class Trace:
    """What a returned call leaves for the ledger, beside its print and the print of its result."""

    files: tuple[str, ...] = ()
    """Words of its arguments that may name a file."""
    page: tuple[str, int, int] | None = None
    """(name, first line, last line) of the text it showed."""
    error: str = ""
    """The kind of its failure, whatever the arguments were."""
    waited: bool = False
    """It let time pass on purpose, so the same look may show something else now."""


NO_TRACE = Trace()


@dataclass(frozen=True)  # no slots: `evolve`
class Ledger:
    """Counts only what changed: artefacts, evidence, criteria, tasks. Never words."""

    artefacts: HashTrieMap[str, str] = HashTrieMap()
    """Workspace path -> sha256, of files that changed in this run and are not as they were."""
    versions: HashTrieSet[str] = HashTrieSet()
    """`path:sha256` ever seen: going back to an old version is not progress."""
    evidence: HashTrieSet[str] = HashTrieSet()
    """Prints of results that were not failures."""
    passing: frozenset[str] = frozenset()
    """Criteria that passed when last checked."""
    best: int = 0
    """Most criteria that ever passed at once."""
    seen: HashTrieMap[str, tuple[str, int]] = NOTHING_SEEN
    """Call print -> (print of its last result, how often in a row that was the result), of calls
    since the last progress: after an edit the same tests may well fail in the same way again."""
    idle: int = 0
    """Steps since anything here changed for the better."""
    files: HashTrieSet[str] = HashTrieSet()
    """Workspace paths known to be there."""
    ground: HashTrieSet[str] = HashTrieSet()
    """`tool path` of calls that went well: the first time on each file of a batch is progress."""
    pages: HashTrieMap[str, Pages] = NO_PAGES
    """Lines that were shown of each text since it last changed."""
    reread: str = ""
    rereads: int = 0
    """Pages of the text `reread` in a row that showed only lines which had been shown."""
    recent: tuple[str, ...] = ()
    """Prints of the last calls with their results, oldest first, since a file last changed."""
    error: str = ""
    errors: int = 0
    """How often in a row, and with no progress meanwhile, a call failed in the way of `error`."""
    waits: int = 0
    """Waits since the last progress."""
    compacted: bool = False
    again: int = 0
    """After a compaction: results in a row, without progress, that had been known before."""

    @property
    def made(self) -> list[str]:
        """Paths of the files that changed in this run and were not removed."""
        return sorted(path for path, sha in self.artefacts.items() if sha)

    @property
    def moved(self) -> bool:
        """Was the last step progress?"""
        return not self.idle and not self.waits

    def progressed(self) -> Ledger:
        return evolve(self, idle=0)

    def scouted(self, paths: Iterable[str]) -> Ledger:
        return evolve(self, files=self.files.update(paths))

    def returned(
        self,
        call: str,
        result: str,
        ok: bool,
        changed: tuple[tuple[str, str], ...],
        contents: Mapping[str, str] = {},
        trace: Trace = NO_TRACE,
    ) -> Ledger:
        """A call came back. O(1) in the length of the run.

        `contents`: path -> print of its text, for a file that is to be told by that and not by its
        sha256: one that differs in a timestamp only is the same file.
        """
        named = [f"{path}:{contents.get(path, sha)}" for path, sha in changed]
        fresh = any(version not in self.versions for version in named)
        ground = [f"{call.partition(' ')[0]} {path}" for path in trace.files if path in self.files]
        new_ground = ok and any(place not in self.ground for place in ground)
        known_page = trace.page is not None and covers(self.pages, *trace.page)
        new_evidence = ok and result not in self.evidence and not known_page
        moved = fresh or new_evidence or new_ground
        after = self._with_files(changed, named)
        if ok:
            after = evolve(
                after,
                evidence=after.evidence.insert(result),
                ground=after.ground.update(ground),
                pages=shown(after.pages, *trace.page) if trace.page else after.pages,
            )
        if trace.waited and not moved and self.waits < MOST_WAITS:
            return evolve(after, waits=self.waits + 1, seen=NOTHING_SEEN, recent=())
        seen = NOTHING_SEEN if moved else self.seen
        last, times = seen.get(call) or ("", 0)
        earlier = () if fresh else self.recent
        reread = trace.page[0] if trace.page and known_page else self.reread
        rereads = 0 if moved else self.rereads if reread == self.reread else 0
        errors = 0 if moved else self.errors
        if trace.error:
            errors = errors + 1 if trace.error == self.error else 1
        return evolve(
            after,
            seen=seen.insert(call, (result, times + 1 if last == result else 1)),
            recent=(*earlier, f"{call}>{result}")[-RECENT:],
            idle=0 if moved else self.idle + 1,
            waits=0 if moved else self.waits,
            reread=reread,
            rereads=rereads + known_page,
            error=trace.error or ("" if moved else self.error),
            errors=errors,
            again=0 if moved else self.again + (self.compacted and result in self.evidence),
        )

    def _with_files(self, changed: tuple[tuple[str, str], ...], named: list[str]) -> Ledger:
        """With what is on the disk now; what was shown of these files is out of date."""
        if not changed:
            return self
        artefacts, pages = self.artefacts, self.pages
        for path, sha in changed:
            artefacts, pages = artefacts.insert(path, sha), pages.discard(path)
        return evolve(
            self,
            artefacts=artefacts,
            pages=pages,
            versions=self.versions.update(named),
            files=self.files.update(path for path, _ in changed),
        )

    def refused(self) -> Ledger:
        """The ladder's own veto is no result: it must not break up the pattern it was made for."""
        return evolve(self, idle=self.idle + 1)

    def checked(self, passing: frozenset[str]) -> Ledger:
        better = len(passing) > self.best
        return evolve(
            self,
            passing=passing,
            best=max(self.best, len(passing)),
            idle=0 if better else self.idle,
        )

    def cut_short(self, changed: tuple[tuple[str, str], ...]) -> Ledger:
        """A crash is no result: to look what came of the call, and to make it again, repeats
        nothing."""
        after = self._with_files(changed, [f"{path}:{sha}" for path, sha in changed])
        return evolve(after, seen=NOTHING_SEEN, recent=(), error="", errors=0)

    def shrunk(self) -> Ledger:
        """The view was compacted: to look again at what it no longer shows is no repetition."""
        return evolve(self, compacted=True, seen=NOTHING_SEEN, recent=())

    def repeats(self, call: str) -> int:
        """How often in a row, and with no progress meanwhile, this call gave the same result."""
        _, times = self.seen.get(call) or ("", 0)
        return times

    def cycle(self) -> tuple[int, int]:
        """(period, how many of the last calls came `period` calls after the same with the same
        result), for the period from 2 that explains most; (0, 0): none."""
        counted = {period: self._echoes(period) for period in range(2, LONGEST_CYCLE + 1)}
        period = max(counted, key=lambda period: counted[period])
        return (period, counted[period]) if counted[period] else (0, 0)

    def _echoes(self, period: int) -> int:
        newest = self.recent[::-1]
        pairs = zip(newest, newest[period:], strict=False)
        return next((n for n, (one, other) in enumerate(pairs) if one != other),
                    max(0, len(newest) - period))  # fmt: skip

    def ring(self, period: int) -> tuple[str, ...]:
        """Prints of the calls that the cycle is made of."""
        return tuple(dict.fromkeys(entry.partition(">")[0] for entry in self.recent[-period:]))


def covers(pages: HashTrieMap[str, Pages], name: str, first: int, last: int) -> bool:
    return any(low <= first and last <= high for low, high in pages.get(name) or ())


def shown(
    pages: HashTrieMap[str, Pages], name: str, first: int, last: int
) -> HashTrieMap[str, Pages]:
    ranges: list[tuple[int, int]] = []
    for low, high in sorted((*(pages.get(name) or ()), (first, last))):
        if ranges and low <= ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], max(high, ranges[-1][1]))
        else:
            ranges.append((low, high))
    return pages.insert(name, tuple(ranges))
