"""What is there and holds nothing: placeholders for a text, a table without rows, an answer with a
program's word for nothing. Pure."""

import csv
import io
import re

from selfstarter.texts.words import count_words, ending

PLACEHOLDER = re.compile(
    r"\b(TODO|TBD|FIXME|TKTK)\b|\b(?i:lorem ipsum|placeholder|coming soon"
    r"|(to|will) be (written|added|filled|completed|determined|implemented))\b"
    r"|[\[<](?i:insert|your|add|fill)\b[^\]>\n]*[\]>]"
)
WANTED = re.compile(r"\b(to-?dos?|tasks?|template|placeholders?|lorem|stubs?)\b", re.IGNORECASE)
"""A goal that speaks of them may well want them."""
WRITTEN = ("md", "txt", "rst", "html", "htm", "tex", "py", "js", "ts", "sh")
SOLID_WORDS = 20
"""So many other words for each line with a placeholder, and the text is taken for one."""
NOTHING = re.compile(r"\b(?:None|nan|NaN|NaT|null|undefined)\b")
"""What programs print where they found nothing."""
QUOTED = re.compile(r"`[^`\n]*`")
NONE_THERE = re.compile(r"\b(no|none|nothing|empty|zero|0|without)\b", re.IGNORECASE)


def placeholder(path: str, text: str, goal: str) -> str:
    """The line that stands where the text should; empty: this is a text, or no text is due."""
    if ending(path) not in WRITTEN or WANTED.search(goal):
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    hollow = [line for line in lines if PLACEHOLDER.search(line)]
    solid = [line for line in lines if line not in hollow and not line.startswith("#")]
    words = sum(map(count_words, solid))
    return hollow[0][:120] if hollow and words < SOLID_WORDS * len(hollow) else ""


def only_head(text: str, account: str) -> bool:
    """Is it a table of names without a row, and does nobody say that there are none?"""
    try:
        rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    except csv.Error:
        return False
    return len(rows) == 1 and not NONE_THERE.search(account)


def word_for_nothing(answer: str, *held: str) -> str:
    """The first that stands where a value belongs. What is `held`, the goal or the files, may have
    its own word back."""
    known = set(NOTHING.findall(" ".join(held)))
    return next((word for word in NOTHING.findall(answer) if word not in known), "")
