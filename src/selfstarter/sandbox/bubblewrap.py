"""Namespaces by bubblewrap, seccomp, Landlock and rlimits inside, a supervisor around them.

The choice and its measurements are in the security study (0 of 53 attacks got out). The program
sees a read-only system, its workspace, a private /tmp and no network; it inherits no environment.
"""

import os
import stat
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from selfstarter.core.ports import Ran
from selfstarter.sandbox.cells import Cells
from selfstarter.sandbox.launch import Launched, launch
from selfstarter.sandbox.limits import SandboxLimits
from selfstarter.sandbox.own_names import OwnNames
from selfstarter.sandbox.repositories import Repositories
from selfstarter.sandbox.standby import Standby
from selfstarter.sandbox.supervise import supervise

HERE = Path(__file__).resolve().parent
INSIDE = "/tmp/.selfstarter"
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32")
ETC = (
    "/etc/ld.so.cache", "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/alternatives",
    "/etc/localtime", "/etc/nsswitch.conf", "/etc/mime.types", "/etc/fonts",
)  # fmt: skip
"""Named one by one: as root the program could read what only root may, /etc/ssl/private say."""
ROOT_ONLY = ("kcore", "keys", "kallsyms", "timer_list", "sched_debug", "slabinfo", "vmallocinfo")
"""Below /proc, hidden: for a root caller their modes are no obstacle (decision 002)."""
PROTECTED = (
    ".vscode", ".idea", ".devcontainer", ".github", ".env", ".envrc", ".mcp.json",
    ".pre-commit-config.yaml", "Dockerfile", "docker-compose.yml", "docker-compose.yaml",
    "compose.yaml", "conftest.py", "sitecustomize.py", "usercustomize.py",
)  # fmt: skip
"""What programs of the host obey or run, as far as it is there and no program of ours has made it:
read-only inside (X02, X35)."""
RESOLVING = ("/etc/resolv.conf", "/etc/hosts", "/etc/gai.conf")
"""What names are resolved with, where the network is granted."""
UID = "1000"


@dataclass(frozen=True, slots=True)
class Grants:
    """What a person allows a program beyond its own folder (an MCP server, say)."""

    network: bool = False
    """All of it, this machine's own services included."""
    read: tuple[str, ...] = ()
    """Folders."""
    write: tuple[str, ...] = ()

    def mounts(self) -> list["Mount"]:
        read = [*self.read, *(RESOLVING if self.network else ())]
        found = [bind(path) for path in read if Path(path).exists()]
        return found + [bind(path, writable=True) for path in self.write if Path(path).exists()]


class Bubblewrap:
    """The sandbox of one workspace. Calls may overlap; Python cells take turns."""

    def __init__(
        self,
        workspace: Path,
        bwrap: str,
        limits: SandboxLimits | None = None,
        grants: Grants | None = None,
        keep_ready: bool = False,
    ) -> None:
        """`keep_ready`: after a first program, a sandbox waits for the next one until `close`."""
        self.workspace = workspace.resolve()
        self.bwrap = bwrap
        self.limits = limits or SandboxLimits()
        self.grants = grants or Grants()
        self.repositories = Repositories(self.workspace)
        self.own_names = OwnNames(self.workspace, PROTECTED)
        self.cells = Cells(self.python_started, self.workspace, self.limits)
        self.standby = Standby() if keep_ready else None

    async def run(self, argv: Sequence[str], timeout_s: float, stdin: bytes = b"") -> Ran:
        started = await self.started(argv)
        try:
            with self.own_names.noted():
                return await supervise(started, self.workspace, timeout_s, self.limits, stdin)
        finally:
            self.prepare()

    async def python(self, code: str, timeout_s: float) -> Ran:
        with self.own_names.noted():
            return await self.cells.run(code, timeout_s)

    async def close(self) -> None:
        await self.cells.close()
        if self.standby:
            await self.standby.close()
        self.repositories.close()

    async def started(self, program: Sequence[str]) -> Launched:
        found = await self.standby.take(self.as_it_is()) if self.standby else None
        launched = found or await launch(self.argv)
        launched.run(program)
        return launched

    def prepare(self) -> None:
        if self.standby:
            with suppress(OSError):  # the workspace is gone: whoever needs it will say so
                self.standby.prepare(self.as_it_is(), lambda: launch(self.argv))

    def as_it_is(self) -> tuple[object, ...]:
        """All that a sandbox is made of at this moment."""
        folder = self.workspace.stat()
        return (folder.st_dev, folder.st_ino, *self.argv(0, 0, 0))

    async def python_started(self) -> Launched:
        return await self.started([sys.executable, "-I", "-u", f"{INSIDE}/worker.py"])

    def argv(self, seccomp: int, ready: int, go: int) -> list[str]:
        """The whole command line: bubblewrap and the stage inside.

        `seccomp` is a descriptor to read the filter from; `ready` one that the stage inside
        writes a byte to when every guard stands; `go` one that it reads the program from.
        """
        mounts = [*system(), *private(self.limits),
                  *places(self.workspace, [*map(Path, self.own_names.given()),
                                           *self.repositories.obeyed()]),
                  *self.grants.mounts(), *own_files()]  # fmt: skip
        return [
            self.bwrap, *namespaces(self.grants.network), "--seccomp", str(seccomp),
            *(word for mount in mounts for word in mount.words),
            "--remount-ro", "/", "--chdir", str(self.workspace), *environment(self.workspace),
            "--", sys.executable, "-I", "-S", f"{INSIDE}/inner.py", str(ready), str(go),
            *(word for pair in told(mounts, self.workspace, self.limits) for word in pair),
            *(word for path in self.grants.write for word in ("write", path)),
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mount:
    at: str
    words: tuple[str, ...]
    """bubblewrap's options for it."""
    guard: str = ""
    """DEVICE:INODE of a name that a program in the workspace could have exchanged, else empty."""


def bind(path: str, at: str = "", writable: bool = False, guard: str = "") -> Mount:
    at = at or path
    return Mount(at, ("--bind" if writable else "--ro-bind", path, at), guard)


def namespaces(network: bool = False) -> list[str]:
    return [
        *(() if network else ("--unshare-net",)),
        "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-uts",
        "--unshare-cgroup-try", "--uid", UID, "--gid", UID, "--hostname", "sandbox",
        "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL",
    ]  # fmt: skip


def system() -> list[Mount]:
    found: list[Mount] = []
    for path in (*SYSTEM, *ETC):
        if Path(path).is_symlink() and path in SYSTEM:
            found.append(Mount(path, ("--symlink", str(Path(path).readlink()), path)))
        elif Path(path).exists():
            found.append(bind(path))
    return found


def private(limits: SandboxLimits) -> list[Mount]:
    made = [Mount("/proc", ("--proc", "/proc")), Mount("/dev", ("--dev", "/dev"))]
    for path, megabytes in {"/tmp": limits.tmp_mb, "/dev/shm": limits.shm_mb, "/run": 1}.items():
        made.append(Mount(path, ("--size", str(megabytes << 20), "--tmpfs", path)))
    made.append(bind("/proc/sys"))  # bubblewrap leaves it writable for root
    hidden = [f"/proc/{name}" for name in ROOT_ONLY if Path("/proc", name).exists()]
    return made + [bind("/dev/null", at=path) for path in hidden]


def places(workspace: Path, obeyed: Iterable[Path]) -> list[Mount]:
    """The workspace, our own Python wherever it lives, and what is protected in the workspace.

    After /tmp, so that a workspace or a venv there is not hidden; parents before what is in them.
    """
    ours = our_python()
    outside = {path for path in ours if not path.startswith(str(workspace) + "/")}
    mounts = {path: bind(path) for path in outside if not path.startswith("/usr/")}
    mounts.pop("/usr", None)
    mounts[str(workspace)] = bind(str(workspace), writable=True)
    within = [*(path for path in ours - outside), str(HERE.parent)]
    names = [Path(path).relative_to(workspace) for path in within if path_in(path, workspace)]
    for name in (*obeyed, *names):
        for path, mount in protected(workspace, name).items():
            mounts.setdefault(path, mount)
    return [mounts[path] for path in sorted(mounts)]


def our_python() -> set[str]:
    """The folders that it lives in."""
    return {sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parents[1])}


def path_in(path: str, folder: Path) -> bool:
    return Path(path).is_relative_to(folder) and Path(path) != folder


def protected(workspace: Path, name: Path) -> dict[str, Mount]:
    """Read-only at its place; its parents are mounts too, for a mount cannot be moved away."""
    found: dict[str, Mount] = {}
    at = os.open(workspace, os.O_PATH | os.O_DIRECTORY)
    path = workspace
    try:
        for part in name.parts:
            below = os.open(part, os.O_PATH | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at, path = below, path / part
            seen = os.fstat(at)
            if stat.S_ISLNK(seen.st_mode):
                return {}
            last = path == workspace / name
            guard = f"{seen.st_dev}:{seen.st_ino}"
            found[str(path)] = bind(str(path), writable=not last, guard=guard)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    finally:
        os.close(at)
    return found


def own_files() -> list[Mount]:
    names = ("inner.py", "worker.py")
    accounts = [bind(str(path), at=f"/etc/{path.name}") for path in sorted(HERE.glob("etc/*"))]
    return [*(bind(str(HERE / name), at=f"{INSIDE}/{name}") for name in names), *accounts]


def told(mounts: Iterable[Mount], workspace: Path, limits: SandboxLimits) -> list[tuple[str, str]]:
    """What the stage inside is told, see `inner.py`."""
    limited = {
        # Not RLIMIT_AS: programs reserve much more address space than they use.
        "DATA": limits.memory_mb << 20, "FSIZE": limits.file_mb << 20,
        "NOFILE": limits.open_files, "CORE": 0, "MSGQUEUE": 0,
    }  # fmt: skip
    if per_namespace_process_limit():
        limited["NPROC"] = limits.processes
    return [
        *(("limit", f"{name}={value}") for name, value in limited.items()),
        *(("write", path) for path in (str(workspace), "/tmp", "/dev/shm")),
        *(("mount", mount.at) for mount in mounts if "--symlink" not in mount.words),
        *(("guard", f"{mount.guard}:{mount.at}") for mount in mounts if mount.guard),
    ]


def per_namespace_process_limit() -> bool:
    """Before Linux 5.14 RLIMIT_NPROC counts all processes of the user, the desktop's too."""
    major, minor = os.uname().release.split(".")[:2]
    return (int(major), int("".join(filter(str.isdigit, minor)) or 0)) >= (5, 14)


def search_path() -> str:
    return f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"


def environment(workspace: Path) -> list[str]:
    """Harmless variables, ten at most; nothing of the agent's own environment (case X21)."""
    values = {
        "PATH": search_path(),
        "HOME": "/tmp",
        "TMPDIR": "/tmp",
        "PWD": str(workspace),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "EMAIL": "agent@sandbox.invalid",  # so that git can commit
        "PYTHONDONTWRITEBYTECODE": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    return [word for name, value in values.items() for word in ("--setenv", name, value)]
