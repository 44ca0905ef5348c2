"""Changes, forks and exports over HTTP."""

from collections.abc import Callable
from pathlib import Path

from server_parts import DRAFT, FINISH, PLAN, WRITE, Server

Script = Callable[..., str]


def test_what_a_run_changed_a_branch_of_it_and_a_file_of_it(server: Server, script: Script) -> None:
    run = server.begin(script(DRAFT, PLAN, WRITE, FINISH))
    server.ended(run)
    found = server.api.get(f"/runs/{run}/changes").json()
    assert [(one["path"], one["how"]) for one in found["files"]] == [("hello.txt", "added")]
    assert found["files"][0]["diff"].endswith("+Hello there.")
    assert [step["step"] for step in found["steps"]] == [1]
    assert server.api.get(f"/runs/{run}/changes", params={"steps": "7"}).status_code == 422

    forked = server.api.post(f"/runs/{run}/fork", json={"at": f"e{found['first']}"})
    assert forked.status_code == 201, forked.text
    other = forked.json()["id"]
    assert server.ended(other)["run"]["ending"] == "done"
    assert server.snapshot(other)["workspace"] == forked.json()["workspace"]
    assert server.snapshot(other)["workspace"] != server.snapshot(run)["workspace"]

    held = server.api.post(f"/runs/{run}/fork", json={"at": "1", "go": False}).json()
    assert held["tokens_before"] > 0
    assert server.snapshot(held["id"])["run"]["status"] == "interrupted"
    assert server.api.post(f"/runs/{run}/fork", json={"at": "x"}).status_code == 422
    assert server.api.post(f"/runs/{run}/fork", json={"at": "1", "go": 0}).status_code == 422

    for format, kind in (("html", "text/html"), ("md", "text/markdown"), ("json", "json")):
        answer = server.api.get(f"/runs/{run}/export/{format}")
        assert answer.status_code == 200 and kind in answer.headers["content-type"]
        assert answer.headers["content-disposition"] == f'attachment; filename="{run}.{format}"'
        assert "sandbox" in answer.headers["content-security-policy"]
        assert "hello.txt" in answer.text
    assert server.api.get(f"/runs/{run}/export/run").status_code == 422

    assert server.api.post(f"/runs/{run}/undo", json={"dry_run": 0}).status_code == 422
    looked = server.api.post(f"/runs/{run}/undo", json={"dry_run": True}).json()
    assert looked["restored"] == ["hello.txt"]
    (Path(server.snapshot(run)["workspace"]) / "hello.txt").write_text("a person's")
    assert server.api.post(f"/runs/{run}/undo", json={}).status_code == 409
    answer = server.api.post(f"/runs/{run}/undo", json={"force": True})
    assert answer.status_code == 200 and answer.json()["restored"] == ["hello.txt"]
    assert server.api.get(f"/runs/{run}/files").json()["files"] == []
