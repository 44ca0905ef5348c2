"""What the goal is to be done with, and nobody has: nothing right can be made without it."""

from selfstarter.core.contract import Sketch
from selfstarter.core.events import FinishAsked
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


def without_anything(state: State, hands: Hands) -> FinishAsked | None:
    """The finish of a small model's run that has not even a file of the kind it needs: it would
    write programs that open one, to the end of its budget."""
    absent, kinds = never_there(state, hands), {ending(path) for path in state.known_files}
    if not absent or any(ending(name) in kinds for name in absent):
        return None
    return FinishAsked(summary=f"Nothing was made, for {', '.join(absent)} is not there.")
