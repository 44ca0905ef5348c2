"""Laws of the house beside the import map: a step costs no stack, an import costs no effect."""

import ast
import asyncio
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from selfstarter.app import pursue
from selfstarter.core.ports import Recorded
from selfstarter.settings import Settings

HOUSE = Path(__file__).parents[1] / "src" / "selfstarter"
HEAVY = (
    "apsw",
    "httpx2",
    "pydantic",
    "pydantic_ai",
    "lxml",
    "trafilatura",
    "rich",
    "selfstarter.app",
)
WATCH = """
import sys
SINS = {"os.mkdir", "os.putenv", "os.unsetenv", "os.chdir", "os.remove", "os.rename", "os.fork",
        "socket.connect", "socket.bind", "subprocess.Popen", "os.posix_spawn", "sqlite3.connect",
        "signal.pthread_kill"}
def hook(event, args):
    wrote = event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    if (wrote and "__pycache__" not in str(args[0])) or event in SINS: print(event, args)
"""


def test_the_stack_does_not_grow_with_the_number_of_calls(
    workspace: Path, quick: Path, script: Callable[..., str]
) -> None:
    depths: defaultdict[str, set[int]] = defaultdict(set)
    calls = 0

    def measure(_: str, recorded: Recorded) -> None:
        nonlocal calls
        frame, depth = sys._getframe(), 0  # pyright: ignore[reportPrivateUsage]
        while frame.f_back:
            frame, depth = frame.f_back, depth + 1
        depths[recorded.event.kind].add(depth)
        calls += recorded.event.kind == "call_returned"

    writes = [
        {"call": {"tool": "write_file", "args": {"path": "count.txt", "content": str(n)}}}
        for n in range(200)
    ]
    settings = Settings(
        model=script({"for": "draft", "text": "?"}, {"for": "plan", "text": "?"}, *writes),
        home=quick,
        steps=200,
        tokens=10**9,
    )
    asyncio.run(pursue("count to 200 in count.txt", workspace, settings, listener=measure))
    assert calls == 200
    for kind in ("model_called", "call_chosen", "call_started", "call_returned"):
        assert len(depths[kind]) == 1, f"{kind} at depths {sorted(depths[kind])}"


def test_importing_any_room_does_nothing() -> None:
    """Packages of others are imported first: what they do is not ours to say."""
    files = sorted(HOUSE.rglob("*.py"))
    others = sorted({name for file in files for name in packages_of_others(file)})
    ours = [
        ".".join(("selfstarter", *file.relative_to(HOUSE).with_suffix("").parts)).removesuffix(
            ".__init__"
        )
        for file in files
    ]
    code = "".join(f"try: import {name}\nexcept ImportError: pass\n" for name in others)
    code += "from importlib import import_module\n"  # `import` is a command, and a word of Python
    code += (
        WATCH + "sys.addaudithook(hook)\n" + "".join(f"import_module({name!r})\n" for name in ours)
    )
    assert run(code) == ""


def packages_of_others(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.parse(file.read_text("utf-8")).body:
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str(module)):
                names.add(module)
            case _:
                pass
    return {name for name in names if not name.startswith("selfstarter") and name != "__future__"}


@pytest.mark.parametrize(
    ("sin", "event"),
    [
        ("open('x', 'w')", "open"),
        ("import pathlib; pathlib.Path('x').mkdir()", "os.mkdir"),
        ("import subprocess; subprocess.run(['true'])", "subprocess.Popen"),
        ("import os; os.environ['X'] = '1'", "os.putenv"),
        ("import socket; socket.socket().bind(('127.0.0.1', 0))", "socket.bind"),
    ],
)
def test_an_import_that_did_something_would_be_seen(tmp_path: Path, sin: str, event: str) -> None:
    assert run(f"{WATCH}sys.addaudithook(hook)\n{sin}", tmp_path).startswith(event)


def test_importing_the_library_brings_nothing_heavy() -> None:
    assert run(f"import selfstarter, sys\nprint([n for n in {HEAVY} if n in sys.modules])") == "[]"


def test_help_needs_neither_the_hall_nor_any_heavy_package() -> None:
    code = f"""
import sys
from selfstarter.cli import main
try: main(["--help"])
except SystemExit as end: assert not end.code
print([n for n in {HEAVY} if n in sys.modules])
"""
    said = run(code)
    assert said.splitlines()[-1] == "[]"
    assert "Commands" in said


def run(code: str, cwd: Path | None = None) -> str:
    """What a fresh interpreter prints; it keeps no bytecode, for that would be a write of ours."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], capture_output=True, text=True, cwd=cwd, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("host", ["192.0.2.1", "example.invalid"])
def test_no_test_can_reach_the_network(host: str) -> None:
    with pytest.raises(BaseException, match=host) as caught:
        socket.create_connection((host, 80))
    assert type(caught.value).__name__ == "NetworkIsOff"
