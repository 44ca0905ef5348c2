"""Where programs run: a bubblewrap sandbox, or nowhere."""

from pathlib import Path

from selfstarter.core.ports import Sandbox
from selfstarter.sandbox.bubblewrap import Bubblewrap
from selfstarter.sandbox.probe import probe
from selfstarter.sandbox.refused import RefusedSandbox


def sandbox_for(workspace: Path, scratch: Path) -> Sandbox:
    """The sandbox of this machine for one workspace; one that refuses where there is none.

    `scratch`: a folder of ours for adapters that need one; bubblewrap needs none.
    """
    del scratch
    found = probe(workspace)
    if found.bwrap is None:
        return RefusedSandbox(found.why)
    return Bubblewrap(workspace, found.bwrap, keep_ready=True)
