"""Tools that fail as tools do, as often as wanted: a `Tool` that wraps a `Tool`."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from selfstarter.core.ports import Effect, JsonSchema, Result, Tool

KINDS = ("hang", "garbage", "transient", "permanent")
LONG_S = 3600.0


@dataclass(frozen=True, slots=True)
class Faulty:
    """Of all calls, `rate` go wrong; which ones and how depends on `seed` and the call's number."""

    tool: Tool
    rate: float
    seed: int

    @property
    def name(self) -> str:
        return self.tool.name

    @property
    def does(self) -> str:
        return self.tool.does

    @property
    def effect(self) -> Effect:
        return self.tool.effect

    @property
    def parameters(self) -> JsonSchema:
        return self.tool.parameters

    @property
    def reads_untrusted(self) -> bool:
        return self.tool.reads_untrusted

    @property
    def reads_private(self) -> bool:
        return self.tool.reads_private

    @property
    def egress(self) -> bool:
        return self.tool.egress

    async def __call__(self, args: Mapping[str, Any], key: str) -> Result:
        number = key.rpartition(":")[2]
        match fault(self.seed, number, self.rate):
            case "hang":
                await asyncio.sleep(LONG_S)
                return Result("ok")
            case "garbage":  # the work is done, and what is said of it cannot be read
                await self.tool(args, key)
                noise = Random(f"{self.seed}:{number}").choices("\ufffd#%~{}<>\\x", k=400)
                return Result("ok", "".join(noise))
            case "transient":
                return Result("transient", error=f"{self.name}: connection reset by peer")
            case "permanent":
                return Result("permanent", error=f"{self.name}: input/output error")
            case _:
                return await self.tool(args, key)


def fault(seed: int, number: str, rate: float) -> str:
    """The kind of fault of a call; empty: it goes well."""
    dice = Random(f"{seed}/{number}")
    return dice.choice(KINDS) if dice.random() < rate else ""
