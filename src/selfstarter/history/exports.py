"""A run as text of one of three formats; as a file of its own, see `bundle`."""

from contextlib import closing
from typing import Literal

from selfstarter.history.page import page
from selfstarter.history.past import past_of
from selfstarter.history.record import record
from selfstarter.keys import redactor
from selfstarter.report import report
from selfstarter.runs import store_in
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
            with closing(store_in(settings)) as store:
                past = past_of(store, name)
            return redactor()(report(past.run_id, past.state))
