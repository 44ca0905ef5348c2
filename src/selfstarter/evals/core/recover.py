"""Tools that fail: a program that has to be asked again, and the agent's own tools."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from zlib import crc32

from selfstarter.evals.graders.tables import csv_is
from selfstarter.evals.graders.texts import untouched
from selfstarter.evals.solving import csv_text, put, rows_of, says
from selfstarter.evals.task import Solution, Task, all_of

# ── a scale that is busy ─────────────────────────────────────────────────────────────────────

SCALE = '''"""python3 scale.py PARCEL: its weight in kg; exit 75 while the scale is busy."""

import json
import pathlib
import sys
from zlib import crc32

STATE = pathlib.Path("scale.state")
parcel = sys.argv[1]
tries = json.loads(STATE.read_text()) if STATE.exists() else {}
tries[parcel] = tries.get(parcel, 0) + 1
STATE.write_text(json.dumps(tries))
mark = crc32(parcel.encode())
if tries[parcel] <= mark % 7:
    print("0.0 (busy, try again)")
    sys.exit(75)
if mark % 11 == 0:
    print("there is no parcel", parcel, "on this scale")
    sys.exit(1)
print((mark % 900 + 100) / 10)
'''
PARCELS = [f"K{n:03}" for n in range(301, 325)]
GONE = [name for name in PARCELS if crc32(name.encode()) % 11 == 0]


def kilograms(name: str) -> float:
    return (crc32(name.encode()) % 900 + 100) / 10


WEIGHTS = [(name, kilograms(name)) for name in PARCELS if name not in GONE]


def weighs(tries: int = 9, busy: str = "", absent: str = "") -> Solution:
    """As a program would that asks so often; what it writes for those it cannot weigh."""

    def solution(workspace: Path) -> str:
        rows: list[tuple[str, object]] = []
        for name in (workspace / "parcels.txt").read_text("utf-8").split():
            waits = crc32(name.encode()) % 7
            if waits >= tries:
                rows += [(name, busy)] if busy else []
            elif name in GONE:
                rows += [(name, absent)] if absent else []
            else:
                rows.append((name, kilograms(name)))
        put(workspace / "weights.csv", csv_text(["parcel", "kg"], rows))
        return "Done."

    return solution


BUSY_SCALE = Task(
    name="busy-scale",
    family="recover",
    level=3,
    goal="parcels.txt lists our parcels. Ask scale.py for each (python3 scale.py K301; it may be"
    " busy, then ask again) and write weights.csv with the columns parcel and kg. Parcels the scale"
    " doesn't have are left out. Don't change scale.py.",
    files={"scale.py": SCALE, "parcels.txt": "\n".join(PARCELS) + "\n"},
    grader=all_of(csv_is("weights.csv", ["parcel", "kg"], WEIGHTS), untouched({"scale.py": SCALE})),
    reference=weighs(),
    wrong=(weighs(tries=1, busy="0.0"), weighs(tries=3), weighs(absent="0")),
)

# ── an easy sum with tools that hang, break and mumble ───────────────────────────────────────

CABINS = ["Alder", "Birch", "Cedar", "Drift"]
STAYS = {
    f"bookings/{month}.csv": csv_text(
        ["cabin", "guest", "nights", "state"],
        [
            (dice.choice(CABINS), f"G{dice.randrange(100, 999)}", dice.randrange(1, 9),
             dice.choice(["stayed", "stayed", "cancelled"]))
            for _ in range(14)
        ],
    )
    for dice in [Random(77)] for month in ("may", "june", "july", "august")
}  # fmt: skip
Row = dict[str, str]


def nights(counts: Callable[[Row], bool], months: int = 4, ones: bool = False) -> Solution:
    def solution(workspace: Path) -> str:
        sums = dict.fromkeys(CABINS, 0)
        for path in sorted((workspace / "bookings").iterdir())[:months]:
            for row in filter(counts, rows_of(path)):
                sums[row["cabin"]] += 1 if ones else int(row["nights"])
        put(workspace / "nights.csv", csv_text(["cabin", "nights"], sums.items()))
        return "Done."

    return solution


def stayed(row: Row) -> bool:
    return row["state"] == "stayed"


LINES = [line.split(",") for text in STAYS.values() for line in text.splitlines()[1:]]
NIGHTS = [
    (cabin, sum(int(n) for c, _, n, state in LINES if c == cabin and state == "stayed"))
    for cabin in CABINS
]

CABIN_NIGHTS = Task(
    name="cabin-nights",
    family="recover",
    level=3,
    goal="How many nights was each cabin really used this summer? The bookings folder has a file"
    " per month; cancelled stays don't count. Write nights.csv with the columns cabin and nights."
    " The machine is a bit flaky today.",
    files=STAYS,
    grader=all_of(csv_is("nights.csv", ["cabin", "nights"], NIGHTS), untouched(STAYS)),
    reference=nights(stayed),
    wrong=(
        nights(lambda row: True),
        nights(stayed, months=3),
        nights(stayed, ones=True),
        says("The machine is broken."),
    ),
    faults=0.3,
)

TASKS = (BUSY_SCALE, CABIN_NIGHTS)
