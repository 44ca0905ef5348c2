"""What a crash may have cost: the model call that was under way when the process died.

Nothing durable tells of it, but the next move is a function of the state, so it asks again for what
it had asked for: it is listened to, and nothing is sent."""

from collections.abc import Sequence
from dataclasses import replace

from selfstarter.core.errors import ModelDown, SandboxGone
from selfstarter.core.events import AnyEvent, BudgetReached, Lost, RunEnded, RunForked, RunImported
from selfstarter.core.hands import Hands
from selfstarter.core.policy import (
    Amend,
    Check,
    Choose,
    Compose,
    Draft,
    Plan,
    Reflect,
    Study,
    WrapUp,
    next_move,
)
from selfstarter.core.ports import Model, Ran, Reply, Request
from selfstarter.core.state import State
from selfstarter.loop import made

ASK = (Draft, Amend, Plan, Choose, Study, Compose, Check, Reflect, WrapUp)
"""Moves that may ask the model, and change nothing before."""


class Overheard:
    """A model and a sandbox that do nothing but tell that they were asked."""

    def __init__(self, model: Model) -> None:
        self.facts, self.count = model.facts, model.count

    async def complete(self, request: Request) -> Reply:
        raise ModelDown("It may have been asked when the process died.", billed=1)

    async def run(self, argv: Sequence[str], timeout_s: float, stdin: bytes = b"") -> Ran:
        raise SandboxGone("Nothing was asked of the model yet.")

    async def python(self, code: str, timeout_s: float) -> Ran:
        raise SandboxGone("Nothing was asked of the model yet.")

    async def close(self) -> None:
        return None


async def cut_off(state: State, last: AnyEvent, hands: Hands) -> Lost:
    """Of a run that is to go on where its journal ends, with the event `last`. One call, at the
    most that it can cost; of a model without a price per token nothing is lost."""
    price = hands.model.facts.price
    rests = state.paused or state.waiting or state.ended
    if rests or isinstance(last, (RunForked, RunImported)) or (price and not price.of(1, 1)):
        return Lost()
    move = next_move(state, hands.profile.rules)
    if not isinstance(move, ASK):
        return Lost()
    silent = Overheard(hands.model)
    deaf = replace(hands, model=silent, sandbox=silent, attempt=None, child=None, snapshot=None)
    try:
        async for event in made(move, state, deaf.without(state.tools_away)):
            return event.lost if isinstance(event, (BudgetReached, RunEnded)) else Lost()
    except ModelDown as down:
        return down.lost or Lost()
    except SandboxGone:
        return Lost()
    return Lost()
