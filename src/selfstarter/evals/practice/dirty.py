"""Data whose first lines do not show what is wrong with it."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from selfstarter.evals.graders.tables import csv_is
from selfstarter.evals.graders.texts import untouched
from selfstarter.evals.solving import csv_text, json_text, loaded, put, rows_of, writes_from
from selfstarter.evals.task import Solution, Task, all_of

# ── words among the numbers, long after the first lines ──────────────────────────────────────

RAIN_DAYS = 28
RAIN_ODD = {17: "trace", 23: "n/a", 41: "gauge frozen", 60: "trace", 71: "n/a"}
STATIONS = ("Harwick", "Ostby", "Pellan")


def rain_gauge() -> str:
    lines = [
        (day, name, RAIN_ODD.get(3 * day + n, f"{(day * (n + 3)) % 11 * 0.7:.1f}"))
        for day in range(1, RAIN_DAYS + 1)
        for n, name in enumerate(STATIONS)
    ]
    return csv_text(
        ["date", "station", "rain_mm"], [[f"2023-02-{d:02}", name, mm] for d, name, mm in lines]
    )


RAIN = rain_gauge()


def rain(
    per: Callable[[Sequence[float]], float] = sum, odd: str = "", rising: bool = False
) -> Solution:
    """`odd`: what an unreadable amount is taken for; empty: it is left out."""

    def table(rows: list[dict[str, str]]) -> str:
        found: dict[str, list[float]] = {name: [] for name in STATIONS}
        for row in rows:
            mm = row["rain_mm"] if re.fullmatch(r"[\d.]+", row["rain_mm"]) else odd
            if mm:
                found[row["station"]].append(float(mm))
        sums = {name: per(values) for name, values in found.items()}
        ranked = sorted(sums.items(), key=lambda pair: pair[1], reverse=not rising)
        return csv_text(["station", "total_mm"], [[name, f"{mm:.1f}"] for name, mm in ranked])

    return writes_from("rain.csv", "totals.csv", table)


RAIN_TOTALS = Task(
    name="rain-totals",
    family="aggregate",
    goal="rain.csv has the daily rain of our three stations. Add it up per station and write"
    " totals.csv with the columns station and total_mm (one decimal), the wettest station first."
    " Days without a readable amount are simply left out.",
    files={"rain.csv": RAIN},
    grader=csv_is(
        "totals.csv",
        ["station", "total_mm"],
        [["Ostby", 97.3], ["Harwick", 94.5], ["Pellan", 90.3]],
        in_order=True,
    ),
    reference=rain(),
    wrong=(rain(odd="1"), rain(max), rain(rising=True), rain(lambda mm: sum(mm) / len(mm))),
)

# ── dates in two forms ───────────────────────────────────────────────────────────────────────

PARCELS = """parcel,sent,delivered
P-201,2024-03-01,2024-03-04
P-202,2024-03-01,2024-03-09
P-203,2024-03-02,2024-03-05
P-204,2024-03-04,2024-03-06
P-205,2024-03-05,2024-03-07
P-206,2024-03-06,2024-03-13
P-207,2024-03-06,2024-03-08
P-208,2024-03-07,2024-03-09
P-209,2024-03-07,2024-03-10
P-210,2024-03-08,2024-03-11
P-211,2024-03-08,2024-03-14
P-212,2024-03-09,2024-03-12
P-213,2024-03-10,2024-03-13
P-214,2024-03-11,2024-03-12
P-215,2024-03-11,2024-03-14
P-216,2024-03-12,2024-03-15
P-217,2024-03-13,2024-03-15
P-218,2024-03-13,2024-03-16
P-219,2024-03-14,2024-03-16
P-220,2024-03-14,2024-03-18
P-221,2024-03-15,2024-03-18
P-222,2024-03-16,2024-03-19
P-223,2024-03-17,2024-03-19
P-224,2024-03-18,2024-03-20
P-225,2024-03-18,2024-03-21
P-226,19.03.2024,22.03.2024
P-227,20.03.2024,29.03.2024
P-228,21.03.2024,24.03.2024
P-229,2024-03-22,25.03.2024
P-230,2024-04-01,06.04.2024
P-231,04.04.2024,05.04.2024
P-232,05.04.2024,
"""


def day_of(text: str) -> date:
    parts = [int(part) for part in re.split(r"[.-]", text)]
    return date(*parts) if parts[0] > 31 else date(*parts[::-1])


def late(more_than: int = 3, dotted: bool = True, by_days: bool = True) -> Solution:
    def table(rows: list[dict[str, str]]) -> str:
        usable = [
            row for row in rows if row["delivered"] and (dotted or "." not in "".join(row.values()))
        ]
        days = [(r["parcel"], (day_of(r["delivered"]) - day_of(r["sent"])).days) for r in usable]
        found = [pair for pair in days if pair[1] > more_than]
        ranked = sorted(found, key=lambda pair: -pair[1]) if by_days else found
        return csv_text(["parcel", "days"], ranked)

    return writes_from("parcels.csv", "late.csv", table)


LATE_PARCELS = Task(
    name="late-parcels",
    family="aggregate",
    goal="Which parcels in parcels.csv took more than 3 days from sent to delivered? Write late.csv"
    " with the columns parcel and days, the slowest first. One is not delivered yet, leave it out.",
    files={"parcels.csv": PARCELS},
    grader=csv_is(
        "late.csv",
        ["parcel", "days"],
        [
            ["P-227", 9],
            ["P-202", 8],
            ["P-206", 7],
            ["P-211", 6],
            ["P-230", 5],
            ["P-220", 4],
        ],
        in_order=True,
    ),
    reference=late(),
    wrong=(late(more_than=2), late(dotted=False), late(by_days=False)),
)

# ── a key that only some records have ────────────────────────────────────────────────────────

PLANTS = [
    {"name": "Fern", "place": "bathroom", "water_days": 3},
    {"name": "Aloe", "place": "kitchen", "water_days": 14},
    {"name": "Ivy", "place": "hall", "water_days": 5},
    {"name": "Basil", "place": "kitchen", "water_days": 1, "note": "pinch the tips"},
    {"name": "Cactus", "place": "study"},
    {"name": "Orchid", "place": "bathroom", "water_days": 7, "note": "no direct sun"},
    {"name": "Monstera", "place": "living room", "water_days": 7},
    {"name": "Zamia", "place": "hall"},
    {"name": "Calathea", "place": "living room", "water_days": 4},
]
PLANT_HEAD = ["name", "place", "water_days"]


def plants(blank: str = "", unknown: bool = True, ordered: bool = True) -> Solution:
    def solution(workspace: Path) -> str:
        records: list[Mapping[str, object]] = loaded(workspace / "plants.json")
        rows = [
            [plant["name"], plant["place"], plant.get("water_days", blank)]
            for plant in records
            if unknown or "water_days" in plant
        ]
        rows = sorted(rows, key=lambda row: str(row[0])) if ordered else rows
        put(workspace / "plants.csv", csv_text(PLANT_HEAD, rows))
        return "Done."

    return solution


PLANT_LIST = Task(
    name="plant-list",
    family="convert",
    goal="Turn plants.json into plants.csv with the columns name, place and water_days, all plants,"
    " sorted by name. Where it is not said how often to water, leave the cell empty.",
    files={"plants.json": json_text(PLANTS)},
    grader=csv_is(
        "plants.csv",
        PLANT_HEAD,
        [
            ["Aloe", "kitchen", 14],
            ["Basil", "kitchen", 1],
            ["Cactus", "study", ""],
            ["Calathea", "living room", 4],
            ["Fern", "bathroom", 3],
            ["Ivy", "hall", 5],
            ["Monstera", "living room", 7],
            ["Orchid", "bathroom", 7],
            ["Zamia", "hall", ""],
        ],
        in_order=True,
    ),
    reference=plants(),
    wrong=(plants(blank="0"), plants(unknown=False), plants(ordered=False), plants(blank="NaN")),
)

# ── semicolons, decimal commas, a currency ───────────────────────────────────────────────────

QUOTES = """supplier;item;price
Holz Brandt;Oak board;1.240,50 €
Holz Brandt;Screws;18,90 €
Nordglas;Pane 80x120;310,00 €
Nordglas;Pane 60x60;96,40 €
Farben Iske;Primer;42,75 €
Holz Brandt;Beech board;980,00 €
Farben Iske;Varnish;on request
Nordglas;Mirror;1.075,25 €
Farben Iske;Brushes;23,10 €
"""
EURO = re.compile(r"([\d.]+),(\d\d) €")


def quotes(drop: int = 0, thousand: str = "", rising: bool = False) -> Solution:
    """`drop`: so many of the last rows; `thousand`: what a thousands point becomes."""

    def solution(workspace: Path) -> str:
        sums: dict[str, float] = {}
        lines = (workspace / "quotes.csv").read_text("utf-8").splitlines()[1:]
        for line in lines[: len(lines) - drop]:
            supplier, _, price = line.split(";")
            if found := EURO.fullmatch(price):
                euros = float(f"{found[1].replace('.', thousand)}.{found[2]}")
                sums[supplier] = sums.get(supplier, 0) + euros
        ranked = sorted(sums.items(), key=lambda pair: pair[1], reverse=not rising)
        rows = [[name, f"{euros:.2f}"] for name, euros in ranked]
        put(workspace / "by_supplier.csv", csv_text(["supplier", "total"], rows))
        return "Done."

    return solution


SUPPLIER_QUOTES = Task(
    name="supplier-quotes",
    family="aggregate",
    goal="quotes.csv holds what our suppliers ask for. Write by_supplier.csv with the columns"
    " supplier and total: the sum of the prices per supplier as a plain number like 1234.50,"
    " the largest first. What has no price yet doesn't count.",
    files={"quotes.csv": QUOTES},
    grader=csv_is(
        "by_supplier.csv",
        ["supplier", "total"],
        [["Holz Brandt", 2239.4], ["Nordglas", 1481.65], ["Farben Iske", 65.85]],
        in_order=True,
    ),
    reference=quotes(),
    wrong=(quotes(drop=1), quotes(thousand="0"), quotes(rising=True)),
)

# ── lists in records, that not every record has ──────────────────────────────────────────────

LOANS: list[dict[str, object]] = [
    {
        "member": "Ada Vik",
        "loans": [{"title": "Dune", "days": 12}, {"title": "Emma", "days": 30}],
    },
    {"member": "Bo Lind", "loans": [{"title": "Emma", "days": 9}]},
    {"member": "Cai Reed", "loans": []},
    {"member": "Dora Nils"},
    {
        "member": "Eli Moss",
        "loans": [
            {"title": "Kim", "days": 41},
            {"title": "Dune", "days": 3},
            {"title": "Ulysses", "days": 22},
        ],
    },
]


def long_loans(more_than: int = 10, ordered: bool = True, most: int = 9) -> Solution:
    def solution(workspace: Path) -> str:
        members: list[dict[str, list[dict[str, int]]]] = loaded(workspace / "loans.json")
        rows = [
            (str(member["member"]), str(loan["title"]), loan["days"])
            for member in members
            for loan in member.get("loans", [])[:most]
            if loan["days"] > more_than
        ]
        rows = sorted(rows, key=lambda row: -row[2]) if ordered else rows
        put(workspace / "long.csv", csv_text(["member", "title", "days"], rows))
        return "Done."

    return solution


LONG_LOANS = Task(
    name="long-loans",
    family="extract",
    goal="loans.json lists who has which books of our club, and for how many days. Write long.csv"
    " with the columns member, title and days: every loan of more than 10 days, the longest first.",
    files={"loans.json": json_text(LOANS)},
    grader=csv_is(
        "long.csv",
        ["member", "title", "days"],
        [
            ["Eli Moss", "Kim", 41],
            ["Ada Vik", "Emma", 30],
            ["Eli Moss", "Ulysses", 22],
            ["Ada Vik", "Dune", 12],
        ],
        in_order=True,
    ),
    reference=long_loans(),
    wrong=(long_loans(more_than=12), long_loans(ordered=False), long_loans(most=1)),
)

# ── keys that are the same but for their spelling ────────────────────────────────────────────

STAFF = """badge,name
AB-01,Rosa Klein
AB-02,Tim Oduya
AC-07,Lena Voss
AC-09,Marc Hill
"""
VISITS = """day,badge,room
2024-05-02,AB-01,Lab
2024-05-02,ac-07,Lab
2024-05-03,AB-02,Store
2024-05-03, AB-01,Store
2024-05-04,AC-07 ,Lab
2024-05-04,ab-01,Lab
2024-05-05,AC-09,Store
2024-05-06,ZZ-99,Lab
"""


def visits(fold: bool = True, strip: bool = True, zero: bool = False) -> Solution:
    def solution(workspace: Path) -> str:
        names = {row["badge"]: row["name"] for row in rows_of(workspace / "staff.csv")}
        count = dict.fromkeys(names.values(), 0)
        for row in rows_of(workspace / "visits.csv"):
            badge = row["badge"].strip() if strip else row["badge"]
            name = names.get(badge.upper() if fold else badge, "")
            if name or zero:
                count[name] = count.get(name, 0) + 1
        put(workspace / "counts.csv", csv_text(["name", "visits"], sorted(count.items())))
        return "Done."

    return solution


BADGE_VISITS = Task(
    name="badge-visits",
    family="join",
    goal="Count the visits of each person: visits.csv has the badges, staff.csv whose badge it is."
    " The badges in visits.csv were typed by hand, so upper and lower case mean the same. Write"
    " counts.csv with the columns name and visits, sorted by name. Badges nobody owns don't count.",
    files={"staff.csv": STAFF, "visits.csv": VISITS},
    grader=all_of(
        csv_is(
            "counts.csv",
            ["name", "visits"],
            [["Lena Voss", 2], ["Marc Hill", 1], ["Rosa Klein", 3], ["Tim Oduya", 1]],
            in_order=True,
        ),
        untouched({"staff.csv": STAFF, "visits.csv": VISITS}),
    ),
    reference=visits(),
    wrong=(visits(fold=False), visits(strip=False), visits(zero=True)),
)

# ── one kind of several, named in passing ────────────────────────────────────────────────────

HOURS = csv_text(
    ["week", "person", "kind", "hours"],
    [
        [f"2025-W{week:02}", person, kind, "sick" if (week + n) % 7 == 0 else f"{hours:.1f}"]
        for week in range(1, 13)
        for n, person in enumerate(("Abena", "Joris", "Mikko"))
        for kind, hours in (("travel", (week + n) % 4), ("client", 20.0 + (3 * week + n) % 9))
    ],
)


def hours(
    per: Callable[[Sequence[float]], float] = lambda hours: sum(hours) / len(hours),
    kinds: Sequence[str] = ("travel",),
    sick: str = "",
) -> Solution:
    def table(rows: list[dict[str, str]]) -> str:
        found: dict[str, list[float]] = {}
        for row in rows:
            one = sick if row["hours"] == "sick" else row["hours"]
            if row["kind"] in kinds and one:
                found.setdefault(row["person"], []).append(float(one))
        return csv_text(["person", "mean_hours"], [[n, f"{per(h):.2f}"] for n, h in found.items()])

    return writes_from("hours.csv", "travel.csv", table)


TRAVEL_HOURS = Task(
    name="travel-hours",
    family="aggregate",
    goal="From hours.csv take the mean travel hours of each person and save them in travel.csv with"
    " the columns person and mean_hours, rounded to two decimals. Weeks in which somebody was sick"
    " do not count.",
    files={"hours.csv": HOURS},
    grader=csv_is(
        "travel.csv",
        ["person", "mean_hours"],
        [["Abena", 1.36], ["Joris", 1.36], ["Mikko", 1.30]],
    ),
    reference=hours(),
    wrong=(
        hours(sum),
        hours(kinds=("travel", "client")),
        hours(sick="0"),
        hours(kinds=("client",)),
    ),
)

TASKS = (
    TRAVEL_HOURS,
    RAIN_TOTALS,
    LATE_PARCELS,
    PLANT_LIST,
    SUPPLIER_QUOTES,
    LONG_LOANS,
    BADGE_VISITS,
)
