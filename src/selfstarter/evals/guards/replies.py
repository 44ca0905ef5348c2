"""Words for what a scripted model says (the format is in `models/scripted.py`)."""

from collections.abc import Mapping
from typing import Any

Reply = Mapping[str, Any]


def call(tool: str, thought: str = "", **args: object) -> Reply:
    return {"call": {"tool": tool, "args": args}, "text": thought}


def says(text: str) -> Reply:
    return {"text": text}


def draft(
    *files: str,
    assumptions: tuple[str, ...] = (),
    criteria: tuple[tuple[str, Mapping[str, Any]], ...] = (),
    outcome: str = "It is there.",
    document: bool = False,
) -> Reply:
    return {
        "for": "draft",
        "json": {
            "outcome": outcome,
            "files": files,
            "assumptions": assumptions,
            "document": document,
            "criteria": [{"text": text, "check": check} for text, check in criteria],
        },
    }


def writes(path: str, content: str) -> Reply:
    return call("write_file", path=path, content=content)


def reads(path: str, start: int = 1, lines: int = 200) -> Reply:
    return call("read_file", path=path, start=start, lines=lines)


def shell(command: str) -> Reply:
    return call("run_shell", command=command)


def finish(summary: str = "It is all done.") -> Reply:
    return call("finish", summary=summary)


def plans(*titles: str) -> Reply:
    return call("revise_plan", add=[{"title": t, "done_when": "done"} for t in titles], reason="r")


PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "Do it", "done_when": "it is done"}]}}
REFLECTS: Reply = {
    "for": "reflect",
    "json": {"cause": "It did not work.", "lesson": "Go on.", "dead_end": "nothing"},
}
WRAPS_UP: Reply = {"for": "wrap_up", "text": "It is not all there."}
ALWAYS = (PLAN, REFLECTS, WRAPS_UP)
"""What these models say when they are not asked for the next call."""
