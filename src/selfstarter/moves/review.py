"""The contract before the work begins: a person is shown it, and accepts it as it is or changed."""

from collections.abc import AsyncIterator, Sequence
from itertools import count

from pydantic import ValidationError

from selfstarter.core.contract import Contract, Criterion
from selfstarter.core.events import CommandMissed, ContractAccepted, ReviewAsked
from selfstarter.core.ports import Command
from selfstarter.core.review import Edits, fault_in
from selfstarter.core.state import State
from selfstarter.goals.criteria import unproven
from selfstarter.goals.files import outputs
from selfstarter.moves.terms import in_own_words


async def ask_review() -> AsyncIterator[ReviewAsked]:
    yield ReviewAsked()


def accepted(state: State, given: str, command: Command) -> ContractAccepted | CommandMissed:
    """`given`: `Edits` as JSON; empty: none."""
    contract = state.contract or Contract(outcome="", criteria=())
    try:
        edits = Edits.model_validate_json(given or "{}")
    except ValidationError:
        return CommandMissed(command=command.id, why=f"{given!r} is no change of a contract")
    if fault := fault_in(edits, contract):
        return CommandMissed(command=command.id, why=fault)
    kept = [c for c in contract.criteria if c.id not in edits.drop]
    added = of_the_person([text.strip() for text in edits.add], state, contract)
    changed = {
        "criteria": (*kept, *added),
        "open_ended": contract.open_ended and unproven(added),
    }
    return ContractAccepted(
        contract=contract.model_copy(update=changed),
        dropped=tuple(c.text for c in contract.criteria if c.id in edits.drop),
        added=tuple(c.text for c in added),
        command=command.id,
    )


def of_the_person(texts: Sequence[str], state: State, contract: Contract) -> list[Criterion]:
    """As those that were given with the goal: a judge looks at the result."""
    existing = state.found
    made = outputs(state.goal, state.sketch, existing) if state.sketch else ()
    taken = {criterion.id for criterion in contract.criteria}
    free = (name for n in count(1) if (name := f"p{n}") not in taken)
    return [in_own_words(text, next(free), made, state) for text in texts]
