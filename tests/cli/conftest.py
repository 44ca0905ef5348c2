"""A person's shell."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from terminal import clean, words


@pytest.fixture
def cli(
    home: Path, workspace: Path, tmp_path: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a command to its end; nothing of the person's own settings reaches it."""

    def ran(*args: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words(*args, "--home", home),
            env=clean(tmp_path),
            cwd=workspace,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return ran
