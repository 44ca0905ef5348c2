"""What the goal orders outside the workspace: which tools it calls for, and whether they were
called. No file tells whether a mail was sent, so a finish without a call is asked about once, and
after that a judge looks, who sees the calls that were made."""

from selfstarter.core.contract import Contract, Criterion, Judge
from selfstarter.core.events import ContractAmended
from selfstarter.core.hands import Hands, reaching_out
from selfstarter.core.state import State
from selfstarter.goals.tools import tools_ordered

UNCALLED = "The goal seems to call for these tools, and no call of them came back well"
CALL_THEM = (
    f"{UNCALLED}: {{names}}. Call them, or finish again: say in the account why nothing was left to"
    " be done with them, or in `missing` what could not be done."
)
LOOK = "o1"
"""Id of the criterion by which a judge looks."""
DONE_THERE = "what the goal orders outside the workspace is done"


def uncalled(state: State, hands: Hands) -> list[str]:
    """Tools that the goal calls for, by the plan or by its words, and that did nothing yet. A small
    model is shown none, and one that its goal names has a criterion of its own."""
    if not hands.profile.drafts_criteria:
        return []
    there = reaching_out(hands, state)
    wanted = {*state.called_for, *tools_ordered(state.wanted, there)}
    named = state.tools_to_call
    return [name for name in there if name in wanted - {*named, *state.tools_that_worked}]


def objection(state: State, hands: Hands) -> str:
    """For the model, once; empty: it was said, or nothing is to be said."""
    asked = any(UNCALLED in turn.note for turn in state.transcript)
    missing = state.finish.missing if state.finish else ""
    names = [] if asked or missing else uncalled(state, hands)
    return CALL_THEM.format(names=", ".join(names)) if names else ""


def to_be_judged(contract: Contract, state: State, hands: Hands) -> ContractAmended | None:
    """With a judge, where the model stands by its account; None: there is one, or no need."""
    if any(one.id == LOOK for one in contract.criteria) or not uncalled(state, hands):
        return None
    question = f"{DONE_THERE[0].upper()}{DONE_THERE[1:]}: {state.wanted}"
    look = Criterion(id=LOOK, text=DONE_THERE, check=Judge(question=question))
    more = contract.model_copy(update={"criteria": (*contract.criteria, look)})
    return ContractAmended(contract=more)
