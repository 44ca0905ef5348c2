"""What every test stands on: a fresh folder to work in, and no way out to the network."""

import fcntl
import ipaddress
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from selfstarter.evals.postgres import NoPostgres, Server


class NetworkIsOff(BaseException):
    """No test needs the network; not an `Exception`, so that nothing takes it for bad luck."""


def network_is_off(event: str, args: tuple[Any, ...]) -> None:
    match event, args:
        case "socket.connect" | "socket.sendto", (_, (host, *_)):
            wanted = host
        case "socket.getaddrinfo", (host, *_):
            wanted = host
        case _:
            return  # no address, or a unix socket's path
    if not is_this_machine(wanted):
        raise NetworkIsOff(f"{event} {wanted}")


def is_this_machine(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


sys.addaudithook(network_is_off)
os.environ["LANGUAGE"] = "en"  # whatever the person's own is
# A machine that tests may be busy: how long an example takes says nothing of the code.
hypothesis.settings.register_profile(
    "busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the journal and the reports lie; not made yet, as on a fresh machine."""
    return tmp_path / "home"


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, for the journals of tests that write thousands of events."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., str]:
    """Writes a script of replies and gives the name of the model that says them."""

    def written(*replies: Mapping[str, Any], **options: Any) -> str:
        path = tmp_path / f"script-{len(list(tmp_path.glob('script-*')))}.json"
        path.write_text(json.dumps({**options, "replies": replies}))
        return f"scripted:{path}"

    return written


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server for all tests, made when the first one asks for it."""
    try:
        server = Server(durable=False)
    except NoPostgres as trouble:
        pytest.skip(f"no Postgres: {trouble}")
    with server:
        yield server


@pytest.fixture
def database(postgres: Server) -> str:
    """The URL of a new database."""
    return postgres.database()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Of each database that a journal may lie in; empty: the file in `home`."""
    return "" if request.param == "sqlite" else request.getfixturevalue("database")


@pytest.fixture(scope="module")
def local_model_alone() -> Iterator[None]:
    """One model at a time: test files run side by side, and two would share the cores."""
    with (Path(tempfile.gettempdir()) / f"selfstarter-tests-{os.getuid()}").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
