"""What two answers with the same meaning have in common. Pure."""

import re

from selfstarter.texts.words import COMMON, numbers_in, plain, words_of

TOKEN = re.compile(r"[\w@/][\w@/.,:+-]*")


def said(answer: str, goal: str) -> str:
    """What an answer says that another with the same meaning must say too, in the order of the
    alphabet: yes or no, else its numbers and names that are not the goal's own."""
    first = next(iter(words_of(answer)), "")
    if first in ("yes", "no"):
        return first
    own = {*words_of(goal), *COMMON, *map(plain, numbers_in(goal))}
    tokens = (token.rstrip(".:,") for token in TOKEN.findall(answer))
    kept = {
        plain(token.replace(",", "")) if token[0].isdigit() else token.casefold()
        for token in tokens
        if any(c.isdigit() or c.isupper() for c in token[:1]) or "/" in token or "@" in token
    }
    return " ".join(sorted(kept - own))
