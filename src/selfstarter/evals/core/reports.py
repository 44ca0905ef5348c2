"""Reports in several steps: gather from files of different kinds, put in order, say where from."""

import re
from pathlib import Path
from random import Random

from selfstarter.evals.graders.tables import csv_is
from selfstarter.evals.graders.texts import mentions, on, text_of, untouched, words_at_most
from selfstarter.evals.solving import csv_text, put, says, writes
from selfstarter.evals.task import Solution, Task, all_of

# ── a season at the lido ─────────────────────────────────────────────────────────────────────

DICE = Random(19)
DAYS = [(f"2025-{month:02}-{day:02}", DICE.randrange(*span))
        for month, span in ((5, (80, 300)), (6, (200, 500)), (7, (350, 800)), (8, (300, 790)))
        for day in range(1, 29)]  # fmt: skip
TICKETS = [("child", 2, 4210), ("adult", 5, 6840), ("family", 11, 2190), ("ten visits", 38, 640)]
INCIDENTS = {
    "incidents/2025-05-17.txt": "A sunshade was blown into the pool. Nobody was near it.\n",
    "incidents/2025-06-21.txt": "A boy slipped on the steps of the slide and broke his wrist. The"
    " steps have been roughened since.\n",
    "incidents/2025-07-13.txt": "The till was short by 40. It was found in the other drawer.\n",
    "incidents/2025-08-02.txt": "Glass by the kiosk; a woman cut her foot and was taken to the"
    " doctor. There are no more bottles at the kiosk.\n",
    "incidents/2025-08-19.txt": "Power cut for two hours. The pool stayed open.\n",
}
SEASON = {
    "visitors.csv": csv_text(["day", "visitors"], DAYS),
    "tickets.csv": csv_text(["kind", "price", "sold"], TICKETS),
    **INCIDENTS,
}
BY_MONTH = {m: sum(n for day, n in DAYS if day[5:7] == f"{m:02}") for m in (5, 6, 7, 8)}
TAKEN = sum(price * sold for _, price, sold in TICKETS)
SHARE = round(100 * 5 * 6840 / TAKEN)
GOOD = f"""# The season 2025

- The best month was July with {BY_MONTH[7]} visitors (visitors.csv).
- We took {TAKEN} in all; adult tickets brought the most, {SHARE} % of it (tickets.csv).

## Somebody was hurt

- On 21 June a boy slipped on the steps of the slide and broke his wrist (2025-06-21.txt).
- On 2 August a woman cut her foot on glass by the kiosk (2025-08-02.txt).
"""


def thousands(number: int) -> str:
    """A pattern: 12345, 12,345, 12 345."""
    return rf"(?<!\d){number // 1000}[,. ]?{number % 1000:03}(?!\d)"


def only_the_hurt(workspace: Path, answer: str) -> str:
    text = text_of(workspace / "season.md")
    extra = [name for name in ("05-17", "07-13", "08-19") if f"2025-{name}" in text]
    return f"season.md tells of {extra[0]}, when nobody was hurt" if extra else ""


SEASON_REPORT = Task(
    name="season-report",
    family="report",
    level=4,
    goal="Write season.md for the council, 150 words at most: which month had the most visitors and"
    " how many (visitors.csv), what we took in all and which kind of ticket brought the most, with"
    " its share of the takings in whole percent (tickets.csv), and each incident in which somebody"
    " was hurt, and only those: what and when (incidents folder). Name the file with everything you"
    " say.",
    files=SEASON,
    grader=all_of(
        mentions(
            "season.md",
            (r"visitors\.csv", "July", thousands(BY_MONTH[7])),
            (r"tickets\.csv", thousands(TAKEN), "adult", rf"\b{SHARE}\s?(%|percent)"),
            (r"2025-06-21\.txt", "wrist", on(21, "June")),
            (r"2025-08-02\.txt", "foot", on(2, "August")),
        ),
        only_the_hurt,
        words_at_most("season.md", 150),
        untouched(SEASON),
    ),
    reference=writes("season.md", GOOD),
    wrong=(
        writes("season.md", GOOD.replace("July", "August")),
        writes("season.md", GOOD.replace(str(TAKEN), str(sum(n for _, _, n in TICKETS)))),
        writes("season.md", GOOD.replace(f"{SHARE} %", "49 %")),
        writes("season.md", GOOD + "- On 17 May a sunshade was blown away (2025-05-17.txt).\n"),
        writes("season.md", re.sub(r" \(2025-0\d-\d\d.txt\)", "", GOOD)),
        says(GOOD),
    ),
)

# ── five logs, five clocks ───────────────────────────────────────────────────────────────────

HEARD = [
    # true time, where, what
    ("02:11:40", "gate", "van enters"), ("02:12:05", "camera", "van at ramp 2"),
    ("02:13:30", "alarm", "door 7 open"), ("02:13:55", "guard", "hears a bang"),
    ("02:14:20", "camera", "two people at door 7"), ("02:14:50", "alarm", "door 7 closed"),
    ("02:15:10", "gate", "van leaves"), ("02:16:45", "guard", "calls the police"),
    ("02:19:00", "police", "call taken"), ("02:26:30", "police", "car arrives"),
]  # fmt: skip
CLOCKS = {"gate": 0, "camera": 270, "alarm": -95, "guard": 0, "police": 0}
"""Seconds that a clock is fast."""
NIGHT_NOTES = """The clock of the gate is right, it is set by radio.
The camera's clock is four and a half minutes fast.
The clock of the alarm was 1 minute 35 seconds slow, as the engineer found.
The guard wrote his notes by the clock of the gate.
The police sent their times in UTC; all others are local time, which is UTC+2.
"""


def clock(seconds: int) -> str:
    return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def seconds(text: str) -> int:
    hours, minutes, rest = map(int, text.split(":"))
    return hours * 3600 + minutes * 60 + rest


def night() -> dict[str, str]:
    files = {"night/notes.txt": NIGHT_NOTES}
    for where, fast in CLOCKS.items():
        shift = fast - (7200 if where == "police" else 0)
        lines = [f"{clock(seconds(t) + shift)} {what}" for t, w, what in HEARD if w == where]
        files[f"night/{where}.log"] = "\n".join(lines) + "\n"
    return files


NIGHT = night()
TIMELINE = ["time", "source", "what"]


def timeline(camera: int = -270, alarm: int = 95, police: int = 7200) -> Solution:
    def solution(workspace: Path) -> str:
        shifts = {"camera": camera, "alarm": alarm, "police": police}
        rows: list[tuple[str, str, str]] = []
        for path in sorted((workspace / "night").glob("*.log")):
            for line in text_of(path).splitlines():
                time, what = line.split(" ", 1)
                rows.append((clock(seconds(time) + shifts.get(path.stem, 0)), path.stem, what))
        put(workspace / "timeline.csv", csv_text(TIMELINE, sorted(rows)))
        return "Done."

    return solution


NIGHT_TIMELINE = Task(
    name="night-timeline",
    family="report",
    level=3,
    goal="What happened that night, in which order? The night folder has the logs, and in its notes"
    " stands how wrong each clock is. Write timeline.csv with the columns time (true local time,"
    " like 02:11:40), source (gate, camera, ...) and what (as in the log), in order.",
    files=NIGHT,
    grader=all_of(csv_is("timeline.csv", TIMELINE, HEARD, in_order=True), untouched(NIGHT)),
    reference=timeline(),
    wrong=(timeline(camera=0, alarm=0), timeline(camera=270), timeline(police=0),
           timeline(alarm=-95), timeline(camera=-240)),
)  # fmt: skip

TASKS = (SEASON_REPORT, NIGHT_TIMELINE)
