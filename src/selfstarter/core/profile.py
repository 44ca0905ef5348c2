"""How to work with a model of a given strength."""

from dataclasses import dataclass, replace
from typing import Literal

from selfstarter.core.ports import Facts
from selfstarter.core.rules import Rules

PAGE, LONGEST = 8_000, 32_000
"""Characters of a result that are shown at once, at least and at most."""


@dataclass(frozen=True, slots=True)
class Profile:
    protocol: Literal["native", "fenced"]
    """Tool calls as the provider's own, or as one fenced block in the text."""
    owns_plan: bool
    """The harness plans, not the model."""
    drafts_criteria: bool
    """Can the model be trusted to write criteria?"""
    attempts: int
    """Independent attempts that must agree on a result no other check can judge; 0: none."""
    delegates: bool
    """May the model give a part of the goal to a child run?"""
    tools: tuple[str, ...]
    """Shown to the model, in this order; empty: all."""
    part_words: int
    """Longest part of a source read in one call."""
    answer_tokens: int
    warmth: float
    """Temperature of the first try."""
    rules: Rules
    reckons: bool = True
    """May it say what follows from numbers that it names beside it? A small model compares without
    looking."""
    plans: bool = True
    """False: one task, the goal itself. Only an ablation does without."""
    checks: bool = True
    """False: what the model says is taken for true. Only an ablation does without."""
    memory: bool = True
    """Recalls what earlier runs learnt, unless a setting says otherwise."""
    notes: bool = True
    """With a memory: is it shown the tools `remember` and `recall`?"""
    disputes: bool = True
    """Is it shown from the start how to call a check wrong? Else once a finish was turned down."""
    room: int = PAGE
    """Characters of a result that are shown at once."""
    whole_bytes: int = 0
    """Of small files, which the first look shows whole and not their first lines alone."""


SMALL = Profile(
    protocol="fenced",
    owns_plan=True,
    drafts_criteria=False,
    attempts=2,
    delegates=False,
    tools=("run_python", "write_file", "read_file", "finish"),
    part_words=450,
    answer_tokens=900,
    warmth=0.0,
    rules=Rules(
        rejections_in_all=3,
        idle_steps=4,
        failures=3,
        words_only=4,
        patience=4,
        leeway=4,
        reflections=0,
        starts_over=2,
        hands_in=True,
        calls_ahead=0,
    ),
    reckons=False,
    memory=False,
)
LARGE = Profile(
    protocol="native",
    owns_plan=False,
    drafts_criteria=True,
    attempts=0,
    delegates=True,
    tools=(),
    part_words=6_000,
    answer_tokens=8_192,
    warmth=0.0,
    rules=Rules(),
    whole_bytes=24_576,
)


WIDE = 16_384
"""Window below which what children bring back, with the description of the tool, would leave no
room; and below which how to call a check wrong is described where it is needed."""
NOTING = 12_000
"""The same for the descriptions of `remember` and `recall`: some 200 tokens."""


def profile_of(facts: Facts) -> Profile:
    if facts.small:
        return SMALL
    window = facts.window
    wide, notes = window >= WIDE, window >= NOTING
    return replace(LARGE, delegates=wide, disputes=wide, notes=notes, room=room_in(window))


def room_in(window: int) -> int:
    """A page of about 6 % of the window, at four characters a token: so dense text, too, stays
    within what one result may take (`RESULT` in `asking/view.py`)."""
    return min(max(PAGE, window * 6 // 25), LONGEST)
