"""Level 5 (and one of 4): the way has to be found as well."""

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from random import Random

from selfstarter.evals.graders.tables import csv_is
from selfstarter.evals.graders.texts import text_of, untouched
from selfstarter.evals.solving import csv_text, put, rows_of, says, writes
from selfstarter.evals.task import Solution, Task, all_of

# ── letters in a family cipher ───────────────────────────────────────────────────────────────

ABC = "abcdefghijklmnopqrstuvwxyz"
KEY = "quince"
FIRST = "Dear Tom, the boat is sold. Meet me at the old lighthouse on Friday at nine. Yours, Greta"
SECOND = "Dear Greta, I shall be late: the ferry leaves at ten. Bring the blue suitcase! Yours, Tom"


def shifted(text: str, key: str, sign: int = 1, counts_blanks: bool = False) -> str:
    """Letters only, each moved by the next letter of the key; everything else stays."""
    turns, out = cycle(key), ""
    for letter in text:
        if letter.lower() in ABC:
            now = ABC[(ABC.index(letter.lower()) + sign * ABC.index(next(turns))) % 26]
            out += now.upper() if letter.isupper() else now
        else:
            out += letter
            if counts_blanks:
                next(turns)
    return out


def decodes(key: str = KEY, sign: int = -1, counts_blanks: bool = False) -> Solution:
    def solution(workspace: Path) -> str:
        text = text_of(workspace / "letters" / "tom.txt").strip()
        put(workspace / "tom_plain.txt", shifted(text, key, sign, counts_blanks) + "\n")
        return "Done."

    return solution


def plain_letter(workspace: Path, answer: str) -> str:
    text = " ".join(text_of(workspace / "tom_plain.txt").split())
    return "" if text == SECOND else f"tom_plain.txt holds {text[:60]!r}"


CIPHER = Task(
    name="family-cipher",
    family="question",
    level=5,
    goal="My grandparents wrote to one another in a cipher. In the letters folder is greta.txt, and"
    " greta_plain.txt is the same letter as she told it to me. They always used the same key."
    " Please write tom's letter (tom.txt) as plain text to tom_plain.txt.",
    files={
        "letters/greta.txt": shifted(FIRST, KEY) + "\n",
        "letters/greta_plain.txt": FIRST + "\n",
        "letters/tom.txt": shifted(SECOND, KEY) + "\n",
    },
    grader=plain_letter,
    reference=decodes(),
    wrong=(decodes(sign=1), decodes(counts_blanks=True), decodes(key="qu"),
           writes("tom_plain.txt", FIRST + "\n")),
)  # fmt: skip

# ── which entries are wrong? ─────────────────────────────────────────────────────────────────

DICE = Random(88)
SLIPS = {f"B{n:03}": DICE.randrange(1500, 9000) for n in DICE.sample(range(1, 400), 140)}
"""Number and cents, as on the slips."""
NAMES = list(SLIPS)
SWAPPED, LOST, TWICE, TENFOLD = NAMES[17], NAMES[52], NAMES[90], NAMES[133]


def swapped(cents: int) -> int:
    """The first two digits in the wrong order."""
    text = str(cents)
    return int(text[1] + text[0] + text[2:])


def euros(cents: int) -> str:
    return f"{cents / 100:.2f}"


def book() -> list[tuple[str, str]]:
    changed = {SWAPPED: swapped(SLIPS[SWAPPED]), TENFOLD: SLIPS[TENFOLD] * 10}
    rows = [(name, euros(changed.get(name, c))) for name, c in SLIPS.items() if name != LOST]
    rows.insert(30, (TWICE, euros(SLIPS[TWICE])))
    return rows


def slip(name: str, cents: int) -> str:
    """In one of three layouts; the sum to pay is what counts."""
    match int(name[1:]) % 3:
        case 0:
            return f"{name}\nGoods {euros(cents - 120)}\nDelivery 1.20\nTO PAY {euros(cents)}\n"
        case 1:
            return f"No. {name}\nto pay: EUR {euros(cents)}\ngiven: 100.00\n"
        case _:
            return (
                f"{name}\nDiscount 5.00, instead of {euros(cents + 500)}\nTo Pay {euros(cents)}\n"
            )


BOOK = csv_text(["slip", "amount"], book())
BILLS = {f"slips/{name}.txt": slip(name, cents) for name, cents in SLIPS.items()}
ERRORS_HEAD = ["slip", "booked", "right"]
ERRORS = [
    (SWAPPED, euros(swapped(SLIPS[SWAPPED])), euros(SLIPS[SWAPPED])),
    (LOST, "0", euros(SLIPS[LOST])),
    (TWICE, euros(2 * SLIPS[TWICE]), euros(SLIPS[TWICE])),
    (TENFOLD, euros(10 * SLIPS[TENFOLD]), euros(SLIPS[TENFOLD])),
]


def errors(last: bool = False, lost: bool = True, first_sum: bool = False) -> Solution:
    """`last`: of several bookings of a slip, only the last; `first_sum`: on a slip."""

    def solution(workspace: Path) -> str:
        booked: dict[str, float] = {}
        for row in rows_of(workspace / "book.csv"):
            before = 0.0 if last else booked.get(row["slip"], 0.0)
            booked[row["slip"]] = before + float(row["amount"])
        rows: list[Sequence[object]] = []
        for path in sorted((workspace / "slips").iterdir()):
            lines = text_of(path).splitlines()[1:]
            line = next(one for one in lines if first_sum or one.lower().startswith("to pay"))
            right, now = float(line.split()[-1]), booked.get(path.stem, 0.0)
            if abs(right - now) > 0.001 and (lost or path.stem in booked):
                rows.append((path.stem, f"{now:.2f}", f"{right:.2f}"))
        put(workspace / "errors.csv", csv_text(ERRORS_HEAD, rows))
        return "Done."

    return solution


BOOK_ERRORS = Task(
    name="book-errors",
    family="search",
    level=4,
    goal="book.csv doesn't agree with our slips. Each slip in the slips folder should be booked"
    " once with what was to pay. Write errors.csv with the columns slip (like B007), booked (what"
    " is booked for it in all, 0 if nothing) and right: every slip that is booked wrong, not"
    " at all or twice.",
    files={"book.csv": BOOK, **BILLS},
    grader=all_of(csv_is("errors.csv", ERRORS_HEAD, ERRORS), untouched({"book.csv": BOOK})),
    reference=errors(),
    wrong=(errors(last=True), errors(lost=False), errors(first_sum=True), says("4 are wrong.")),
)

# ── money in the bank, bills in the book ─────────────────────────────────────────────────────

OPEN = [("R101", "Abel", 12000), ("R102", "Berg", 8550), ("R103", "Berg", 4500),
        ("R104", "Cole", 30000), ("R105", "Abel", 9900), ("R106", "Dorn", 15000),
        ("R107", "Cole", 2250), ("R108", "Egan", 7000), ("R109", "Dorn", 15000),
        ("R110", "Egan", 6125), ("R111", "Berg", 4550)]  # fmt: skip
"""Number, customer, cents."""
PAID = [("Abel", 11640, "bill R101, less 3 % for early payment"), ("Berg", 13050, "R102 and R103"),
        ("Cole", 15000, "R104 first half"), ("Dorn", 15000, "thank you"),
        ("Cole", 15000, "R104 rest"), ("Egan", 7000, "R110"), ("Abel", 9000, "R105"),
        ("Egan", 5875, "for R108"), ("Fink", 4550, "R111 for my sister"),
        ("Cole", 1150, "R107")]  # fmt: skip
OWED_RULES = """# How we book payments

1. A payment belongs to the bills it names. If it names several, it pays them in that order.
2. If it names none, it pays the customer's lowest open bill number.
3. Who takes up to 3 % off for early payment has paid in full.
4. What is paid too much on a bill goes to the same customer's other open bills, the lowest first.
5. It does not matter who pays.
"""
OWED = [("R105", "9.00"), ("R107", "11.00"), ("R108", "2.50"), ("R109", "150.00")]
"""R110 takes 61.25 of its 70.00; 8.75 go to R108, then 58.75 come in for it: 2.50 are left."""


def owed(discount: bool = True, onward: bool = True, named: bool = True) -> Solution:
    def solution(workspace: Path) -> str:
        left = {
            r["bill"]: round(float(r["amount"]) * 100) for r in rows_of(workspace / "bills.csv")
        }
        full = dict(left)
        who = {row["bill"]: row["customer"] for row in rows_of(workspace / "bills.csv")}
        for row in rows_of(workspace / "bank.csv"):
            money = round(float(row["amount"]) * 100)
            bills = [bill for bill in left if bill in row["text"]] if named else []
            owner = who[bills[0]] if bills else row["from"]
            others = [bill for bill in left if who[bill] == owner and bill not in bills]
            if onward or not bills:
                bills += others
            for bill in bills:
                pays = min(money, left[bill])
                left[bill], money = left[bill] - pays, money - pays
            first = bills[0] if bills else ""
            if discount and "early" in row["text"] and left[first] <= full[first] * 0.03:
                left[first] = 0
        rows = [(bill, euros(cents)) for bill, cents in left.items() if cents]
        put(workspace / "owed.csv", csv_text(["bill", "owed"], rows))
        return "Done."

    return solution


UNPAID = Task(
    name="who-still-owes",
    family="join",
    level=5,
    goal="bills.csv are our bills, bank.csv is what came in, in that order. Which bills are not"
    " paid in full? How we book is in rules.md. Write owed.csv with the columns bill and owed.",
    files={
        "bills.csv": csv_text(
            ["bill", "customer", "amount"], [(b, c, euros(x)) for b, c, x in OPEN]
        ),
        "bank.csv": csv_text(["from", "amount", "text"], [(w, euros(x), t) for w, x, t in PAID]),
        "rules.md": OWED_RULES,
    },
    grader=csv_is("owed.csv", ["bill", "owed"], OWED),
    reference=owed(),
    wrong=(owed(discount=False), owed(onward=False), owed(named=False)),
)

TASKS = (CIPHER, BOOK_ERRORS, UNPAID)
