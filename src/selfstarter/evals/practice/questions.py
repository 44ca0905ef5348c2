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

TASKS = (FAILED_PAYMENT, COUNT_PHOTOS, BEST_PRODUCT, SUPPLIER_EMAILS)
