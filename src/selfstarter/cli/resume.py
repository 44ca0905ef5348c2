"""`selfstarter resume RUN`."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfstarter.cli import options

if TYPE_CHECKING:
    from selfstarter.core.events import OnLimit


@click.command()
@click.argument("run")
@options.model
@options.limits
@options.on_limit
@options.permissions
@options.hosts
@options.output
@options.journal
def command(
    run: str,
    model: str | None,
    max_steps: int | None,
    max_tokens: int | None,
    max_cost: float | None,
    max_time: str | None,
    on_limit: "OnLimit | None",
    mode: str | None,
    allow: tuple[str, ...],
    deny: tuple[str, ...],
    public_files: bool | None,
    hosts: tuple[str, ...],
    as_json: bool,
    jsonl: bool,
    plain: bool,
    home: Path | None,
) -> None:
    """Go on with RUN (an id, the beginning of one, or @last) where its journal ends.

    Limits count from the start of the run: give more to go on after a budget was reached. Rules are
    added to those that the run has. A --host is not kept with a run: name it again.
    """
    more = options.amounts(max_steps, max_tokens, max_cost, max_time)

    from selfstarter.app import resume
    from selfstarter.cli.drive import drive
    from selfstarter.cli.exits import plainly
    from selfstarter.cli.review import reviewed
    from selfstarter.settings import load

    with plainly():
        settings = load({**options.place(home), "hosts": hosts or None})
        asks = options.somebody() and not (as_json or jsonl)
        driven = partial(
            drive, settings=settings, plain=plain, as_json=as_json, jsonl=jsonl, asks=asks
        )

        code = driven(
            lambda tell: resume(
                run,
                settings,
                model_name=model or "",
                more=more,
                on_limit=on_limit,
                permit=lambda given: given.with_more(mode, allow, deny, public_files),
                listener=tell,
            ),
            name=run,
        )

        def go_on(run: str) -> int:  # limits that are given again would undo what was answered
            return driven(
                lambda tell: resume(run, settings, model_name=model or "", listener=tell), name=run
            )

        code = reviewed(code, run, settings, go_on, asks=asks)
    sys.exit(code)
