"""No sandbox here: programs are refused, never run unprotected."""

from collections.abc import Sequence

from selfstarter.core.errors import NoSandbox
from selfstarter.core.ports import Ran
from selfstarter.core.said import Said


class RefusedSandbox:
    def __init__(self, why: Said) -> None:
        self.why = why

    async def run(self, argv: Sequence[str], timeout_s: float, stdin: bytes = b"") -> Ran:
        raise NoSandbox("{why}", why=self.why)

    async def python(self, code: str, timeout_s: float) -> Ran:
        raise NoSandbox("{why}", why=self.why)

    async def close(self) -> None:
        return None
