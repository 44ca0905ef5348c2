"""What lies outside: files, variables, processes (cases X14, X16, X20, X21, X29, X30, X33)."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandbox_parts import Box

from selfstarter.core.errors import ToolFailed
from selfstarter.sandbox.bubblewrap import Grants
from selfstarter.settings import config_file, data_home
from selfstarter.tools.workspace import Workspace

SECRET = "canary-5c1f0e"

SECRETS = (
    "~/.ssh", "~/.aws", "~/.netrc", "~/.config", "~/.gnupg", "~/.bash_history", "~/.bashrc",
    "~/.docker", "~/.kube", "/etc/shadow", "/etc/passwd-", "/etc/sudoers", "/etc/ssl/private",
    "/etc/machine-id", "/etc/hostname", "/etc/resolv.conf", "/var", "/root", "/home", "/boot",
    "/sys", "/run/docker.sock", "/run/dbus", "/run/user", "/run/secrets", "/mnt", "/opt", "/srv",
    "/proc/kcore", "/proc/kallsyms", "/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/fuse",
)  # fmt: skip


@pytest.mark.case("X20")
def test_secrets_of_the_host_are_not_there(box: Box, outside: Path) -> None:
    install = Path(sys.prefix).parent
    ours = [config_file(), data_home(), install / ".env", install / ".git", outside / "secret"]
    places = [*(Path(place).expanduser() for place in SECRETS), *ours]
    pythons = [Path(sys.prefix), Path(sys.base_prefix)]
    got = box.attack(
        """
        for place in args:
            tries(place, lambda: os.listdir(place) or None if os.path.isdir(place) else
                  open(place, "rb").read(1) or os.stat("/nothing here"))
        """,
        *[place for place in places if not any(one.is_relative_to(place) for one in pythons)],
    )
    assert got == []


@pytest.mark.case("X20", "X14")
def test_no_detour_leads_to_a_file_outside(box: Box, outside: Path) -> None:
    secret = outside / "secret"
    got = box.attack(
        """
        path = args[0]
        os.symlink(path, "link")
        os.symlink(os.path.dirname(path), "folder")
        up = "../" * 40
        detours = ["link", "folder/secret", up + path, f"/proc/1/root{path}",
                   f"/proc/self/root{path}", f"/proc/self/cwd/{up}{path}", f"/proc/1/cwd/{path}"]
        for fd in os.listdir("/proc/self/fd"):
            detours += [f"/proc/self/fd/{fd}/{path}", f"/dev/fd/{fd}/..{path}"]
        for detour in detours:
            tries(detour, lambda: open(detour).read())
        """,
        secret,
    )
    assert got == []
    for path in ("link", "folder/secret"):
        with pytest.raises(ToolFailed):
            Workspace(box.workspace).read(path)


@pytest.mark.case("X20")
def test_a_name_of_the_host_is_found_nowhere(box: Box, outside: Path) -> None:
    (outside / "canary-5c1f0e.txt").write_text(SECRET)
    got = box.attack(
        """
        for place, folders, names in os.walk("/"):
            if place.count("/") > 4 or place in ("/proc", "/usr"):
                folders.clear()
            for name in names:
                if "canary" in name:
                    through(f"{place}/{name}")
        """
    )
    assert got == []


@pytest.mark.case("X16")
def test_a_hard_link_to_a_file_outside_cannot_be_made(box: Box) -> None:
    got = box.attack(
        """
        for number, path in enumerate(["/etc/hosts", "/usr/bin/env", sys.executable, args[0]]):
            tries(path, lambda: os.link(path, f"mine{number}", follow_symlinks=True) or "linked")
        """,
        Path(sys.prefix) / "pyvenv.cfg",
    )
    assert got == []
    assert list(box.workspace.iterdir()) == []


@pytest.mark.case("X21")
def test_variables_of_the_agent_do_not_come_in(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("LD_PRELOAD_NOT", SECRET)
    code = """
        import glob, os
        print(len(os.environ), sorted(os.environ))
        for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline"):
            try:
                print(path, open(path, "rb").read())
            except OSError:
                pass
        """
    for ran in (box.program(code), box.cell(code), box.run("bash", "-c", "env; set")):
        assert ran.status == 0 and "PATH" in ran.output
        assert SECRET not in ran.output and "API_KEY" not in ran.output
    assert int(box.program(code).output.split()[0]) <= 10


@pytest.fixture
def victim() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the same person, outside."""
    argv = [sys.executable, "-c", "import time; time.sleep(60)", SECRET]
    with subprocess.Popen(argv) as started:
        yield started
        started.kill()


@pytest.mark.case("X29")
def test_other_processes_cannot_be_reached(box: Box, victim: subprocess.Popen[bytes]) -> None:
    got = box.attack(
        """
        import signal
        buffer = ctypes.create_string_buffer(64)
        vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 64)
        def read(pid):
            return system_call("process_vm_readv", pid, vector, 1, vector, 1, 0)
        for pid in map(int, args):
            tries(f"kill {pid}", lambda: os.kill(pid, signal.SIGKILL) or "killed")
            tries(f"ptrace {pid}", lambda: system_call("ptrace", 16, pid, 0, 0))
            tries(f"mem {pid}", lambda: open(f"/proc/{pid}/mem", "rb"))
            tries(f"pidfd {pid}", lambda: os.pidfd_open(pid))
            tries(f"prlimit {pid}", lambda: __import__("resource").prlimit(pid, 7))
            tries(f"nice {pid}", lambda: os.setpriority(os.PRIO_PROCESS, pid, 19))
            tries(f"read {pid}", lambda: read(pid))
        tries("ptrace 1", lambda: system_call("ptrace", 16, 1, 0, 0))
        tries("read 1", lambda: read(1))
        tries("fd of 1", lambda: system_call("pidfd_getfd", os.pidfd_open(1), 0, 0))
        """,
        *map(str, (victim.pid, os.getpid(), os.getppid())),
    )
    assert got == []
    assert box.run("bash", "-c", "kill -9 -1; kill -9 1; true").stopped == ""
    assert victim.poll() is None


@pytest.mark.case("X30")
def test_only_its_own_processes_can_be_seen(box: Box, victim: subprocess.Popen[bytes]) -> None:
    box.cell("import subprocess; other = subprocess.Popen(['sleep', '4323'])")
    got = box.attack(
        """
        pids = [name for name in os.listdir("/proc") if name.isdigit()]
        for pid in pids:
            line = open(f"/proc/{pid}/cmdline").read()
            if args[0][::-1] in line or str(4000 + 323) in line:
                through(line)
        if len(pids) > 3:
            through(f"{len(pids)} processes")
        """,
        SECRET[::-1],
    )
    assert got == []


@pytest.mark.case("X33")
def test_a_file_that_may_only_be_read_keeps_its_metadata(box: Box, outside: Path) -> None:
    secret = outside / "secret"
    before = secret.stat()
    box.granted(Grants(read=(str(outside),)))
    assert box.run("cat", str(secret)).output == SECRET
    got = box.attack(
        """
        path = args[0]
        os.symlink(path, "link")
        for name in (path, "link", f"/proc/self/root{path}"):
            tries("chmod", lambda: os.chmod(name, 0o777) or "done")
            tries("chown", lambda: os.chown(name, os.getuid(), os.getgid()) or "done")
            tries("utime", lambda: os.utime(name, (0, 0)) or "done")
            tries("xattr", lambda: os.setxattr(name, "user.x", b"x") or "done")
            tries("truncate", lambda: os.truncate(name, 0) or "done")
            with open(name) as file:
                tries("fchmod", lambda: os.fchmod(file.fileno(), 0o777) or "done")
        tries("rename", lambda: os.rename(path, path + "2") or "done")
        tries("unlink", lambda: os.unlink(path) or "done")
        """,
        secret,
    )
    assert got == []
    after = secret.stat()
    assert (after.st_mode, after.st_uid, after.st_mtime_ns, after.st_size) == (
        before.st_mode, before.st_uid, before.st_mtime_ns, before.st_size,
    )  # fmt: skip


@pytest.mark.case("X33")
def test_metadata_of_the_system_and_of_our_own_files_stays(box: Box, outside: Path) -> None:
    got = box.attack(
        """
        for path in ["/usr/bin/env", "/etc/hosts", "/usr", "/", sys.executable, sys.prefix, *args]:
            if not os.path.exists(path):
                continue
            had = os.stat(path)
            tries(path, lambda: os.chmod(path, had.st_mode & 0o7777) or "mode set")
            tries(path, lambda: os.utime(path, ns=(had.st_atime_ns, had.st_mtime_ns)) or "time set")
        """,
        outside / "secret",
        Path(sys.prefix) / "pyvenv.cfg",
    )
    assert got == []
