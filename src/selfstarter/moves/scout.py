"""The first look: what lies in the workspace, so that no model has to ask for it."""

from collections.abc import AsyncIterator

from selfstarter.core.errors import ToolFailed
from selfstarter.core.events import WorkspaceScouted
from selfstarter.core.hands import Hands
from selfstarter.core.state import State

NAMES = 60
HEADS = 14
"""Files whose first lines are shown."""
LINES = 4
NAMED_LINES = 25
"""Of a file that the goal names."""
LINE = 160


async def scout(state: State, hands: Hands) -> AsyncIterator[WorkspaceScouted]:
    stamps = hands.files.stamps()
    listed = [f"{name} ({size:,} bytes)" for name, (size, _) in list(stamps.items())[:NAMES]]
    if len(stamps) > NAMES:
        listed.append(f"… and {len(stamps) - NAMES} more")
    named = [name for name in stamps if name in state.goal or name.rpartition("/")[2] in state.goal]
    first = named + [name for name in stamps if name not in named]
    heads = [
        head
        for name in first[:HEADS]
        if (head := head_of(hands, name, NAMED_LINES if name in named else LINES))
    ]
    yield WorkspaceScouted(
        listing="\n".join(listed) or "(the folder is empty)",
        heads="\n\n".join(heads),
        digests=tuple((name, hands.files.digest(name)) for name in stamps),
    )


def head_of(hands: Hands, name: str, lines: int) -> str:
    """The first lines of a text file with its name on top; empty for anything else."""
    try:
        text = hands.files.read(name, 64 << 10).decode("utf-8")
    except (ToolFailed, UnicodeDecodeError):
        return ""
    kept = [line[:LINE] for line in text.splitlines()]
    if not any(line.strip() for line in kept):
        return ""
    more = f"\n… ({len(kept):,} lines)" if len(kept) > lines else ""
    return f"== {name}\n" + "\n".join(kept[:lines]) + more
