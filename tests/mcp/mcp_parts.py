"""The small servers of `servers.py`, as a person would describe them."""

import sys
from collections.abc import Callable
from pathlib import Path

from selfstarter.mcp.servers import Server

HERE = Path(__file__).parent

Admit = Callable[[Server], Server]


def program(kind: str, *args: str, **more: object) -> Server:
    """In the sandbox, and able to read nothing but its own program."""
    return Server.model_validate(
        {"name": kind, "command": sys.executable, "read": (str(HERE),),
         "args": (str(HERE / "servers.py"), kind, *args), **more}
    )  # fmt: skip
