"""The workspace's files as tools: list, read, write, edit, search."""

import difflib
import re
from asyncio import to_thread
from collections.abc import Callable
from fnmatch import fnmatch
from itertools import islice
from typing import Annotated

from pydantic import Field
from pydantic_core import SchemaError, SchemaValidator, core_schema

from selfstarter.core.decoding import DATABASE, DOCUMENTS, binary_kind, decoded
from selfstarter.core.errors import ToolFailed
from selfstarter.core.ports import Files, Result, Tool
from selfstarter.core.profile import PAGE
from selfstarter.tools.define import FunctionTool, tool
from selfstarter.tools.reading import (
    LIMIT,
    MARKUP,
    bytes_of,
    kind_of,
    lines_of,
    page,
    readable,
    suffix,
)
from selfstarter.tools.watched import WatchedFiles

MOST_LISTED = 200
MOST_FOUND = 100
WINDOW = 10
"""Lines shown after an edit."""
LONGEST_LINE = 300
"""Characters shown of a line that was found."""

ROWS_UNSEARCHED = (
    "Of a database only the tables and their first rows are searched ({names}): ask it by a program"
    " (sqlite3)."
)

Path = Annotated[str, Field(description="relative to the workspace, like notes/a.txt")]
Pattern = Annotated[str, Field(description="only paths like this: *.py, data/*; empty: all")]


def file_tools(watched: WatchedFiles, room: int = PAGE) -> tuple[Tool, ...]:
    """Reads are labelled untrusted and private: a file may hold anybody's words, or secrets.
    `room`: characters of a page.

    A search shows lines of a file, not the file: what it reads does not count as seen.
    """
    return (
        list_files_in(watched),
        read_file_in(watched, room),
        write_file_in(watched),
        edit_file_in(watched),
        search_files_in(watched.files),
    )


def list_files_in(files: Files) -> FunctionTool:
    # A name can carry a sentence as well as a text can.
    @tool(effect="read", reads_untrusted=True, reads_private=True)
    async def list_files(path: Path = ".", pattern: Pattern = "") -> str:
        """List the files of a folder and of the folders in it, with their sizes in bytes."""
        stamps = await to_thread(files.stamps)
        names = [name for name in stamps if below(path, name) and matches(name, pattern)]
        if not names:
            wanted = f" like {pattern!r}" if pattern else ""
            all_ = "Paths are relative to the workspace; without one, all of it is listed."
            way_on = all_ if path.startswith(("/", "~")) else ""
            raise ToolFailed(f"No files{wanted} in {path!r}.", "empty", way_on)
        lines = [f"{name}  {stamps[name][0]:,}" for name in names[:MOST_LISTED]]
        if len(names) > MOST_LISTED:
            lines.append(f"[{len(names) - MOST_LISTED:,} more; narrow it by path or pattern]")
        return "\n".join(lines)

    return list_files


def read_file_in(files: Files, room: int) -> FunctionTool:
    @tool(effect="read", reads_untrusted=True, reads_private=True)
    async def read_file(
        path: Path,
        start: Annotated[int, Field(ge=1, description="first line")] = 1,
        lines: Annotated[int, Field(ge=1, le=5_000)] = 200,
        raw: Annotated[bool, Field(description="HTML with its markup, to edit it")] = False,
    ) -> Result:
        """Read lines of a file: text, HTML, PDF, Office, mail."""
        data, capped = await to_thread(bytes_of, path, files)
        text, encoding = await to_thread(readable, path, data, raw)
        note = manner(path, raw, capped, encoding)
        return page(path, text, start, lines, note, room=room)

    return read_file


def write_file_in(files: WatchedFiles) -> FunctionTool:
    @tool(effect="repeatable")
    async def write_file(path: Path, content: str, append: bool = False) -> Result:
        """Write a text file, whole: what was in it before is gone, unless `append` adds to its end.
        Folders are made. Not conftest.py, Dockerfile, .env and the like."""
        if append and size_of(files.files, path) is not None:
            return await appended(files, path, content)
        data = encoded(path, content)
        await to_thread(files.look, path, data)
        was = size_of(files, path)
        await to_thread(files.write, path, data)
        news = f"replaced {was:,} bytes" if was is not None else "new file"
        said = f"Wrote {path}: {len(data):,} bytes, {len(lines_of(content)):,} lines ({news})."
        return Result("ok", said, written=(path,))

    return write_file


async def appended(files: WatchedFiles, path: str, content: str) -> Result:
    """What the file ends with already is not added once more: the call may be a second try."""
    there = await to_thread(files.files.read, path, LIMIT + 1)
    if len(there) > LIMIT:
        raise ToolFailed(f"{path} is longer than {LIMIT:,} bytes: add to it by program.")
    text = utf8(path, there)
    if content and text.endswith(content):
        return Result("empty", f"{path} ends with this already: nothing was added.")
    data = encoded(path, text + content)
    await to_thread(files.look, path, data)
    await to_thread(files.write, path, data)
    added = f"Added {len(content.encode()):,} bytes to {path}: {len(data):,} bytes now."
    return Result("ok", added, written=(path,))


def edit_file_in(files: WatchedFiles) -> FunctionTool:
    @tool(effect="repeatable")
    async def edit_file(
        path: Path,
        old: Annotated[str, Field(min_length=1, description="text in the file, copied exactly")],
        new: Annotated[str, Field(description="what to put in its place")],
        replace_all: bool = False,
    ) -> Result:
        """Replace a text in a file. `old` must be there exactly once, unless replace_all."""
        data = await to_thread(files.files.read, path, LIMIT + 1)
        if len(data) > LIMIT:
            raise ToolFailed(f"{path} is longer than {LIMIT:,} bytes: edit it by program.")
        text = utf8(path, data)
        if "\r\n" in text and "\r\n" not in old:
            old, new = old.replace("\n", "\r\n"), new.replace("\n", "\r\n")
        if old == new:
            raise ToolFailed("`old` and `new` are the same: nothing to change.")
        count = text.count(old)
        if already_done(text, old, new):
            return seen_before(path, text, new)
        if not count and not new.strip():
            return Result("empty", f"`old` is not in {path} (any more): nothing to delete.")
        await to_thread(files.look, path)
        if count != 1 and not (count and replace_all):
            raise ToolFailed(wrong_count(path, text, old, count), next_action=MEND[count > 0])
        at = text.index(old)
        text = text.replace(old, new)
        await to_thread(files.write, path, encoded(path, text))
        times = f" ({count} times)" if count > 1 else ""
        said = f"Edited {path}{times}. Now:\n{window(text, at, new)}"
        return Result("ok", said, written=(path,))

    return edit_file


def search_files_in(files: Files) -> FunctionTool:
    @tool(effect="read", reads_untrusted=True, reads_private=True)
    async def search_files(
        text: Annotated[str, Field(min_length=1)],
        pattern: Pattern = "",
        regex: Annotated[bool, Field(description="text is a regular expression")] = False,
    ) -> str:
        """Find a text in the files; case does not matter, unless regex. Gives path:line: text."""
        holds = matcher(text, regex)
        names = [name for name in files.names() if matches(name, pattern)]
        found: list[str] = []
        for name in names:  # file by file, so that a stop does not wait for all of them
            found += await to_thread(hits, files, name, holds)
            if len(found) > MOST_FOUND:
                break
        rows = [name for name in names if is_database(name, files)]
        unsearched = ROWS_UNSEARCHED.format(names=", ".join(rows[:3])) if rows else ""
        if not found:
            raise ToolFailed(f"{text!r} is in none of {len(names):,} files.", "empty", unsearched)
        if len(found) > MOST_FOUND:
            found[MOST_FOUND:] = [f"[more than {MOST_FOUND}; narrow it by text or pattern]"]
        return "\n".join([*found, *([f"[{unsearched}]"] if rows else [])])

    return search_files


def is_database(name: str, files: Files) -> bool:
    if DOCUMENTS.get(suffix(name)) != DATABASE:
        return False
    try:
        return kind_of(name, files) == DATABASE
    except ToolFailed:
        return False


def below(folder: str, name: str) -> bool:
    folder = folder.removeprefix("./").strip("/")
    return folder in ("", ".") or name == folder or name.startswith(folder + "/")


def matches(name: str, pattern: str) -> bool:
    """As a shell would, at any depth: `*.py` also means `a/b.py`, and so does `**/*.py`."""
    pattern = pattern.removeprefix("./").removeprefix("**/")
    return not pattern or fnmatch(name, pattern) or fnmatch(name, f"*/{pattern}")


def manner(path: str, raw: bool, capped: bool, encoding: str) -> str:
    kind = suffix(path)
    note = ", its text without the markup; raw=true shows that" if kind in (*MARKUP, "eml") else ""
    note = "" if raw else note
    note += f", read as {encoding}" if encoding else ""
    return note + (f"; the file is longer, {LIMIT:,} bytes were read" if capped else "")


def size_of(files: Files, path: str) -> int | None:
    """Bytes of the file that is there, None where there is none."""
    try:
        return len(files.read(path, LIMIT))
    except ToolFailed:
        return None


def encoded(path: str, text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ToolFailed(f"{path}: the content holds half a character ({error.reason}).") from error


MEND = {
    True: "Give more lines in `old`, so that it is there once, or set replace_all.",
    False: "Read the file and copy `old` exactly, with its spaces.",
}


def utf8(path: str, data: bytes) -> str:
    """Editing is for text that goes back as it came."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        kind = binary_kind(data) or f"it is read as {decoded(data)[1]}"
        raise ToolFailed(f"{path} is not UTF-8 throughout ({kind}): edit it by program.") from error


def already_done(text: str, old: str, new: str) -> bool:
    """Would a second edit after a crash find the first one done?

    So it is when `new` is there and `old` only inside of it (as when a line was added to it).
    """
    return bool(new.strip()) and new in text and old not in text.replace(new, "")


def seen_before(path: str, text: str, new: str) -> Result:
    return Result(
        "ok",
        f"Already applied, nothing changed: `new` is in {path} and `old` is not outside of it."
        f"\n{window(text, text.index(new), new)}",
        next_action="If you meant another place, give more lines in `old`.",
    )


def wrong_count(path: str, text: str, old: str, count: int) -> str:
    if count:
        return f"`old` is in {path} {count} times, not once."
    first = next((line for line in old.splitlines() if line.strip()), old)
    lines = lines_of(text)[:5_000]
    near = difflib.get_close_matches(first.strip(), [line.strip() for line in lines], 1, 0.5)
    number = next((n for n, line in enumerate(lines, 1) if near and line.strip() == near[0]), 0)
    said = f"`old` is in {path} 0 times."
    return f"{said} Nearest is line {number}: {lines[number - 1][:200]!r}" if number else said


def window(text: str, at: int, new: str) -> str:
    """Some lines around the place `at`, where `new` stands."""
    first = text.count("\n", 0, at)
    middle = first + min(new.count("\n"), WINDOW - 4) // 2
    lines = lines_of(text)
    start = max(0, middle - WINDOW // 2)
    shown = lines[start : start + WINDOW]
    return "\n".join([f"[lines {start + 1}-{start + len(shown)} of {len(lines)}]", *shown])


def matcher(text: str, regex: bool) -> Callable[[str], bool]:
    """Does a line hold it? Raises ToolFailed: not a regular expression.

    A model writes the expression: pydantic's engine takes linear time, `re` might never end.
    """
    pattern = text if regex else f"(?i){re.escape(text)}"
    try:
        validator = SchemaValidator(core_schema.str_schema(pattern=pattern))
    except SchemaError as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise ToolFailed(
            f"{text!r} is not a regular expression here: {reason}.",
            next_action="Look-around and back-references are not known; or set regex=false.",
        ) from error
    return validator.isinstance_python


def hits(files: Files, name: str, holds: Callable[[str], bool]) -> list[str]:
    """Lines that hold it. HTML is searched with its markup: the line numbers are the file's."""
    try:
        data, _ = bytes_of(name, files)
        text, encoding = readable(name, data, raw=suffix(name) in MARKUP)
    except ToolFailed:  # not text: nothing to find in it
        return []
    found = (
        f"{name}:{number}: {line.strip()[:LONGEST_LINE]}"
        for number, line in enumerate(lines_of(text), 1)
        if holds(line)
    )
    lines = list(islice(found, MOST_FOUND + 1))
    return [*lines, f"[{name} is read as {encoding}]"] if lines and encoding else lines
