"""What was read of the web, kept in the run's folder: a text by the hash of its bytes, and a list.

The list is only ever appended to, a line at a time, so that a run and its children can share it.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urldefrag

from selfstarter.core.errors import ToolFailed
from selfstarter.core.events import Source
from selfstarter.core.redaction import Redact, unchanged

FOLDER = "pages"
LIST = "list.jsonl"
KEPT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Captured:
    """Port `Captures`, in a folder outside the workspace: nothing in the sandbox can forge one."""

    folder: Path
    redact: Redact = unchanged
    """Takes out what must not reach the disk."""

    def keep(self, asked: str, source: Source, text: str) -> Source:
        """`source` with the place where its text now lies. Keeping twice is keeping once."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.folder / f"{source.sha256}.txt"
        draft = file.with_suffix(f".{os.getpid()}.draft")
        draft.touch(0o600)
        draft.write_bytes(self.redact(text).encode("utf-8", "replace"))
        draft.replace(file)
        kept = source.model_copy(update={"kept": f"{FOLDER}/{file.name}"})
        line = self.redact(json.dumps({"asked": asked, **kept.model_dump()})) + "\n"
        descriptor = os.open(self.folder / LIST, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
        return kept

    def urls(self) -> Sequence[str]:
        found = (entry.get(name, "") for entry in self._entries() for name in ("asked", "url"))
        return list(dict.fromkeys(url for url in found if url))

    def text(self, url: str) -> str:
        wanted = alike(url)
        names = {
            entry.get("sha256", "")
            for entry in self._entries()
            if wanted in (alike(entry.get("url", "")), alike(entry.get("asked", "")))
        }
        texts = [self._text(name) for name in sorted(names) if KEPT.fullmatch(name)]
        if not any(texts):
            raise ToolFailed(f"{url} was not read in this run.", "empty", "Read it, then cite it.")
        return "\n".join(texts)

    def _text(self, name: str) -> str:
        try:
            return (self.folder / f"{name}.txt").read_text("utf-8")
        except OSError:
            return ""

    def _entries(self) -> Iterator[dict[str, str]]:
        try:
            lines = (self.folder / LIST).read_text("utf-8", "replace").splitlines()
        except OSError:
            return
        for line in lines:
            try:
                entry: Any = json.loads(line)
            except ValueError:  # torn by a crash
                continue
            if isinstance(entry, dict):
                items = cast(dict[str, Any], entry).items()
                yield {name: value for name, value in items if isinstance(value, str)}


def alike(url: str) -> str:
    """The same for addresses that a person would take for one."""
    return urldefrag(url.strip())[0].rstrip("/")
