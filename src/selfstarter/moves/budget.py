"""What is said when a limit comes near, and what is asked when it is reached."""

from collections.abc import AsyncIterator

from selfstarter.core.budget import left
from selfstarter.core.events import BudgetWarned, LimitName, RaiseAsked
from selfstarter.core.state import State


async def warn(state: State, limit: LimitName) -> AsyncIterator[BudgetWarned]:
    yield warning(state, limit)


def warning(state: State, limit: LimitName) -> BudgetWarned:
    return BudgetWarned(
        limit=limit, spent=state.spent.of(limit), most=state.limits.of(limit) or 0.0
    )


async def ask_raise(state: State, limit: LimitName) -> AsyncIterator[RaiseAsked]:
    most = state.limits.of(limit) or 0.0
    some = state.unaffordable == limit != "time" and left(state, limit) > 0
    yield RaiseAsked(limit=limit, most=most, some=some)
