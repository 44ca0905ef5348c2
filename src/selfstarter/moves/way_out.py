"""The honest way out: a model says what cannot be had, and the run ends without it. So that an
excuse for one failure does not pass for all of them, it is asked once to speak of each."""

from collections.abc import Sequence

from selfstarter.core.contract import Criterion
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.texts.words import literals, telling

SPEAK_OF_EACH = (
    "Mend them, for the run goes on; or finish again and say in `missing`, of each, why it cannot"
    " be met here."
)
SAYS_NOTHING = "`missing` says nothing of these:"


def unexcused(failed: Sequence[Criterion], state: State, hands: Hands) -> str:
    """What `missing` does not speak of, once, for the model; empty: nothing, or a limit is near,
    and it ends as it is."""
    missing = state.finish.missing if state.finish else ""
    asked = any(SPEAK_OF_EACH in turn.note for turn in state.transcript)
    unnamed = [f"- {one.text}" for one in failed if not speaks_of(one, failed, missing)]
    if not unnamed or asked or is_last(state, hands):
        return ""
    return "\n".join((SAYS_NOTHING, *unnamed, SPEAK_OF_EACH))


def is_last(state: State, hands: Hands) -> bool:
    """Is this finish the last, or a limit so near that nothing should be asked for once more?"""
    refused = state.rejections + 1 >= hands.profile.rules.rejections_in_all
    return refused or bool(state.warned) or state.spent.steps >= state.limits.steps


def speaks_of(criterion: Criterion, failed: Sequence[Criterion], missing: str) -> bool:
    """By a name or number of its text, or by a word that no other has that failed. Of a single one,
    and of one that no word sets apart, whatever is said is."""
    others = "\n".join(one.text for one in failed if one is not criterion)
    own = telling(criterion.text) - telling(others)
    if not others or not own:
        return True
    named = {*literals(criterion.text)} & {*literals(missing)}
    return bool(named or own & telling(missing))
