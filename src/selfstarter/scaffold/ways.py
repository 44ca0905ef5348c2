"""Where a small model need not be asked, and where it only fills in a form. One with calls of its
own is left to go its own way."""

from selfstarter.asking.ask import Form
from selfstarter.core.events import CallChosen, FinishAsked
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.goals.absent import never_there
from selfstarter.scaffold.entries import by_entries
from selfstarter.scaffold.extracts import by_extract
from selfstarter.scaffold.functions import by_function
from selfstarter.scaffold.looked_up import looking_up
from selfstarter.scaffold.named_tools import by_reading_tool, nothing_else
from selfstarter.scaffold.passages import by_files
from selfstarter.scaffold.quoting import by_quotes, reading_first
from selfstarter.scaffold.repairs import by_repair
from selfstarter.scaffold.settings_lines import by_lines
from selfstarter.scaffold.table_heads import set_head
from selfstarter.texts.words import ending


def without_anything(state: State, hands: Hands) -> FinishAsked | None:
    """The finish of a small model's run that has not even a file of the kind it needs: it would
    write programs that open one, to the end of its budget."""
    absent, kinds = never_there(state, hands), {ending(path) for path in state.known_files}
    if not absent or any(ending(name) in kinds for name in absent):
        return None
    return FinishAsked(summary=f"Nothing was made, for {', '.join(absent)} is not there.")


UNASKED = (without_anything, looking_up, reading_first, nothing_else, set_head)
FORMS = (
    by_reading_tool,
    by_lines,
    by_function,
    by_repair,
    by_files,
    by_extract,
    by_entries,
    by_quotes,
)


def unasked(state: State, hands: Hands) -> CallChosen | FinishAsked | None:
    """What comes next for certain."""
    ways = UNASKED if hands.profile.protocol == "fenced" else ()
    return next((call for way in ways if (call := way(state, hands))), None)


def form_for(state: State, hands: Hands) -> Form | None:
    """The form that fits the work; None: none does, or it has not come off."""
    ways = FORMS if hands.profile.protocol == "fenced" else ()
    return next((form for way in ways if (form := way(state, hands))), None)
