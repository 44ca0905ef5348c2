"""A tool that only fails is taken out of sight for a while: a circuit breaker, and it says so."""

from collections.abc import AsyncIterator

from selfstarter.core.events import ToolPutAway
from selfstarter.core.policy import PutAway
from selfstarter.core.state import State

AWAY_STEPS = 25
"""Then it is shown again: what was down may be up."""


async def put_away(state: State, move: PutAway) -> AsyncIterator[ToolPutAway]:
    last = next(iter(state.transcript), None)
    why = last.result.error if last and last.result else ""
    yield ToolPutAway(
        tool=move.tool,
        reason=f"{move.tool} does not work now ({why[:160]}): it is put away for"
        f" {AWAY_STEPS} steps. Use another tool, or finish with what there is.",
        until_step=state.spent.steps + AWAY_STEPS,
    )
