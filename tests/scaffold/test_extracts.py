"""A table with a row for each text of a folder, filled in by the model, written by the harness."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from plays import laid
from test_quoting import shape

from selfstarter.app import pursue
from selfstarter.core.ports import Request
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings

BILLS = {
    "bills/1.txt": "Aqua Ltd\nInvoice R-7\n3 May 2026\n\nTotal: EUR 1,204.50\n",
    "bills/2.txt": "Bolt GmbH\nRechnung R-3, 04.05.2026\n\nSumme: 12.080,00 EUR\n",
}
GOAL = (
    "The folder bills holds our invoices. Write bills.csv with the columns invoice, date, vendor"
    " and total (a plain number), one row per invoice, sorted by invoice."
)
TOLD: Mapping[str, Mapping[str, Any]] = {
    "1.txt": {"invoice": "R-7", "date": "3 May 2026", "vendor": "Aqua Ltd", "total": 1204.5},
    "2.txt": {"invoice": "R-3", "date": "2026-05-04", "vendor": "Bolt GmbH", "total": 12080},
}


def ran(workspace: Path, home: Path, goal: str, *told: object) -> list[Request]:
    laid(workspace, BILLS)
    model = ScriptedModel.of(*({"text": json.dumps(one)} for one in told), small=True)
    settings = Settings(model="scripted", home=home, steps=len(told))
    asyncio.run(pursue(goal, workspace, settings, model=model))
    return [request for request in model.asked if request.purpose == "choose"]


def test_each_text_becomes_a_row(workspace: Path, home: Path) -> None:
    ran(workspace, home, GOAL, TOLD)
    assert (workspace / "bills.csv").read_text() == (
        "invoice,date,vendor,total\n"
        "R-3,2026-05-04,Bolt GmbH,12080\n"
        "R-7,3 May 2026,Aqua Ltd,1204.5\n"
    )


def test_as_json_and_the_largest_first(workspace: Path, home: Path) -> None:
    goal = GOAL.replace("bills.csv", "bills.json").replace("by invoice", "by total, descending")
    ran(workspace, home, goal, TOLD)
    assert json.loads((workspace / "bills.json").read_text()) == [TOLD["2.txt"], TOLD["1.txt"]]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"vendor": "Crisp Inc"}, "the vendor of 1.txt, 'Crisp Inc', is not in 1.txt"),
        ({"total": 1240.5}, "the total of 1.txt, 1240.5, is not in 1.txt"),
        ({"date": "2026-05-04"}, "the date of 1.txt, '2026-05-04', is not in 1.txt"),
        ({"vendor": ["Aqua Ltd"]}, "not the JSON asked for"),
        ({"total": None}, "not the JSON asked for"),
        ({"date": "2026-06-03"}, "the date of 1.txt, '2026-06-03', is not in 1.txt"),
    ],
)
def test_what_is_not_in_the_file_is_turned_back(
    workspace: Path, home: Path, wrong: Mapping[str, Any], why: str
) -> None:
    asked = ran(workspace, home, GOAL, {**TOLD, "1.txt": {**TOLD["1.txt"], **wrong}}, TOLD)
    assert why in asked[1].messages[-1].text
    assert "R-7,3 May 2026,Aqua Ltd,1204.5" in (workspace / "bills.csv").read_text()


@pytest.mark.parametrize(
    "goal",
    [
        GOAL.replace("one row per invoice", "only those above 100"),
        GOAL.replace("one row per invoice, ", ""),
        GOAL.replace("one row per invoice", "how many invoices for each vendor"),
        GOAL.replace("bills.csv", "bills.md"),
        "Write files.csv with the columns invoice and name: the file name of each file in bills.",
    ],
)
def test_other_tables_are_made_by_a_program(workspace: Path, home: Path, goal: str) -> None:
    assert shape(ran(workspace, home, goal, "no")[0]) != ["1.txt", "2.txt"]


def test_the_form_has_a_row_for_each_file(workspace: Path, home: Path) -> None:
    request, *_ = ran(workspace, home, GOAL, TOLD)
    assert shape(request) == ["1.txt", "2.txt"]
    assert request.schema
    assert request.schema["properties"]["1.txt"]["properties"]["total"] == {"type": "number"}
