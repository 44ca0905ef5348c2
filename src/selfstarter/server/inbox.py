"""All that waits for a person, of all runs."""

from fastapi import APIRouter
from pydantic import BaseModel

from selfstarter import steering
from selfstarter.core.review import Edits
from selfstarter.server.desk import AtDesk
from selfstarter.server.shapes import Asked, Resolution, Taken

routes = APIRouter(prefix="/api/v1/inbox", tags=["inbox"])


class Inbox(BaseModel):
    asked: list[Asked]


@routes.get("")
def waiting(desk: AtDesk) -> Inbox:
    """The newest first."""
    found = steering.inbox(desk.settings)
    return Inbox(
        asked=[
            Asked(
                id=one.id,
                run=one.run_id,
                kind=one.kind,
                text=one.text,
                goal=one.goal,
                answered=one.answered,
                call=one.call,
            )
            for one in found
        ]
    )


@routes.post("/{request}/resolve", status_code=202)
async def resolve(request: str, said: Resolution, desk: AtDesk) -> Taken:
    """Decide, and let the run go on if it waits for nothing else."""
    run_id = desk.window.find(request.partition(":")[0])
    match said.decision:
        case "approve":
            edits = Edits(drop=said.drop, add=said.add)
            asked, _ = steering.approve(request, said.text, desk.settings, edits)
        case "deny":
            asked = steering.deny(request, said.text, desk.settings)
        case "answer":
            asked = steering.tell(run_id, "say", said.text, desk.settings)
    if not asked.driven:
        await desk.resume(run_id, {})
    return Taken(run=run_id, driven=True, ended=False)
