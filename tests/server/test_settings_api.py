"""Settings over HTTP: told with their origin, changed in the person's file, in force at once."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from server_parts import DRAFT, FINISH, PLAN, WRAP_UP, WRITE, Server, configured

from selfstarter.server.desk import Desk
from selfstarter.settings import Settings


def told(server: Server) -> dict[str, Any]:
    return {one["name"]: one for one in server.api.get("/config").json()["settings"]}


def test_a_setting_is_changed_in_the_persons_file_and_holds_for_the_next_run(
    home: Path, tmp_path: Path, script: Callable[..., str]
) -> None:
    configured(tmp_path, script(DRAFT, PLAN, WRAP_UP, WRITE, FINISH))
    server = Server(home, tmp_path)
    before = told(server)
    assert (before["steps"]["value"], before["steps"]["origin"]) == (60, "default")
    assert (before["model"]["origin"], before["model"]["in_file"]) == ("user file", True)
    assert before["mode"]["kind"] == '"readonly" or "ask" or "auto" or "yolo"'

    changed = server.api.put("/config/steps", json={"text": "7"})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["value"], changed.json()["origin"]) == (7, "user file")
    server.api.put("/config/search", json={"text": "ddgs local"})
    file = tomllib.loads(Path(server.api.get("/config").json()["file"]).read_text())
    assert (file["steps"], file["search"]) == (7, ["ddgs", "local"])
    assert server.ended(server.begin(""))["limits"]["steps"] == 7
    assert server.api.delete("/config/steps").json()["value"] == 60
    assert server.ended(server.begin(""))["limits"]["steps"] == 60

    for name, text, status in (
        ("steps", "-3", 422),
        ("mode", "anything", 422),
        ("proxy", "http://***@proxy.lan", 422),
        ("tools", "/tmp/mine.py", 409),
        ("home", "/tmp", 409),
        ("colour", "red", 404),
    ):
        answer = server.api.put(f"/config/{name}", json={"text": text})
        assert answer.status_code == status and answer.json()["detail"], answer.text
    assert told(server) == before | {"search": told(server)["search"]}
    server.end()


def test_settings_that_change_leave_the_server_at_its_database(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be named by `--database` alone; what is begun must be where the page looks."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    configured(tmp_path, "local:/other.gguf")
    desk, url = Desk(Settings(home=home)), "postgresql://me@localhost/runs"
    desk.settings = desk.settings.model_copy(update={"database": url})
    desk.reload()
    assert (desk.settings.model, desk.settings.database) == ("local:/other.gguf", url)
    assert desk.engine.settings == desk.settings
    desk.window.close()
