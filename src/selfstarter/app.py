"""The one place that knows every room: settings in, a working agent out."""

import shutil
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from selfstarter.core.contract import Contract, Reproduced
from selfstarter.core.errors import BadSetting, ModelDown, SandboxGone, ToolFailed, WorkspaceGone
from selfstarter.core.events import (
    AnyEvent,
    Ending,
    ModelFacts,
    RunPaused,
    RunResumed,
    RunStarted,
)
from selfstarter.core.hands import Attempt, Hands
from selfstarter.core.ports import Command, Model, Ran, Recorded, Tool, Usage
from selfstarter.core.profile import profile_of
from selfstarter.core.state import State, fold
from selfstarter.journal.sqlite import RunRow, SqliteJournal, SqliteStore
from selfstarter.loop import pursue as pursue_run
from selfstarter.models.open import open_model
from selfstarter.models.scripted import ScriptedModel
from selfstarter.report import report
from selfstarter.sandbox import sandbox_for
from selfstarter.settings import Settings, load
from selfstarter.tools import all_tools
from selfstarter.tools.reading import WorkspaceSources
from selfstarter.tools.spill import Spill
from selfstarter.tools.watched import WatchedFiles
from selfstarter.tools.workspace import Workspace

COPY_FILES, COPY_BYTES = 2_000, 50 << 20
"""Largest workspace that is copied at the start, for independent attempts."""
ATTEMPT_WARMTH = 0.4


@dataclass(frozen=True, slots=True)
class Tooling:
    """How the tools of a run are fitted."""

    call_s: float = 660.0
    """Longest that one call may take, in seconds."""
    fit: Callable[[Mapping[str, Tool]], Mapping[str, Tool]] | None = None
    """Puts others in the place of tools, or takes some away."""


PLAIN = Tooling()

Listener = Callable[[str, Recorded], None]
"""Told (run id, recorded) after each append. A side channel: it cannot change the run."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run stands when `pursue` returns."""

    run_id: str
    state: State
    report_path: Path

    @property
    def ending(self) -> Ending | None:
        """None: paused; it can be resumed."""
        return self.state.ended.ending if self.state.ended else None

    @property
    def answer(self) -> str:
        return self.state.ended.answer if self.state.ended else ""

    @property
    def report(self) -> str:
        """Markdown."""
        return report(self.run_id, self.state)


async def pursue(
    goal: str,
    workspace: str | Path = ".",
    settings: Settings | None = None,
    *,
    criteria: Sequence[str] = (),
    attended: bool = False,
    listener: Listener | None = None,
    model: Model | None = None,
    seed: int = 0,
    tooling: Tooling = PLAIN,
) -> Outcome:
    """Pursue `goal` in the folder `workspace` to its end.

    `model`: one that is open already, and stays open; else `settings.model` is opened for this run.
    Raises BadSetting before anything is begun. Raises ModelDown, SandboxGone: the run is paused
    and `resume` goes on with it.
    """
    settings = settings or load()
    if not goal.strip():
        raise BadSetting('The goal is empty. Say what you want, as in: selfstarter run "…".')
    folder = workspace_folder(workspace, settings.home)
    async with nullcontext(model) if model else opened(settings.model) as model:
        store = SqliteStore(settings.home)
        try:
            started = RunStarted(
                goal=goal.strip(),
                workspace=str(folder),
                model=settings.model,
                limits=settings.limits(),
                attended=attended,
                criteria=tuple(criteria),
                seed=seed,
                facts=facts_of(model),
            )
            run_id = begin(store, started, listener)
            return await drive(store, run_id, model, settings.home, listener, tooling=tooling)
        finally:
            store.close()


async def resume(
    name: str,
    settings: Settings | None = None,
    *,
    model_name: str = "",
    more: Mapping[str, float | None] | None = None,
    listener: Listener | None = None,
    tooling: Tooling = PLAIN,
) -> Outcome:
    """Go on with a run where its journal ends; `more` replaces limits by name.

    Raises NoSuchRun, RunBusy, and as `pursue`.
    """
    settings = settings or load()
    store = SqliteStore(settings.home)
    try:
        run_id = store.find(name)
        state = fold(store.read(run_id))
        if state.started is None or (state.ended and state.ended.ending == "done"):
            return outcome(run_id, state, settings.home)
        workspace_folder(state.started.workspace, settings.home)
        async with opened(model_name or state.started.model) as model:
            raised = {key: value for key, value in (more or {}).items() if value is not None}
            limits = state.limits.model_copy(update=raised) if raised else None
            again = RunResumed(model=model_name, limits=limits, facts=facts_of(model))
            return await drive(
                store, run_id, model, settings.home, listener, again, tooling=tooling
            )
    finally:
        store.close()


def pause(run_id: str, settings: Settings, reason: str) -> None:
    """Ask a live run to pause after its step."""
    store = SqliteStore(settings.home)
    store.command(run_id, "pause", reason)
    store.close()


def runs(settings: Settings, limit: int) -> Sequence[RunRow]:
    store = SqliteStore(settings.home)
    try:
        return store.runs(limit)
    finally:
        store.close()


def look_up(name: str, settings: Settings) -> tuple[Outcome, list[Recorded]]:
    """How a run stands, and its events; no model is needed. Raises NoSuchRun."""
    store = SqliteStore(settings.home)
    try:
        run_id = store.find(name)
        records = list(store.read(run_id))
        return outcome(run_id, fold(records), settings.home), records
    finally:
        store.close()


def example(name: str, settings: Settings) -> tuple[str, Path]:
    """The goal of a shipped example, and a fresh workspace with its material."""
    here = Path(__file__).parent
    places = (here / "examples" / name, here.parents[1] / "examples" / name)
    source = next((place for place in places if place.is_dir()), None)
    if source is None:
        raise BadSetting(f"The example {name} did not come with this installation.")
    workspace = settings.home / "demo" / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}"
    shutil.copytree(source / "sources", workspace / "sources")
    return (source / "goal.md").read_text("utf-8").strip(), workspace


def workspace_folder(name: str | Path, home: Path) -> Path:
    """Raises BadSetting: it is not there, or our own data lie in it."""
    folder = Path(name).expanduser().resolve()
    if not folder.is_dir():
        raise BadSetting(f"The workspace {folder} is not a folder. Make it, or name another one.")
    if home.resolve().is_relative_to(folder):
        raise BadSetting(
            f"The workspace {folder} holds selfstarter's own data ({home}); the agent may not write"
            " there. Work in a folder of its own: --workspace DIR."
        )
    return folder


async def run_program(workspace: Path, argv: Sequence[str], timeout_s: float) -> Ran:
    """Run a program in the sandbox of a workspace, as a tool would. Raises NoSandbox."""
    sandbox = sandbox_for(workspace, workspace)
    try:
        return await sandbox.run(argv, timeout_s)
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
async def opened(name: str) -> AsyncGenerator[Model]:
    model = open_model(name)
    try:
        yield model
    finally:
        await model.close()


async def drive(
    store: SqliteStore,
    run_id: str,
    model: Model,
    home: Path,
    listener: Listener | None,
    first: AnyEvent | None = None,
    attempts: bool = True,
    warmth: float = 0.0,
    tooling: Tooling = PLAIN,
) -> Outcome:
    """Hold the run's pen, put the hands together, and let the loop go."""
    folder = run_folder(home, run_id)
    with store.open(run_id) as own:
        journal = Told(own, run_id, listener)
        state = fold([recorded async for recorded in journal.read()])
        if state.started is None:
            raise BadSetting(f"The journal of run {run_id} does not begin with its goal.")
        workspace = Path(state.started.workspace)
        if first is not None:
            state = state.apply(await journal.append(first))
        catch_up(model, state)
        profile = replace(profile_of(model.facts), warmth=warmth)
        keep = attempts and bool(profile.attempts) and kept_start(workspace, folder, state)
        start = run_folder(home, run_id.partition(".")[0]) / "start"
        async with AsyncExitStack() as stack:
            sandbox = sandbox_for(workspace, folder / "scratch")
            stack.push_async_callback(sandbox.close)
            files = Workspace(workspace)
            watched = WatchedFiles(files, state.known_files)
            tools = all_tools(watched, sandbox, Spill(folder / "results"))
            hands = Hands(
                model=model,
                tools=tooling.fit(tools) if tooling.fit else tools,
                watch=watched,
                call_s=tooling.call_s,
                files=files,
                sources=WorkspaceSources(files),
                sandbox=sandbox,
                profile=profile,
                start=Workspace(start) if start.is_dir() else None,
                attempt=attempter(store, run_id, model, home, listener) if keep else None,
            )
            try:
                state = await pursue_run(journal, hands)
            except (ModelDown, SandboxGone, WorkspaceGone) as trouble:
                await journal.append(RunPaused(reason=str(trouble)))
                raise
            finally:
                state = fold(store.read(run_id))
                with suppress(OSError):  # a full disk must not hide what ended the run
                    write_report(folder, run_id, state)
    return outcome(run_id, state, home)


def begin(
    store: SqliteStore, started: RunStarted, listener: Listener | None, run_id: str = ""
) -> str:
    """Begin a run, and tell of its first event too. Returns its id."""
    run_id = store.create(started, run_id)
    if listener:
        for recorded in store.read(run_id):
            listener(run_id, recorded)
    return run_id


def outcome(run_id: str, state: State, home: Path) -> Outcome:
    return Outcome(run_id, state, run_folder(home, run_id) / "report.md")


def run_folder(home: Path, run_id: str) -> Path:
    folder = home / "runs" / run_id
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def write_report(folder: Path, run_id: str, state: State) -> None:
    (folder / "report.md").write_text(report(run_id, state), "utf-8")


def catch_up(model: Model, state: State) -> None:
    """A script does not start again after a crash: replies that the journal holds are skipped."""
    if isinstance(model, ScriptedModel):
        model.skip(dict(state.replies.items()))


class Told:
    """A journal that tells a listener of each event once it is durable."""

    def __init__(self, journal: SqliteJournal, run_id: str, listener: Listener | None) -> None:
        self.journal = journal
        self.run_id = run_id
        self.listener = listener

    def read(self) -> AsyncIterator[Recorded]:
        return self.journal.read()

    async def append(self, event: AnyEvent) -> Recorded:
        recorded = await self.journal.append(event)
        if self.listener:
            self.listener(self.run_id, recorded)
        return recorded

    async def commands(self) -> Sequence[Command]:
        return await self.journal.commands()


# ── independent attempts ─────────────────────────────────────────────────────────────────────


def kept_start(workspace: Path, folder: Path, state: State) -> bool:
    """Is there a copy of the untouched workspace? Made once, before work, if it is small."""
    copy = folder / "start"
    if copy.is_dir():
        return True
    if state.scouted is not None:
        return False  # work has begun: what is there now is not the start
    size = 0
    for count, path in enumerate(workspace.rglob("*"), 1):
        size += path.lstat().st_size
        if count > COPY_FILES or size > COPY_BYTES:
            return False
    half = folder / "start.half"
    shutil.rmtree(half, ignore_errors=True)
    shutil.copytree(workspace, half, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    half.rename(copy)  # whole or not at all
    return True


def attempter(
    store: SqliteStore, run_id: str, model: Model, home: Path, listener: Listener | None
) -> Callable[[Contract, int, int], Any]:
    """Attempts are child runs: their own journal, a fresh copy, a reserved part of the budget."""

    async def attempt(contract: Contract, number: int, tokens: int) -> Attempt:
        parent = fold(store.read(run_id))
        child = f"{run_id}.a{number}"
        folder = run_folder(home, child)
        workspace = folder / "workspace"
        if not workspace.exists():
            half = folder / "workspace.half"
            shutil.rmtree(half, ignore_errors=True)
            shutil.copytree(run_folder(home, run_id) / "start", half, symlinks=True)
            half.rename(workspace)
        if parent.started is None:
            raise BadSetting(f"The journal of run {run_id} does not begin with its goal.")
        if not list(store.read(child)):
            own = tuple(c for c in contract.criteria if not isinstance(c.check, Reproduced))
            started = parent.started.model_copy(
                update={
                    "workspace": str(workspace),
                    "limits": parent.limits.model_copy(
                        update={
                            "tokens": max(1, tokens),
                            "steps": parent.spent.steps + 3,
                            "time_s": max(1.0, parent.limits.time_s - parent.spent.time_s),
                        }
                    ),
                    "contract": contract.model_copy(update={"criteria": own}),
                    "attended": False,
                    "seed": parent.started.seed + number,
                }
            )
            begin(store, started, listener, child)
        done = await drive(
            store, child, model, home, listener, attempts=False, warmth=ATTEMPT_WARMTH
        )
        catch_up(model, parent)
        return attempt_of(done.state, workspace)

    return attempt


def attempt_of(state: State, workspace: Path) -> Attempt:
    files = Workspace(workspace)
    changed: dict[str, bytes] = {}
    for path, sha in state.ledger.artefacts.items():
        if sha:
            try:
                changed[path] = files.read(path)
            except ToolFailed:
                continue
    spent = state.spent
    return Attempt(
        answer=state.finish.summary
        if state.finish
        else (state.ended.answer if state.ended else ""),
        files=changed,
        usage=Usage(
            spent.input,
            spent.output,
            spent.cached,
            None if spent.unknown_cost else spent.cost_usd,
        ),
    )
