"""What a run of a schedule is told of the one before it. Pure."""

from selfstarter.asking.recalled import OUTSIDE, age
from selfstarter.core.cleaning import clean
from selfstarter.core.state import State


def last_run_text(state: State) -> str:
    """Lines of the prompt that stay the same for the whole run; empty: there was none before."""
    scheduled = state.started.scheduled if state.started else None
    if scheduled is None or (last := scheduled.last) is None:
        return ""
    ended = f"ended as {last.ending}" if last.ending else "has not ended"
    about = f" ({OUTSIDE})" if last.untrusted else ""
    lines = [
        f"This is done again and again. The last run, {age(scheduled.due - last.at)} ago, {ended}."
    ]
    lines += [f"Its answer{about}: {last.answer}"] if last.answer else []
    lines += [f"Why it stopped: {last.reason}"] if last.reason and last.ending != "done" else []
    lines += [f"Not met then: {text}" for text in last.missing]
    return "\n" + "\n".join(map(clean, lines)) + "\n"
