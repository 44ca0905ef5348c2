"""Workers are killed, and now and then the server of the database."""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from selfstarter.evals.postgres import Server
from selfstarter.evals.storm.place import Place, acknowledged, forked

MOST_EVENTS, LONGEST_S = 14, 0.01
"""A worker is killed so many events and so much time after the one before, at the most: by the
clock alone a busy machine would kill each before it had done anything."""
WHOLE = 5
"""Resumes that are timed, at the least."""
RESTART_EVERY = 50
"""Kills between two restarts of the database's server."""
STALLED_S = 180.0


@dataclass(slots=True)
class Tally:
    db: str = "sqlite"
    kills: int = 0
    runs: int = 0
    restarts: int = 0
    """Of the database's server."""
    lost: int = 0
    """Events that were acknowledged and are not in the journal."""
    repeated: int = 0
    """Letters that were posted twice."""
    missing: int = 0
    """Letters that were not posted; runs that did not end as done, or left no report; workers that
    broke by themselves."""
    rebilled: int = 0
    """Replies of the model that are in no journal: they are paid for again."""
    cut_short: int = 0
    """Calls that may not be repeated and were found half done."""
    resume_s: list[float] = field(default_factory=list[float])
    """From the start of a process to the first event of the run that it goes on with."""
    taken_over_s: list[float] = field(default_factory=list[float])
    """From the death of a worker to the first event by another one."""

    def last_line(self) -> str:
        return (
            f"storm db={self.db} kills={self.kills} lost={self.lost} repeated={self.repeated}"
            f" rebilled={self.rebilled} resume_p95_s={p95(self.resume_s):.2f}"
        )


def p95(values: Sequence[float]) -> float:
    if len(values) < 2:
        return max(values, default=0.0)
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def spread(what: str, times: Sequence[float]) -> str:
    return (
        f"{what}, of {len(times)}: median {statistics.median(times):.2f} s, p95 {p95(times):.2f} s,"
        f" longest {max(times):.2f} s"
    )


@dataclass(slots=True)
class Weather:
    dice: Random
    tally: Tally
    kills: int
    workers: int
    server: Server | None

    def strike(self, batch: Sequence[Place]) -> None:
        """Returns when every run of the batch has ended."""
        children: list[int] = []
        waiting: dict[Place, tuple[int, float]] = {}
        due, seen, moved = self.next(batch), 0, time.monotonic()
        try:
            while not all(place.ended for place in batch):
                children = self.filled([c for c in children if not self.reaped(c)], batch)
                time.sleep(0.001)
                self.watch(waiting)
                if (now := acknowledged(batch)) != seen:
                    seen, moved = now, time.monotonic()
                if time.monotonic() > moved + STALLED_S:
                    print(f"nothing has happened for {STALLED_S:.0f} s", file=sys.stderr)
                    self.tally.missing += 1
                    return
                if now < due:
                    continue
                time.sleep(self.dice.uniform(0, LONGEST_S))
                if self.server and self.tally.kills >= (self.tally.restarts + 1) * RESTART_EVERY:
                    self.restart()
                elif self.wants_a_resume():
                    for child in children:
                        self.kill(child)
                    children, waiting = [], {}
                    self.time_resume(batch)
                else:
                    victim = children.pop(self.dice.randrange(len(children)))
                    held = self.kill(victim, batch)
                    if held and self.workers > 1:
                        waiting[held] = held.acknowledged(), time.monotonic()
                due = self.next(batch)
        finally:
            for child in children:
                self.end(child)

    def wants_a_resume(self) -> bool:
        """Some are timed as whole processes, out of the Python interpreter's start; evenly spread
        over the kills."""
        timed, wanted = len(self.tally.resume_s), max(WHOLE, self.kills // 25)
        return timed < wanted and timed * self.kills < self.tally.kills * wanted

    def next(self, batch: Sequence[Place]) -> int:
        return acknowledged(batch) + self.dice.randint(1, MOST_EVENTS)

    def filled(self, children: list[int], batch: Sequence[Place]) -> list[int]:
        return [*children, *(forked(batch) for _ in range(self.workers - len(children)))]

    def reaped(self, child: int) -> bool:
        """It has ended by itself."""
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return False
        _, status = os.waitpid(child, 0)
        self.tally.missing += os.waitstatus_to_exitcode(status) != 0
        return True

    def kill(self, child: int, batch: Sequence[Place] = ()) -> Place | None:
        """The run that it was at."""
        killed = self.end(child)
        self.tally.kills += killed
        if not batch or not killed:
            return None
        held = batch[0].folder.parent / f"at-{child}"
        name = held.read_text() if held.exists() else ""
        return next((place for place in batch if place.run_id == name and not place.ended), None)

    def end(self, child: int) -> bool:
        """Whether it was still at work."""
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status)

    def watch(self, waiting: dict[Place, tuple[int, float]]) -> None:
        for place, (before, since) in list(waiting.items()):
            if place.acknowledged() > before:
                self.tally.taken_over_s.append(time.monotonic() - since)
                del waiting[place]

    def restart(self) -> None:
        assert self.server is not None
        self.server.stop(self.dice.choice([signal.SIGINT, signal.SIGKILL]))
        self.server.start()
        self.tally.restarts += 1

    def time_resume(self, batch: Sequence[Place]) -> None:
        """Nobody is at work meanwhile; then it is killed."""
        begun = [place for place in batch if place.acknowledged() and not place.ended]
        if not begun:
            return
        place = self.dice.choice(begun)
        before = place.acknowledged()
        code = (
            "import sys; from pathlib import Path; from selfstarter.evals.storm.place import Place;"
            " Place(Path(sys.argv[1]), sys.argv[2]).work()"
        )
        began = time.monotonic()
        argv = [sys.executable, "-P", "-c", code, str(place.folder), place.database]
        process = subprocess.Popen(argv, stderr=subprocess.DEVNULL)
        while place.acknowledged() == before and process.poll() is None:
            time.sleep(0.001)
        if place.acknowledged() > before:
            self.tally.resume_s.append(time.monotonic() - began)
        process.kill()
        self.tally.kills += process.wait() < 0
