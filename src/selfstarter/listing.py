"""The list of runs, and nothing else: it is asked for so often that it must come at once."""

from collections.abc import Sequence
from contextlib import closing

from selfstarter.journal.open import open_store
from selfstarter.journal.store import RunRow
from selfstarter.settings import Settings


def runs(settings: Settings, limit: int) -> Sequence[tuple[RunRow, str]]:
    """The newest first, and how each stands. Raises BadSetting: the journal cannot be used."""
    with closing(open_store(settings.home, settings.database)) as store:
        return [
            (row, row.standing(not row.ending and store.is_driven(row.run_id)))
            for row in store.runs(limit)
        ]
