"""A list inside a text that is to be put in order: the harness finds its entries, the model says by
what. Left alone, it replaces words, or writes the list anew from memory. Pure."""

import re

from selfstarter.texts.words import ending

SORTS = re.compile(r"\b(?:sort|order|re-?order|arrange|alphabeti[sz]e)\b", re.IGNORECASE)
BULLETS = ("- ", "* ", "+ ")
FEWEST = 2
LIKE = 80
"""Characters of an entry that are shown."""
SORTED = """from pathlib import Path

path = Path({path!r})
lines = path.read_text().splitlines()
at = [n for n, line in enumerate(lines) if line.startswith({bullet!r})]  # the places of the entries
entries = [lines[n] for n in at]  # {count}, the first is {like!r}
# entries are put in order, entries.sort(key=...), and back:
# for n, entry in zip(at, entries): lines[n] = entry
# path.write_text("\\n".join(lines) + "\\n")
"""


def sorted_in_place(goal: str, path: str, text: str) -> str:
    """The beginning of such a program; empty: the goal wants nothing put in order, or there is no
    list in the text."""
    if not SORTS.search(goal) or ending(path) not in ("md", "txt"):
        return ""
    found = {bullet: [line for line in text.splitlines() if line.startswith(bullet)]
             for bullet in BULLETS}  # fmt: skip
    bullet, entries = max(found.items(), key=lambda one: len(one[1]))
    if len(entries) < FEWEST:
        return ""
    return SORTED.format(path=path, bullet=bullet, count=len(entries), like=entries[0][:LIKE])
