"""OpenAI's API: a run as an answer, so that whatever speaks to a model can give a goal. Nobody is
there to be asked: what may not be done unasked is left undone and reported."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from selfstarter import steering
from selfstarter.core.cleaning import clean
from selfstarter.core.errors import RunBusy, Trouble
from selfstarter.core.events import RunEnded
from selfstarter.core.state import State
from selfstarter.server.desk import AtDesk, Desk
from selfstarter.server.openai_shapes import (
    NAME,
    Answer,
    Ask,
    Chat,
    Choice,
    Completion,
    Fault,
    Faulty,
    Message,
    ModelCard,
    Models,
    Said,
    Wanted,
    chat_usage,
    goal_of,
    message,
    reasoning,
    usage_of,
    written,
)
from selfstarter.server.problems import Answers, failing_as, faults
from selfstarter.server.progress import lines

TOO_LONG = ("out_of_budget", "out_of_time")


def fault(status: int, text: str, param: str | None = None) -> Response:
    kind = "invalid_request_error" if status < 500 else "server_error"
    body = Faulty(error=Fault(message=clean(text), type=kind, param=param))
    return JSONResponse(body.model_dump(), status)


STREAMS: Answers = {200: {"content": {"text/event-stream": {}}}}
routes = APIRouter(
    prefix="/v1", tags=["openai"], route_class=failing_as(fault), responses=faults(Faulty)
)


@routes.get("/models")
def models() -> Models:
    return Models()


@routes.get("/models/{name}")
def model(name: str) -> ModelCard:
    if name != NAME:
        raise HTTPException(404, f"There is no model {name!r} here, but {NAME!r}.")
    return ModelCard()


@routes.post("/chat/completions", response_model=Completion, responses=STREAMS)
async def chat(wanted: Chat, desk: AtDesk, request: Request) -> Completion | Response:
    """A run as a completion. Streamed, what is done comes as `reasoning_content`, and the answer,
    in one piece, as `content`."""
    run_id = await begun(desk, wanted, goal_of(wanted.messages))
    if wanted.stream:
        return streamed(chunks(desk, run_id, wanted))
    await rested(desk, run_id, request)
    state, text = answered(desk, run_id)
    return Completion(
        id=f"chatcmpl-{run_id}",
        created=int(state.last_at),
        model=wanted.model,
        choices=[Choice(message=Said(content=text), finish_reason=finish_of(state))],
        usage=chat_usage(state.spent),
    )


@routes.post("/responses", response_model=Answer, responses=STREAMS)
async def respond(wanted: Ask, desk: AtDesk, request: Request) -> Answer | Response:
    """A run as a response. `background`: come back for it; else, if you go away, it is paused."""
    said = wanted.input
    messages = [Message(role="user", content=said)] if isinstance(said, str) else said
    before: list[str] = []
    if wanted.previous_response_id:
        earlier = desk.window.state(run_of(desk, wanted.previous_response_id))
        before, folder = [earlier.goal], earlier.started.workspace if earlier.started else ""
        wanted = wanted.model_copy(
            update={"metadata": {"workspace": folder, **(wanted.metadata or {})}}
        )
    goal = goal_of(messages, *before, instructions=wanted.instructions or "")
    run_id = await begun(desk, wanted, goal)
    desk.asked_for(run_id, wanted)
    if wanted.stream:
        return streamed(news(desk, run_id))
    if not wanted.background:
        await rested(desk, run_id, request)
        ended(desk, run_id)
    return response(desk, run_id)


@routes.get("/responses/{response_id}")
def stands(response_id: str, desk: AtDesk) -> Answer:
    return response(desk, run_of(desk, response_id))


@routes.post("/responses/{response_id}/cancel")
async def cancel(response_id: str, desk: AtDesk) -> Answer:
    """The run ends after its step, with its report."""
    run_id = run_of(desk, response_id)
    await steering.stop(run_id, desk.settings)
    return response(desk, run_id)


async def begun(desk: Desk, wanted: Wanted, goal: str) -> str:
    asked = {} if wanted.model == NAME else {"model": wanted.model}
    return await desk.begin(goal, wanted.workspace, given=asked, attended=False)


def run_of(desk: Desk, response_id: str) -> str:
    """Raises NoSuchRun."""
    return desk.window.find(response_id.removeprefix("resp_"))


async def rested(desk: Desk, run_id: str, request: Request) -> None:
    """Wait until the run rests; a client that hangs up pauses it."""
    async with aclosing(desk.watched(run_id)) as watched:
        async for _ in watched:
            if await request.is_disconnected():
                return


def ended(desk: Desk, run_id: str) -> tuple[State, RunEnded]:
    """Raises RunBusy: it has not ended."""
    state = desk.window.state(run_id)
    if not state.ended:
        raise RunBusy(
            "Run {run_id} is paused: {why}. Go on with: selfstarter resume {run_id}",
            run_id=run_id,
            why=state.paused or "nobody pursues it",
        )
    return state, state.ended


def answered(desk: Desk, run_id: str) -> tuple[State, str]:
    """The answer, or the report if it is not all there. Raises RunBusy: it has not ended."""
    state, end = ended(desk, run_id)
    if end.ending == "done":
        return state, clean(end.answer)
    return state, desk.outcome(run_id).report


def finish_of(state: State) -> Any:
    return "length" if state.ended and state.ended.ending in TOO_LONG else "stop"


def response(desk: Desk, run_id: str) -> Answer:
    state, wanted = desk.window.state(run_id), desk.responses.get(run_id)
    model = state.started.model if state.started else ""
    own = NAME if model == desk.settings.model else model
    end = state.ended
    status, output = "in_progress", list[dict[str, Any]]()
    if end:
        _, text = answered(desk, run_id)
        told = [line for _, line in lines(desk.window.every_event(run_id))]
        output = [reasoning(run_id, told), message(run_id, text)]
        short = end.ending in TOO_LONG
        status = "incomplete" if short else "completed"
        status = "cancelled" if end.ending == "stopped" else status
    elif not desk.window.is_driven(run_id):
        status = "incomplete"
    return Answer.model_validate(
        {
            "id": f"resp_{run_id}",
            "created_at": state.began_at,
            "status": status,
            "incomplete_details": {"reason": "max_output_tokens"}
            if end and status == "incomplete"
            else None,
            "model": wanted.model if wanted else own,
            "instructions": wanted.instructions if wanted else None,
            "metadata": (wanted and wanted.metadata) or {},
            "background": bool(wanted and wanted.background),
            "previous_response_id": wanted.previous_response_id if wanted else None,
            "output": output,
            "usage": usage_of(state.spent) if end else None,
        }
    )


def streamed(messages: AsyncGenerator[str]) -> Response:
    return StreamingResponse(messages, media_type="text/event-stream")


async def chunks(desk: Desk, run_id: str, wanted: Chat) -> AsyncGenerator[str]:
    def chunk(choices: list[Any], **more: Any) -> str:
        head = {"id": f"chatcmpl-{run_id}", "object": "chat.completion.chunk", "created": 0}
        return data({**head, "model": wanted.model, "choices": choices, **more})

    def delta(finish: str | None = None, **of: str) -> str:
        return chunk([{"index": 0, "delta": of, "finish_reason": finish}])

    yield delta(role="assistant", content="")
    async with aclosing(desk.watched(run_id)) as watched:
        async for events, _ in watched:
            for _, line in lines(events):
                yield delta(reasoning_content=line + "\n")
    try:
        state, text = answered(desk, run_id)
    except Trouble as error:
        yield data(Faulty(error=Fault(message=str(error), type="server_error")).model_dump())
        return
    yield delta(content=text)
    yield delta(finish_of(state))
    if wanted.stream_options and wanted.stream_options.include_usage:
        yield chunk([], usage=chat_usage(state.spent).model_dump())
    yield "data: [DONE]\n\n"


async def news(desk: Desk, run_id: str) -> AsyncGenerator[str]:
    count = iter(range(1_000_000))

    def event(kind: str, **more: Any) -> str:
        return f"event: {kind}\n" + data({"type": kind, "sequence_number": next(count), **more})

    def whole() -> dict[str, Any]:
        return response(desk, run_id).model_dump(mode="json")

    def item(happened: str, at: int, of: dict[str, Any]) -> str:
        return event(f"response.output_item.{happened}", output_index=at, item=of)

    told: list[str] = []
    yield event("response.created", response=whole())
    yield item("added", 0, reasoning(run_id, [], "in_progress"))
    async with aclosing(desk.watched(run_id)) as watched:
        async for events, _ in watched:
            for _, line in lines(events):
                at = {"item_id": f"rs_{run_id}", "output_index": 0, "summary_index": len(told)}
                part = {"type": "summary_text", "text": line}
                empty = {"type": "summary_text", "text": ""}
                yield event("response.reasoning_summary_part.added", part=empty, **at)
                yield event("response.reasoning_summary_text.delta", delta=line, **at)
                yield event("response.reasoning_summary_text.done", text=line, **at)
                yield event("response.reasoning_summary_part.done", part=part, **at)
                told.append(line)
    try:
        _, text = answered(desk, run_id)
    except Trouble as error:
        yield event("error", code="server_error", message=str(error), param=None)
        return
    at = {"item_id": f"msg_{run_id}", "output_index": 1, "content_index": 0}
    yield item("done", 0, reasoning(run_id, told))
    yield item("added", 1, message(run_id, None, "in_progress"))
    yield event("response.content_part.added", part=written(""), **at)
    yield event("response.output_text.delta", delta=text, logprobs=[], **at)
    yield event("response.output_text.done", text=text, logprobs=[], **at)
    yield event("response.content_part.done", part=written(text), **at)
    yield item("done", 1, message(run_id, text))
    done = whole()
    ends = "incomplete" if done["status"] == "incomplete" else "completed"
    yield event(f"response.{ends}", response=done)


def data(of: Any) -> str:
    return f"data: {json.dumps(of)}\n\n"
