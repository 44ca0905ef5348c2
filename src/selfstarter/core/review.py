"""What a person may change of a contract before the work begins. Pure."""

from pydantic import BaseModel

from selfstarter.core.contract import Contract


class Edits(BaseModel, frozen=True):
    drop: tuple[str, ...] = ()
    """Ids of criteria."""
    add: tuple[str, ...] = ()
    """Criteria in the person's own words."""


def fault_in(edits: Edits, contract: Contract) -> str:
    """Why it cannot be changed so, a clause; empty: it can."""
    known = {criterion.id: criterion for criterion in contract.criteria}
    if unknown := [name for name in edits.drop if name not in known]:
        return f"there is no criterion {unknown[0]!r}, but {', '.join(known)}"
    if fixed := [name for name in edits.drop if known[name].invariant]:
        return f"{fixed[0]} holds already and must stay so, whatever is dropped"
    if not all(text.strip() for text in edits.add):
        return "a criterion without words says nothing"
    left = [c for c in contract.criteria if not c.invariant and c.id not in edits.drop]
    return "" if left or edits.add else "nothing would be left to be done"
