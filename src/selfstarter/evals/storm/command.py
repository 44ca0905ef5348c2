"""`kill -9`, at random moments, as often as wanted; then look whether anything was lost.

Each run posts letters, one after the other, by a tool that may not be repeated, and keeps a list of
them. Worker processes pursue whatever run is free; one of them is killed, others take over, until
every run has ended. In Postgres they are several, and now and then the server is killed as well.
Real journal, real loop, real files; the model is `Poster`, which knows nothing but its prompt.

Workers are forked from this process, which has imported everything: a thousand starts of Python
would measure Python. `resume` is what a person waits for, so it is taken of whole processes.
"""

import os
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import click

from selfstarter.app import look_up
from selfstarter.core.events import CallReturned, ModelCalled
from selfstarter.evals.postgres import NoPostgres, Server
from selfstarter.evals.storm.letters import LETTERS
from selfstarter.evals.storm.place import Place, size
from selfstarter.evals.storm.weather import Tally, Weather, spread


def storm(
    kills: int, seed: int, db: str = "sqlite", workers: int = 1, keep: Path | None = None
) -> bool:
    """Kill so often, and print what came of it. Returns whether nothing was lost or repeated."""
    tally = Tally(db)
    with ExitStack() as stack:
        base = keep or Path(stack.enter_context(TemporaryDirectory(prefix="selfstarter-")))
        server = stack.enter_context(Server()) if db == "postgres" else None
        url = server.database() if server else ""
        weather = Weather(Random(seed), tally, kills, workers, server)
        while tally.kills < kills:
            # More runs than workers, so that they are not always after the same one.
            batch = [place_at(base, f"{seed:04x}{tally.runs + n:04x}", url)
                     for n in range(workers + (workers > 1))]  # fmt: skip
            tally.runs += len(batch)
            before = tally.kills
            weather.strike(batch)
            for place in batch:
                count(place, tally)
            killed = f"killed {tally.kills - before} times"
            print(f"run {tally.runs}: {killed}", file=sys.stderr, flush=True)
    print(
        f"{tally.runs} runs, pursued by {workers} workers until they ended; {tally.cut_short}"
        f" letters were found half posted and looked after; {tally.missing} missing;"
        f" {tally.restarts} restarts of the server; load {os.getloadavg()[1]:.1f}"
    )
    if tally.resume_s:
        print(spread("resume by a new process", tally.resume_s))
    if tally.taken_over_s:
        print(spread("taken over by another worker", tally.taken_over_s))
    print(tally.last_line())
    return not (tally.lost or tally.repeated or tally.missing)


def place_at(base: Path, run_id: str, url: str) -> Place:
    place = Place(base / run_id, url)
    (place.folder / "workspace").mkdir(parents=True)
    return place


def count(place: Place, tally: Tally) -> None:
    outcome, records = look_up(place.run_id, place.settings)
    seqs = [recorded.seq for recorded in records]
    acknowledged = {int(seq) for seq in (place.folder / "acknowledged").read_text().split()}
    tally.lost += len(acknowledged - set(seqs)) + (seqs != list(range(1, len(seqs) + 1)))
    posted = Counter((place.folder / "outbox").read_text().split())
    tally.repeated += sum(times - 1 for times in posted.values())
    tally.missing += LETTERS - len(posted) + (outcome.ending != "done")
    tally.missing += not outcome.report_path.exists()
    if outcome.ending != "done":
        why = outcome.state.ended.reason if outcome.state.ended else "it has not ended"
        print(f"run {place.run_id} ended as {outcome.ending}: {why}")
    replies = sum(isinstance(recorded.event, ModelCalled) for recorded in records)
    tally.rebilled += size(place.folder / "billed") - replies
    tally.cut_short += sum(
        isinstance(event := recorded.event, CallReturned) and event.cut for recorded in records
    )


@click.command()
@click.option(
    "--kills", envvar="KILLS", type=click.IntRange(min=1), default=1_000, show_default=True
)
@click.option("--db", envvar="DB", type=click.Choice(["sqlite", "postgres"]), default="sqlite")
@click.option(
    "--workers",
    envvar="WORKERS",
    type=click.IntRange(min=1),
    help="Processes at work at the same time. Default: 1, in Postgres 3.",
)
@click.option("--seed", type=int, default=7, help="Of the moments.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep journals and outboxes here.")
def command(kills: int, db: str, workers: int | None, seed: int, keep: Path | None) -> None:
    """`kill -9` at random moments; resume; look whether an event is lost or a letter posted twice.

    Exit 0: nothing is; 1: something is. The last line of stdout is
    `storm db=… kills=N lost=N repeated=N rebilled=N resume_p95_s=N`.
    """
    try:
        whole = storm(kills, seed, db, workers or (3 if db == "postgres" else 1), keep)
    except NoPostgres as trouble:
        print(f"selfstarter.evals: {trouble}", file=sys.stderr)
        sys.exit(7)
    sys.exit(0 if whole else 1)
