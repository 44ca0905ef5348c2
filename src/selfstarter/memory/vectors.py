"""Vectors as they are kept, and what an index over them can be asked.

Vectors are kept as whole numbers from -127 to 127, each scaled by its own largest; the cosine does
not see the scale.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from selfstarter.memory.embed import Vectors

Bytes = NDArray[np.int8]
Progress = Callable[[int, int], None]
"""Told how many are done, of how many."""


def packed(vectors: Vectors) -> Bytes:
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    return np.rint(vectors * (127 / np.where(largest > 0, largest, 1))).astype(np.int8)


def unpacked(vectors: Bytes) -> Vectors:
    """At length 1."""
    wide = vectors.astype(np.float32)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    return np.asarray(wide / np.where(lengths > 0, lengths, 1), np.float32)


def unpacked_all(vectors: Sequence[bytes], dimension: int) -> Vectors:
    return unpacked(np.frombuffer(b"".join(vectors), np.int8).reshape(len(vectors), dimension))


class Nearest(ABC):
    """The vectors of one model that the database holds. The table `memory_vector` is the truth;
    whatever is derived from it is made anew by itself when it is missing or does not fit."""

    model: int
    dimension: int

    @abstractmethod
    def prepare(self) -> None:
        """Before `search`, inside a transaction: take in what others have written since, and see to
        it that what is derived keeps up."""

    @abstractmethod
    def search(self, vector: Vectors, count: int) -> list[int]:
        """Keys of about the nearest `count`, in no order; fewer only where there are no more."""

    @abstractmethod
    def health(self) -> tuple[int, int]:
        """How many vectors the index holds, and how many of them in the derived graph."""

    @abstractmethod
    def build(self, threads: int = 1, progress: Progress | None = None) -> bool:
        """Make or extend the graph now. False: another process is at it."""

    @abstractmethod
    def give_up(self) -> None:
        """Inside the transaction that forgets: let go of what cannot forget by itself."""

    @abstractmethod
    def close(self) -> None:
        """A graph that is being made is left; the next process begins it anew."""
