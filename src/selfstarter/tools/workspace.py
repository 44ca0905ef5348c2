"""The workspace as the harness sees it: no path leaves it, and no link is ever followed.

A program in the sandbox owns this folder while we read it: it may swap a file for a link, a FIFO
or a hard link at any moment. So nothing is looked up by name twice: each path is opened once,
below a descriptor of the root, and what was opened is what is checked.
"""

import ctypes
import errno
import hashlib
import os
import secrets
import stat
import struct
import sys
import unicodedata
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from selfstarter.core.errors import ToolFailed, WorkspaceGone
from selfstarter.core.permissions import PROTECTED
from selfstarter.core.ports import MOST_LISTED

MAX_WRITE = 5 << 20
HASHED = 64 << 20
"""Of a longer file, the digest covers this much, the size and the time of the last change."""
LOOKED_AT = 50_000
"""Folder entries after which a listing ends, however few of them were files."""
LEFT_OUT = {"__pycache__", "node_modules", "venv", "site-packages"}
"""Folders of other people's files; hidden folders are left out too."""
TEMPORARY = ".~writing-"
BESIDE = "Write it under another name and say in your summary what a person should do."
INSTEAD = {"conftest.py": "Fixtures may stand in the test file, or in a module it imports."}
"""A protected name -> where else what it is written for works."""
LOOK = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""Non-blocking, so that opening a FIFO returns at once."""
ENTER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

ABSOLUTE = "a path is relative to the workspace, never absolute"
ROOTS = ("/workspace/",)
"""Where models take the workspace to lie."""
OPENAT2 = 437
BENEATH_WITHOUT_LINKS = 0x08 | 0x04 | 0x02
"""RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS (linux/openat2.h)."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Port `Files` on a folder of this machine (Linux and macOS).

    Every method raises WorkspaceGone when the folder itself is no longer there: an empty listing
    would be a lie that every check believes.
    """

    root: Path

    def read(self, path: str, limit: int = 2 << 20) -> bytes:
        """The first `limit` bytes. Raises ToolFailed."""
        with self._regular(path) as (fd, _):
            return b"".join(blocks(fd, limit))

    def write(self, path: str, data: bytes) -> None:
        """Whole or not at all, parents made. Keeps the mode of a file that it replaces.

        Raises ToolFailed: also for a protected name, a link or a folder at `path`, too much data.
        """
        self._stands()
        *above, name = self._steps(path) or [""]
        if not name:
            raise ToolFailed(f"{path!r} names no file.")
        obeyed = above if self._is_of_tests(path, above, name) else [*above, name]
        refuse_protected(path, obeyed)
        if len(data) > MAX_WRITE:
            raise ToolFailed(
                f"{path}: {len(data):,} bytes are more than one write may have ({MAX_WRITE:,}).",
                "oversize",
                "Write it in parts, or make it with a program.",
            )
        with told(path), self._folder(above) as folder:
            replace_in(folder, name, data)

    def _is_of_tests(self, path: str, above: list[str], name: str) -> bool:
        """Is it what tests below the root obey, and there? It runs when they do, and programs
        of the sandbox may change both; the contract holds what is to stay."""
        if not above or name != "conftest.py":
            return False
        try:
            self.size(path)
        except ToolFailed:
            return False
        return True

    def remove(self, path: str) -> None:
        """Raises ToolFailed: a protected name, a link or a folder at `path`."""
        *above, name = self._steps(path) or [""]
        if not name:
            raise ToolFailed(f"{path!r} names no file.")
        refuse_protected(path, [*above, name])
        if not self.digest(path):
            return
        with told(path), self._folder(above) as folder, suppress(FileNotFoundError):
            refuse_irregular(path, os.stat(name, dir_fd=folder, follow_symlinks=False))
            os.unlink(name, dir_fd=folder)

    def names(self, limit: int = MOST_LISTED) -> Sequence[str]:
        return sorted(path for path, _ in self._walk(limit))

    def stamps(self) -> Mapping[str, tuple[int, int]]:
        return {path: (s.st_size, s.st_mtime_ns) for path, s in sorted(self._walk(MOST_LISTED))}

    def digest(self, path: str) -> str:
        digest = hashlib.sha256()
        try:
            with self._regular(path) as (fd, found):
                for block in blocks(fd, HASHED):
                    digest.update(block)
        except ToolFailed:
            return ""
        if found.st_size > HASHED:
            digest.update(f"{found.st_size} {found.st_mtime_ns}".encode())
        return digest.hexdigest()

    def size(self, path: str) -> int:
        with self._regular(path) as (_, found):
            return found.st_size

    def others(self, own: Mapping[str, str]) -> bool:
        self._stands()
        seen, there = 0, list[str]()
        for folder, folders, files, _ in os.fwalk(self.root, follow_symlinks=False):
            above = "" if folder == str(self.root) else os.path.relpath(folder, self.root) + "/"
            seen += len(folders) + len(files)
            if seen > LOOKED_AT or (above and not folders and not files):
                return True
            paths = [above + name for name in files]
            if not all(map(own.get, paths)):
                return True
            there += paths
            # `fwalk` counts a link to a folder as a folder, and does not enter it.
            if any(Path(folder, name).is_symlink() for name in folders):
                return True
        return any(self.digest(path) != own[path] for path in there)

    def _stands(self) -> None:
        if not self.root.is_dir():
            raise WorkspaceGone(
                "The workspace {root} is no longer there. Put the folder back where it was"
                " and resume the run: nothing that was done is forgotten.",
                root=self.root,
            )

    def _steps(self, path: str) -> list[str]:
        """As `steps`; of an absolute path the refusal says which one may be meant."""
        if meant := self._meant(path):
            raise refused(path, ABSOLUTE, f"Did you mean {meant!r}?")
        return steps(path)

    def _meant(self, path: str) -> str:
        """What lies in the workspace at the end of an absolute path, or would lie there."""
        names = [name for name in path.split("/") if name not in ("", ".")]
        if path[:1] not in ("/", "~") or not speakable(path) or ".." in names:
            return ""
        for n in range(len(names)):
            with suppress(OSError):
                os.close(open_below(self.root, names[n:]))
                return "/".join(names[n:])
        at = next((root for root in (f"{self.root}/", *ROOTS) if path.startswith(root)), path)
        return "/".join(steps(rest)) if (rest := path[len(at) :].strip("/")) else ""

    @contextmanager
    def _regular(self, path: str) -> Generator[tuple[int, os.stat_result], None, None]:
        """A descriptor of the file at `path`, checked after it was opened."""
        self._stands()
        with told(path):
            fd = open_below(self.root, self._steps(path))
        try:
            found = os.fstat(fd)
            refuse_irregular(path, found)
            with told(path):
                yield fd, found
        finally:
            os.close(fd)

    @contextmanager
    def _folder(self, names: list[str]) -> Generator[int, None, None]:
        """A descriptor of the folder at `names`, made where it is missing."""
        fd = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for name in names:
                below = entered(fd, name)
                os.close(fd)
                fd = below
            yield fd
        finally:
            os.close(fd)

    def _walk(self, limit: int) -> Iterator[tuple[str, os.stat_result]]:
        """Files that `read` would open, folder by folder, `limit` at most."""
        self._stands()
        seen = 0
        for folder, folders, files, fd in os.fwalk(self.root, follow_symlinks=False):
            folders[:] = sorted(f for f in folders if f[0] != "." and f not in LEFT_OUT)
            above = "" if folder == str(self.root) else os.path.relpath(folder, self.root) + "/"
            for name in sorted(files):
                seen += 1
                if limit <= 0 or seen > LOOKED_AT:
                    return
                found = listed(fd, name)
                if found and speakable(above + name):
                    limit -= 1
                    yield above + name, found
            seen += len(folders)


def steps(path: str) -> list[str]:
    """The components of a relative path. Raises ToolFailed, naming the rule that `path` breaks."""
    if not speakable(path):
        raise refused(path, "a path is 1 to 1024 printable characters, without backslashes")
    if path.startswith(("/", "~")) or path[1:2] == ":":
        raise refused(path, ABSOLUTE)
    names = [name for name in path.split("/") if name not in ("", ".")]
    if ".." in names:
        raise refused(path, "a path does not go up: no '..'")
    if any(len(name.encode()) > 255 for name in names):
        raise refused(path, "a name has at most 255 bytes")
    return names


def speakable(path: str) -> bool:
    """No control characters, no backslash, no bytes that are not UTF-8."""
    if not 0 < len(path) <= 1024 or "\\" in path:
        return False
    # Of a printable text no character need be looked up; this is asked of each file at each step.
    return path.isprintable() or not any(
        unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in path
    )


def refused(
    path: str, rule: str, instead: str = "Give a path like `folder/name.txt`."
) -> ToolFailed:
    return ToolFailed(f"Refused {path[:200]!r}: {rule}.", "denied", instead)


def refuse_protected(path: str, names: list[str]) -> None:
    for name in names:
        # Some file systems drop these differences, and `.GIT ` is then the repository itself.
        seen = "".join(c for c in unicodedata.normalize("NFKC", name) if c.isprintable())
        obeyed = seen.rstrip(" .").lower()
        if obeyed in PROTECTED:
            raise ToolFailed(
                f"Refused {path!r}: {name!r} is a protected name; other programs obey such files.",
                "denied",
                INSTEAD.get(obeyed, BESIDE),
            )


def refuse_irregular(path: str, found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise ToolFailed(f"{path} is a folder.", next_action="list_files shows what is in it.")
    if not stat.S_ISREG(found.st_mode):
        raise ToolFailed(f"Refused {path!r}: it is not a regular file.", "denied")
    if found.st_nlink > 1:
        raise ToolFailed(
            f"Refused {path!r}: it is a hard link, so it may be a file outside the workspace.",
            "denied",
            "Copy it with a program and read the copy.",
        )


@contextmanager
def told(path: str) -> Generator[None, None, None]:
    """The system's errors in words for the model."""
    try:
        yield
    except FileNotFoundError as error:
        raise ToolFailed(
            f"There is no file {path!r}.", next_action="list_files shows what is there."
        ) from error
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EXDEV, errno.ENOTDIR):
            text = f"Refused {path!r}: a link, or a file where a folder should be, is on the way."
            raise ToolFailed(text, "denied", "Links are not followed; name the file itself.") from (
                error
            )
        raise ToolFailed(f"{path!r}: {os.strerror(error.errno or errno.EIO)}.") from error


def open_below(root: Path, names: list[str], flags: int = LOOK) -> int:
    """A descriptor of an existing entry below `root`. Raises OSError; ELOOP, EXDEV for links."""
    if sys.platform == "linux":
        try:
            return open_at_once(root, names, flags)
        except OSError as error:
            if error.errno not in (errno.ENOSYS, errno.EPERM):  # old kernel, filtered call
                raise
    return open_stepwise(root, names, flags)


def open_at_once(root: Path, names: list[str], flags: int) -> int:
    """The kernel holds the rule (Linux 5.6): one call, no window for a swap."""
    below = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        how = struct.pack("QQQ", flags, 0, BENEATH_WITHOUT_LINKS)
        relative = "/".join(names) or "."
        fd = int(libc().syscall(OPENAT2, below, relative.encode(), how, len(how)))
        if fd < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), relative)
        return fd
    finally:
        os.close(below)


@cache
def libc() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


def open_stepwise(root: Path, names: list[str], flags: int) -> int:
    """The same rule held by us: each folder is opened below the last, and is not a link."""
    fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for name in names[:-1]:
        try:
            below = os.open(name, ENTER, dir_fd=fd)
        finally:
            os.close(fd)
        fd = below
    try:
        return os.open(names[-1] if names else ".", flags, dir_fd=fd)
    finally:
        os.close(fd)


def blocks(fd: int, limit: int) -> Iterator[bytes]:
    while limit > 0 and (block := os.read(fd, min(limit, 1 << 16))):
        limit -= len(block)
        yield block


def listed(folder: int, name: str) -> os.stat_result | None:
    """What `name` is, if it is a file that `read` would open."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:  # gone since it was listed
        return None
    ours = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
    return found if ours and not name.startswith(TEMPORARY) else None


def entered(folder: int, name: str) -> int:
    """A descriptor of the folder `name` in `folder`, made if it is missing."""
    made = False
    with suppress(FileExistsError):
        os.mkdir(name, 0o755, dir_fd=folder)
        made = True
    below = os.open(name, ENTER, dir_fd=folder)
    if made:
        give_to_owner(below, folder)
    return below


def give_to_owner(fd: int, folder: int) -> None:
    """Root's harness makes files for a sandbox that is not root: they go to the folder's owner."""
    if os.geteuid() == 0:
        owner = os.fstat(folder)
        os.fchown(fd, owner.st_uid, owner.st_gid)


def replace_in(folder: int, name: str, data: bytes) -> None:
    """Data first, then the name: a crash leaves the old file. A rename never follows a link."""
    try:
        old = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        mode = 0o644
    else:
        if stat.S_ISDIR(old.st_mode):
            raise IsADirectoryError(errno.EISDIR, "", name)
        if not stat.S_ISREG(old.st_mode):
            raise OSError(errno.ELOOP, "", name)
        mode = stat.S_IMODE(old.st_mode) & 0o777
    temporary = f"{TEMPORARY}{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(temporary, flags, 0o600, dir_fd=folder)
    try:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(fd, rest) :]
            os.fchmod(fd, mode)
            give_to_owner(fd, folder)
            os.fsync(fd)
        finally:
            os.close(fd)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=folder)
        raise
    os.fsync(folder)
