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

# ── a list that goes on for three hundred pages ──────────────────────────────────────────────


def catalogue() -> dict[str, str]:
    """Pages in no order of their names; each says which one is next."""
    dice = Random(61)
    names = [f"{number:03}" for number in dice.sample(range(1000), 300)]
    files: dict[str, str] = {"list/start.txt": f"Stamps, page 1 of many.\nNext: {names[0]}.txt\n"}
    for name, following in zip(names, [*names[1:], ""], strict=True):
        rows = [
            f"{dice.choice(['Peru', 'Chad', 'Fiji', 'Oman'])} {dice.randrange(1880, 1990)}"
            f" {dice.choice(['mint', 'used', 'torn'])} {dice.randrange(1, 90)}.00"
            for _ in range(dice.randrange(1, 6))
        ]
        onward = f"Next: {following}.txt" if following else "End of the list."
        files[f"list/{name}.txt"] = "\n".join([*rows, onward]) + "\n"
    for number in range(12):  # they belong to an older list: no page leads to them
        files[f"list/old-{number}.txt"] = "Fiji 1901 mint 88.00\nNext: start.txt\n"
    return files


STAMPS = catalogue()


def stamps(pattern: str, most: int = 400, linked: bool = True) -> float:
    names, page = list[str](), "list/start.txt"
    while page and len(names) < most:
        names.append(page)
        found = re.search(r"^Next: (.*)$", STAMPS[page], re.MULTILINE)
        page = f"list/{found[1]}" if found else ""
    texts = [STAMPS[name] for name in (names if linked else STAMPS)]
    return sum(float(m[1]) for text in texts for m in re.finditer(pattern, text, re.MULTILINE))


FIJI = r"^Fiji \d+ mint (\S+)$"

STAMP_LIST = Task(
    name="stamp-list",
    family="trap",
    level=3,
    goal="My uncle's stamp list is in the list folder. It begins with start.txt, and each page"
    " names the next one; what no page leads to is from an older list and doesn't count. What are"
    " his mint stamps from Fiji worth together?",
    files=STAMPS,
    grader=answers_number(
        stamps(FIJI), never=[stamps(FIJI, linked=False), stamps(r"^Fiji \d+ \w+ (\S+)$")]
    ),
    reference=lambda workspace: f"They are worth {stamps(FIJI):.2f}.",
    wrong=(
        says(f"{stamps(FIJI, linked=False):.2f}"),
        says(f"{stamps(FIJI, most=40):.2f}"),
        says(f"{stamps(r'^Fiji [0-9]+ [a-z]+ (.*)$'):.2f}"),
        says(f"{stamps(r'mint (.*)$'):.2f}"),
    ),
    budget=Budget(steps=12, tokens=25_000),
)

TASKS = (BALLOTS, GATE_LOG, STAMP_LIST)
