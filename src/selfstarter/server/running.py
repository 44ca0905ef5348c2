"""Listen, say where, serve until a signal."""

import socket
import webbrowser
from collections.abc import Callable, Sequence
from ipaddress import ip_address

import uvicorn

from selfstarter.core.errors import BadSetting
from selfstarter.server.access import LOOPBACK
from selfstarter.server.application import application
from selfstarter.settings import Settings

GRACE_S = 3
"""Streams never end by themselves."""


def run(
    settings: Settings,
    host: str,
    port: int,
    names: Sequence[str],
    say: Callable[[str], None],
    *,
    opens: bool,
    fires: bool = True,
) -> None:
    """Serve until Ctrl-C or SIGTERM; port 0: any that is free. Raises BadSetting."""
    app = application(settings, (*names, *named(host)), fires=fires)
    listener = listening(host, port)
    found = listener.getsockname()[1]
    shown = names[0] if names else "127.0.0.1" if host in ("0.0.0.0", "::") else host
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{found}/#t={app.state.token}"
    say(f"Open {address}")
    if shown not in LOOPBACK:
        say("Whoever has this address can work with your files. The connection is not encrypted.")
    if opens and not webbrowser.open(address):
        say("No browser could be opened here: open the address above in one.")
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    uvicorn.Server(config).run(sockets=[listener])


def named(host: str) -> Sequence[str]:
    """An address is a name too, but for one that stands for all of them."""
    try:
        address = ip_address(host)
    except ValueError:
        return (host,)
    if address.is_unspecified:
        return ()
    return (f"[{host}]" if address.version == 6 else host,)


def listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise BadSetting(
            "Nothing can listen at {host}:{port}: {why}. Take another port:"
            " --port 0 takes any that is free.",
            host=host,
            port=port,
            why=error.strerror or error,
        ) from error
    return listener
