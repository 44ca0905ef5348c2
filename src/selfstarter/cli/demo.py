"""`selfstarter demo`: the README's main job, on material that comes with the package."""

import sys
from pathlib import Path

import click

from selfstarter.cli import options

NAME = "competitive-analysis"


@click.command()
@options.model
@options.output
@options.journal
def command(model: str | None, as_json: bool, jsonl: bool, plain: bool, home: Path | None) -> None:
    """Write a competitive analysis of four vendors from their pages, price lists and reviews.

    Real work by a real model on this machine; no key. The first run fetches the model (1.1 GB).
    """
    import time

    from selfstarter.app import example, pursue
    from selfstarter.cli.drive import drive
    from selfstarter.cli.exits import plainly
    from selfstarter.settings import load

    began = time.monotonic()
    with plainly():
        settings = load({"model": model, **options.place(home)})
        goal, workspace = example(NAME, settings)
        print(f"{goal}\n\nWorkspace: {workspace}\n", file=sys.stderr)
        code = drive(
            lambda tell: pursue(goal, workspace, settings, listener=tell),
            settings,
            plain=plain,
            as_json=as_json,
            jsonl=jsonl,
        )
    print(f"{workspace / 'report.md'}  ({time.monotonic() - began:.0f} s)", file=sys.stderr)
    sys.exit(code)
