"""Throw a spoiled try away and begin again: files as they were, an empty transcript, one lesson."""

from collections.abc import AsyncIterator

from selfstarter.asking.view import IN_LINE, error_in, full_turns
from selfstarter.core.errors import ToolFailed
from selfstarter.core.events import StartedOver
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.moves.act import LARGEST


async def start_over(state: State, hands: Hands, reason: str) -> AsyncIterator[StartedOver]:
    """What a crash leaves half restored is restored by the next try: the event comes last."""
    yield StartedOver(reason=reason, lesson=lesson(state), restored=tuple(restored(state, hands)))


def restored(state: State, hands: Hands) -> list[str]:
    """Files that this run changed, now as at the start. Without a copy of it they stay."""
    if hands.start is None:
        return []
    there = state.found
    back: list[str] = []
    for path in sorted(state.ledger.artefacts):
        try:
            if path in there:
                hands.files.write(path, hands.start.read(path, LARGEST))
            else:
                hands.files.remove(path)
        except ToolFailed:
            continue  # what cannot be put back, the checks will see
        back.append(path)
    if hands.watch:
        hands.watch.learn((path, hands.files.digest(path)) for path in back)
    return back


def lesson(state: State) -> str:
    """Facts only: what a small model concludes from its own failure is as often wrong as right.
    The line that failed is not among them: the model would write it again."""
    tries = [turn for turn in full_turns(state) if turn.result and not turn.from_person]
    if not tries:
        return f"{THROWN} It brought nothing new."
    met = dict.fromkeys(turn.note or error_in(turn).partition(IN_LINE)[0] for turn in tries)
    return f"{THROWN} {' Then: '.join([*met][-MOST:])}"[:500]


MOST = 3
"""Different troubles that are told."""
THROWN = "An earlier try was thrown away; do it in another way."
