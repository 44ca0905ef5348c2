"""Make room in the view: old turns shrink to a line, many at once, because each time costs the
prefix cache its tail.

Facts live in the state, so a compaction cannot lose them; but a view has only so much room. What
the next step needs is looked for in the view that would follow (`probe`). Where something is
missing, the context begins anew: a hand-off stands for all turns but the last, and has their room.
A bigger model makes several calls in one reply: what came of none of them is shortened unread while
there is room.
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
    specs,
    turn_tokens,
    view,
)
from selfstarter.core.events import Compacted
from selfstarter.core.fold import compacted
from selfstarter.core.hands import Hands
from selfstarter.core.state import State

LAST = 2 * RESULT
"""Share of the window that the last turn may take in a fresh context."""
REPLY, MOST_REPLY = 1 / 6, 4_000
"""The least room for the reply of a bigger model: a share of the window, and tokens at most."""
LONGER, MOST_LONGER = 2, 1 / 3
"""After a reply that was cut off: so many times what was said of it; at most that share."""
WORTH_IT = RESULT / 2
"""Share of the window that a compaction for the sake of the reply must win."""


async def compact(state: State, hands: Hands) -> AsyncIterator[Compacted]:
    usual = usually(state, hands)
    if not probe(compacted(state, usual), hands):
        yield usual
        return
    anew = fresh(state, hands)
    missing = probe(compacted(state, anew), hands)
    yield anew.model_copy(update={"missing": missing}) if missing else anew


def cramped(state: State, hands: Hands) -> bool:
    """Is too little of the window left for a reply, and would a compaction change that? What stands
    before the transcript takes room, too: tools, criteria, what was found at the start."""
    if hands.profile.protocol != "native" or state.pending or state.queued or state.unread:
        return False
    window, now = hands.model.facts.window, taken(state, hands)
    if now + for_reply(state, hands) <= window:
        return False
    return now - taken(compacted(state, usually(state, hands)), hands) > window * WORTH_IT


def for_reply(state: State, hands: Hands) -> int:
    """Tokens that the next reply should have."""
    window = hands.model.facts.window
    longer = min(LONGER * state.cut, hands.profile.answer_tokens, int(window * MOST_LONGER))
    return max(min(int(window * REPLY), MOST_REPLY), longer)


def taken(state: State, hands: Hands) -> int:
    """Tokens of the prompt for the next call of a bigger model, with its tools."""
    model, profile = hands.model, hands.profile
    shown = view(state, profile, model.count, model.facts.window)
    return tokens_of(shown, model.count, specs(hands.tools, profile, state))


def usually(state: State, hands: Hands) -> Compacted:
    """Of a bigger model, results that it has not read yet stay whole for as long as the window
    allows; turns that it has, only beside room for a reply and for another result."""
    window = hands.model.facts.window
    room = window * AFTER_COMPACTION
    if hands.profile.protocol != "native":
        return shorter(state, hands, room, window)
    beside = taken(compacted(state, shorter(state, hands, 0, window)), hands)
    left = window - beside - for_reply(state, hands)
    return shorter(state, hands, min(room, left - window * RESULT), window, max(room, left))


def fresh(state: State, hands: Hands) -> Compacted:
    """A hand-off stands for all turns but the last, and those that no model has read yet."""
    window, turns = hands.model.facts.window, state.turns
    room, first, unread = window * LAST, turns - 1, 0.0
    if hands.profile.protocol == "native":
        nothing = Compacted(keep_from=turns, drop_before=turns, fresh=True)
        left = window - taken(compacted(state, nothing), hands) - for_reply(state, hands)
        first, unread = min(first, state.queued_at), max(room, left)
    last = shorter(state, hands, room, window, unread)
    return Compacted(keep_from=max(last.keep_from, first), drop_before=turns, fresh=True)


def shorter(state: State, hands: Hands, room: float, window: int, unread: float = 0) -> Compacted:
    """The newest turns stay whole within `room` tokens, those before become lines. `unread`: the
    same for turns that no model has read yet, where it is more."""
    count = hands.model.count
    native = hands.profile.protocol == "native"
    keep_from = state.turns
    for turn in reversed(full_turns(state)):
        size = turn_tokens(turn, native, int(window * RESULT), count)
        room, unread = room - size, unread - size
        if room < 0 and (unread < 0 or turn.n <= state.queued_at):
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
