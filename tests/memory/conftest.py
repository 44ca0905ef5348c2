import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from memory_parts import EmbeddingServer

from selfstarter.memory.open import open_memory
from selfstarter.memory.store import MemoryStore

STORES = {"sqlite": open_memory}
"""Each passes the one suite in test_memory_port.py."""


@pytest.fixture(params=STORES)
def memory(home: Path, request: pytest.FixtureRequest) -> Iterator[MemoryStore]:

    made = STORES[request.param](home)
    yield made
    asyncio.run(made.close())


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    made = EmbeddingServer()
    yield made
    made.close()
