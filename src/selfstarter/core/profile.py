"""How to work with a model of a given strength."""

from dataclasses import dataclass
from typing import Literal

from selfstarter.core.ports import Facts
from selfstarter.core.rules import Rules


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
    tools: tuple[str, ...]
    """Shown to the model, in this order; empty: all."""
    part_words: int
    """Longest part of a source read in one call."""
    answer_tokens: int
    warmth: float
    """Temperature of the first try."""
    rules: Rules


SMALL = Profile(
    protocol="fenced",
    owns_plan=True,
    drafts_criteria=False,
    attempts=2,
    tools=("run_python", "write_file", "read_file", "finish"),
    part_words=450,
    answer_tokens=900,
    warmth=0.0,
    rules=Rules(
        idle_steps=4,
        failures=3,
        words_only=4,
        patience=4,
        leeway=4,
        reflections=0,
        starts_over=2,
        hands_in=True,
    ),
)
LARGE = Profile(
    protocol="native",
    owns_plan=False,
    drafts_criteria=True,
    attempts=0,
    tools=(),
    part_words=6_000,
    answer_tokens=4_096,
    warmth=0.0,
    rules=Rules(),
)


def profile_of(facts: Facts) -> Profile:
    return SMALL if facts.small else LARGE
