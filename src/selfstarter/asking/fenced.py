"""Calls written as text: one fenced block a turn, or JSON of any of the shapes models use."""

import json
import re
from typing import Any, cast

from selfstarter.core.cleaning import storable
from selfstarter.core.ports import WantedCall

BLOCK = re.compile(r"```[ \t]*([\w+-]*)[ \t]*([^\n`]*)\n(.*?)(?:\n?```|\Z)", re.DOTALL)
PYTHON = {"python", "py", "python3", "tool_code"}
SHELL = {"sh", "bash", "shell", "console"}
FENCE = "```"
"""How a turn begins: a small model that may write a sentence first guesses the answer in it."""
END = "\n```\n"
"""Where a turn ends: what a model writes after its first block is imagination."""


def call_in(text: str) -> WantedCall | None:
    """The first call in a reply, or None. A cut block counts: its code will say what is missing."""
    for match in BLOCK.finditer(text):
        language, name, body = match[1].lower(), match[2].strip(), match[3]
        if found := _block(language, name, body):
            return found
    return _json_call(text)


def _block(language: str, name: str, body: str) -> WantedCall | None:
    if language == "finish":
        return WantedCall("finish", {"summary": body.strip() or name})
    if language in ("file", "write") and name:
        return WantedCall("write_file", {"path": name, "content": body + "\n"})
    if language == "read" and (name or body.strip()):
        return WantedCall("read_file", {"path": name or body.strip().splitlines()[0]})
    if language == "page" and name:
        return WantedCall("read_page", {"url": name})
    if language == "search" and (name or body.strip()):
        return WantedCall("search_web", {"query": (name or body.strip().splitlines()[0])[:200]})
    if language in PYTHON and body.strip():
        return WantedCall("run_python", {"code": body})
    if language in SHELL and body.strip():
        return WantedCall("run_shell", {"command": body})
    if language in ("json", "tool", "tool_call", ""):
        return _json_call(body)
    return None


def _json_call(text: str) -> WantedCall | None:
    start = text.find("{")
    if start < 0:
        return None
    try:
        found, _ = json.JSONDecoder().raw_decode(text[start:])
    except (ValueError, RecursionError):  # the latter: brackets without end
        return None
    if not isinstance(found, dict):
        return None
    value = cast(dict[str, Any], found)
    if isinstance(value.get("function"), dict):
        value = cast(dict[str, Any], value["function"])
    name = value.get("tool") or value.get("name") or value.get("action")
    args: Any = (
        value.get("args") or value.get("arguments") or value.get("parameters") or dict[str, Any]()
    )
    if isinstance(args, str):
        try:
            args = json.loads(args)
        except (ValueError, RecursionError):
            return None
    if isinstance(name, str) and isinstance(args, dict):
        # JSON within a text brings its own escapes.
        return WantedCall(storable(name), storable(args))
    return None


def shown(tool: str, args: dict[str, Any]) -> str:
    """A call as the fenced block that would have made it: what the model reads of its own past."""
    match tool, args:
        case "finish", {"summary": summary}:
            return f"```finish\n{summary}\n```"
        case "write_file", {"path": path, "content": content}:
            return f"```file {path}\n{str(content).rstrip()}\n```"
        case "read_file", {"path": path}:
            return f"```read {path}\n```"
        case "read_page", {"url": url, **more} if not more:
            return f"```page {url}\n```"
        case "search_web", {"query": query, **more} if not more:
            return f"```search\n{query}\n```"
        case "run_python", {"code": code}:
            return f"```python\n{str(code).rstrip()}\n```"
        case "run_shell", {"command": command}:
            return f"```sh\n{str(command).rstrip()}\n```"
        case _:
            return f"```json\n{json.dumps({'tool': tool, 'args': args}, ensure_ascii=False)}\n```"
