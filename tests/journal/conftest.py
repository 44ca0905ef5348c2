"""The same suite for every database that a journal may lie in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from selfstarter.journal.open import open_store
from selfstarter.journal.store import Store


@pytest.fixture
def store(home: Path, url: str) -> Iterator[Store]:
    made = open_store(home, url)
    yield made
    made.close()
