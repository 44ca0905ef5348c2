"""Programs that take without end, or do not go (cases X18, X23-X25, X27, X28)."""

import os
import time
from pathlib import Path

import pytest
from sandbox_parts import Box, running

from selfstarter.sandbox.limits import SandboxLimits

FORKS = """
import os, sys, time
made = 0
for _ in range(1500):
    try:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    except OSError as error:
        print(error)
        break
    made += 1
print("made", made, flush=True)
time.sleep(1)
"""


@pytest.mark.case("X23")
@pytest.mark.parametrize("way", ["program", "cell"])
def test_a_fork_bomb_stops_at_the_limit_and_says_why(box: Box, way: str) -> None:
    began = time.monotonic()
    ran = box.program(FORKS) if way == "program" else box.cell(FORKS)
    if ran.stopped:  # root: no rlimit binds it, so it is counted (decision 002)
        assert "processes" in ran.stopped and ran.status == 137
    else:
        assert "Resource temporarily unavailable" in ran.output
        assert int(ran.output.split("made ")[1]) <= SandboxLimits().processes
    assert time.monotonic() - began < 20
    box.close_worker()
    assert box.run("echo", "usable").output == "usable\n"


@pytest.mark.case("X24")
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("one", "x = bytearray(3_000_000_000); x[::4096] = b'x' * len(x[::4096])"),
        ("mapped", "import mmap; x = mmap.mmap(-1, 3 << 30); x[::4096] = b'x' * len(x[::4096])"),
        (
            "many",
            "import os, time\nfor n in range(12):\n    if os.fork() == 0:\n"
            "        x = b'x' * 60_000_000; time.sleep(60)\ntime.sleep(60)",
        ),
        (
            "orphans",
            "import os, time\nfor n in range(12):\n    if os.fork() == 0:\n"
            "        if os.fork(): os._exit(0)\n        os.setsid()\n"
            "        x = b'x' * 60_000_000; time.sleep(60)\ntime.sleep(60)",
        ),
    ],
)
def test_a_memory_bomb_ends_and_the_agent_lives(box: Box, name: str, code: str) -> None:
    ran = box.limited(memory_mb=400).program(code)
    assert "MemoryError" in ran.output or ran.stopped.startswith("memory "), (name, ran)
    assert box.run("echo", "usable").output == "usable\n"


@pytest.mark.case("X24")
def test_a_cell_that_takes_too_much_memory_keeps_its_names_or_says_they_are_lost(box: Box) -> None:
    box.limited(memory_mb=400).cell("kept = 7")
    ran = box.cell("x = bytearray(3_000_000_000)")
    assert "MemoryError" in ran.output
    assert box.cell("kept").output == "7\n"


@pytest.mark.case("X24")
def test_no_memory_can_be_had_that_belongs_to_no_process(box: Box) -> None:
    got = box.attack(
        """
        for name in ("memfd_create", "memfd_secret", "shmget", "msgget"):
            tries(name, lambda: system_call(name, 0, 1 << 20, 0o1600))
        for size in (1 << 24, 1 << 28):
            import fcntl
            tries("pipe", lambda: fcntl.fcntl(os.pipe()[0], 1031, size))
        import resource
        for name in ("AS", "DATA", "FSIZE", "NOFILE", "NPROC", "CORE", "MSGQUEUE"):
            kind = getattr(resource, f"RLIMIT_{name}")
            soft, hard = resource.getrlimit(kind)
            if hard != -1:
                try:
                    resource.setrlimit(kind, (hard + 1, hard + 1))
                    through(f"RLIMIT_{name} can be raised")
                except ValueError:
                    pass
        """
    )
    assert got == []


@pytest.mark.case("X25")
@pytest.mark.parametrize(("place", "most_mb"), [("/tmp", 128), ("/dev/shm", 64), ("/run", 1)])
def test_a_private_file_system_has_its_own_end(box: Box, place: str, most_mb: int) -> None:
    free = os.statvfs("/tmp").f_bavail
    ran = box.program(
        """
        import os, sys
        block, wrote, n = b"x" * (1 << 20), 0, 0
        try:
            while wrote < 700:
                with open(f"{sys.argv[1]}/{n}", "wb", buffering=0) as file:
                    wrote += file.write(block) >> 20
                n += 1
        except OSError as error:
            print(error.strerror)
        print(wrote)
        """,
        place,
    )
    *why, wrote = ran.output.split("\n")[:-1]
    assert why and int(wrote) <= most_mb
    gone = (free - os.statvfs("/tmp").f_bavail) * os.statvfs("/tmp").f_frsize >> 20
    assert gone < 100, "it was the machine's own file system"


@pytest.mark.case("X25")
@pytest.mark.parametrize("place", ["/tmp", "/dev/shm"])
def test_empty_files_without_end_are_counted_too(box: Box, place: str) -> None:
    ran = box.limited(tmp_files=2000).program(
        """
        import os, sys, time
        for n in range(5000):
            os.close(os.open(f"{sys.argv[1]}/{n}", os.O_CREAT | os.O_WRONLY))
        time.sleep(20)
        """,
        place,
    )
    assert ran.stopped.endswith("files in /tmp"), ran


@pytest.mark.case("X18")
def test_one_endless_or_sparse_file_is_refused(box: Box) -> None:
    got = box.limited(file_mb=20).attack(
        """
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        tries("sparse", lambda: os.truncate("sparse", 1 << 40) or "made" if
              open("sparse", "w") else None)
        def write():
            with open("much", "wb", buffering=0) as file:
                for _ in range(200):
                    if not file.write(b"x" * (1 << 20)):
                        raise OSError("full")
            return "200 MB written"
        tries("one file", write)
        tries("allocate", lambda: os.posix_fallocate(os.open("a", os.O_CREAT | os.O_WRONLY), 0,
                                                     1 << 30) or "allocated")
        """
    )
    assert got == []
    assert sum(path.stat().st_blocks * 512 for path in box.workspace.iterdir()) < 64 << 20


@pytest.mark.case("X18")
@pytest.mark.parametrize("way", ["program", "cell"])
def test_many_files_stop_at_the_limit_of_the_workspace(box: Box, way: str) -> None:
    code = """
        import os, time
        for n in range(150):
            with open(f"f{n}", "wb") as file:
                file.write(os.urandom(1 << 20))
            os.sync() if n % 20 == 0 else None
        time.sleep(60)
        """
    box.limited(growth_mb=40)
    ran = box.program(code) if way == "program" else box.cell(code)
    assert ran.stopped.startswith("workspace grew by"), ran
    assert ran.status == 137


@pytest.mark.case("X18")
def test_files_that_were_unlinked_count_too(box: Box) -> None:
    ran = box.limited(growth_mb=40).program(
        """
        import os, time
        held = []
        for n in range(150):
            held.append(open("f", "wb", buffering=0))
            os.unlink("f")
            held[-1].write(os.urandom(1 << 20))
        time.sleep(60)
        """
    )
    assert ran.stopped.startswith("workspace grew by"), ran


@pytest.mark.case("X18")
def test_60_000_files_stop_at_the_limit(box: Box) -> None:
    if os.statvfs(box.workspace).f_files == 0:
        pytest.skip("this file system does not count its files")
    ran = box.limited(growth_files=3000).program(
        """
        import os, time
        for folder in range(60):
            os.mkdir(f"d{folder}")
            for n in range(1000):
                os.close(os.open(f"d{folder}/{n}", os.O_CREAT | os.O_WRONLY))
        time.sleep(60)
        """,
        timeout_s=60,
    )
    assert ran.stopped.startswith("workspace grew by") and "files" in ran.stopped, ran


SURVIVOR = """
import os, signal, sys, time
for _ in range(3):
    if os.fork():
        break
else:
    os.setsid()
    for number in range(1, 32):
        try:
            signal.signal(number, signal.SIG_IGN)
        except OSError:
            pass
    os.execvp("sleep", ["sleep", "4324"])
"""


@pytest.mark.case("X27")
def test_a_program_that_leaves_a_survivor_returns_at_once_and_nothing_is_left(box: Box) -> None:
    began = time.monotonic()
    ran = box.program(SURVIVOR)  # the survivor keeps our stdout open
    assert ran.stopped == "" and time.monotonic() - began < 5
    time.sleep(0.5)
    assert not running("4324")


@pytest.mark.case("X27")
def test_a_survivor_of_a_cell_ends_with_the_interpreter(box: Box) -> None:
    code = f"import os\nif os.fork() == 0:\n    exec({SURVIVOR!r})\n    os._exit(0)"
    assert box.cell(code).status == 0
    box.close_worker()
    time.sleep(0.5)
    assert not running("4324")


@pytest.mark.case("X28")
def test_a_flood_out_of_a_cell_is_cut_and_ended(box: Box) -> None:
    box.limited(flood_bytes=20 << 20)
    ran = box.cell("import os\nwhile True: os.write(1, b'x' * 65536)")
    assert ran.stopped.startswith("output ")
    assert len(ran.output) < (64 << 10) + 1000


@pytest.mark.case("X28")
def test_300_mb_are_read_to_the_end_and_cut(box: Box, tmp_path: Path) -> None:
    ran = box.limited(flood_bytes=400 << 20).run("bash", "-c", "head -c 300000000 /dev/zero")
    assert ran.status == 0 and len(ran.output) < (64 << 10) + 100
    assert "299,934,464 bytes cut" in ran.output
