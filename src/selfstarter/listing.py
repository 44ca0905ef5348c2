"""The list of runs, and nothing else: it is asked for so often that it must come at once."""

from collections.abc import Sequence
from contextlib import closing

from selfstarter.journal.open import open_store
from selfstarter.journal.store import RunRow
from selfstarter.settings import Settings


def runs(settings: Settings, limit: int) -> Sequence[RunRow]:
    """The newest first. Raises BadSetting: the journal cannot be used."""
    with closing(open_store(settings.home, settings.database)) as store:
        return store.runs(limit)
