"""Servers that speak OpenAI's words and do not know all of them. A real one on loopback."""

import asyncio
import json
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_model_server import FakeServer, Says, serving
from plays import PLAN, draft

from selfstarter.app import pursue
from selfstarter.core.errors import ModelDown
from selfstarter.core.ports import Message, Reply, Request, ToolSpec, WantedCall
from selfstarter.models.api import ApiModel
from selfstarter.models.naming import api_name
from selfstarter.models.retrying import RetryingModel
from selfstarter.settings import Settings

READ = ToolSpec(
    "read_file",
    "Reads a file.",
    {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
)
SCHEMA = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]}
TALK = (
    Message("system", "Be brief."),
    Message("user", "What is in a.csv?"),
    Message("assistant", "", WantedCall("read_file", {"path": "a.csv"}, "c1")),
    Message("tool", "a,b", WantedCall("read_file", {"path": "a.csv"}, "c1")),
    Message("user", "Go on."),
)
ALL = Request(TALK, (READ,), SCHEMA, stop=("END",), max_tokens=77, timeout_s=5)
Refuses = Callable[[dict[str, Any]], bool]


@pytest.fixture
def server() -> Generator[FakeServer]:
    with serving() as server:
        yield server


def refusing(server: FakeServer, refuses: Refuses, error: str, status: int = 400) -> None:
    server.refuses, server.refusal = refuses, Says(status=status, error={"message": error})


def asked(server: FakeServer, *requests: Request, options: str = "") -> list[Reply]:
    name = api_name(f"{server.url}#m{options}")
    assert name
    model = ApiModel(name)

    async def main() -> list[Reply]:
        try:
            return [await model.complete(request) for request in requests]
        finally:
            await model.close()

    return asyncio.run(main())


def sent(server: FakeServer) -> dict[str, Any]:
    return server.heard[-1]


def has(key: str) -> Refuses:
    return lambda body: key in body


def forces_a_schema(body: dict[str, Any]) -> bool:
    return body.get("response_format", {}).get("type") == "json_schema"


def begins_with_the_system(body: dict[str, Any]) -> bool:
    return body["messages"][0]["role"] == "system"


def out_of_turn(body: dict[str, Any]) -> bool:
    roles = [message["role"] for message in body["messages"]]
    return roles != [("user", "assistant")[n % 2] for n in range(len(roles))]


@pytest.mark.parametrize(
    ("refuses", "status", "error"),
    [
        (forces_a_schema, 400, "This response_format type is unavailable now"),
        (forces_a_schema, 422, "response_format.type `json_schema` is unavailable"),
        (has("tools"), 400, "registry.ollama.ai/library/gemma2 does not support tools"),
        (has("tools"), 400, '"auto" tool choice requires --enable-auto-tool-choice'),
        (has("tools"), 500, "tools param requires --jinja flag"),
        (has("tools"), 404, "No endpoints found that support tool use."),
        (has("max_tokens"), 400, "'max_tokens' is not supported, use 'max_completion_tokens'."),
        (has("temperature"), 400, "'temperature' does not support 0 with this model."),
        (has("seed"), 422, "seed: extra inputs are not permitted"),
        (has("stop"), 400, "Unsupported parameter: 'stop'"),
        (begins_with_the_system, 400, "System role not supported"),
    ],
)
def test_what_a_server_refuses_is_left_out_from_then_on(
    server: FakeServer, refuses: Refuses, status: int, error: str
) -> None:
    refusing(server, refuses, error, status)
    replies = asked(server, ALL, ALL)
    assert [reply.text for reply in replies] == ["hello", "hello"]
    assert [refuses(body) for body in server.heard] == [True, False, False]


def test_one_part_after_the_other(server: FakeServer) -> None:
    error = "neither response_format nor tools are supported"
    refusing(server, lambda body: "tools" in body or "response_format" in body, error)
    asked(server, ALL)
    forms = [body.get("response_format", {}).get("type", "") for body in server.heard]
    assert forms == ["json_schema", "json_object", "", ""]
    assert ["tools" in body for body in server.heard] == [True, True, True, False]
    assert (
        "Reply with one JSON object of this JSON schema" in sent(server)["messages"][0]["content"]
    )


def test_tools_and_calls_of_them_are_told_in_words(server: FakeServer) -> None:
    refusing(server, has("tools"), "m does not support tools")
    asked(server, replace(ALL, schema=None))
    told = sent(server)["messages"]
    assert [message["role"] for message in told] == [
        "system", "user", "assistant", "user", "user",
    ]  # fmt: skip
    assert '"description": "Reads a file."' in told[0]["content"]
    assert told[2]["content"] == (
        '<tool_call>\n{"name": "read_file", "arguments": {"path": "a.csv"}}\n</tool_call>'
    )
    assert told[3]["content"] == "a,b"


def test_a_server_that_ignores_tools_is_told_so_in_its_name(server: FakeServer) -> None:
    asked(server, ALL, options="?tools=0")
    assert "tools" not in sent(server)
    assert "read_file" in json.dumps(sent(server)["messages"])


def test_a_template_that_wants_turns_gets_them(server: FakeServer) -> None:
    refusing(server, out_of_turn, "Conversation roles must alternate user/assistant")
    asked(server, ALL, options="?tools=0")
    assert sent(server)["messages"][0]["content"].startswith("Be brief.")


def test_an_error_that_does_not_go_away_is_told_and_nothing_is_given_up(server: FakeServer) -> None:
    refusing(server, lambda _: True, "tools, seed and temperature are fine; no")
    name = api_name(f"{server.url}#m")
    assert name
    model = ApiModel(name)

    async def main() -> None:
        with pytest.raises(ModelDown, match="refused the request"):
            await model.complete(ALL)
        await model.close()

    asyncio.run(main())
    assert len(server.heard) == 4
    assert not model.left_out


def test_a_request_that_is_too_long_is_not_made_shorter_by_its_tools(server: FakeServer) -> None:
    error = "the context length is 8192, and the messages and tools take 9000"
    refusing(server, lambda _: True, error)
    with pytest.raises(ModelDown, match="window=8192"):
        asked(server, ALL)
    assert len(server.heard) == 1


def test_a_model_that_was_seen_to_think_gets_room_for_it(server: FakeServer) -> None:
    name = api_name(f"{server.url}#m?window=16384")
    assert name
    model = RetryingModel(ApiModel(name))
    assert model.facts.thoughts == 0
    server.says = [Says("<think>Let me see.</think>hello")]

    async def twice() -> str:
        first = await model.complete(ALL)
        assert model.facts.thoughts == 4096
        await model.complete(replace(ALL, thoughts=model.facts.thoughts))
        await model.close()
        return first.text

    assert asyncio.run(twice()) == "hello"
    assert sent(server)["max_tokens"] == 77 + 4096


def test_a_run_on_a_server_that_takes_neither_tools_nor_a_schema_is_done(
    server: FakeServer, workspace: Path, home: Path
) -> None:
    error = "response_format and tools are not supported"
    refusing(server, lambda body: "tools" in body or "response_format" in body, error)
    called = [
        f'<tool_call>\n{{"name": "{tool}", "arguments": {json.dumps(args)}}}\n</tool_call>'
        for tool, args in {
            "write_file": {"path": "a.txt", "content": "one\n"},
            "finish": {"summary": "a.txt is there."},
        }.items()
    ]
    drafted = json.dumps(draft({"kind": "file_exists", "path": "a.txt"}, files=["a.txt"])["json"])
    server.says = [Says(f"Here it is:\n{drafted}"), Says(json.dumps(PLAN["json"]))]
    server.says += map(Says, called)
    settings = Settings(model=f"{server.url}#m", home=home)
    outcome = asyncio.run(pursue("Make a.txt", workspace, settings))
    assert (outcome.ending, outcome.answer) == ("done", "a.txt is there.")
    talk = [body["messages"] for body in server.heard if not server.refuses(body)]
    told = [message["content"] for message in talk[-1]]
    assert "Wrote a.txt" in told[told.index(called[0]) + 1]
    refused = sum(map(server.refuses, server.heard))
    assert (refused, len(talk)) == (3, 4)
