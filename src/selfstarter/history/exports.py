"""A run in one of four formats to look at; whole and exact, see `bundle`."""

from typing import Literal

from selfstarter.history.page import page
from selfstarter.history.past import past_in
from selfstarter.history.pdf import printed
from selfstarter.history.record import record
from selfstarter.keys import redactor
from selfstarter.report import report
from selfstarter.settings import Settings

Format = Literal["html", "md", "json", "pdf"]
MEDIA: dict[Format, str] = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
}


def exported(name: str, format: Format, settings: Settings) -> bytes:
    """No key that this machine knows is in it. Raises NoSuchRun; BadSetting: as `printed`."""
    match format:
        case "html":
            return page(name, settings).encode()
        case "pdf":
            return printed(page(name, settings))
        case "json":
            return record(name, settings).model_dump_json(indent=1).encode() + b"\n"
        case "md":
            past = past_in(settings, name)
            return redactor()(report(past.run_id, past.state)).encode()
