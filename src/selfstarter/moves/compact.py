"""Make room in the view: old turns shrink to a line, many at once, because each time costs the
prefix cache its tail.

Facts live in the state, so a compaction cannot lose them; but a view has only so much room. What
the next step needs is looked for in the view that would follow (`probe`). Where something is
missing, the context begins anew: a hand-off stands for all turns but the last, and has their room.
"""

from collections.abc import AsyncIterator

from selfstarter.asking.ask import tokens_of
from selfstarter.asking.probe import probe
from selfstarter.asking.view import (
    AFTER_COMPACTION,
    ONE_LINED,
    ONE_LINERS,
    RESULT,
    full_turns,
    one_line,
    turn_messages,
)
from selfstarter.core.events import Compacted
from selfstarter.core.fold import compacted
from selfstarter.core.hands import Hands
from selfstarter.core.state import State

LAST = 2 * RESULT
"""Share of the window that the last turn may take in a fresh context."""


async def compact(state: State, hands: Hands) -> AsyncIterator[Compacted]:
    window = hands.model.facts.window
    usual = shorter(state, hands, AFTER_COMPACTION, window)
    if not probe(compacted(state, usual), hands):
        yield usual
        return
    last = shorter(state, hands, LAST, window)
    anew = Compacted(
        keep_from=max(last.keep_from, state.turns - 1), drop_before=state.turns, fresh=True
    )
    missing = probe(compacted(state, anew), hands)
    yield anew.model_copy(update={"missing": missing}) if missing else anew


def shorter(state: State, hands: Hands, share: float, window: int) -> Compacted:
    """The newest turns stay whole within `share` of the window, those before become lines."""
    count = hands.model.count
    native = hands.profile.protocol == "native"
    room = window * share
    keep_from = state.turns
    for turn in reversed(full_turns(state)):
        room -= tokens_of(turn_messages(turn, native, int(window * RESULT), count), count)
        if room < 0:
            break
        keep_from = turn.n - 1
    drop_before, room = keep_from, window * ONE_LINED
    for turn in state.transcript:
        if turn.n > keep_from:
            continue
        room -= count(one_line(turn, native)) + 1
        if room < 0 or keep_from - turn.n >= ONE_LINERS:
            break
        drop_before = turn.n - 1
    return Compacted(keep_from=keep_from, drop_before=drop_before)
