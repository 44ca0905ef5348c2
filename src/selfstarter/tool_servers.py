"""MCP servers put together: the person's configuration, the sandbox, the guard, the keys."""

import asyncio
import json
import os
import stat
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from selfstarter import keys
from selfstarter.core.errors import BadSetting, NoKey, NoSandbox, ToolFailed
from selfstarter.core.ports import Tool
from selfstarter.core.said import Said
from selfstarter.mcp.admission import (
    Admitted,
    admit,
    approved,
    in_force,
    read_approvals,
    write_approvals,
)
from selfstarter.mcp.connection import Connection, Open
from selfstarter.mcp.pipes import Program, pipes
from selfstarter.mcp.servers import Server, read_servers, server_of, write_servers
from selfstarter.mcp.tools import tools_of
from selfstarter.sandbox.bubblewrap import SYSTEM, Bubblewrap, Grants, our_python
from selfstarter.sandbox.probe import probe
from selfstarter.sandbox.repositories import LOOK
from selfstarter.settings import config_file

if TYPE_CHECKING:
    from selfstarter.web.guard import Guard, Resolve

STARTER = """
import json, os, sys
line = b""
while not line.endswith(b"\\n"):
    line += os.read(0, 1) or sys.exit(1)
told = json.loads(line)
log = os.open("server.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
os.dup2(log, 2)
os.environ.update(told["env"])
try:
    os.execvp(told["argv"][0], told["argv"])
except OSError as error:
    sys.exit(f"{told['argv'][0]}: {error.strerror}")
"""
"""Runs in the sandbox before the server: keys come through stdin, for a command line can be read by
every process; what the server prints besides messages goes into a file of its folder."""
MOST_LOG = 4 << 10
OURS = ("HOME", "LANG", "LOGNAME", "PATH", "SHELL", "TERM", "USER")
"""Variables for a server that the person lets run without a sandbox."""


@dataclass(frozen=True, slots=True)
class Places:
    config: Path
    approvals: Path
    home: Path


def places(home: Path) -> Places:
    folder = config_file().parent
    return Places(folder / "mcp.toml", folder / "mcp-approved.json", home)


class ToolServers:
    """The tools of one run's servers. Close it at the end."""

    def __init__(self, home: Path) -> None:
        """Raises BadSetting. Starts nothing."""
        at = places(home)
        servers = read_servers(at.config)
        approvals = read_approvals(at.approvals) if servers else None
        tools, self.connections = (
            tools_of(servers, approvals, lambda server: opener(server, home))
            if approvals
            else ({}, ())
        )
        self.tools: Mapping[str, Tool] = tools

    async def close(self) -> None:
        await asyncio.gather(*(connection.close() for connection in self.connections))


def opener(server: Server, home: Path) -> Open:
    if server.command:
        return lambda: pipes(lambda: started(server, home))

    def reached():
        from selfstarter.mcp.http import streamable

        guard = guard_for(server)  # the address itself is looked at again, too
        return streamable(server.url, key_of(server.bearer), guard)

    return reached


async def started(server: Server, home: Path) -> Program:
    """Raises NoSandbox, BadSetting."""
    env = {name: key_of(name) for name in server.env}
    folder = home / "mcp" / server.name
    for each in (home, folder.parent, folder):
        each.mkdir(parents=each == home, exist_ok=True, mode=0o700)
    if not server.sandbox:
        return await unconfined(server, folder, env)
    found = probe()
    if found.bwrap is None:
        raise NoSandbox(
            "The MCP server {name} was not started. {why}",
            name=server.name,
            why=found.said,
        )
    grants = Grants(network=server.network, read=server.read, write=server.write)
    box = Bubblewrap(folder, found.bwrap, grants=grants)
    program = await box.started([sys.executable, "-I", "-S", "-c", STARTER])
    told = {"argv": [server.command, *server.args], "env": {"HOME": str(folder), **env}}
    assert program.process.stdin
    program.process.stdin.write(json.dumps(told).encode() + b"\n")
    return program


@dataclass(frozen=True, slots=True)
class Unconfined:
    process: asyncio.subprocess.Process

    async def end(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), 2)
        except TimeoutError:
            os.killpg(self.process.pid, 9)
            await self.process.wait()


async def unconfined(server: Server, folder: Path, env: Mapping[str, str]) -> Program:
    ours = {name: os.environ[name] for name in OURS if name in os.environ}
    try:
        process = await asyncio.create_subprocess_exec(
            server.command, *server.args, cwd=folder, env={**ours, **env}, start_new_session=True,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    except OSError as error:
        raise BadSetting(
            "{command} cannot be run: {strerror}.", command=server.command, strerror=error.strerror
        ) from error
    return Unconfined(process)


def key_of(name: str) -> str:
    """Raises NoKey: there is none."""
    if not name:
        return ""
    if value := keys.find(name):
        return value
    raise NoKey("An MCP server needs {name}. Keep it: selfstarter auth set {name}.", name=name)


def hosts_of(server: Server) -> frozenset[str]:
    """What the guard lets through besides public addresses."""
    return frozenset({urlsplit(server.url).netloc.lower()}) if server.local else frozenset()


def guard_for(server: Server, resolve: "Resolve | None" = None) -> "Guard":
    """Raises ToolFailed: the address may not be opened."""
    from selfstarter.web.addresses import address
    from selfstarter.web.guard import Guard, resolved

    address(server.url, hosts_of(server))
    return Guard(hosts_of(server), resolve or resolved)


async def check_address(server: Server, resolve: "Resolve | None" = None) -> None:
    """At save time; the guard looks again where the socket opens. Raises BadSetting."""
    from selfstarter.web.addresses import address
    from selfstarter.web.guard import Unresolved

    try:
        at = address(server.url, hosts_of(server))
        await guard_for(server, resolve).allowed(at.host, at.port)
    except Unresolved:
        return  # offline, or not there yet
    except ToolFailed as refused:
        raise BadSetting(
            "{refused} If this server may be on this machine or its network: --local.",
            refused=refused,
        ) from refused


@dataclass(frozen=True, slots=True)
class Standing:
    server: Server
    state: str
    """`approved`, `changed` (how it is started differs), `not approved`."""
    tools: Sequence[Admitted]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server offers now, for a person to look at."""

    server: Server
    tools: Sequence[Admitted]
    refused: Sequence[str]
    """A sentence for each tool that cannot be used."""
    known: Mapping[str, str]
    """Name -> pin of what is approved."""
    say_they_read: Sequence[str]
    """Names of those that change nothing by the server's own word, and not by the person's."""


def listed(home: Path) -> Sequence[Standing]:
    at = places(home)
    approvals = read_approvals(at.approvals)
    found: list[Standing] = []
    for server in read_servers(at.config).values():
        tools = in_force(server, approvals)
        was = server.name in approvals.servers
        state = "approved" if tools else "changed" if was else "not approved"
        found.append(Standing(server, state, tools))
    return found


def described(name: str, table: Mapping[str, object]) -> Server:
    """A server as the arguments of a command describe it. Raises BadSetting."""
    return server_of(name, table, "the arguments")


async def add(server: Server, home: Path, resolve: "Resolve | None" = None) -> None:
    """`resolve`: asked for the addresses of a name instead of the system.

    Raises BadSetting: there is one of that name, or its address may not be opened."""
    at = places(home)
    servers = read_servers(at.config)
    if server.name in servers:
        raise BadSetting(
            "There is an MCP server {name} already; `selfstarter mcp ls`.", name=server.name
        )
    if server.url:
        await check_address(server, resolve)
    write_servers(at.config, {**servers, server.name: server})


def configured(name: str, home: Path) -> Server:
    """Raises BadSetting."""
    servers = read_servers(places(home).config)
    if name not in servers:
        raise BadSetting(
            "There is no MCP server {name!r}; `selfstarter mcp ls` lists them.", name=name
        )
    return servers[name]


async def offer(server: Server, home: Path) -> Offer:
    """Start it and ask for its tools. Raises BadSetting: it does not start."""
    connection = Connection(server, opener(server, home))
    try:
        said = await connection.tools()
    except (ToolFailed, NoSandbox) as failed:
        raise BadSetting(
            "{failed}{log}{unseen}",
            failed=failed,
            log=logged(server, home),
            unseen=unseen(server, home),
        ) from failed
    finally:
        await connection.close()
    tools, refused = admit(server, said)
    before = read_approvals(places(home).approvals).servers.get(server.name)
    known = {tool.name: tool.pin for tool in before.tools} if before else {}
    hinted = {one.name for one in said if one.hints.get("read_only_hint") is True}
    reads = [one.name for one in tools if one.tool in hinted and one.effect != "read"]
    return Offer(server, tools, refused, known, reads)


def unseen(server: Server, home: Path) -> Said | str:
    """That its command line names a place that is there and that its sandbox does not show."""
    shown = (*SYSTEM, *our_python(), *server.read, *server.write, str(home / "mcp" / server.name))
    for word in (server.command, *server.args) if server.sandbox else ():
        path = place_in(word)
        if path and not any(map(path.is_relative_to, shown)):
            return Said(
                "\nIts sandbox does not show {path}. To lend it: `selfstarter mcp rm {name}`, then"
                " `selfstarter mcp add {name} --read {folder} …`",
                path=path,
                name=server.name,
                folder=path if path.is_dir() else path.parent,
            )
    return ""


def place_in(word: str) -> Path | None:
    """The file or folder of this machine that it names by more than a name."""
    with suppress(OSError, ValueError, RuntimeError):  # a program may be an argument, too
        path = Path(word).expanduser()
        return path.absolute() if "/" in word and path.exists() else None
    return None


def logged(server: Server, home: Path) -> Said | str:
    """The end of what a sandboxed server printed.

    The folder is the server's: a link to a file of the person's may lie there, or a pipe.
    """
    try:
        with FileIO(os.open(home / "mcp" / server.name / "server.log", LOOK)) as log:
            found = os.fstat(log.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
                return ""
            log.seek(max(0, found.st_size - MOST_LOG))
            last = (log.read(MOST_LOG) or b"").decode("utf-8", "replace").strip()
    except OSError:
        return ""
    return Said("\nIt said: {words}", words=last[-600:]) if last else ""


def approve(shown: Offer, home: Path) -> None:
    at = places(home)
    write_approvals(at.approvals, approved(shown.server, read_approvals(at.approvals), shown.tools))


def remove(name: str, home: Path) -> None:
    """Raises BadSetting."""
    at = places(home)
    configured(name, home)
    servers = read_servers(at.config)
    del servers[name]
    write_servers(at.config, servers)
    approvals = read_approvals(at.approvals)
    kept = {n: one for n, one in approvals.servers.items() if n != name}
    write_approvals(at.approvals, approvals.model_copy(update={"servers": kept}))
