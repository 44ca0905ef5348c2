"""Which records a run was shown, and which file an answer came from. Pure."""

import re

from selfstarter.core.state import State

NAMED = re.compile(r"^\[(?P<id>[\w.-]{1,80}:[\w.]{1,20})\]", re.MULTILINE)
"""How the `recall` tool names a record at the beginning of its line."""


def named_in(output: str) -> list[str]:
    """Ids, in the order in which they were shown."""
    return [found["id"] for found in NAMED.finditer(output)]


def asked_for(state: State) -> str:
    """The one file or page that was read; empty where it was none or several."""
    read: set[str] = set()
    for turn in state.transcript:
        if turn.call and turn.result and turn.result.status == "ok":
            read |= {source.url for source in turn.result.sources}
            if turn.call.tool == "read_file":
                read.add(str(turn.call.args.get("path", "")))
    return read.pop() if len(read) == 1 else ""
