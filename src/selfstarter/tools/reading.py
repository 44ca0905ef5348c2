"""How a source becomes text for a model: pages without their markup, tables row by row, documents
of other programs as what they say."""

import json
import os
import subprocess
import sys
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from selfstarter.core.decoding import DOCUMENTS, binary_kind, decoded, document_kind, unpacked
from selfstarter.core.errors import ToolFailed
from selfstarter.core.ports import Files, Result
from selfstarter.core.profile import PAGE
from selfstarter.tools.documents import parts
from selfstarter.tools.statements import TABLES, statements, table_statements

LIMIT = 2 << 20
"""Bytes read of one source."""
LARGEST = 32 << 20
"""Bytes of a document: its pictures weigh, and are not read."""
BEGINNING = 16
"""Bytes that tell a database."""
READER = Path(__file__).with_name("documents.py")
MARKUP = ("html", "htm", "xhtml")
NAMES = {
    "pdf": ("a PDF", "pages"), "docx": ("a Word document", "parts"), "eml": ("a mail", "parts"),
    "sheets": ("a workbook", "sheets"), "pptx": ("a presentation", "slides"),
    "sqlite": ("an SQLite database", "tables"),
}  # fmt: skip
"""What each kind is called, and its parts."""
AT_HAND = ("html", "eml")
SMALL = 64 << 10
"""Bytes of one of those that is read here: it takes less time than a child does to start, whatever
is in it."""
APART_S = 15.0
"""For one document, in a process of its own. What was found until then is taken."""


@dataclass(frozen=True, slots=True)
class WorkspaceSources:
    """Port `Sources` on the files of a workspace."""

    files: Files

    def text(self, path: str) -> str:
        return as_text(path, bytes_of(path, self.files)[0])

    def statements(self, path: str) -> Sequence[str]:
        data, _ = bytes_of(path, self.files)
        if suffix(path) in TABLES:
            return table_statements(path, readable(path, data, raw=True)[0])
        return statements(as_text(path, data))


def bytes_of(path: str, files: Files) -> tuple[bytes, bool]:
    """As many as are read of one source, and whether there are more. Raises ToolFailed, of a
    document too if there are: half of one cannot be read."""
    if suffix(path) == "gz":
        return unpacked_of(path, files)
    whole = kind_of(path, files)
    limit = LARGEST if whole else LIMIT
    data = files.read(path, limit + 1)
    if whole and len(data) > limit:
        raise ToolFailed(f"{path} is longer than {limit:,} bytes.", "oversize")
    return data[:limit], len(data) > limit


def kind_of(path: str, files: Files) -> str:
    """As in `document_kind`. Raises ToolFailed."""
    ends = suffix(path)
    return document_kind(ends, files.read(path, BEGINNING)) if ends in DOCUMENTS else ""


def unpacked_of(path: str, files: Files) -> tuple[bytes, bool]:
    try:
        data = unpacked(files.read(path, LARGEST), LIMIT + 1)
    except zlib.error as error:
        raise ToolFailed(f"{path} is no gzip archive that can be read: {error}.") from error
    return data[:LIMIT], len(data) > LIMIT


def as_text(path: str, data: bytes) -> str:
    """The text of a file, as `bytes_of` gives it. Raises ToolFailed: it holds none, or what is
    needed is not installed."""
    return readable(path, data)[0]


def readable(path: str, data: bytes, raw: bool = False) -> tuple[str, str]:
    """(text, encoding), empty for UTF-8 and for what was taken out of a page or a PDF. `raw`: the
    characters of the file, as they are. Raises ToolFailed, as `as_text`."""
    path = path.removesuffix(".gz")
    if not raw and suffix(path) in MARKUP:
        return page_text(path, data), ""
    if not raw and (kind := document_kind(suffix(path), data)):
        return document_text(path, kind, data), ""
    if binary := binary_kind(data):
        raise ToolFailed(
            f"{path} is not text: {binary}, {len(data):,} bytes read.",
            next_action="Open it with a program (run_python) that knows this format.",
        )
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
    found = taken_apart("html", data)
    if not found:
        raise ToolFailed(
            f"The markup of {path} is such that its text cannot be taken out in {APART_S:.0f} s.",
            next_action="Read it with raw=true, or take out what you need with a program.",
        )
    return str(found[0]["part"])


def document_text(path: str, kind: str, data: bytes) -> str:
    name, of_them = NAMES[kind]
    found = taken_apart(kind, data)
    several = next((int(one["count"]) for one in found if "count" in one), 1)
    read = [str(one["part"]) for one in found if "part" in one]
    wrong = next((str(one["wrong"]) for one in found if "wrong" in one), "")
    if wrong or (several and not read):
        why = wrong or f"it takes more than {APART_S:.0f} s, or too much memory"
        raise ToolFailed(f"{path} is not {name} that can be read: {why}.")
    if not any(read):
        images = ": they are scanned images" if kind == "pdf" else ""
        raise ToolFailed(f"{path} has {several} {of_them} and no text{images}.", "empty")
    rest = f"[The first {len(read):,} of {several:,} {of_them}; the others were not read.]"
    return "\n\n".join([*filter(None, read), *([rest] if len(read) < several else ())])


@lru_cache(maxsize=8)
def taken_apart(kind: str, data: bytes) -> Sequence[Mapping[str, int | str]]:
    """What was found when it ends, or when its time is up."""
    if kind in AT_HAND and len(data) <= SMALL:
        return list(parts(kind, data))
    environment = {n: os.environ[n] for n in ("PATH", "PYTHONPATH") if n in os.environ}
    try:
        lines = subprocess.run(
            [sys.executable, "-P", str(READER), kind],
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
