"""Which servers there are: `mcp.toml` in the user's configuration folder, never in a workspace."""

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from selfstarter.core.errors import BadSetting

NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
LONGEST_NAME = 24
HEAD = (
    "# MCP servers of selfstarter; see `selfstarter mcp`. A change here must be approved again.\n"
)


class Server(BaseModel):
    """One server, as the person describes it. Everything but the name is pinned at approval."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    command: str = ""
    """The program of a stdio server."""
    args: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    """Names of the variables or kept keys that it gets; it sees nothing else of ours."""
    url: str = ""
    """Of a server reached by streamable HTTP."""
    bearer: str = ""
    """Name of the key that an HTTP server gets as `Authorization: Bearer …`."""
    local: bool = False
    """The URL may lead to this machine or its network."""
    sandbox: bool = True
    """False: the program runs with all the rights of the person."""
    network: bool = False
    """In the sandbox: it may use the network, this machine's own services included."""
    read: tuple[str, ...] = ()
    """In the sandbox: folders that it may read."""
    write: tuple[str, ...] = ()
    """In the sandbox: folders that it may change."""
    read_only: tuple[str, ...] = ()
    """Patterns of its tools that change nothing, on the person's word."""
    own: tuple[str, ...] = ()
    """Patterns of its tools that read the person's own records (contacts, accounts), where nobody
    else can write, on the person's word: what they bring is trusted."""
    closed: bool = False
    """On the person's word: it talks to nobody else, so nothing leaves through it."""
    timeout_s: float = Field(default=60.0, gt=0, le=600)
    """Longest that one call may take."""

    @model_validator(mode="after")
    def _is_one_kind(self) -> "Server":
        if not NAME.fullmatch(self.name) or len(self.name) > LONGEST_NAME:
            raise ValueError(f"the name {self.name!r} must be small letters, digits, - and _")
        if bool(self.command) == bool(self.url):
            raise ValueError("it needs either a command or a url")
        if self.url and (self.args or self.env or self.network or self.read or self.write):
            raise ValueError("args, env, network, read and write are for a command")
        if self.command and (self.bearer or self.local):
            raise ValueError("bearer and local are for a url")
        return self


def read_servers(file: Path) -> dict[str, Server]:
    """By name; empty: there is no file. Raises BadSetting."""
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadSetting("{file} cannot be read: {error}", file=file, error=error) from error
    if set(found) - {"servers"} or not isinstance(found.get("servers", {}), dict):
        raise BadSetting("{file} holds more than tables [servers.NAME].", file=file)
    tables: Mapping[str, object] = found.get("servers", {})
    return {name: server_of(name, table, str(file)) for name, table in tables.items()}


def server_of(name: str, table: object, where: str) -> Server:
    """Raises BadSetting."""
    given = cast(dict[str, object], table) if isinstance(table, dict) else {"": table}
    try:
        return Server.model_validate({**given, "name": name})
    except ValidationError as error:
        said = "; ".join(
            f"{'.'.join(map(str, e['loc']))} {e['msg']}".strip() for e in error.errors()
        )
        raise BadSetting(
            "The MCP server {name!r} in {where} is wrong: {said}.",
            name=name,
            where=where,
            said=said,
        ) from error


def write_servers(file: Path, servers: Mapping[str, Server]) -> None:
    lines = [HEAD]
    for name, server in sorted(servers.items()):
        lines.append(f"[servers.{name}]\n")
        given = server.model_dump(mode="json", exclude={"name"}, exclude_defaults=True)
        lines += [
            f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in given.items()
        ]
        lines.append("\n")
    write_owned(file, "".join(lines))


def write_owned(file: Path, text: str) -> None:
    """Whole or not at all, for its owner's eyes only."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    Path(draft).replace(file)


def launch_of(server: Server) -> dict[str, Any]:
    """All of it that decides what is started and with which rights."""
    given = server.model_dump(mode="json", exclude={"name", "timeout_s"})
    if not server.own:  # so that what was approved before there was such a grant stays approved
        del given["own"]
    return given
