"""AutoGPT's Agent Protocol v1, from its public description: a real server, a scripted model."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from server_parts import DRAFT, FINISH, GOAL, PLAN, WRAP_UP, WRITE, Server, configured, look

Script = Callable[..., str]


@pytest.fixture
def ours(home: Path, tmp_path: Path, script: Script) -> Iterator[Server]:
    read = {"call": {"tool": "read_file", "args": {"path": "notes/names.txt"}}}
    configured(tmp_path, script(DRAFT, PLAN, WRAP_UP, read, look(after_s=0.2), WRITE, FINISH))
    started = Server(home, tmp_path)
    yield started
    started.end()


class Tasks:
    """The protocol as its client sees it."""

    def __init__(self, server: Server) -> None:
        self.base = f"{server.address}/ap/v1/agent/tasks"
        self.headers = {"Authorization": f"Bearer {server.token}"}

    def ask(self, method: str, path: str = "", status: int = 200, **sent: Any) -> Any:
        url = f"{self.base}{path}"
        answer = httpx2.request(method, url, headers=self.headers, timeout=60, **sent)
        assert answer.status_code == status, answer.text
        return answer.json() if "json" in answer.headers["content-type"] else answer.content

    def begin(self) -> str:
        return self.ask("POST", json={"input": GOAL})["task_id"]

    def to_its_end(self, task: str) -> list[Any]:
        found: list[Any] = []
        while not (found and found[-1]["is_last"]):
            found.append(self.ask("POST", f"{task}/steps", json={"input": "y"}))
            assert len(found) < 20, found
        return found


def test_a_task_is_carried_out_step_by_step(ours: Server) -> None:
    tasks = Tasks(ours)
    begun = tasks.ask("POST", json={"input": GOAL, "additional_input": {"debug": False}})
    task = f"/{begun['task_id']}"
    assert (begun["input"], begun["additional_input"]) == (GOAL, {"debug": False})
    assert ours.snapshot(begun["task_id"])["usage"]["calls"] == 0, "nothing is done unasked"
    sent = {"file": ("names.txt", b"Ada\nGrace\n")}
    upload = tasks.ask("POST", f"{task}/artifacts", files=sent, data={"relative_path": "notes"})
    assert (upload["file_name"], upload["relative_path"]) == ("names.txt", "notes")
    assert not upload["agent_created"]

    done = tasks.to_its_end(task)
    assert {"Ada\nGrace" in step["output"] for step in done} == {True, False}
    last = done[-1]
    assert (last["output"], last["status"]) == ("It is in hello.txt.", "completed")
    assert [made["file_name"] for made in last["artifacts"]] == ["hello.txt"]
    assert last["artifacts"][0]["agent_created"]
    assert tasks.ask("POST", f"{task}/steps", json={"input": "y"}) == last

    listed = tasks.ask("GET", f"{task}/steps", params={"page_size": 100})
    names = [step["name"] for step in listed["steps"]]
    assert names == ["read_file", "list_files", "write_file", "finish"]
    assert [one["is_last"] for one in listed["steps"]] == [False, False, False, True]
    for one in listed["steps"]:
        assert tasks.ask("GET", f"{task}/steps/{one['step_id']}") == one
    files = tasks.ask("GET", f"{task}/artifacts")["artifacts"]
    texts = {
        one["file_name"]: tasks.ask("GET", f"{task}/artifacts/{one['artifact_id']}")
        for one in files
    }
    assert texts == {"hello.txt": b"Hello there.", "names.txt": b"Ada\nGrace\n"}
    assert tasks.ask("GET", task)["artifacts"] == last["artifacts"]


def test_what_a_step_is_told_is_told_to_the_run(ours: Server) -> None:
    tasks = Tasks(ours)
    run_id = tasks.begin()
    tasks.ask("POST", f"/{run_id}/steps", json={"input": "In English, please."})
    tasks.to_its_end(f"/{run_id}")
    assert ours.snapshot(run_id)["said"] == ["In English, please."]


def test_tasks_come_in_pages(ours: Server) -> None:
    tasks = Tasks(ours)
    made = [tasks.begin() for _ in range(3)][::-1]
    found: list[str] = []
    for page in (1, 2):
        asked = {"page_size": 2, "current_page": page}
        answer = tasks.ask("GET", params=asked)
        found += [task["task_id"] for task in answer["tasks"]]
        assert answer["pagination"] == {
            "total_items": 3,
            "total_pages": 2,
            "current_page": page,
            "page_size": 2,
        }
    assert found == made


def test_what_is_not_there_or_not_right_is_said(ours: Server) -> None:
    tasks = Tasks(ours)
    for path in ("/nothing", "/nothing/steps", "/nothing/artifacts"):
        assert "is not a run" in tasks.ask("GET", path, 404)["message"]
    assert tasks.ask("POST", "", 400, json={"input": " "})["message"].startswith("The goal is")
    task = f"/{tasks.begin()}"
    assert "no step" in tasks.ask("GET", f"{task}/steps/99", 404)["message"]
    for wrong in ("x", "Li4vLi4vc2VydmVyLXRva2Vu", "_w"):  # the second: ../../server-token
        assert ours.token not in json.dumps(tasks.ask("GET", f"{task}/artifacts/{wrong}", 404))
    outside = {"relative_path": "../../elsewhere"}
    tasks.ask("POST", f"{task}/artifacts", 404, files={"file": ("x", b"x")}, data=outside)
    assert httpx2.get(tasks.base).status_code == 401
