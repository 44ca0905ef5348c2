"""How files were that lay in the workspace before the run began, for who judges what became of
them."""

from collections.abc import Iterable, Mapping
from difflib import unified_diff

from selfstarter.core.decoding import DOCUMENTS, binary_kind, decoded
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.texts.words import ending

MOST_LINES = 5_000
"""Of two texts that are compared line by line."""
DIFFERENCE, WHOLE = " (what changed: - before, + now)", " (all of it, as it was before)"
GONE = " (no longer there; all of it, as it was)"
EMPTY = "It was empty."
NO_TEXT = "What it held before is no text that could be shown, or was not kept."


def changed_since(state: State) -> Mapping[str, str]:
    """Path -> sha256 at the start, of the files that the run has changed or removed; of those that
    it only moved, none."""
    left, moved = state.ledger.artefacts, {*state.moved.values()}
    return {
        path: state.found[path]
        for path in sorted(left)
        if path in state.found and path not in moved
    }


def ways_back(changed: Iterable[tuple[str, str]], state: State, hands: Hands) -> Mapping[str, str]:
    """Given with (path, text now), empty where there is none: title -> what changed in each of
    these, or all that it held, where that is shorter."""
    told = dict[str, str]()
    for path, now in changed:
        was = text_before(path, state.found[path], hands)
        diff = difference(was, now) if now else ""
        if 0 < len(diff) < len(was):
            told[path + DIFFERENCE] = diff
        else:
            told[path + (WHOLE if state.ledger.artefacts[path] else GONE)] = was
    return told


def text_before(path: str, sha: str, hands: Hands) -> str:
    """As it read, or why that cannot be said."""
    data = hands.kept(sha) if hands.kept else None
    if data is None or binary_kind(data) or ending(path) in DOCUMENTS:
        return NO_TEXT
    return decoded(data)[0] if data.strip() else EMPTY


def difference(was: str, now: str) -> str:
    """Unified, without the names; empty: they are too long to be compared."""
    old, new = was.splitlines(), now.splitlines()
    if len(old) + len(new) > MOST_LINES:
        return ""
    return "\n".join([*unified_diff(old, new, lineterm="")][2:])
