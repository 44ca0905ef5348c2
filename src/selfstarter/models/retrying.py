"""A model that asks again when the one behind it is out of reach for now, then asks others."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from selfstarter.core.errors import ModelDown
from selfstarter.core.ports import Facts, Model, Price, Reply, Request
from selfstarter.core.said import Said
from selfstarter.models.transient import Transient

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0


class RetryingModel:
    """Exponential backoff with full jitter, so that many agents do not come back in step.

    The first model and each fallback get up to `tries` tries; none starts later than `total_s`
    after the model's first, none after the request's time, and none after as many tries that may
    have been billed as the request can pay. `facts` and `count` are the narrowest of all models,
    so that a request which fits them fits each.
    """

    def __init__(
        self,
        model: Model,
        *fallbacks: Model,
        tries: int = 5,
        total_s: float = 120.0,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`chance` gives a number in [0, 1); `clock` seconds that only grow."""
        self.models = (model, *fallbacks)
        self.tries = tries
        self.total_s = total_s
        self.sleep = sleep
        self.chance = chance
        self.clock = clock

    @property
    def facts(self) -> Facts:
        """Anew each time: a model's may change once it has been asked."""
        facts = [each.facts for each in self.models]
        return replace(
            facts[0],
            window=min(f.window for f in facts),
            native_tools=all(f.native_tools for f in facts),
            json_schema=all(f.json_schema for f in facts),
            small=any(f.small for f in facts),
            local=all(f.local for f in facts),
            price=dearest([f.price for f in facts]),
            thoughts=max(f.thoughts for f in facts),
        )

    async def complete(self, request: Request) -> Reply:
        troubles: list[ModelDown] = []
        ends = self.clock() + request.timeout_s
        tries = billed = 0
        for model in self.models:
            try:
                reply = await self._persist(
                    model, replace(request, payable=request.payable - billed), ends
                )
                return replace(reply, tries=reply.tries + tries, billed=reply.billed + billed)
            except ModelDown as error:
                troubles.append(error)
                tries, billed = tries + error.tries, billed + error.billed
                if billed >= request.payable:
                    break
        if len(troubles) == 1:
            raise troubles[0]
        told = "; ".join(
            f"{model.facts.name}: {trouble}"
            for model, trouble in zip(self.models, troubles, strict=False)
        )
        raise ModelDown(
            "None of the {number} models can be reached. {told}",
            number=len(troubles),
            told=told,
            tries=tries,
            billed=billed,
        )

    async def _persist(self, model: Model, request: Request, ends: float) -> Reply:
        began, billed = self.clock(), 0
        for tried in range(1, self.tries + 1):
            time_s = max(0.0, ends - self.clock())
            try:
                reply = await model.complete(replace(request, timeout_s=time_s))
                return replace(reply, tries=reply.tries + tried - 1, billed=reply.billed + billed)
            except Transient as error:
                billed += error.billed
                wait = self._wait(tried, error.retry_after_s)
                spent = self.clock() - began
                late = spent + wait > self.total_s or self.clock() + wait >= ends
                if tried == self.tries or late or billed >= request.payable:
                    raise gave_up(error, tried, spent, billed) from error
            except ModelDown as error:
                error.tries, error.billed = tried, billed + error.billed
                raise
            await self.sleep(wait)
        raise ModelDown(
            "{name} was not asked: `tries` is {number}, set it to 1.",
            name=model.facts.name,
            number=self.tries,
        )

    def _wait(self, tried: int, asked: float | None) -> float:
        """Seconds before the next try: never sooner than the server asked for."""
        jittered = self.chance() * min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (tried - 1))
        return jittered if asked is None else asked + jittered

    def count(self, text: str) -> int:
        return max(model.count(text) for model in self.models)

    async def close(self) -> None:
        for model in self.models:
            await model.close()


def dearest(prices: Sequence[Price | None]) -> Price | None:
    """What no model of these exceeds; None where a price is not known."""
    known = [price for price in prices if price is not None]
    if len(known) < len(prices):
        return None
    return Price(max(p.input for p in known), max(p.output for p in known))


def gave_up(error: Transient, tried: int, spent: float, billed: int) -> ModelDown:
    times, when = Said("once"), Said("Wait a little")
    if tried > 1:
        times = Said("{n} times in {seconds:.0f} s", n=tried, seconds=spent)
    if error.retry_after_s:
        when = Said("The server asks to wait {seconds:.0f} s", seconds=error.retry_after_s)
    return ModelDown(
        "{error} It was asked {times}. {when}, then resume the run.",
        error=error,
        times=times,
        when=when,
        tries=tried,
        billed=billed,
    )
