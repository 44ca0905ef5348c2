"""The whole job with the embedded model: the real weights, the real sandbox, no double at all."""

import asyncio
import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from selfstarter.app import Outcome, pursue
from selfstarter.core.ports import Message, Model, Request
from selfstarter.models.local import LocalModel
from selfstarter.models.weights import ready, weights
from selfstarter.settings import Settings

pytestmark = [
    pytest.mark.skipif(not ready(), reason="the weights are not here: `make test` fetches them"),
    pytest.mark.timeout(3_000),
    pytest.mark.usefixtures("local_model_alone"),
]


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def model(loop: asyncio.Runner) -> Iterator[Model]:
    opened = LocalModel(weights)
    yield opened
    loop.run(opened.close())


def test_a_sum_over_a_table_is_written_and_checked(
    tmp_path: Path, loop: asyncio.Runner, model: Model
) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    rows = [["order", "city", "amount"]]
    rows += [[str(n), ("Oslo", "Lima")[n % 2], f"{n * 1.5:.2f}"] for n in range(1, 41)]
    with (workspace / "orders.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    goal = "Add up the amounts in orders.csv and write the total to total.txt."
    outcome = pursued(goal, workspace, tmp_path / "home", loop, model)
    assert outcome.ending == "done", outcome.report
    assert float((workspace / "total.txt").read_text()) == 1230.0
    assert all(outcome.state.checks[c.id].passed for c in criteria(outcome))
    assert "1,230" in outcome.report or "1230" in outcome.report


@pytest.mark.parametrize(
    "text",
    [
        "The board met on Monday and agreed that the roof is to be mended before the winter. " * 9,
        "董事会星期一开会，决定在冬天之前修好屋顶，并请安娜在三月底之前把报价单寄给印刷厂。" * 9,
        "".join(f"{n},{n * 37 % 1009}.{n % 90 + 10},{2000 + n}-01-03\n" for n in range(60)),
        Path(__file__).read_text("utf-8"),
    ],
    ids=["English", "Chinese", "numbers", "code"],
)
def test_a_text_is_not_counted_as_less_before_the_model_runs(
    text: str, loop: asyncio.Runner, model: Model
) -> None:
    """Else the first prompt of a run that is resumed may be longer than its window."""
    before = LocalModel(weights).count(text)
    loop.run(model.complete(Request((Message("user", "Hi"),), max_tokens=1)))
    assert model.count(text) <= before < 2.5 * model.count(text)


def test_a_vague_goal_ends_within_its_budget_and_claims_nothing(
    tmp_path: Path, loop: asyncio.Runner, model: Model
) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "notes.txt").write_text("milk\nbread\n")
    goal = "do something cool in this folder"
    outcome = pursued(goal, workspace, tmp_path / "home", loop, model, steps=5, tokens=20_000)
    assert outcome.ending == "partly", outcome.report
    assert outcome.state.contract is not None and outcome.state.contract.assumptions
    assert criteria(outcome)
    assert outcome.state.spent.tokens <= 20_000 and outcome.state.spent.steps <= 5
    assert "# Made, but not proved" in outcome.report and "**Assumed**" in outcome.report
    assert (workspace / "notes.txt").read_text() == "milk\nbread\n", "nobody asked for it"


def pursued(
    goal: str,
    workspace: Path,
    home: Path,
    loop: asyncio.Runner,
    model: Model,
    steps: int = 12,
    tokens: int = 60_000,
) -> Outcome:
    settings = Settings(home=home, steps=steps, tokens=tokens, time_s=900)
    return loop.run(pursue(goal, workspace, settings, model=model))


def criteria(outcome: Outcome):
    assert outcome.state.contract is not None
    return outcome.state.contract.criteria
