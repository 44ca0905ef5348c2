"""What the commands of this room share: how trouble ends them, and where a table goes."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from selfstarter.core.errors import BadSetting, Trouble
from selfstarter.evals.solving import put


@contextmanager
def plainly() -> Generator[None]:
    """A trouble becomes one message and an exit: 7 configuration, 75 the model is out of reach."""
    try:
        yield
    except Trouble as trouble:
        print(f"selfstarter.evals: {trouble}", file=sys.stderr)
        sys.exit(7 if isinstance(trouble, BadSetting) else 75)


def give(table: str, out: Path | None) -> None:
    """To the file `out`, else to stdout."""
    if out:
        put(out, table)
    else:
        print(table)
