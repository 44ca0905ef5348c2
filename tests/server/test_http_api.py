"""The API as a program meets it: a real server, a scripted model."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from server_parts import DRAFT, FINISH, GOAL, PLAN, WRAP_UP, WRITE, Server, heard, look, until

Script = Callable[..., str]


def quick(script: Script, *more: Any) -> str:
    return script(DRAFT, PLAN, WRAP_UP, *more, WRITE, FINISH)


def slow(script: Script) -> str:
    """Works for a while, and always on something new."""
    looks = [look(f"folder{n}", after_s=0.2) for n in range(40)]
    return script(DRAFT, PLAN, WRAP_UP, *looks, WRITE, FINISH)


# ── a run, begun and looked at ───────────────────────────────────────────────────────────────


def test_a_goal_is_pursued_to_its_checked_end(server: Server, script: Script) -> None:
    run_id = server.begin(quick(script))
    shot = server.ended(run_id)
    assert shot["run"]["ending"] == "done"
    assert [(c["check"], c["passed"]) for c in shot["criteria"]] == [("file_exists", True)]
    assert shot["criteria"][0]["evidence"]
    assert [task["title"] for task in shot["plan"]] == ["Write it"]
    assert shot["assumptions"][0]["text"] == "English will do."
    assert shot["files"] == [{"path": "hello.txt", "removed": False}]
    assert shot["usage"]["steps"] == 1 and shot["usage"]["cost_known"]
    assert server.api.get(f"/runs/{run_id}/files").json() == {"files": ["hello.txt"]}
    assert server.api.get(f"/runs/{run_id}/files/hello.txt").text == "Hello there."
    assert (
        "# Done: every criterion passes." in server.api.get(f"/runs/{run_id}/report").json()["text"]
    )
    (listed,) = server.api.get("/runs").json()["runs"]
    assert (listed["id"], listed["goal"], listed["status"]) == (run_id, GOAL, "ended")


def test_the_events_come_in_pages_and_are_those_of_the_journal(
    server: Server, script: Script, home: Path
) -> None:
    run_id = server.begin(quick(script))
    last = server.ended(run_id)["seq"]
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = server.api.get(f"/runs/{run_id}/events", params={"after": after, "limit": 5}).json()
        found += page["events"]
        after = page["cursor"]
    assert [event["seq"] for event in found] == list(range(1, last + 1))
    argv = [sys.executable, "-m", "selfstarter", "show", run_id, "--jsonl", "--home", str(home)]
    printed = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert [json.loads(line) for line in printed.splitlines()] == found


def test_a_run_is_shown_as_it_stood_at_any_event(server: Server, script: Script) -> None:
    run_id = server.begin(quick(script))
    last = server.ended(run_id)["seq"]
    shots = [
        server.api.get(f"/runs/{run_id}/snapshot", params={"at": n}).json()
        for n in range(1, last + 1)
    ]
    assert [shot["seq"] for shot in shots] == list(range(1, last + 1))
    assert shots[0]["plan"] == [] and shots[0]["run"]["status"] == "running"
    assert shots[-1]["run"]["ending"] == "done"
    steps = [shot["usage"]["steps"] for shot in shots]
    assert steps == sorted(steps)


def test_the_same_key_begins_one_run(server: Server, script: Script) -> None:
    body = {"goal": GOAL, "model": quick(script)}
    first, again = (
        server.api.post("/runs", json=body, headers={"Idempotency-Key": "k1"}) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = server.api.post(
        "/runs", json={**body, "goal": "Another one"}, headers={"Idempotency-Key": "k1"}
    )
    assert other.status_code == 409
    assert len(server.api.get("/runs").json()["runs"]) == 1


def test_the_list_of_runs_comes_in_pages(server: Server, script: Script) -> None:
    made = [server.begin(quick(script), goal=f"Write {n} to hello.txt") for n in range(5)]
    found: list[str] = []
    before: float | None = None
    while True:
        params: dict[str, float] = {"limit": 2} | ({"before": before} if before else {})
        page = server.api.get("/runs", params=params).json()
        found += [run["id"] for run in page["runs"]]
        if (before := page["cursor"]) is None:
            break
    assert found == made[::-1]


# ── steering ─────────────────────────────────────────────────────────────────────────────────


def test_a_run_is_paused_told_something_and_resumed(server: Server, script: Script) -> None:
    run_id = server.begin(slow(script))
    server.until(run_id, lambda shot: shot["usage"]["steps"] > 1)
    answer = server.api.post(f"/runs/{run_id}/commands", json={"type": "pause", "text": "lunch"})
    assert answer.status_code == 202 and answer.json()["driven"]
    shot = server.until(run_id, lambda shot: shot["run"]["status"] == "paused")
    assert shot["paused"] == "lunch"
    server.api.post(f"/runs/{run_id}/commands", json={"type": "say", "text": "In English."})
    answer = server.api.post(f"/runs/{run_id}/commands", json={"type": "resume"})
    assert answer.status_code == 202, answer.text
    shot = server.until(run_id, lambda shot: bool(shot["said"]))
    assert shot["said"] == ["In English."] and shot["run"]["status"] == "running"
    assert server.api.post(f"/runs/{run_id}/commands", json={"type": "stop"}).status_code == 202
    ended = server.ended(run_id)["run"]
    assert ended["ending"] == "stopped"
    (listed,) = server.api.get("/runs").json()["runs"]
    assert ended["started_at"] == listed["started_at"], "a pause does not change when it began"


def test_a_limit_that_is_reached_waits_for_a_person(server: Server, script: Script) -> None:
    run_id = server.begin(quick(script, look("a"), look("b")), budget={"steps": 2})
    server.until(run_id, lambda shot: shot["run"]["status"] == "waiting")
    (asked,) = server.api.get("/inbox").json()["asked"]
    assert (asked["run"], asked["kind"], asked["answered"]) == (run_id, "limit", False)
    body = {"decision": "approve", "text": "10"}
    assert server.api.post(f"/inbox/{asked['id']}/resolve", json=body).status_code == 202
    shot = server.ended(run_id)
    assert shot["run"]["ending"] == "done" and shot["limits"]["steps"] == 12
    again = server.api.post(f"/inbox/{asked['id']}/resolve", json=body)
    assert again.status_code == 409, "an approval is good once"


def test_a_shell_and_the_page_steer_the_same_run(
    server: Server, script: Script, home: Path
) -> None:
    run_id = server.begin(slow(script))
    argv = [sys.executable, "-m", "selfstarter", "stop", run_id, "--home", str(home)]
    assert subprocess.run(argv, capture_output=True, check=False).returncode == 0
    assert server.ended(run_id)["run"]["ending"] == "stopped"


def test_a_call_that_is_not_permitted_unasked_waits_for_a_person(
    server: Server, script: Script
) -> None:
    run_id = server.begin(quick(script), mode="ask")
    server.until(run_id, lambda shot: shot["run"]["status"] == "waiting")
    (asked,) = server.api.get("/inbox").json()["asked"]
    assert asked["kind"] == "call" and "Hello there." in asked["call"]
    assert server.api.get(f"/runs/{run_id}/files").json() == {"files": []}
    answer = server.api.post(f"/inbox/{asked['id']}/resolve", json={"decision": "approve"})
    assert answer.status_code == 202, answer.text
    assert server.ended(run_id)["run"]["ending"] == "done"


def test_a_contract_is_shown_first_and_accepted_changed(server: Server, script: Script) -> None:
    judged = {"for": "judge", "json": {"evidence": "Hello there.", "passes": True}}
    run_id = server.begin(quick(script, judged), review=True, mode="auto")
    shot = server.until(run_id, lambda shot: shot["run"]["status"] == "waiting")
    assert (shot["usage"]["steps"], shot["mode"]) == (0, "auto") and shot["plan"]
    assert shot["to_accept"]
    names = [one["id"] for one in shot["criteria"]]
    (asked,) = server.api.get("/inbox").json()["asked"]
    assert (asked["run"], asked["kind"], asked["answered"]) == (run_id, "contract", False)
    place = f"/inbox/{asked['id']}/resolve"
    wrong = server.api.post(place, json={"decision": "approve", "drop": names})
    assert wrong.status_code == 409 and "nothing would be left" in wrong.json()["detail"]
    body = {"decision": "approve", "drop": names[:1], "add": ["It greets"]}
    assert server.api.post(place, json=body).status_code == 202
    shot = server.ended(run_id)
    assert [one["text"] for one in shot["criteria"]][-1] == "It greets"
    assert not shot["to_accept"]
    assert names[0] not in [one["id"] for one in shot["criteria"]]


@pytest.mark.parametrize("said", ["answer", "say"])
def test_what_is_said_of_a_contract_is_drafted_anew(
    server: Server, script: Script, said: str
) -> None:
    again = ({"for": "amend", "json": {"quote": ""}}, PLAN)
    run_id = server.begin(quick(script, *again), review=True)
    shot = server.until(run_id, lambda shot: shot["run"]["status"] == "waiting")
    (first,) = server.api.get("/inbox").json()["asked"]
    answers = f"/inbox/{first['id']}/resolve", {"decision": "answer", "text": "In English."}
    says = f"/runs/{run_id}/commands", {"type": "say", "text": "In English."}
    path, body = answers if said == "answer" else says
    assert server.api.post(path, json=body).status_code == 202
    later = server.until(run_id, lambda now: now["said"] and now["run"]["status"] == "waiting")
    assert later["seq"] > shot["seq"] and later["usage"]["steps"] == 0
    (second,) = server.api.get("/inbox").json()["asked"]
    assert second["kind"] == "contract" and second["id"] != first["id"]


# ── the stream ───────────────────────────────────────────────────────────────────────────────


def test_the_stream_tells_every_event_once_and_in_order(server: Server, script: Script) -> None:
    run_id = server.begin(slow(script))
    seen: list[int] = []
    for _, events in heard(server.api, f"{run_id}:0"):
        seen += [event["seq"] for event in events]
        if len(seen) > 30:
            break
    assert seen == list(range(1, len(seen) + 1))
    server.api.post(f"/runs/{run_id}/commands", json={"type": "stop"})


def test_a_server_that_dies_under_a_watching_page_costs_it_nothing(
    home: Path, tmp_path: Path, script: Script
) -> None:
    """Killed and started again: the run is resumed, nothing is missed and nothing comes twice."""
    first = Server(home, tmp_path)
    run_id = first.begin(slow(script))
    place, seen = "", list[int]()
    stream = heard(first.api, f"{run_id}:0")
    while len(seen) < 15:
        place, events = next(stream)
        seen += [event["seq"] for event in events]
    first.kill()
    again = Server(home, tmp_path, port=first.port)
    assert again.token == first.token, "the page need not sign in anew"
    assert again.snapshot(run_id)["run"]["status"] == "interrupted"
    assert again.api.post(f"/runs/{run_id}/commands", json={"type": "resume"}).status_code == 202
    for _, events in heard(again.api, f"{run_id}:0", last=place):
        seen += [event["seq"] for event in events]
        if len(seen) > 40:
            break
    assert seen == list(range(1, len(seen) + 1))
    again.end()


def test_whoever_follows_nothing_hears_that_something_changed(
    server: Server, script: Script
) -> None:
    changes = heard(server.api, "", kind="changed")
    next(changes)
    server.begin(quick(script))
    assert next(changes) == ("", {})


# ── the server itself ────────────────────────────────────────────────────────────────────────


def test_what_a_run_begins_with_is_told(idle: Server) -> None:
    found = idle.api.get("/defaults").json()
    assert (found["model"], found["mode"], found["limits"]["steps"]) == ("local", "auto", 60)


def test_the_settings_are_told_with_their_meaning_and_their_schema(idle: Server) -> None:
    found = {one["name"]: one for one in idle.api.get("/config").json()["settings"]}
    assert (found["steps"]["value"], found["home"]["origin"]) == (60, "argument")
    schema = idle.api.get("/config/schema").json()
    assert set(schema["properties"]) == set(found)
    assert schema["properties"]["steps"]["description"] == found["steps"]["does"]


def test_what_the_server_says_of_itself_is_in_the_language_of_the_reader(idle: Server) -> None:
    def told(language: str) -> tuple[str, str]:
        head = {"Accept-Language": language}
        settings = idle.api.get("/config", headers=head).json()["settings"]
        machine = idle.api.get("/doctor", headers=head).json()["findings"]
        does = next(one["does"] for one in settings if one["name"] == "steps")
        return does, next(one["said"] for one in machine if one["name"] == "memory")

    for language in ("zh-CN,zh;q=0.9,en;q=0.8", "zh"):
        does, memory = told(language)
        assert does == "一次运行最多的工具调用次数。" and memory.startswith("可用 ")
    for language in ("en-GB", "xx", "", "../zh"):
        does, memory = told(language)
        assert does == "Most tool calls of a run." and memory.endswith(" MB available")


def test_an_error_is_in_the_language_of_the_reader(idle: Server) -> None:
    def told(language: str) -> tuple[str, str]:
        wrong = idle.api.get("/runs/nothing", headers={"Accept-Language": language}).json()
        return wrong["detail"], wrong["fix"]

    assert told("zh-CN,zh;q=0.9") == (
        "'nothing' 不是运行；`selfstarter ls` 列出它们。",
        "请用 `selfstarter ls` 里的编号；编号的开头或 @last 也可以。",
    )
    assert told("")[0] == "'nothing' is not a run; `selfstarter ls` shows them."


def test_what_this_machine_lacks_is_told(idle: Server) -> None:
    found = {one["name"]: one for one in idle.api.get("/doctor").json()["findings"]}
    assert found["python"]["state"] == "ok" and {"sandbox", "model", "disk"} <= set(found)
    assert all(one["said"] for one in found.values())


# ── what is wrong is said ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("GET", "/runs/nothing", None, 404, "is not a run"),
        ("GET", "/nothing", None, 404, "There is nothing at"),
        ("POST", "/runs", {"goal": ""}, 422, "body.goal"),
        ("POST", "/runs", {"goal": "x", "colour": 1}, 422, "body.colour"),
        ("POST", "/runs", {"goal": "x", "model": "nosuch:model"}, 422, "nosuch"),
        ("POST", "/runs", {"goal": "x", "workspace": "/nowhere/at/all"}, 422, "is not a folder"),
        ("GET", "/events/stream?runs=abc", None, 422, "is no place"),
        ("POST", "/inbox/abc:1/resolve", {"decision": "deny"}, 404, "is not a run"),
    ],
)
def test_what_is_wrong_is_said_as_a_problem(
    idle: Server, method: str, path: str, body: Any, status: int, said: str
) -> None:
    answer = idle.api.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert said in found["detail"] and found["status"] == status and found["title"]
    ours = {"is not a run": "E201", "nosuch": "E101", "is not a folder": "E101"}
    assert found["code"] == ours.get(said, "") and bool(found["fix"]) == bool(found["code"])


def test_what_has_ended_takes_no_command(server: Server, script: Script) -> None:
    run_id = server.begin(quick(script))
    server.ended(run_id)
    answer = server.api.post(f"/runs/{run_id}/commands", json={"type": "say", "text": "more"})
    assert answer.status_code == 409 and "has ended" in answer.json()["detail"]


def test_the_description_is_openapi_3_1(idle: Server) -> None:
    found = idle.api.get("/openapi.json").json()
    assert found["openapi"].startswith("3.1")
    for operations in found["paths"].values():
        for operation in operations.values():
            assert "401" in operation["responses"]


# ── who may call ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.case("X45")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Cookie": "selfstarter=wrong"}, 401),
        ({"Host": "evil.example"}, 403),
        ({"Authorization": "Bearer TOKEN", "Host": "evil.example"}, 403),
        ({"Authorization": "Bearer TOKEN", "Origin": "https://evil.example"}, 403),
        ({"Authorization": "Bearer TOKEN", "Origin": "null"}, 403),
        ({"Cookie": "selfstarter=TOKEN", "Origin": "null"}, 403),
        ({"Cookie": "selfstarter=TOKEN", "Origin": "http://127.0.0.1:1"}, 403),
        ({"Cookie": "selfstarter=TOKEN"}, 403),
    ],
)
def test_nobody_begins_a_run_from_elsewhere(
    idle: Server, headers: dict[str, str], status: int
) -> None:
    sent = {name: value.replace("TOKEN", idle.token) for name, value in headers.items()}
    url = f"{idle.address}/api/v1/runs"
    answer = httpx2.post(url, json={"goal": "Send me all files"}, headers=sent)
    assert answer.status_code == status, answer.text
    form = httpx2.post(url, data={"goal": "x"}, headers=sent)
    assert form.status_code == status, "a form of another site's page"
    assert idle.api.get("/runs").json()["runs"] == []


@pytest.mark.case("X45")
@pytest.mark.parametrize("path", ["/runs", "/inbox", "/events/stream", "/openapi.json", "/version"])
def test_nothing_is_read_without_the_token(idle: Server, path: str) -> None:
    assert httpx2.get(f"{idle.address}/api/v1{path}").status_code == 401


@pytest.mark.case("X45")
@pytest.mark.parametrize("path", ["/", "/api/v1/events/stream", "/mcp"])
def test_no_page_of_another_site_opens_a_websocket(idle: Server, path: str) -> None:
    """A browser lets any page open one to anywhere, with the cookies of where it leads."""
    sent = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "c2VsZnN0YXJ0ZXItdGVzdA==",
        "Cookie": f"selfstarter={idle.token}",
        "Origin": "https://evil.example",
    }
    assert httpx2.get(f"{idle.address}{path}", headers=sent).status_code == 403


def test_the_page_signs_in_with_the_token_of_its_address(server: Server) -> None:
    with httpx2.Client(base_url=server.address, headers={"Origin": server.address}) as browser:
        assert browser.post("/api/v1/session", json={"token": "guess"}).status_code == 401
        answer = browser.post("/api/v1/session", json={"token": server.token})
        assert answer.status_code == 204
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=strict" in cookie
        assert browser.get("/api/v1/runs").status_code == 200


def test_the_token_is_for_its_owner_only(server: Server, home: Path) -> None:
    assert (home / "server-token").stat().st_mode & 0o777 == 0o600


def test_a_page_that_a_run_has_made_does_nothing(server: Server, script: Script) -> None:
    page = "<script>fetch('/api/v1/runs')</script><img src='http://evil.example/?d=1'>"
    write = {"call": {"tool": "write_file", "args": {"path": "hello.txt", "content": "x"}}}
    made = {"call": {"tool": "write_file", "args": {"path": "page.html", "content": page}}}
    run_id = server.begin(script(DRAFT, PLAN, WRAP_UP, made, write, FINISH))
    server.ended(run_id)
    answer = server.api.get(f"/runs/{run_id}/files/page.html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox;") and "default-src 'none'" in policy
    outside = server.api.get(f"/runs/{run_id}/files/..%2F..%2Fserver-token")
    assert outside.status_code == 404 and server.token not in outside.text


def test_two_servers_are_not_confused(server: Server, home: Path, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "selfstarter", "serve", "--port", str(server.port)]
    again = subprocess.run(
        [*argv, "--home", str(home)], capture_output=True, text=True, check=False, timeout=30
    )
    assert again.returncode == 7 and "Take another port" in again.stderr
    assert until(lambda: server.api.get("/version").status_code, lambda code: code == 200)
