"""Commands in this process: for tests that need no signal and no terminal."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from selfstarter.cli import cli

Shell = Callable[..., Result]


def shell(*args: str | Path, code: int = 0, stdin: str = "", **env: str) -> Result:
    """Runs a command to its end and looks at its exit code; a bug keeps its traceback."""
    ran = CliRunner().invoke(cli, [str(arg) for arg in args], input=stdin, env=env or None)
    if ran.exception and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    assert ran.exit_code == code, ran.output
    return ran


def objects(ran: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ran.stdout.splitlines()]
