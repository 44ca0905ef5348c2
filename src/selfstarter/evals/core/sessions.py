"""Two sessions: the second is asked in another folder, for what the first one learnt."""

from pathlib import Path

from selfstarter.evals.graders.answers import answers_number
from selfstarter.evals.graders.tables import lines_are
from selfstarter.evals.solving import put, says
from selfstarter.evals.task import Session, Solution, Task

# ── rates that were looked up ────────────────────────────────────────────────────────────────

HANDBOOK = """# Travel

## Car
Own cars: 0.38 a kilometre up to the 300th of a trip, 0.24 from there on. (Until 2023 it was 0.30.)

## Meals
At home 14 a day, abroad 37 a day. On the day of return it is half of it.

## Hotels
Against receipts.
"""
TRIP = "leg,km\nOslo,410\nback,405\nTrip abroad: left 12 May, returned 15 May 2025 (four days)\n"
CLAIM = 0.38 * 300 + 0.24 * (815 - 300) + 37 * 3 + 37 / 2

CLAIM_TASK = Task(
    name="claim-from-last-time",
    family="sessions",
    level=4,
    goal="You looked up our travel rates for me earlier. My trip by my own car is in trip.txt (one"
    " trip, there and back): how much do I get for kilometres and meals together?",
    files={"trip.txt": TRIP},
    grader=answers_number(
        CLAIM,
        never=[
            0.38 * 815 + 37 * 3.5,
            0.38 * 300 + 0.24 * 515 + 37 * 4,
            0.38 * 300 + 0.24 * 515 + 14 * 3.5,
            0.38 * 600 + 0.24 * 215 + 37 * 3.5,
        ],
    ),
    reference=says(f"You get {CLAIM:.2f}."),
    wrong=(
        says(f"{0.38 * 815 + 37 * 3.5:.2f}"),
        says(f"{0.38 * 300 + 0.24 * 515 + 37 * 4:.2f}"),
        says(f"{0.38 * 600 + 0.24 * 215 + 37 * 3.5:.2f}"),
        says("I don't have the rates."),
    ),
    before=Session(
        goal="What do I get for a trip abroad with my own car? Look up in handbook.md the rates a"
        " kilometre and for meals, with all conditions. I'll travel next week.",
        files={"handbook.md": HANDBOOK},
    ),
)

# ── the way I always want it ─────────────────────────────────────────────────────────────────

JUNE = "name;paid;day\nMüller, Ute;12,50;3.6.2025\nOrtiz, Juan;8,00;17.6.2025\n"
JULY = (
    "name;paid;day\nAbel, Kaya;105,30;2.7.2025\nOrtiz, Juan;8,00;17.7.2025\n"
    "Zorn, Leo;0,75;9.7.2025\n"
)
WANTED = ["2025-07-02|10530|Kaya Abel", "2025-07-09|75|Leo Zorn", "2025-07-17|800|Juan Ortiz"]


def member_lines(
    by_day: bool = True, cents: bool = True, turned: bool = True, mark: str = "|"
) -> Solution:
    def solution(workspace: Path) -> str:
        lines: list[str] = []
        for line in (workspace / "july.txt").read_text("utf-8").splitlines()[1:]:
            name, paid, day = line.split(";")
            d, m, y = day.split(".")
            last, first = name.split(", ")
            money = paid.replace(",", "").lstrip("0") if cents else paid.replace(",", ".")
            who = f"{first} {last}" if turned else name
            lines.append(mark.join([f"{y}-{m:0>2}-{d:0>2}", money, who]))
        put(workspace / "july_clean.txt", "\n".join(sorted(lines) if by_day else lines) + "\n")
        return "Done."

    return solution


HABIT = Task(
    name="the-way-i-want-it",
    family="sessions",
    level=5,
    goal="The same as for June, please, for july.txt: bring it into the form I always want and"
    " write july_clean.txt.",
    files={"july.txt": JULY},
    grader=lines_are("july_clean.txt", WANTED, in_order=True),
    reference=member_lines(),
    wrong=(
        member_lines(by_day=False),
        member_lines(cents=False),
        member_lines(turned=False),
        member_lines(mark=";"),
    ),
    before=Session(
        goal="Bring june.txt into the form that I always want for payments and write"
        " june_clean.txt: a line each like 2025-06-03|1250|Ute Müller, so day, cents, name, with |"
        " between them; sorted by day, no head. Remember that, I'll send one every month.",
        files={"june.txt": JUNE},
    ),
)

TASKS = (CLAIM_TASK, HABIT)
