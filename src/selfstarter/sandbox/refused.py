"""No sandbox here: programs are refused, never run unprotected."""

from collections.abc import Sequence

from selfstarter.core.errors import NoSandbox
from selfstarter.core.ports import Ran


class RefusedSandbox:
    def __init__(self, why: str) -> None:
        self.why = why

    async def run(self, argv: Sequence[str], timeout_s: float, stdin: bytes = b"") -> Ran:
        raise NoSandbox(self.why)

    async def python(self, code: str, timeout_s: float) -> Ran:
        raise NoSandbox(self.why)

    async def close(self) -> None:
        return None
