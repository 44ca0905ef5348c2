"""Pages of the web that the run has read."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence

from selfstarter.core.errors import ToolFailed
from selfstarter.core.hands import Hands
from selfstarter.core.state import State

SHARE = 4
"""A main text that is a smaller part of what is shown besides is not looked for."""


def pages_read(state: State, hands: Hands) -> Mapping[str, str]:
    """Of each page that was read in the turns that are still shown, the whole text, by its
    address."""
    read = (
        (turn.call, turn.result)
        for turn in state.transcript
        if turn.call and turn.result and turn.result.status == "ok"
    )
    pages = [(str(call.args["url"]), result.output) for call, result in read
             if call.tool == "read_page"]  # fmt: skip
    return {url: captured(url, hands) or shown for url, shown in pages}


def captured(url: str, hands: Hands) -> str:
    try:
        return hands.captures.text(url) if hands.captures else ""
    except ToolFailed:
        return ""


def once(text: str) -> str:
    """A kept page is its title and address, its main text, and then all that can be seen of it.
    Where that holds every word of the main text in the same order, it is enough."""
    head, _, body = text.partition("\n\n")
    parts = body.split("\n\n")
    words = [re.findall(r"\w+", part) for part in parts]
    # What is said again is the longest beginning for which that is so: the more, the less is left.
    ends = range(1, len(parts) + 1)
    end = bisect_left(ends, True, key=lambda n: not within(words[:n], words[n:]))
    said, rest = sum(map(len, words[:end])), sum(map(len, words[end:]))
    return "\n\n".join((head, *parts[end:])) if said * SHARE >= rest > 0 else text


def within(some: Sequence[Sequence[str]], others: Sequence[Sequence[str]]) -> bool:
    """Are all their words among the others, in that order?"""
    left = (word for part in others for word in part)
    return all(word in left for part in some for word in part)
