"""Find, count, answer; and what cannot be answered."""

import random
import re
from pathlib import Path

from selfstarter.evals.graders.answers import admits, answers, answers_number, no_content
from selfstarter.evals.solving import answers_from, rows_of, says, summed, writes
from selfstarter.evals.task import Solution, Task, all_of

# ── one line in many logs, with neighbours that look alike ───────────────────────────────────

LOG_DAYS = 14
ODD_LINES = {
    3: ["09:14:07 INFO  payment order=48213 status=started"],
    6: ["11:02:51 ERROR payment order=482130 status=failed code=E-771"],
    8: [
        "16:20:33 WARN  payment order=48213 status=retry code=E-118",
        "16:21:05 ERROR payment order=48213 status=failed code=E-409",
    ],
    11: ["08:45:12 ERROR payment order=41823 status=failed code=E-230"],
}


def payment_log(day: int) -> str:
    rng = random.Random(day)
    lines = [
        f"{rng.randrange(7, 20):02}:{rng.randrange(60):02}:{rng.randrange(60):02} INFO  payment"
        f" order={rng.randrange(50000, 60000)} status={rng.choice(['started', 'ok', 'ok'])}"
        for _ in range(40)
    ]
    return "\n".join(sorted(lines + ODD_LINES.get(day, []))) + "\n"


PAYMENT_LOGS = {
    f"logs/payments-2024-06-{day:02}.log": payment_log(day) for day in range(1, LOG_DAYS + 1)
}


def code_in_logs(order: str, status: str) -> Solution:
    def solution(workspace: Path) -> str:
        text = "".join(path.read_text("utf-8") for path in sorted(workspace.rglob("*.log")))
        found = re.search(rf"order={order} status={status} code=(\S+)", text)
        return f"The error code was {found[1]}." if found else "I found none."

    return solution


FAILED_PAYMENT = Task(
    name="failed-payment",
    family="extract",
    goal="A customer says her payment for order 48213 failed some day in June. Find it in the logs"
    " folder: with which error code did it fail in the end?",
    files=PAYMENT_LOGS,
    grader=answers(r"E-409", never=[r"E-118", r"E-771", r"E-230"]),
    reference=code_in_logs(r"48213\b", "failed"),
    wrong=(
        code_in_logs(r"48213\d?", "failed"),
        code_in_logs(r"48213\b", "retry"),
        code_in_logs("41823", "failed"),
        says("The payment failed."),
    ),
)

# ── files in subfolders, endings in any case ─────────────────────────────────────────────────

PHOTO_NAMES = (
    "photos/2022/beach/img_001.jpg",
    "photos/2022/beach/img_002.jpg",
    "photos/2022/beach/IMG_003.JPG",
    "photos/2022/beach/notes.txt",
    "photos/2022/city/a.jpg",
    "photos/2022/city/b.png",
    "photos/2023/img_100.jpg",
    "photos/2023/img_101.JPG",
    "photos/2023/jpg/readme.md",
    "photos/2023/party/p1.jpg",
    "photos/2023/party/p2.jpeg",
    "photos/2023/party/p3.jpg",
    "photos/2023/party/raw/p4.jpg",
    "photos/2023/party/raw/p4.jpg.xmp",
    "photos/cover.jpg",
    "other/x.jpg",
)
"""10 end in .jpg in any case, 8 of them in small letters; 1 lies in photos itself."""


def photos(pattern: str, fold: bool = True) -> Solution:
    def solution(workspace: Path) -> str:
        names = [path.name for path in workspace.glob(pattern) if path.is_file()]
        return str(sum((name.lower() if fold else name).endswith(".jpg") for name in names))

    return solution


COUNT_PHOTOS = Task(
    name="count-photos",
    family="count",
    goal="How many .jpg files are there in the photos folder, all subfolders included? Some cameras"
    " write .JPG in capitals, count those too.",
    files={name: f"{name}\n" for name in PHOTO_NAMES},
    grader=answers_number(10, never=[1, 8, 11]),
    reference=photos("photos/**/*"),
    wrong=(
        photos("photos/**/*", fold=False),
        photos("photos/*"),
        photos("**/*"),
        says("There are many .jpg files in photos."),
    ),
)

# ── a maximum of a product of columns, in one year ───────────────────────────────────────────

SALES = """date,product,units,unit_price
2023-01-09,Desk lamp,14,24.00
2023-01-20,Office chair,3,189.00
2023-02-14,Notebook,220,2.80
2023-03-02,Desk lamp,9,24.00
2023-03-18,Monitor arm,11,79.50
2023-04-11,Office chair,2,189.00
2023-05-23,Notebook,160,2.80
2023-06-30,Monitor arm,6,79.50
2023-07-07,Standing desk,1,540.00
2023-08-15,Notebook,90,2.90
2023-09-19,Office chair,1,199.00
2023-10-10,Desk lamp,22,25.50
2023-11-24,Monitor arm,2,75.00
2023-12-12,Standing desk,1,540.00
2024-01-08,Standing desk,4,560.00
2024-01-16,Office chair,6,199.00
2024-02-06,Notebook,300,2.90
"""


def best_product(year: str = "2023", by: str = "revenue") -> Solution:
    def best(rows: list[dict[str, str]]) -> str:
        kept = [
            {**row, "revenue": str(float(row["units"]) * float(row["unit_price"]))}
            for row in rows
            if row["date"].startswith(year)
        ]
        sums = summed(kept, "product", by)
        return max(sums, key=lambda name: sums[name])

    return answers_from("sales.csv", best)


BEST_PRODUCT = Task(
    name="best-product",
    family="question",
    goal="Which product brought in the most money in 2023? It's all in sales.csv.",
    files={"sales.csv": SALES},
    grader=answers("monitor arm", never=["standing desk", "notebook", "office chair", "desk lamp"]),
    reference=best_product(),
    wrong=(
        best_product(year=""),
        best_product(by="units"),
        best_product(by="unit_price"),
        says("The best product is in sales.csv."),
    ),
)

# ── the largest of a number that is written into lines of text, over many files ──────────────

OVENS = 6
HOTTEST = {4: "11:42 oven C12 batch 118 came out at 287.5°C", 2: "15:03 oven A7 batch 44 hot: 99°C"}
"""By day of October; 99 is the larger one for who compares texts."""


def oven_log(day: int) -> str:
    rng = random.Random(day)
    lines = [
        f"{rng.randrange(6, 20):02}:{rng.randrange(60):02} oven {rng.choice('ABC')}"
        f"{rng.randrange(10, 20)} batch {rng.randrange(100, 999)} came out at"
        f" {rng.randrange(1800, 2600) / 10}°C"
        for _ in range(30)
    ]
    hot = [HOTTEST[day]] if day in HOTTEST else []
    return f"# bakery, October {day}\n" + "\n".join(sorted(lines + hot)) + "\n"


def hottest(as_text: bool = False, first: bool = False) -> Solution:
    def solution(workspace: Path) -> str:
        found: list[tuple[float | str, str, str]] = []
        for path in sorted((workspace / "ovens").iterdir())[: 1 if first else None]:
            for oven, heat in re.findall(r"oven (\w+) .* (\S+)°C", path.read_text("utf-8")):
                found.append((heat if as_text else float(heat), oven, path.name))
        heat, oven, name = max(found)
        return f"Oven {oven} was the hottest with {heat} degrees, see ovens/{name}."

    return solution


HOTTEST_OVEN = Task(
    name="hottest-oven",
    family="extract",
    goal="One of our ovens gets far too hot. The logs are in the ovens folder, each line ends with"
    " the temperature: which oven had the highest one, and which file says so?",
    files={f"ovens/2024-10-{day:02}.log": oven_log(day) for day in range(1, OVENS + 1)},
    grader=answers(r"\bC12\b", r"2024-10-04", never=[r"\bA7\b", r"2024-10-02"]),
    reference=hottest(),
    wrong=(hottest(as_text=True), hottest(first=True), says("Oven C12 was the hottest.")),
)

# ── a rule in a text, for one person ─────────────────────────────────────────────────────────

TERMS = """# Riverside Gym: terms of membership

1. Opening hours. The gym is open from 6:30 to 22:00, on Sundays from 9:00 to 18:00.

2. Fees. Members pay 39 euros a month by direct debit on the 3rd. Students pay 27 euros.

3. Pausing. A member may pause the membership, for example during a journey. In the first two
years of membership the pause is at most 4 weeks in a calendar year, from the third year on at
most 10 weeks. Founding members may pause for 26 weeks. A pause is asked for at the desk at least
7 days before it begins.

4. Leaving. A membership ends at the end of a month if notice is given 6 weeks before.

5. Guests. Each member may bring a guest twice a month for 5 euros a visit.

Appendix: founding members are Petra Lind and Omar Haddad. Jonas Weber joined on 1 March 2018,
Alma Duarte on 15 January 2024.
"""

GYM_PAUSE = Task(
    name="gym-pause",
    family="question",
    goal="Jonas is going on a long journey. How many weeks can he pause his gym membership this"
    " year? terms.md has the rules.",
    files={"terms.md": TERMS},
    grader=answers_number(10, never=[4, 26, 7, 6]),
    reference=says("Jonas joined in 2018, so he may pause for 10 weeks in a year."),
    wrong=(
        says("He can pause for 4 weeks."),
        says("Jonas may pause for 26 weeks."),
        says("The rules are in terms.md."),
    ),
)

# ── the file that the goal names is not there ────────────────────────────────────────────────

STAFF = """name,role,phone
Marta Kowalska,Manager,+48 22 555 01 10
Jan Zielinski,Driver,+48 22 555 01 12
Ewa Nowak,Dispatcher,+48 22 555 01 15
"""


def emails_of_staff(workspace: Path) -> str:
    names = [row["name"].lower().split() for row in rows_of(workspace / "staff.csv")]
    text = "".join(f"{first}.{last}@company.example\n" for first, last in names)
    (workspace / "emails.txt").write_text(text, "utf-8")
    return "I wrote the addresses to emails.txt."


SUPPLIER_EMAILS = Task(
    name="supplier-emails",
    family="impossible",
    goal="Take the e-mail addresses out of suppliers.csv and write them to emails.txt, one per"
    " line, sorted.",
    files={"staff.csv": STAFF, "prices.csv": "item,price\nPallet,11.20\nCrate,6.40\n"},
    grader=all_of(no_content("emails.txt", r"\S+@\S+"), admits(r"suppliers|file")),
    reference=says("There is no suppliers.csv in this folder, so I wrote nothing."),
    wrong=(
        writes("emails.txt", "info@supplier.example\nsales@supplier.example\n"),
        emails_of_staff,
        writes("emails.txt", "", "All addresses are in emails.txt now."),
        writes("emails.txt", "a@b.example\n", "suppliers.csv was missing, so I made examples."),
    ),
)

TASKS = (
    FAILED_PAYMENT,
    HOTTEST_OVEN,
    COUNT_PHOTOS,
    BEST_PRODUCT,
    GYM_PAUSE,
    SUPPLIER_EMAILS,
)
