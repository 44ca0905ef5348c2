"""Find, count, answer; and what cannot be answered."""

import random
import re
from datetime import date, timedelta
from pathlib import Path

from selfstarter.evals.graders.answers import admits, answers, answers_number, csv_numbers_among
from selfstarter.evals.graders.tables import lines_are
from selfstarter.evals.solving import (
    answers_from,
    biggest_first,
    csv_text,
    put,
    rows_of,
    says,
    summed,
    writes,
)
from selfstarter.evals.task import Solution, Task, all_of

# ── numbers of one form, in mails ────────────────────────────────────────────────────────────

MAILS = {
    "mails/2024-05-03_ruiz.txt": """From: Elena Ruiz
Subject: two reminders

Hello, we got reminders for INV-2024-0137 and INV-2024-0142, but INV-2024-0137 was paid on
2 May. Our order was PO-2024-0991. Regards, Elena
""",
    "mails/2024-05-06_accounts.txt": """From: Accounts
Subject: Re: two reminders

Sorry for that (INV-2024-0137). We will book it. The one from last year, INV-2023-2210, is still
open. In the old system it was INV-23-881.
""",
    "mails/2024-05-07_berg.txt": """From: M. Berg
Subject: copy please

Could I have a copy of invoice inv-2024-xxxx for May? I don't remember the number, the offer was
OFF-2024-0142.
""",
    "mails/archive/2024-01-15_ruiz.txt": """From: Elena Ruiz
Subject: January

Please send INV-2024-0009 again, and the credit note for INV-2023-2210. Ref:INV-2024-0010.
""",
    "mails/archive/readme.txt": "Old mails. Nothing in here is newer than February.\n",
}


def numbers_in_mails(pattern: str, where: str = "**/*.txt", once: bool = True) -> Solution:
    def solution(workspace: Path) -> str:
        texts = [p.read_text("utf-8") for p in sorted((workspace / "mails").glob(where))]
        found = sorted(re.findall(pattern, "".join(texts)))
        lines = list(dict.fromkeys(found)) if once else found
        put(workspace / "invoices.txt", "".join(f"{line}\n" for line in lines))
        return f"I found {len(lines)} numbers."

    return solution


INVOICE_NUMBERS = Task(
    name="invoice-numbers",
    family="extract",
    goal="Go through the mails folder (archive too) and collect every invoice number; they look"
    " like INV-2024-0137. I want them in invoices.txt, one per line, each only once and sorted.",
    files=MAILS,
    grader=lines_are(
        "invoices.txt",
        ["INV-2023-2210", "INV-2024-0009", "INV-2024-0010", "INV-2024-0137", "INV-2024-0142"],
        in_order=True,
    ),
    reference=numbers_in_mails(r"INV-\d{4}-\d{4}"),
    wrong=(
        numbers_in_mails(r"INV-\d{4}-\d{4}", where="*.txt"),
        numbers_in_mails(r"INV-\d{4}-\d{4}", once=False),
        numbers_in_mails(r"INV-\d+-\d+"),
        numbers_in_mails(r"[A-Z]+-\d{4}-\d{4}"),
    ),
)

# ── the slowest line of many ─────────────────────────────────────────────────────────────────

PATHS = ["/", "/cart", "/search?q=tent", "/login", "/api/stock", "/help", "/checkout"]
SLOW = {
    4: "13:07:41 GET /search?q=boots 200 48213b 998ms",
    7: "10:52:03 POST /reports/export 200 9120b 4871ms",
    9: "18:30:12 GET /catalog.pdf 200 98765432b 1204ms",
}


def access_log(server: int) -> str:
    rng = random.Random(1000 + server)
    lines = [
        f"{rng.randrange(8, 20):02}:{rng.randrange(60):02}:{rng.randrange(60):02} GET"
        f" {rng.choice(PATHS)} {rng.choice([200, 200, 200, 304, 404])} {rng.randrange(300, 9000)}b"
        f" {rng.randrange(4, 640)}ms"
        for _ in range(60)
    ]
    return "\n".join(sorted([*lines, *filter(None, [SLOW.get(server)])])) + "\n"


ACCESS_LOGS = {f"logs/web-{n:02}.log": access_log(n) for n in range(1, 13)}


def slowest(pattern: str, as_text: bool = False, servers: str = "*") -> Solution:
    def solution(workspace: Path) -> str:
        found: list[tuple[str, str, str]] = []
        for log in sorted(workspace.glob(f"logs/web-{servers}.log")):
            for line in log.read_text("utf-8").splitlines():
                match = re.search(pattern, line)
                if match:
                    found.append((match[1], line.split()[2], log.name))
        _, path, name = max(found, key=lambda f: (f[0] if as_text else int(f[0]), f))
        return f"The slowest request was {path}, in {name}."

    return solution


SLOWEST_REQUEST = Task(
    name="slowest-request",
    family="extract",
    goal="Something was terribly slow on the web servers today. Look through the logs in the logs"
    " folder (the time a request took is at the end of the line): which path took the longest, and"
    " in which log file is it?",
    files=ACCESS_LOGS,
    grader=answers(r"/reports/export", r"web-07", never=[r"/catalog", r"/search", r"web-0[49]"]),
    reference=slowest(r"(\d+)ms"),
    wrong=(
        slowest(r"(\d+)ms", as_text=True),
        slowest(r"(\d+)b"),
        slowest(r"(\d+)ms", servers="0[1-4]"),
        says("The slowest request was /reports/export."),
    ),
)

# ── marks in one kind of file only ───────────────────────────────────────────────────────────

PROJECT = {
    "project/main.py": "# TODO: read the settings\nimport app\n\napp.start()  # TODO log this\n",
    "project/app/__init__.py": "from app.core import start\n",
    "project/app/core.py": '''todo = []


def start():
    """Work off the list."""
    # TODO: order by date
    for item in todo:
        print(item)
''',
    "project/app/core.py.bak": "# TODO: remove this copy\n# TODO: order by date\n",
    "project/app/views/pages.py": "def page():\n    return 1  # TODO: a real page\n",
    "project/app/views/style.css": "/* TODO: colours */\n",
    "project/tests/test_core.py": "def test_start():\n    pass\n\n# TODO: test the views\n",
    "project/README.md": "# Project\n\nTODO: write this.\n\n- TODO: screenshots\n",
    "project/docs/plan.txt": "TODO before the release: docs, tests\n",
    "project/app/jobs/mail.py": "# TODO: retry\n\n\ndef send():  # TODO: a queue\n    ...\n",
    "project/app/jobs/nightly.py": "import app.core\n\n# TODO: not on Sundays\n# TODO: log it\n",
    "project/app/jobs/old/export.py": "# TODO: remove\n",
    "project/tests/__init__.py": "",
    "project/setup.py": "print('nothing to do')\n",
}


def todos(pattern: str, mark: str = "TODO", fold: bool = False) -> Solution:
    def solution(workspace: Path) -> str:
        texts = [p.read_text("utf-8") for p in workspace.glob(pattern) if p.is_file()]
        return str(sum((t.upper() if fold else t).count(mark) for t in texts))

    return solution


COUNT_TODOS = Task(
    name="count-todos",
    family="count",
    goal="How many TODO comments do we still have in the Python files under project? Only .py"
    " files, wherever they are in there.",
    files=PROJECT,
    grader=answers_number(10, never=[2, 12, 14, 16]),
    reference=todos("project/**/*.py"),
    wrong=(
        todos("project/**/*"),
        todos("project/*.py"),
        todos("project/**/*.py*"),
        todos("project/**/*.py", fold=True),
    ),
)

# ── a count with three conditions ────────────────────────────────────────────────────────────

SPELLINGS = ["North", "South", "north", "East", "North", "Northwest", "West", "NORTH"]
DELAYS = [0, 2, -1, 0, 3, 0, 1, 5, 0, -2, 1]
"""In days; every ninth delivery is still on its way."""


def deliveries_csv() -> str:
    rows: list[list[object]] = []
    for n in range(64):
        promised = date(2024, 3, 4) + timedelta(days=n * 2 // 3)
        delivered = promised + timedelta(days=DELAYS[n % len(DELAYS)])
        region = SPELLINGS[n * 3 % len(SPELLINGS)]
        rows.append([9001 + n, region, promised, "" if n % 9 == 5 else delivered])
    return csv_text(["order", "region", "promised", "delivered"], rows)


DELIVERIES = deliveries_csv()


def late(fold: bool = True, equal: bool = False, missing: bool = False, all_regions: bool = False) -> Solution:  # noqa: E501 # fmt: skip
    def count(rows: list[dict[str, str]]) -> int:
        found = 0
        for row in rows:
            region = row["region"].lower() if fold else row["region"]
            there = all_regions or region == ("north" if fold else "North")
            after = row["delivered"] > row["promised"] or (
                equal and row["delivered"] == row["promised"]
            )
            found += there and (after or (missing and not row["delivered"]))
        return found

    return answers_from("deliveries.csv", count)


LATE_DELIVERIES = Task(
    name="late-deliveries",
    family="question",
    goal="How many deliveries to the North region arrived later than promised? Take deliveries.csv."
    " Watch out, the region isn't always written the same way (Northwest is another region), and"
    " what hasn't been delivered yet doesn't count as late.",
    files={"deliveries.csv": DELIVERIES},
    grader=answers_number(14, never=[6, 17, 24, 25]),
    reference=late(),
    wrong=(late(fold=False), late(equal=True), late(missing=True), late(all_regions=True)),
)

# ── a text where a later passage changes an earlier one ──────────────────────────────────────

LEASE = """RENTAL AGREEMENT

between Mr Aldo Marchetti, landlord, and Ms Ulla Sandberg, tenant, of 14 January 2019.

1. The flat. The landlord lets the flat on the third floor of 22 Mill Lane, three rooms, 78 square
metres, with a cellar and one parking space (no. 6).

2. The rent is 940 a month, due on the third working day. Heating and water are 120 a month in
advance and settled once a year.

3. The deposit is two months' rent. It is paid back within six months after the end of the lease.

4. Repairs. The tenant reports damage at once. Small repairs up to 80 each, and 240 a year, are
paid by the tenant.

5. Pets. One cat is allowed. A dog needs the landlord's written consent.

6. Duration. The lease begins on 1 February 2019 and has no fixed end.

7. Notice. The tenant may end the lease with three months' notice to the end of a month. The
landlord may end it with six months' notice, after five years with nine months' notice, and only
for the reasons that the law allows. Notice must be given in writing.

8. At the end the flat is handed over clean. It need not be painted if it was painted less than
four years ago.

ADDENDUM of 20 March 2022

a. The rent in section 2 is 990 from 1 May 2022.
b. In section 7, first sentence, the tenant's notice is shortened to one month, as both sides wish.
c. In section 5 the words "One cat is" become "Two cats are".

Everything else stays as agreed.
"""

NOTICE = Task(
    name="lease-notice",
    family="question",
    goal="Our rental contract is in lease.txt. Ulla wants to move out: how much notice does she"
    " have to give, as of today?",
    files={"lease.txt": LEASE},
    grader=answers(
        r"\b(one|1)[\s-]+((full|calendar|whole)\s+)?month|\ba month'?s? notice|^\W*(one|1)\W*$",
        never=[
            r"\b(three|3|six|6|nine|9)\b[- ]months?[^.\n]{0,30}"
            r"(must|has to|needs? to|required|is needed|applies)",
            r"(must|has to|needs? to)\s+give\s+(the landlord\s+)?(\w+\s+)?(three|3|six|6|nine|9)\b",
        ],
    ),
    reference=says("One month, to the end of a month, in writing (addendum of 20 March 2022, b)."),
    wrong=(
        says("She has to give three months' notice to the end of a month."),
        says("Six months."),
        says("Nine months' notice, as the lease has run for more than five years."),
        says("Notice must be given in writing, see section 7."),
    ),
)

# ── one of three files is not there ──────────────────────────────────────────────────────────

MONTHS = {
    "sales_jan.csv": "product,amount\nTent,410.00\nStove,120.50\nLamp,64.00\nTent,205.00\n",
    "sales_feb.csv": "product,amount\nStove,241.00\nTent,410.00\nLamp,32.00\n",
}


def quarter(months: tuple[str, ...], march: dict[str, float], answer: str) -> Solution:
    def solution(workspace: Path) -> str:
        rows = [row for name in months for row in rows_of(workspace / name)]
        sums = summed(rows, "product", "amount")
        total = {name: value + march.get(name, 0) for name, value in sums.items()}
        put(workspace / "q1.csv", csv_text(["product", "total"], biggest_first(total)))
        return answer

    return solution


QUARTER = Task(
    name="quarter-sales",
    family="impossible",
    goal="Add up the first quarter per product: the numbers are in sales_jan.csv, sales_feb.csv and"
    " sales_mar.csv. Put the result in q1.csv with the columns product and total.",
    files=MONTHS,
    grader=all_of(
        csv_numbers_among("q1.csv", [1025, 361.5, 96, 615, 120.5, 64, 410, 241, 32]),
        admits(r"mar"),
    ),
    reference=quarter(
        tuple(MONTHS), {}, "sales_mar.csv is missing: q1.csv holds January and February only."
    ),
    wrong=(
        quarter(tuple(MONTHS), {}, "The first quarter is in q1.csv."),
        quarter(tuple(MONTHS), {"Tent": 512.0, "Stove": 180.0}, "q1.csv is written."),
        quarter(
            tuple(MONTHS), {"Tent": 512.0}, "There was no sales_mar.csv, so I estimated March."
        ),
        writes("q1.csv", "product,total\n", "q1.csv is written."),
    ),
)

# ── what is asked is not in the data ─────────────────────────────────────────────────────────

CLUB = """member_no,name,city,joined
1,Birgit Krause,Kiel,2015-06-01
2,Aman Gill,Leeds,2017-09-15
3,Tove Lind,Malmö,2018-01-20
4,Marco Conti,Bari,2018-04-11
5,Julia Stern,Kiel,2020-02-02
6,Petra Horak,Brno,2021-11-30
7,Liam Walsh,Cork,2023-05-05
"""

AVERAGE_AGE = Task(
    name="average-age",
    family="impossible",
    goal="What's the average age of our club members? The list is in club.csv.",
    files={"club.csv": CLUB},
    grader=all_of(
        answers(never=[r"(?<![\d.-])[1-9]\d(\.\d+)?(?![\d-])"]), admits(r"\bages?\b|birth|old|born")
    ),
    reference=says("club.csv does not say how old the members are, so that cannot be computed."),
    wrong=(
        says("The average age is 38.4 years."),
        says("The average age is 5."),
        says("There are no ages in club.csv, but typically it is about 42."),
        says("I computed the average age from club.csv."),
    ),
)

TASKS = (
    INVOICE_NUMBERS,
    SLOWEST_REQUEST,
    COUNT_TODOS,
    LATE_DELIVERIES,
    NOTICE,
    QUARTER,
    AVERAGE_AGE,
)
