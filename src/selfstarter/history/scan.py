"""Look at every file of a workspace, quickly and safely.

A program of the agent may change the folder while we look: each entry is opened below a descriptor
of its own folder, no link is followed, and what was opened is what is kept. Nothing in the folder
is obeyed: no `.gitignore`, no attributes, no repository."""

import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from selfstarter.core.errors import WorkspaceGone
from selfstarter.history.store import REST, Entry
from selfstarter.tools.workspace import LOOK, TEMPORARY, blocks, speakable

LARGEST = 8 << 20
"""Bytes of a file; a longer one is left out."""
MOST_BYTES = 256 << 20
"""Of all files of a workspace together."""
MOST_FILES = 10_000
LOOKED_AT = 50_000
"""Folder entries after which the rest is left out."""
NEVER = {".git"}
"""The person's own history: not kept, not put back, not even named."""
LEFT_OUT = {
    "__pycache__", "node_modules", "site-packages", ".venv", "venv", ".tox",
    ".mypy_cache", ".pytest_cache", ".ruff_cache",
}  # fmt: skip
"""Folders that programs fill and can fill again."""
SETTLED_NS = 100_000_000
"""A file that was changed just now may change again without another time of change."""

Stamp = tuple[int, int, int, int, int]
Keep = Callable[[str, bytes], None]


@dataclass(frozen=True, slots=True)
class Seen:
    stamp: Stamp
    entry: Entry


@dataclass(frozen=True, slots=True)
class Scan:
    tree: dict[str, Entry]
    seen: dict[str, Seen]
    """What need not be read again as long as its stamp is the same."""


def scan(root: Path, known: Mapping[str, Seen], keep: Keep) -> Scan:
    """`keep` is given (digest, content) of whatever is not in `known`. Raises WorkspaceGone."""
    if not root.is_dir():
        raise WorkspaceGone(
            "The workspace {root} is no longer there. Put the folder back.", root=root
        )
    settled = time.time_ns() - SETTLED_NS
    tree: dict[str, Entry] = {}
    seen: dict[str, Seen] = {}
    left = MOST_BYTES
    for path, name, folder in walked(root, tree):
        if len(tree) >= MOST_FILES:
            tree[REST] = Entry("out", f"more than {MOST_FILES:,} files")
            break
        try:
            found = os.stat(name, dir_fd=folder, follow_symlinks=False)
            was = known.get(path)
            if was is not None and was.stamp == stamp_of(found):
                entry = was.entry
            else:
                entry, found = looked_into(name, folder, found, left, keep)
        except FileNotFoundError:
            continue
        except OSError as error:
            tree[path] = Entry("out", f"cannot be read: {os.strerror(error.errno or 0)}")
            continue
        tree[path] = entry
        left -= entry.size if entry.kind != "out" else 0
        if found.st_ctime_ns < settled:
            seen[path] = Seen(stamp_of(found), entry)
    return Scan(tree, seen)


def walked(root: Path, tree: dict[str, Entry]) -> Iterator[tuple[str, str, int]]:
    """(path, name, descriptor of its folder); folders that are left out go into `tree`."""
    looked = 0
    for here, folders, files, fd in os.fwalk(root, follow_symlinks=False):
        above = "" if here == str(root) else os.path.relpath(here, root) + "/"
        links = [name for name in folders if stat.S_ISLNK(mode_of(name, fd))]
        for name in folders:
            if name in LEFT_OUT and name not in links:
                tree[f"{above}{name}/"] = Entry("out", "a folder that programs fill again")
        folders[:] = sorted(set(folders) - LEFT_OUT - NEVER - set(links))
        for name in sorted([*files, *links]):
            looked += 1
            if looked > LOOKED_AT:
                tree[REST] = Entry("out", f"more than {LOOKED_AT:,} entries")
                return
            if name in NEVER or name.startswith(TEMPORARY):
                continue
            if not speakable(above + name):
                tree[REST] = Entry("out", "names that are no text")
                continue
            yield above + name, name, fd
        looked += len(folders)


def mode_of(name: str, folder: int) -> int:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except OSError:
        return 0


def stamp_of(found: os.stat_result) -> Stamp:
    """The time of the last change cannot be set by a program, unlike that of the last write."""
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_mode


def looked_into(
    name: str, folder: int, found: os.stat_result, left: int, keep: Keep
) -> tuple[Entry, os.stat_result]:
    """Raises OSError."""
    if stat.S_ISLNK(found.st_mode):
        target = os.fsencode(os.readlink(name, dir_fd=folder))
        digest = hashlib.sha256(target).hexdigest()
        keep(digest, target)
        return Entry("link", digest, len(target)), found
    if not stat.S_ISREG(found.st_mode):
        return Entry("out", "no regular file"), found
    fd = os.open(name, LOOK, dir_fd=folder)
    try:
        found = os.fstat(fd)
        if why := unfit(found, left):
            return Entry("out", why, found.st_size), found
        data = b"".join(blocks(fd, LARGEST + 1))
    finally:
        os.close(fd)
    if len(data) > LARGEST:  # it grew while it was read
        return Entry("out", TOO_LARGE, len(data)), found
    digest = hashlib.sha256(data).hexdigest()
    keep(digest, data)
    return Entry("program" if found.st_mode & 0o100 else "file", digest, len(data)), found


TOO_LARGE = f"larger than {LARGEST >> 20} MB"


def unfit(found: os.stat_result, left: int) -> str:
    """Why a file is not kept; empty: it is."""
    if not stat.S_ISREG(found.st_mode):
        return "no regular file"
    if found.st_nlink > 1:
        return "a hard link, so it may be a file outside the workspace"
    if found.st_size > LARGEST:
        return f"{TOO_LARGE}, last written at {found.st_mtime_ns}"
    return f"all files are larger than {MOST_BYTES >> 20} MB" if found.st_size > left else ""
