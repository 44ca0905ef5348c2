"""What leaves through the terminal: no key in it, and nothing that drives the terminal."""

import json
import logging
import os
import sys
import traceback
from contextlib import suppress
from types import TracebackType
from typing import Any
from unicodedata import east_asian_width

from selfstarter.core.cleaning import clean, in_json
from selfstarter.core.errors import Trouble, anchor, kind_of
from selfstarter.keys import redactor
from selfstarter.settings import PREFIX, crash_file, load
from selfstarter.words import _, in_words

WIDTH = 110


def short(text: str, width: int = WIDTH) -> str:
    """One line of printable characters: what a page or a model wrote cannot drive the terminal."""
    flat = clean(" ".join(text.split()), one_line=True)
    return flat if len(flat) <= width else flat[: width - 1] + "…"


def padded(text: str, width: int) -> str:
    """With blanks to so many columns of a terminal; a Chinese character takes two."""
    return text + " " * (width - sum(1 + (east_asian_width(one) in "WF") for one in text))


def printable(text: str) -> str:
    return clean(redactor()(text))


def as_line(value: Any) -> str:
    """A value as one line of JSON."""
    return in_json(json.dumps(value, ensure_ascii=False))


class Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))

    def formatException(self, ei: Any) -> str:
        whole = super().formatException(ei)
        return whole if debugging() else whole.rpartition("\n")[2]


def guard_log() -> None:
    """Warnings and errors of ours and of libraries go to stderr; as logging's last resort does."""
    root = logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setLevel(logging.WARNING)
        handler.setFormatter(Formatter())
        root.addHandler(handler)


def debugging() -> bool:
    try:
        return load().debug
    except Trouble:  # the settings themselves are what is wrong
        return bool(os.environ.get(f"{PREFIX}DEBUG"))


def told(error: BaseException) -> str:
    """What happened, its code, how to mend it, where more is said; with `--debug` where in the
    program, too."""
    kind = kind_of(error)
    ours = isinstance(error, Trouble)
    said = in_words(error.said) if ours else f"{type(error).__name__}: {error}"
    way_on = _("{code}  {fix} See {page}")
    lines = [f"selfstarter: {printable(said)}"]
    lines.append(way_on.format(code=kind.code, fix=_(kind.fix), page=anchor(kind)))
    return "\n".join([traced(error), *lines] if debugging() else lines)


def traced(error: BaseException) -> str:
    """A traceback may quote a key."""
    return printable("".join(traceback.format_exception(error))).rstrip()


def crashed(kind: type[BaseException], bug: BaseException, at: TracebackType | None) -> None:
    """`sys.excepthook`. The traceback is kept for `report-bug`."""
    with suppress(OSError):
        crash_file().touch(0o600)
        crash_file().write_text(traced(bug) + "\n", "utf-8")
    print(told(bug), file=sys.stderr)
