"""Which language a reader wants: what the header Accept-Language names first."""

import re
from typing import Annotated

from fastapi import Depends, Header


def language(accept_language: Annotated[str, Header(max_length=1_000)] = "") -> str:
    """As in `zh`; empty where the header names none."""
    named = re.match(r"[a-z]{2,3}\b", accept_language.strip().lower())
    return named[0] if named else ""


Language = Annotated[str, Depends(language)]
