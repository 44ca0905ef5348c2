"""What a strong model says in a run by script, with calls of its own, and what comes of it."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from selfstarter.app import Outcome, pursue
from selfstarter.core.contract import Criterion
from selfstarter.core.ports import Request
from selfstarter.models.scripted import ScriptedModel
from selfstarter.sandbox.probe import probe
from selfstarter.settings import Settings

Reply = Mapping[str, Any]


needs_sandbox = pytest.mark.skipif(probe().bwrap is None, reason=probe().why or "no sandbox")


PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "work"}]}}


WRAP_UP: Reply = {"for": "wrap_up", "text": "That is how far it went."}


def write(path: str, content: str) -> Reply:
    """However long: no answer is cut that is said to be short."""
    args = {"path": path, "content": content}
    return {"call": {"tool": "write_file", "args": args}, "usage": {"output": 9}}


def finish(summary: str) -> Reply:
    return {"call": {"tool": "finish", "args": {"summary": summary}}}


def draft(
    *checks: Reply, files: Sequence[str] = ("out.txt",), assumes: Sequence[str] = ()
) -> Reply:
    criteria = [{"text": f"It holds, look {n}", "check": c} for n, c in enumerate(checks, 1)]
    return {
        "for": "draft",
        "json": {
            "outcome": "The work is done.",
            "files": files,
            "assumptions": assumes,
            "document": False,
            "criteria": criteria,
        },
    }


def drafted(outcome: Outcome) -> dict[str, Criterion]:
    contract = outcome.state.contract
    assert contract is not None
    return {criterion.id: criterion for criterion in contract.criteria}


SHAPES = {
    "shapes.py": "def area(w, h):\n    return w + h\n",
    "tests/test_shapes.py": (
        "from shapes import area\n\n\ndef test_area():\n    assert area(3, 4) == 12\n"
    ),
    "pyproject.toml": '[project]\nname = "shapes"\n\n[tool.pytest.ini_options]\naddopts = "-q"\n',
}


MENDED = "def area(w, h):\n    return w * h\n"


def shell(command: str) -> Reply:
    return {"call": {"tool": "run_shell", "args": {"command": command}}}


def laid(workspace: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_text(text)


def worked(
    folder: Path,
    home: Path,
    goal: str,
    *replies: Reply,
    there: Mapping[str, str] = SHAPES,
    checks: Sequence[Reply] = (),
    files: Sequence[str] = (),
    assumes: Sequence[str] = (),
    asked: list[Request] | None = None,
    criteria: Sequence[Criterion] = (),
) -> Outcome:
    """`asked`: takes what the model is asked."""
    laid(folder, dict(there))
    model = ScriptedModel.of(PLAN, WRAP_UP, draft(*checks, files=files, assumes=assumes), *replies)
    settings = Settings(model="scripted", home=home)
    try:
        return asyncio.run(pursue(goal, folder, settings, model=model, criteria=criteria))
    finally:
        if asked is not None:
            asked += model.asked


def refusals(outcome: Outcome) -> list[str]:
    return [turn.note for turn in outcome.state.transcript if turn.note][::-1]
