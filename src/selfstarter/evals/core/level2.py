"""Level 2: several files or dirty data, still one program."""

import configparser
import json
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from selfstarter.evals.graders.answers import answers
from selfstarter.evals.graders.programs import program_holds
from selfstarter.evals.graders.tables import csv_is
from selfstarter.evals.graders.texts import untouched
from selfstarter.evals.solving import csv_text, put, replaces, rows_of, says
from selfstarter.evals.task import Solution, Task, all_of

# ── two mistakes in a little calendar ────────────────────────────────────────────────────────

BINS = '''"""When is which bin emptied?"""

from datetime import date, timedelta


def collections(first, every, until):
    """All days from `first` up to and including `until`, `every` so many days."""
    days, day = [], first
    while day < until:
        days.append(day)
        day += timedelta(days=every)
    return days


def shifted(day, holidays):
    """The day, or the next one that is neither a holiday nor a Sunday."""
    while day in holidays or day.weekday() == 7:
        day += timedelta(days=1)
    return day
'''
TEST_BINS = """import unittest
from datetime import date

from bins import collections, shifted


class TestBins(unittest.TestCase):
    def test_the_last_day_counts(self):
        days = collections(date(2025, 3, 3), 14, date(2025, 3, 31))
        self.assertEqual([d.day for d in days], [3, 17, 31])

    def test_a_holiday_moves_it_past_sunday(self):
        self.assertEqual(shifted(date(2025, 5, 3), {date(2025, 5, 3)}), date(2025, 5, 5))


if __name__ == "__main__":
    unittest.main()
"""
LAST, SUNDAY = ("day < until", "day <= until"), ("weekday() == 7", "weekday() == 6")

FIX_BINS = Task(
    name="fix-bins",
    family="fix",
    level=2,
    goal="Our bin calendar bins.py is wrong, python3 -m unittest test_bins shows it. Please correct"
    " bins.py; test_bins.py stays as it is.",
    files={"bins.py": BINS, "test_bins.py": TEST_BINS},
    grader=all_of(
        untouched({"test_bins.py": TEST_BINS}),
        program_holds(
            "from datetime import date\n"
            "from bins import collections, shifted\n"
            "days = collections(date(2025, 12, 1), 10, date(2026, 1, 10))\n"
            "assert [d.day for d in days] == [1, 11, 21, 31, 10], days\n"
            "assert collections(date(2025, 1, 2), 7, date(2025, 1, 1)) == []\n"
            "assert collections(date(2025, 1, 1), 7, date(2025, 1, 1)) == [date(2025, 1, 1)]\n"
            "assert shifted(date(2025, 5, 4), set()) == date(2025, 5, 5)\n"
            "two = {date(2025, 5, 5), date(2025, 5, 6)}\n"
            "assert shifted(date(2025, 5, 4), two) == date(2025, 5, 7)\n"
            "assert shifted(date(2025, 5, 10), set()) == date(2025, 5, 10)\n"
        ),
    ),
    reference=replaces("bins.py", LAST, SUNDAY),
    wrong=(
        replaces("bins.py", LAST),
        replaces("bins.py", SUNDAY),
        replaces("bins.py", LAST, ("weekday() == 7", "weekday() >= 5")),
        replaces("test_bins.py", ("[3, 17, 31]", "[3, 17]"), ("5, 5))", "5, 4))")),
    ),
)

# ── settings of twelve machines that should be alike ─────────────────────────────────────────

BASE = {"net": {"mtu": "1500", "dns": "10.1.0.53"}, "log": {"level": "info", "keep_days": "30"},
        "ssh": {"port": "22", "root": "no"}}  # fmt: skip
DRIFT = [("kiosk-03", "net.mtu", "9000"), ("kiosk-03", "ssh.root", "yes"),
         ("kiosk-07", "log.keep_days", "3"), ("kiosk-08", "net.dns", "10.1.0.35"),
         ("kiosk-11", "ssh.port", "2222")]  # fmt: skip
LOUD = {"kiosk-02", "kiosk-09"}
"""They write INFO in capitals, which means the same."""


def ini(host: str) -> str:
    changed = {key: value for name, key, value in DRIFT if name == host}
    lines = [f"# {host}"]
    for section, keys in BASE.items():
        lines += ["", f"[{section}]"]
        for key, value in keys.items():
            now = changed.get(f"{section}.{key}", value)
            lines.append(f"{key}={now.upper() if host in LOUD and key == 'level' else now}")
    return "\n".join(lines) + "\n"


HOSTS = {f"kiosks/kiosk-{n:02}.ini": ini(f"kiosk-{n:02}") for n in range(1, 13)}
STANDARD = "# what all kiosks should have\n" + ini("base").split("\n", 1)[1]
DRIFT_HEAD = ["host", "setting", "value"]


def drifts(lower: bool = True, wanted: bool = False, first: bool = False) -> Solution:
    def read(path: Path) -> dict[str, str]:
        parser = configparser.ConfigParser()
        parser.read_string(path.read_text("utf-8"))
        return {f"{s}.{k}": v for s in parser.sections() for k, v in parser[s].items()}

    def solution(workspace: Path) -> str:
        base, rows = read(workspace / "standard.ini"), list[Sequence[object]]()
        for path in sorted((workspace / "kiosks").iterdir()):
            found = [
                (path.stem, key, base[key] if wanted else value)
                for key, value in read(path).items()
                if (value.lower() if lower else value) != base[key]
            ]
            rows += found[:1] if first else found
        put(workspace / "drift.csv", csv_text(DRIFT_HEAD, rows))
        return "Done."

    return solution


KIOSK_DRIFT = Task(
    name="kiosk-drift",
    family="search",
    level=2,
    goal="All our kiosks should have the settings of standard.ini, but somebody fiddled with them."
    " Go through the kiosks folder and write drift.csv with the columns host (like kiosk-01),"
    " setting (like net.mtu) and value (what it is there now): each setting that differs. Upper"
    " and lower case are the same.",
    files={"standard.ini": STANDARD, **HOSTS},
    grader=all_of(csv_is("drift.csv", DRIFT_HEAD, DRIFT), untouched(HOSTS)),
    reference=drifts(),
    wrong=(drifts(lower=False), drifts(wanted=True), drifts(first=True)),
)

# ── readings sent twice, corrected later, cut off in the middle ──────────────────────────────

SENT = [("b1", "pond", 4.5), ("b2", "weir", 3.0), ("b3", "pond", 6.0), ("b1", "pond", 5.5),
        ("b4", "mill", 2.5), ("b5", "weir", 8.0), ("b3", "pond", 6.0), ("b6", "mill", 1.25),
        ("b5", "weir", 7.0), ("b7", "pond", 0.5)]  # fmt: skip
LINES = [json.dumps({"id": i, "place": p, "cm": cm}) for i, p, cm in SENT]
BUOYS = "\n".join([*LINES[:4], LINES[4][:21], *LINES[4:8], "", LINES[9][:-4], *LINES[8:]]) + "\n"
LEVELS = [("mill", 3.75), ("pond", 12.0), ("weir", 10.0)]


def levels(last: bool = True, once: bool = True, whole: bool = True) -> Solution:
    def solution(workspace: Path) -> str:
        kept, every = dict[str, dict[str, object]](), list[dict[str, object]]()
        for line in (workspace / "buoys.jsonl").read_text("utf-8").splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                if line and not whole:
                    break
                continue
            every.append(row)
            if last or row["id"] not in kept:
                kept[row["id"]] = row
        sums: dict[str, float] = {}
        for row in kept.values() if once else every:
            sums[str(row["place"])] = sums.get(str(row["place"]), 0.0) + float(str(row["cm"]))
        put(workspace / "levels.csv", csv_text(["place", "cm"], sorted(sums.items())))
        return "Done."

    return solution


BUOY_LEVELS = Task(
    name="buoy-levels",
    family="recover",
    level=2,
    goal="buoys.jsonl is what our buoys sent over a bad line: some lines were cut off (they were"
    " sent again), and when the same id comes twice the later one is the correction. Add up the cm"
    " per place and write levels.csv with the columns place and cm.",
    files={"buoys.jsonl": BUOYS},
    grader=csv_is("levels.csv", ["place", "cm"], LEVELS),
    reference=levels(),
    wrong=(levels(last=False), levels(once=False), levels(whole=False)),
)

# ── a harvest in kilograms, grams and pounds ─────────────────────────────────────────────────

HARVEST = [("Pia", "plums", "12 kg"), ("Rui", "plums", "800 g"), ("Pia", "pears", "7,5 kg"),
           ("Ove", "plums", "20 lb"), ("Kei", "pears", "4 lb"), ("Kei", "plums", "1 kg"),
           ("Rui", "figs", "650g"), ("Ove", "pears", "3.25 kg"), ("Pia", "figs", "0.5 kg"),
           ("Kei", "figs", "2lb")]  # fmt: skip
KG = {"kg": 1.0, "g": 0.001, "lb": 0.45359237}


def weighed(units: dict[str, float] = KG, comma: str = ".", blank: str = r"\s*") -> Solution:
    def solution(workspace: Path) -> str:
        sums: dict[str, float] = {}
        for row in rows_of(workspace / "harvest.csv"):
            found = re.fullmatch(rf"([\d.]+){blank}(kg|g|lb)", row["amount"].replace(",", comma))
            if found:
                sums[row["fruit"]] = sums.get(row["fruit"], 0) + float(found[1]) * units[found[2]]
        rows = [(name, f"{kg:.2f}") for name, kg in sorted(sums.items(), key=lambda p: -p[1])]
        put(workspace / "harvest_kg.csv", csv_text(["fruit", "kg"], rows))
        return "Done."

    return solution


HARVEST_KG = Task(
    name="harvest-kg",
    family="aggregate",
    level=2,
    goal="How much of each fruit did we pick? harvest.csv has kilograms, grams and pounds (1 lb is"
    " 0.45359237 kg), and some people write a comma for the decimal point. Write harvest_kg.csv"
    " with the columns fruit and kg, two decimals, the most first.",
    files={"harvest.csv": csv_text(["who", "fruit", "amount"], HARVEST)},
    grader=csv_is(
        "harvest_kg.csv",
        ["fruit", "kg"],
        [("plums", "22.87"), ("pears", "12.56"), ("figs", "2.06")],
        in_order=True,
    ),
    reference=weighed(),
    wrong=(
        weighed(comma=""),
        weighed(blank=" "),
        weighed(units={**KG, "lb": 0.5}),
        weighed(units={**KG, "g": 1.0}),
    ),
)

# ── which sign shows the way? ────────────────────────────────────────────────────────────────

PLACES = ["mill", "dam", "oak", "chapel", "ford", "quarry", "barn", "spring", "tower", "ruin"]
TRAIL = ["oak", "ford", "tower", "barn", "mill", "quarry", "ruin"]


def sign(place: str) -> str:
    following = dict(pairwise(TRAIL))
    if place == TRAIL[-1]:
        return f"{place.title()}. You have arrived; the key hangs here.\n"
    wrong = PLACES[(PLACES.index(place) + 6) % len(PLACES)]
    onward = following.get(place, "oak")
    return f"{place.title()}. Do not go on to the {wrong}: washed away.\nGo on to the {onward}.\n"


SIGNS = {f"signs/{place}.txt": sign(place) for place in PLACES}


def walk(pattern: str, start: str = "oak", most: int = 20) -> Solution:
    def solution(workspace: Path) -> str:
        place = start
        for _ in range(most):
            text = (workspace / "signs" / f"{place}.txt").read_text("utf-8")
            found = re.search(pattern, text, re.MULTILINE)
            if found is None:
                break
            place = found[1]
        return f"It ends at the {place}."

    return solution


TREASURE = Task(
    name="paper-chase",
    family="search",
    level=2,
    goal="The children's paper chase is in the signs folder, a file per sign. It starts at the oak,"
    " each sign says where to go on. At which place does it end?",
    files=SIGNS,
    grader=answers(r"\bruin\b", never=[rf"\b{name}\b" for name in PLACES if name != "ruin"]),
    reference=walk(r"^Go on to the (\w+)\."),
    wrong=(walk(r"go on to the (\w+)"), walk(r"^Go on to the (\w+)\.", most=3),
           says("It ends at the tower or at the ruin.")),
)  # fmt: skip

TASKS = (FIX_BINS, KIOSK_DRIFT, BUOY_LEVELS, HARVEST_KG, TREASURE)
