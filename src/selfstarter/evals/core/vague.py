"""Vague goals: what is wanted lies in the folder, not in the words."""

from collections.abc import Mapping
from pathlib import Path

from selfstarter.evals.graders.tables import csv_is
from selfstarter.evals.graders.texts import untouched
from selfstarter.evals.solving import csv_text, put, rows_of, says
from selfstarter.evals.task import Solution, Task, all_of

# ── Marta wrote ──────────────────────────────────────────────────────────────────────────────

INBOX = {
    "inbox/2025-05-05_marta.txt": """From: Marta
Subject: bus

Can you make me a list for the bus, everybody on trip.csv with their stop, as bus.csv (name, stop)?
Sorted by name. Thanks!
""",
    "inbox/2025-05-06_oliver.txt": """From: Oliver
Subject: trip

I would like bus.csv as name, phone please, and only the adults. Marta agrees I think.
""",
    "inbox/2025-05-07_marta.txt": """From: Marta
Subject: Re: bus

Forget Monday's list. The driver wants it per stop: stops.csv with stop and seats, in the order in
which he drives: Station, Market, Mill, School. Stops where nobody gets on he doesn't want to see.
Babies (under 2) sit on a lap and need no seat. And leave trip.csv as it is, others use it.
""",
    "inbox/2025-05-08_pia.txt": "From: Pia\nSubject: cake\n\nI bring two cakes. See you Friday!\n",
}
TRIP = csv_text(
    ["name", "age", "stop", "phone"],
    [("Ann", 41, "Mill", "11"), ("Bo", 1, "Mill", ""), ("Cem", 9, "Station", "12"),
     ("Dee", 38, "Station", "13"), ("Eli", 2, "School", ""), ("Fay", 35, "School", "14"),
     ("Gus", 0, "Station", ""), ("Hal", 70, "Mill", "15"), ("Ina", 12, "Mill", "16")],
)  # fmt: skip
SEATS = [("Station", 2), ("Mill", 3), ("School", 2)]


def seats(least: int = 2, order: str = "Station Mill School", name: str = "stops.csv") -> Solution:
    def solution(workspace: Path) -> str:
        people = rows_of(workspace / "trip.csv")
        stops = [p["stop"] for p in people if int(p["age"]) >= least]
        rows = [(stop, stops.count(stop)) for stop in order.split()]
        put(workspace / name, csv_text(["stop", "seats"], rows))
        return "Done."

    return solution


def everybody(workspace: Path) -> str:
    rows = sorted((p["name"], p["stop"]) for p in rows_of(workspace / "trip.csv"))
    put(workspace / "bus.csv", csv_text(["name", "stop"], rows))
    return "Done."


MARTA = Task(
    name="marta-wrote",
    family="vague",
    level=3,
    goal="Marta needs something from me for the trip, it's in the inbox folder. I'm on the road all"
    " day: please do it so that I only have to send it.",
    files={**INBOX, "trip.csv": TRIP},
    grader=all_of(
        csv_is("stops.csv", ["stop", "seats"], SEATS, in_order=True), untouched({"trip.csv": TRIP})
    ),
    reference=seats(),
    wrong=(
        seats(least=0),
        seats(least=3),
        seats(order="Mill School Station"),
        seats(order="Station Market Mill School"),
        seats(name="seats.csv"),
        everybody,
    ),
)

# ── the rota is wrong again ──────────────────────────────────────────────────────────────────

RULES = """# How we do the rota

1. Who is away does not work. Their deputy takes the shift: Kim for Lou, Lou for Max, Max for Nia,
   Nia for Kim.
2. Is the deputy away too, it is the deputy's deputy, and so on.
3. Nobody works two shifts on one day. If the one whose turn it is has the other shift already, it
   goes on to their deputy. Who stands in the rota and is there keeps the shift.
4. Nothing else is changed.
"""
AWAY = csv_text(
    ["who", "first", "last"],
    [("Kim", "2025-06-03", "2025-06-04"), ("Max", "2025-06-04", "2025-06-06"),
     ("Lou", "2025-06-06", "2025-06-06")],
)  # fmt: skip
WEEK = [("2025-06-02", "early", "Kim"), ("2025-06-02", "late", "Max"),
        ("2025-06-03", "early", "Kim"), ("2025-06-03", "late", "Nia"),
        ("2025-06-04", "early", "Max"), ("2025-06-04", "late", "Nia"),
        ("2025-06-05", "early", "Lou"), ("2025-06-05", "late", "Max"),
        ("2025-06-06", "early", "Max"), ("2025-06-06", "late", "Nia")]  # fmt: skip
DEPUTY = {"Lou": "Kim", "Max": "Lou", "Nia": "Max", "Kim": "Nia"}
HEAD = ["date", "shift", "who"]
CHANGED = {("2025-06-03", "early"): "Max", ("2025-06-04", "early"): "Lou",
           ("2025-06-05", "late"): "Kim", ("2025-06-06", "early"): "Kim"}  # fmt: skip
RIGHT = [(day, shift, CHANGED.get((day, shift), who)) for day, shift, who in WEEK]


def rota(
    deputies: Mapping[str, str] = DEPUTY, busy: bool = True, last: bool = True, far: bool = True
) -> Solution:
    """`far`: past a deputy who is away."""

    def solution(workspace: Path) -> str:
        absent = rows_of(workspace / "away.csv")
        rows = rows_of(workspace / "rota.csv")

        def away(who: str, day: str) -> bool:
            return any(
                a["who"] == who
                and a["first"] <= day
                and (day <= a["last"] if last else day < a["last"])
                for a in absent
            )

        for row in rows:
            day, who = row["date"], row["who"]
            others = {r["who"] for r in rows if r["date"] == day and r is not row}
            if not away(who, day):
                continue
            who = deputies[who]
            for _ in range(3):
                if (far and away(who, day)) or (busy and who in others):
                    who = deputies[who]
            row["who"] = who
        put(workspace / "rota.csv", csv_text(HEAD, (row.values() for row in rows)))
        return "Done."

    return solution


ROTA = Task(
    name="rota-again",
    family="vague",
    level=4,
    goal="Next week's rota.csv is no good, half of them are away. Can you put it right? How we do"
    " that is in rules.md.",
    files={"rota.csv": csv_text(HEAD, WEEK), "away.csv": AWAY, "rules.md": RULES},
    grader=all_of(
        csv_is("rota.csv", HEAD, RIGHT), untouched({"away.csv": AWAY, "rules.md": RULES})
    ),
    reference=rota(),
    wrong=(
        rota(busy=False),
        rota(last=False),
        rota(far=False),
        rota({"Kim": "Lou", "Lou": "Max", "Max": "Nia", "Nia": "Kim"}),
        says("I put the rota right."),
    ),
)

TASKS = (MARTA, ROTA)
