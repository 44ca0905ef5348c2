"""Which tools of a server may be used: those that a person has approved, as they were then.

A server's word is untrusted: descriptions are cleaned and cut, annotations only ever make a tool
stricter. What was approved is kept with the hash of all that the server said, and of how it is
started; whatever differs from it is off until it is approved again.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ValidationError

from selfstarter.core.cleaning import clean
from selfstarter.core.errors import BadSetting
from selfstarter.core.ports import Effect, JsonSchema
from selfstarter.mcp.servers import Server, launch_of, write_owned

DOES = 1_000
"""Characters of a description that a model reads."""
NOTE = 200
"""Characters of a description within a schema."""
SCHEMA = 12_000
"""Characters of a whole schema."""
LONGEST = 64
"""Characters of a tool's whole name: what providers take."""
WORD = re.compile(r"[\w.$-]{1,64}", re.ASCII)
CUT = "…"


class Said(BaseModel, frozen=True):
    """A tool as its server describes it: untrusted."""

    name: str
    description: str = ""
    parameters: dict[str, Any] = {}
    output: dict[str, Any] | None = None
    destructive: bool = False
    """The server's hint."""
    hints: dict[str, Any] = {}
    """All its annotations."""


class Admitted(BaseModel, frozen=True):
    """A tool as it was approved: all that is needed to show it without starting its server."""

    tool: str
    """Its name at the server."""
    name: str
    """`mcp__server__tool`"""
    does: str
    parameters: dict[str, Any]
    effect: Effect
    pin: str


class Approval(BaseModel, frozen=True):
    launch: str
    """Pin of how the server is started."""
    tools: tuple[Admitted, ...] = ()


class Approvals(BaseModel, frozen=True):
    v: Literal[1] = 1
    servers: dict[str, Approval] = {}


def read_approvals(file: Path) -> Approvals:
    """Nothing is approved where there is no file. Raises BadSetting: it is broken."""
    try:
        return Approvals.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return Approvals()
    except (OSError, ValidationError) as error:
        raise BadSetting(
            "{file} cannot be read ({kind}). Move it away and approve the MCP servers again.",
            file=file,
            kind=type(error).__name__,
        ) from error


def write_approvals(file: Path, approvals: Approvals) -> None:
    write_owned(file, approvals.model_dump_json(indent=1) + "\n")


def hashed(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def launch_pin(server: Server) -> str:
    return hashed(launch_of(server))


def pin(server: Server, said: Said) -> str:
    return hashed([server.name, launch_pin(server), said.model_dump(mode="json")])


def admit(server: Server, said: Iterable[Said]) -> tuple[list[Admitted], list[str]]:
    """The tools that can be shown to a model, and a sentence for each that cannot."""
    admitted: dict[str, Admitted] = {}
    refused: list[str] = []
    for one in said:
        shown = clean(one.name, one_line=True)[:80]
        name = f"mcp__{server.name}__{re.sub(r'[^A-Za-z0-9_-]', '_', one.name)}"
        if not WORD.fullmatch(one.name) or len(name) > LONGEST:
            refused.append(f"{shown!r}: its name is too long or of odd characters.")
        elif name in admitted:
            refused.append(f"{shown!r}: another of its tools has that name.")
        elif (parameters := plain_schema(one.parameters)) is None:
            refused.append(f"{shown!r}: its arguments are too long or of odd characters.")
        else:
            admitted[name] = Admitted(
                tool=one.name, name=name, does=cut(clean(one.description).strip(), DOES),
                parameters=parameters, effect=effect_of(server, one), pin=pin(server, one),
            )  # fmt: skip
    return list(admitted.values()), refused


def effect_of(server: Server, said: Said) -> Effect:
    """`once`, and stricter where the server itself says so; looser only on the person's word."""
    if any(fnmatchcase(said.name, pattern) for pattern in server.read_only):
        return "read"
    return "irreversible" if said.destructive else "once"


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - len(CUT)] + CUT


PROSE = frozenset(
    {"description", "title", "examples", "example", "$comment", "deprecated", "icons"}
)
"""What only speaks to a reader: cut, or left out where there is too much of it."""


class Odd(ValueError):
    """A part that cannot be cleaned without changing what the server is sent."""


def plain_schema(schema: Mapping[str, Any]) -> JsonSchema | None:
    """The schema, cleaned and short. None: it cannot be shown to a model."""
    for notes in (NOTE, 60, 0):
        try:
            found = cast(JsonSchema, plain(schema, notes, depth=0))
        except Odd:
            return None
        if len(json.dumps(found)) <= SCHEMA:
            return {"type": "object", "properties": dict[str, Any](), **found}
    return None


def plain(value: object, notes: int, depth: int) -> object:
    if depth > 24:
        raise Odd
    match value:
        case dict():
            return plain_table(cast(dict[str, object], value), notes, depth)
        case list():
            return [plain(one, notes, depth + 1) for one in cast(list[object], value)]
        case str() if clean(value) != value or len(value) > 500:
            raise Odd
        case _:
            return value


def plain_table(table: dict[str, object], notes: int, depth: int) -> JsonSchema:
    found: JsonSchema = {}
    for key, value in table.items():
        if key in ("description", "title") and isinstance(value, str):
            if notes and key == "description":
                found[key] = cut(clean(value, one_line=True), notes)
        elif key in PROSE and not isinstance(value, dict):
            continue
        elif not WORD.fullmatch(key):
            raise Odd
        else:
            found[key] = plain(cast(object, value), notes, depth + 1)
    return found


def in_force(server: Server, approvals: Approvals) -> Sequence[Admitted]:
    """The approved tools of a server that is started as it was approved; none: it is off."""
    approval = approvals.servers.get(server.name)
    if approval is None or approval.launch != launch_pin(server):
        return ()
    return approval.tools


def approved(server: Server, approvals: Approvals, tools: Sequence[Admitted]) -> Approvals:
    kept = dict(approvals.servers)
    kept[server.name] = Approval(launch=launch_pin(server), tools=tuple(tools))
    return approvals.model_copy(update={"servers": kept})
