"""Look at what a sandbox uses, from outside, several times a second."""

import asyncio
import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from selfstarter.sandbox.limits import SandboxLimits

POLL_S = 0.1
PAGE = os.sysconf("SC_PAGE_SIZE")


async def over_limits(root: int, workspace: Path, limits: SandboxLimits) -> str:
    """Returns when the processes below `root` use too much, and says of what."""
    disk, pause_s = Disk.now(workspace), POLL_S
    while True:
        await asyncio.sleep(pause_s)
        began = time.monotonic()
        why = await asyncio.to_thread(over, root, disk, limits)
        if why:
            return why
        # A look that takes long, because there is much to look at, is taken less often.
        pause_s = max(POLL_S, 4 * (time.monotonic() - began))


def over(root: int, disk: "Disk", limits: SandboxLimits) -> str:
    seen = list(descendants(root))
    if len(seen) > limits.processes + 2:  # bubblewrap's own two
        return f"{len(seen)} processes"
    memory = sum(one.resident for one in seen) >> 20
    if memory > limits.memory_mb:
        return f"memory {memory} MB"
    if (files := files_in_memory(seen, limits)) > limits.tmp_files:
        return f"{files} files in /tmp"
    return disk.over(seen, limits)


@dataclass(frozen=True, slots=True)
class Seen:
    pid: int
    resident: int
    """Bytes in memory, shared pages counted with each process that has them."""


def descendants(root: int) -> Iterator[Seen]:
    """Parents before children; a process that ends meanwhile is left out."""
    children: dict[int, list[Seen]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                line = Path(entry.path, "stat").read_bytes()
                fields = line[line.rindex(b")") + 2 :].split()
                one = Seen(int(entry.name), int(fields[21]) * PAGE)
                children.setdefault(int(fields[1]), []).append(one)
    queue = [root]
    for pid in queue:
        for one in children.get(pid, ()):
            queue.append(one.pid)
            yield one


def files_in_memory(seen: list[Seen], limits: SandboxLimits) -> int:
    """In the private file systems, whose size counts no empty files; each takes about 1 kB."""
    most = 0
    for one in seen[-2:]:
        files = 0
        for place, megabytes in {"/tmp": limits.tmp_mb, "/dev/shm": limits.shm_mb}.items():
            with contextlib.suppress(OSError):
                found = os.statvfs(f"/proc/{one.pid}/root{place}")
                # One that has just been forked still sees this machine's own.
                if found.f_blocks * found.f_frsize == megabytes << 20:
                    files += found.f_files - found.f_ffree
        most = max(most, files)
    return most


@dataclass(frozen=True, slots=True)
class Disk:
    """What the workspace's file system had free at a moment.

    Free space is cheap to ask for, so the workspace is walked only when enough of it is gone.
    A walk counts what changed since that moment: a program cannot set a ctime.
    """

    workspace: Path
    at: float
    free_bytes: int
    free_files: int

    @staticmethod
    def now(workspace: Path) -> "Disk":
        had = os.statvfs(workspace)
        return Disk(workspace, time.time() - 1, had.f_bfree * had.f_frsize, had.f_ffree)

    def over(self, seen: list[Seen], limits: SandboxLimits) -> str:
        now = Disk.now(self.workspace)
        most = limits.growth_mb << 20
        if (
            self.free_bytes - now.free_bytes < most
            and self.free_files - now.free_files < limits.growth_files
        ):
            return ""
        size, files = changed(self.workspace, self.at)
        size += unlinked(seen, self.workspace.stat().st_dev)
        if size > most:
            return f"workspace grew by {size >> 20} MB"
        if files > limits.growth_files:
            return f"workspace grew by {files} files"
        return ""


def changed(folder: Path, since: float) -> tuple[int, int]:
    """(bytes on disk, number) of the files below `folder` whose inode changed after `since`."""
    size = files = 0
    for place, folders, names in os.walk(folder):
        for name in (*folders, *names):
            with contextlib.suppress(OSError):
                found = os.lstat(f"{place}/{name}")
                if found.st_ctime >= since:
                    size, files = size + found.st_blocks * 512, files + 1
    return size, files


def unlinked(seen: list[Seen], device: int) -> int:
    """Bytes of a device in files that processes hold open and that have no name any more."""
    sizes: dict[int, int] = {}
    for one in seen:
        with contextlib.suppress(OSError):
            for entry in os.scandir(f"/proc/{one.pid}/fd"):
                with contextlib.suppress(OSError):
                    found = Path(entry.path).stat()
                    if found.st_nlink == 0 and found.st_dev == device:
                        sizes[found.st_ino] = found.st_blocks * 512
    return sum(sizes.values())
