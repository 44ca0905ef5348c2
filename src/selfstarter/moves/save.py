"""Keep the workspace after whatever may have changed it, so that each step can be taken back."""

from collections.abc import AsyncIterator

from selfstarter.core.events import AnyEvent, WorkspaceSaved
from selfstarter.core.hands import Hands
from selfstarter.core.state import State


async def saving(
    state: State, hands: Hands, events: AsyncIterator[AnyEvent]
) -> AsyncIterator[AnyEvent]:
    """The events of a move, then the workspace as it left it. What a crash in between keeps from
    being saved is saved when the run goes on."""
    async for event in events:
        yield event
    tool = hands.tools.get(state.pending.tool) if state.pending else None
    if tool is None or tool.effect != "read":
        async for event in saved(state, hands):
            yield event


async def saved(state: State, hands: Hands, found: bool = False) -> AsyncIterator[WorkspaceSaved]:
    """Nothing, where all is as it was. `found`: as in `WorkspaceSaved`."""
    if hands.snapshot is None:
        return
    now = await hands.snapshot()
    if now.tree != state.saved:
        yield now.model_copy(update={"found": found})
