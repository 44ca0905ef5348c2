"""Schedules over HTTP, and the server that fires them by itself."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from server_parts import DRAFT, FINISH, GOAL, PLAN, WRITE, Server, look, until

from selfstarter import scheduling
from selfstarter.schedules.when import At
from selfstarter.settings import load

DAILY = {"goal": GOAL, "cron": "0 9 * * *", "zone": "Europe/Berlin"}


@pytest.fixture
def model(script: Callable[..., str]) -> str:
    return script(DRAFT, PLAN, WRITE, FINISH)


@pytest.fixture
def here(home: Path, tmp_path: Path, model: str) -> Iterator[Server]:
    started = Server(home, tmp_path, model=model)
    yield started
    started.end()


def listed(server: Server) -> list[dict[str, Any]]:
    return server.api.get("/schedules").json()["schedules"]


def test_a_schedule_is_made_changed_run_and_removed(here: Server) -> None:
    made = here.api.post("/schedules", json=DAILY)
    assert made.status_code == 201, made.text
    one = made.json()
    assert (one["when"], one["last_status"]) == ("0 9 * * * (Europe/Berlin)", "")
    assert time.time() < one["next_due"] < time.time() + 86_400 + 3_600
    place = f"/schedules/{one['id'][:5]}"

    paused = here.api.patch(place, json={"paused": True, "goal": "Another goal"}).json()
    assert (paused["paused"], paused["goal"], paused["kind"]) == (True, "Another goal", "cron")
    again = here.api.patch(place, json={"paused": False, "every": "2h", "goal": GOAL}).json()
    assert (again["paused"], again["when"]) == (False, "every 2h")
    assert again["next_due"] < one["next_due"] or again["next_due"] < time.time() + 7_300

    begun = here.api.post(f"{place}/trigger")
    assert begun.status_code == 202, begun.text
    here.ended(begun.json()["run"])
    (now,) = until(lambda: listed(here), lambda found: found[0]["last_status"] == "done")
    assert (now["last_run"], now["next_due"]) == (begun.json()["run"], again["next_due"])

    assert here.api.delete(place).json()["id"] == one["id"]
    assert listed(here) == []
    for answer in (here.api.get(place), here.api.delete(place), here.api.post(f"{place}/trigger")):
        assert answer.status_code == 404
        assert "schedule ls" in answer.json()["detail"]


def test_a_schedule_that_is_sent_twice_with_one_key_is_made_once(here: Server) -> None:
    sent = [
        here.api.post("/schedules", json=DAILY, headers={"Idempotency-Key": key})
        for key in ("a", "a", "b")
    ]
    assert [answer.status_code for answer in sent] == [201, 200, 201]
    first, again, other = (answer.json()["id"] for answer in sent)
    assert first == again != other
    assert {one["id"] for one in listed(here)} == {first, other}


def test_a_running_server_pursues_what_is_due(
    here: Server, home: Path, workspace: Path, model: str
) -> None:
    settings = load({"home": home, "model": model}, environ={})
    asked = scheduling.wanted(GOAL, workspace, settings, when={"every": "1h"})
    soon = asked.model_copy(update={"when": At(at=time.time() + 0.5)})
    made = scheduling.add(soon, settings)
    (one,) = until(lambda: listed(here), lambda found: found[0]["last_status"] == "done")
    assert (one["id"], one["next_due"]) == (made.id, None)
    assert (workspace / "hello.txt").exists()
    assert [run["id"] for run in here.api.get("/runs").json()["runs"]] == [one["last_run"]]


def test_a_server_that_is_killed_is_followed_by_the_next_one(
    home: Path, tmp_path: Path, script: Callable[..., str]
) -> None:
    slow = script(DRAFT, PLAN, look(after_s=1.0), look(after_s=1.0), WRITE, FINISH)
    first = Server(home, tmp_path, model=slow)
    made = first.api.post("/schedules", json=DAILY).json()
    run_id = first.api.post(f"/schedules/{made['id']}/trigger").json()["run"]
    first.until(run_id, lambda shot: shot["plan"])
    first.kill()
    first.end()
    second = Server(home, tmp_path, model=slow)
    assert second.ended(run_id)["run"]["ending"] == "done"
    second.end()


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/schedules", "GET, POST"), ("/schedules/x", "DELETE, GET, PATCH"), ("/runs", "GET, POST")],
)
def test_a_method_that_is_not_there_is_answered_with_those_that_are(
    idle: Server, path: str, methods: str
) -> None:
    answer = idle.api.put(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)


def test_an_address_of_its_own_is_no_key(idle: Server) -> None:
    answer = idle.api.options("/config/schema")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"cron": ""}, "Say when, in one way"),
        ({"every": "2h"}, "Say when, in one way"),
        ({"cron": "99 * * * *"}, "is no cron expression"),
        ({"zone": "Mars"}, "no time zone"),
        ({"workspace": "/nowhere"}, "is not a folder"),
        ({"model": "nope"}, "is of no known form"),
        ({"goal": " "}, "The goal is empty"),
        ({"missed": "twice"}, "missed"),
        ({"priority": 1}, "priority"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_made(
    idle: Server, more: dict[str, Any], told: str
) -> None:
    answer = idle.api.post("/schedules", json=DAILY | more)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in answer.json()["detail"]
    assert listed(idle) == []
