"""Put a workspace back as a snapshot holds it."""

import os
import stat
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

from selfstarter.core.errors import ToolFailed
from selfstarter.history.scan import NEVER
from selfstarter.history.store import Entry, SnapshotStore, Tree
from selfstarter.tools.workspace import ENTER, LOOK, entered, give_to_owner, replace_in, steps

COMPILED = "__pycache__/"
"""Ends the path of a folder that Python fills."""


def restore(
    root: Path,
    store: SnapshotStore,
    paths: Iterable[str],
    now: Tree,
    then: Tree,
    *,
    links: bool = True,
) -> tuple[list[str], list[str]]:
    """Make `paths` below `root` what they are in `then`, where in `now` they are otherwise.

    No link is followed; none is made without `links`. Returns what was put back, and `path: why`
    of what could not be. What either snapshot does not hold is left alone, but for compiled code
    that was not there: its folder goes, and nothing is said of it.
    """
    done: list[str] = []
    failed: list[str] = []
    fit: list[str] = []
    for path in sorted(paths):
        if path.endswith(COMPILED) and path not in then and cleared(root, path):
            continue
        if why := unfit(path, now, then, links):
            failed.append(f"{path}: {why}")
        else:
            fit.append(path)
    # What is in the way of another path goes first.
    for path in sorted(fit, key=lambda path: path in then):
        try:
            if path in then:
                put(root, path, then[path], store.blob(then[path].digest))
            else:
                take(root, path)
        except OSError as error:
            failed.append(f"{path}: {os.strerror(error.errno or 0)}")
        except ToolFailed as error:
            failed.append(f"{path}: {error}")
        else:
            done.append(path)
    return done, failed


def unfit(path: str, now: Tree, then: Tree, links: bool) -> str:
    """Why a path is left as it is; empty: it is put back."""
    for tree in (then, now):
        entry = tree.get(path)
        if entry is not None and entry.kind == "out":
            return f"not kept ({entry.digest})"
    if not links and path in then and then[path].kind == "link":
        return "a link"
    return "" if not NEVER & set(path.split("/")) else "never touched"


def put(root: Path, path: str, entry: Entry, data: bytes) -> None:
    """Raises OSError, ToolFailed."""
    *above, name = steps(path)
    with folder_of(root, above, make=True) as folder:
        if entry.kind == "link":
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
            os.symlink(data, name, dir_fd=folder)
            return
        with suppress(FileNotFoundError):
            if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                os.unlink(name, dir_fd=folder)
        replace_in(folder, name, data)
        fd = os.open(name, LOOK, dir_fd=folder)
        try:
            mode = stat.S_IMODE(os.fstat(fd).st_mode) & 0o777
            wanted = mode | 0o100 if entry.kind == "program" else mode & ~0o111
            if wanted != mode:
                os.fchmod(fd, wanted | (wanted & 0o444) >> 2 if wanted & 0o100 else wanted)
            give_to_owner(fd, folder)
        finally:
            os.close(fd)


def take(root: Path, path: str) -> None:
    """Remove it, and the folders that it alone had kept. Raises OSError, ToolFailed."""
    *above, name = steps(path)
    with suppress(FileNotFoundError), folder_of(root, above, make=False) as folder:
        os.unlink(name, dir_fd=folder)
    remove_empty(root, above)


def cleared(root: Path, path: str) -> bool:
    """Remove a folder of compiled code; False where it holds anything else."""
    above = steps(path)
    try:
        with folder_of(root, above, make=False) as folder, os.scandir(folder) as entries:
            names = [entry.name for entry in entries]
            if not all(name.endswith(".pyc") for name in names):
                return False
            for name in names:
                os.unlink(name, dir_fd=folder)
    except OSError:
        return False
    remove_empty(root, above)
    return True


def remove_empty(root: Path, above: list[str]) -> None:
    """The folder, and those above it that it alone had kept."""
    while above:
        *above, name = above
        try:
            with folder_of(root, above, make=False) as folder:
                os.rmdir(name, dir_fd=folder)
        except OSError:
            return


@contextmanager
def folder_of(root: Path, names: list[str], *, make: bool) -> Generator[int]:
    """A descriptor, reached without following a link. Raises OSError."""
    fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in names:
            below = entered(fd, name) if make else os.open(name, ENTER, dir_fd=fd)
            os.close(fd)
            fd = below
        yield fd
    finally:
        os.close(fd)
