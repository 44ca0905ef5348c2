"""Many runs at once: `python -m bench.scale`. The model is scripted and takes 1 s for each reply.

First: the same work for 1, 2, 4, 8 worker processes, each with CONCURRENCY runs at once, on
DB=sqlite or postgres; efficiency is the time that the replies alone would take over the time it
took. Then: AT_ONCE runs in one process: memory of a run, the slowest over the median (1: fair), and
the loop's own time for a step, from a reply to the next request: CPU of a run alone, and wall time
in the crowd, where each waits for the others.
Last line: `scale workers=1,2,4,8 efficiency=N.NN,… at_once=N mb_per_run=N.NN slowest=N.NN
own_cpu_p95_ms=N.N own_wall_p95_ms=N.N`.
"""

import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from selfstarter.app import pursue
from selfstarter.core.events import RunEnded, RunResumed
from selfstarter.core.ports import Model, Reply, Request
from selfstarter.evals.postgres import Server
from selfstarter.models.scripted import load_script
from selfstarter.runs import store_in
from selfstarter.settings import Settings
from selfstarter.working import enqueue, submit, workers

STEPS = 6
"""Calls of a run; two replies more are its draft and its plan."""
GOAL = "Write the files"


def script(path: Path, latency_s: float) -> str:
    names = [f"{n}.txt" for n in range(STEPS - 1)]
    sketch = {"outcome": "They are there.", "files": names, "assumptions": [], "document": False}
    calls = [{"tool": "write_file", "args": {"path": n, "content": n * 50}} for n in names]
    replies = [
        {"for": "draft", "json": sketch},
        {"for": "plan", "json": {"tasks": [{"title": "Write them"}]}},
        *({"call": call} for call in calls),
        {"call": {"tool": "finish", "args": {"summary": "They are written."}}},
    ]
    path.write_text(json.dumps([reply | {"after_s": latency_s} for reply in replies]))
    return f"scripted:{path}"


# ── worker processes ─────────────────────────────────────────────────────────────────────────


def efficiency(count: int, concurrency: int, rounds: int, latency_s: float, url: str) -> float:
    """Of so many workers, each of which has `rounds` runs for each place."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        model = script(folder / "script.json", latency_s)
        settings = Settings(home=folder / "home", database=url, model=model, memory="off")
        argv = [sys.executable, "-P", "-m", "selfstarter", "worker", "--home", str(settings.home),
                "--concurrency", str(concurrency)]  # fmt: skip
        env = {k: v for k, v in os.environ.items() if not k.startswith("SELFSTARTER_")}
        env |= {"SELFSTARTER_DATABASE": url, "SELFSTARTER_MEMORY": "off", "XDG_CONFIG_HOME": name}
        for _ in range(count):
            working = subprocess.Popen(argv, env=env, stderr=subprocess.DEVNULL)
            stack.callback(working.wait)
            stack.callback(working.kill)
        runs = [begun(settings, folder / str(n)) for n in range(count * concurrency * rounds)]
        while len(workers(settings)) < count:
            time.sleep(0.1)
        for run_id in runs:
            enqueue(run_id, settings)
        took = took_s(settings, runs)
    return rounds * (STEPS + 2) * latency_s / took


def begun(settings: Settings, workspace: Path) -> str:
    """Not queued yet: nobody is to begin before all workers are there."""
    workspace.mkdir()
    return asyncio.run(submit(GOAL, workspace, settings, due=time.time() + 86_400))


def took_s(settings: Settings, runs: Sequence[str]) -> float:
    """From the first that goes on to the last that has ended."""
    with closing(store_in(settings)) as store:
        left = set(runs)
        while left:
            time.sleep(0.2)
            left = {row.run_id for row in store.runs(len(runs)) if not row.ending}
        events = [each for run_id in runs for each in store.read(run_id)]
    began = min(each.at for each in events if isinstance(each.event, RunResumed))
    done = [each for each in events if isinstance(each.event, RunEnded)]
    assert all(each.event.ending == "done" for each in done if isinstance(each.event, RunEnded))
    return max(each.at for each in done) - began


# ── one process ──────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Own:
    """The loop's own time between a reply and the next request."""

    wall_ms: list[float] = field(default_factory=list[float])
    cpu_ms: list[float] = field(default_factory=list[float])


class Watched:
    """Port `Model`: another one, with a watch beside it."""

    def __init__(self, model: Model, own: Own) -> None:
        self.model = model
        self.own = own
        self.facts = model.facts
        self._since: tuple[float, float] | None = None

    async def complete(self, request: Request) -> Reply:
        if self._since:
            self.own.wall_ms.append((time.perf_counter() - self._since[0]) * 1e3)
            self.own.cpu_ms.append((time.process_time() - self._since[1]) * 1e3)
        reply = await self.model.complete(request)
        self._since = time.perf_counter(), time.process_time()
        return reply

    def count(self, text: str) -> int:
        return self.model.count(text)

    async def close(self) -> None:
        await self.model.close()


@dataclass(frozen=True, slots=True)
class Crowd:
    own: Own
    took_s: Sequence[float]
    """Of each run."""
    mb_per_run: float


def crowd(at_once: int, latency_s: float) -> Crowd:
    own = Own()
    took: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = script(folder / "script.json", latency_s)
        settings = Settings(home=folder / "home", model=model, memory="off")

        async def one(number: int) -> None:
            workspace = folder / str(number)
            workspace.mkdir()
            watched: Any = Watched(load_script(folder / "script.json", model), own)
            began = time.perf_counter()
            outcome = await pursue(GOAL, workspace, settings, model=watched)
            assert outcome.ending == "done", outcome.report
            took.append(time.perf_counter() - began)

        async def all_of_them() -> float:
            most = 0.0
            await one(-1)  # everything is imported, and the journal is there
            own.wall_ms.clear()
            own.cpu_ms.clear()
            took.clear()
            gc.collect()
            before = resident_mb()
            going = asyncio.gather(*(one(number) for number in range(at_once)))
            while not going.done():
                await asyncio.sleep(0.25)
                most = max(most, resident_mb())
            await going
            return (most - before) / at_once

        mb_per_run = asyncio.run(all_of_them())
    return Crowd(own, took, mb_per_run)


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]


def main(
    counts: Sequence[int], concurrency: int, rounds: int, at_once: int, latency_s: float, db: str
) -> int:
    reached: list[float] = []
    with ExitStack() as stack:
        server = stack.enter_context(Server()) if db == "postgres" else None
        for count in counts:
            url = server.database() if server else ""
            reached.append(efficiency(count, concurrency, rounds, latency_s, url))
            print(
                f"{count} workers with {concurrency} runs each, on {db}: efficiency"
                f" {reached[-1]:.2f}; load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
    alone = crowd(1, min(latency_s, 0.05))
    many = crowd(at_once, latency_s)
    slowest = max(many.took_s) / median(many.took_s)
    print(
        f"{at_once} runs in one process: {median(many.took_s):.1f} s a run where the replies take"
        f" {(STEPS + 2) * latency_s:.1f} s; load {os.getloadavg()[0]:.1f}"
    )
    print(
        f"scale workers={','.join(map(str, counts))}"
        f" efficiency={','.join(f'{one:.2f}' for one in reached)} at_once={at_once}"
        f" mb_per_run={many.mb_per_run:.2f} slowest={slowest:.2f}"
        f" own_cpu_p95_ms={p95(alone.own.cpu_ms):.1f} own_wall_p95_ms={p95(many.own.wall_ms):.1f}"
    )
    return 0


if __name__ == "__main__":
    given = os.environ.get
    sys.exit(
        main(
            [int(word) for word in given("WORKERS", "1 2 4 8").split()],
            int(given("CONCURRENCY", "2")),
            int(given("ROUNDS", "2")),
            int(given("AT_ONCE", "200")),
            float(given("LATENCY_S", "1")),
            given("DB", "sqlite"),
        )
    )
