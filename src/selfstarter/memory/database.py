"""What the memory asks of the database that it lies in: all that SQLite and Postgres do each in
their own way. What is asked in the same words of both stands in store.py and candidates.py."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from selfstarter.memory.features import Store
from selfstarter.memory.vectors import Nearest
from selfstarter.memory.wanted import LookedUp, Wanted

Value = str | int | float | bytes


@dataclass(frozen=True, slots=True)
class Form:
    """How a vector of whole numbers stands in the table `memory_vector v`."""

    read: str
    """SQL that gives it."""
    numbers: str
    """SQL for how many numbers it has."""
    put: Callable[[bytes], Value]
    """A byte for each number -> what is written."""
    taken: Callable[[bytes], bytes]
    """What `read` gives -> a byte for each number."""


BYTES = Form("v.vector", "length(v.vector)", bytes, bytes)


class Database(ABC):
    """One connection, for any thread. Where a database fails, whatever is asked raises MemoryDown.

    `?` in `sql` stands for a value. Keys of records are never used twice, nor are the places of
    vectors; both grow in the order in which they were committed.
    """

    AMONG: ClassVar[str]
    """A condition on a key: it stands in a list that is given as JSON."""
    form: Form = BYTES
    advice: str = ""
    """What an administrator could do for a better memory; empty: nothing."""

    @abstractmethod
    def rows(self, sql: str, *values: Value) -> list[Any]: ...

    @abstractmethod
    def many(self, sql: str, values: Sequence[tuple[Value, ...]]) -> None:
        """The same for each."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[None]:
        """One transaction, durable at its end; nothing of it where it fails. Of all processes one
        writes at a time, and the others wait for it."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[None]:
        """All that is asked inside sees the database as it was at one moment."""

    @abstractmethod
    def alone(self, work: str) -> AbstractContextManager[bool]:
        """True: no other process does this work until the end. False: another is at it."""

    @abstractmethod
    def another(self) -> "Database":
        """A second connection, for a thread behind."""

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def nearest(self, model: int, dimension: int) -> Nearest:
        """The index over the vectors of a model."""

    @abstractmethod
    def put_words(self, key: int, text: str) -> None:
        """Into the word index, with the record; inside a transaction."""

    @abstractmethod
    def holding(self, stem: str) -> int:
        """How many records hold it."""

    @abstractmethod
    def by_words(self, asked: LookedUp, store: Store, wanted: Wanted, count: int) -> set[int]:
        """Keys of the best `count` by their words, about as BM25 has it."""

    @abstractmethod
    def forgotten(self) -> None:
        """After what a person forgets was deleted: it must not stay readable anywhere."""

    @abstractmethod
    def problems(self) -> list[str]:
        """Of the database itself, and of its word index. Inside a transaction."""

    @abstractmethod
    def backup(self, to: Path) -> None:
        """A copy of all of it, while others write. Raises BadSetting."""

    def one(self, sql: str, *values: Value) -> Any:
        """The first column of the first row."""
        return self.rows(sql, *values)[0][0]

    def meta(self, name: str) -> int:
        found = self.rows("SELECT value FROM memory_meta WHERE name = ?", name)
        return found[0][0] if found else 0

    def set_meta(self, name: str, value: int) -> None:
        sql = """
            INSERT INTO memory_meta(name, value) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """
        self.rows(sql, name, value)
