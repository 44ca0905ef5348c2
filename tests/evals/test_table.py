"""The numbers that are published."""

import pytest

from selfstarter.core.events import Ending
from selfstarter.evals.running import Result
from selfstarter.evals.table import last_line, markdown, progress, wilson


def result(passed: bool, ending: Ending | None = "done", attempt: int = 1) -> Result:
    return Result(
        task="t",
        family="count",
        attempt=attempt,
        passed=passed,
        reason="right" if passed else "it is\nnot | there",
        ending=ending,
        steps=3,
        calls=4,
        input=900,
        output=100,
        seconds=2.0,
        run_id="r",
        answer="",
    )


def test_the_last_line_has_the_exact_form() -> None:
    results = [result(True), result(False), result(False, "partly"), result(False, None)]
    assert last_line("smoke", results) == "smoke pass=1/4 false_done=1 tokens_per_solved=4000"
    assert last_line("practice", []) == "practice pass=0/0 false_done=0 tokens_per_solved=0"
    assert last_line("smoke", [result(False)]) == "smoke pass=0/1 false_done=1 tokens_per_solved=0"


@pytest.mark.parametrize(
    ("passed", "total", "low", "high"),
    [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1.0), (0, 0, 0.0, 1.0)],
)
def test_the_wilson_interval(passed: int, total: int, low: float, high: float) -> None:
    """Values as in the tables of Wilson's score interval without correction for continuity."""
    assert wilson(passed, total) == pytest.approx((low, high), abs=0.001)  # pyright: ignore[reportUnknownMemberType]


def test_several_attempts_are_one_row_with_a_rate() -> None:
    text = markdown("smoke", "scripted", [result(True), result(False, "partly", 2)])
    assert "| t | 1/2 | done, partly | 3 | 4 | 1,000 | 2 |" in text
    assert "Pass rate 50%, Wilson 95 % interval" in text


def test_one_attempt_has_no_interval() -> None:
    text = markdown("smoke", "scripted", [result(True)])
    assert "| t | yes | done | 3 | 4 | 1,000 | 2 |" in text
    assert "Wilson" not in text


def test_a_line_of_the_log_is_one_line() -> None:
    line = progress(result(False), 2, 17)
    assert line.startswith("[ 2/17] t ")
    assert "FALSE DONE" in line
    assert "\n" not in line
