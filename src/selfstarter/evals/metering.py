"""A proxy between agents and their model: it counts alike for all, and holds their budgets.

It listens on loopback and on a Unix socket, for agents that have no network. Each run of an agent
has an address of its own, so that nobody needs a key and no two runs are mixed up.
"""

import json
import secrets
import socket
import tempfile
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from selfstarter.core.ports import Served

CHAT = "v1/chat/completions"
FREE = ("v1/models", "tokenize")
"""Nothing is computed for them."""
LONGEST_S = 3_600.0
START_S = 30.0


@dataclass(slots=True)
class Account:
    """What one run may use, and has used. Tokens are those that the server says."""

    tokens: int
    """Most, of prompts and completions together."""
    most_calls: int | None = None
    calls: int = 0
    """That reached the model and came back, in part at least."""
    prompt: int = 0
    completion: int = 0
    cached: int = 0
    """Of `prompt`: taken from the prefix cache, so not evaluated again."""
    guessed: int = 0
    """Calls without a usage from the server, or broken off: a token has four characters then."""
    refused: int = 0
    """Calls after everything was spent."""

    @property
    def spent(self) -> int:
        return self.prompt + self.completion

    @property
    def evaluated(self) -> int:
        return self.prompt - self.cached

    @property
    def left(self) -> int:
        """Tokens; 0 where the calls are used up."""
        if self.most_calls is not None and self.calls >= self.most_calls:
            return 0
        return max(0, self.tokens - self.spent)

    def note(self, usage: dict[str, Any] | None, prompt: str, said: str) -> None:
        self.calls += 1
        if usage is None:
            self.guessed += 1
            usage = {"prompt_tokens": len(prompt) // 4, "completion_tokens": len(said) // 4}
        self.prompt += int(usage.get("prompt_tokens") or 0)
        self.completion += int(usage.get("completion_tokens") or 0)
        details: dict[str, Any] = usage.get("prompt_tokens_details") or {}
        self.cached += int(details.get("cached_tokens") or 0)


@dataclass(frozen=True, slots=True)
class Line:
    """What a run has to its model."""

    url: str
    """`/v1` comes after it."""
    socket: Path
    """Leads to the same address without a network."""
    model: str
    account: Account


@dataclass(slots=True)
class Meter:
    """`served`: where the model is now; a local one moves when it is started anew."""

    served: Callable[[], Served]
    port: int
    folder: Path
    """Holds the Unix socket and nothing else."""
    accounts: dict[str, Account] = field(default_factory=dict[str, Account])

    @property
    def socket(self) -> Path:
        return self.folder / "model"

    def opened(self, tokens: int, calls: int | None = None) -> Line:
        """For one run, which may use so much."""
        name = secrets.token_urlsafe(12)
        account = self.accounts[name] = Account(tokens, calls)
        url = f"http://127.0.0.1:{self.port}/{name}"
        return Line(url, self.socket, self.served().model, account)

    async def answer(self, request: Request) -> Response:
        account = self.accounts.get(request.path_params["run"])
        path = request.path_params["path"]
        if account is None or path not in (CHAT, *FREE):
            return fault(404, f"Nothing is served at {path}, but {CHAT}.", "not_found")
        body = await request.body()
        if path != CHAT:
            return await self.passed_on(request, path, body)
        if not account.left:
            account.refused += 1
            return fault(402, f"The budget of this run is spent: {told(account)}.", "budget_spent")
        try:
            wanted = json.loads(body)
            messages, streams = wanted["messages"], bool(wanted.get("stream"))
        except (ValueError, KeyError, TypeError, AttributeError):
            return fault(400, "This is no request for a chat completion.", "bad_request")
        shown = json.dumps([messages, wanted.get("tools")])
        options: dict[str, Any] = wanted.get("stream_options") or {}
        asked_usage = streams and bool(options.get("include_usage"))
        if streams:
            wanted["stream_options"] = {"include_usage": True}
        name = "max_completion_tokens" if "max_completion_tokens" in wanted else "max_tokens"
        wanted[name] = min(account.left, wanted.get(name) or account.left)
        at = self.served()
        http = client(at)
        try:
            reply = await http.send(http.build_request("POST", CHAT, json=wanted), stream=True)
        except httpx.HTTPError as error:
            await http.aclose()
            return fault(502, f"The model cannot be reached ({error}).", "upstream")
        if streams and reply.status_code < 400:
            content = self.streamed(http, reply, account, shown, asked_usage)
            return StreamingResponse(content, media_type="text/event-stream")
        try:
            text = await reply.aread()
        except httpx.HTTPError as error:
            account.note(None, shown, "")
            return fault(502, f"The model's reply broke off ({error}).", "upstream")
        finally:
            await reply.aclose()
            await http.aclose()
        if reply.status_code < 400:
            account.note(usage_in(text), shown, text.decode("utf-8", "replace"))
        return Response(text, reply.status_code, media_type=reply.headers.get("content-type"))

    async def passed_on(self, request: Request, path: str, body: bytes) -> Response:
        async with client(self.served()) as http:
            try:
                found = await http.request(request.method, path, content=body)
            except httpx.HTTPError as error:
                return fault(502, f"The model cannot be reached ({error}).", "upstream")
        return Response(found.content, found.status_code, media_type="application/json")

    async def streamed(
        self,
        http: httpx.AsyncClient,
        reply: httpx.Response,
        account: Account,
        shown: str,
        asked_usage: bool,
    ) -> AsyncGenerator[bytes]:
        """Line by line. The chunk with the usage is kept from who has not asked for it. What is
        broken off is counted too."""
        usage, said = None, list[str]()
        try:
            async for line in reply.aiter_lines():
                data = line.removeprefix("data:").strip()
                if line.startswith("data:") and data != "[DONE]":
                    chunk = found_in(data)
                    usage = chunk.get("usage") or usage
                    said += [str(choice.get("delta")) for choice in chunk.get("choices") or ()]
                    if not chunk.get("choices") and not asked_usage:
                        continue
                yield f"{line}\n".encode()
        except httpx.HTTPError as error:
            yield f"data: {fault_text(f'The reply broke off ({error}).', 'upstream')}\n\n".encode()
        finally:
            account.note(usage, shown, "".join(said))
            await reply.aclose()
            await http.aclose()


@contextmanager
def metering(served: Callable[[], Served]) -> Generator[Meter]:
    """In a thread of its own: who counts tokens through it may block their event loop."""
    with tempfile.TemporaryDirectory(prefix="meter-") as folder, socket.socket() as tcp:
        tcp.bind(("127.0.0.1", 0))
        meter = Meter(served, tcp.getsockname()[1], Path(folder))
        routes = [Route("/{run}/{path:path}", meter.answer, methods=["GET", "POST"])]
        with socket.socket(socket.AF_UNIX) as unix:
            unix.bind(str(meter.socket))
            server = uvicorn.Server(
                uvicorn.Config(Starlette(routes=routes), log_level="error", lifespan="off")
            )
            thread = threading.Thread(target=server.run, args=([tcp, unix],), daemon=True)
            tcp.listen(64)
            unix.listen(64)
            thread.start()
            try:
                yield meter
            finally:
                server.should_exit = server.force_exit = True
                thread.join(START_S)


def client(at: Served) -> httpx.AsyncClient:
    """Straight there: a proxy from the environment must not see it."""
    headers = {"Authorization": f"Bearer {at.key}"} if at.key else {}
    root = at.url.removesuffix("/").removesuffix("/v1") + "/"
    return httpx.AsyncClient(base_url=root, headers=headers, timeout=LONGEST_S, trust_env=False)


def usage_in(text: bytes) -> dict[str, Any] | None:
    return found_in(text).get("usage")


def found_in(text: str | bytes) -> dict[str, Any]:
    """Empty: it is no object."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownVariableType]


def told(account: Account) -> str:
    calls = "" if account.most_calls is None else f" of {account.most_calls}"
    return f"{account.spent:,} of {account.tokens:,} tokens, {account.calls}{calls} calls"


def fault(status: int, text: str, code: str) -> Response:
    return JSONResponse(json.loads(fault_text(text, code)), status)


def fault_text(text: str, code: str) -> str:
    kind = "invalid_request_error"
    return json.dumps({"error": {"message": text, "type": kind, "param": None, "code": code}})
