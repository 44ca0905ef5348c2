"""A scripted model that is served in OpenAI's form, over real HTTP."""

import json
import socket
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from selfstarter.core.ports import Served

PROMPT, COMPLETION, CACHED = 100, 20, 60
"""Tokens that every call uses."""
NAME = "scripted"


@dataclass
class Upstream:
    """Replies in order, the last one again and again: `{"text": …}`, `{"call": name, "args": …}`,
    `{"status": 500}`."""

    replies: Sequence[Mapping[str, Any]]
    url: str = ""
    tells_usage: bool = True
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    keys: list[str] = field(default_factory=list[str])

    @property
    def served(self) -> Served:
        return Served(self.url, "a key", NAME)

    async def chat(self, request: Request) -> Response:
        body = await request.json()
        self.keys.append(request.headers.get("authorization", ""))
        reply = self.replies[min(len(self.asked), len(self.replies) - 1)]
        self.asked.append(body)
        if "status" in reply:
            return JSONResponse({"error": {"message": "scripted"}}, reply["status"])
        message: dict[str, Any] = {"role": "assistant", "content": reply.get("text")}
        ends = "stop"
        if "call" in reply:
            arguments = json.dumps(reply.get("args", {}))
            function = {"name": reply["call"], "arguments": arguments}
            one = {"id": f"c{len(self.asked)}", "type": "function", "function": function}
            message["tool_calls"], ends = [one], "tool_calls"
        common = {"id": f"r{len(self.asked)}", "created": 1, "model": NAME}
        usage = {
            "prompt_tokens": PROMPT,
            "completion_tokens": COMPLETION,
            "total_tokens": PROMPT + COMPLETION,
            "prompt_tokens_details": {"cached_tokens": CACHED},
        }
        if body.get("stream"):
            with_usage = self.tells_usage and body.get("stream_options", {}).get("include_usage")
            lines = chunks(common, message, ends, usage if with_usage else None)
            return StreamingResponse(lines, media_type="text/event-stream")
        choice = {"index": 0, "message": message, "finish_reason": ends}
        whole = common | {"object": "chat.completion", "choices": [choice]}
        return JSONResponse(whole | ({"usage": usage} if self.tells_usage else {}))

    async def models(self, request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [{"id": NAME, "object": "model"}]})


def chunks(
    common: dict[str, Any], message: dict[str, Any], ends: str, usage: dict[str, Any] | None
) -> Iterator[str]:
    common = common | {"object": "chat.completion.chunk"}
    calls = [call | {"index": n} for n, call in enumerate(message.pop("tool_calls", []))]
    delta = message | ({"tool_calls": calls} if calls else {})
    parts: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": ends}]},
    ]
    if usage:
        parts.append({"choices": [], "usage": usage})
    for part in parts:
        yield f"data: {json.dumps(common | part)}\n\n"
    yield "data: [DONE]\n\n"


@contextmanager
def upstream(*replies: Mapping[str, Any], tells_usage: bool = True) -> Generator[Upstream]:
    model = Upstream(replies, tells_usage=tells_usage)
    routes = [
        Route("/v1/chat/completions", model.chat, methods=["POST"]),
        Route("/v1/models", model.models),
    ]
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        model.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        config = uvicorn.Config(Starlette(routes=routes), log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield model
        finally:
            server.should_exit = server.force_exit = True
            thread.join(30)
