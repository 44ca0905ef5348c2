"""A history and what may be asked about it: the form of every set, ours and those of others."""

from dataclasses import dataclass

from selfstarter.core.ports import MemoryRecord


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    kind: str
    evidence: frozenset[str]
    """Ids of the records that hold the answer; never empty."""


@dataclass(frozen=True, slots=True)
class History:
    name: str
    records: tuple[MemoryRecord, ...]
    questions: tuple[Question, ...]
