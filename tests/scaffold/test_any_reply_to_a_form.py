"""A law: whatever a model replies to a form, the run comes to an end and says how."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plays import laid

from selfstarter.app import pursue
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings

FILES = {
    "bills/1.txt": "Aqua Ltd\nInvoice R-7 of 3 May 2026\nTotal: EUR 1,204.50 for paper\n",
    "bills/2.txt": "Bolt GmbH\nInvoice R-3 of 4 May 2026\nTotal: EUR 12.00 for ink and glue\n",
    "app.ini": "[cache]\nsize = 100\n",
    "rules.md": "Guests may stay 14 nights, those of old tenants may stay for 30 nights.\n",
    "mean.py": "def mean(numbers):\n    return sum(numbers) / 2\n",
    "test_mean.py": "from mean import mean\n\ndef test_mean():\n    assert mean([2, 4, 6]) == 4\n",
}
FORMS = {
    "extract": "Write bills.csv with the columns invoice and total, one row per file in bills,"
    " sorted by total.",
    "passages": "Write for each file in bills what it is about into about.md.",
    "lines": "In app.ini the cache must keep 250 entries.",
    "quotes": "How many nights may guests stay? See rules.md.",
    "repair": "The tests fail: mend mean.py.",
}
WORDS = st.sampled_from(
    [
        "1.txt",
        "2.txt",
        "invoice",
        "total",
        "quotes",
        "so",
        "answer",
        "changes",
        "line",
        "new",
        "why",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=9) | WORDS
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)
PART = LEAVES | st.lists(LEAVES, max_size=2) | st.sampled_from(["R-7", "R-3", 12, 1204.5])
Shape = st.SearchStrategy[Any] | Mapping[str, "Shape"]
SHAPES: Mapping[str, Shape] = {
    "extract": {name: {"invoice": PART, "total": PART} for name in ("1.txt", "2.txt")},
    "passages": {"1.txt": PART, "2.txt": PART},
    "lines": {"changes": st.lists(st.fixed_dictionaries({"line": PART, "new": PART}), max_size=2)},
    "quotes": {"quotes": st.lists(PART, max_size=2), "so": PART, "answer": PART},
    "repair": {
        "why": PART,
        "changes": st.lists(st.fixed_dictionaries({"line": PART, "new": st.lists(PART)})),
    },
}


def shaped(shape: Shape) -> st.SearchStrategy[Any]:
    """Replies with the right keys, and anything in them."""
    if isinstance(shape, Mapping):
        return st.fixed_dictionaries({key: shaped(part) for key, part in shape.items()})
    return shape


def ends(form: str, *told: str) -> None:
    with TemporaryDirectory() as folder:
        workspace, home = Path(folder, "workspace"), Path(folder, "home")
        workspace.mkdir()
        laid(workspace, FILES)
        model = ScriptedModel.of(*({"text": one} for one in told), small=True)
        limits = Settings(model="scripted", home=home, steps=3, tokens=60_000)
        outcome = asyncio.run(pursue(FORMS[form], workspace, limits, model=model))
    assert outcome.ending
    assert any(request.schema for request in model.asked), "it was asked by a form"


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_any_reply_to_a_form_ends(form: str, data: st.DataObject) -> None:
    told = data.draw(st.lists(shaped(SHAPES[form]) | ANYTHING, min_size=1, max_size=3))
    ends(form, *map(json.dumps, told))


@pytest.mark.parametrize("form", FORMS)
def test_half_a_character_and_brackets_without_end_end(form: str) -> None:
    names, columns = ("1.txt", "2.txt"), ("invoice", "total")
    cells = {name: dict.fromkeys(columns, f"{name} \ud83d") for name in names}
    texts = {"1.txt": "Aqua Ltd sold paper \ud83d", "2.txt": "Bolt GmbH sold ink and glue"}
    ends(form, '{"1.txt": ' + "[" * 100_000 + "}", *map(json.dumps, (cells, texts)))
