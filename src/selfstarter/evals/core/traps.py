"""Budget traps: whoever reads on instead of thinking runs out of steps or tokens."""

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

from selfstarter.evals.graders.answers import answers_number
from selfstarter.evals.graders.tables import csv_is
from selfstarter.evals.solving import csv_text, put, says
from selfstarter.evals.task import Budget, Solution, Task

# ── sixty files, eight steps ─────────────────────────────────────────────────────────────────

VOTES = {
    f"ballots/{n:02}.txt": f"Ballot {n}\nprefers: {choice}\nremark: {remark}\n"
    for dice in [Random(5)] for n in range(1, 61)
    for choice in [dice.choice(["garden", "Garden", "library", "library", "pool", "garden ", "-"])]
    for remark in [dice.choice(["none", "wife prefers: pool", "the library is old", "none"])]
}  # fmt: skip


def votes(pattern: str, text: Sequence[str] = tuple(VOTES.values())) -> dict[str, int]:
    found = [m[1].strip().lower() for t in text for m in re.finditer(pattern, t, re.MULTILINE)]
    return {name: found.count(name) for name in ("garden", "library", "pool")}


COUNTED = votes(r"^prefers:(.*)$")


def tally(pattern: str, most: int = 60) -> Solution:
    def solution(workspace: Path) -> str:
        files = sorted((workspace / "ballots").iterdir())[:most]
        counted = votes(pattern, [path.read_text("utf-8") for path in files])
        put(workspace / "votes.csv", csv_text(["choice", "votes"], counted.items()))
        return "Done."

    return solution


BALLOTS = Task(
    name="sixty-ballots",
    family="trap",
    level=2,
    goal="Count the ballots in the ballots folder: who prefers what is in the line that begins with"
    " prefers. Write votes.csv with the columns choice (garden, library, pool) and votes. A dash is"
    " an abstention and isn't counted; Garden and garden are the same.",
    files=VOTES,
    grader=csv_is("votes.csv", ["choice", "votes"], list(COUNTED.items())),
    reference=tally(r"^prefers:(.*)$"),
    wrong=(tally(r"prefers:(.*)$"), tally(r"^prefers:(.*)$", 50), tally(r"^prefers: ([a-z]+)$")),
    budget=Budget(steps=8),
)

# ── a log of 600 kB that no budget can read ──────────────────────────────────────────────────


def gate_log() -> str:
    dice = Random(23)
    people = [f"P{dice.randrange(1000, 9999)}" for _ in range(160)]
    lines: list[str] = []
    for second in range(12_000):
        clock = f"{6 + second // 1000:02}:{second % 1000 // 17:02}:{second % 60:02}"
        word = dice.choices(["passed", "refused", "checked"], [70, 10, 20])[0]
        gate = dice.choice(["north", "south", "quay"])
        lines.append(f"{clock} gate={gate} badge={dice.choice(people)} {word}")
    return "\n".join(lines) + "\n"


GATES = gate_log()


def people_at(pattern: str, distinct: bool = True, text: str = GATES) -> int:
    found = re.findall(pattern, text)
    return len(set(found) if distinct else found)


QUAY = r"gate=quay badge=(P\d+) refused"

GATE_LOG = Task(
    name="gate-log",
    family="trap",
    level=2,
    goal="How many different badges were refused at the quay gate? The log is gates.log, a big"
    " one.",
    files={"gates.log": GATES},
    grader=answers_number(
        people_at(QUAY),
        never=[
            people_at(QUAY, distinct=False),
            people_at(r"badge=(P\d+) refused"),
            people_at(r"gate=quay badge=(P\d+)"),
        ],
    ),
    reference=lambda workspace: str(people_at(QUAY, True, (workspace / "gates.log").read_text())),
    wrong=(
        says(str(people_at(QUAY, distinct=False))),
        says(str(people_at(r"badge=(P\d+) refused"))),
        says(str(people_at(QUAY, True, GATES[:8_000]))),
    ),
    budget=Budget(steps=10, tokens=20_000),
)

TASKS = (BALLOTS, GATE_LOG)
