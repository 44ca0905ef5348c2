"""Exit codes, as documented in `--help`."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from errno import ENOSPC, EPIPE
from typing import Any

import click

from selfstarter.core.errors import (
    BadSetting,
    FilesChanged,
    JournalDown,
    ModelDown,
    NoSuchRun,
    NoSuchSchedule,
    NothingToDo,
    RunBusy,
    SandboxGone,
    Trouble,
    WorkspaceGone,
)
from selfstarter.words import _

BY_ENDING = {
    "done": 0,
    "partly": 3,
    "stuck": 3,
    "failed": 1,
    "out_of_budget": 5,
    "out_of_time": 124,
    "stopped": 130,
}
BY_TROUBLE: dict[type[Trouble], int] = {
    BadSetting: 7,
    NoSuchRun: 2,
    NoSuchSchedule: 2,
    RunBusy: 2,
    NothingToDo: 2,
    FilesChanged: 2,
    ModelDown: 75,
    SandboxGone: 75,
    WorkspaceGone: 75,
    JournalDown: 75,
}
INTERRUPTED = 130
WAITING = 4
UNREAD = 141
"""As a program that SIGPIPE has ended (128 + 13)."""
UNWRITTEN = 75


def unheard(error: OSError) -> int:
    """The exit code where stdout takes no more; what is still printed goes nowhere
    (docs.python.org/3/library/signal.html, note on SIGPIPE). Any other error travels up."""
    if error.errno not in (EPIPE, ENOSPC):
        raise error
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno == EPIPE:
        return UNREAD
    why = _("The output cannot be written: {why}. `selfstarter show` prints a run's report again.")
    print(why.format(why=error.strerror), file=sys.stderr)
    return UNWRITTEN


def code_of(trouble: Trouble) -> int:
    return next((code for kind, code in BY_TROUBLE.items() if isinstance(trouble, kind)), 1)


def failure(trouble: Trouble) -> dict[str, Any]:
    """What `--json` says of it."""
    from selfstarter.cli.guard import printable

    return {
        "status": "failed",
        "exit_code": code_of(trouble),
        "error": printable(str(trouble)),
        "error_code": trouble.code,
        "fix": trouble.fix,
    }


@contextmanager
def plainly() -> Generator[None]:
    """A trouble becomes a message and its exit code, and with `--json` an object on stdout; a bug
    travels up."""
    try:
        yield
    except Trouble as trouble:
        from selfstarter.cli.guard import as_line, told

        context = click.get_current_context(silent=True)
        if context and context.params.get("as_json"):
            print(as_line(failure(trouble)))
        print(told(trouble), file=sys.stderr)
        raise SystemExit(code_of(trouble)) from None
