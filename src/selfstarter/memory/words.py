"""Texts as every word index sees them: SQLite's tokenizer and stemmer, stop words left out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from selfstarter.core.content import STOP

TOKENIZER = ("porter", "unicode61")
LONGEST = 20_000
"""Characters of a text that are read."""
PIECE = re.compile(r"[a-z0-9]+")
KNOWN = 100_000
"""Words whose stems are kept."""


@dataclass(frozen=True, slots=True)
class Word:
    stem: str
    raw: str
    """As it stands in the text, in small letters."""


class Known(dict[str, Word | None]):
    """Each piece of a text and its word; one that is new is read first. None: a stop word."""

    def __init__(self, read: Callable[[str], Sequence[Word]]) -> None:
        self._read = read

    def __missing__(self, piece: str) -> Word | None:
        self[piece] = word = next(iter(self._read(piece)), None)
        return word


class Reader:
    """Splits texts with the tokenizer that the index was made with, and keeps what it said. For one
    thread at a time."""

    def __init__(self) -> None:
        name, inner = TOKENIZER
        arguments: list[str] = [inner]
        db = apsw.Connection(":memory:")
        self._tokenizer: Any = db.fts5_tokenizer(name, arguments)  # pyright: ignore[reportUnknownMemberType]
        self._known = Known(self._read)

    def words(self, text: str) -> tuple[Word, ...]:
        """In their order, stop words left out."""
        text = text[:LONGEST].lower()
        if not text.isascii():  # marks that belong to letters: only the tokenizer knows them
            return self._read(text)
        if len(self._known) > KNOWN:
            self._known.clear()
        return tuple(filter(None, map(self._known.__getitem__, PIECE.findall(text))))

    def length(self, text: str) -> int:
        """How many words it has, stop words too."""
        text = text[:LONGEST].lower()
        return len(PIECE.findall(text)) if text.isascii() else len(self._split(text.encode()))

    def _read(self, text: str) -> tuple[Word, ...]:
        data = text.encode()
        read = ((data[start:end].decode(), stem) for start, end, stem in self._split(data))
        return tuple(Word(stem, raw) for raw, stem in read if raw not in STOP)

    def _split(self, data: bytes) -> list[Any]:
        """(where it begins, where it ends, its stem) of each word."""
        return self._tokenizer(data, apsw.FTS5_TOKENIZE_DOCUMENT, None, include_colocated=False)
