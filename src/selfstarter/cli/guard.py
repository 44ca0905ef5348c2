"""What leaves through the terminal: no key in it, and nothing that drives the terminal."""

import json
import logging
import sys
import traceback
from types import TracebackType
from typing import Any

from selfstarter.core.cleaning import clean, in_json
from selfstarter.keys import redactor

WIDTH = 110


def short(text: str, width: int = WIDTH) -> str:
    """One line of printable characters: what a page or a model wrote cannot drive the terminal."""
    flat = clean(" ".join(text.split()), one_line=True)
    return flat if len(flat) <= width else flat[: width - 1] + "…"


def printable(text: str) -> str:
    return clean(redactor()(text))


def as_line(value: Any) -> str:
    """A value as one line of JSON."""
    return in_json(json.dumps(value, ensure_ascii=False))


class Formatter(logging.Formatter):
    """Whole records, tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


def guard_log() -> None:
    """Warnings and errors of ours and of libraries go to stderr; as logging's last resort does."""
    root = logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setLevel(logging.WARNING)
        handler.setFormatter(Formatter())
        root.addHandler(handler)


def crashed(kind: type[BaseException], bug: BaseException, at: TracebackType | None) -> None:
    """`sys.excepthook`: a traceback may quote a key."""
    print(printable("".join(traceback.format_exception(kind, bug, at))), file=sys.stderr, end="")
