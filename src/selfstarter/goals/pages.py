"""Pages of the web that a goal names or wants found. Pure."""

import re

ADDRESS = re.compile(r"https?://[^\s<>\"'`)\]]+")
SEARCHES = re.compile(
    r"\b(search|look up|look for|find|browse|google)\b[^.\n]{0,80}\b(web|internet|online)\b"
    r"|\b(web|internet|online) (search|research)\b",
    re.IGNORECASE,
)
