"""An answer as the goal wants it: rounded, and with what was printed."""

import pytest

from selfstarter.moves.answers import decimals, rounded


@pytest.mark.parametrize(
    ("goal", "places"),
    [
        ("Round to one decimal.", 1),
        ("with 2 decimals", 2),
        ("rounded to two decimal places", 2),
        ("to the nearest whole number", 0),
        ("as a whole number", 0),
        ("How many are there?", None),
    ],
)
def test_how_many_decimals_are_wanted(goal: str, places: int | None) -> None:
    assert decimals(goal) == places


@pytest.mark.parametrize(
    ("written", "places", "stands"),
    [
        ("6.96", 1, "7.0"),
        ("6.964", 2, "6.96"),
        ("6.9", 1, "7.0"),
        ("6.97", 1, "6.97"),
        ("12.5", 1, "12.5"),
    ],
)
def test_only_what_was_printed_is_rounded(written: str, places: int, stands: str) -> None:
    assert rounded(written, ["6.964285714285714"], places) == stands
