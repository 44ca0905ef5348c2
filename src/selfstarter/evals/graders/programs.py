"""Does a program do what it should? Run in the sandbox: a model wrote it."""

import asyncio
import tempfile
from pathlib import Path

from selfstarter.app import run_program
from selfstarter.core.errors import NoSandbox
from selfstarter.evals.task import Grader

CHECK_TIMEOUT_S = 60.0
CHECKED = "every check held"


def program_holds(script: str) -> Grader:
    """A hidden Python script, run beside a copy of the workspace in the sandbox, ends well.

    It sees the workspace's files in its folder and may import them.
    """

    def grader(workspace: Path, answer: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            for path in sorted(workspace.rglob("*.py")):
                if path.is_symlink():
                    continue  # it may lead out of the workspace
                copy = Path(folder) / path.relative_to(workspace)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
            (Path(folder) / "hidden_check.py").write_text(f"{script}\nprint({CHECKED!r})\n")
            try:
                ran = asyncio.run(
                    run_program(Path(folder), ["python3", "hidden_check.py"], CHECK_TIMEOUT_S)
                )
            except NoSandbox as refused:
                return f"cannot be graded on this machine: {refused}"
        lines = ran.output.strip().splitlines() or [""]
        held = ran.status == 0 and lines[-1] == CHECKED
        return "" if held else f"exit status {ran.status}: {lines[-1][:200]}"

    return grader
