"""What a call that came back leaves for the ledger: the files it names, the lines it showed, the
kind of its failure, the time it let pass. Pure."""

import re
from typing import Any

from selfstarter.core.events import CallReturned
from selfstarter.core.ledger import VOLATILE, Trace

PATH = re.compile(r"[\w./-]+")
PAGE = re.compile(r"\[(?P<name>.+): lines (?P<first>[\d,]+)-(?P<last>[\d,]+) of ")
"""How `tools/reading.page` begins."""
WAITS = re.compile(r"\b(sleep|wait)\b")
WAIT_S = 1.0
"""A call that speaks of waiting and took at least as long has waited."""
STATUS_LINE = re.compile(r"\[(exit status|stopped)\b.*\]")
VARYING = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`\n]*`|\S*[/\\]\S*|\b[\w-]+\.\w{1,5}\b|\d+")
"""What the same failure says differently of other arguments: quotes, paths, files, numbers."""
TRANSIENT = re.compile(
    r"timed? ?out|temporar|try again|connection (refused|reset|aborted)|rate.?limit"
    r"|too many requests|unavailable|resource busy|database is locked|\b(429|502|503|504)\b",
    re.IGNORECASE,
)
LONGEST = 4_000
"""Characters of the arguments that are looked at."""
LONGEST_LINE = 1_000


def trace_of(args: dict[str, Any], returned: CallReturned) -> Trace:
    said = " ".join(str(value) for value in args.values())[:LONGEST]
    ok = returned.status in ("ok", "empty")
    return Trace(
        files=tuple(dict.fromkeys(word.removeprefix("./") for word in PATH.findall(said))),
        page=page_of(returned.output) if ok else None,
        error="" if ok else error_of(args, returned),
        waited=ok and returned.duration_s >= WAIT_S and bool(WAITS.search(said)),
    )


def page_of(output: str) -> tuple[str, int, int] | None:
    found = PAGE.match(output)
    if found is None:
        return None
    first, last = (int(found[part].replace(",", "")) for part in ("first", "last"))
    return found["name"].removeprefix("./"), first, last


def error_of(args: dict[str, Any], returned: CallReturned) -> str:
    """The last line of the failure, without what changes with the arguments."""
    text = f"{returned.error} {last_line(returned.output)}"
    for value in args.values():
        if isinstance(value, str) and 2 < len(value) < 200:
            text = text.replace(value, "~")
    return " ".join(VARYING.sub("~", VOLATILE.sub("~", text)).lower().split())[:200]


def last_line(output: str) -> str:
    lines = (line.strip() for line in reversed(output.splitlines()))
    said = next((line for line in lines if line and not STATUS_LINE.fullmatch(line)), "")
    return said[:LONGEST_LINE]  # `VARYING` takes the square of its length


def transient(returned: CallReturned) -> bool:
    """Is the failure of a kind that the same call, a little later, may well not meet?"""
    if returned.status in ("ok", "empty", "denied"):
        return False
    said = f"{returned.error} {last_line(returned.output)}"
    return returned.status == "transient" or bool(TRANSIENT.search(said))
