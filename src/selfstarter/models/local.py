"""The embedded model: llama.cpp in a child process, spoken to over loopback."""

import asyncio
import json
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx2 as httpx
from pydantic import BaseModel, Field

from selfstarter.core.errors import BadSetting, ModelDown
from selfstarter.core.ports import FREE, Facts, Message, Reply, Request, Served, Usage
from selfstarter.models.circles import once, period

WINDOW = 8192
START_S = 120.0
RESTARTS = 2
LOOK_S = 0.3
LOOK_EVERY, LAST = 16, 1_000
"""Chunks of a reply, between two looks for circles and of which one is made."""
NOBODY_THERE = 502
"""Status: who passes requests on could not reach it."""
SMALL_BYTES = 4 << 30
"""Files below this hold a model of up to some 7 B parameters, quantised."""


class LocalModel:
    """A GGUF file served by a child. Started on first use, restarted twice when it crashes."""

    def __init__(
        self,
        path: Callable[[], Path],
        name: str = "local",
        window: int = WINDOW,
        small: bool = True,
    ) -> None:
        """`path` may fetch the file, so it is called at the first use only."""
        self.facts = Facts(
            name=name,
            window=window,
            native_tools=False,
            json_schema=True,
            small=small,
            local=True,
            price=FREE,
        )
        self.path = path
        self.child: asyncio.subprocess.Process | None = None
        self.http: httpx.AsyncClient | None = None
        self.sync: httpx.Client | None = None
        self.served = Served("", "", name)
        """Once it is started, and until it is started anew."""
        self.log = tempfile.TemporaryFile()  # noqa: SIM115  # as long as the model
        self._count = lru_cache(maxsize=4096)(self._count_now)

    async def complete(self, request: Request) -> Reply:
        for _ in range(RESTARTS + 1):
            http = await self.started()
            try:
                return await self.streamed(http, request)
            except httpx.HTTPStatusError as error:
                if error.response.status_code != NOBODY_THERE:
                    raise ModelDown(
                        "The local model refused the request: {error}", error=error
                    ) from error
                await self.close()
            except (httpx.HTTPError, OSError, ValueError):
                await self.close()  # it died or hangs: the next turn of the loop starts another
        raise ModelDown(
            "The local model crashed {times} times on one request. Its last words:\n{words}",
            times=RESTARTS + 1,
            words=self.last_words(),
        )

    async def streamed(self, http: httpx.AsyncClient, request: Request) -> Reply:
        """Collect the stream. After `timeout_s`, or where it goes in circles, what has come so far
        is the reply, marked cut."""
        text, cut, usage = [request.prefix] if request.prefix else [], False, None
        stream = chunks(http, body_of(request))
        try:
            async with asyncio.timeout(request.timeout_s), aclosing(stream):
                async for chunk in stream:
                    for choice in chunk.choices:
                        text.append(choice.delta.content or "")
                        cut = cut or choice.finish_reason == "length"
                    if chunk.usage:
                        usage = chunk.usage.ours()
                    if len(text) % LOOK_EVERY == 0 and period("".join(text[-LAST:])):
                        cut = True
                        break
        except TimeoutError:
            cut = True
        if usage is None:  # it is told last, and a child that hangs counts nothing now
            asked = sum(map(at_most, (m.text for m in request.messages)))
            usage = Usage(input=asked, output=len(text))
        whole = "".join(text)
        whole = once(whole) if cut else whole
        if request.prefix and whole.startswith(request.prefix * 2):
            whole = whole[len(request.prefix) :]  # some builds repeat the prefix, some do not
        return Reply(text=whole, usage=usage, cut=cut)

    def count(self, text: str) -> int:
        """Exact, by the model's own tokenizer; before the child runs, a bound."""
        if self.sync is None:
            return at_most(text)
        return self._count(text)

    def _count_now(self, text: str) -> int:
        try:
            assert self.sync is not None
            found = self.sync.post("/tokenize", json={"content": text}).raise_for_status().json()
            return len(found["tokens"])
        except (httpx.HTTPError, KeyError, ValueError):
            return at_most(text)

    async def started(self) -> httpx.AsyncClient:
        if self.http and self.child and self.child.returncode is None:
            return self.http
        await self.close()
        path = await asyncio.to_thread(self.path)
        key = secrets.token_urlsafe(24)
        try:
            self.child = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "selfstarter.models.llama_server",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=self.log,
            )  # fmt: skip
            assert self.child.stdin and self.child.stdout
            wanted = {
                "path": str(path),
                "window": self.facts.window,
                "key": key,
                "threads": await idle_cores(),
            }
            self.child.stdin.write(json.dumps(wanted).encode() + b"\n")
            await self.child.stdin.drain()
            async with asyncio.timeout(START_S):
                line = await self.child.stdout.readline()
            url = json.loads(line)["url"]
        except (OSError, ValueError, TimeoutError) as error:
            await self.close()
            raise ModelDown(
                "The local model did not start ({why}). Is xllamacpp"
                " installed (pip install 'selfstarter[local]') and {path} a GGUF file? It said:\n"
                "{words}",
                why=error or type(error).__name__,
                path=path,
                words=self.last_words(),
            ) from error
        self.served = Served(f"{url}/v1", key, self.facts.name)
        headers = {"Authorization": f"Bearer {key}"}
        self.http = httpx.AsyncClient(base_url=url, headers=headers, timeout=None)
        self.sync = httpx.Client(base_url=url, headers=headers, timeout=10)
        return self.http

    async def close(self) -> None:
        """End the child. Its number is ours, so no other process can be hit."""
        if self.http:
            await self.http.aclose()
        if self.sync:
            self.sync.close()
        if self.child and self.child.returncode is None:
            self.child.kill()
            await self.child.wait()
        self.http = self.sync = self.child = None

    def last_words(self) -> str:
        size = self.log.seek(0, os.SEEK_END)
        self.log.seek(max(0, size - 1_500))
        return self.log.read().decode("utf-8", "replace").strip()


class Detour(LocalModel):
    """The same child at another address, where somebody sits who passes requests on."""

    def __init__(self, model: LocalModel, url: str) -> None:
        super().__init__(model.path, model.facts.name, model.facts.window, model.facts.small)
        self.model = model
        self.url = url

    async def started(self) -> httpx.AsyncClient:
        await self.model.started()
        if self.http is None:
            self.http = httpx.AsyncClient(base_url=self.url, timeout=None)
            self.sync = httpx.Client(base_url=self.url, timeout=10)
        return self.http

    def last_words(self) -> str:
        return self.model.last_words()


class Delta(BaseModel):
    content: str | None = None


class Choice(BaseModel):
    delta: Delta = Delta()
    finish_reason: str | None = None


class PromptDetails(BaseModel):
    cached_tokens: int = 0


class ServerUsage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: PromptDetails | None = None

    def ours(self) -> Usage:
        cached = self.prompt_tokens_details.cached_tokens if self.prompt_tokens_details else 0
        return Usage(input=self.prompt_tokens, output=self.completion_tokens, cached=cached)


class Chunk(BaseModel):
    choices: list[Choice] = Field(default_factory=list[Choice])
    usage: ServerUsage | None = None


async def chunks(http: httpx.AsyncClient, body: dict[str, Any]) -> AsyncGenerator[Chunk]:
    """The objects of a server-sent stream (one `data:` line each, `[DONE]` at the end)."""
    async with http.stream("POST", "/v1/chat/completions", json=body) as response:
        if response.status_code >= 400:
            await response.aread()
            response.raise_for_status()
        async for line in response.aiter_lines():
            data = line.removeprefix("data:").strip()
            if line.startswith("data:") and data and data != "[DONE]":
                yield Chunk.model_validate_json(data)


def body_of(request: Request) -> dict[str, Any]:
    messages = [{"role": role_of(m), "content": m.text} for m in request.messages]
    if request.prefix:
        messages.append({"role": "assistant", "content": request.prefix})
    body: dict[str, Any] = {
        "messages": messages,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed & 0x7FFFFFFF,
        "stop": list(request.stop),
        "stream": True,
        "stream_options": {"include_usage": True},
        "cache_prompt": True,
    }
    if request.schema is not None:
        schema = {"name": "reply", "strict": True, "schema": request.schema}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def role_of(message: Message) -> str:
    return "user" if message.role == "tool" else message.role


def cores() -> int:
    """Cores of this process, at most 8: more do not make a model of this size faster."""
    found = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(1, min(8, found))


async def idle_cores() -> int:
    """`cores` less those that others keep busy right now, at least 1 (decision 003).

    Looked at for a moment: the load average still counts the installation of a minute ago.
    """
    before = cpu_times()
    await asyncio.sleep(LOOK_S)
    after = cpu_times()
    total = sum(after) - sum(before)
    if total <= 0:
        return cores()
    busy = 1 - (after[3] + after[4] - before[3] - before[4]) / total
    return max(1, round(cores() - busy * (os.cpu_count() or 1)))


def cpu_times() -> list[int]:
    """Jiffies of all cores: user, nice, system, idle, iowait, … (proc(5)); empty: not Linux."""
    try:
        line = Path("/proc/stat").read_text("ascii").partition("\n")[0]
    except OSError:
        return []
    return [int(word) for word in line.split()[1:]]


def at_most(text: str) -> int:
    """Tokens that it hardly exceeds: three Latin letters make one; a digit, what stands between
    numbers, or a Chinese character is one by itself."""
    single = sum(map(text.count, "0123456789,.-\n"))
    return single + (len(text.encode("utf-8", "replace")) - single) // 3 + 1


def model_file(path: Path) -> Path:
    if not path.is_file():
        raise BadSetting(
            "There is no model file {path}. Give a GGUF file: local:/path/x.gguf.", path=path
        )
    return path
