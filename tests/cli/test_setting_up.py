"""init, config, models, tools, completion, doctor --fix: before the first run."""

import json
import os
import re
import stat
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from shell import objects, shell
from terminal import FINISH, GOAL, PLAN, WRITE, clean, draft, in_terminal, words

from selfstarter.app import pursue
from selfstarter.cli import COMMANDS, cli
from selfstarter.core.ports import Request
from selfstarter.models.naming import SERVICES
from selfstarter.models.scripted import ScriptedModel
from selfstarter.settings import Settings

Script = Callable[..., str]
READY = {"text": "ready"}


@pytest.fixture(autouse=True)
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where their settings lie; none of their own keys is in reach."""
    for name in os.environ:
        if name.startswith("SELFSTARTER_") or name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return tmp_path / "config" / "selfstarter"


# ── init ─────────────────────────────────────────────────────────────────────────────────────


def test_init_without_a_terminal_asks_the_model_and_keeps_the_settings(
    script: Script, person: Path, home: Path
) -> None:
    model = script(READY)
    said = shell("init", "--model", model, "--mode", "ask", "--home", home).output
    assert "it said 'ready'" in said and "sandbox" in said
    kept = tomllib.loads((person / "config.toml").read_text())
    assert kept == {"model": model, "mode": "ask"}


@pytest.mark.parametrize("name", ["opneai:gpt-5", "scripted:nowhere.json", "openai:"])
def test_a_model_that_cannot_be_is_not_kept_even_without_a_test_call(
    person: Path, home: Path, name: str
) -> None:
    said = shell("init", "--model", name, "--no-test", "--home", home, code=7).output
    assert "selfstarter: " in said and not (person / "config.toml").exists()


def test_init_without_a_terminal_and_without_a_model_says_what_to_write(home: Path) -> None:
    assert "name the model" in shell("init", "--home", home, code=2).output


@pytest.mark.parametrize(
    ("keys", "likely"), [({}, 1), ({"GROQ_API_KEY": "x" * 20}, tuple(SERVICES).index("groq") + 2)]
)
def test_init_in_a_terminal_offers_what_there_is_a_key_for_else_the_local_model(
    tmp_path: Path, home: Path, keys: Mapping[str, str], likely: int
) -> None:
    ollama = tuple(SERVICES).index("ollama") + 2
    gives_up = (f"{ollama}\n", "\x04")
    args = words("init", "--home", home)
    code, said = in_terminal(args, clean(tmp_path) | {"COLUMNS": "200", **keys}, gives_up)
    assert f"Number [{likely}]:" in said and "(see ollama list)" in said
    assert code == 1, said


def test_a_key_from_stdin_is_kept_for_its_owner_only_and_shown_nowhere(
    person: Path, home: Path
) -> None:
    key = "not-a-real-" + "key-0123456789"
    said = shell(
        "init", "--model", "openai:gpt-5-mini", "--key-stdin", "--no-test", "--home", home,
        stdin=key + "\n",
    ).output  # fmt: skip
    assert key not in said and "OPENAI_API_KEY is kept" in said
    file = person / "credentials.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and key in file.read_text()
    assert key not in (person / "config.toml").read_text()


def test_a_missing_key_and_a_model_out_of_reach_leave_nothing_behind(
    person: Path, home: Path, script: Script
) -> None:
    said = shell("init", "--model", "openai:gpt-5-mini", "--home", home, code=7).output
    assert "OPENAI_API_KEY" in said
    url = "http://127.0.0.1:1/v1#none"
    key = "not-a-real-" + "key-0123456789"
    ran = shell("init", "--model", url, "--key-stdin", "--home", home, code=75, stdin=key)
    assert "is not kept" in ran.output and "Traceback" not in ran.output
    assert not (person / "config.toml").exists()
    file = person / "credentials.toml"
    assert not file.exists() or key not in file.read_text()
    shell("init", "--model", script({"fail": "down"}), "--home", home, code=75)
    assert not (person / "config.toml").exists()


def editor(tmp_path: Path, *texts: str) -> str:
    """A program that adds `texts[n]` to the file when it is called the n-th time."""
    program = tmp_path / "editor.py"
    program.write_text(
        "import sys, pathlib\n"
        f"texts, count = {texts!r}, pathlib.Path({str(tmp_path / 'count')!r})\n"
        "n = len(count.read_text()) if count.exists() else 0\n"
        "count.write_text('x' * (n + 1))\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "file.write_text(file.read_text() + texts[n])\n"
    )
    return f"{sys.executable} {program}"


def test_the_file_is_edited_as_a_draft_until_it_is_right(tmp_path: Path, person: Path) -> None:
    shell("config", "set", "steps", "9")
    program = editor(tmp_path, "tokns = 5\n", "# mended below\n")
    said = shell("config", "edit", stdin="n\n", code=7, VISUAL=program).output
    assert "Did you mean 'tokens'" in said and "stays as it was" in said
    assert (person / "config.toml").read_text() == "steps = 9\n"
    assert [file.name for file in person.iterdir()] == ["config.toml"]
    said = shell("config", "edit", VISUAL=program).output
    assert "is in force" in said
    assert (person / "config.toml").read_text() == "steps = 9\n# mended below\n"


def test_a_wrong_draft_is_edited_again_and_nobody_there_means_no(
    tmp_path: Path, person: Path
) -> None:
    again = editor(tmp_path, "tokens = 0\n", "web = 1\n")
    said = shell("config", "edit", stdin="y\nn\n", code=7, EDITOR=again, VISUAL="").output
    assert said.count("Edit it again?") == 2 and not (person / "config.toml").exists()
    (tmp_path / "count").unlink()
    shell("config", "edit", code=7, EDITOR=again, VISUAL="")
    assert not (person / "config.toml").exists()


def test_without_an_editor_it_says_how_to_name_one() -> None:
    said = shell("config", "edit", code=7, EDITOR="", VISUAL="").output
    assert "EDITOR=nano selfstarter config edit" in said


# ── config ───────────────────────────────────────────────────────────────────────────────────


def test_config_sets_gets_explains_and_unsets(person: Path, workspace: Path) -> None:
    assert shell("config", "path").output.strip() == str(person / "config.toml")
    assert "steps = 7" in shell("config", "set", "steps", "7").output
    shell("config", "set", "search", "tavily", "ddgs")
    assert json.loads(shell("config", "get", "search").output) == ["tavily", "ddgs"]
    said = shell("config", "explain", "steps").output
    assert "user file" in said and "SELFSTARTER_STEPS" in said and "--max-steps" in said
    found = {one["setting"]["name"]: one for one in objects(shell("config", "explain", "--json"))}
    assert set(found) == set(Settings.model_fields)
    assert "7" in shell("config", "explain", "steps", SELFSTARTER_STEPS="9").output
    assert "is stronger" in shell("config", "set", "steps", "8", SELFSTARTER_STEPS="9").output
    assert "its default is 60" in shell("config", "unset", "steps").output
    assert json.loads(shell("config", "schema").output)["properties"]["steps"]["type"] == "integer"


def test_config_says_what_is_wrong(person: Path) -> None:
    assert "Did you mean 'steps'" in shell("config", "set", "step", "7", code=7).output
    assert "greater than 0" in shell("config", "set", "steps", "0", code=7).output
    assert "Did you mean 'model'" in shell("config", "get", "modell", code=7).output
    assert "of no known form" in shell("config", "set", "model", "gpt-5", code=7).output
    assert not (person / "config.toml").exists()


@pytest.mark.parametrize("line", ['modle = "x"', "steps = 0"])
def test_a_wrong_line_is_shown_packed_and_taken_out(
    person: Path, home: Path, tmp_path: Path, line: str
) -> None:
    key = line.partition(" ")[0]
    person.mkdir(parents=True)
    (person / "config.toml").write_text(f"web = false\n{line}\n")
    assert shell("config", "path").output.strip() == str(person / "config.toml")
    said = shell("config", "explain", "web", code=7).output
    assert key in said and "config.toml:2" in said and "web = true" in said
    shell("report-bug", "-o", tmp_path / "bug.zip", "--home", home)
    with zipfile.ZipFile(tmp_path / "bug.zip") as packed:
        assert key in packed.read("settings.json").decode()
    assert "taken out" in shell("config", "unset", key).output
    assert shell("config", "get", "web").output == "false\n"


def test_a_wrong_value_can_be_set_right_but_not_beside_another(person: Path) -> None:
    person.mkdir(parents=True)
    (person / "config.toml").write_text("steps = 0\n")
    assert "config.toml:1" in shell("config", "set", "tokens", "5000", code=7).output
    shell("config", "set", "steps", "7")
    assert (person / "config.toml").read_text() == "steps = 7\n"


def test_a_folder_that_the_shell_left_unexpanded_is_the_persons_own(
    tmp_path: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace)
    shell("config", "set", "home", "data")
    kept = json.loads(shell("config", "get", "home").output)
    assert kept == str(workspace / "data")
    (workspace / ".selfstarter").mkdir()
    (workspace / ".selfstarter" / "config.toml").write_text("steps = 3")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert shell("config", "get", "steps", "-w", "~/workspace").output == "3\n"
    shell("ls", "--home=~/agent")
    assert not list(workspace.glob("~*"))


# ── models, tools ────────────────────────────────────────────────────────────────────────────


def test_every_way_to_name_a_model_is_listed_with_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = {one["name"]: one for one in objects(shell("models", "ls", "--json"))}
    assert set(found) == {"local", *(f"{name}:MODEL-NAME" for name in SERVICES)}
    assert "auth set ANTHROPIC_API_KEY" in found["anthropic:MODEL-NAME"]["said"]
    monkeypatch.setenv("ANTHROPIC_API_KEY", "x" * 20)
    again = {one["name"]: one for one in objects(shell("models", "ls", "--json"))}
    assert again["anthropic:MODEL-NAME"]["ready"] is True
    assert "x" * 20 not in str(again)
    priced = objects(shell("models", "ls", "openai", "--json"))
    assert any(one["name"].startswith("openai:gpt-") and "$" in one["price"] for one in priced)
    shell("models", "ls", "nosuch", code=7)


def test_a_model_is_tried_with_one_real_call(script: Script, home: Path) -> None:
    model = script(READY, price={"input": 1e-6, "output": 1e-5})
    found = objects(shell("models", "test", model, "--json", "--home", home))[0]
    assert found["answer"] == "ready" and found["cost_usd"] > 0 and found["model"] == model
    shell("config", "set", "model", model)
    assert "answered in" in shell("models", "test", "--home", home).output
    shell("models", "test", script({"fail": "down"}), code=75)
    assert "ollama pull qwen3" in shell("models", "pull", "ollama:qwen3", code=7).output


def test_a_model_of_a_file_is_found_from_another_folder(
    script: Script, home: Path, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(script(draft("hello.txt"), PLAN, WRITE, FINISH).partition(":")[2])
    nearby = ("-m", f"scripted:../{file.name}", "--home", home)
    for begins in (("submit", GOAL), ("fork", "@last", "--at", "start", "--hold")):
        monkeypatch.chdir(workspace)
        run_id = shell(*begins, *nearby).stdout.strip()
        monkeypatch.chdir(tmp_path)
        assert shell("resume", run_id, "--home", home).stdout == "hello.txt says hello\n"


def test_the_tools_that_are_listed_are_those_that_a_run_has(
    home: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import asyncio

    model = ScriptedModel.of(draft("hello.txt"), PLAN, WRITE, FINISH, window=200_000)
    settings = Settings(model="scripted:x", home=home, memory="off")
    asyncio.run(pursue("Write hello.txt", workspace, settings, model=model))
    asked: list[Request] = [one for one in model.asked if one.purpose == "choose"]
    own = {"finish", "ask_person", "delegate", "revise_plan"}
    offered = {tool.name for tool in asked[0].tools} - own
    listed = objects(shell("tools", "--json", "-w", workspace, "--home", home))
    assert {one["name"] for one in listed} >= offered
    assert {"read_file", "run_python", "search_web"} <= {one["name"] for one in listed}
    told = {tool.name: tool for tool in asked[0].tools}
    for one in listed:
        if one["name"] in told:
            assert one["does"] == told[one["name"]].does
    assert '"path"' in shell("tools", "write_file", "--home", home).output
    shell("tools", "nosuch", "--home", home, code=7)
    monkeypatch.setenv("SELFSTARTER_WEB", "0")
    names = {one["name"] for one in objects(shell("tools", "--json", "--home", home))}
    assert not names & {"search_web", "read_page"}


# ── completion ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_a_completion_script_names_our_command(shell_name: str) -> None:
    said = shell("completion", shell_name).output
    assert "_SELFSTARTER_COMPLETE" in said and "selfstarter" in said


def test_the_tab_key_completes_commands_and_options() -> None:
    from click.shell_completion import get_completion_class

    kind = get_completion_class("bash")
    assert kind
    complete = kind(cli, {}, "selfstarter", "_SELFSTARTER_COMPLETE")
    assert [c.value for c in complete.get_completions([], "con")] == ["config"]
    assert "--recipe" in [c.value for c in complete.get_completions(["run"], "--re")]


def test_the_bash_script_is_bash() -> None:
    said = shell("completion", "bash").output
    subprocess.run(["bash", "-n"], input=said, text=True, check=True, capture_output=True)


# ── help ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_its_module(name: str) -> None:
    said = shell(name, "--help").output
    assert said.startswith("Usage: ") and len(said.splitlines()) > 3


@pytest.mark.parametrize(
    "name",
    "init run config models tools cost search gc backup report-bug completion recipes".split(),  # noqa: SIM905
)
def test_help_teaches_by_example(name: str) -> None:
    assert re.search(
        rf"^\s+(eval .*|echo .*)?selfstarter {name}", shell(name, "--help").output, re.M
    )


# ── doctor --fix ─────────────────────────────────────────────────────────────────────────────


def test_doctor_mends_a_file_of_keys_that_others_may_read(
    person: Path, script: Script, home: Path
) -> None:
    person.mkdir(parents=True)
    file = person / "credentials.toml"
    file.write_text('TAVILY_API_KEY = "x"\n')
    file.chmod(0o644)
    shell("config", "set", "model", script(READY))
    before = {one["name"]: one for one in json.loads(
        shell("doctor", "--json", "--home", home, code=7).stdout)["findings"]}  # fmt: skip
    assert before["keys"]["state"] == "bad"
    ran = shell("doctor", "--fix", "--json", "--home", home, code=0)
    after = {one["name"]: one for one in json.loads(ran.stdout)["findings"]}
    assert after["keys"]["state"] == "ok" and "mended" in ran.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


# ── what is asked for often comes at once ────────────────────────────────────────────────────


def test_the_list_of_runs_loads_no_more_than_it_needs(home: Path) -> None:
    code = (
        "import sys\nfrom selfstarter.cli import cli\n"
        "try: cli.main(['ls', '--home', sys.argv[1]])\nexcept SystemExit: pass\n"
        "print(*sys.modules)"
    )
    argv = [sys.executable, "-P", "-c", code, str(home)]
    said = subprocess.run(argv, capture_output=True, text=True, check=True)
    loaded = set(said.stdout.split())
    assert "selfstarter.listing" in loaded
    heavy = {"selfstarter.app", "selfstarter.core.state", "pydantic_ai", "httpx2", "rich", "numpy"}
    assert not loaded & heavy
