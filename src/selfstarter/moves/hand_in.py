"""Look after each change whether the work is done, and ask to finish when it is.

A small model goes on when nothing is left to do, and spoils what it made.
"""

from collections.abc import AsyncIterator

from selfstarter.asking.view import HEAD_OF_FILE
from selfstarter.core.contract import LOOKED_AT_LAST
from selfstarter.core.events import CriterionChecked, FinishAsked
from selfstarter.core.gate import PROGRAMS
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.proofs.checks import look


async def hand_in(state: State, hands: Hands) -> AsyncIterator[CriterionChecked | FinishAsked]:
    quick = [c for c in state.criteria if not isinstance(c.check, LOOKED_AT_LAST)]
    for criterion in quick:
        passed, evidence = await look(criterion.check, state, hands)
        yield CriterionChecked(
            criterion=criterion.id, passed=passed, evidence=evidence, round=state.round
        )
        if not passed:
            return
    yield FinishAsked(summary=said_last(state))


def said_last(state: State) -> str:
    """The files that were made, and what the program that made them printed, if it was brief."""
    account = f"Made {', '.join(state.ledger.made[:8])}."
    last = next((turn for turn in state.transcript if turn.call and turn.result), None)
    if last and last.call and last.result and last.call.tool in PROGRAMS:
        printed = last.result.output.partition(HEAD_OF_FILE)[0].strip()
        brief = last.result.status == "ok" and printed.count("\n") < 3
        return f"{account} {printed[:300]}" if brief else account
    return account
