"""Which part of a prompt would a server with a prefix cache have to evaluate again?"""

from dataclasses import dataclass

from selfstarter.core.ports import Facts, Model, Reply, Request


@dataclass(slots=True)
class Prefixes:
    """A `Model` that passes everything on, and looks at the prompts of each next call: what is not
    the beginning of the one before is evaluated again. In characters."""

    model: Model
    total: int = 0
    fresh: int = 0
    last: str = ""

    @property
    def facts(self) -> Facts:
        return self.model.facts

    @property
    def reevaluated(self) -> float:
        """Share of all prompts but the first."""
        return self.fresh / self.total if self.total else 0.0

    async def complete(self, request: Request) -> Reply:
        if request.purpose == "choose":
            text = "\0".join(f"{m.role}\0{m.text}\0{m.call}" for m in request.messages)
            if self.last:
                self.total += len(text)
                self.fresh += len(text) - common(self.last, text)
            self.last = text
        return await self.model.complete(request)

    def count(self, text: str) -> int:
        return self.model.count(text)

    async def close(self) -> None:
        await self.model.close()


def common(before: str, now: str) -> int:
    """Length of what both begin with, by halves."""
    low, high = 0, min(len(before), len(now))
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == now[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
