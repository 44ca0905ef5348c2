"""The memory over HTTP: what a run left is listed, found, reworded and forgotten."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from server_parts import DRAFT, FINISH, GOAL, PLAN, WRAP_UP, WRITE, Server, configured

Script = Callable[..., str]
WISH = f"{GOAL}. Always greet in lower case."


@pytest.fixture
def learnt(home: Path, tmp_path: Path, script: Script) -> Iterator[tuple[Server, str]]:
    configured(tmp_path, script(DRAFT, PLAN, WRAP_UP, WRITE, FINISH))
    server = Server(home, tmp_path)
    run_id = server.begin("", goal=WISH)
    server.ended(run_id)
    yield server, run_id
    server.end()


def test_what_a_run_left_is_listed_found_reworded_and_forgotten(
    learnt: tuple[Server, str],
) -> None:
    server, run_id = learnt
    records = server.api.get("/memory").json()["records"]
    (said,) = [one for one in records if one["text"].startswith("The person said")]
    assert (said["run"], said["kind"], said["trusted"]) == (run_id, "semantic", True)
    near = server.api.get("/memory", params={"q": "greet in lower case"}).json()["records"]
    assert near[0]["id"] == said["id"]

    second = server.begin("", goal=f"{GOAL}, and greet in lower case")
    server.ended(second)
    detail = server.api.get(f"/memory/{said['id']}").json()
    assert {use["run"] for use in detail["uses"]} == {second}

    same = server.api.patch(f"/memory/{said['id']}", json={"text": said["text"]})
    assert same.status_code == 409
    text = "Greet in small letters."
    new = server.api.patch(f"/memory/{said['id']}", json={"text": text}).json()
    assert (new["text"], new["own"], new["holds"]) == (text, True, True)
    history = server.api.get(f"/memory/{new['id']}").json()["history"]
    assert [(one["id"], one["holds"]) for one in history] == [(said["id"], False)]

    gone = server.api.delete(f"/memory/{new['id']}").json()["records"]
    assert {one["id"] for one in gone} == {new["id"], said["id"]}
    left = server.api.get("/memory", params={"history": True}).json()["records"]
    assert not {one["id"] for one in left} & {new["id"], said["id"]}
    for asked in ("GET", "PATCH", "DELETE"):
        body = {"text": text} if asked == "PATCH" else None
        unknown = server.api.request(asked, f"/memory/{new['id']}", json=body)
        assert (unknown.status_code, unknown.json()["code"]) == (404, "E206"), asked
