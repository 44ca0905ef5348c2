"""Every guard fires in a real run, and none without a reason: the whole of `make guards`."""

import asyncio
from typing import Any

import pytest

from selfstarter.evals.guards.case import Case, Seen, run_case
from selfstarter.evals.guards.honest import PATTERNS, flagged
from selfstarter.evals.guards.liars import LIARS, let_through
from selfstarter.evals.guards.loops import GOAL, KINDS, NOTES, TIMES, caught
from selfstarter.evals.guards.replies import ALWAYS, draft, says
from selfstarter.evals.guards.running import Row
from selfstarter.evals.guards.table import last_line, markdown, progress
from selfstarter.evals.guards.vague import GOALS, STEPS, TIME_S, TOKENS, ended_well
from selfstarter.sandbox.probe import probe

pytestmark = pytest.mark.skipif(probe().bwrap is None, reason=probe().why or "no sandbox")

SAME = "the same call gave the same result"
FIRES = {
    "A-A": [SAME],
    "A-B": ["the same 2 calls over and over"],
    "A-B-C": ["the same 3 calls over and over"],
    "period 4 and 5": ["the same 4 calls over and over", "the same 5 calls over and over"],
    "reworded thoughts": [SAME],
    "changing timestamps and ids": [SAME],
    "same error, other arguments": ["the same error with other arguments"],
    "endless planning": ["the plan grows and nothing is done"],
    "talk without action": ["words and no call"],
    "re-reading one file": ["the same lines were read again"],
    "repeat after compaction": ["after the compaction the same was looked up again"],
    "two roles handing over": [
        "the same 2 calls over and over",
        "the same error with other arguments",
    ],
}
"""Kind -> what must be noticed of each of its runs."""


def run(case: Case, **limits: Any) -> Seen:
    return asyncio.run(run_case(case, **limits))


def named(case: Case) -> str:
    return case.name


def test_all_of_them_are_there() -> None:
    assert (len(KINDS), len(PATTERNS), len(LIARS), len(GOALS)) == (12, 8, 20, 20)
    assert list(FIRES) == list(KINDS)
    for cases in (PATTERNS, LIARS, GOALS):
        assert len({case.name for case in cases}) == len(cases)


@pytest.mark.parametrize(
    ("case", "signal"),
    [
        pytest.param(case, signal, id=signal if len(cases) > 1 else kind)
        for kind, cases in KINDS.items()
        for case, signal in zip(cases, FIRES[kind], strict=True)
    ],
)
def test_a_loop_is_turned_in_time_and_the_report_says_why(case: Case, signal: str) -> None:
    seen = run(case)
    assert caught(seen), (seen.turned, seen.wasted, seen.outcome.ending)
    assert signal in seen.fired
    assert signal in seen.outcome.report


def test_a_small_model_in_a_circle_is_turned_in_time_too() -> None:
    looks = [says("```read a.txt\n```")] * TIMES
    seen = run(
        Case("", GOAL, (draft(), *ALWAYS, *looks), NOTES, {"small": True, "native_tools": False})
    )
    assert caught(seen), (seen.turned, seen.wasted, seen.outcome.ending)
    assert SAME in seen.fired


@pytest.mark.parametrize("case", PATTERNS, ids=named)
def test_honest_repetition_is_left_alone(case: Case) -> None:
    seen = run(case)
    assert not flagged(seen), (seen.fired, seen.outcome.ending)


@pytest.mark.parametrize("case", LIARS, ids=named)
def test_a_liar_is_not_done(case: Case) -> None:
    seen = run(case)
    assert not let_through(seen)
    assert seen.turned_down, "it was looked into, and not merely out of budget"


@pytest.mark.parametrize("case", GOALS, ids=named)
def test_a_vague_goal_ends_well(case: Case) -> None:
    assert ended_well(run(case, steps=STEPS, tokens=TOKENS, time_s=TIME_S))


def test_the_last_line_counts_what_a_reader_expects() -> None:
    rows = [
        Row("loops", "a", True, 1, 2, "stuck", "x"),
        Row("loops", "b", False, 9, 9, "done", "x"),
        Row("false_alarms", "c", True, 0, 0, "done", ""),
        Row("false_alarms", "d", False, 1, 1, "stuck", "a | b"),
        Row("liars", "e", True, 0, 0, "partly", "no file"),
        Row("vague", "f", True, 0, 0, "partly", ""),
    ]
    assert last_line(rows) == "guards loops=1/2 false_alarms=1/2 liars=1/1 vague=1/1"
    assert "| d | **no** | 1 | 1 | stuck | a / b |" in markdown(rows)
    assert "NOT OK" in progress(rows[1])
