"""The one place that knows every room: settings in, a working agent out."""

import asyncio
import shutil
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from inspect import isfunction
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from selfstarter import keys
from selfstarter.children.attempts import attempter, kept_start
from selfstarter.children.errands import messenger
from selfstarter.children.family import Family, Kin
from selfstarter.core.contract import Criterion
from selfstarter.core.errors import BadSetting, ModelDown, SandboxGone, Trouble, WorkspaceGone
from selfstarter.core.events import (
    AnyEvent,
    Ending,
    Limits,
    Lost,
    ModelFacts,
    OnLimit,
    RunPaused,
    RunResumed,
    RunStarted,
    Scheduled,
)
from selfstarter.core.fold import apply, fold
from selfstarter.core.hands import Hands
from selfstarter.core.pages import NO_WEB, Place, WebAccess
from selfstarter.core.permissions import Permissions
from selfstarter.core.ports import Files, Model, Ran, Recorded, Tool
from selfstarter.core.profile import Profile, profile_of
from selfstarter.core.redaction import Redact
from selfstarter.core.said import Said
from selfstarter.core.state import State
from selfstarter.cut_off import cut_off
from selfstarter.history.snapshots import Snapshots
from selfstarter.history.store import FILE as SNAPSHOTS
from selfstarter.history.store import SnapshotStore
from selfstarter.journal.store import Store
from selfstarter.loop import pursue as pursue_run
from selfstarter.memories import answer_to_note, earlier_in, memory_of, remembers, shown_in
from selfstarter.models.naming import of_a_known_form as of_a_known_form
from selfstarter.models.open import open_model
from selfstarter.models.recorded import SharedReplies
from selfstarter.models.served import served as served
from selfstarter.models.served import through as through
from selfstarter.own_tools import own_tools
from selfstarter.report import answer_told, go_on, report, resume_command, write_report
from selfstarter.runs import (
    Listener,
    Told,
    begin,
    can_be_kept,
    catch_up,
    harmless,
    run_folder,
    store_in,
)
from selfstarter.sandbox import sandbox_for, what_is_in
from selfstarter.sandbox.probe import probe
from selfstarter.sandbox.refused import RefusedSandbox
from selfstarter.settings import Settings, config_file, kept_model, load, narrowed
from selfstarter.tool_servers import ToolServers
from selfstarter.tools import all_tools
from selfstarter.tools.memory import memory_tools
from selfstarter.tools.reading import WorkspaceSources, as_text
from selfstarter.tools.spill import Spill, spilling
from selfstarter.tools.watched import UnwatchedFiles, WatchedFiles
from selfstarter.tools.workspace import Workspace
from selfstarter.tracing.open import Traced, open_tracing
from selfstarter.web.addresses import closed_in
from selfstarter.web.opened import Web, can_reach

MESSAGES = 2_048
"""More than a prompt has, so that each is looked through once for keys."""


@dataclass(frozen=True, slots=True)
class Tooling:
    """How the tools of a run are fitted."""

    call_s: float = 660.0
    """Longest that one call may take, in seconds."""
    fit: Callable[[Mapping[str, Tool]], Mapping[str, Tool]] | None = None
    """Puts others in the place of tools, or takes some away."""
    profile: Callable[[Profile], Profile] | None = None
    """Works with the model in another way, in child runs as well."""
    web: WebAccess = NO_WEB
    """From the settings."""
    own: Sequence[Tool] = ()
    """Of the person, or of the program that this is a part of. The built-ins win."""
    traced: Traced | None = None
    """From the settings, too."""
    embedding: str = ""
    """And this."""

    def of(self, settings: Settings, tools: Sequence[Tool]) -> "Tooling":
        """With what the settings say, and `tools` besides. Raises BadSetting."""
        for one in tools:
            if isfunction(one):
                raise BadSetting(
                    "{name} is a plain function, and nothing says what a call of it may do. Make a"
                    ' tool of it: write @tool(effect="read") above it (docs/extending.md).',
                    name=one.__name__,
                )
        return replace(
            self,
            web=settings.web_access(),
            own=(*own_tools(settings), *tools),
            traced=open_tracing(settings.otel),
            embedding=settings.embedding,
        )

    def fitted(self, tools: Mapping[str, Tool]) -> Mapping[str, Tool]:
        return self.fit(tools) if self.fit else tools


PLAIN = Tooling()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run stands when `pursue` returns."""

    run_id: str
    state: State
    report_path: Path
    driven: bool = False
    """A process pursues it at this moment."""

    @property
    def ending(self) -> Ending | None:
        """None: paused; it can be resumed."""
        return self.state.ended.ending if self.state.ended else None

    @property
    def answer(self) -> str:
        return self.state.ended.answer if self.state.ended else ""

    @property
    def told(self) -> str:
        """The answer as a person reads it: after what was not met, where it is not done."""
        return answer_told(self.state)

    @property
    def report(self) -> str:
        """Markdown."""
        return report(self.run_id, self.state, self.driven)

    @property
    def way_on(self) -> str:
        """What a person can type next, as the report has it."""
        return go_on(self.run_id, self.state)

    @property
    def resume_command(self) -> str:
        """With more of what it has come to the end of."""
        return resume_command(self.run_id, self.state)


async def pursue(
    goal: str,
    workspace: str | Path = ".",
    settings: Settings | Mapping[str, Any] | None = None,
    *,
    criteria: Sequence[str | Criterion] = (),
    tools: Sequence[Tool] = (),
    attended: bool = False,
    on_limit: OnLimit | None = None,
    listener: Listener | None = None,
    model: Model | str | None = None,
    seed: int = 0,
    tooling: Tooling = PLAIN,
    run_id: str = "",
    held: bool = False,
    scheduled: Scheduled | None = None,
    review: bool = False,
) -> Outcome:
    """Pursue `goal` in the folder `workspace` to its end.

    `settings`: some of them by name will do; the rest are the person's own (docs/settings.md).
    `criteria`: what must hold besides what the goal says, in words or with a check.
    `tools`: functions with `@tool`, besides those that every run has; they run in this process.
    `on_limit`: as in `RunStarted`; None: ask if a person is there. `run_id`: a new one; empty: made
    up. `held`: the run is only begun, and paused before its first move. `scheduled`: by what.
    `review`: the person who is there accepts the contract before the work begins.
    `model`: a name, in place of `settings.model`, or one that is open already, and stays open.
    Raises BadSetting before anything is begun. Raises ModelDown, SandboxGone: the run is paused
    and `resume` goes on with it.
    """
    settings = whole(settings, Path(workspace))
    if isinstance(model, str):
        settings, model = settings.model_copy(update={"model": model}), None
    if not goal.strip():
        raise BadSetting('The goal is empty. Say what you want, as in: selfstarter run "…".')
    can_be_kept(goal, *(one for one in criteria if isinstance(one, str)))
    folder = workspace_folder(workspace, settings.home)
    ToolServers(settings.home)  # what is wrong with its settings is said before the run begins
    can_reach(settings.web_access(), keys.find, box(settings.web_access()))
    tooling, listener = tooling.of(settings, tools), harmless(listener)
    async with nullcontext(model) if model else opened(settings.model) as model:
        can_be_held(settings.limits(), model)
        store = store_in(settings)
        try:
            recalls = remembers(settings, model.facts)
            alone = recalls and scheduled is None  # a schedule tells what its last run came to
            started = RunStarted(
                goal=goal.strip(),
                workspace=str(folder),
                model=kept_model(settings.model),
                limits=settings.limits(),
                attended=attended,
                on_limit=on_limit or ("ask" if attended else "stop"),
                criteria=tuple(criteria),
                seed=seed,
                facts=facts_of(model),
                memory=recalls,
                permissions=settings.permissions(),
                scheduled=scheduled,
                earlier=earlier_in(store, str(folder)) if alone else None,
                review=review,
            )
            run_id = begin(store, started, listener, run_id)
            if held:
                with store.open(run_id) as journal:
                    if journal.seq == 1:  # else a worker was quick
                        await journal.append(RunPaused(reason="It is held until it is resumed."))
                return outcome(run_id, fold(store.read(run_id)), settings.home)
            return await drive(store, run_id, model, settings.home, listener, tooling=tooling)
        finally:
            store.close()


def pursue_now(goal: str, workspace: str | Path = ".", **given: Any) -> Outcome:
    """`pursue` for a program that is not asynchronous; takes and raises the same."""
    with suppress(RuntimeError):  # none runs
        asyncio.get_running_loop()
        raise BadSetting(
            "An event loop runs here already, as in a notebook, and pursue_now would need one of"
            " its own. Write: await pursue(…)"
        )
    return asyncio.run(pursue(goal, workspace, **given))


async def resume(
    name: str,
    settings: Settings | Mapping[str, Any] | None = None,
    *,
    model_name: str = "",
    more: Mapping[str, float | None] | None = None,
    on_limit: OnLimit | None = None,
    permit: Callable[[Permissions], Permissions] | None = None,
    listener: Listener | None = None,
    model: Model | str | None = None,
    tools: Sequence[Tool] = (),
    tooling: Tooling = PLAIN,
) -> Outcome:
    """Go on with a run where its journal ends; `more` replaces limits by name, `permit` changes
    what it may do.

    `settings`, `model`, `tools`: as in `pursue`. Raises NoSuchRun, RunBusy, and as `pursue`.
    """
    settings, listener = whole(settings), harmless(listener)
    if isinstance(model, str):
        model_name, model = model, None
    store = store_in(settings)
    try:
        run_id = store.find(name)
        state = fold(store.read(run_id))
        if "." in run_id:
            first = run_id.partition(".")[0]
            raise BadSetting(
                "{run_id} is a part of the run {first}: resume that one.",
                run_id=run_id,
                first=first,
            )
        if state.started is None or state.is_done:
            found = outcome(run_id, state, settings.home)
            if not found.report_path.exists():  # the power went between the end and the report
                write_report(run_folder(settings.home, run_id), run_id, state)
            return found
        settings = narrowed(settings, workspace_folder(state.started.workspace, settings.home))
        name, tooling = model_name or state.started.model, tooling.of(settings, tools)
        async with nullcontext(model) if model else opened(name) as model:
            raised = {key: value for key, value in (more or {}).items() if value is not None}
            limits = state.limits.model_copy(update=raised) if raised else None
            can_be_held(limits or state.limits, model)
            again = RunResumed(
                model=kept_model(model_name),
                limits=limits,
                on_limit=on_limit,
                facts=facts_of(model),
                permissions=permitted(state.permissions, permit) if permit else None,
            )
            return await drive(
                store, run_id, model, settings.home, listener, again, tooling=tooling
            )
    finally:
        store.close()


def whole(given: Settings | Mapping[str, Any] | None, workspace: Path | None = None) -> Settings:
    """Raises BadSetting."""
    return given if isinstance(given, Settings) else load(given, workspace=workspace)


def can_be_held(limits: Limits, model: Model) -> None:
    """A limit that cannot be held would be worse than none. Raises BadSetting."""
    if limits.cost_usd is not None and model.facts.price is None:
        name = model.facts.name
        raise BadSetting(
            "The limit of ${cost_usd:.2f} cannot be held: nobody knows what {name} costs."
            " State it in USD a million tokens, as in {name}?price=0.5/2 (in/out), or take another"
            " model, or set no limit on money: tokens, steps and time are limited all the same.",
            cost_usd=limits.cost_usd,
            name=name,
        )


def permitted(
    given: Permissions, permit: Callable[[Permissions], Permissions]
) -> Permissions | None:
    """None: as they were. Raises BadSetting."""
    try:
        wanted = permit(given)
    except ValidationError as error:
        raise BadSetting("A rule is wrong: {why}.", why=error.errors()[0]["msg"]) from error
    return wanted if wanted != given else None


def pause(run_id: str, settings: Settings, reason: str) -> None:
    """Ask a live run to pause after its step."""
    store = store_in(settings)
    store.command(run_id, "pause", reason)
    store.close()


def look_up(name: str, settings: Settings) -> tuple[Outcome, list[Recorded]]:
    """How a run stands, and its events; no model is needed. Raises NoSuchRun."""
    store = store_in(settings)
    try:
        run_id = store.find(name)
        records = list(store.read(run_id))
        found = outcome(run_id, fold(records), settings.home)
        return replace(found, driven=store.is_driven(run_id)), records
    finally:
        store.close()


def example(name: str, settings: Settings) -> tuple[str, Path]:
    """The goal of a shipped example, and a fresh workspace with its material."""
    here = Path(__file__).parent
    places = (here / "examples" / name, here.parents[1] / "examples" / name)
    source = next((place for place in places if place.is_dir()), None)
    if source is None:
        raise BadSetting("The example {name} did not come with this installation.", name=name)
    workspace = settings.home / "demo" / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}"
    shutil.copytree(source / "sources", workspace / "sources")
    return (source / "goal.md").read_text("utf-8").strip(), workspace


def workspace_folder(name: str | Path, home: Path) -> Path:
    """Raises BadSetting: it is not there, or our own data lie in it."""
    try:
        folder = Path(name).expanduser().resolve()
        there = folder.is_dir()
    except (OSError, ValueError, RuntimeError):  # no name of a file, or of somebody's home
        folder, there = Path(), False
    if not there:
        raise BadSetting(
            "The workspace {name} is not a folder. Make it, or name another one.", name=name
        )
    for ours in (home, config_file().parent):
        if ours.resolve().is_relative_to(folder):
            raise BadSetting(
                "The workspace {folder} holds selfstarter's own data ({ours}); the agent may not"
                " write there. Work in a folder of its own: --workspace DIR.",
                folder=folder,
                ours=ours,
            )
    return folder


async def run_program(
    workspace: Path,
    argv: Sequence[str],
    timeout_s: float,
    stdin: bytes = b"",
    reads: Sequence[Path] = (),
) -> Ran:
    """Run a program in the sandbox of a workspace, as a tool would. Raises NoSandbox.

    `reads`: folders that it may see besides.
    """
    sandbox = sandbox_for(workspace, workspace, reads)
    try:
        return await sandbox.run(argv, timeout_s, stdin)
    finally:
        await sandbox.close()


def facts_of(model: Model) -> ModelFacts:
    facts = model.facts
    return ModelFacts(
        window=facts.window,
        native_tools=facts.native_tools,
        json_schema=facts.json_schema,
        small=facts.small,
    )


@asynccontextmanager
async def opened(name: str, replies: Path | None = None) -> AsyncGenerator[Model]:
    """`replies`: a file of this model's replies, which is asked first and added to."""
    model = open_model(name, keys.find)
    model = SharedReplies(model, replies) if replies else model
    try:
        yield model
    finally:
        await model.close()


@asynccontextmanager
async def tools_in(workspace: Path, folder: Path) -> AsyncGenerator[Mapping[str, Tool]]:
    """The tools of a run in this workspace, without the web, for a loop that is not ours.

    `folder`: outside the workspace, for long outputs.
    """
    sandbox = sandbox_for(workspace, folder / "scratch")
    try:
        yield all_tools(
            UnwatchedFiles(Workspace(workspace), {}), sandbox, Spill(folder / "results")
        )
    finally:
        await sandbox.close()


def place_of(started: RunStarted) -> Path:
    """The workspace; behind a link, where its folder was moved and one was left in its place."""
    return Path(started.workspace).resolve()


async def drive(
    store: Store,
    run_id: str,
    model: Model,
    home: Path,
    listener: Listener | None,
    first: AnyEvent | None = None,
    kin: Kin | None = None,
    tooling: Tooling = PLAIN,
) -> Outcome:
    """Hold the run's pen, put the hands together, and let the loop go. `kin`: it is a child."""
    folder = run_folder(home, run_id)
    with store.open(run_id) as own:
        journal = Told(own, run_id, listener, kin.commands if kin else None)
        records = [recorded async for recorded in journal.read()]
        before = fold(records)
        if before.started is None:
            raise BadSetting(
                "The journal of run {run_id} does not begin with its goal.", run_id=run_id
            )
        workspace = place_of(before.started)
        state = before
        if first is not None:  # the hands are as it says; it is kept once they are there
            state = apply(before, Recorded(before.seq + 1, time.time(), first))
        catch_up(model, state)
        profile = profile_of(model.facts)
        profile = tooling.profile(profile) if tooling.profile else profile
        profile = replace(profile, warmth=kin.warmth if kin else profile.warmth)
        keep = not kin and bool(profile.attempts) and kept_start(workspace, folder, state)
        eldest = run_folder(home, run_id.partition(".")[0])
        start = eldest / "start"

        async def child(run_id: str, model: Model, first: AnyEvent | None, kin: Kin) -> State:
            return (await drive(store, run_id, model, home, listener, first, kin, tooling)).state

        async with AsyncExitStack() as stack:
            if tooling.traced and not kin:
                traced = tooling.traced(run_id, state, model.facts.name, listener)
                journal.listener = listener = stack.enter_context(traced)
            family = Family(store, run_id, model, home, listener, child)
            snapshots = None  # of a child's work, those of the run above it tell
            if "." not in run_id and not state.reads_only:
                snapshots = Snapshots(workspace, folder, state.saved)
                stack.callback(snapshots.close)
            above = snapshots.store if snapshots else None
            if above is None and (eldest / SNAPSHOTS).is_file():
                above = SnapshotStore(eldest / SNAPSHOTS)
                stack.callback(above.close)
            memory = await stack.enter_async_context(
                memory_of(store, run_id, state, tooling.embedding)
            )
            none = RefusedSandbox(Said("This run may only read, so it runs no programs."))
            sandbox = none if state.reads_only else sandbox_for(workspace, folder / "scratch")
            stack.push_async_callback(sandbox.close)
            files = Workspace(workspace)
            watched = WatchedFiles(files, state.known_files)
            served = ToolServers(home)
            stack.push_async_callback(served.close)
            spill = Spill(folder / "results", store.redact, profile.room)
            brought = {tool.name: spilling(tool, spill) for tool in tooling.own}
            brought |= {name: spilling(tool, spill) for name, tool in served.tools.items()}
            web = web_of(tooling.web, home, eldest, store.redact, files, workspace)
            pages = web if tooling.web.pages else None
            search = web if tooling.web.search or tooling.web.documents else None
            ours = all_tools(watched, sandbox, spill, pages, search, bool(before.turns))
            if memory and profile.notes:
                kept = memory_tools(
                    memory,
                    run_id.partition(".")[0],
                    partial(answer_to_note, store, run_id),
                    partial(shown_in, store, run_id),
                )
                ours |= {tool.name: spilling(tool, spill) for tool in kept}
            tools = tooling.fitted({**brought, **ours})  # the built-ins win
            hands = Hands(
                model=model,
                tools=tools,
                watch=watched,
                call_s=tooling.call_s,
                files=files,
                sources=WorkspaceSources(files),
                sandbox=sandbox,
                inside=what_is_in(sandbox),
                profile=profile,
                own=frozenset((brought.keys() - ours.keys()) & tools.keys()),
                run_id=run_id,
                redact=lru_cache(MESSAGES)(store.redact),  # the same messages at every step
                memory=memory,
                captures=web.captured,
                floor=our_folders(home),
                snapshot=snapshots.take if snapshots else None,
                kept=above.kept if above else None,
                start=Workspace(start) if start.is_dir() else None,
                attempt=attempter(family) if keep else None,
                child=messenger(family, journal.commands),
            )
            if isinstance(first, RunResumed):
                lost = await cut_off(before, records[-1].event, hands)
                first = first.model_copy(update={"lost": lost})
            if first is not None:
                await journal.append(first)
            try:
                state = await pursue_run(journal, hands)
            except (ModelDown, SandboxGone, WorkspaceGone) as trouble:
                await journal.append(RunPaused(reason=str(trouble), lost=taken(trouble)))
                raise
            finally:
                state = fold(store.read(run_id))
                with suppress(OSError):  # a full disk must not hide what ended the run
                    write_report(folder, run_id, state)
    return outcome(run_id, state, home)


def web_of(
    access: WebAccess, home: Path, folder: Path, redact: Redact, files: Files, workspace: Path
) -> Web:
    places = [
        Place(name, f"{Path(name).name}/", Workspace(Path(name))) for name in access.documents
    ]
    if "local" in access.search and not places:
        places = [Place(str(workspace), "", files)]
    return Web(access, home, folder, redact, keys.find, places, as_text, box(access))


def closed_to(goal: str, settings: Settings) -> Sequence[str]:
    """What the goal names and its run may not read until a person allows it, as `hosts` names it;
    only what can be told without a network."""
    access = settings.web_access()
    return [closed.name for closed in closed_in(goal, access.hosts)] if access.pages else []


def box(access: WebAccess) -> str:
    """The program that a browser is boxed with; empty: none works here, or none is asked for."""
    return (probe().bwrap or "") if access.browser else ""


def our_folders(home: Path) -> tuple[str, ...]:
    """Absolute, and as a tool might write them that knows the person's home."""
    places, at_home = (home.resolve(), config_file().parent.resolve()), Path.home().resolve()
    short = (f"~/{p.relative_to(at_home)}" for p in places if p.is_relative_to(at_home))
    return (*map(str, places), *short)


def outcome(run_id: str, state: State, home: Path) -> Outcome:
    return Outcome(run_id, state, run_folder(home, run_id) / "report.md")


def taken(trouble: Trouble) -> Lost:
    """What tries without a reply cost, for the first journal that asks: a parent's gets nothing,
    for it counts what its attempts have spent."""
    lost = trouble.lost if isinstance(trouble, ModelDown) else None
    if isinstance(trouble, ModelDown):
        trouble.lost = None
    return lost or Lost()
