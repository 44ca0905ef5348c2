"""What runs have learnt: look at it, put it right, forget it."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from selfstarter import remembering
from selfstarter.core.cleaning import clean
from selfstarter.core.ports import MemoryKind, MemoryRecord
from selfstarter.server.desk import AtDesk
from selfstarter.server.shapes import Given

routes = APIRouter(prefix="/api/v1/memory", tags=["memory"])


class Record(BaseModel):
    id: str
    kind: MemoryKind
    text: str
    run: str
    seq: int
    """The event that it was made of."""
    at: float
    source: str
    """File or address that it was found in; empty: the run itself."""
    trusted: bool
    """False: text from outside went into it."""
    own: bool
    """In a person's own words."""
    uses: int
    helped: int
    """Of `uses`: in runs that ended as done."""
    holds: bool
    """False: it is history, and no longer recalled."""


class Records(BaseModel):
    records: list[Record]


class Use(BaseModel):
    run: str
    seq: int
    at: float


class Detail(BaseModel):
    record: Record
    history: list[Record]
    """What it stands for now, the newest first."""
    uses: list[Use]


class Rewording(Given):
    text: str = Field(min_length=1, max_length=2_000)


@routes.get("")
def every(
    desk: AtDesk,
    q: Annotated[str, Query(max_length=1_000)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    history: bool = False,
) -> Records:
    """`q`: found by meaning, the nearest first, as a run finds it; without, the newest first, with
    `history` also those that no longer hold."""
    if q.strip():
        found = [one.record for one in remembering.searched(desk.settings, q, limit)]
    else:
        found = remembering.listed(desk.settings, limit, history=history)
    return Records(records=[record_of(one) for one in found])


@routes.get("/{name}")
def one(name: str, desk: AtDesk) -> Detail:
    """`name`: an id, or the beginning of one."""
    shown = remembering.shown(desk.settings, name)
    return Detail(
        record=record_of(shown.record),
        history=[record_of(older) for older in shown.history],
        uses=[Use(run=use.run_id, seq=use.seq, at=use.at) for use in shown.uses],
    )


@routes.patch("/{name}")
def reword(name: str, said: Rewording, desk: AtDesk) -> Record:
    """The old words stay as history."""
    return record_of(remembering.edited(desk.settings, name, said.text))


@routes.delete("/{name}")
def forget(name: str, desk: AtDesk) -> Records:
    """For good, with its history. Returns what is gone."""
    gone = remembering.forgotten(desk.settings, [name])
    return Records(records=[record_of(one) for one in gone])


def record_of(one: MemoryRecord) -> Record:
    return Record(
        id=one.id,
        kind=one.kind,
        text=clean(one.text),
        run=one.run_id,
        seq=one.seq,
        at=one.at,
        source=clean(one.source),
        trusted=one.trusted,
        own=one.id.startswith(remembering.OWN),
        uses=one.uses,
        helped=one.helped,
        holds=not one.superseded_by,
    )
