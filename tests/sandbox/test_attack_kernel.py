"""Ways out of the namespaces: network, kernel, terminal (cases X22, X31, X32, X34)."""

import contextlib
import fcntl
import os
import pty
import socket
import subprocess
import sys
import termios
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandbox_parts import Box

from selfstarter.sandbox.seccomp import ABSENT, DENIED


@pytest.fixture
def listeners(outside: Path) -> Iterator[list[socket.socket]]:
    """On this machine, as its services are: TCP on both loopbacks, UDP, two unix sockets."""
    made = [
        socket.create_server(("127.0.0.1", 0)),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        socket.socket(socket.AF_UNIX),
        socket.socket(socket.AF_UNIX),
    ]
    made[1].bind(("127.0.0.1", 0))
    made[2].bind(str(outside / "docker.sock"))
    made[3].bind(f"\0selfstarter-{os.getpid()}")
    for one in (made[2], made[3]):
        one.listen()
    with contextlib.suppress(OSError):  # this machine has no IPv6
        made.append(socket.create_server(("::1", 0), family=socket.AF_INET6))
    yield made
    for one in made:
        one.close()


@pytest.mark.case("X22")
def test_nothing_reaches_a_listener_of_this_machine(
    box: Box, outside: Path, listeners: list[socket.socket]
) -> None:
    got = box.attack(
        """
        import socket
        tcp, udp, path, abstract = args[:4]
        for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "10.0.2.2", "169.254.169.254"):
            for port in (int(tcp), *map(int, args[4:])):
                tries(host, lambda: socket.create_connection((host, port), 0.3))
        tries("path", lambda: socket.socket(socket.AF_UNIX).connect(path) or "in")
        tries("abstract", lambda: socket.socket(socket.AF_UNIX).connect("\\0" + abstract) or "in")
        tries("name", lambda: socket.getaddrinfo("example.com", 80))
        udp_out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp_out.sendto(b"secret", ("127.0.0.1", int(udp)))
        for host in ("8.8.8.8", "255.255.255.255", "224.0.0.251"):
            tries(host, lambda: udp_out.sendto(b"secret", (host, 53)))
        """,
        str(listeners[0].getsockname()[1]),
        str(listeners[1].getsockname()[1]),
        str(outside / "docker.sock"),
        f"selfstarter-{os.getpid()}",
        *(str(one.getsockname()[1]) for one in listeners[4:]),
    )
    assert got == []
    for one in listeners:
        one.setblocking(False)
        with pytest.raises(BlockingIOError):
            one.recv(1) if one.type == socket.SOCK_DGRAM else one.accept()


@pytest.mark.case("X22")
def test_only_plain_families_of_sockets_can_be_made(box: Box) -> None:
    got = box.attack(
        """
        import socket
        for family in range(50):
            if family not in (1, 2, 10, 16):
                for kind in (1, 2, 3, 5):
                    tries(f"family {family}", lambda: socket.socket(family, kind))
                    tries(f"pair {family}", lambda: socket.socketpair(family, kind))
        for family in (2, 10):
            tries("raw", lambda: socket.socket(family, socket.SOCK_RAW, 1))
        for high in (1 << 32 | 40, 1 << 63 | 17):
            tries("high bits", lambda: system_call("socket", high, 1, 0))
        route = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        down = b"\\x20\\0\\0\\0\\x10\\0\\x05\\0" + bytes(24)   # RTM_NEWLINK
        route.send(down)
        if int.from_bytes(route.recv(99)[16:20], "little", signed=True) >= 0:
            through("netlink changes links")
        for path in ("/dev/vsock", "/dev/net/tun", "/dev/vhost-vsock", "/dev/kvm"):
            tries(path, lambda: open(path))
        """
    )
    assert got == []


@pytest.mark.case("X31")
def test_no_call_of_the_kernels_surface_works(box: Box) -> None:
    got = box.attack(
        """
        import errno
        refused = {errno.EPERM, errno.ENOSYS}
        for name, number in numbers.items():
            if number is None or name in ("clone", "ioctl", "socket"):
                continue
            libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)
            if ctypes.get_errno() not in refused:
                through(f"{name}: {os.strerror(ctypes.get_errno())}")
        for number in (463, 999, 1 << 30 | 101, 1 << 30 | 520):
            libc.syscall(ctypes.c_long(number), *[ctypes.c_long(0)] * 6)
            if ctypes.get_errno() != errno.ENOSYS:
                through(f"call {number}: {os.strerror(ctypes.get_errno())}")
        """
    )
    assert got == []


@pytest.mark.case("X31")
def test_no_new_namespace_mount_or_privilege_can_be_had(box: Box) -> None:
    got = box.attack(
        """
        import signal, subprocess
        def child(flag):
            pid = system_call("clone", flag | signal.SIGCHLD, 0, 0, 0, 0)
            if pid == 0:
                os._exit(0)
            return pid
        for bit in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
            tries(f"clone {bit:x}", lambda: child(bit))
        for words in (["unshare", "-Ur", "true"], ["mount", "-t", "tmpfs", "x", "/tmp"],
                      ["bwrap", "--bind", "/", "/", "true"], ["su", "-c", "true"],
                      ["nsenter", "-t", "1", "-a", "true"], ["mknod", "d", "b", "8", "0"]):
            tries(words[0], lambda: subprocess.run(words, capture_output=True).returncode or 0
                  if subprocess.run(words, capture_output=True).returncode == 0
                  else os.stat("/nothing here"))
        tries("setuid", lambda: os.setuid(0) or "root")
        tries("chroot", lambda: os.chroot("/tmp") or "in")
        for line in open("/proc/self/status"):
            if line.startswith("Cap") and not line.startswith("CapBnd") and int(line[8:], 16):
                through(line)
        """
    )
    assert got == []


@pytest.mark.case("X32")
def test_nothing_below_proc_and_sys_opens_for_writing(box: Box) -> None:
    got = box.attack(
        """
        own = tuple(f"/proc/{name}/" for name in os.listdir("/proc") if name.isdigit())
        own += ("/proc/self/", "/proc/thread-self/")
        seen = 0
        for place, folders, names in os.walk("/proc"):
            if f"{place}/".startswith(own):
                folders.clear()
                continue
            for name in names:
                seen += 1
                tries(name, lambda: os.open(f"{place}/{name}", os.O_WRONLY | os.O_NONBLOCK))
        if seen < 500:
            through(f"only {seen} files were tried")
        tries("sysrq", lambda: os.open("/proc/sysrq-trigger", os.O_WRONLY))
        tries("uid map", lambda: open("/proc/self/uid_map", "w").write("0 0 1") or "written")
        """
    )
    assert got == []


@pytest.mark.case("X32")
def test_proc_sys_is_a_read_only_mount_of_its_own(box: Box) -> None:
    """Landlock refuses writes there too: each of the two must hold without the other."""
    said = box.run("cat", "/proc/self/mountinfo").output
    at = [line.split(" ") for line in said.splitlines() if line.split(" ")[4] == "/proc/sys"]
    assert at and all("ro" in words[5].split(",") for words in at)


TYPING = """
    import fcntl, os, sys
    seen = []
    for path in ("/dev/tty", "/dev/pts/0", "/proc/self/fd/0", "/proc/self/fd/1", "/dev/console"):
        try:
            fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        except OSError:
            continue
        for request in (0x5412, 0x5412 | 1 << 32, 0x541C):
            try:
                for letter in b"typed":
                    fcntl.ioctl(fd, request & 0xFFFFFFFF, bytes([letter]))
                seen.append(f"{path} {request:x}")
            except OSError:
                pass
    print(seen)
"""

IN_A_TERMINAL = """
import asyncio, sys
from pathlib import Path
from selfstarter.sandbox.bubblewrap import Bubblewrap
box = Bubblewrap(Path(sys.argv[1]), sys.argv[2])
ran = asyncio.run(box.run([sys.executable, "-I", "-c", sys.argv[3]], 20))
print(ran.output, end="", flush=True)
"""


@pytest.mark.case("X34")
def test_a_program_cannot_type_into_the_users_terminal(box: Box) -> None:
    ours, theirs = pty.openpty()
    argv = [sys.executable, "-c", IN_A_TERMINAL, str(box.workspace), box.bwrap]

    def take_the_terminal() -> None:
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

    ran = subprocess.run(
        [*argv, textwrap.dedent(TYPING)], stdin=theirs, capture_output=True, pass_fds=(theirs,),
        start_new_session=True, preexec_fn=take_the_terminal, timeout=60, check=False,
    )  # fmt: skip
    assert ran.stdout == b"[]\n", ran.stderr.decode()
    os.set_blocking(ours, False)
    time.sleep(0.1)
    with pytest.raises(BlockingIOError):
        os.read(ours, 100)  # what was typed would be echoed here
    os.close(ours)
    os.close(theirs)


@pytest.mark.case("X34")
def test_typing_is_refused_even_in_a_terminal_of_its_own(box: Box) -> None:
    got = box.attack(
        """
        import fcntl, pty
        ours, theirs = pty.openpty()
        if os.fork():
            os.wait()
        else:
            os.login_tty(theirs)     # so that the kernel itself would let it type
            theirs, out = 0, open("seen", "w")
            sys.stdout = out
        for fd in (ours, theirs):
            tries("TIOCSTI", lambda: fcntl.ioctl(fd, 0x5412, b"x"))
            tries("high bits", lambda: system_call("ioctl", fd, 0x5412 | 1 << 40, b"x"))
            tries("TIOCLINUX", lambda: fcntl.ioctl(fd, 0x541C, b"x"))
        if sys.stdout is not sys.__stdout__:
            out.close()
            os._exit(0)
        """
    )
    assert got == []
    assert (box.workspace / "seen").read_text() == ""


def test_the_table_holds_the_calls_that_the_case_names() -> None:
    named = "bpf perf_event_open io_uring_setup keyctl userfaultfd kexec_load open_by_handle_at"
    assert {*named.split(), "mount", "unshare", "setns", "ptrace"} <= DENIED.keys()
    assert "clone3" in ABSENT
