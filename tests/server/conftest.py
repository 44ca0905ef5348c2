"""A server for each test, and one for all that begin nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from server_parts import MEASURED, Server


@pytest.fixture
def server(home: Path, tmp_path: Path) -> Iterator[Server]:
    started = Server(home, tmp_path)
    yield started
    started.end()


@pytest.fixture(scope="session")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("idle")
    started = Server(folder / "home", folder)
    yield started
    started.end()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, value in MEASURED.items():
        terminalreporter.write_line(f"{name}: {value:,}")
