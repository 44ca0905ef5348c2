"""Which records a question may be answered with, and by which of its words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from selfstarter.core.ports import MemoryKind
from selfstarter.memory.words import Word

SPARE = 30
"""Asked for on top, as some of the found may be filtered out."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records a question may be answered with."""

    kinds: tuple[MemoryKind, ...] = ()
    trusted_only: bool = False
    not_run: str = ""

    def sql(self, history: bool = False) -> tuple[str, list[str]]:
        """A condition on `memory m`, and its values."""
        parts, values = ["1 = 1"] if history else ["m.superseded_by = ''"], list[str]()
        if self.kinds:
            parts.append(f"m.kind IN ({marks(len(self.kinds))})")
            values += self.kinds
        if self.trusted_only:
            parts.append("m.trusted = 1")
        if self.not_run:
            parts.append("m.run_id != ?")
            values.append(self.not_run)
        return " AND ".join(parts), values


@dataclass(frozen=True, slots=True)
class LookedUp:
    """Any of the rarer words of a question, or two of the more common ones. What stands in very
    many records is not scored for its own sake: it costs most and tells least."""

    rare: Sequence[Word] = ()
    pairs: Sequence[tuple[Word, Word]] = ()


def marks(count: int) -> str:
    return ",".join("?" * count)
