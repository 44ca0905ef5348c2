"""No key leaves through anything that a run writes or prints."""

import asyncio
import base64
import json
import logging
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import keyring
import keyring.backend
import pytest

from selfstarter import keys
from selfstarter.app import Tooling, pursue
from selfstarter.cases import save_case
from selfstarter.core.errors import BadSetting
from selfstarter.core.ports import Tool
from selfstarter.core.redaction import MASK
from selfstarter.settings import Settings
from selfstarter.tools.define import tool
from selfstarter.tools.spill import Spilling

Script = Callable[..., str]
IN_ENVIRONMENT = "canaryE7Fq3xZk9Lw2Vb8Nc4"
IN_FILE = "canaryF5Tm8pQs4Hj6Yd2Gk7"


def forms(key: str) -> Mapping[str, str]:
    data = key.encode()
    return {
        "plain": key,
        "url": f"https://api.test/v1?key={quote(key)}&x=1",
        "header": f"Authorization: Bearer {key}",
        "base64": base64.b64encode(data).decode(),
        "base64 within": base64.b64encode(b"a" + data + b"z").decode(),
        "hex": data.hex(),
        "per cent": "".join(f"%{b:02x}" for b in data),
        "json": json.dumps({"api_key": key}),
        "spaces": " ".join(key),
        "reversed": key[::-1],
        "bytes": str(list(data)),
    }


ALL = {f"{name} {i}": said for i, key in enumerate((IN_ENVIRONMENT, IN_FILE))
       for name, said in forms(key).items()}  # fmt: skip
LEAKS = [
    leak.lower()
    for key in (IN_ENVIRONMENT, IN_FILE)
    for leak in (
        key, key[::-1], key.encode().hex(), " ".join(key), str(list(key.encode())),
        "".join(f"%{b:02x}" for b in key.encode()), base64.b64encode(key.encode()).decode()[:-2],
        base64.b64encode(b"a" + key.encode() + b"z").decode()[2:-3],
    )
]  # fmt: skip


def held(text: str) -> list[str]:
    return [leak for leak in LEAKS if leak in text.lower()]


def files_under(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.delenv("TAVILY_API_KEY", raising=False)
    return tmp_path / "config" / "selfstarter"


@pytest.fixture
def canaries(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", IN_ENVIRONMENT)
    assert keys.keep("TAVILY_API_KEY", IN_FILE) == "file"


def draft(*files: str) -> Mapping[str, Any]:
    sketch: dict[str, Any] = {"outcome": "x", "files": files, "assumptions": [], "document": False}
    return {"for": "draft", "json": sketch}


def call(tool: str, **args: object) -> Mapping[str, Any]:
    return {"call": {"tool": tool, "args": args}}


PLAN = {"for": "plan", "json": {"tasks": [{"title": f"Use {IN_FILE}"}]}}
WRITE = call("write_file", path="hello.txt", content="hello\n")


@tool(effect="read")
async def leak(form: str, how: str = "say") -> str:
    """Print a key."""
    said = ALL[form]
    if how == "raise":
        raise ValueError(f"401 Unauthorized: {said}")
    if how == "log":
        logging.getLogger("somebody.else").error("refused %s", said)
    return said + "\nmore\n" * (4000 if how == "at length" else 1)


def as_one_of(tools: Mapping[str, Tool]) -> Tool:
    """`leak`, wrapped as the run's own tools are."""
    model = tools["read_file"]
    assert isinstance(model, Spilling)
    return replace(model, tool=leak)


@pytest.mark.case("X51")
@pytest.mark.usefixtures("canaries")
def test_no_sink_of_a_whole_run_holds_a_key(
    workspace: Path,
    home: Path,
    tmp_path: Path,
    script: Script,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    uses = [call("leak", form="plain 1", how="at length")]
    uses += [call("leak", form="spaces 0", how="at length")]
    uses += [call("leak", form=form) for form in ALL]
    uses += [call("leak", form="plain 1", how=how) for how in ("log", "raise")]
    said = {"text": f"I have found {IN_ENVIRONMENT} and {' '.join(IN_FILE)}."}
    model = script(
        draft("hello.txt"), PLAN, *uses, said,
        call("read_file", path=IN_ENVIRONMENT),
        WRITE, call("finish", summary=f"It is {IN_FILE}."),
    )  # fmt: skip
    settings = Settings(model=model, home=home, steps=99)
    fitted = Tooling(fit=lambda tools: {**tools, "leak": as_one_of(tools)})
    outcome = asyncio.run(
        pursue(f"Write hello.txt; the key is {IN_FILE}", workspace, settings, tooling=fitted)
    )
    assert outcome.ending == "done"
    assert MASK in outcome.answer
    save_case(outcome.run_id, settings, tmp_path / "saved" / "case.json")
    out, err = capfd.readouterr()
    found = {str(p): held(p.read_bytes().decode("utf-8", "replace")) for p in
             files_under(home, tmp_path / "saved", workspace)}  # fmt: skip
    spilled = [p.read_text() for p in files_under(home) if p.parent.name == "results"]
    assert [text.startswith(MASK) for text in spilled] == [True, True]
    assert {path: leaks for path, leaks in found.items() if leaks} == {}
    assert held(outcome.report + outcome.answer + str(outcome.state)) == []
    assert held(out + err) == []
    crashes = [r.getMessage() for r in caplog.records if "Tool leak crashed" in r.getMessage()]
    assert crashes
    assert held("".join(crashes)) == []


@pytest.mark.case("X51")
@pytest.mark.usefixtures("canaries")
def test_no_command_prints_a_key(workspace: Path, home: Path, script: Script) -> None:
    model = script(
        draft("hello.txt"), PLAN, {"text": f"{IN_ENVIRONMENT} {IN_FILE[::-1]}"},
        call("run_shell", command=f"echo {IN_FILE}"), WRITE,
        call("finish", summary=" ".join(IN_FILE)),
    )  # fmt: skip
    where = ["--home", str(home)]
    for args in (
        ["run", f"Use {IN_FILE}", "-w", str(workspace), "-m", model, *where],
        ["run", f"Use {IN_FILE}", "-w", str(workspace), "-m", model, "--jsonl", *where],
        ["run", "Go", "-w", str(workspace), "-m", model, "--json", *where],
        ["run", "Go", "-m", f"http://me:{IN_ENVIRONMENT}@host/v1#m", *where],
        ["run", "Go", "-m", f"scripted:/nowhere/{IN_FILE}", *where],
        ["show", *where], ["show", "--events", *where], ["show", "--jsonl", *where],
        ["ls", "--json", *where], ["replay", *where], ["auth", "ls"],
    ):  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "selfstarter", *args],
            capture_output=True,
            text=True,
            check=False,
        )
        assert held(done.stdout + done.stderr) == [], args
        assert "Traceback" not in done.stderr
        assert done.stdout + done.stderr


@pytest.mark.case("X51")
@pytest.mark.usefixtures("canaries")
def test_a_crash_of_ours_and_a_log_of_a_library_print_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "data" / "selfstarter" / "crash.txt"
    kept.parent.mkdir(parents=True)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    code = (
        "import logging, selfstarter.cli as c, selfstarter.cli.guard as g\n"
        f"g.guard_log(); logging.getLogger('lib').warning('GET /?k=%s', {IN_FILE!r})\n"
        "import click\n"
        f"def bug(): raise KeyError({IN_ENVIRONMENT!r})\n"
        "c.cli.callback = lambda **_: bug()\n"
        "c.main(['version'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "KeyError" in done.stderr
    assert f"GET /?k={MASK}" in done.stderr
    assert held(done.stderr) == []
    assert "Traceback" in kept.read_text("utf-8") and held(kept.read_text("utf-8")) == []


@pytest.mark.case("X51")
@pytest.mark.usefixtures("canaries")
def test_only_the_owner_may_read_what_a_run_leaves(
    workspace: Path, home: Path, script: Script, config: Path
) -> None:
    model = script(draft("hello.txt"), PLAN, call("run_shell", command="seq 9999"), WRITE,
                   call("finish", summary="x"))  # fmt: skip
    old = os.umask(0)
    try:
        asyncio.run(pursue("Write hello.txt", workspace, Settings(model=model, home=home)))
    finally:
        os.umask(old)
    open_ones = [p for p in [home, config, *home.rglob("*"), *config.rglob("*")]
                 if stat.S_IMODE(p.stat().st_mode) & 0o077]  # fmt: skip
    assert open_ones == []


# ── where keys are found and kept ────────────────────────────────────────────────────────────


class InMemory(keyring.backend.KeyringBackend):
    priority = 5  # pyright: ignore[reportAssignmentType]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def ring() -> Iterator[InMemory]:
    before, own = keyring.get_keyring(), InMemory()
    keyring.set_keyring(own)
    yield own
    keyring.set_keyring(before)


def test_the_environment_comes_before_the_keyring_and_that_before_the_file(
    ring: InMemory, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys.find("EXA_API_KEY") == ""
    assert keys.keep("EXA_API_KEY", "from-the-ring-1") == "keyring"
    assert "from-the-ring-1" not in (config / "credentials.toml").read_text()
    assert keys.find("EXA_API_KEY") == "from-the-ring-1"
    assert keys.redactor()("a from-the-ring-1 b") == f"a {MASK} b"
    monkeypatch.setenv("EXA_API_KEY", "from-the-shell-1")
    assert keys.find("EXA_API_KEY") == "from-the-shell-1"
    assert keys.listed() == {"EXA_API_KEY": "environment"}
    monkeypatch.delenv("EXA_API_KEY")
    assert keys.remove("EXA_API_KEY")
    assert (keys.find("EXA_API_KEY"), ring.kept, keys.listed()) == ("", {}, {})


def test_without_a_keyring_the_file_keeps_it_for_its_owner_alone(config: Path) -> None:
    odd = 'va"l\\ue\x7f\U0001f511 1'
    assert keys.keep("BRAVE_API_KEY", odd) == "file"
    assert keys.keep("EXA_API_KEY", "second-key-22") == "file"
    assert (keys.find("BRAVE_API_KEY"), keys.find("EXA_API_KEY")) == (odd, "second-key-22")
    assert stat.S_IMODE((config / "credentials.toml").stat().st_mode) == 0o600
    assert keys.remove("BRAVE_API_KEY")
    assert not keys.remove("BRAVE_API_KEY")
    assert keys.find("EXA_API_KEY") == "second-key-22"


def test_a_file_that_others_may_read_is_refused(config: Path) -> None:
    keys.keep("EXA_API_KEY", "second-key-22")
    (config / "credentials.toml").chmod(0o640)
    with pytest.raises(BadSetting, match="chmod 600"):
        keys.find("EXA_API_KEY")


def test_a_broken_file_is_not_quoted(config: Path) -> None:
    config.mkdir(parents=True)
    (config / "credentials.toml").write_text(f"KEY = {IN_FILE}\n")
    (config / "credentials.toml").chmod(0o600)
    with pytest.raises(BadSetting) as caught:
        keys.find("EXA_API_KEY")
    assert IN_FILE not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("OPENAI_API_KEY", "abcdefgh1", True),
        ("MY_PASSWORD", "correct-horse-battery", True),
        ("DATABASE_URL", "postgres://me:pw12@db/x", True),
        ("DB_PASSWORD", "postgres", False),
        ("SSH_AUTH_SOCK", "/tmp/ssh-12345678/agent.1", False),
        ("GIT_AUTHOR_EMAIL", "somebody@example.org", False),
        ("SELFSTARTER_TOKENS", "40000000", False),
        ("EDITOR", "abcdefgh12345678", False),
    ],
)
def test_which_values_of_the_environment_are_secret(
    name: str, value: str, secret: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert (value in set(keys.secrets())) == secret


def test_auth_keeps_lists_and_forgets_and_shows_no_value() -> None:
    def auth(*args: str, given: str = "") -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "selfstarter", "auth", *args],
            capture_output=True, text=True, input=given, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    said = [
        auth("set", "EXA_API_KEY", given=IN_FILE + "\n"), auth("ls"), auth("rm", "EXA_API_KEY"),
        auth("rm", "EXA_API_KEY"), auth("set", "no name", given="x\n"),
        auth("set", "EXA_API_KEY", given="\n"), auth("ls"),
    ]  # fmt: skip
    assert [code for code, _ in said] == [0, 0, 0, 7, 7, 7, 0]
    assert "EXA_API_KEY" in said[1][1]
    assert IN_FILE not in "".join(text for _, text in said)


def test_a_kept_key_opens_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    from selfstarter.models.open import open_model

    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GROQ_API_KEY", "OPENROUTER_API_KEY",
                 "GOOGLE_API_KEY", "GEMINI_API_KEY"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    for model, name in (
        ("openai:gpt-4o", "OPENAI_API_KEY"), ("openai-chat:gpt-4o", "OPENAI_API_KEY"),
        ("anthropic:claude-sonnet-4-5", "ANTHROPIC_API_KEY"), ("groq:llama", "GROQ_API_KEY"),
        ("google:gemini-2.5-pro", "GEMINI_API_KEY"), ("openrouter:x/y", "OPENROUTER_API_KEY"),
    ):  # fmt: skip
        with pytest.raises(BadSetting, match="auth set"):
            open_model(model, keys.find)
        keys.keep(name, "a-kept-key-1234")
        asyncio.run(open_model(model, keys.find).close())
        keys.remove(name)
