"""What a model costs is known before it is asked, or known to be unknown."""

import asyncio
from collections.abc import Iterator

import pytest
from fake_model_server import FakeServer, Says, serving

from selfstarter.core.errors import BadSetting
from selfstarter.core.ports import Message, Price, Request
from selfstarter.models.naming import SERVICES
from selfstarter.models.open import open_model
from selfstarter.models.wire import THINKING_ROOM

HI = Request((Message("user", "hi"),), timeout_s=5)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for service in SERVICES.values():
        for key in service.keys:
            monkeypatch.setenv(key, "k")


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with serving() as served:
        yield served


@pytest.mark.parametrize(
    ("name", "price"),
    [
        ("openai-chat:gpt-4o-mini", Price(0.15e-6, 0.6e-6)),
        ("openai-chat:no-such-model", None),
        ("openai-chat:no-such-model?price=0.5/2", Price(0.5e-6, 2e-6)),
        ("openai-chat:gpt-4o-mini?price=1/1.5", Price(1e-6, 1.5e-6)),
        ("ollama:qwen3:4b", Price()),
        ("http://127.0.0.1:9/v1#any", Price()),
        ("http://192.0.2.1/v1#any", None),
        ("http://192.0.2.1/v1#any?price=0.5/2", Price(0.5e-6, 2e-6)),
    ],
)
def test_the_price_is_that_of_the_name_or_of_the_service_or_unknown(
    name: str, price: Price | None
) -> None:
    found = open_model(name).facts.price
    if price is None or found is None:
        assert found is price
    else:
        assert (found.input, found.output) == pytest.approx((price.input, price.output))  # pyright: ignore[reportUnknownMemberType]


def test_to_fill_a_cache_is_the_dearest_way_to_read_and_long_prompts_cost_more() -> None:
    price = open_model("anthropic:claude-sonnet-4-5").facts.price
    assert price is not None and price.input >= 3.75e-6 and price.output >= 15e-6


def test_thoughts_that_a_model_adds_unasked_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_model("google:gemini-2.5-pro").facts.thoughts == THINKING_ROOM
    assert open_model("openai-chat:gpt-4o-mini").facts.thoughts == 0


def test_a_call_costs_what_the_name_says(server: FakeServer) -> None:
    async def main() -> float | None:
        model = open_model(f"{server.url}#any?price=2/10")
        try:
            return (await model.complete(HI)).usage.cost_usd
        finally:
            await model.close()

    server.says = [Says("hello")]
    assert asyncio.run(main()) == pytest.approx(1000 * 2e-6 + 20 * 10e-6)  # pyright: ignore[reportUnknownMemberType]


@pytest.mark.parametrize("price", ["", "1", "a/b", "-1/2", "1/", "1/2/3", "inf/1"])
def test_a_price_that_cannot_be_read_is_told(price: str) -> None:
    with pytest.raises(BadSetting, match="price=IN/OUT"):
        open_model(f"openai-chat:m?price={price}")
