import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from selfstarter.core.errors import ModelDown
from selfstarter.core.ports import FREE, Facts, Message, Price, Reply, Request
from selfstarter.models.retrying import RetryingModel
from selfstarter.models.scripted import ScriptedModel
from selfstarter.models.transient import Transient

REQUEST = Request((Message("user", "hi"),))


class Flaky(ScriptedModel):
    """Raises its troubles first, then says what its script says."""

    troubles: Sequence[Exception] = ()
    closed = False

    async def complete(self, request: Request) -> Reply:
        if len(self.asked) < len(self.troubles):
            self.asked.append(request)
            raise self.troubles[len(self.asked) - 1]
        return await super().complete(request)

    async def close(self) -> None:
        self.closed = True


def flaky(*troubles: Exception, says: str = "ok", **facts: object) -> Flaky:
    model = Flaky.of({"text": says}, **facts)
    assert isinstance(model, Flaky)
    model.troubles = troubles
    return model


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now


def retrying(
    time: Time, *models: ScriptedModel, chance: float = 0.5, tries: int = 5, total_s: float = 120
) -> RetryingModel:
    return RetryingModel(
        *models, tries=tries, total_s=total_s, sleep=time.sleep, clock=time.clock,
        chance=lambda: chance,
    )  # fmt: skip


def ask(model: RetryingModel) -> str:
    return asyncio.run(model.complete(REQUEST)).text


def test_a_passing_trouble_is_waited_out() -> None:
    time, model = Time(), flaky(Transient("busy"), Transient("busy"))
    assert ask(retrying(time, model)) == "ok"
    assert len(model.asked) == 3


def test_waits_double_and_are_jittered_down_to_nothing() -> None:
    troubles = [Transient("busy")] * 4
    time, calm = Time(), Time()
    assert ask(retrying(time, flaky(*troubles), chance=0.5)) == "ok"
    assert time.slept == [0.5, 1, 2, 4]
    assert ask(retrying(calm, flaky(*troubles), chance=0.0)) == "ok"
    assert calm.slept == [0, 0, 0, 0]


def test_the_server_is_never_asked_sooner_than_it_wishes() -> None:
    time = Time()
    assert ask(retrying(time, flaky(Transient("busy", retry_after_s=7)))) == "ok"
    assert time.slept == [7.5]


def test_after_the_last_try_it_says_how_often_and_what_to_do() -> None:
    time, model = Time(), flaky(*[Transient("busy")] * 9)
    with pytest.raises(ModelDown, match=r"busy It was asked 3 times in 2 s\. .*resume") as caught:
        ask(retrying(time, model, tries=3))
    assert len(model.asked) == 3
    assert not isinstance(caught.value, Transient)


def test_no_try_begins_after_the_total_time() -> None:
    time, model = Time(), flaky(*[Transient("busy", retry_after_s=50)] * 9)
    with pytest.raises(ModelDown, match="asks to wait 50 s"):
        ask(retrying(time, model, total_s=120))
    assert len(model.asked) == 3
    assert time.now < 120


def test_a_wait_longer_than_the_total_time_is_not_begun() -> None:
    time = Time()
    with pytest.raises(ModelDown, match="asked once. The server asks to wait 3600 s"):
        ask(retrying(time, flaky(Transient("busy", retry_after_s=3600))))
    assert time.slept == []


def test_a_lasting_trouble_is_not_tried_again() -> None:
    time, model = Time(), flaky(ModelDown("no key"))
    with pytest.raises(ModelDown, match="^no key$"):
        ask(retrying(time, model))
    assert len(model.asked) == 1


def test_the_fallbacks_are_asked_in_turn() -> None:
    time = Time()
    first, second = flaky(*[Transient("busy")] * 9), flaky(ModelDown("no key"))
    third = flaky(says="third")
    assert ask(retrying(time, first, second, third, tries=2)) == "third"
    assert (len(first.asked), len(second.asked)) == (2, 1)


def test_when_all_fail_each_is_told() -> None:
    first, second = flaky(*[Transient("busy")] * 9), flaky(ModelDown("no key"))
    with pytest.raises(ModelDown, match="None of the 2 models .*busy.*no key"):
        ask(retrying(Time(), first, second, tries=1))


def test_a_bug_travels_up_at_once() -> None:
    model = flaky(ZeroDivisionError(), says="never")
    with pytest.raises(ZeroDivisionError):
        ask(retrying(Time(), model))


def test_what_it_promises_every_model_behind_it_keeps() -> None:
    model = RetryingModel(flaky(window=8192), flaky(window=4096, native_tools=False, small=True))
    assert model.facts == Facts("scripted", 4096, False, True, True, True, price=FREE)


def test_closing_closes_all() -> None:
    models = flaky(), flaky()
    asyncio.run(RetryingModel(*models).close())
    assert all(model.closed for model in models)


def test_cancelling_ends_the_wait() -> None:
    async def main() -> None:
        model = RetryingModel(flaky(Transient("busy", retry_after_s=60)))
        async with asyncio.timeout(0.05):
            await model.complete(REQUEST)

    with pytest.raises(TimeoutError):
        asyncio.run(main())


# ── tries that a provider may have billed ────────────────────────────────────────────────────


def lost() -> Transient:
    return Transient("the connection broke", billed=True)


def test_the_tries_before_a_reply_are_told_and_how_many_may_have_been_billed() -> None:
    model = retrying(Time(), flaky(lost(), Transient("busy"), lost()))
    reply = asyncio.run(model.complete(REQUEST))
    assert (reply.text, reply.tries, reply.billed) == ("ok", 4, 2)


def test_no_try_is_made_that_could_not_be_paid_if_those_before_were_billed() -> None:
    first, second = flaky(*[lost()] * 9), flaky(*[lost()] * 9)
    with pytest.raises(ModelDown) as down:
        asyncio.run(retrying(Time(), first, second).complete(replace(REQUEST, payable=3)))
    assert (len(first.asked), len(second.asked)) == (3, 0)
    assert (down.value.tries, down.value.billed) == (3, 3)


def test_what_the_first_model_was_billed_for_the_second_cannot_spend() -> None:
    first, second = flaky(lost(), *[Transient("busy")] * 4), flaky(*[lost()] * 9)
    with pytest.raises(ModelDown) as down:
        asyncio.run(retrying(Time(), first, second).complete(replace(REQUEST, payable=3)))
    assert (len(first.asked), len(second.asked)) == (5, 2)
    assert (down.value.tries, down.value.billed) == (7, 3)


def test_a_refusal_after_lost_tries_keeps_their_number() -> None:
    with pytest.raises(ModelDown) as down:
        asyncio.run(retrying(Time(), flaky(lost(), ModelDown("no"))).complete(REQUEST))
    assert (down.value.tries, down.value.billed) == (2, 1)


def test_all_tries_together_get_the_time_of_the_request() -> None:
    time = Time()
    model = flaky(*[Transient("busy", retry_after_s=4.0)] * 9)
    with pytest.raises(ModelDown):
        asyncio.run(retrying(time, model, chance=0).complete(replace(REQUEST, timeout_s=10)))
    assert [request.timeout_s for request in model.asked] == [10, 6, 2]
    assert time.now == 8


def test_the_price_is_the_dearest_of_all_or_unknown() -> None:
    free, dear = flaky(), flaky(price={"input": 1e-6, "output": 2e-6})
    assert retrying(Time(), free, dear).facts.price == Price(1e-6, 2e-6)
    assert retrying(Time(), free, flaky(price=None)).facts.price is None
