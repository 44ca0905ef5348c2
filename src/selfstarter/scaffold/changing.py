"""How a small model's reply begins that changes a file."""

import re
from collections.abc import Sequence

from selfstarter.asking.fenced import FENCE
from selfstarter.asking.view import full_turns
from selfstarter.core.contract import Check, FileChanged, TestsPass
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.goals.names import CODE
from selfstarter.goals.wanted_tables import TABLES
from selfstarter.scaffold.sorting import sorted_in_place
from selfstarter.texts.reading import NAMED_LINES, whole_text
from selfstarter.texts.words import ending

MOST_REWRITTEN = 2_400
"""Characters of a program that a small model writes anew in one reply."""
LONGEST_HEAD = 600
REPLACING = """from pathlib import Path

path = Path({path!r})
text = path.read_text()
# only what the task names is replaced: text = text.replace(old, new, 1); then path.write_text(text)
"""
MENDING = """from pathlib import Path

path = Path({path!r})
text = path.read_text()
# old: the wrong line of {path}; new: the same line made right; then
# path.write_text(text.replace(old, new, 1))
old = '''"""


def changing(checks: Sequence[Check], comments: str, state: State, hands: Hands) -> str:
    """How a file is changed: a short program by being written anew, any other text, and a program
    that fails its tests, by replacing what is to change. Left to itself, a small model does again
    what it saw done in an example; asked to write a wrong program right, it copies it."""
    paths = [check.path for check in checks if isinstance(check, FileChanged) and check.path]
    text = whole_text(paths[0], hands) if len(paths) == 1 else ""
    kind = ending(paths[0]) if text else ""
    if not text or f".{kind}" in TABLES:
        return FENCE
    if text.count("\n") > NAMED_LINES and not was_read(paths[0], state):
        return f"{FENCE}read {paths[0]}\n"
    if begun := sorted_in_place(state.goal, paths[0], text):
        return f"{FENCE}python\n{comments}{begun}"
    tested = any(isinstance(check, TestsPass) for check in checks)
    if kind in CODE and len(text) <= MOST_REWRITTEN and not tested:
        return f"{FENCE}file {paths[0]}\n{head_of(text)}"
    replacing = (MENDING if tested else REPLACING).format(path=paths[0])
    return f"{FENCE}python\n{comments}{replacing}"


def head_of(program: str) -> str:
    """All before the first definition: a small model begins with that, and its imports are lost."""
    head = re.split(r"^(?=@|def |class |async def )", program, maxsplit=1, flags=re.MULTILINE)[0]
    return head if head != program and len(head) <= LONGEST_HEAD else ""


def was_read(path: str, state: State) -> bool:
    return any(
        turn.call
        and turn.result
        and turn.call.tool == "read_file"
        and path in turn.call.args.values()
        for turn in full_turns(state)
    )
