"""How a source becomes text for a model: pages without their markup, tables row by row."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from selfstarter.core.decoding import binary_kind, decoded
from selfstarter.core.errors import ToolFailed
from selfstarter.core.ports import Files, Result
from selfstarter.core.profile import PAGE
from selfstarter.tools.documents import html_text
from selfstarter.tools.statements import TABLES, statements, table_statements

LIMIT = 2 << 20
"""Bytes read of one source."""
DOCUMENTS = Path(__file__).with_name("documents.py")
SMALL = 64 << 10
"""Bytes of a page that is read here: it takes less time than a child does to start, whatever is in
it."""
APART_S = 15.0
"""For one document, in a process of its own. What was found until then is taken."""


@dataclass(frozen=True, slots=True)
class WorkspaceSources:
    """Port `Sources` on the files of a workspace."""

    files: Files

    def text(self, path: str) -> str:
        return as_text(path, self.files.read(path, LIMIT))

    def statements(self, path: str) -> Sequence[str]:
        data = self.files.read(path, LIMIT)
        if suffix(path) in TABLES:
            return table_statements(path, readable(path, data, raw=True)[0])
        return statements(as_text(path, data))


def as_text(path: str, data: bytes) -> str:
    """The text of a file. Raises ToolFailed: it holds none, or what is needed is not installed."""
    return readable(path, data)[0]


def readable(path: str, data: bytes, raw: bool = False) -> tuple[str, str]:
    """(text, encoding), empty for UTF-8 and for what was taken out of a page or a PDF. `raw`: the
    characters of the file, as they are. Raises ToolFailed, as `as_text`."""
    match "" if raw else suffix(path):
        case "pdf":
            return pdf_text(path, data), ""
        case "html" | "htm" | "xhtml":
            return page_text(path, data), ""
        case _ if kind := binary_kind(data):
            raise ToolFailed(
                f"{path} is not text: {kind}, {len(data):,} bytes read.",
                next_action="Open it with a program (run_python) that knows this format.",
            )
        case _:
            return decoded(data)


def suffix(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[2].lower()


def lines_of(text: str) -> list[str]:
    """Lines as editors and tracebacks count them: a form feed ends none."""
    found = text.replace("\r\n", "\n").split("\n")
    return found if found[-1] else found[:-1]


def page(
    name: str, text: str, start: int, most: int, note: str = "", *, room: int = PAGE
) -> Result:
    """`most` lines of `text` from `start` (from 1), fewer if they have no room; where to go on."""
    found = lines_of(text)
    if not found:
        return Result("empty", f"{name} is empty.")
    if start > len(found):
        return Result("empty", f"{name} has only {len(found):,} lines.")
    shown = fitting(found[start - 1 : start - 1 + most], room)
    last = start - 1 + len(shown)
    head = f"[{name}: lines {start:,}-{last:,} of {len(found):,}{note}]"
    more = f"For more: start={last + 1}." if last < len(found) else ""
    return Result("ok", "\n".join([head, *shown]), next_action=more)


def fitting(found: list[str], room: int) -> list[str]:
    """The first lines that fit in `room` characters, at least one; a longer one is cut."""
    left = room
    for n, line in enumerate(found):
        if (left := left - len(line) - 1) < 0:
            cut = f"{line[:room]} [{len(line) - room:,} more characters in this line]"
            return found[:n] or [cut if len(line) > room else line]
    return found


def page_text(path: str, data: bytes) -> str:
    if len(data) <= SMALL:
        return html_text(data)
    found = taken_apart("html", data)
    if not found:
        raise ToolFailed(
            f"The markup of {path} is such that its text cannot be taken out in {APART_S:.0f} s.",
            next_action="Read it with raw=true, or take out what you need with a program.",
        )
    return str(found[0]["text"])


def pdf_text(path: str, data: bytes) -> str:
    if find_spec("pypdf") is None:
        raise ToolFailed(
            f"{path} is a PDF, and the package that reads PDF files (pypdf) is not installed.",
            next_action="Work without it, and say in your summary that it could not be read.",
        )
    found = taken_apart("pdf", data)
    count = next((int(one["count"]) for one in found if "count" in one), 0)
    pages = [str(one["page"]) for one in found if "page" in one]
    wrong = next((str(one["wrong"]) for one in found if "wrong" in one), "")
    if wrong or not pages:
        why = wrong or f"its first page takes more than {APART_S:.0f} s, or too much memory"
        raise ToolFailed(f"{path} is not a PDF that can be read: {why}.")
    if not any(pages):
        raise ToolFailed(f"{path} has {count} pages and no text: they are scanned images.")
    text = "\n\n".join(f"# page {n}\n{page}" for n, page in enumerate(pages, 1))
    left_out = f"\n\n[The first {len(pages):,} of {count:,} pages; the others were not read.]"
    return text + (left_out if len(pages) < count else "")


@lru_cache(maxsize=8)
def taken_apart(kind: str, data: bytes) -> Sequence[Mapping[str, int | str]]:
    """What the child has found when it ends, or when its time is up."""
    environment = {n: os.environ[n] for n in ("PATH", "PYTHONPATH") if n in os.environ}
    try:
        lines = subprocess.run(
            [sys.executable, "-P", str(DOCUMENTS), kind],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=environment,
            timeout=APART_S,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired as late:
        lines = late.stdout or b""
    whole = lines[: lines.rfind(b"\n") + 1]
    return [json.loads(line) for line in whole.splitlines()]
