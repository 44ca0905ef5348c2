"""`selfstarter attach RUN`."""

import sys
from pathlib import Path

import click

from selfstarter.cli import options
from selfstarter.words import _


@click.command()
@click.argument("run", default="@last")
@click.option(
    "--from", "first", type=click.IntRange(min=1), default=1, metavar="SEQ", help="Its first event."
)
@click.option("--plain", is_flag=True, help="A line an event, no live view.")
@click.option("--jsonl", is_flag=True, help="Every event as a JSON line on stdout.")
@options.journal
def command(run: str, first: int, plain: bool, jsonl: bool, home: Path | None) -> None:
    """Watch RUN (an id, the beginning of one, or @last) until it ends, wherever it is pursued.

    Ctrl-C ends the watching; the run goes on. Exit codes are those of `run`.
    """
    import asyncio
    from contextlib import closing

    from selfstarter.cli.exits import BY_ENDING, INTERRUPTED, plainly
    from selfstarter.cli.live import screen
    from selfstarter.core.events import RunEnded
    from selfstarter.settings import load
    from selfstarter.viewing import Window

    async def watched() -> int:
        with closing(Window(load(options.place(home)))) as window:
            run_id = window.find(run)
            if not (window.state(run_id).ended or window.is_driven(run_id)):
                click.echo(_("Nobody pursues it now; it is shown when somebody does."), err=True)
            with screen(plain or first > 1, jsonl) as shown:
                async for _cursor, records in window.follow({run_id: first - 1}):
                    for recorded in records:
                        shown.tell(run_id, recorded)
                    last = records[-1] if records else None
                    if not (last and isinstance(last.event, RunEnded)):
                        continue
                    if not window.events(run_id, last.seq, 1):  # else it had gone on
                        return BY_ENDING[last.event.ending]
        raise AssertionError("a run is followed for ever")

    with plainly():
        try:
            code = asyncio.run(watched())
        except KeyboardInterrupt:
            code = INTERRUPTED
    sys.exit(code)
