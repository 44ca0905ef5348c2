"""A run as text of one of three formats; as a file of its own, see `bundle`."""

from typing import Literal

from selfstarter.history.page import page
from selfstarter.history.past import past_in
from selfstarter.history.record import record
from selfstarter.keys import redactor
from selfstarter.report import report
from selfstarter.settings import Settings

Format = Literal["html", "md", "json"]
MEDIA: dict[Format, str] = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
}


def exported(name: str, format: Format, settings: Settings) -> str:
    """No key that this machine knows is in it. Raises NoSuchRun."""
    match format:
        case "html":
            return page(name, settings)
        case "json":
            return record(name, settings).model_dump_json(indent=1) + "\n"
        case "md":
            past = past_in(settings, name)
            return redactor()(report(past.run_id, past.state))
