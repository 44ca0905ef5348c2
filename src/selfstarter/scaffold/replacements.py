"""One text that is to be replaced in many files: the harness names those in which it is meant. A
small model takes all there are, or forgets some."""

from selfstarter.core.contract import Replaced
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.texts.reading import whole_text

MOST = 40
"""Files that are named one by one."""
IN_EACH = """from pathlib import Path

paths = {paths!r}  # all files in which {old!r} is meant, and no other
for path in map(Path, paths):
    text = path.read_text()
"""


def replacements(state: State, hands: Hands) -> str:
    """The beginning of such a program; empty: no such thing is wanted, or in too many files."""
    checks = (criterion.check for criterion in state.criteria)
    wanted = next((check for check in checks if isinstance(check, Replaced)), None)
    if wanted is None:
        return ""
    paths = [path for path, _ in wanted.files if wanted.old in whole_text(path, hands)]
    return IN_EACH.format(paths=paths, old=wanted.old) if 0 < len(paths) <= MOST else ""
