"""A real HTTP server on loopback that speaks just enough of three providers' APIs."""

import json
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Says:
    """What the server answers next."""

    text: str = ""
    calls: tuple[tuple[str, str, str], ...] = ()
    """(id, tool, arguments as JSON)"""
    finish: str = ""
    status: int = 200
    error: Mapping[str, Any] = field(default_factory=dict[str, Any])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None
    """The body as it is, instead of all that."""
    raw: bytes | None = None
    """What goes over the wire instead of any HTTP."""
    hang_s: float = 0.0
    drip_s: float = 0.0
    """Seconds between two bytes of the body."""
    counts: bool = True
    """Does it tell the usage?"""


class FakeServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Speaks)
        self.says: list[Says] = []
        self.default = Says(text="hello")
        self.heard: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.headers_heard: list[dict[str, str]] = []
        self.refuses: Callable[[dict[str, Any]], bool] = lambda _: False
        """Of the body of a request; such a one is answered with `refusal`."""
        self.refusal = Says(status=400)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def next(self) -> Says:
        if self.refuses(self.heard[-1]):
            return self.refusal
        return self.says.pop(0) if self.says else self.default

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of these tests."""


class Speaks(BaseHTTPRequestHandler):
    server: FakeServer  # pyright: ignore[reportIncompatibleVariableOverride]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.heard.append(asked)
        self.server.paths.append(self.path)
        self.server.headers_heard.append({k.lower(): v for k, v in self.headers.items()})
        says = self.server.next()
        time.sleep(says.hang_s)
        if says.raw is not None:
            self.wfile.write(says.raw)
            self.close_connection = True
            return
        body = says.body
        if body is None and says.status != 200:
            body = json.dumps({"error": dict(says.error)}).encode()
        if body is None:
            speaks = next(speak for end, speak in SPEAKS.items() if self.path.endswith(end))
            body = json.dumps(speaks(asked, says)).encode()
        self.send_response(says.status)
        for key, value in {"Content-Type": "application/json", **says.headers}.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for n in range(len(body) if says.drip_s else 0):
            self.wfile.write(body[n : n + 1])
            time.sleep(says.drip_s)
        if not says.drip_s:
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        return None


def chat(asked: dict[str, Any], says: Says) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": says.text or None}
    if says.calls:
        message["tool_calls"] = [
            {"id": i, "type": "function", "function": {"name": tool, "arguments": args}}
            for i, tool, args in says.calls
        ]
    finish = says.finish or ("tool_calls" if says.calls else "stop")
    reply: dict[str, Any] = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1_750_000_000,
        "model": asked["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
    }
    if says.counts:
        reply["usage"] = {
            "prompt_tokens": 1000,
            "completion_tokens": 20,
            "total_tokens": 1020,
            "prompt_tokens_details": {"cached_tokens": 600},
        }
    return reply


def responses(asked: dict[str, Any], says: Says) -> dict[str, Any]:
    output: list[dict[str, Any]] = []
    if says.text:
        none: list[str] = []
        content = [{"type": "output_text", "text": says.text, "annotations": none}]
        output.append({
            "type": "message", "id": "m1", "role": "assistant", "status": "completed",
            "content": content,
        })  # fmt: skip
    output += [
        {"type": "function_call", "id": f"fc_{i}", "call_id": i, "name": tool, "arguments": args,
         "status": "completed"}
        for i, tool, args in says.calls
    ]  # fmt: skip
    cut = says.finish == "length"
    return {
        "id": "r1",
        "object": "response",
        "created_at": 1_750_000_000,
        "model": asked["model"],
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 1000,
            "input_tokens_details": {"cached_tokens": 600, "cache_write_tokens": 0},
            "output_tokens": 20,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 1020,
        },
    }


def anthropic(asked: dict[str, Any], says: Says) -> dict[str, Any]:
    content: list[dict[str, Any]] = [{"type": "text", "text": says.text}] if says.text else []
    content += [
        {"type": "tool_use", "id": i, "name": tool, "input": json.loads(args)}
        for i, tool, args in says.calls
    ]
    return {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": asked["model"],
        "content": content,
        "stop_reason": says.finish or ("tool_use" if says.calls else "end_turn"),
        "stop_sequence": None,
        "usage": {
            "input_tokens": 400,
            "cache_read_input_tokens": 600,
            "cache_creation_input_tokens": 0,
            "output_tokens": 20,
        },
    }


def google(asked: dict[str, Any], says: Says) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"text": says.text}] if says.text else []
    parts += [
        {"functionCall": {"id": i, "name": tool, "args": json.loads(args)}}
        for i, tool, args in says.calls
    ]
    usage = {
        "promptTokenCount": 1000,
        "cachedContentTokenCount": 600,
        "candidatesTokenCount": 20,
        "totalTokenCount": 1020,
    }
    finish = says.finish or "STOP"
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": finish}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "gemini-2.5-flash"}


SPEAKS = {
    "/chat/completions": chat,
    "/responses": responses,
    "/messages": anthropic,
    ":generateContent": google,
}


@contextmanager
def serving() -> Generator[FakeServer]:
    server = FakeServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
