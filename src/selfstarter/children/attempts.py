"""Independent attempts: the same goal again, in a fresh copy of the workspace."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from selfstarter.children.family import Family, Kin
from selfstarter.core.contract import Contract, Reproduced, ToolCalled
from selfstarter.core.errors import ToolFailed
from selfstarter.core.events import Limits
from selfstarter.core.hands import Attempt
from selfstarter.core.state import State
from selfstarter.runs import begin, catch_up, run_folder
from selfstarter.tools.workspace import Workspace

COPY_FILES, COPY_BYTES = 2_000, 50 << 20
"""Largest workspace that is copied at the start, for independent attempts."""
WARMTH = 0.4


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


def attempter(family: Family) -> Callable[[Contract, int, Limits], Awaitable[Attempt]]:
    """Each attempt has its own journal, a fresh copy, a reserved part of the budget."""

    async def attempt(contract: Contract, number: int, limits: Limits) -> Attempt:
        parent, started = family.parent()
        child = f"{family.run_id}.a{number}"
        folder = run_folder(family.home, child)
        workspace = folder / "workspace"
        if not workspace.exists():
            half = folder / "workspace.half"
            shutil.rmtree(half, ignore_errors=True)
            shutil.copytree(run_folder(family.home, family.run_id) / "start", half, symlinks=True)
            half.rename(workspace)
        if not list(family.store.read(child)):
            not_its = (Reproduced, ToolCalled)
            own = tuple(c for c in contract.criteria if not isinstance(c.check, not_its))
            again = started.model_copy(
                update={
                    "workspace": str(workspace),
                    "limits": limits,
                    "contract": contract.model_copy(update={"criteria": own}),
                    "attended": False,
                    "permissions": parent.permissions,
                    "on_limit": "stop",
                    "review": False,
                    "seed": started.seed + number,
                    "attempt": number,
                }
            )
            begin(family.store, again, family.listener, child)
        done = await family.drive(child, family.model, None, Kin(warmth=WARMTH))
        catch_up(family.model, parent)
        return attempt_of(done, workspace)

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
    ended = state.ended.answer if state.ended and not state.ended.refused else ""
    return Attempt(
        answer=state.finish.summary if state.finish else ended,
        files=changed,
        spent=state.spent,
    )
