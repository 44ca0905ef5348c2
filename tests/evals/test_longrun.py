"""A short one of the long runs: it finishes, and its last line is the one that is promised."""

import re

import pytest

from selfstarter.evals.longrun import growth, longrun
from selfstarter.evals.prefixes import common


@pytest.mark.parametrize("seed", [7, 2])
def test_three_hundred_steps_with_failing_tools_finish_the_plan_at_a_flat_price(
    seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """With seed 2 a guard that has no patience with tools that fail ends the run as stuck."""
    assert longrun(steps=300, seed=seed)
    *_, fold, last = capsys.readouterr().out.strip().splitlines()
    found = re.fullmatch(
        r"longrun steps=(\d+) prompt_growth=(\d+\.\d\d) step_time_growth=(\d+\.\d\d)"
        r" rss_growth_mb=(-?\d+) reevaluated=(0\.\d\d)",
        last,
    )
    assert found, last
    assert int(found[1]) >= 300
    assert float(found[2]) < 1.4
    assert float(found[3]) < 3, "a step late in the run costs what it cost early"
    assert int(found[4]) < 20
    assert 0 < float(found[5]) < 0.15, "a prompt begins as the one before did"
    assert fold.startswith("fold of ")


@pytest.mark.parametrize(
    ("before", "now", "same"), [("abc", "abd", 2), ("abc", "abc", 3), ("", "a", 0), ("x", "y", 0),
                                ("abab", "ababab", 4), ("abcdef", "abc", 3)]
)  # fmt: skip
def test_two_prompts_begin_alike_so_far(before: str, now: str, same: int) -> None:
    assert common(before, now) == same


@pytest.mark.parametrize(("step", "grown"), [(0, 1.0), (1, 1045 / 245)])
def test_growth_is_the_last_tenth_against_the_second(step: int, grown: float) -> None:
    values = [100.0 + step * 10 * n for n in range(100)]
    found = growth(values, lambda some: sum(some) / len(some))
    assert found == pytest.approx(grown)
