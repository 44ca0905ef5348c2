"""How many decimals a goal wants. Pure."""

import re

WRITTEN = {"no": 0, "one": 1, "two": 2, "three": 3, "four": 4}
DECIMALS = re.compile(
    rf"\b(?P<count>{'|'.join(WRITTEN)}|\d) decimals?\b|\b(?:nearest|whole) (?:whole )?number\b",
    re.IGNORECASE,
)


def decimals(goal: str) -> int | None:
    """How many the goal wants: `round to one decimal`; None: it does not say."""
    found = DECIMALS.search(goal)
    if found is None:
        return None
    count = (found["count"] or "no").lower()
    return WRITTEN[count] if count in WRITTEN else int(count)
