"""Pursue one goal, start to finish. Read this file first.

A crash at any line loses nothing: on the next call the journal is read again, `fold` rebuilds the
state, and `next_move` picks up where the last append left off. A `yield` of a move is a commit.
"""

from collections.abc import AsyncIterator

from selfstarter.asking.view import crowded
from selfstarter.core.events import AnyEvent
from selfstarter.core.fold import apply
from selfstarter.core.hands import Hands
from selfstarter.core.policy import (
    Act,
    Amend,
    AskPerson,
    AskRaise,
    AskReview,
    Check,
    Choose,
    Compact,
    Compose,
    Delegate,
    Draft,
    HandIn,
    Hint,
    Move,
    Plan,
    PutAway,
    Recall,
    Reflect,
    Scout,
    StartOver,
    Study,
    Wait,
    Warn,
    WrapUp,
    next_move,
)
from selfstarter.core.ports import Journal
from selfstarter.core.state import State
from selfstarter.moves.act import act
from selfstarter.moves.amend import amend
from selfstarter.moves.budget import ask_raise, warn
from selfstarter.moves.check import check
from selfstarter.moves.choose import choose
from selfstarter.moves.compact import compact, cramped
from selfstarter.moves.compose import compose
from selfstarter.moves.delegate import delegate
from selfstarter.moves.draft import draft
from selfstarter.moves.gate import gated
from selfstarter.moves.hand_in import hand_in
from selfstarter.moves.hear import heard
from selfstarter.moves.plan import plan
from selfstarter.moves.put_away import put_away
from selfstarter.moves.recall import recall
from selfstarter.moves.reflect import ask_person, hint, reflect
from selfstarter.moves.review import ask_review
from selfstarter.moves.save import saved, saving
from selfstarter.moves.scout import scout
from selfstarter.moves.start_over import start_over
from selfstarter.moves.study import study
from selfstarter.moves.wrap_up import wrap_up


async def pursue(journal: Journal, hands: Hands) -> State:
    """Pursue the run in `journal` until it has ended, or until it must wait for a person.

    Raises ModelDown, SandboxGone: call again later; nothing is lost.
    """
    state = State()
    async for recorded in journal.read():
        state = apply(state, recorded)

    if not state.ended:  # as it is before the first move, or as a rest or a crash has left it
        async for event in saved(state, hands, found=state.rested):
            state = apply(state, await journal.append(event))

    while not state.ended:
        if commands := await journal.commands():
            events = heard(state, commands[0])  # one at a time: each is judged by what is true then
        else:
            full = crowded(state, hands.profile, hands.model.count, hands.model.facts.window)
            full = full or cramped(state, hands.without(state.tools_away))
            move = next_move(state, hands.profile.rules, crowded=full)
            if isinstance(move, Wait):
                break
            events = made(move, state, hands.without(state.tools_away))
        async for event in events:
            state = apply(state, await journal.append(event))

    return state


def made(move: Move, state: State, hands: Hands) -> AsyncIterator[AnyEvent]:
    """The events of a move, as they happen."""
    match move:
        case Scout():
            return scout(state, hands)
        case Draft():
            return draft(state, hands)
        case Amend():
            return amend(state, hands)
        case Recall():
            return recall(state, hands)
        case Plan():
            return plan(state, hands)
        case AskReview():
            return ask_review()
        case Choose():
            return choose(state, hands)
        case Act(call, attempt):
            acts = gated(state, hands, call, act(state, hands, call, attempt))
            return saving(state, hands, acts)
        case Delegate(call):
            sends = gated(state, hands, call, delegate(state, hands, call))
            return saving(state, hands, sends)
        case Study():
            return study(state, hands)
        case Compose():
            return compose(state, hands)
        case Check():
            return saving(state, hands, check(state, hands))
        case HandIn():
            return hand_in(state, hands)
        case Reflect(trigger):
            return reflect(state, hands, trigger)
        case StartOver(reason):
            return saving(state, hands, start_over(state, hands, reason))
        case Hint():
            return hint(move)
        case AskPerson():
            return ask_person(move)
        case Compact():
            return compact(state, hands)
        case Warn(limit):
            return warn(state, limit)
        case AskRaise(limit):
            return ask_raise(state, limit)
        case PutAway():
            return put_away(state, move)
        case WrapUp():
            return wrap_up(state, hands, move)
        case Wait():
            raise AssertionError("waiting makes no events")
