"""The work of a run in the storm: letters to be posted, one after the other, each once."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selfstarter.core.ports import (
    FREE,
    Effect,
    Facts,
    JsonSchema,
    Message,
    Reply,
    Request,
    Result,
    Tool,
    Usage,
    WantedCall,
)

LETTERS = 10
GOAL = f"Post the letters 1 to {LETTERS}, each once, and list them in posted.txt."


class Poster:
    """Port `Model`. Looks into the outbox before each letter, as one does who may have been cut
    short; `log`: a byte for each reply, so that replies that were paid twice are seen."""

    facts = Facts(
        "poster", window=8192, native_tools=True, json_schema=True, small=False, local=True,
        price=FREE,
    )  # fmt: skip

    def __init__(self, log: Path) -> None:
        self.log = log

    async def complete(self, request: Request) -> Reply:
        append(self.log, "x")
        usage = Usage(input=100, output=10)
        match request.purpose:
            case "draft":
                sketch = {"outcome": "All are posted.", "files": ["posted.txt"], "assumptions": []}
                text = json.dumps({**sketch, "document": False, "criteria": []})
                return Reply(text, usage=usage)
            case "plan":
                return Reply('{"tasks": [{"title": "Post them"}]}', usage=usage)
            case "choose":
                return Reply("", calls=(next_call(request.messages),), usage=usage)
            case _:
                return Reply("It did not end well.", usage=usage)

    def count(self, text: str) -> int:
        return len(text) // 4 + 1

    async def close(self) -> None:
        return None


def next_call(messages: tuple[Message, ...]) -> WantedCall:
    last = next((m for m in reversed(messages) if m.role == "tool" and m.call), None)
    there = re.search(r"(\d+) letters are posted", last.text) if last else None
    if there is None:
        return WantedCall("outbox", {})
    posted = int(there[1])
    if posted < LETTERS:
        return WantedCall("post", {"letter": posted + 1})
    if "posted.txt" not in str([m.call.args for m in messages if m.call]):
        text = "".join(f"letter {n}\n" for n in range(1, LETTERS + 1))
        return WantedCall("write_file", {"path": "posted.txt", "content": text})
    return WantedCall("finish", {"summary": f"{LETTERS} letters are posted."})


@dataclass(frozen=True, slots=True)
class Outbox:
    """Port `Tool`. The world outside: what is in `path` has happened, and cannot be taken back."""

    name: str
    does: str
    effect: Effect
    parameters: JsonSchema
    path: Path
    reads_untrusted: bool = False
    reads_private: bool = False
    egress: bool = False

    async def __call__(self, args: Mapping[str, Any], key: str) -> Result:
        if self.name == "post":
            append(self.path, f"{args['letter']}\n")
            return Result("ok", f"Letter {args['letter']} is posted.")
        posted = self.path.read_text().split() if self.path.exists() else []
        return Result("ok", f"{len(set(posted))} letters are posted.")


def outboxes(path: Path) -> dict[str, Tool]:
    letter = {"type": "object", "properties": {"letter": {"type": "integer"}}}
    return {
        "post": Outbox("post", "Post a letter.", "irreversible", letter, path),
        "outbox": Outbox("outbox", "Count the letters.", "read", {"type": "object"}, path),
    }


def append(path: Path, text: str) -> None:
    """Durable when it returns, like a letter that is in the post."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, text.encode())
        os.fsync(file)
    finally:
        os.close(file)
