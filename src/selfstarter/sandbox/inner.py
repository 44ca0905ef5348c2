"""The stage inside the namespaces: rlimits and Landlock, then the program.

Standard library only and few imports, for it runs before every program:
`python -I -S inner.py READY GO [KIND VALUE]…`. Kinds:
    limit NAME=VALUE     one of RLIMIT_NAME
    write PATH           what Landlock lets be written below; nothing else
    mount PATH           a mount that was asked for
    guard DEV:INODE:PATH what must lie at a protected name of the workspace
When every guard stands, the words of the program are read from the descriptor GO, each with a NUL
behind it; then one byte on the descriptor READY, and the program runs. If a guard cannot be set:
status 126, the reason on stderr, no byte. Sources: landlock(7), prctl(2).
"""

import ctypes
import os
import resource
import stat
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
MAKE_CHAR, MAKE_BLOCK = 1 << 6, 1 << 11
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
READ_ONLY = EXECUTE | READ_FILE | READ_DIR
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
USE_DEVICE = READ_FILE | WRITE_FILE | READ_DIR | TRUNCATE | IOCTL_DEV
DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "pts", "ptmx")
PRIVATE = ("/dev", "/dev/shm", "/run", "/tmp")
"""Made by bubblewrap, empty: below them only what was asked for may be mounted."""
PR_SET_NO_NEW_PRIVS = 38


class Refused(Exception):
    pass


def main(ready: int, go: int, words: list[str]) -> None:
    pairs = list(zip(words[::2], words[1::2], strict=True))
    first, second = sorted((ready, go))
    os.closerange(3, first)
    os.closerange(first + 1, second)
    os.closerange(second + 1, 1 << 16)
    try:
        rlimits([value for kind, value in pairs if kind == "limit"])
        mounts_are([value for kind, value in pairs if kind == "mount"])
        guards_are([value for kind, value in pairs if kind == "guard"])
        landlock([value for kind, value in pairs if kind == "write"])
    except (Refused, OSError) as error:
        fail(126, f"The sandbox could not be closed: {error}")
    program = told(go)
    if not program:
        os._exit(0)  # nobody needs it any more
    os.set_inheritable(ready, False)
    os.write(ready, b"1")
    try:
        os.execvp(program[0], program)
    except FileNotFoundError:
        fail(127, f"{program[0]}: not found")
    except OSError as error:
        fail(126, f"{program[0]}: {error.strerror}")


def told(go: int) -> list[str]:
    with open(go, "rb") as words:
        return [os.fsdecode(word) for word in words.read().split(b"\0")[:-1]]


def rlimits(limits: list[str]) -> None:
    for limit in limits:
        name, _, wanted = limit.partition("=")
        kind = getattr(resource, f"RLIMIT_{name}")
        _, most = resource.getrlimit(kind)
        value = int(wanted) if most == resource.RLIM_INFINITY else min(int(wanted), most)
        resource.setrlimit(kind, (value, value))


def mounts_are(asked: list[str]) -> None:
    """Nothing is mounted where it was not asked for.

    bubblewrap follows links. A program in another sandbox of the same workspace could have put
    one in the place of a protected name, so that a foreign file is mounted at a foreign place.
    """
    # No pathlib: its import would take a third of this stage's time.
    with open("/proc/self/mountinfo", errors="surrogateescape") as lines:  # noqa: PTH123
        points = [unescaped(line.split(" ", 5)[4]) for line in lines]
    expected = {"/", *asked, *(f"/dev/{name}" for name in (*DEVICES, "console"))}
    roots = tuple(f"{path}/" for path in asked if path not in PRIVATE)
    for point in points:
        if point not in expected and not point.startswith(roots):
            raise Refused(f"something unasked is mounted at {point}")


def unescaped(point: str) -> str:
    """As proc(5) says of mountinfo."""
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(code, character)
    return point


def guards_are(guards: list[str]) -> None:
    for guard in guards:
        device, inode, path = guard.split(":", 2)
        found = os.lstat(path)
        if (found.st_dev, found.st_ino) != (int(device), int(inode)) or (
            os.path.realpath(path) != path
        ):
            raise Refused(f"{path} was exchanged while the sandbox was made")


def landlock(writable: list[str]) -> None:
    """Only `writable` can be changed, whatever the mounts say; only plain devices can be used."""
    abi = int(libc.syscall(CREATE_RULESET, None, 0, 1))
    if abi < 1:
        raise Refused("this kernel has no Landlock, or it is switched off")
    known = (1 << 13) - 1
    known |= (REFER if abi >= 2 else 0) | (TRUNCATE if abi >= 3 else 0)
    known |= IOCTL_DEV if abi >= 5 else 0
    scoped = 3  # abstract sockets, signals
    # No network rights: the namespace closes it, and programs may use their own loopback.
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    attributes = struct.pack("QQQ", known, 0, scoped)[:size]
    rules = int(libc.syscall(CREATE_RULESET, attributes, size, 0))
    if rules < 0:
        raise last_error("landlock_create_ruleset")
    allow(rules, "/", READ_ONLY & known)
    for path in writable:
        allow(rules, path, known & ~(MAKE_CHAR | MAKE_BLOCK | IOCTL_DEV))
    for device in DEVICES:
        if os.access(f"/dev/{device}", os.F_OK):
            allow(rules, f"/dev/{device}", USE_DEVICE & known)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise last_error("no_new_privs")
    if libc.syscall(RESTRICT_SELF, rules, 0) < 0:
        raise last_error("landlock_restrict_self")
    os.close(rules)


def allow(rules: int, path: str, rights: int) -> None:
    at = os.open(path, os.O_PATH | os.O_CLOEXEC)
    if not stat.S_ISDIR(os.fstat(at).st_mode):
        rights &= OF_FILES
    if libc.syscall(ADD_RULE, rules, 1, struct.pack("=Qi", rights, at), 0) < 0:
        raise last_error(f"landlock_add_rule {path}")
    os.close(at)


def last_error(what: str) -> Refused:
    return Refused(f"{what}: {os.strerror(ctypes.get_errno())}")


def fail(status: int, why: str) -> None:
    os.write(2, f"{why}\n".encode(errors="replace"))
    os._exit(status)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
