"""Progress, measured: what a run has really changed, and what it only repeats."""

from __future__ import annotations  # rpds types are generic to the checker only

import hashlib
import json
import re
from dataclasses import dataclass, replace
from typing import Any

from rpds import HashTrieMap, HashTrieSet

VOLATILE = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?"  # timestamps
    r"|0x[0-9a-f]{6,}|\b[0-9a-f]{12,}\b"  # addresses, ids
    r"|/tmp/\S+|\b\d+(?:\.\d+)? ?m?s\b",  # temporary paths, durations
    re.IGNORECASE,
)

NOTHING_SEEN: HashTrieMap[str, tuple[str, int]] = HashTrieMap()


def print_of(text: str) -> str:
    """A short digest of `text` without its volatile parts: two results with one print are equal."""
    return hashlib.sha256(VOLATILE.sub("~", text).encode()).hexdigest()[:16]


def call_print(tool: str, args: dict[str, Any]) -> str:
    return print_of(tool + json.dumps(args, sort_keys=True, default=str))


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts only what changed: artefacts, evidence, criteria, tasks. Never words."""

    artefacts: HashTrieMap[str, str] = HashTrieMap()
    """Workspace path -> sha256, of files that changed in this run."""
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

    def progressed(self) -> Ledger:
        return replace(self, idle=0)

    def returned(
        self, call: str, result: str, ok: bool, changed: tuple[tuple[str, str], ...]
    ) -> Ledger:
        """A call came back. O(1) in the length of the run."""
        fresh = tuple(v for v in changed if f"{v[0]}:{v[1]}" not in self.versions)
        artefacts, versions = self.artefacts, self.versions
        for path, sha in changed:
            artefacts = artefacts.insert(path, sha)
            versions = versions.insert(f"{path}:{sha}")
        new_evidence = ok and result not in self.evidence
        moved = bool(fresh) or new_evidence
        seen = NOTHING_SEEN if moved else self.seen
        last, times = seen.get(call) or ("", 0)
        return replace(
            self,
            artefacts=artefacts,
            versions=versions,
            evidence=self.evidence.insert(result) if new_evidence else self.evidence,
            seen=seen.insert(call, (result, times + 1 if last == result else 1)),
            idle=0 if moved else self.idle + 1,
        )

    def checked(self, passing: frozenset[str]) -> Ledger:
        better = len(passing) > self.best
        return replace(
            self,
            passing=passing,
            best=max(self.best, len(passing)),
            idle=0 if better else self.idle,
        )

    def repeats(self, call: str) -> int:
        """How often in a row, and with no progress meanwhile, this call gave the same result."""
        _, times = self.seen.get(call) or ("", 0)
        return times
