"""Repositories in the workspace: what of them git would obey or run on the host (X35).

A program may commit, so `.git` is writable. Of it, what names programs is read-only inside: hooks,
configuration, and `commondir`, which says where else git is to look for both. That file is missing
as a rule, and only what is there can be made read-only. So we put one there that says "here", for
as long as a sandbox of the workspace stands.
"""

import fcntl
import os
import secrets
import stat
from collections import deque
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from io import FileIO
from itertools import islice
from pathlib import Path

MOST = 50
"""Repositories. Each costs the sandbox some five mounts, and of these many are slow: 50 take 0.3 s
before a program starts, 3 take no time that one could measure."""
LOOKED_AT = 50_000
"""Entries of the workspace, folders on top first: some 0.1 s."""
OBEYED = ("config", "config.worktree", "hooks", "commondir", "gitdir")
HERE = b".\n"
"""A `commondir` of ours: git takes hooks and configuration from where it would take them anyway."""
PER_WORKTREE = b"worktreeconfig"
"""The setting (extensions.worktreeConfig) that makes git obey `config.worktree`."""
ENTER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
LOOK = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Repositories:
    """Those that are in the workspace before a program runs there, and a `.git` at its root."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.held: dict[Path, FileIO] = {}
        """Our `commondir` files, each locked: whoever is the last to hold one removes it."""

    @cached_property
    def found(self) -> list[Path]:
        """Looked for once: what a program makes later is the program's."""
        return list(islice(repositories(self.workspace), MOST))

    def obeyed(self) -> list[Path]:
        """What is to be read-only inside, below the workspace. Adds what must not be missing."""
        return [name for one in dict.fromkeys([Path(".git"), *self.found])
                for name in self.obeyed_of(one)]  # fmt: skip

    def obeyed_of(self, repository: Path) -> list[Path]:
        """A file `.git` points to a repository: it is obeyed itself."""
        try:
            with opened(self.workspace, repository) as at:
                if not stat.S_ISDIR(os.fstat(at).st_mode):
                    return [repository]
                with suppress(OSError):  # we may not write there, and neither may a program
                    self.complete(repository, at)
                # A link cannot be made read-only, what holds it can.
                return [repository / name for name in OBEYED] if plain(at) else [repository]
        except OSError:
            return []

    def complete(self, repository: Path, at: int) -> None:
        """Were one of these missing, a program could make it, and the person's git would obey."""
        linked = read(at, "commondir") not in (b"", HERE)
        if PER_WORKTREE in read(at, "../../config" if linked else "config").lower():
            add(at, "config.worktree", b"")
        if linked:
            return  # a linked worktree: all else is its repository's
        with suppress(FileExistsError):
            os.mkdir("hooks", 0o755, dir_fd=at)
            give_to_owner(at, "hooks")
        add(at, "commondir", HERE)
        if not is_there(self.held.get(repository), at):
            held = self.held[repository] = FileIO(os.open("commondir", LOOK, dir_fd=at))
            with suppress(BlockingIOError):
                fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
            add(at, "commondir", HERE)  # again: whoever held it last may have removed it just now

    def close(self) -> None:
        """When no program of ours runs any more."""
        for repository, held in self.held.items():
            with held, suppress(OSError), opened(self.workspace, repository) as at:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # else another one needs it
                if is_there(held, at) and read(at, "commondir") == HERE:
                    os.unlink("commondir", dir_fd=at)
        self.held = {}


def repositories(workspace: Path) -> Generator[Path, None, None]:
    """Each `.git`, file or folder, those of submodules and linked worktrees, and bare ones."""
    waiting, left = deque([Path()]), LOOKED_AT
    while waiting and left > 0:
        here = waiting.popleft()
        names = entries(workspace / here, left)
        left -= len(names) + 1
        inside = [name for name, is_folder in names.items() if is_folder]
        if here.name == ".git" or is_repository(names):
            yield here
            inside = [name for name in ("modules", "worktrees") if names.get(name)]
        elif names.get(".git") is False:
            yield here / ".git"
        waiting.extend(here / name for name in sorted(inside))


def is_repository(names: Mapping[str, bool]) -> bool:
    return "HEAD" in names and ("commondir" in names or {"objects", "refs"} <= names.keys())


def entries(path: Path, most: int) -> Mapping[str, bool]:
    """Name -> is it a folder?"""
    with suppress(OSError), os.scandir(path) as found:
        return {one.name: one.is_dir(follow_symlinks=False) for one in islice(found, most)}
    return {}


@contextmanager
def opened(workspace: Path, below: Path) -> Generator[int, None, None]:
    """A descriptor of what is there. Raises OSError: nothing, or a link is on the way."""
    at = os.open(workspace, ENTER)
    try:
        for part in below.parts:
            inner = os.open(part, LOOK, dir_fd=at)
            os.close(at)
            at = inner
        yield at
    finally:
        os.close(at)


def plain(at: int) -> bool:
    """Is nothing that git obeys here a link?"""
    for name in OBEYED:
        with suppress(FileNotFoundError):
            if stat.S_ISLNK(seen(at, name).st_mode):
                return False
    return True


def seen(at: int, name: str) -> os.stat_result:
    return os.stat(name, dir_fd=at, follow_symlinks=False)


def is_there(held: FileIO | None, at: int) -> bool:
    with suppress(FileNotFoundError):
        return held is not None and os.path.samestat(os.fstat(held.fileno()), seen(at, "commondir"))
    return False


def read(at: int, name: str) -> bytes:
    """The beginning of a file; nothing of what is none."""
    with suppress(OSError), FileIO(os.open(name, LOOK, dir_fd=at)) as file:
        return file.read(64 << 10) or b""
    return b""


def add(at: int, name: str, data: bytes) -> None:
    """Whole or not at all, and only where there is none: git may look at any moment."""
    with suppress(FileNotFoundError):
        seen(at, name)
        return
    temporary = f"{name}.{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with FileIO(os.open(temporary, flags, 0o644, dir_fd=at), "w") as file:
        file.write(data)
    give_to_owner(at, temporary)
    os.rename(temporary, name, src_dir_fd=at, dst_dir_fd=at)


def give_to_owner(at: int, name: str) -> None:
    """Root's harness makes it for a sandbox that is not root."""
    owner = os.fstat(at)
    os.chown(name, owner.st_uid, owner.st_gid, dir_fd=at, follow_symlinks=False)
