"""The system calls a sandboxed program may not make, as a filter for seccomp(2).

Kept libraries were looked at: the one on PyPI (pyseccomp) needs a C library of the system.
Numbers: the kernel's unistd headers; a test compares them where the headers are installed.
"""

import platform
import struct

DENIED = {
    "acct": (163, 89), "add_key": (248, 217), "adjtimex": (159, 171), "bpf": (321, 280),
    "chroot": (161, 51), "clock_adjtime": (305, 266), "clock_settime": (227, 112),
    "delete_module": (176, 106), "fanotify_init": (300, 262), "finit_module": (313, 273),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fsopen": (430, 430), "fspick": (433, 433),
    "init_module": (175, 105), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425), "ioperm": (173, None), "iopl": (172, None), "kcmp": (312, 272),
    "kexec_file_load": (320, 294), "kexec_load": (246, 104), "keyctl": (250, 219),
    "lookup_dcookie": (212, 18), "modify_ldt": (154, None), "mount": (165, 40),
    "mount_setattr": (442, 442), "move_mount": (429, 429), "name_to_handle_at": (303, 264),
    "nfsservctl": (180, 42), "open_by_handle_at": (304, 265), "open_tree": (428, 428),
    "perf_event_open": (298, 241), "personality": (135, 92), "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41), "process_madvise": (440, 440), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "ptrace": (101, 117), "quotactl": (179, 60),
    "reboot": (169, 142), "request_key": (249, 218), "setdomainname": (171, 162),
    "sethostname": (170, 161), "setns": (308, 268), "settimeofday": (164, 170),
    "swapoff": (168, 225), "swapon": (167, 224), "sysfs": (139, None), "syslog": (103, 116),
    "umount2": (166, 39), "unshare": (272, 97), "uselib": (134, None), "userfaultfd": (323, 282),
    "ustat": (136, None), "vhangup": (153, 58),
}  # fmt: skip
"""Kernel surface that no ordinary program needs -> EPERM. Numbers on x86_64 and aarch64."""

ABSENT = {
    "clone3": (435, 435), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "msgget": (68, 186), "shmget": (29, 194),
}  # fmt: skip
"""-> ENOSYS, so that programs fall back. The flags of clone3 cannot be read by a filter; the
others hold memory that belongs to no process, which the supervisor could not count."""

ASKED = {"clone": (56, 220), "ioctl": (16, 29), "socket": (41, 198)}
"""Judged by an argument."""

YOUNGEST = 462
"""The last number we know. Later ones, and those of the x32 table -> ENOSYS."""

FAMILIES = (1, 2, 10, 16)
"""UNIX, INET, INET6, NETLINK. A network namespace does not cover AF_VSOCK (security study)."""

ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
NEW_NAMESPACES = 0x7E020000
TIOCSTI, TIOCLINUX = 0x5412, 0x541C

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, EPERM, ENOSYS, EAFNOSUPPORT = 0x7FFF0000, 0x80000000, 0x50001, 0x50026, 0x50061
NUMBER_AT, ARCH_AT, ARG0_AT, ARG1_AT = 0, 4, 16, 24

Step = tuple[int, int, int, int]


def known(machine: str) -> bool:
    return machine in ARCHITECTURES


def seccomp_filter(machine: str = "") -> bytes:
    """A classic BPF program for `machine` (this one if empty). KeyError: see `known`."""
    column, arch = ARCHITECTURES[machine or platform.machine()]
    steps = [
        step(LOAD, ARCH_AT), step(EQUAL, arch, yes=1), step(RETURN, KILL),
        step(LOAD, NUMBER_AT), step(AT_LEAST, YOUNGEST + 1, no=1), step(RETURN, ENOSYS),
    ]  # fmt: skip
    for table, answer in ((DENIED, EPERM), (ABSENT, ENOSYS)):
        for numbers in table.values():
            number = numbers[column]
            if number is not None:
                steps += [step(EQUAL, number, no=1), step(RETURN, answer)]
    namespaces = [step(ANY_BIT, NEW_NAMESPACES, no=1), step(RETURN, EPERM)]
    terminal = [
        step(EQUAL, TIOCSTI, yes=1), step(EQUAL, TIOCLINUX, no=1), step(RETURN, EPERM),
    ]  # fmt: skip
    families = [
        *(step(EQUAL, family, yes=len(FAMILIES) - i) for i, family in enumerate(FAMILIES)),
        step(RETURN, EAFNOSUPPORT),
    ]
    steps += asked(ASKED["clone"][column], ARG0_AT, namespaces)
    steps += asked(ASKED["ioctl"][column], ARG1_AT, terminal)
    steps += asked(ASKED["socket"][column], ARG0_AT, families)
    steps.append(step(RETURN, ALLOW))
    return b"".join(struct.pack("HBBI", op, yes, no, value) for op, value, yes, no in steps)


def asked(number: int, argument_at: int, judge: list[Step]) -> list[Step]:
    """Judge the low half of an argument; what is not refused is allowed."""
    body = [step(LOAD, argument_at), *judge, step(RETURN, ALLOW)]
    return [step(EQUAL, number, no=len(body)), *body]


def step(op: int, value: int, yes: int = 0, no: int = 0) -> Step:
    """For a comparison, `yes` and `no` say how many steps to skip."""
    return (op, value, yes, no)
