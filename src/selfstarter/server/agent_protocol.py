"""AutoGPT's Agent Protocol v1: a task is a run, a step one of its calls. The run begins with its
first step, so that files can be put in its folder before, and then goes on by itself: to execute a
step is to wait for the next. Nobody is there to be asked."""

import base64
import binascii
import json
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, HTTPException, Query, Response, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from selfstarter import steering
from selfstarter.app import look_up
from selfstarter.core.cleaning import clean
from selfstarter.core.errors import RunBusy, ToolFailed
from selfstarter.core.events import CallChosen, CallReturned, RunEnded
from selfstarter.core.ports import Recorded
from selfstarter.core.said import Said
from selfstarter.core.state import State
from selfstarter.server.access import FILE_POLICY
from selfstarter.server.desk import AtDesk, Desk
from selfstarter.server.problems import failing_as, faults

LARGEST = 8 << 20
"""Bytes of a file, either way."""
MOST = 1_000
"""Tasks that are listed: the newest."""
NOTHING_SAID = ("", "y", "yes")
"""What clients send as the input of a step to say: go on."""


class Lost(BaseModel):
    message: str


class Artifact(BaseModel):
    artifact_id: str
    agent_created: bool
    file_name: str
    relative_path: str | None
    """Folder in the workspace."""


class NewTask(BaseModel):
    input: str | None = Field(default=None, max_length=20_000)
    additional_input: dict[str, Any] | None = None
    """Not used."""


class Task(BaseModel):
    task_id: str
    input: str
    additional_input: dict[str, Any] = {}
    artifacts: list[Artifact]


class NewStep(BaseModel):
    input: str | None = Field(default=None, max_length=20_000)
    """Said to the run, where it says more than to go on."""
    additional_input: dict[str, Any] | None = None
    """Not used."""


class Step(BaseModel):
    task_id: str
    step_id: str
    name: str
    input: str
    additional_input: dict[str, Any] = {}
    status: Literal["created", "running", "completed"]
    output: str
    additional_output: dict[str, Any] = {}
    artifacts: list[Artifact]
    is_last: bool


class Pagination(BaseModel):
    total_items: int
    total_pages: int
    current_page: int
    page_size: int


class Tasks(BaseModel):
    tasks: list[Task]
    pagination: Pagination


class Steps(BaseModel):
    steps: list[Step]
    pagination: Pagination


class Artifacts(BaseModel):
    artifacts: list[Artifact]
    pagination: Pagination


def fault(status: int, text: str, _: str | None = None) -> Response:
    return JSONResponse({"message": clean(text)}, status)


routes = APIRouter(
    prefix="/ap/v1/agent/tasks",
    tags=["agent protocol"],
    route_class=failing_as(fault),
    responses=faults(Lost),
)
Number = Annotated[int, Query(ge=1, le=1_000_000)]


@routes.post("")
async def create(new: NewTask, desk: AtDesk) -> Task:
    run_id = await desk.begin(new.input or "", attended=False, held=True)
    return task_of(desk, run_id).model_copy(update={"additional_input": new.additional_input or {}})


@routes.get("")
def every(desk: AtDesk, current_page: Number = 1, page_size: Number = 10) -> Tasks:
    """Every run is a task, the newest first."""
    rows, pagination = page_of(desk.window.runs(MOST), current_page, page_size)
    return Tasks(tasks=[task_of(desk, row.run_id) for row in rows], pagination=pagination)


@routes.get("/{task_id}")
def one(task_id: str, desk: AtDesk) -> Task:
    return task_of(desk, desk.window.find(task_id))


@routes.post("/{task_id}/steps")
async def execute(task_id: str, desk: AtDesk, new: NewStep | None = None) -> Step:
    """Wait for the next step; of a run that has ended, its last."""
    run_id = desk.window.find(task_id)
    state = desk.window.state(run_id)
    if not state.ended:
        said = ((new and new.input) or "").strip()
        if said.lower() not in NOTHING_SAID and said != state.goal_given:
            steering.tell(run_id, "say", said, desk.settings)
        if not desk.window.is_driven(run_id):
            await desk.resume(run_id, {})
        async with aclosing(desk.watched(run_id, state.seq, alone_too=True)) as watched:
            async for events, _ in watched:
                done = [one.seq for one in events if isinstance(one.event, CallReturned | RunEnded)]
                if done:
                    return steps_of(desk, run_id, done[0])[-1]
        state = desk.window.state(run_id)
        if not state.ended:
            raise RunBusy(
                "Run {run_id} is paused: {why}.",
                run_id=run_id,
                why=state.paused or Said("nobody pursues it"),
            )
    return steps_of(desk, run_id)[-1]


@routes.get("/{task_id}/steps")
def steps(task_id: str, desk: AtDesk, current_page: Number = 1, page_size: Number = 10) -> Steps:
    found, pagination = page_of(steps_of(desk, desk.window.find(task_id)), current_page, page_size)
    return Steps(steps=list(found), pagination=pagination)


@routes.get("/{task_id}/steps/{step_id}")
def step(task_id: str, step_id: str, desk: AtDesk) -> Step:
    for found in steps_of(desk, desk.window.find(task_id)):
        if found.step_id == step_id:
            return found
    raise HTTPException(404, f"Task {task_id} has no step {step_id[:100]}.")


@routes.get("/{task_id}/artifacts")
def artifacts(
    task_id: str, desk: AtDesk, current_page: Number = 1, page_size: Number = 10
) -> Artifacts:
    """The files of the run's workspace."""
    state = desk.window.state(desk.window.find(task_id))
    names, pagination = page_of(desk.window.files(state).names(), current_page, page_size)
    return Artifacts(artifacts=[artifact_of(state, name) for name in names], pagination=pagination)


@routes.post("/{task_id}/artifacts")
def upload(
    task_id: str,
    desk: AtDesk,
    file: Annotated[UploadFile, File()],
    relative_path: Annotated[str, Form(max_length=1_000)] = "",
) -> Artifact:
    """Put a file into the run's workspace."""
    state = desk.window.state(desk.window.find(task_id))
    data = file.file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise HTTPException(400, f"The file is larger than {LARGEST >> 20} MiB.")
    folder, name = PurePosixPath(relative_path or "."), PurePosixPath(file.filename or "").name
    path = str(folder if folder.name == name else folder / name)
    desk.window.files(state).write(path, data)
    return artifact_of(state, path)


@routes.get("/{task_id}/artifacts/{artifact_id}", response_class=Response)
def download(task_id: str, artifact_id: str, desk: AtDesk) -> Response:
    state = desk.window.state(desk.window.find(task_id))
    data = desk.window.files(state).read(path_of(artifact_id), LARGEST)
    headers = {"Content-Security-Policy": FILE_POLICY, "Content-Disposition": "attachment"}
    return Response(data, media_type="application/octet-stream", headers=headers)


def page_of(found: Sequence[Any], current: int, size: int) -> tuple[Sequence[Any], Pagination]:
    pages = max(1, -(-len(found) // size))
    pagination = Pagination(
        total_items=len(found), total_pages=pages, current_page=current, page_size=size
    )
    return found[(current - 1) * size : current * size], pagination


def task_of(desk: Desk, run_id: str) -> Task:
    state = desk.window.state(run_id)
    return Task(task_id=run_id, input=state.goal_given, artifacts=made_in(state))


def made_in(state: State) -> list[Artifact]:
    return [artifact_of(state, path) for path in state.ledger.made]


def steps_of(desk: Desk, run_id: str, upto: int | None = None) -> list[Step]:
    """Each call, and how it ended; `upto`: as it stood after that event."""
    outcome, records = look_up(run_id, desk.settings)
    records = [one for one in records if upto is None or one.seq <= upto]
    returned = {
        one.event.call_id: one.event for one in records if isinstance(one.event, CallReturned)
    }
    found: list[Step] = []
    for recorded in records:
        match recorded.event:
            case CallChosen() as call:
                back = returned.get(call.call_id)
                found.append(step_in(run_id, outcome.state, recorded, call, back))
            case RunEnded(answer=answer, reason=reason, ending=ending):
                found.append(
                    Step(
                        task_id=run_id,
                        step_id=str(recorded.seq),
                        name="finish",
                        input="",
                        status="completed",
                        output=clean(answer if ending == "done" else reason or answer),
                        additional_output={"ending": ending, "report": outcome.report},
                        artifacts=made_in(outcome.state),
                        is_last=True,
                    )
                )
            case _:
                pass
    return found


def step_in(
    run_id: str, state: State, recorded: Recorded, call: CallChosen, back: CallReturned | None
) -> Step:
    changed = [path for path, sha in back.changed if sha] if back else []
    return Step(
        task_id=run_id,
        step_id=str(recorded.seq),
        name=call.tool,
        input=clean(json.dumps(call.args, ensure_ascii=False)),
        status="completed" if back else "running",
        output=clean(back.output or back.error) if back else "",
        additional_output={"status": back.status} if back else {},
        artifacts=[artifact_of(state, path) for path in changed],
        is_last=False,
    )


def artifact_of(state: State, path: str) -> Artifact:
    """Its id is its path, written so that it fits into an address."""
    folder = str(PurePosixPath(path).parent)
    return Artifact(
        artifact_id=base64.urlsafe_b64encode(path.encode()).decode().rstrip("="),
        agent_created=path in state.ledger.artefacts,
        file_name=PurePosixPath(path).name,
        relative_path=None if folder == "." else folder,
    )


def path_of(artifact_id: str) -> str:
    """Raises ToolFailed."""
    try:
        return base64.urlsafe_b64decode(artifact_id + "=" * (-len(artifact_id) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise ToolFailed(f"There is no artifact {artifact_id[:100]!r}.") from error
