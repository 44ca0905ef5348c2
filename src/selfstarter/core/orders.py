"""Words in what was read that look like orders to an agent. Pure.

A hint for the person who reads the report, and no guard: it will miss some. The gate holds a model
that obeys any of them (`core/gate.py`).
"""

import re

TO_AN_AGENT = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.!\n]{0,30}\b(?:previous|prior|earlier|above|your)\b"
    r"[^.!\n]{0,30}\b(?:instructions?|goals?|tasks?|prompts?|rules|orders)\b"
    r"|\b(?:AI|LLM|language model|automated)\b[- ]?(?:assistants?|agents?|models?|systems?|bots?)?"
    r"\b[^.!\n]{0,60}\b(?:must|should|have to|need to|do not|are (?:now )?(?:required|instructed))"
    r"\b"
    r"|\b(?:note|notice|instructions?|message|attention)\b[^.!\n]{0,20}\b(?:to|for) (?:all |any )?"
    r"(?:AI|LLM|language model|automated)\b"
    r"|\b(?:do not|don't|never) (?:tell|inform|warn|alert)\b[^.!\n]{0,20}\b(?:user|person|human)\b",
    re.IGNORECASE,
)
READ, LONGEST = 50_000, 200
"""Characters of a text that are looked through, and of what is told of it."""


def order_in(text: str) -> str:
    """The first line, from where it looks like an order on, cut to LONGEST; empty: none does."""
    found = TO_AN_AGENT.search(text[:READ])
    if found is None:
        return ""
    line = text[found.start() :].partition("\n")[0].strip()
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"
