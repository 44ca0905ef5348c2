"""Level 4: several rules at once, each of which is easy to forget."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import permutations
from pathlib import Path
from random import Random

from selfstarter.evals.graders.answers import answers
from selfstarter.evals.graders.tables import csv_is
from selfstarter.evals.graders.texts import text_of
from selfstarter.evals.solving import csv_text, put, rows_of
from selfstarter.evals.task import Solution, Task

# ── when can all of them talk? ───────────────────────────────────────────────────────────────

FREE = [("Aiko", "+09:00", "2025-09-11 17:00", "2025-09-11 23:30"),
        ("Bela", "+02:00", "2025-09-11 08:30", "2025-09-11 11:30"),
        ("Bela", "+02:00", "2025-09-11 14:45", "2025-09-11 18:00"),
        ("Chand", "+05:30", "2025-09-11 12:30", "2025-09-11 15:15"),
        ("Chand", "+05:30", "2025-09-11 18:15", "2025-09-11 21:00"),
        ("Dolores", "-03:00", "2025-09-11 06:00", "2025-09-11 10:50")]  # fmt: skip


def utc(text: str, offset: str) -> int:
    """Minutes from midnight of the 11th."""
    hours, minutes = map(int, text[-5:].split(":"))
    away = int(offset[1:3]) * 60 + int(offset[4:])
    return hours * 60 + minutes - (away if offset[0] == "+" else -away)


def slot(length: int = 60, turned: bool = False, halves: bool = True) -> Solution:
    def solution(workspace: Path) -> str:
        free: dict[str, list[tuple[int, int]]] = {}
        for row in rows_of(workspace / "free.csv"):
            offset = row["utc_offset"] if halves else f"{row['utc_offset'][:3]}:00"
            if turned:
                offset = ("-" if offset[0] == "+" else "+") + offset[1:]
            span = utc(row["from"], offset), utc(row["to"], offset)
            free.setdefault(row["who"], []).append(span)
        for minute in range(-600, 2000):
            if all(
                any(a <= minute and minute + length <= b for a, b in spans)
                for spans in free.values()
            ):
                return f"The earliest is {minute // 60:02}:{minute % 60:02} UTC."
        return "There is none."

    return solution


CALL_SLOT = Task(
    name="call-slot",
    family="question",
    level=3,
    goal="The four of us want to talk for an hour on 11 September. free.csv says when each of us"
    " has time, in our own local time (some have two windows). What is the earliest start that"
    " suits all of us, in UTC?",
    files={"free.csv": csv_text(["who", "utc_offset", "from", "to"], FREE)},
    grader=answers(r"\b12:45\b", never=[r"\b\d?\d:(?!45)\d\d\b", r"\b(?!12)\d?\d:45\b", "none"]),
    reference=slot(),
    wrong=(slot(length=30), slot(turned=True), slot(halves=False), slot(length=90)),
)

# ── water meters that were exchanged ─────────────────────────────────────────────────────────

METERS = [("F1", "2025-01-01", "412.0", ""), ("F2", "2025-01-01", "88.5", ""),
          ("F3", "2025-01-01", "990.0", ""), ("F1", "2025-04-01", "431.5", ""),
          ("F2", "2025-03-10", "97.0", "old meter out"), 
          ("F2", "2025-03-10", "3.0", "new meter in"),
          ("F2", "2025-04-01", "5.5", ""), ("F3", "2025-04-01", "14.0", "runs over at 1000"),
          ("F1", "2025-07-01", "455.5", ""), ("F2", "2025-07-01", "21.0", ""),
          ("F3", "2025-07-01", "52.5", ""), ("F4", "2025-04-01", "7.0", "moved in"),
          ("F4", "2025-07-01", "16.0", "")]  # fmt: skip
USED = [("F1", 43.5), ("F2", 26.5), ("F3", 62.5), ("F4", 9.0)]


def used(swaps: bool = True, over: bool = True, first: bool = True) -> Solution:
    """`first`: from the first reading on, not from 0."""

    def solution(workspace: Path) -> str:
        last, sums = dict[str, float](), dict[str, float]()
        for row in sorted(rows_of(workspace / "water.csv"), key=lambda row: row["date"]):
            flat, now = row["flat"], float(row["reading"])
            since = last.get(flat, now if first else 0.0)
            if row["note"] == "new meter in" and swaps:
                since = now
            grown = now - since + (1000 if over and "runs over" in row["note"] else 0)
            sums[flat] = sums.get(flat, 0.0) + grown
            last[flat] = now
        put(workspace / "used.csv", csv_text(["flat", "m3"], sorted(sums.items())))
        return "Done."

    return solution


METER_SWAP = Task(
    name="meter-swap",
    family="aggregate",
    level=3,
    goal="How much water did each flat use from January to July? water.csv has the readings of the"
    " meters, and the notes say what happened: a meter was exchanged, one ran over (after 999.9"
    " comes 0), somebody moved in later. Write used.csv with the columns flat and m3.",
    files={"water.csv": csv_text(["flat", "date", "reading", "note"], METERS)},
    grader=csv_is("used.csv", ["flat", "m3"], USED),
    reference=used(),
    wrong=(used(swaps=False), used(over=False), used(first=False)),
)

# ── three address books, one list ────────────────────────────────────────────────────────────

BOOKS = {
    "phone.csv": "Name,Number\nRuth Maas,+49 30 5551\nOve Dahl,0049-30-5552\nPia Ahrens,030 5553\n"
    "Kei Ito,+81 3 5554\nNo Name,\n",
    "mail.csv": "e-mail;last;first;tel\nruth@hill.example;Maas;Ruth;\nOVE@sea.example;Dahl;Ove;"
    "(030) 5552\nn.lund@hill.example;Lund;Nora;030/5559\np.a@sea.example;Ahrens;Pia;030 5550\n",
    "club.csv": "member,phone,mail\n\"Maas, Ruth\",030-5551,\n\"Ito, Kei\",,kei@east.example\n"
    "\"Dahl, Ove\",,ove@sea.example\n\"Lund, Nora\",+49305559,\n",
}  # fmt: skip
PEOPLE = [("Kei Ito", "+8135554", "kei@east.example"),
          ("Nora Lund", "+49305559", "n.lund@hill.example"),
          ("Ove Dahl", "+49305552", "ove@sea.example"),
          ("Pia Ahrens", "+49305553;+49305550", "p.a@sea.example"),
          ("Ruth Maas", "+49305551", "ruth@hill.example")]  # fmt: skip
PERSON = ["name", "phones", "mail"]


def normal(number: str) -> str:
    digits = re.sub(r"[^\d+]", "", number)
    digits = re.sub(r"^00", "+", digits)
    return re.sub(r"^0", "+49", digits)


def people(
    plain: bool = True, both: bool = True, lower: bool = True, bare: bool = True
) -> Solution:
    def solution(workspace: Path) -> str:
        found: dict[str, tuple[list[str], list[str]]] = {}

        def add(name: str, number: str, mail: str) -> None:
            if bare and not (number or mail):
                return
            if ", " in name:
                name = " ".join(reversed(name.split(", ")))
            phones, mails = found.setdefault(name, ([], []))
            number = normal(number) if plain else number
            if number and number not in phones and (both or not phones):
                phones.append(number)
            mail = mail.lower() if lower else mail
            if mail and mail not in mails:
                mails.append(mail)

        for line in text_of(workspace / "phone.csv").splitlines()[1:]:
            name, number = line.split(",")
            add(name, number, "")
        for line in text_of(workspace / "mail.csv").splitlines()[1:]:
            mail, last, first, number = line.split(";")
            add(f"{first} {last}", number, mail)
        for row in rows_of(workspace / "club.csv"):
            add(row["member"], row["phone"], row["mail"])
        rows = [(n, ";".join(p), ";".join(m)) for n, (p, m) in sorted(found.items())]
        put(workspace / "people.csv", csv_text(PERSON, rows))
        return "Done."

    return solution


ADDRESS_BOOKS = Task(
    name="address-books",
    family="join",
    level=4,
    goal="Make one list of my three address books phone.csv, mail.csv and club.csv: people.csv with"
    " the columns name (first name first), phones and mail, a row per person, sorted by name. Write"
    " phone numbers like +49305551 (those with a single 0 in front are German, so +49), each only"
    " once; if somebody really has two, put ; between them, in the order phone, mail, club. Mail"
    " addresses in lower case. Whoever has neither number nor address is left out.",
    files=BOOKS,
    grader=csv_is("people.csv", PERSON, PEOPLE),
    reference=people(),
    wrong=(people(plain=False), people(both=False), people(lower=False), people(bare=False)),
)

# ── who helps when? the best plan, not just any ──────────────────────────────────────────────

HELPERS = ["Ann", "Bo", "Cem", "Dee", "Eli", "Fay", "Gus", "Hal"]
SHIFTS = ["bar", "door", "grill", "kids", "music", "park", "stage", "tidy"]
DICE = Random(3)
LIKES = {h: {s: DICE.choice([0, 1, 1, 2, 3, 4, 5, 7]) for s in SHIFTS} for h in HELPERS}
for away, shift in (("Ann", "bar"), ("Dee", "grill"), ("Fay", "music"), ("Hal", "tidy")):
    LIKES[away][shift] = -1
"""-1: cannot."""


def value(plan: Iterable[tuple[str, str]]) -> int:
    points = [LIKES[helper][shift] for helper, shift in plan]
    return -100 if -1 in points else sum(points)


@cache
def best() -> int:
    return max(value(zip(HELPERS, order, strict=True)) for order in permutations(SHIFTS))


def best_plan(workspace: Path, answer: str) -> str:
    rows = [(row["helper"], row["shift"]) for row in rows_of(workspace / "plan.csv")]
    if sorted(h for h, _ in rows) != HELPERS or sorted(s for _, s in rows) != SHIFTS:
        return "plan.csv does not give each helper one shift, and each shift one helper"
    points = value(rows)
    return "" if points == best() else f"plan.csv makes {points} points, {best()} can be had"


def plans(order: Sequence[str] = (), greedy: bool = False) -> Solution:
    def solution(workspace: Path) -> str:
        chosen = list(order)
        if greedy:
            left = list(SHIFTS)
            for helper in HELPERS:
                left.sort(key=lambda shift, h=helper: LIKES[h][shift])
                chosen.append(left.pop())
        elif not chosen:
            every = permutations(SHIFTS)
            chosen = list(max(every, key=lambda o: value(zip(HELPERS, o, strict=True))))
        rows = list(zip(HELPERS, chosen, strict=True))
        put(workspace / "plan.csv", csv_text(["helper", "shift"], rows))
        return "Done."

    return solution


FESTIVAL = Task(
    name="festival-plan",
    family="join",
    level=4,
    goal="wishes.csv says how much each helper likes each shift (more is better, -1: cannot). Give"
    " everybody exactly one shift, each shift one helper, nobody one that they cannot do, and so"
    " that the sum of the likes is as large as it can be. Write plan.csv with the columns helper"
    " and shift.",
    files={"wishes.csv": csv_text(["helper", *SHIFTS], ([h, *LIKES[h].values()] for h in HELPERS))},
    grader=best_plan,
    reference=plans(),
    wrong=(plans(SHIFTS), plans(greedy=True), plans(["grill"] * 8), plans(SHIFTS[::-1])),
)

TASKS = (CALL_SLOT, METER_SWAP, ADDRESS_BOOKS, FESTIVAL)
