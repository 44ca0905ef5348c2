"""`kill -9`, at random moments, as often as wanted; then look whether anything was lost.

Each run posts letters, one after the other, by a tool that may not be repeated, and keeps a list of
them. A child process pursues it and is killed; another takes over, until the run has ended. Real
journal, real loop, real files; the model is `Poster`, which knows nothing but its prompt.

Children are forked from this process, which has imported everything: a thousand starts of Python
would measure Python. `resume` is what a person waits for, so it is taken of whole processes.
"""

import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import click

from selfstarter.app import Tooling, look_up, pursue, resume
from selfstarter.core.events import CallReturned, ModelCalled
from selfstarter.core.ports import (
    FREE,
    Effect,
    Facts,
    JsonSchema,
    Message,
    Recorded,
    Reply,
    Request,
    Result,
    Tool,
    Usage,
    WantedCall,
)
from selfstarter.settings import Settings

LETTERS = 10
MOST_EVENTS, LONGEST_S = 14, 0.01
"""A child is killed so many events and so much time after it has taken over, at the most: by the
clock alone a busy machine would kill each before it had done anything."""
WIDTH = 8
"""Bytes of a line that acknowledges an event."""
WHOLE = 5
"""Resumes that are timed as whole processes, out of the Python interpreter's start."""
GOAL = f"Post the letters 1 to {LETTERS}, each once, and list them in posted.txt."
LIMITS: Mapping[str, Any] = {"steps": 400, "tokens": 10**9, "time_s": 86_400.0}


# ── the work ─────────────────────────────────────────────────────────────────────────────────


class Poster:
    """Port `Model`. Looks into the outbox before each letter, as one does who may have been cut
    short; `log`: a byte for each reply, so that replies that were paid twice are seen."""

    facts = Facts(
        "poster", window=8192, native_tools=True, json_schema=True, small=False, local=True,
        price=FREE,
    )  # fmt: skip

    def __init__(self, log: Path) -> None:
        self.log = log

    async def complete(self, request: Request) -> Reply:
        append(self.log, "x")
        usage = Usage(input=100, output=10)
        match request.purpose:
            case "draft":
                sketch = {"outcome": "All are posted.", "files": ["posted.txt"], "assumptions": []}
                text = json.dumps({**sketch, "document": False, "criteria": []})
                return Reply(text, usage=usage)
            case "plan":
                return Reply('{"tasks": [{"title": "Post them"}]}', usage=usage)
            case "choose":
                return Reply("", calls=(next_call(request.messages),), usage=usage)
            case _:
                return Reply("It did not end well.", usage=usage)

    def count(self, text: str) -> int:
        return len(text) // 4 + 1

    async def close(self) -> None:
        return None


def next_call(messages: tuple[Message, ...]) -> WantedCall:
    last = next((m for m in reversed(messages) if m.role == "tool" and m.call), None)
    there = re.search(r"(\d+) letters are posted", last.text) if last else None
    if there is None:
        return WantedCall("outbox", {})
    posted = int(there[1])
    if posted < LETTERS:
        return WantedCall("post", {"letter": posted + 1})
    if "posted.txt" not in str([m.call.args for m in messages if m.call]):
        text = "".join(f"letter {n}\n" for n in range(1, LETTERS + 1))
        return WantedCall("write_file", {"path": "posted.txt", "content": text})
    return WantedCall("finish", {"summary": f"{LETTERS} letters are posted."})


@dataclass(frozen=True, slots=True)
class Outbox:
    """Port `Tool`. The world outside: what is in `path` has happened, and cannot be taken back."""

    name: str
    does: str
    effect: Effect
    parameters: JsonSchema
    path: Path
    reads_untrusted: bool = False
    reads_private: bool = False
    egress: bool = False

    async def __call__(self, args: Mapping[str, Any], key: str) -> Result:
        if self.name == "post":
            append(self.path, f"{args['letter']}\n")
            return Result("ok", f"Letter {args['letter']} is posted.")
        posted = self.path.read_text().split() if self.path.exists() else []
        return Result("ok", f"{len(set(posted))} letters are posted.")


def outboxes(path: Path) -> dict[str, Tool]:
    letter = {"type": "object", "properties": {"letter": {"type": "integer"}}}
    return {
        "post": Outbox("post", "Post a letter.", "irreversible", letter, path),
        "outbox": Outbox("outbox", "Count the letters.", "read", {"type": "object"}, path),
    }


def append(path: Path, text: str) -> None:
    """Durable when it returns, like a letter that is in the post."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, text.encode())
        os.fsync(file)
    finally:
        os.close(file)


# ── one process that works until it is killed ────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Place:
    """Where one run lies."""

    folder: Path

    @property
    def settings(self) -> Settings:
        # Each run by itself: what one has learnt from another it would have to be asked about.
        home = self.folder.parent / "home"
        return Settings(model="scripted:poster", home=home, memory="off", **LIMITS)

    def acknowledged(self) -> int:
        """Events that a process has said are durable."""
        return size(self.folder / "acknowledged") // WIDTH

    def work(self, run_id: str, tools: Mapping[str, Tool] | None = None) -> None:
        """Pursue the run, or go on with it; each event is acknowledged once it is durable."""
        acknowledged = self.folder / "acknowledged"

        def tell(_: str, recorded: Recorded) -> None:
            with acknowledged.open("a") as file:  # no fsync: a killed process loses no page cache
                file.write(f"{recorded.seq:>{WIDTH - 1}}\n")

        model = Poster(self.folder / "billed")
        outside = tools or outboxes(self.folder / "outbox")
        tooling = Tooling(fit=lambda given: {**given, **outside})
        workspace = self.folder / "workspace"
        if acknowledged.exists():
            going = resume(run_id, self.settings, listener=tell, model=model, tooling=tooling)
        else:
            going = pursue(
                GOAL, workspace, self.settings, listener=tell, model=model, tooling=tooling,
                run_id=run_id,
            )  # fmt: skip
        asyncio.run(going)


def forked(place: Place, run_id: str) -> int:
    """A child process; its id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        place.work(run_id)
        code = 0
    finally:
        os._exit(code)


# ── the storm ────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Tally:
    kills: int = 0
    runs: int = 0
    lost: int = 0
    """Events that were acknowledged and are not in the journal."""
    repeated: int = 0
    """Letters that were posted twice."""
    missing: int = 0
    """Letters that were not posted; runs that did not end as done, or left no report."""
    rebilled: int = 0
    """Replies of the model that are in no journal: they are paid for again."""
    cut_short: int = 0
    """Calls that may not be repeated and were found half done."""
    resume_s: list[float] = field(default_factory=list[float])

    def last_line(self) -> str:
        return (
            f"storm db=sqlite kills={self.kills} lost={self.lost} repeated={self.repeated}"
            f" rebilled={self.rebilled} resume_p95_s={p95(self.resume_s):.2f}"
        )


def p95(values: list[float]) -> float:
    if len(values) < 2:
        return max(values, default=0.0)
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def storm(kills: int, seed: int, keep: Path | None = None) -> bool:
    """Kill so often, and print what came of it. Returns whether nothing was lost or repeated."""
    dice, tally = Random(seed), Tally()
    with TemporaryDirectory(prefix="selfstarter-") as temporary:
        base = keep or Path(temporary)
        while tally.kills < kills:
            tally.runs += 1
            place = Place(base / f"{tally.runs}")
            (place.folder / "workspace").mkdir(parents=True)
            run_id = f"{seed:04x}{tally.runs:04x}"
            killed = strike(place, run_id, dice, tally)
            count(place, run_id, tally)
            print(f"run {tally.runs}: killed {killed} times", file=sys.stderr, flush=True)
    print(
        f"{tally.runs} runs, each killed until it ended; {tally.cut_short} letters were found half"
        f" posted and looked after; {tally.missing} missing"
    )
    if tally.resume_s:
        times = sorted(tally.resume_s)
        print(
            f"resume, of {len(times)} whole processes: median {statistics.median(times):.2f} s,"
            f" longest {times[-1]:.2f} s"
        )
    print(tally.last_line())
    return not (tally.lost or tally.repeated or tally.missing)


def strike(place: Place, run_id: str, dice: Random, tally: Tally) -> int:
    killed = 0
    while True:
        if killed and len(tally.resume_s) < WHOLE and tally.runs % 5 == 1:
            tally.resume_s.append(resumed_after(place, run_id))
            tally.kills += 1
            killed += 1
        wanted = place.acknowledged() + dice.randint(1, MOST_EVENTS)
        child = forked(place, run_id)
        while place.acknowledged() < wanted and alive(child):
            time.sleep(0.001)
        time.sleep(dice.uniform(0, LONGEST_S))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            return killed
        killed += 1
        tally.kills += 1


def resumed_after(place: Place, run_id: str) -> float:
    """Seconds from the start of a process to the first event of the run that it goes on with; then
    it is killed."""
    before = place.acknowledged()
    code = (
        "import sys; from pathlib import Path; from selfstarter.evals.storm import Place;"
        " Place(Path(sys.argv[1])).work(sys.argv[2])"
    )
    began = time.monotonic()
    argv = [sys.executable, "-P", "-c", code, str(place.folder), run_id]
    process = subprocess.Popen(argv, stderr=subprocess.DEVNULL)
    while place.acknowledged() == before and process.poll() is None:
        time.sleep(0.001)
    took = time.monotonic() - began
    process.kill()
    process.wait()
    return took


def alive(child: int) -> bool:
    """Not reaped here: `waitpid` is the one who does that."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def count(place: Place, run_id: str, tally: Tally) -> None:
    outcome, records = look_up(run_id, place.settings)
    seqs = [recorded.seq for recorded in records]
    acknowledged = {int(seq) for seq in (place.folder / "acknowledged").read_text().split()}
    tally.lost += len(acknowledged - set(seqs)) + (seqs != list(range(1, len(seqs) + 1)))
    posted = Counter((place.folder / "outbox").read_text().split())
    tally.repeated += sum(times - 1 for times in posted.values())
    tally.missing += LETTERS - len(posted) + (outcome.ending != "done")
    tally.missing += not outcome.report_path.exists()
    if outcome.ending != "done":
        why = outcome.state.ended.reason if outcome.state.ended else "it has not ended"
        print(f"run {run_id} ended as {outcome.ending}: {why}")
    replies = sum(isinstance(recorded.event, ModelCalled) for recorded in records)
    tally.rebilled += size(place.folder / "billed") - replies
    tally.cut_short += sum(
        isinstance(event := recorded.event, CallReturned) and "cut short" in event.error
        for recorded in records
    )


@click.command()
@click.option("--kills", type=click.IntRange(min=1), default=1_000, show_default=True)
@click.option("--seed", type=int, default=7, help="Of the moments.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep journals and outboxes here.")
def command(kills: int, seed: int, keep: Path | None) -> None:
    """`kill -9` at random moments; resume; look whether an event is lost or a letter posted twice.

    Exit 0: nothing is; 1: something is. The last line of stdout is
    `storm db=sqlite kills=N lost=N repeated=N rebilled=N resume_p95_s=N`.
    """
    sys.exit(0 if storm(kills, seed, keep) else 1)
