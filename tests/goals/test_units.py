"""Where a goal wants values in another unit, what comes out is known before the work."""

import asyncio
from pathlib import Path

import pytest
from small_plays import python

from selfstarter.app import pursue
from selfstarter.goals.units import rescaled
from selfstarter.models.scripted import ScriptedModel
from selfstarter.sandbox.probe import probe
from selfstarter.settings import Settings
from selfstarter.texts.tables import Table

POUNDS = (
    "In weights.csv the weights are in pounds. Add a column weight_kg with the weight in kilograms,"
    " rounded to 2 decimals, and save it as weights_kg.csv."
)


@pytest.mark.parametrize(
    ("goal", "head", "text"),
    [
        (POUNDS, "animal,weight_lb", "weight_kg is weight_lb in kilograms: weight_lb × 0.45359237"),
        (POUNDS, "animal,weight", "weight_kg is weight in kilograms: weight × 0.45359237"),
        (
            "Add a column temp_c to log.csv, the temperature in Celsius; temp_f is in Fahrenheit.",
            "day,temp_f",
            "temp_c is temp_f in degrees Celsius: (temp_f − 32) × 5 / 9",
        ),
        (
            "From trips.csv make km.csv with an extra column distance_km (from miles to km).",
            "trip,distance_mi",
            "distance_km is distance_mi in kilometres: distance_mi × 1.609344",
        ),
    ],
)
def test_the_factor_between_two_units_is_known(goal: str, head: str, text: str) -> None:
    found = rescaled(goal, {"a.csv": Table(tuple(head.split(",")), ())})
    assert found and found[0] == text


@pytest.mark.parametrize(
    ("goal", "head"),
    [
        ("Add a column total to a.csv: price times count.", "price,count"),
        ("Add a column weight_kg with the weight in kilograms.", "animal,weight_lb,net_lb"),
        ("Add a column age in days to a.csv.", "name,born"),
        ("Add a column pace in minutes for each mile.", "name,miles"),
        ("Write a.csv in kilograms; the weights are in pounds.", "animal,weight_lb"),
        ("Add a column weight_lb in pounds.", "animal,weight_lb"),
        ("I am 5 feet tall. Add a column note to a.csv.", "name,height_cm"),
    ],
)
def test_what_is_not_certain_is_not_looked_at(goal: str, head: str) -> None:
    assert rescaled(goal, {"a.csv": Table(tuple(head.split(",")), ())}) is None


@pytest.mark.skipif(probe().bwrap is None, reason=probe().why or "no sandbox")
@pytest.mark.parametrize(
    ("factor", "passes"), [("0.45359237", True), ("0.4536", True), ("1", False), ("2.2046", False)]
)
def test_a_column_that_is_only_copied_does_not_pass(
    workspace: Path, home: Path, factor: str, passes: bool
) -> None:
    (workspace / "weights.csv").write_text("animal,weight_lb\nfox,14.5\nhare,8\n")
    made = f"""import csv
rows = list(csv.DictReader(open('weights.csv')))
with open('weights_kg.csv', 'w', newline='') as file:
    out = csv.writer(file)
    out.writerow(['animal', 'weight_lb', 'weight_kg'])
    for row in rows:
        out.writerow([*row.values(), round(float(row['weight_lb']) * {factor}, 2)])
"""
    model = ScriptedModel.of({"text": python(made)}, small=True)
    settings = Settings(model="scripted", home=home, steps=1)
    outcome = asyncio.run(pursue(POUNDS, workspace, settings, model=model))
    scaled = next(c for c in outcome.state.criteria if "in kilograms" in c.text)
    seen = outcome.state.checks[scaled.id]
    assert seen.passed == passes, seen.evidence
    assert passes or "where weight_lb is 14.5; that is 6.58" in seen.evidence
