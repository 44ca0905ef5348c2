import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from memory_parts import EmbeddingServer

from selfstarter.memory.open import open_memory
from selfstarter.memory.store import MemoryStore


@pytest.fixture
def memory(home: Path, url: str) -> Iterator[MemoryStore]:
    """In each database that it may lie in: all of them pass the one suite."""
    made = open_memory(home, url)
    yield made
    asyncio.run(made.close())


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    made = EmbeddingServer()
    yield made
    made.close()
