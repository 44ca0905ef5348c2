"""Selfstarter as an MCP server: a goal is a tool call. Over stdio (`selfstarter mcp serve`) and at
`/mcp` of the HTTP server.

What a run may do is the person's settings; an approval is a person's too, so no tool gives one: a
client is a model as a rule.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from functools import wraps
from typing import Annotated, Any, ParamSpec, TypeVar

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field
from starlette.types import ASGIApp

from selfstarter import __version__, steering
from selfstarter.core.budget import question
from selfstarter.core.cleaning import clean
from selfstarter.core.decoding import decoded
from selfstarter.core.errors import Trouble
from selfstarter.server.desk import Desk
from selfstarter.server.progress import lines
from selfstarter.server.shapes import Status, status_of
from selfstarter.settings import Settings

ABOUT = (
    "Selfstarter pursues a goal by itself: it says what done means, plans, works in a folder,"
    " checks its own work, and reports honestly what is missing. run_goal takes minutes and tells"
    " its progress. A run that waits for a person is answered by that person (`selfstarter inbox`,"
    " or the web page), never through a tool; afterwards resume_run goes on."
)
LARGEST = 200_000
"""Bytes of a file that a tool returns."""
READS = ToolAnnotations(read_only_hint=True)
ACTS = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=True)
STEERS = ToolAnnotations(read_only_hint=False, destructive_hint=False)
Told = Context[Any, Any]
RunId = Annotated[str, Field(description="An id, the beginning of one, or @last.")]
P = ParamSpec("P")
R = TypeVar("R")


class Stands(BaseModel):
    """How a run stands."""

    run_id: str
    goal: str
    status: Status
    ending: str
    """done, partly, stuck, out_of_budget, out_of_time, stopped, failed; empty: it has not ended."""
    steps: int
    cost_usd: float
    waits_for: str
    """What a person is asked."""


class Result(Stands):
    answer: str
    report: str
    """Markdown: each criterion with its evidence, what is missing, and how to go on."""
    files: list[str]
    """Made or changed in its workspace; `read_file` returns them."""
    workspace: str


class Listed(BaseModel):
    runs: list[Stands]


def serve(settings: Settings) -> None:
    """Over stdin and stdout until stdin ends. Raises BadSetting."""

    async def served(desk: Desk) -> None:
        try:
            await tools(desk).run_stdio_async()
        finally:
            await desk.close()

    asyncio.run(served(Desk(settings)))


@asynccontextmanager
async def over_http(desk: Desk) -> AsyncGenerator[ASGIApp]:
    """At `/mcp`. Host, Origin and token were looked at by `access.Guard`, which knows the server's
    other names too."""
    server = tools(desk)
    looked_at = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    app = server.streamable_http_app(transport_security=looked_at)
    async with server.session_manager.run():
        yield app


def tools(desk: Desk) -> MCPServer[Any]:
    server = MCPServer[Any](
        "selfstarter", instructions=ABOUT, version=__version__, log_level="WARNING"
    )

    @server.tool(annotations=ACTS)
    @plainly
    async def run_goal(
        goal: str,
        context: Told,
        criteria: Annotated[list[str], Field(description="What must be true in the end.")] = [],  # noqa: B006
        workspace: Annotated[str, Field(description="A folder; empty: a new one.")] = "",
    ) -> Result:
        """Pursue a goal to its checked end, or until it needs a person. Cancel to pause it."""
        run_id = await desk.begin(goal, workspace, criteria)
        return await told(desk, run_id, 0, context)

    @server.tool(annotations=ACTS)
    @plainly
    async def resume_run(run_id: RunId, context: Told) -> Result:
        """Go on with a run that is paused, interrupted, or was answered by a person."""
        run_id = desk.window.find(run_id)
        seq = desk.window.state(run_id).seq
        await desk.resume(run_id, {})
        return await told(desk, run_id, seq, context)

    @server.tool(annotations=STEERS)
    @plainly
    async def say_to_run(run_id: RunId, text: str) -> Stands:
        """Tell a run something that it did not know; it is read before the next step."""
        asked = steering.tell(run_id, "say", text, desk.settings)
        return stands(desk, asked.run_id)

    @server.tool(annotations=STEERS)
    @plainly
    async def stop_run(run_id: RunId) -> Stands:
        """End a run after its step, with its report."""
        asked = await steering.stop(run_id, desk.settings)
        return stands(desk, asked.run_id)

    @server.tool(annotations=READS)
    @plainly
    async def list_runs(limit: Annotated[int, Field(ge=1, le=50)] = 10) -> Listed:
        """The newest first."""
        return Listed(runs=[stands(desk, row.run_id) for row in desk.window.runs(limit)])

    @server.tool(annotations=READS)
    @plainly
    async def show_run(run_id: RunId) -> Result:
        """How a run stands, with its report."""
        return result(desk, desk.window.find(run_id))

    @server.tool(annotations=READS)
    @plainly
    async def read_file(run_id: RunId, path: str) -> str:
        """A text file of a run's workspace."""
        state = desk.window.state(desk.window.find(run_id))
        return clean(decoded(desk.window.files(state).read(path, LARGEST))[0])

    return server


def plainly(do: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """What a person or a model can mend is told, without a traceback in the log."""

    @wraps(do)
    async def done(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await do(*args, **kwargs)
        except Trouble as error:
            raise ToolError(clean(f"{error} ({error.code})")) from error

    return done


async def told(desk: Desk, run_id: str, after: int, context: Told) -> Result:
    """Watch a run to where it rests, and tell the client of each step."""
    async with aclosing(desk.watched(run_id, after)) as watched:
        async for events, _ in watched:
            for seq, line in lines(events):
                await context.report_progress(seq, None, line)
    return result(desk, run_id)


def stands(desk: Desk, run_id: str) -> Stands:
    state = desk.window.state(run_id)
    return Stands(
        run_id=run_id,
        goal=clean(state.goal_given),
        status=status_of(state, not state.ended and desk.window.is_driven(run_id)),
        ending=state.ended.ending if state.ended else "",
        steps=state.spent.steps,
        cost_usd=state.spent.cost_usd,
        waits_for=clean(question(state)),
    )


def result(desk: Desk, run_id: str) -> Result:
    outcome = desk.outcome(run_id)
    state = outcome.state
    return Result(
        **stands(desk, run_id).model_dump(),
        answer=clean(outcome.told),
        report=outcome.report,
        files=state.ledger.made,
        workspace=state.started.workspace if state.started else "",
    )
