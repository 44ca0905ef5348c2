"""What the goal is to be done with, and nobody has: nothing right can be made without it."""

from selfstarter.core.contract import Sketch
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.goals.files import missing, outputs, results_drafted
from selfstarter.goals.names import CODE
from selfstarter.texts.words import ending

BEFOREHAND = (*CODE, "html", "htm", "css")
"""Kinds of files that may well be written before there is what they are for."""


def never_there(state: State, hands: Hands) -> list[str]:
    """Files that were to be there. A program may be written without them."""
    sketch = state.sketch
    if sketch is None or any(
        ending(path) in BEFOREHAND for path in outputs(state.goal, sketch, state.found)
    ):
        return []
    return [name for name in missing_here(state, sketch, hands) if not hands.files.digest(name)]


def missing_here(state: State, sketch: Sketch, hands: Hands) -> tuple[str, ...]:
    """Of the files that the goal names: those that nobody may make up."""
    made = results_drafted(sketch) if hands.profile.drafts_criteria else ()
    return missing(state.goal, state.found, made)
