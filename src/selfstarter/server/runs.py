"""Runs: begin, list, look into, steer."""

import hashlib
import json
import mimetypes
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query, Response
from pydantic import FiniteFloat

from selfstarter import steering
from selfstarter.core.cleaning import in_json
from selfstarter.core.state import State
from selfstarter.server.access import FILE_POLICY
from selfstarter.server.desk import AtDesk, Desk
from selfstarter.server.shapes import (
    Budget,
    Command,
    Events,
    Folder,
    NewRun,
    Run,
    Runs,
    Snapshot,
    Taken,
    Text,
    run_in,
    run_of,
    snapshot_of,
    status_of,
)
from selfstarter.viewing import envelope

routes = APIRouter(prefix="/api/v1/runs", tags=["runs"])
LARGEST = 8 << 20
"""Bytes of a file that are sent."""
SHOWN = ("text/", "image/", "application/json", "application/pdf")
LATEST = 2**53
"""Above it JavaScript knows no whole numbers, and above 2**63 SQLite none."""
Seq = Annotated[int, Query(ge=0, le=LATEST)]
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=200)]


AGAIN: dict[int | str, dict[str, Any]] = {
    200: {"model": Run, "description": "This key began it already"}
}


@routes.post("", status_code=201, responses=AGAIN)
async def begin(new: NewRun, desk: AtDesk, response: Response, key: Key = "") -> Run:
    """Begin a run. With the same `Idempotency-Key` again, the run that was begun is told once more
    (200); with the same key and another goal, 409."""
    digest = hashlib.sha256(f"{desk.settings.home}:{key}".encode()).hexdigest()[:12]
    run_id = digest if key else secrets.token_hex(4)
    if key and (known := desk.window.state(run_id)).started:
        if known.goal != new.goal.strip():
            raise HTTPException(409, "This Idempotency-Key began a run with another goal.")
        response.status_code = 200
        return run_in(run_id, known, status_of(known, desk.window.is_driven(run_id)))
    asked = given(new.budget)
    asked |= {"model": new.model} if new.model else {}
    asked |= {"mode": new.mode} if new.mode else {}
    await desk.begin(new.goal, new.workspace, new.criteria, asked, run_id, review=new.review)
    return run_in(run_id, desk.window.state(run_id), "running")


@routes.get("")
def every(
    desk: AtDesk,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: FiniteFloat | None = None,
) -> Runs:
    """The newest first."""
    rows = desk.window.runs(limit, before)
    found = [
        run_of(row, "ended" if row.ending else standing(desk, row.run_id, None)) for row in rows
    ]
    return Runs(runs=found, cursor=rows[-1].started_at if len(rows) == limit else None)


@routes.get("/{name}")
def one(name: str, desk: AtDesk) -> Run:
    """`name`: an id, the beginning of one, or `@last`."""
    run_id = desk.window.find(name)
    state = desk.window.state(run_id)
    return run_in(run_id, state, standing(desk, run_id, state))


@routes.get("/{name}/snapshot")
def snapshot(
    name: str, desk: AtDesk, at: Annotated[int | None, Query(ge=1, le=LATEST)] = None
) -> Snapshot:
    """The run as it stands; `at`: as it stood after that event."""
    run_id = desk.window.find(name)
    state = desk.window.state(run_id, at)
    status = standing(desk, run_id, state) if at is None else status_of(state, driven=True)
    return snapshot_of(run_in(run_id, state, status), state)


@routes.get("/{name}/events", responses={200: {"model": Events}})
def events(
    name: str,
    desk: AtDesk,
    after: Seq = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> Response:
    run_id = desk.window.find(name)
    found = desk.window.events(run_id, after, limit)
    rows = [envelope(run_id, recorded) for recorded in found]
    cursor = found[-1].seq if len(found) == limit else None
    return as_json({"events": rows, "cursor": cursor})


@routes.post("/{name}/commands", status_code=202)
async def command(name: str, said: Command, desk: AtDesk) -> Taken:
    """Say something, pause, stop or resume; from any number of pages and shells at once."""
    run_id = desk.window.find(name)
    if said.type == "resume":
        await desk.resume(run_id, given(said.budget))
        return Taken(run=run_id, driven=True, ended=False)
    if said.type == "stop":
        asked = await steering.stop(run_id, desk.settings)
    elif said.type == "say" and not said.text.strip():
        raise HTTPException(422, "Nothing was said: `text` is empty.")
    else:
        asked = steering.tell(run_id, said.type, said.text, desk.settings)
        if said.type == "say" and not asked.driven and desk.window.state(run_id).review_asked:
            await desk.resume(run_id, {})  # it is drafted anew, and shown again
            return Taken(run=run_id, driven=True, ended=False)
    return Taken(run=run_id, driven=asked.driven, ended=asked.ended)


@routes.get("/{name}/report")
def report(name: str, desk: AtDesk) -> Text:
    """Markdown."""
    return Text(text=desk.outcome(name).report)


@routes.get("/{name}/files")
def files(name: str, desk: AtDesk) -> Folder:
    """Of the run's workspace."""
    state = desk.window.state(desk.window.find(name))
    return Folder(files=list(desk.window.files(state).names()))


@routes.get("/{name}/files/{path:path}", response_class=Response)
def file(name: str, path: str, desk: AtDesk) -> Response:
    """A file of the workspace. HTML and SVG are shown in a sandbox, and load nothing."""
    state = desk.window.state(desk.window.find(name))
    data = desk.window.files(state).read(path, LARGEST)
    kind = mimetypes.guess_type(path)[0] or "text/plain"
    if not kind.startswith(SHOWN):
        kind = "application/octet-stream"
    headers = {"Content-Security-Policy": FILE_POLICY}
    return Response(data, media_type=kind, headers=headers)


def standing(desk: Desk, run_id: str, state: State | None) -> Any:
    state = state or desk.window.state(run_id)
    return status_of(state, not state.ended and desk.window.is_driven(run_id))


def given(budget: Budget) -> dict[str, Any]:
    return budget.model_dump(exclude_none=True)


def as_json(value: Any) -> Response:
    """Characters that could drive a terminal are escaped, as everywhere."""
    return Response(in_json(json.dumps(value, ensure_ascii=False)), media_type="application/json")
