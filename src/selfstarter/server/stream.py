"""One stream of events for a whole browser: a browser allows six of them to a server, so the pages
of one browser share it (UI.md 0.6)."""

import json
from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from selfstarter.core.cleaning import in_json
from selfstarter.server.desk import AtDesk
from selfstarter.viewing import envelope

routes = APIRouter(prefix="/api/v1/events", tags=["events"])
MOST_RUNS = 50
RETRY_MS = 2_000


def places_of(
    desk: AtDesk,
    runs: Annotated[str, Query(max_length=4_000)] = "",
    last: Annotated[str, Header(alias="Last-Event-ID", max_length=4_000)] = "",
) -> dict[str, int]:
    """Run id -> last seq known. Looked into before the stream begins, so that it can be refused."""
    wanted = [place(part) for part in runs.split(",") if part]
    known = dict(place(part) for part in last.split(",") if part)
    if len(wanted) > MOST_RUNS:
        raise HTTPException(422, f"At most {MOST_RUNS} runs can be followed at once.")
    places = {desk.window.find(name): seq for name, seq in wanted}
    return places | {run_id: seq for run_id, seq in known.items() if run_id in places}


def place(part: str) -> tuple[str, int]:
    name, _, seq = part.rpartition(":")
    if not name or not seq.isdecimal() or len(seq) > 15:
        raise HTTPException(422, f"{part[:100]!r} is no place: write ID:SEQ.")
    return name, int(seq)


@routes.get("/stream", response_class=EventSourceResponse)
async def follow(
    desk: AtDesk, places: Annotated[dict[str, int], Depends(places_of)]
) -> AsyncIterable[ServerSentEvent]:
    """`runs`: those whose events are wanted, each with the last place known: `ID:SEQ,ID:SEQ`.

    Sends `events`, a list of `{run, seq, at, kind, …}` in the order of each run's journal, whose id
    is again `ID:SEQ,…`, so that a browser that comes back misses nothing and hears nothing twice;
    and `changed`, when any run has changed, be it one that is not followed.
    """
    known = dict(places)
    async for run_id, found in desk.window.follow(known):
        if not run_id:
            yield ServerSentEvent(event="changed", raw_data="{}", retry=RETRY_MS)
            continue
        known[run_id] = found[-1].seq
        rows = json.dumps([envelope(run_id, one) for one in found], ensure_ascii=False)
        spot = ",".join(f"{name}:{seq}" for name, seq in known.items())
        yield ServerSentEvent(event="events", raw_data=in_json(rows), id=spot)
