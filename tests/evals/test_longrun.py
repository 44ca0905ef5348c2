"""A short one of the long runs: it finishes, and its last line is the one that is promised."""

import re

import pytest

from selfstarter.evals.longrun import growth, longrun


@pytest.mark.parametrize("seed", [7, 2])
def test_three_hundred_steps_with_failing_tools_finish_the_plan_at_a_flat_price(
    seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """With seed 2 a guard that has no patience with tools that fail ends the run as stuck."""
    assert longrun(steps=300, seed=seed)
    *_, fold, last = capsys.readouterr().out.strip().splitlines()
    found = re.fullmatch(
        r"longrun steps=(\d+) prompt_growth=(\d+\.\d\d) step_time_growth=(\d+\.\d\d)"
        r" rss_growth_mb=(-?\d+)",
        last,
    )
    assert found, last
    assert int(found[1]) >= 300
    assert float(found[2]) < 1.4
    assert float(found[3]) < 3, "a step late in the run costs what it cost early"
    assert int(found[4]) < 20
    assert fold.startswith("fold of ")


@pytest.mark.parametrize(("step", "grown"), [(0, 1.0), (1, 1045 / 245)])
def test_growth_is_the_last_tenth_against_the_second(step: int, grown: float) -> None:
    values = [100.0 + step * 10 * n for n in range(100)]
    found = growth(values, lambda some: sum(some) / len(some))
    assert found == pytest.approx(grown)
