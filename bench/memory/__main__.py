"""`make bench-memory`: evidence recall on LoCoMo, and what a recall costs.

LOCOMO=PATH names the data (locomo10.json; CC BY-NC, not part of this project); without it only
speed is measured. REALTALK=FOLDER (its Chat_*.json) is measured beside it. FULL=1 adds a
memory of a million records (some minutes, 4 GB of memory). STORES=1 measures other stores, or
those that it names, on the same records and vectors (`bench/memory/stores.py`).
The last line is for programs; `-` stands for what was not measured.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.memory import learn, locomo, realtalk, stores
from bench.memory.history import History
from bench.memory.recalled import Scores, Seen, baselines, front_door, mean, reranked, seen, stored
from bench.memory.speed import Speed, measured

SIZES = (1_000, 10_000, 100_000)
FULL = 1_000_000


def main(environ: Mapping[str, str]) -> int:
    recalls: dict[str, Scores] = {}
    beside = others(environ)
    if data := environ.get("LOCOMO"):
        path = Path(data)
        if not path.is_file():
            print(f"LOCOMO={data} is no file: name the path of locomo10.json.", file=sys.stderr)
            return 2
        recalls = recall_of("LoCoMo", locomo.read(path), beside)
    if folder := environ.get("REALTALK"):
        recall_of("REALTALK", realtalk.read(Path(folder)))
    speeds = {size: timed(size) for size in (*SIZES, *([FULL] if environ.get("FULL") else []))}
    for name in beside:
        paced(name)
    print(last_line(recalls, speeds))
    return 0


def others(environ: Mapping[str, str]) -> list[str]:
    wanted = environ.get("STORES", "").replace("1", " ".join(stores.STORES)).split()
    there, missing = stores.ready(wanted)
    for name, why in missing.items():
        print(f"{name} is left out: {why}", file=sys.stderr)
    return there


def paced(name: str) -> None:
    try:
        found = stores.pace(name)
    except ValueError as error:
        say(f"\n{name}: {error}")
        return
    say(
        f"\n{name}, {stores.COUNT:,} records: {found.megabytes:.0f} MB on disk; filled in"
        f" {found.fill_s:.0f} s\n"
        f"  recall, of given vectors    p50 {found.recall[0]:.2f}, p95 {found.recall[1]:.2f} ms\n"
        f"  add one                     p50 {found.add[0]:.2f}, p95 {found.add[1]:.2f} ms"
    )


def recall_of(
    name: str, histories: Sequence[History], beside: Sequence[str] = ()
) -> dict[str, Scores]:
    turns, asked = sum(len(h.records) for h in histories), sum(len(h.questions) for h in histories)
    say(f"{name}: {len(histories)} conversations, {turns} turns, {asked} questions")
    recalls: dict[str, Scores] = {}
    looks: list[list[Seen]] = []
    for history in histories:
        with stored(history) as memory:
            gather(recalls, "zero-shot", front_door(history, memory))
            looks.append(seen(history, memory))
        for usual, scores in baselines(history).items():
            gather(recalls, usual, scores)
        for other in beside:
            try:
                gather(recalls, other, stores.recall_in(other, history))
            except ValueError as error:
                say(f"  {other} could not: {error}")
        say(f"  {history.name} done")
    for left_out, look in enumerate(looks):
        others = [one for i, some in enumerate(looks) if i != left_out for one in some]
        gather(
            recalls,
            "one left out",
            reranked(look, learn.fit(others, learn.NOWHERE, learn.OWN_PULL)),
        )
    table(recalls)
    return recalls


def gather(recalls: dict[str, Scores], name: str, more: Scores) -> None:
    held = recalls.setdefault(name, {})
    for kind, scores in more.items():
        held.setdefault(kind, []).extend(scores)


def table(recalls: Mapping[str, Scores]) -> None:
    kinds = list(next(iter(recalls.values())))
    say(f"\n{'recall@10':14}" + "".join(f"{kind:>13}" for kind in [*kinds, "all"]))
    for name, scores in recalls.items():
        values = [mean({kind: scores[kind]}) for kind in kinds]
        say(f"{name:14}" + "".join(f"{value:13.3f}" for value in [*values, mean(scores)]))


def timed(size: int) -> Speed:
    speed = measured(size)
    say(
        f"\n{size:,} records: {speed.megabytes:.0f} MB on disk; filled in {speed.bulk_s:.0f} s,"
        f" graph in {speed.graph_s:.0f} s; load of the machine {speed.load:.1f}\n"
        f"  recall, embedding included  {speed.recall}\n"
        f"  add one, durable            {speed.add}\n"
        f"  floor: scan of all vectors  {speed.scan}"
    )
    return speed


def last_line(recalls: Mapping[str, Scores], speeds: Mapping[int, Speed]) -> str:
    def recall(name: str) -> str:
        return f"{mean(recalls[name]):.2f}" if name in recalls else "-"

    def p95(size: int) -> str:
        return f"{speeds[size].recall.p95:.0f}" if size in speeds else "-"

    return (
        f"locomo recall10_zeroshot={recall('zero-shot')} recall10_loco={recall('one left out')}"
        f" bm25={recall('bm25')} p95_ms_100k={p95(100_000)} p95_ms_1m={p95(FULL)}"
    )


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(os.environ))
