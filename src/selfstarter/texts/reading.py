"""A file of the workspace, for who only looks: what cannot be read holds nothing."""

from selfstarter.core.decoding import DOCUMENTS, decoded, document_kind
from selfstarter.core.errors import ToolFailed
from selfstarter.core.hands import Hands
from selfstarter.texts.words import count_words, ending

HEAD = 64 << 10
WHOLE = 1 << 20
"""Bytes; of a larger file nothing is said."""
CHECKED = 16 << 20
"""Bytes; a larger file is not looked into."""
NAMED_LINES = 25
"""Of a file that the goal names, shown without being asked for."""
PROSE, PROSE_WORDS = ("txt", "md", "rst", "text"), 5
"""Kinds of texts, and how many words a line has on average where it is no list."""


def text_of(path: str, hands: Hands, most: int = HEAD) -> str:
    """Its beginning, so many bytes at most; empty: there is none."""
    try:
        return decoded(hands.files.read(path, most))[0]
    except ToolFailed:
        return ""


def whole(path: str, hands: Hands) -> bytes | None:
    """None: there is none, or it is larger than `WHOLE`."""
    try:
        data = hands.files.read(path, WHOLE + 1)
    except ToolFailed:
        return None
    return data if len(data) <= WHOLE else None


def whole_text(path: str, hands: Hands) -> str:
    """As the programs that are written here read it, as UTF-8. Empty where `whole` is none."""
    return (whole(path, hands) or b"").decode("utf-8", "replace")


def text_to_check(path: str, hands: Hands) -> str:
    """All of it; of a document what it says. Raises ToolFailed: there is none, or it is larger than
    `CHECKED`."""
    if ending(path) in DOCUMENTS and document_kind(ending(path), hands.files.read(path, 16)):
        return hands.sources.text(path)
    data = hands.files.read(path, CHECKED + 1)
    if len(data) > CHECKED:
        raise ToolFailed(f"{path} is too large to check: it has more than {CHECKED >> 20} MB.")
    return decoded(data)[0]


def is_prose(path: str, hands: Hands) -> bool:
    """Is it a text of sentences, to be read and not to be searched?"""
    if ending(path) not in PROSE:
        return False
    lines = [line for line in whole_text(path, hands).splitlines() if line.strip()]
    return sum(map(count_words, lines)) >= PROSE_WORDS * len(lines) > 0
