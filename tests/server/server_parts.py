"""A server as a person starts it, in a process of its own, and the ways to it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2

Reply = Mapping[str, Any]
MEASURED: dict[str, int] = {}
"""What this session took, for whoever reads: printed at its end, and never a reason to fail."""
DRAFT: Reply = {
    "for": "draft",
    "json": {
        "outcome": "The file is there.",
        "files": ["hello.txt"],
        "assumptions": ["English will do."],
        "document": False,
        "criteria": [],
    },
}
PLAN: Reply = {"for": "plan", "json": {"tasks": [{"title": "Write it", "done_when": "it is"}]}}
WRITE: Reply = {
    "call": {"tool": "write_file", "args": {"path": "hello.txt", "content": "Hello there."}}
}
FINISH: Reply = {"call": {"tool": "finish", "args": {"summary": "It is in hello.txt."}}}
WRAP_UP: Reply = {"for": "wrap_up", "text": "It is not all there."}
GOAL = "Write a greeting to hello.txt"
PATIENCE_S = 30.0
PROGRAM = (sys.executable, "-P", "-m", "selfstarter")


def look(path: str = "", after_s: float = 0.0) -> Reply:
    return {"call": {"tool": "list_files", "args": {"path": path}}, "after_s": after_s}


def environment(folder: Path) -> dict[str, str]:
    """Of a person whose configuration lies in `folder`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("SELFSTARTER_")}
    return kept | {"XDG_CONFIG_HOME": str(folder / "config")}


def configured(folder: Path, model: str) -> None:
    config = folder / "config" / "selfstarter" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(f'model = "{model}"\n')


class Server:
    """`selfstarter serve`, and its API as a program with the token sees it."""

    def __init__(self, home: Path, folder: Path, port: int = 0, model: str = "") -> None:
        """`model`: of all runs that name none, whatever the settings are changed to."""
        self.process = subprocess.Popen(
            [*PROGRAM, "serve", "--port", str(port), "--home", home],
            env=environment(folder) | ({"SELFSTARTER_MODEL": model} if model else {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert said.startswith("Open http://127.0.0.1:"), said
        self.address, _, self.token = said.removeprefix("Open ").strip().partition("/#t=")
        self.port = int(self.address.rpartition(":")[2])
        self.api = httpx2.Client(
            base_url=f"{self.address}/api/v1",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=PATIENCE_S,
        )

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        self.api.close()
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(timeout=PATIENCE_S)

    def begin(self, model: str, goal: str = GOAL, **more: Any) -> str:
        answer = self.api.post("/runs", json={"goal": goal, "model": model, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def snapshot(self, run_id: str) -> dict[str, Any]:
        return self.api.get(f"/runs/{run_id}/snapshot").json()

    def until(self, run_id: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        return until(lambda: self.snapshot(run_id), wanted)

    def ended(self, run_id: str) -> dict[str, Any]:
        return self.until(run_id, lambda shot: shot["run"]["status"] == "ended")


def until(ask: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
    end = time.monotonic() + PATIENCE_S
    while not wanted(found := ask()):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


def heard(
    client: httpx2.Client, runs: str, last: str = "", kind: str = "events"
) -> Iterator[tuple[str, Any]]:
    """(id, data) of each message of the stream."""
    headers = {"Last-Event-ID": last} if last else {}
    with client.stream("GET", "/events/stream", params={"runs": runs}, headers=headers) as stream:
        assert stream.status_code == 200
        said: dict[str, str] = {}
        for line in stream.iter_lines():
            name, _, value = line.partition(": ")
            if line:
                said[name] = value
                continue
            if said.get("event") == kind:
                yield said.get("id", ""), json.loads(said["data"])
            said = {}
