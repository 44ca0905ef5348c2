"""Selfstarter as an MCP server: the SDK's own client, a real process, a scripted model."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from server_parts import (
    DRAFT,
    FINISH,
    GOAL,
    PLAN,
    PROGRAM,
    WRAP_UP,
    WRITE,
    Server,
    configured,
    environment,
    look,
)

Script = Callable[..., str]
PATIENCE_S = 120.0


def program(home: Path, folder: Path) -> StdioServerParameters:
    command, *args = (*PROGRAM, "mcp", "serve", "--home", str(home))
    return StdioServerParameters(command=command, args=args, env=environment(folder))


@asynccontextmanager
async def over_http(server: Server, mode: Any = "auto") -> AsyncGenerator[Client]:
    headers = {"Authorization": f"Bearer {server.token}"}
    async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE_S) as http:
        reach = streamable_http_client(f"{server.address}/mcp", http_client=http)
        async with Client(reach, mode=mode) as client:
            yield client


async def call(client: Client, tool: str, **args: Any) -> Any:
    answer = await client.call_tool(tool, args)
    assert not answer.is_error, answer.content
    return answer.structured_content


async def paused(client: Client) -> Any:
    for _ in range(1_000):
        found = await call(client, "show_run", run_id="@last")
        if found["status"] == "paused":
            return found
        await anyio.sleep(0.1)
    raise AssertionError("It is not paused.")


async def pursued(client: Client) -> None:
    """A goal as a tool call, from its beginning to its file."""
    heard: list[tuple[float, str]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, message or ""))

    answer = await client.call_tool("run_goal", {"goal": GOAL}, progress_callback=hear)
    assert not answer.is_error, answer.content
    found: Any = answer.structured_content
    assert (found["status"], found["ending"], found["files"]) == ("ended", "done", ["hello.txt"])
    assert found["answer"] == "It is in hello.txt." and "| done when |" in found["report"]
    assert [at for at, _ in heard] == sorted({at for at, _ in heard})
    assert any("write_file" in said for _, said in heard), heard
    (listed,) = (await call(client, "list_runs"))["runs"]
    assert (listed["run_id"], listed["goal"]) == (found["run_id"], GOAL)
    assert await call(client, "show_run", run_id="@last") == found
    text = await call(client, "read_file", run_id=found["run_id"], path="hello.txt")
    assert text["result"] == "Hello there."


def test_a_goal_is_a_tool_call_over_stdio(home: Path, tmp_path: Path, script: Script) -> None:
    configured(tmp_path, script(DRAFT, PLAN, WRAP_UP, look(after_s=0.3), WRITE, FINISH))

    async def go() -> None:
        async with Client(program(home, tmp_path)) as client:
            await pursued(client)

    asyncio.run(go())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_goal_is_a_tool_call_over_http(
    home: Path, tmp_path: Path, script: Script, mode: str
) -> None:
    configured(tmp_path, script(DRAFT, PLAN, WRAP_UP, look(after_s=0.3), WRITE, FINISH))
    server = Server(home, tmp_path)

    async def go() -> None:
        async with over_http(server, mode) as client:
            await pursued(client)

    asyncio.run(go())
    server.end()


def test_a_call_that_is_cancelled_is_a_run_that_is_paused(
    home: Path, tmp_path: Path, script: Script
) -> None:
    looks = [look(f"folder{n}", after_s=0.3) for n in range(6)]
    configured(tmp_path, script(DRAFT, PLAN, WRAP_UP, *looks, WRITE, FINISH))

    async def go() -> None:
        async with Client(program(home, tmp_path)) as client:
            with anyio.CancelScope() as scope:

                async def hear(*_: Any, **__: Any) -> None:
                    scope.cancel()

                await client.call_tool("run_goal", {"goal": GOAL}, progress_callback=hear)
            assert scope.cancelled_caught
            found = await paused(client)
            assert not found["files"] and "went away" in found["report"]
            assert (await call(client, "resume_run", run_id="@last"))["ending"] == "done"

    asyncio.run(go())


def test_no_question_of_a_model_reaches_a_client_with_what_is_not_seen(
    home: Path, tmp_path: Path, script: Script
) -> None:
    unseen = "Which\u202e one?\x1b[2J"
    asks = {"call": {"tool": "ask_person", "args": {"question": unseen}}}
    configured(tmp_path, script(DRAFT, PLAN, WRAP_UP, asks, WRITE, FINISH))

    async def go() -> None:
        async with Client(program(home, tmp_path)) as client:
            found = await call(client, "run_goal", goal=f"{GOAL}\u200b")
            assert found["waits_for"] == r"Which\u{202e} one?"
            assert found["goal"] == rf"{GOAL}\u{{200b}}"

    asyncio.run(go())


def test_what_a_person_must_decide_is_told_and_no_tool_decides_it(
    home: Path, tmp_path: Path, script: Script
) -> None:
    configured(tmp_path, script(DRAFT, PLAN, WRAP_UP, WRITE, FINISH))
    with (tmp_path / "config" / "selfstarter" / "config.toml").open("a") as config:
        config.write('mode = "ask"\n')
    server = Server(home, tmp_path)

    async def go() -> None:
        async with over_http(server) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            assert not {name for name in names if "approve" in name or "deny" in name}
            found = await call(client, "run_goal", goal=GOAL)
            assert found["status"] == "waiting" and "write_file" in found["waits_for"]
            (asked,) = server.api.get("/inbox").json()["asked"]
            server.api.post(f"/inbox/{asked['id']}/resolve", json={"decision": "approve"})
            server.ended(found["run_id"])

    asyncio.run(go())
    server.end()


def test_what_is_wrong_is_told_in_words(home: Path, tmp_path: Path, script: Script) -> None:
    configured(tmp_path, script(DRAFT, PLAN, WRAP_UP, WRITE, FINISH))

    async def go() -> None:
        async with Client(program(home, tmp_path)) as client:
            for tool, args, said in (
                ("show_run", {"run_id": "nothing"}, "is not a run"),
                ("run_goal", {"goal": " "}, "The goal is empty"),
                ("run_goal", {"goal": "x", "workspace": "/nowhere/at/all"}, "is not a folder"),
                ("run_goal", {}, "goal"),
            ):
                answer = await client.call_tool(tool, args)
                text = str(answer.content)
                assert answer.is_error and said in text and "Traceback" not in text, text

    asyncio.run(go())


@pytest.mark.case("X45")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer TOKEN", "Host": "evil.example"}, 403),
        ({"Authorization": "Bearer TOKEN", "Origin": "https://evil.example"}, 403),
        ({"Cookie": "selfstarter=TOKEN"}, 403),
    ],
)
def test_no_page_of_another_site_calls_a_tool(
    idle: Server, headers: dict[str, str], status: int
) -> None:
    sent = {name: value.replace("TOKEN", idle.token) for name, value in headers.items()}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    answer = httpx2.post(f"{idle.address}/mcp", json=body, headers=sent)
    assert answer.status_code == status, answer.text
