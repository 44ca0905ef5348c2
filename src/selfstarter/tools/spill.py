"""Long outputs: the whole lies in a file of the run's folder, the model reads head and tail."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from selfstarter.core.errors import ToolFailed
from selfstarter.core.ports import Effect, JsonSchema, Result, Tool
from selfstarter.core.profile import PAGE
from selfstarter.core.redaction import Redact, unchanged
from selfstarter.tools.define import FunctionTool, tool
from selfstarter.tools.reading import page

FRAME = 400
"""Characters that a result may have besides a page."""
HANDLE = re.compile(r"[\w-]{1,80}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Spill:
    """A folder outside the workspace, so that no program in the sandbox can reach it."""

    folder: Path
    redact: Redact = unchanged
    """Takes out what must not reach the disk."""
    room: int = PAGE
    """Characters of a page."""

    def keep(self, call_id: str, text: str) -> Result:
        """`text` as a result: itself, or an excerpt and a handle when it is long.

        The same call again replaces what it left.
        """
        text = self.redact(text)
        if len(text) <= self.room + FRAME:
            return Result("ok", text)
        handle = re.sub(r"[^\w-]+", "-", call_id, flags=re.ASCII).strip("-")[-80:] or "result"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole = self._file(handle)
        draft = whole.with_suffix(".draft")
        draft.touch(0o600)
        draft.write_bytes(text.encode("utf-8", "replace"))
        draft.replace(whole)
        return Result("ok", excerpt(text, handle, self.room), spilled=handle)

    def read(self, handle: str) -> str:
        """Raises ToolFailed: nothing was kept under `handle`."""
        if not HANDLE.fullmatch(handle) or not self._file(handle).is_file():
            raise ToolFailed(
                f"There is no kept result {handle!r}.", next_action="Make the call again."
            )
        return self._file(handle).read_bytes().decode("utf-8")

    def _file(self, handle: str) -> Path:
        return self.folder / f"{handle}.txt"


def excerpt(text: str, handle: str, room: int) -> str:
    """Head and tail, half a page, cut at line borders unless those would leave less than half."""
    head, tail = text[: room * 3 // 8], text[-(room // 8) :]
    if (border := head.rfind("\n") + 1) > len(head) // 2:
        head = head[:border]
    if (border := tail.find("\n") + 1) and border < len(tail) // 2:
        tail = tail[border:]
    lines = text.count("\n", 0, len(head)) + 1, text.count("\n", 0, len(text) - len(tail)) + 1
    note = (
        f"[{len(text) - len(head) - len(tail):,} of {len(text):,} characters are left out here,"
        f" lines {lines[0]:,} to {lines[1]:,}; read_result with id={handle!r} shows them]"
    )
    return f"{head.rstrip()}\n{note}\n{tail}"


@dataclass(frozen=True, slots=True)
class Spilling:
    """A Tool that wraps a Tool: what it says at length is kept, and shown in short."""

    tool: Tool
    spill: Spill

    @property
    def name(self) -> str:
        return self.tool.name

    @property
    def does(self) -> str:
        return self.tool.does

    @property
    def effect(self) -> Effect:
        return self.tool.effect

    @property
    def parameters(self) -> JsonSchema:
        return self.tool.parameters

    @property
    def reads_untrusted(self) -> bool:
        return self.tool.reads_untrusted

    @property
    def reads_private(self) -> bool:
        return self.tool.reads_private

    @property
    def egress(self) -> bool:
        return self.tool.egress

    async def __call__(self, args: Mapping[str, Any], key: str) -> Result:
        result = await self.tool(args, key)
        kept = self.spill.keep(key.rpartition(":")[2], result.output)
        return replace(result, output=kept.output, spilled=kept.spilled or result.spilled)


def spilling(tool: Tool, spill: Spill) -> Tool:
    return Spilling(tool, spill)


def read_result_of(spill: Spill) -> FunctionTool:
    # What was kept may be what any tool has read, so it carries every tool's labels.
    @tool(effect="read", reads_untrusted=True, reads_private=True)
    async def read_result(
        id: Annotated[str, Field(description="the handle of a long result")],
        start: Annotated[int, Field(ge=1, description="first line")] = 1,
        lines: Annotated[int, Field(ge=1, le=500)] = 100,
    ) -> Result:
        """Read lines of a result that was too long to show."""
        return page(f"result {id}", spill.read(id), start, lines, room=spill.room)

    return read_result
