"""One real sandbox per test, on every bubblewrap that this machine has."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sandbox_parts import Box

from selfstarter.sandbox.probe import candidates, probe


@pytest.fixture(params=candidates() or [""])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    found = probe()
    if found.bwrap is None:
        pytest.skip(found.why)
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    made = Box(workspace, request.param)
    yield made
    made.close()


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the workspace, with a file that nobody else may read."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text(SECRET)
    (folder / "secret").chmod(0o600)
    return folder


SECRET = "canary-5c1f0e"
