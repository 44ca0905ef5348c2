"""`selfstarter worker`."""

from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _


@click.command()
@click.option(
    "--concurrency", type=click.IntRange(min=1), default=2, show_default=True, help="Runs at once."
)
@click.option(
    "--grace",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="Seconds that steps under way are given to end after SIGTERM.",
)
@options.journal
def command(concurrency: int, grace: float, home: Path | None) -> None:
    """Pursue what is queued, until SIGTERM or Ctrl-C; on as many machines as you like.

    Then nothing new is taken, each run pauses after its step, and the next worker goes on with it;
    a second signal does not wait. Killed, a worker loses nothing either. Exit 0: stopped.
    """
    import asyncio
    import signal
    from contextlib import suppress

    from selfstarter.cli.exits import plainly
    from selfstarter.cli.guard import guard_log, printable
    from selfstarter.settings import load
    from selfstarter.working import Worker

    def tell(run_id: str, what: str) -> None:
        click.echo(printable(f"{run_id}  {what}"), err=True)

    async def work() -> None:
        worker = Worker(load(options.place(home)), tell)
        working = asyncio.ensure_future(worker.work(concurrency))
        loop = asyncio.get_running_loop()

        def asked() -> None:
            if worker.stopping.is_set():
                working.cancel()
                return
            worker.stop()
            loop.call_later(grace, working.cancel)

        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, asked)
        click.echo(_("Ready."), err=True)
        with suppress(asyncio.CancelledError):
            await working

    guard_log()
    with plainly():
        asyncio.run(work())
