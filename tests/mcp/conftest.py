"""A person's own configuration folder, and the small servers of `servers.py` in it."""

import asyncio
from pathlib import Path

import pytest
from mcp_parts import Admit

from selfstarter import tool_servers
from selfstarter.mcp.servers import Server
from selfstarter.sandbox.probe import probe


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return tmp_path / "config" / "selfstarter"


@pytest.fixture
def sandboxed() -> None:
    if why := probe().why:
        pytest.skip(why)


@pytest.fixture
def admit(sandboxed: None, home: Path) -> Admit:
    """Add a server, look at it, approve it."""

    def admitted(server: Server) -> Server:
        async def go() -> None:
            await tool_servers.add(server, home)
            tool_servers.approve(await tool_servers.offer(server, home), home)

        asyncio.run(go())
        return server

    return admitted
