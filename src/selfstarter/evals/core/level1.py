"""Level 1: one file, one idea. A small local model should do most of these."""

import re
from pathlib import Path
from random import Random

from selfstarter.evals.graders.answers import answers_number
from selfstarter.evals.graders.tables import csv_is
from selfstarter.evals.graders.texts import lines_differ, moved, untouched
from selfstarter.evals.solving import csv_text, put, replaces, says
from selfstarter.evals.task import Solution, Task, all_of

# ── a tide table in columns of fixed width ───────────────────────────────────────────────────

TIDE_ROWS = [
    (f"2025-04-{day:02}", dice.choice(["Long Pier", "Old Quay", "The Spit"]),
     f"{dice.uniform(3.1, 5.9):.2f}", "" if day in (4, 9) else f"{dice.uniform(0.2, 1.4):.2f}")
    for dice in [Random(11)] for day in range(1, 15)
]  # fmt: skip
TIDES = "DATE        STATION      HIGH   LOW\n" + "".join(
    f"{day}  {place:<11}{high:>6}{low:>6}\n" for day, place, high, low in TIDE_ROWS
)
TIDE_HEAD = ["date", "station", "high", "low"]


def columns(*cuts: int, blank: str = "") -> Solution:
    def solution(workspace: Path) -> str:
        rows: list[list[str]] = []
        for line in (workspace / "tides.txt").read_text("utf-8").splitlines()[1:]:
            ends = (*cuts[1:], len(line))
            rows.append([line[a:b].strip() or blank for a, b in zip(cuts, ends, strict=True)])
        put(workspace / "tides.csv", csv_text(TIDE_HEAD, rows))
        return "Done."

    return solution


def by_blanks(workspace: Path) -> str:
    lines = (workspace / "tides.txt").read_text("utf-8").splitlines()[1:]
    put(workspace / "tides.csv", csv_text(TIDE_HEAD, (line.split()[:4] for line in lines)))
    return "Done."


TIDE_TABLE = Task(
    name="tide-table",
    family="convert",
    level=1,
    goal="tides.txt is a table in columns of fixed width. Make tides.csv of it, with the columns"
    " date, station, high and low. On some days the low water is missing, leave that cell empty.",
    files={"tides.txt": TIDES},
    grader=csv_is("tides.csv", TIDE_HEAD, TIDE_ROWS),
    reference=columns(0, 12, 23, 29),
    wrong=(
        by_blanks,
        columns(0, 12, 23, 29, blank="0"),
        columns(0, 12, 22, 28),
        columns(0, 12, 20, 29),
    ),
)

# ── scans whose numbers sort the wrong way ───────────────────────────────────────────────────

SCANS = {
    f"scans/{name}": f"scan {name}\n"
    for name in ["Scan 1.pdf", "Scan 2.pdf", "Scan 9.pdf", "Scan 10.pdf", "Scan 11.pdf",
                 "Scan 34.pdf", "Scan 120.pdf", "Index.pdf", "Scan 3.txt"]
}  # fmt: skip


def renamed(path: str, width: int = 3, any_type: bool = False) -> str:
    kind = r"\.(pdf|txt)" if any_type else r"\.(pdf)"
    found = re.fullmatch(rf"scans/Scan (\d+){kind}", path)
    return f"scans/scan-{found[1].zfill(width)}.{found[2]}" if found else path


def renames(width: int = 3, any_type: bool = False, copy: bool = False) -> Solution:
    def solution(workspace: Path) -> str:
        for name in SCANS:
            new = workspace / renamed(name, width, any_type)
            if copy:
                new.write_bytes((workspace / name).read_bytes())
            else:
                (workspace / name).rename(new)
        return "Done."

    return solution


SCAN_NAMES = Task(
    name="scan-names",
    family="organise",
    level=1,
    goal="The PDFs in the scans folder are called Scan 1.pdf, Scan 10.pdf and so on and don't sort"
    " properly. Rename them to scan-001.pdf, scan-010.pdf and so on, always three digits. Files"
    " that are no such PDF keep their name.",
    files=SCANS,
    grader=moved(SCANS, {path: renamed(path) for path in SCANS}),
    reference=renames(),
    wrong=(renames(width=2), renames(any_type=True), renames(copy=True), says("Renamed them all.")),
)

# ── a recipe for more people ─────────────────────────────────────────────────────────────────

SOUP = """# Pumpkin soup (for 4)

Cook the pumpkin for 20 minutes, 4 minutes more if it is old.

- 800 g pumpkin
- 2 onions
- 0.5 l stock
- 150 ml cream
- 1 clove of garlic

Serve in 4 deep plates. Keeps for 2 days.
"""
AMOUNTS = [("- 800 g", "- 2000 g"), ("- 2 onions", "- 5 onions"), ("- 0.5 l", "- 1.25 l"),
           ("- 150 ml", "- 375 ml"), ("- 1 clove", "- 2.5 cloves")]  # fmt: skip
FOR_TEN = ("(for 4)", "(for 10)")


def soup(workspace: Path, answer: str) -> str:
    """`2.5 clove` and `2 kg` say the same; everything but amounts and head is as it was."""
    text, wanted = (workspace / "soup.md").read_text("utf-8"), SOUP
    text = re.sub(r"2\.50? cloves?", "2.5 cloves", re.sub(r"\b2(\.0)? kg", "2000 g", text))
    for old, new in (FOR_TEN, *AMOUNTS):
        wanted = wanted.replace(old, new)
    return lines_differ("soup.md", text, wanted)


SOUP_FOR_TEN = Task(
    name="soup-for-ten",
    family="edit",
    level=1,
    goal="We'll be 10 on Saturday. Change soup.md so that the head says (for 10) and the amounts in"
    " the list of ingredients are right for 10 (same units, just the numbers). Nothing else in the"
    " recipe changes.",
    files={"soup.md": SOUP},
    grader=soup,
    reference=replaces("soup.md", FOR_TEN, *AMOUNTS),
    wrong=(
        replaces("soup.md", ("for 4", "for 10")),
        replaces("soup.md", *AMOUNTS),
        replaces("soup.md", FOR_TEN, *AMOUNTS, ("20 minutes", "50 minutes")),
        replaces("soup.md", FOR_TEN, *AMOUNTS, ("4 deep plates", "10 deep plates")),
        replaces("soup.md", FOR_TEN, *AMOUNTS[:2], ("- 0.5 l", "- 1 l"), *AMOUNTS[3:]),
    ),
)

# ── how many altos? ──────────────────────────────────────────────────────────────────────────

CHOIR = """Choir list, September
Ahrens, Pia: Alto
Bello, Tunde: bass
Contralto, Maria: Soprano
Dahl, Ove: tenor
Engel, Sofie: ALTO
Fini, Carla: mezzo / alto on demand, sings soprano
Gomes, Rui: Bass
Hart, June: alto (on leave until June)
Ito, Kei: alto
Jansen, Bo: tenor
Kovac, Iva: Soprano
Lund, Nora: Alto
Maas, Ruth: soprano, used to be alto
Nagy, Eva: alto
"""


def altos(pattern: str, flags: re.RegexFlag = re.MULTILINE | re.IGNORECASE) -> Solution:
    return lambda folder: str(len(re.findall(pattern, (folder / "choir.txt").read_text(), flags)))


ALTOS = Task(
    name="choir-altos",
    family="count",
    level=1,
    goal="How many people in choir.txt sing alto at the moment? The voice comes after the colon."
    " Who is on leave doesn't sing, and who only used to sing alto or could if need be sings"
    " something else now.",
    files={"choir.txt": CHOIR},
    grader=all_of(answers_number(5, never=[1, 2, 3, 4, 6, 8, 9]), untouched({"choir.txt": CHOIR})),
    reference=altos(r": alto$"),
    wrong=(
        altos(r"alto"),
        altos(r": alto"),
        altos(r": [Aa]lto$", re.MULTILINE),
        altos(r": alto$", re.MULTILINE),
    ),
)

# ── what is on the shelf and not in the book ─────────────────────────────────────────────────

SHELF = ["lamp-07", "lamp-02", "desk-11", "desk-3", "vase-19", "vase-20", "rug-5", "clock-1",
         "clock-4", "chair-30", "chair-31", "mirror-8"]  # fmt: skip
BOOK = ["Lamp-02", "DESK-11", "vase-19", "vase-21", "rug-5", "clock-1", "chair-30", "Chair-31",
        "mirror-9"]  # fmt: skip
MISSING = sorted(set(SHELF) - {name.lower() for name in BOOK})


def not_booked(lower: bool = True, both: bool = False, ordered: bool = True) -> Solution:
    def solution(workspace: Path) -> str:
        shelf, book = ((workspace / f).read_text().split() for f in ("shelf.txt", "book.txt"))
        known = {name.lower() if lower else name for name in book}
        found = {name for name in shelf if name not in known}
        found |= {name for name in known if name not in shelf} if both else set()
        put(workspace / "missing.txt", "\n".join(sorted(found, reverse=not ordered)) + "\n")
        return "Done."

    return solution


def missing_list(workspace: Path, answer: str) -> str:
    lines = (workspace / "missing.txt").read_text("utf-8").split()
    return "" if lines == MISSING else f"missing.txt holds {lines}, not {MISSING}"


SHELF_AND_BOOK = Task(
    name="shelf-and-book",
    family="join",
    level=1,
    goal="shelf.txt is what stands in our shop, book.txt what is in the books. Write missing.txt:"
    " everything that is on the shelf and not in the books, one per line in alphabetical order."
    " Capitals in the books mean nothing.",
    files={"shelf.txt": "\n".join(SHELF) + "\n", "book.txt": "\n".join(BOOK) + "\n"},
    grader=missing_list,
    reference=not_booked(),
    wrong=(not_booked(lower=False), not_booked(both=True), not_booked(ordered=False)),
)

TASKS = (TIDE_TABLE, SCAN_NAMES, SOUP_FOR_TEN, ALTOS, SHELF_AND_BOOK)
