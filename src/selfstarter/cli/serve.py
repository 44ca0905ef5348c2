"""`selfstarter serve`."""

from pathlib import Path

import click

from selfstarter.cli import options


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8787, show_default=True, type=click.IntRange(0, 65_535))
@click.option("--name", multiple=True, help="Name that it is reached under, if not this machine's.")
@click.option("--no-schedules", is_flag=True, help="Leave what is due to workers.")
@options.journal
def command(
    host: str, port: int, name: tuple[str, ...], no_schedules: bool, home: Path | None
) -> None:
    """Serve the web page and the HTTP API until Ctrl-C, and fire what schedules want.

    It prints the address to open, with the token that every request needs. Runs that are at work
    when it ends go on with `selfstarter resume`.
    """
    serve(host, port, name, home, opens=False, fires=not no_schedules)


def serve(
    host: str,
    port: int,
    names: tuple[str, ...],
    home: Path | None,
    *,
    opens: bool,
    fires: bool = True,
) -> None:
    from contextlib import suppress

    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import guard_log
    from selfstarter.server.running import run
    from selfstarter.settings import load

    guard_log()
    with plainly(), suppress(KeyboardInterrupt):  # the way to end it
        run(load(options.place(home)), host, port, names, click.echo, opens=opens, fires=fires)
