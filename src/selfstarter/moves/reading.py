"""A file of the workspace, for who only looks: what cannot be read holds nothing."""

from selfstarter.core.errors import ToolFailed
from selfstarter.core.hands import Hands

HEAD = 64 << 10
WHOLE = 1 << 20
"""Bytes; of a larger file nothing is said."""


def text_of(path: str, hands: Hands) -> str:
    """Its beginning, `HEAD` at most; empty: there is none."""
    try:
        return hands.files.read(path, HEAD).decode("utf-8", "replace")
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
    """Empty where `whole` is none."""
    return (whole(path, hands) or b"").decode("utf-8", "replace")
