"""The proxy that counts: over real HTTP, with a scripted model behind it."""

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from scripted_upstream import CACHED, COMPLETION, PROMPT, Upstream, upstream

from selfstarter.core.ports import Message, Request, Served
from selfstarter.evals.metering import Account, Meter, metering
from selfstarter.models.local import LocalModel
from selfstarter.models.open import open_model
from selfstarter.models.served import served, through

ONE = PROMPT + COMPLETION
HELLO = [{"role": "user", "content": "Hello."}]


@pytest.fixture
def model() -> Iterator[Upstream]:
    with upstream({"text": "Good day."}) as found:
        yield found


@pytest.fixture
def meter(model: Upstream) -> Iterator[Meter]:
    with metering(lambda: model.served) as found:
        yield found


def opened(meter: Meter, tokens: int, calls: int | None = None) -> tuple[str, Account]:
    line = meter.opened(tokens, calls)
    return line.url, line.account


def ask(url: str, **more: Any) -> httpx.Response:
    body = {"model": "scripted", "messages": HELLO, **more}
    return httpx.post(f"{url}/v1/chat/completions", json=body, trust_env=False, timeout=120)


def texts(reply: httpx.Response) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in reply.text.splitlines() if line]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def test_a_call_is_passed_on_and_counted(model: Upstream, meter: Meter) -> None:
    url, account = opened(meter, 1_000)
    reply = ask(url, tools=[{"type": "function", "function": {"name": "look"}}])
    assert reply.json()["choices"][0]["message"]["content"] == "Good day."
    assert (account.calls, account.prompt, account.completion) == (1, PROMPT, COMPLETION)
    assert (account.cached, account.evaluated) == (CACHED, PROMPT - CACHED)
    assert model.asked[0]["tools"]
    assert model.keys == ["Bearer a key"], "the key is the proxy's, not the agent's"


@pytest.mark.parametrize("asks_for_usage", [False, True])
def test_a_stream_is_counted_and_looks_as_it_was_asked_for(
    meter: Meter, asks_for_usage: bool
) -> None:
    url, account = opened(meter, 1_000)
    options = {"stream_options": {"include_usage": True}} if asks_for_usage else {}
    found = texts(ask(url, stream=True, **options))
    said = [c["delta"].get("content") for chunk in found for c in chunk["choices"]]
    assert "Good day." in said
    assert any("usage" in chunk for chunk in found) == asks_for_usage
    assert (account.calls, account.spent, account.cached) == (1, ONE, CACHED)


def test_whatever_has_no_usage_is_guessed_and_said_to_be() -> None:
    with (
        upstream({"text": "Good day."}, tells_usage=False) as model,
        metering(lambda: model.served) as meter,
    ):
        url, account = opened(meter, 1_000)
        ask(url)
        ask(url, stream=True)
    assert (account.calls, account.guessed) == (2, 2)
    assert account.prompt > 0
    assert account.completion > 0


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(("tokens", "calls"), [(2 * ONE, None), (10_000, 2)])
def test_after_the_budget_the_model_is_not_asked_any_more(
    model: Upstream, meter: Meter, tokens: int, calls: int | None, streams: bool
) -> None:
    url, account = opened(meter, tokens, calls)
    assert [ask(url, stream=streams).status_code for _ in range(2)] == [200, 200]
    reply = ask(url, stream=streams)
    assert reply.status_code == 402, "no status that a client tries again at"
    assert reply.json()["error"]["code"] == "budget_spent"
    assert f"{2 * ONE:,} of {tokens:,} tokens" in reply.json()["error"]["message"]
    assert len(model.asked) == 2
    assert (account.calls, account.refused) == (2, 1)


def test_no_reply_may_be_longer_than_the_budget(model: Upstream, meter: Meter) -> None:
    url, _ = opened(meter, ONE + 30)
    ask(url, max_tokens=5)
    ask(url, max_tokens=500)
    other, _ = opened(meter, 50)
    ask(other, max_completion_tokens=500)
    ask(opened(meter, 70)[0])
    assert [body.get("max_tokens") for body in model.asked] == [5, 30, None, 70]
    assert model.asked[2]["max_completion_tokens"] == 50


def test_runs_do_not_spend_one_anothers_budget(meter: Meter) -> None:
    (one, first), (other, second) = opened(meter, ONE), opened(meter, ONE)
    assert [ask(one).status_code, ask(one).status_code, ask(other).status_code] == [200, 402, 200]
    assert (first.spent, second.spent) == (ONE, ONE)


def test_an_error_of_the_model_reaches_the_agent_and_costs_nothing() -> None:
    with (
        upstream({"status": 500}, {"text": "Here."}) as model,
        metering(lambda: model.served) as meter,
    ):
        url, account = opened(meter, 1_000)
        assert ask(url).status_code == 500
        assert ask(url).status_code == 200
    assert account.calls == 1


def test_a_model_that_is_gone_and_bad_requests_are_said_plainly(meter: Meter) -> None:
    url, account = opened(meter, 1_000)
    wrong = httpx.post(f"{url}/v1/chat/completions", content=b"[1]", trust_env=False, timeout=120)
    assert wrong.status_code == 400
    assert (
        httpx.post(f"{url}/v1/embeddings", json={}, trust_env=False, timeout=120).status_code == 404
    )
    nobody = f"http://127.0.0.1:{meter.port}/nobody"
    assert ask(nobody).status_code == 404
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        gone = Served(f"http://127.0.0.1:{unused.getsockname()[1]}/v1", "", "none")
        with metering(lambda: gone) as other:
            assert ask(opened(other, 10)[0]).status_code == 502
    assert account.calls == 0


def test_an_agent_without_a_network_comes_by_the_socket(meter: Meter) -> None:
    url, account = opened(meter, 1_000)
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(meter.socket)), timeout=120) as http:
        assert http.get(f"{url}/v1/models").json()["data"][0]["id"] == "scripted"
        body = {"model": "scripted", "messages": HELLO}
        assert http.post(f"{url}/v1/chat/completions", json=body).status_code == 200
    assert account.calls == 1


def test_our_own_model_goes_the_same_way(model: Upstream, meter: Meter) -> None:
    async def asked() -> int:
        own = open_model(f"{model.url}#{model.served.model}?window=4096")
        where = await served(own)
        assert where is not None
        assert where().url == model.url
        url, account = opened(meter, 1_000)
        there = through(own, url)
        assert there.facts == own.facts
        reply = await there.complete(Request((Message("user", "Hello."),), max_tokens=50))
        await there.close()
        await own.close()
        assert (reply.usage.input, reply.usage.cached) == (PROMPT, CACHED)
        return account.calls

    assert asyncio.run(asked()) == 1


def test_the_embedded_model_goes_the_same_way_wherever_its_child_is_now(
    model: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child is a scripted server here: weights are not in every clone."""
    starts = 0

    async def started(own: LocalModel) -> httpx.AsyncClient:
        nonlocal starts
        starts += 1
        own.served = model.served
        own.http = own.http or httpx.AsyncClient(base_url=model.url.removesuffix("/v1"))
        return own.http

    monkeypatch.setattr(LocalModel, "started", started)

    async def asked() -> tuple[int, int, int]:
        own = LocalModel(lambda: Path("none.gguf"))
        where = await served(own)
        assert where is not None
        with metering(where) as meter:
            line = meter.opened(tokens=1_000)
            there = through(own, line.url)
            assert there.facts == own.facts
            hello = Request((Message("user", "Hello."),), max_tokens=50)
            await there.complete(hello)
            reply = await there.complete(hello)
            assert reply.text == "Good day."
            await there.close()
            own.served = Served("http://127.0.0.1:1/v1", "", "local")  # it has died
            there = through(own, line.url)
            await there.complete(hello)
            await there.close()
        await own.close()
        return line.account.calls, line.account.cached, reply.usage.cached

    assert asyncio.run(asked()) == (3, 3 * CACHED, CACHED)
    assert starts >= 4, "whoever is asked looks whether the child is there"


def test_a_model_that_is_not_served_says_so() -> None:
    from selfstarter.models.scripted import ScriptedModel

    assert asyncio.run(served(ScriptedModel.of({"text": "-"}))) is None
