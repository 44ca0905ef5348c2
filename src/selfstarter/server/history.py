"""What a run changed, a branch of it, and a run as a file."""

import asyncio
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, StrictBool

from selfstarter.history.changes import changes
from selfstarter.history.exports import MEDIA, Format, exported
from selfstarter.history.fork import fork
from selfstarter.history.undo import undo
from selfstarter.server.access import FILE_POLICY
from selfstarter.server.desk import AtDesk
from selfstarter.server.shapes import Given

routes = APIRouter(prefix="/api/v1/runs", tags=["history"])


class Change(BaseModel):
    path: str
    how: Literal["added", "removed", "changed", "moved", "not kept"]
    diff: str
    """Unified; empty where there is no text to compare, and `note` says why."""
    note: str
    added: int
    """Lines."""
    removed: int
    was: str
    """Where it lay before it was moved."""


class Touched(BaseModel):
    """A step that changed files."""

    step: int
    seq: int
    tool: str
    paths: list[str]


class Changes(BaseModel):
    """What changed after the event `first`, up to the event `last`."""

    run: str
    first: int
    last: int
    files: list[Change]
    steps: list[Touched]


class NewFork(Given):
    at: str = Field(default="end", max_length=20)
    """After this step; `start`, `end`, or `eN`: after event N."""
    goal: str = Field(default="", max_length=20_000)
    """Another goal from there on; empty: the same."""
    model: str = Field(default="", max_length=500)
    go: StrictBool = True
    """Pursue it at once; else a `resume` does."""


class ForkedRun(BaseModel):
    id: str
    origin: str
    at: int
    """The last event that both have."""
    workspace: str
    tokens_before: int
    """Spent before the fork, by the other run."""
    missing: list[str]
    """`path: why` of what lay in the other workspace and is not in this one."""


class Undoing(Given):
    to: str = Field(default="", max_length=20)
    """As `at` of a fork; empty: before the last change that the run made."""
    force: StrictBool = False
    """Also what somebody else has changed since."""
    dry_run: StrictBool = False
    """Only say what would be put back."""


class UndoneFiles(BaseModel):
    run: str
    to: int
    """The event as of which the files are now."""
    restored: list[str]
    left: list[str]
    """`path: why` of what could not be put back."""
    for_good: list[str]
    """What was done since that no files can undo."""


@routes.get("/{name}/changes")
def changed(name: str, desk: AtDesk, steps: Annotated[str, Query(max_length=40)] = "") -> Changes:
    """`steps`: `A` (one step), `A..B`, `A..`, `..B`; empty: all that the run did."""
    found = changes(name, desk.settings, steps)
    return Changes(
        run=found.run_id,
        first=found.first,
        last=found.last,
        files=[Change.model_validate(one, from_attributes=True) for one in found.files],
        steps=[Touched.model_validate(one, from_attributes=True) for one in found.steps],
    )


@routes.post("/{name}/fork", status_code=201)
async def branch(name: str, new: NewFork, desk: AtDesk) -> ForkedRun:
    """A new run with the events and the files up to there, in a folder of its own."""
    wanted = partial(fork, name, new.at, desk.settings, model=new.model, goal=new.goal)
    made = await asyncio.to_thread(wanted)
    if new.go:
        await desk.resume(made.run_id, {})
    return ForkedRun(
        id=made.run_id,
        origin=made.origin,
        at=made.at,
        workspace=str(made.workspace),
        tokens_before=made.spent.tokens,
        missing=list(made.missing),
    )


@routes.post("/{name}/undo")
async def put_back(name: str, how: Undoing, desk: AtDesk) -> UndoneFiles:
    """Put the files of a run back as they were. 409: somebody else has changed them since."""
    found = await undo(name, desk.settings, how.to, force=how.force, look=how.dry_run)
    return UndoneFiles(
        run=found.run_id,
        to=found.to,
        restored=list(found.restored),
        left=list(found.left),
        for_good=list(found.for_good),
    )


@routes.get("/{name}/export/{format}", response_class=Response)
def export(name: str, format: Format, desk: AtDesk) -> Response:
    """A run as a file: a page that replays offline, its report as Markdown or PDF, or a record for
    programs."""
    run_id = desk.window.find(name)
    headers = {
        "Content-Disposition": f'attachment; filename="{run_id}.{format}"',
        "Content-Security-Policy": FILE_POLICY,
    }
    said = exported(run_id, format, desk.settings)
    return Response(said, media_type=MEDIA[format], headers=headers)
