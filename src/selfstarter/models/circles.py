"""Text that goes in circles: a small model that has said the same few times says it to the last
token that it may use, which takes minutes and brings nothing."""

TIMES = 6
SHORTEST = 240
"""Characters that must repeat what stands before them."""
LONGEST = 400
"""Characters of what is repeated."""
PROBE = 12


def period(text: str) -> int:
    """How long the piece is that the text ends with, over and over; 0: it does not."""
    tail = text[-max(SHORTEST, LONGEST * TIMES) :]
    probe = tail[-PROBE:]
    at = tail.rfind(probe, 0, len(tail) - 1)
    while at >= 0:
        found = len(tail) - len(probe) - at
        span = max(found * TIMES, SHORTEST)
        if span > len(tail):
            return 0
        if tail[-span:-found] == tail[-span + found :]:
            return found
        at = tail.rfind(probe, 0, at + len(probe) - 1)
    return 0


def once(text: str) -> str:
    """With the piece that it ends with only once."""
    found = period(text)
    while found and text.endswith(text[-found:] * 2):
        text = text[:-found]
    return text
