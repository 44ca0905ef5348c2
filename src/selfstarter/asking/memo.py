"""What a run has settled, as text rendered from the state: no compaction can lose it. Pure."""

from collections.abc import Callable, Iterator

from selfstarter.core.state import Settled, State
from selfstarter.prompts import prompt

Count = Callable[[str], int]

ORDER = ("person", "dead_end", "plan", "lesson")
"""What is kept first where not everything has room."""
HEADS = {
    "person": "The person said:",
    "dead_end": "Do not try again:",
    "plan": "Decided about the plan:",
    "lesson": "Learnt:",
}


def memo(state: State, most: int, count: Count) -> str:
    """Everything that was settled before the last compaction, in at most about `most` tokens.

    What came later stands in the transcript, so that this text stays as it is until the next one.
    """
    kept, left_out = fitting(state, most, count)
    sections = [
        f"{HEADS[kind]}\n" + "\n".join(line(one) for one in of_kind)
        for kind in ORDER
        if (of_kind := [one for one in kept if one.kind == kind][::-1])
    ]
    if left_out:
        sections.append(f"({left_out} older notes are not shown)")
    return "\n".join(sections)


def hand_off(state: State, most: int, count: Count) -> str:
    """The memo as the beginning of a fresh context."""
    passed = state.keep_from
    return prompt("hand_off", steps=str(passed), settled=memo(state, most, count) or "Nothing yet.")


def fitting(state: State, most: int, count: Count) -> tuple[list[Settled], int]:
    """What fits, newest first within its kind, and how many did not."""
    kept: list[Settled] = []
    left_out = 0
    for kind in ORDER:
        for one in of_kind(state, kind):
            most -= count(line(one)) + 1
            if most >= 0:
                kept.append(one)
            else:
                left_out += 1
    return kept, left_out


def of_kind(state: State, kind: str) -> Iterator[Settled]:
    return (one for one in state.settled if one.kind == kind and one.after <= state.keep_from)


def line(one: Settled) -> str:
    return "- " + " ".join(one.text.split())
