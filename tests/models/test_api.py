"""Against a real server on loopback, through the real client libraries."""

import asyncio
import json
import time
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest
from fake_model_server import FakeServer, Says, serving
from hypothesis import given, settings
from hypothesis import strategies as st

from selfstarter.core.errors import ModelDown
from selfstarter.core.ports import Message, Reply, Request, ToolSpec, Usage, WantedCall
from selfstarter.models.api import ApiModel
from selfstarter.models.in_words import written
from selfstarter.models.naming import api_name
from selfstarter.models.open import open_model
from selfstarter.models.transient import Transient
from selfstarter.models.wire import ended, paired

HI = Request((Message("user", "hi"),), timeout_s=5)
SHELL = ToolSpec(
    "shell",
    "Run a command.",
    {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]},
)
SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}
SERVICES = (
    "URL#m", "openai:gpt-4o", "openai-chat:gpt-4o", "anthropic:claude-opus-4-7",
    "google:gemini-2.5-flash", "groq:llama-3.3-70b-versatile", "ollama:qwen3:4b",
)  # fmt: skip


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Generator[FakeServer]:
    with serving() as server:
        host = server.url.removesuffix("/v1")
        for name, url in {
            "OPENAI_BASE_URL": server.url, "OLLAMA_BASE_URL": server.url,
            "ANTHROPIC_BASE_URL": host, "GROQ_BASE_URL": host, "GOOGLE_GEMINI_BASE_URL": host,
        }.items():  # fmt: skip
            monkeypatch.setenv(name, url)
        for name in ("OPENAI", "ANTHROPIC", "GROQ", "GOOGLE", "SELFSTARTER"):
            monkeypatch.setenv(f"{name}_API_KEY", f"key-of-{name.lower()}")
        yield server


def model(server: FakeServer, name: str = "URL#m") -> ApiModel:
    found = api_name(name.replace("URL", server.url))
    assert found
    return ApiModel(found)


def ask(server: FakeServer, request: Request = HI, name: str = "URL#m") -> Reply:
    async def main() -> Reply:
        reached = model(server, name)
        try:
            return await reached.complete(request)
        finally:
            await reached.close()

    return asyncio.run(main())


def failure(server: FakeServer, says: Says, name: str = "URL#m", timeout_s: float = 5) -> ModelDown:
    server.says = [says]
    with pytest.raises(ModelDown) as caught:
        ask(server, Request(HI.messages, timeout_s=timeout_s), name)
    return caught.value


# ── every provider ───────────────────────────────────────────────────────────────────────────


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", SERVICES)
def test_text_and_all_calls_and_usage_come_back_in_order(server: FakeServer, name: str) -> None:
    calls = ("c1", "shell", '{"command": "ls"}'), ("c2", "shell", '{"command": "pwd"}')
    server.says = [Says("look", calls)]
    reply = ask(server, Request(HI.messages, (SHELL,), timeout_s=5), name)
    assert reply.text == "look"
    assert reply.calls == (
        WantedCall("shell", {"command": "ls"}, "c1"),
        WantedCall("shell", {"command": "pwd"}, "c2"),
    )
    used = reply.usage
    assert (used.input, used.output, used.cached, reply.cut) == (1000, 20, 600, False)
    assert used.cost_usd is not None
    assert (used.cost_usd > 0) == (name not in ("URL#m", "ollama:qwen3:4b"))


@pytest.mark.parametrize("name", SERVICES)
def test_purpose_and_prefix_are_never_sent(server: FakeServer, name: str) -> None:
    ask(server, Request(HI.messages, purpose="PURPOSE", prefix="PREFIX", timeout_s=5), name)
    sent = json.dumps(server.heard) + json.dumps(server.headers_heard)
    assert "PURPOSE" not in sent
    assert "PREFIX" not in sent


@pytest.mark.parametrize("name", SERVICES)
def test_tools_and_schema_and_limits_reach_every_provider(server: FakeServer, name: str) -> None:
    said = (Message("system", "be brief"), Message("user", "how many files?"))
    ask(server, Request(said, (SHELL,), SCHEMA, 77, 0.25, stop=("END",), timeout_s=5), name)
    sent = json.dumps(server.heard[0])
    for part in ("be brief", "how many files?", "Run a command.", "answer"):
        assert part in sent
    assert "77" in sent
    assert "0.25" in sent or "opus-4-7" in name  # which refuses a temperature
    assert "END" in sent or name == "openai:gpt-4o"  # Responses know no stops


@pytest.mark.parametrize("name", SERVICES)
def test_a_history_of_calls_reaches_every_provider(server: FakeServer, name: str) -> None:
    call = WantedCall("shell", {"command": "ls"}, "c9")
    said = (
        Message("user", "how many files?"),
        Message("assistant", "I look.", call),
        Message("tool", "a.txt", call),
        Message("user", "go on"),
    )
    ask(server, Request(said, (SHELL,), timeout_s=5), name)
    sent = json.dumps(server.heard[0])
    assert sent.count("c9") == 2
    for part in ("I look.", "a.txt", "go on", "ls"):
        assert part in sent


@pytest.mark.parametrize("name", SERVICES)
def test_a_refused_key_names_its_variable(server: FakeServer, name: str) -> None:
    error = failure(server, Says(status=401, error={"message": "bad key"}), name)
    assert not isinstance(error, Transient)
    kind = "SELFSTARTER" if name.startswith("URL") else name.partition(":")[0].split("-")[0].upper()
    assert f"{kind}_API_KEY" in str(error)


@pytest.mark.parametrize("name", SERVICES)
def test_a_rate_limit_is_transient_and_says_when_to_come_back(
    server: FakeServer, name: str
) -> None:
    says = Says(status=429, error={"message": "slow down"}, headers={"Retry-After": "7"})
    error = failure(server, says, name)
    assert isinstance(error, Transient)
    assert error.retry_after_s == 7
    assert len(server.heard) == 1  # the client itself does not ask again


@pytest.mark.parametrize("name", SERVICES)
def test_a_reply_at_its_limit_is_cut(server: FakeServer, name: str) -> None:
    other = {"anthropic": "max_tokens", "google": "MAX_TOKENS"}
    server.says = [Says("half", finish=other.get(name.partition(":")[0], "length"))]
    assert ask(server, name=name).cut


# ── an OpenAI-compatible server ──────────────────────────────────────────────────────────────


def test_what_arrives_at_a_compatible_server(server: FakeServer) -> None:
    request = Request(
        (Message("system", "be brief"), Message("user", "hi")), (SHELL,), SCHEMA,
        max_tokens=77, temperature=0.25, seed=5, stop=("END", "\n"), timeout_s=5,
    )  # fmt: skip
    ask(server, request)
    sent = server.heard[0]
    assert server.paths == ["/v1/chat/completions"]
    assert server.headers_heard[0]["authorization"] == "Bearer key-of-selfstarter"
    assert sent["messages"] == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "hi"},
    ]
    assert (sent["model"], sent["max_tokens"], sent["temperature"], sent["seed"]) == (
        "m", 77, 0.25, 5,
    )  # fmt: skip
    assert sent["stop"] == ["END"]
    assert sent["response_format"]["json_schema"]["schema"] == SCHEMA
    function = sent["tools"][0]["function"]
    assert (function["name"], function["description"]) == ("shell", "Run a command.")
    assert function["parameters"]["properties"] == SHELL.parameters["properties"]


def test_calls_without_ids_get_one_and_answers_the_same(server: FakeServer) -> None:
    call = WantedCall("shell", {"command": "ls"})
    said = (Message("user", "hi"), Message("assistant", "", call), Message("tool", "a.txt", call))
    ask(server, Request(said, (SHELL,), timeout_s=5))
    asked, answered = server.heard[0]["messages"][1:]
    assert asked["tool_calls"][0]["id"] == answered["tool_call_id"] != ""
    assert json.loads(asked["tool_calls"][0]["function"]["arguments"]) == {"command": "ls"}
    assert answered["content"] == "a.txt"


def test_without_tools_a_history_of_calls_is_told_in_words(server: FakeServer) -> None:
    call = WantedCall("shell", {"command": "ls"}, "c1")
    said = (Message("user", "hi"), Message("assistant", "", call), Message("tool", "a.txt", call))
    ask(server, Request(said, timeout_s=5))
    assert [m["role"] for m in server.heard[0]["messages"]] == ["user", "assistant", "user"]
    assert 'shell({"command": "ls"})' in server.heard[0]["messages"][1]["content"]


def test_a_loopback_server_needs_no_key_and_no_proxy(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SELFSTARTER_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask(server).text == "hello"
    assert server.headers_heard[0]["authorization"] == "Bearer none"


def test_stops_and_halves_of_characters_are_taken_out_of_the_text(server: FakeServer) -> None:
    server.says = [Says("one\ud800 END two", (("c", "shell", '{"command": "\\ud800"}'),))]
    request = Request(HI.messages, (SHELL,), stop=("END",), timeout_s=5)
    reply = ask(server, request, "anthropic:claude-opus-4-7")
    assert reply.text == "one? "
    assert reply.calls[0].args == {"command": "?"}


def test_a_server_that_does_not_count_is_estimated(server: FakeServer) -> None:
    server.says = [Says("x" * 320, counts=False)]
    assert ask(server).usage == Usage(input=1, output=100, cost_usd=0.0)


def test_a_model_of_unknown_price_costs_none(server: FakeServer) -> None:
    assert ask(server, name="openai-chat:no-such-model").usage.cost_usd is None


@pytest.mark.parametrize(
    "written",
    ['{"command": "ls\nwc"}', '{"command": "ls\\nwc",}', '"{\\"command\\": \\"ls\\\\nwc\\"}"'],
)
def test_arguments_that_are_nearly_json_are_read(server: FakeServer, written: str) -> None:
    server.says = [Says(calls=(("c", "shell", written),))]
    [call] = ask(server, Request(HI.messages, (SHELL,), timeout_s=5)).calls
    assert call.args == {"command": "ls\nwc"}


def test_arguments_that_are_no_json_are_handed_on(server: FakeServer) -> None:
    server.says = [Says(calls=(("c", "shell", '{"command": "l'),), finish="length")]
    reply = ask(server, Request(HI.messages, (SHELL,), timeout_s=5))
    assert reply.cut
    assert reply.calls[0].tool == "shell"
    assert '{"command": "l' in str(reply.calls[0].args)


def test_a_model_that_thinks_unasked_gets_room_for_it(server: FakeServer) -> None:
    thoughts = model(server, "openai:gpt-5").facts.thoughts
    ask(server, replace(HI, max_tokens=77, thoughts=thoughts), "openai:gpt-5")
    assert server.heard[0]["max_output_tokens"] == 77 + 8_192
    assert "temperature" not in server.heard[0]


@pytest.mark.parametrize(
    ("says", "transient", "said"),
    [
        (Says(status=500), True, "trouble of its own"),
        (Says(status=503), True, "trouble of its own"),
        (Says(status=529), True, "trouble of its own"),
        (Says(status=408), True, "trouble of its own"),
        (Says(status=429, error={"code": "insufficient_quota", "message": "pay"}), False, "credit"),
        (Says(status=402), False, "credit"),
        (Says(status=403), False, "check SELFSTARTER_API_KEY or OPENAI_API_KEY"),
        (Says(status=404, error={"message": "no model m"}), False, "check the model's name"),
        (
            Says(status=400, error={"code": "context_length_exceeded", "message": "too long"}),
            False, r"#m\?window=8192",
        ),
        (
            Says(status=400, error={"message": "request exceeds the available context size"}),
            False, "longer than",
        ),
        (Says(status=400, error={"message": "bad schema"}), False, "refused .*400.*bad schema"),
        (Says(body=b"<html>gateway</html>"), True, "makes no sense"),
        (Says(body=b"hi", headers={"Content-Type": "text/plain"}), True, "makes no sense"),
        (Says(body=b"{}"), True, "makes no sense"),
        (Says(raw=b"\x00\xff garbage"), True, "cannot be reached"),
        (Says(raw=b""), True, "cannot be reached"),
    ],
)  # fmt: skip
def test_every_trouble_says_what_to_do(
    server: FakeServer, says: Says, transient: bool, said: str
) -> None:
    error = failure(server, says)
    assert isinstance(error, Transient) == transient
    with pytest.raises(ModelDown, match=said):
        raise error


@pytest.mark.parametrize("says", [Says(hang_s=3), Says("a" * 50, drip_s=0.05)])
def test_a_server_that_hangs_or_drips_is_left_in_time(server: FakeServer, says: Says) -> None:
    began = time.monotonic()
    error = failure(server, says, timeout_s=0.3)
    assert isinstance(error, Transient)
    assert "within 0.3 s" in str(error)
    assert time.monotonic() - began < 2.5


def test_a_server_that_is_not_there_is_told() -> None:
    with serving() as server:
        gone = server
    with pytest.raises(Transient, match="cannot be reached"):
        ask(gone)


def test_cancelling_is_not_swallowed(server: FakeServer) -> None:
    server.says = [Says(hang_s=1)]

    async def main() -> None:
        task = asyncio.create_task(model(server).complete(HI))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def test_an_opened_model_asks_again_by_itself(server: FakeServer) -> None:
    server.says = [Says(status=429, headers={"Retry-After": "0"}), Says("at last")]
    assert asyncio.run(open_model(f"{server.url}#m").complete(HI)).text == "at last"


def test_one_model_serves_several_requests_at_once_and_loops_in_turn(server: FakeServer) -> None:
    async def main(reached: ApiModel) -> list[Reply]:
        replies = await asyncio.gather(*(reached.complete(HI) for _ in range(8)))
        await reached.close()
        return replies

    for name in SERVICES:
        assert [r.text for r in asyncio.run(main(model(server, name)))] == ["hello"] * 8


# ── laws ─────────────────────────────────────────────────────────────────────────────────────

junk = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**70) | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "choices", "message", "content", "tool_calls", "function", "arguments",
                 "name", "usage", "prompt_tokens", "error", "code", "model", "created",
                 "finish_reason", "index"]
            ), inner, max_size=6,
        )
    ),
    max_leaves=12,
)  # fmt: skip
WHOLE: dict[str, Any] = {
    "id": "c", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {
        "role": "assistant", "content": "x", "tool_calls": [
            {"id": "c", "type": "function", "function": {"name": "t", "arguments": "{}"}}]}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    elif isinstance(value, list):
        items = list(enumerate(value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return [path, *(p for key, inner in items for p in places(inner, (*path, key)))]


def spoiled(path: tuple[Any, ...], bad: Any) -> bytes:
    """A good reply with one part replaced."""
    if not path:
        return json.dumps(bad).encode()
    whole = json.loads(json.dumps(WHOLE))
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = bad
    return json.dumps(whole).encode()


bodies = st.one_of(
    st.binary(max_size=200),
    junk.map(lambda value: json.dumps(value).encode()),
    st.builds(spoiled, st.sampled_from(places(WHOLE)), junk),
)


def with_head(head: bytes) -> Says:
    return Says(raw=b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n{}")


def with_body(body: bytes, status: int, kind: str) -> Says:
    return Says(body=body, status=status, headers={"Content-Type": kind})


answers = st.one_of(
    st.builds(Says, raw=st.binary(max_size=200)),
    st.builds(with_head, st.binary(max_size=60)),
    st.builds(
        with_body,
        bodies,
        st.sampled_from([200, 200, 200, 201, 302, 400, 401, 418, 429, 500]),
        st.sampled_from(["application/json", "application/json", "text/plain", "x"]),
    ),
)


@pytest.fixture(scope="module")
def reached() -> Generator[tuple[FakeServer, ApiModel, asyncio.Runner]]:
    with serving() as server, asyncio.Runner() as runner:
        one = model(server)
        yield server, one, runner
        runner.run(one.close())


@settings(max_examples=300)
@given(says=answers)
def test_whatever_the_server_sends_a_reply_or_a_model_down_comes_in_time(
    reached: tuple[FakeServer, ApiModel, asyncio.Runner], says: Says
) -> None:
    server, one, runner = reached
    server.default = says
    began = time.monotonic()
    try:
        reply = runner.run(one.complete(Request(HI.messages, (SHELL,), timeout_s=2)))
        json.dumps([reply.text, [dict(c.args) for c in reply.calls]], ensure_ascii=False).encode()
        assert reply.usage.input >= 0
        assert reply.usage.output >= 0
    except ModelDown as error:
        assert str(error)
    assert time.monotonic() - began < 4


message = st.builds(
    Message,
    st.sampled_from(["user", "assistant", "tool"]),
    st.sampled_from(["", "x"]),
    st.none()
    | st.builds(
        WantedCall, st.sampled_from(["a", "b"]), st.just({}), st.sampled_from(["", "1", "2"])
    ),
)


@given(said=st.lists(message, max_size=10), tools=st.booleans())
def test_every_call_is_answered_right_away_and_every_answer_has_its_call(
    said: list[Message], tools: bool
) -> None:
    waiting: list[str] = []
    found = paired(said, tools, written)
    assert len(found) == len(said)
    for n, each in enumerate(found):
        if each.role == "tool":
            assert tools
            assert each.call
            waiting.remove(each.call.id)
            continue
        if each.role == "user" or found[n - 1].role == "tool":
            assert not waiting
        if each.role == "assistant" and each.call:
            assert each.call.id
            waiting.append(each.call.id)
    assert not waiting


@given(text=st.text("abE", max_size=12), stops=st.lists(st.text("abE", max_size=2), max_size=3))
def test_no_text_goes_beyond_a_stop(text: str, stops: list[str]) -> None:
    kept = ended(text, stops)
    assert text.startswith(kept)
    assert not any(stop and stop in kept for stop in stops)
    assert kept == text or any(stop and text[len(kept) :].startswith(stop) for stop in stops)
