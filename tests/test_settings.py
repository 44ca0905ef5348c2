"""Where a setting comes from, who may set it, and that no file at all gives a traceback."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from selfstarter import config
from selfstarter.core.errors import BadSetting
from selfstarter.settings import NAMES, NARROWS, PROJECT_FILE, Settings, load, narrowed

PLAIN: Mapping[str, str] = {}
QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def project(workspace: Path, text: str) -> Path:
    file = workspace / PROJECT_FILE
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    return workspace


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


# ── which layer wins ─────────────────────────────────────────────────────────────────────────


def test_each_layer_is_stronger_than_the_one_before(mine: Path, workspace: Path) -> None:
    def steps(**more: Any) -> int:
        more = {"environ": PLAIN, **more}
        return load(file=mine, **more).steps

    assert steps() == 60
    mine.write_text("steps = 50")
    assert steps() == 50
    project(workspace, "steps = 40")
    assert steps(workspace=workspace) == 40
    assert steps(workspace=workspace, environ={"SELFSTARTER_STEPS": "70"}) == 70
    assert (
        steps(workspace=workspace, environ={"SELFSTARTER_STEPS": "70"}, given={"steps": 80}) == 80
    )


def test_an_empty_variable_and_an_absent_option_set_nothing(mine: Path) -> None:
    found = load({"steps": None}, mine, {"SELFSTARTER_STEPS": "", "SELFSTARTER_WEB": " "})
    assert (found.steps, found.web) == (60, True)


@pytest.mark.parametrize("kind", [str, Path])
def test_a_home_is_one_folder_wherever_it_is_asked_for(
    mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[str] | type[Path]
) -> None:
    def home(text: str) -> Path:
        return load({"home": kind(text)}, mine, PLAIN).home

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert home("~/agent") == home("agent") == tmp_path / "agent"
    assert home("~nobody-of-that-name") == tmp_path / "~nobody-of-that-name"


# ── what a project's own file may do ─────────────────────────────────────────────────────────


@pytest.mark.case("X36")
@pytest.mark.parametrize("key", [name for name in NAMES if name not in NARROWS])
def test_a_project_can_set_nothing_that_could_harm(key: str, mine: Path, workspace: Path) -> None:
    value = Settings().model_dump(mode="json")[key]
    project(workspace, tomlkit.dumps({key: value}))
    with pytest.raises(BadSetting, match=f"config.toml:1: a project's own file may not set {key}"):
        load(file=mine, environ=PLAIN, workspace=workspace)


def valued(key: str) -> st.SearchStrategy[Any]:
    if key in ("web", "browser"):
        return st.booleans()
    if key == "memory":
        return st.sampled_from(["auto", "on", "off"])
    return st.integers(1, 10_000) | (st.none() if key == "cost_usd" else st.nothing())


some = st.fixed_dictionaries({}, optional={key: valued(key) for key in NARROWS})


@pytest.mark.case("X36")
@QUICK
@given(person=some, theirs=some)
def test_whatever_a_project_asks_for_it_only_gets_less(
    tmp_path: Path, person: dict[str, Any], theirs: dict[str, Any]
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(tomlkit.dumps({k: v for k, v in person.items() if v is not None}))
    project(tmp_path, tomlkit.dumps({k: v for k, v in theirs.items() if v is not None}))
    alone = load(file=file, environ=PLAIN)
    both = load(file=file, environ=PLAIN, workspace=tmp_path)
    assert both == narrowed(alone, tmp_path)
    for name in NAMES:
        was, now = getattr(alone, name), getattr(both, name)
        if name not in NARROWS:
            assert now == was
        elif (asked := theirs.get(name)) is not None:
            less = NARROWS[name]
            assert less(now) == min(less(was), less(asked))
        else:
            assert now == was


# ── what is wrong is said, with its place ────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "\n\nmodle = 'x'",
            r"config.toml:3: There is no setting 'modle'. Did you mean 'mode', 'model'\?",
        ),
        ("web = true\nsteps = 'many'", r"steps: .*config.toml:2"),
        ("search = ['gogle']", r"search: .*no search engine 'gogle'.*config.toml:1"),
        ("steps = ", r"config.toml cannot be read: .*It is TOML"),
        ("time_s = inf", r"time_s: "),
        ("home = ''", r"home: .*no path"),
        ('home = "a\\u0000b"', r"home: .*no path"),
        ('documents = ["a\\u0000b"]', r"documents: .*no path"),
        ("[model]\nname = 'x'", r"model: "),
        (f"steps = {'9' * 5_000}", r"config.toml cannot be read"),
        ("steps = " + "[" * 5_000, r"config.toml cannot be read"),
        ("x = 1\n" * 100_000, r"larger than"),
    ],
)
def test_a_wrong_file_is_said_in_one_sentence_with_its_line(
    mine: Path, text: str, said: str
) -> None:
    mine.write_text(text)
    with pytest.raises(BadSetting, match=said):
        load(file=mine, environ=PLAIN)


def test_a_variable_that_is_almost_a_setting_is_wrong_and_a_stranger_is_not(mine: Path) -> None:
    with pytest.raises(BadSetting, match="Did you mean SELFSTARTER_MODE, SELFSTARTER_MODEL"):
        load(file=mine, environ={"SELFSTARTER_MODLE": "local"})
    load(file=mine, environ={"SELFSTARTER_CACHE": "/x", "SELFSTARTER_TEST_DATABASE": "/x"})
    with pytest.raises(BadSetting, match=r"steps: .*SELFSTARTER_STEPS"):
        load(file=mine, environ={"SELFSTARTER_STEPS": "many"})


@pytest.mark.parametrize("host", ["http://127.0.0.1:9107/", "wiki.lan/start", "me@wiki.lan"])
def test_a_host_is_no_address_of_a_page(mine: Path, host: str) -> None:
    with pytest.raises(BadSetting, match="no host; write it as in wiki.lan or 10.0.0.7:8080"):
        load({"hosts": (host,)}, mine, {})
    assert load({"hosts": ("wiki.lan", "[::1]:9107")}, mine, {}).hosts == ("wiki.lan", "[::1]:9107")


def test_a_pipe_a_folder_and_another_encoding_are_no_configuration(mine: Path) -> None:
    os.mkfifo(mine)
    with pytest.raises(BadSetting, match="is not a file"):
        load(file=mine, environ=PLAIN)
    mine.unlink()
    mine.mkdir()
    with pytest.raises(BadSetting, match="is not a file|cannot be read"):
        load(file=mine, environ=PLAIN)
    mine.rmdir()
    mine.write_bytes("model = 'lök'".encode("latin-1"))
    with pytest.raises(BadSetting, match="not UTF-8"):
        load(file=mine, environ=PLAIN)
    mine.write_bytes(b"\xef\xbb\xbfsteps = 7\r\n")
    assert load(file=mine, environ=PLAIN).steps == 7


# ── any file ─────────────────────────────────────────────────────────────────────────────────

leaf = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=30)
    | st.datetimes(datetime(1, 1, 1), datetime(9999, 1, 1))
)
value = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
table = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), value, max_size=4)


@QUICK
@given(found=table)
def test_any_toml_is_settings_or_one_clear_error(tmp_path: Path, found: dict[str, Any]) -> None:
    file = tmp_path / "any.toml"
    with suppress(Exception):  # what is no TOML is not of interest here
        file.write_text(tomlkit.dumps(found), "utf-8")
    said_or_settings(file, tmp_path)


@QUICK
@given(data=st.binary(max_size=80) | st.text(max_size=80).map(lambda t: f"steps = {t}".encode()))
def test_any_bytes_are_settings_or_one_clear_error(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "any.toml"
    file.write_bytes(data)
    said_or_settings(file, tmp_path)


def said_or_settings(file: Path, workspace: Path) -> None:
    (workspace / ".selfstarter").mkdir(exist_ok=True)
    (workspace / PROJECT_FILE).write_bytes(file.read_bytes() if file.exists() else b"")
    for mine, theirs in ((file, None), (workspace / "none", workspace)):
        try:
            found = load(None, mine, PLAIN, theirs)
        except BadSetting as wrong:
            assert str(wrong).strip()
        else:
            found.web_access()
            found.permissions()
            found.limits()


def test_the_command_line_gives_no_traceback_over_a_broken_file(tmp_path: Path) -> None:
    file = tmp_path / "selfstarter" / "config.toml"
    file.parent.mkdir()
    env = {k: v for k, v in os.environ.items() if not k.startswith("SELFSTARTER_")}
    for data in (b"\xff\xfe", b"home = 1979-05-27"):
        file.write_bytes(data)
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "selfstarter", "ls"],
            env=env | {"XDG_CONFIG_HOME": str(tmp_path)}, cwd=tmp_path,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert ran.returncode == 7 and "Traceback" not in ran.stderr, ran.stderr
        assert ran.stderr.startswith("selfstarter: ") and str(file) in ran.stderr


# ── the manifest ─────────────────────────────────────────────────────────────────────────────


def test_every_setting_says_what_it_is_and_the_schema_holds_it() -> None:
    found = config.manifest()
    assert [one.name for one in found] == list(NAMES)
    assert all(one.does.endswith(".") or one.does.endswith("?") for one in found)
    properties = config.schema()["properties"]
    assert {name: properties[name]["description"] for name in NAMES} == {
        one.name: one.does for one in found
    }
    assert config.schema()["additionalProperties"] is False
    json.dumps(config.schema())


def test_every_flag_of_the_manifest_is_one_of_run() -> None:
    from selfstarter.cli.run import command

    options = {name for param in command.params for name in param.opts}
    assert set(config.FLAGS.values()) <= options and set(config.FLAGS) <= set(NAMES)


def test_what_is_put_is_loaded_and_comments_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    file = tmp_path / "selfstarter" / "config.toml"
    file.parent.mkdir()
    file.write_text("# mine\nsteps = 5  # few\n")
    config.put("steps", ["7"])
    config.put("search", ["tavily", "ddgs"])
    config.put("web", ["off"])
    assert file.read_text().startswith("# mine\nsteps = 7  # few\n")
    found = load()
    assert (found.steps, found.search, found.web) == (7, ("tavily", "ddgs"), False)
    before = file.read_text()
    for name, words in (("steps", ["0"]), ("steps", ["1", "2"]), ("stps", ["1"]), ("mode", ["x"])):
        with pytest.raises(BadSetting):
            config.put(name, words)
    assert file.read_text() == before
    assert config.take_out("steps") and not config.take_out("steps")
    assert load().steps == 60 and "# mine" in file.read_text()


def test_explain_names_every_place_and_the_winner(
    tmp_path: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("SELFSTARTER_TOKENS", "9")
    config.put("steps", ["50"])
    config.put("proxy", ["http://me:secret@proxy.lan:8080"])
    project(workspace, "steps = 40\ntokens = 8\ntime_s = 99999")
    found = {one.setting.name: one for one in config.explain({}, workspace)}
    steps = found["steps"]
    assert (steps.value, steps.kind) == (40, "project file")
    assert [said.value for said in steps.said] == [50, 40]
    assert steps.said[0].place.endswith("selfstarter/config.toml:1")
    assert (found["tokens"].value, found["tokens"].kind) == (9, "environment")
    assert (found["time_s"].value, found["time_s"].kind) == (3600.0, "default")
    assert found["time_s"].said[0].value == 99999
    assert "secret" not in str(found["proxy"])
