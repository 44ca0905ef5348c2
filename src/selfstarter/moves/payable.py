"""What the next call is shown, as long as the limits of the run pay it.

A window bounds one call, a budget all that are still to come. Where it pays none of the usual size
with an answer in which something can be handed in, the view is made as for a smaller window: better
a prompt with less of what was read than an end with nothing written. A small model is not told.
"""

from collections.abc import Sequence

from selfstarter.asking.ask import SMALLEST_ANSWER, Room, room_for, tokens_of
from selfstarter.asking.view import TRANSCRIPT, crowded, view
from selfstarter.core.budget import warning_due
from selfstarter.core.events import BudgetWarned
from selfstarter.core.evolve import evolve
from selfstarter.core.fold import compacted
from selfstarter.core.hands import Hands
from selfstarter.core.ports import Facts, Message, ToolSpec
from selfstarter.core.state import State
from selfstarter.moves.budget import warning
from selfstarter.moves.compact import shorter

ANSWER = 2_000
"""Tokens: a result of a page or two, and the call that hands it in."""
SMALLER, SMALLEST = 0.8, 2_048
"""One window as a share of the one before, and of the last the most tokens."""


def shown_next(
    state: State, hands: Hands, tools: Sequence[ToolSpec]
) -> list[Message] | BudgetWarned:
    """The messages; before those that are the first to tell of a limit, that it comes near."""
    profile, model = hands.profile, hands.model
    window = model.facts.window
    messages = view(state, profile, model.count, window)
    if not profile.rules.calls_ahead:
        return messages
    prompt = tokens_of(messages, model.count, tools)
    state = expecting(state, prompt, model.facts)
    if limit := warning_due(state, profile.rules):
        return warning(state, limit)
    asks = state.on_limit == "ask" and not state.raise_denied  # a person may give more
    payable = calls_paid(state, hands, prompt)
    if not (payable or asks):
        return as_much_as_is_paid(state, hands, tools)
    if payable > 1 and not state.warned:
        return messages
    return view(state, profile, model.count, window, last=payable == 1 and not asks)


def as_much_as_is_paid(state: State, hands: Hands, tools: Sequence[ToolSpec]) -> list[Message]:
    """The view of the largest window of which that can be said, or of the smallest."""
    count, window = hands.model.count, hands.model.facts.window
    while True:
        window = int(window * SMALLER)
        messages = view(within(window, state, hands), hands.profile, count, window, last=True)
        prompt = tokens_of(messages, count, tools)
        if window <= SMALLEST or calls_paid(state, hands, prompt):
            return messages


def expecting(state: State, prompt: int, facts: Facts) -> State:
    """As if the last call had been as large as the next one will be, where that is the larger."""
    last = state.last_call
    input = max(last.input, prompt)
    cost = max(last.cost_usd, facts.price.of(input, last.output) if facts.price else 0.0)
    return evolve(state, last_call=evolve(last, input=input, cost_usd=cost))


def calls_paid(state: State, hands: Hands, prompt: int) -> int:
    """With a prompt of so many tokens and room for an answer that is worth it."""
    answer = min(ANSWER, max(SMALLEST_ANSWER, hands.model.facts.window - prompt))
    room = room_for(state, hands, "choose", prompt, answer)
    return room.payable if isinstance(room, Room) and room.answer == answer else 0


def within(window: int, state: State, hands: Hands) -> State:
    """With the older turns as lines where they are too many for that window. Nothing need be left
    of it for more."""
    if not crowded(state, hands.profile, hands.model.count, window):
        return state
    room = window * TRANSCRIPT[hands.profile.protocol]
    return compacted(state, shorter(state, hands, room, window))
