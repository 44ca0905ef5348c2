"""Make room in the view: old turns shrink to a line, many at once, because each time costs the
prefix cache its tail. Nothing is lost: goal, contract, plan and dead ends live in the state."""

from collections.abc import AsyncIterator

from selfstarter.core.events import Compacted
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.moves.ask import tokens_of
from selfstarter.moves.view import (
    AFTER_COMPACTION,
    ONE_LINERS,
    RESULT,
    full_turns,
    turn_messages,
)


async def compact(state: State, hands: Hands) -> AsyncIterator[Compacted]:
    window, count = hands.model.facts.window, hands.model.count
    native = hands.profile.protocol == "native"
    room = window * AFTER_COMPACTION
    keep_from = state.turns
    for turn in reversed(full_turns(state)):
        room -= tokens_of(turn_messages(turn, native, int(window * RESULT), count), count)
        if room < 0:
            break
        keep_from = turn.n - 1
    yield Compacted(keep_from=keep_from, drop_before=max(0, keep_from - ONE_LINERS))
