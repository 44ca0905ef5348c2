"""What a small model is asked at the door, and how its reply begins."""

import asyncio
from pathlib import Path

import pytest
from plays import Reply

from selfstarter.app import pursue
from selfstarter.core.ports import Request
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings


def asked(workspace: Path, home: Path, goal: str, *replies: str, files: str = "") -> list[Request]:
    """Every request for a next step while these replies are given."""
    draft: Reply = {
        "for": "draft",
        "json": {
            "outcome": "o",
            "files": [files] if files else [],
            "assumptions": [],
            "document": False,
        },
    }
    model = ScriptedModel.of(draft, *({"text": text} for text in replies), small=True)
    settings = Settings(model="scripted", home=home, steps=len(replies))
    asyncio.run(pursue(goal, workspace, settings, model=model))
    return [request for request in model.asked if request.purpose == "choose"]


def python(code: str) -> str:
    return f"```python\n{code}\n```"


def first_prefix(workspace: Path, home: Path, goal: str) -> str:
    return asked(workspace, home, goal, "```finish\nno\n```")[0].prefix


def ran(prefix: str, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The names that the begun program has when it runs."""
    monkeypatch.chdir(workspace)
    names: dict[str, object] = {}
    exec(prefix.removeprefix("```python\n"), names)
    return names
