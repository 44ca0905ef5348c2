"""Where programs run: a bubblewrap sandbox, or nowhere."""

from collections.abc import Sequence
from pathlib import Path

from selfstarter.core.ports import Sandbox
from selfstarter.sandbox.bubblewrap import Bubblewrap, Grants
from selfstarter.sandbox.inside import found_inside
from selfstarter.sandbox.probe import probe
from selfstarter.sandbox.refused import RefusedSandbox


def sandbox_for(workspace: Path, scratch: Path, reads: Sequence[Path] = ()) -> Sandbox:
    """The sandbox of this machine for one workspace; one that refuses where there is none.

    `scratch`: a folder of ours for adapters that need one; bubblewrap needs none. `reads`: folders
    that programs may see besides.
    """
    del scratch
    found = probe(workspace)
    if found.bwrap is None:
        return RefusedSandbox(found.said)
    grants = Grants(read=tuple(map(str, reads)))
    return Bubblewrap(workspace, found.bwrap, grants=grants, keep_ready=True)


def what_is_in(sandbox: Sandbox) -> str:
    """As a model reads it; empty: no program runs there."""
    return "" if isinstance(sandbox, RefusedSandbox) else found_inside()
