"""The approved tools of a person's servers, as tools of a run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from selfstarter.core.ports import Effect, JsonSchema, Result
from selfstarter.mcp.admission import Admitted, Approvals, in_force
from selfstarter.mcp.connection import Connection, Open
from selfstarter.mcp.servers import Server


@dataclass(frozen=True, slots=True)
class McpTool:
    """Port `Tool`. What it brings is untrusted, and what it is given may leave, unless the person
    says otherwise."""

    admitted: Admitted
    server: Server
    connection: Connection

    @property
    def name(self) -> str:
        return self.admitted.name

    @property
    def does(self) -> str:
        return self.admitted.does or f"A tool of the MCP server {self.server.name}."

    @property
    def effect(self) -> Effect:
        return self.admitted.effect

    @property
    def parameters(self) -> JsonSchema:
        return self.admitted.parameters

    @property
    def reads_untrusted(self) -> bool:
        return not self.own

    @property
    def own(self) -> bool:
        """Does the person say that nobody else writes what it reads?"""
        return any(fnmatchcase(self.admitted.tool, pattern) for pattern in self.server.own)

    @property
    def reads_private(self) -> bool:
        """Folders that the person lends it may hold what only the person should see."""
        return bool(self.server.read or self.server.write) or not self.server.sandbox

    @property
    def egress(self) -> bool:
        return not self.server.closed

    async def __call__(self, args: Mapping[str, object], key: str) -> Result:
        del key  # MCP has no idempotency key
        result = await self.connection.call(self.admitted, args)
        trusted = self.own and result.status == "ok"  # an error may quote anybody
        return replace(result, untrusted=False) if trusted else result


def tools_of(
    servers: Mapping[str, Server], approvals: Approvals, open: Callable[[Server], Open]
) -> tuple[dict[str, McpTool], Sequence[Connection]]:
    """The tools that are in force, and the connections to close. No server is started by this."""
    tools: dict[str, McpTool] = {}
    connections: list[Connection] = []
    for server in servers.values():
        if admitted := in_force(server, approvals):
            connection = Connection(server, open(server))
            connections.append(connection)
            tools |= {one.name: McpTool(one, server, connection) for one in admitted}
    return tools, connections
