"""Convert, aggregate, join, clean."""

from collections.abc import Sequence
from pathlib import Path

from selfstarter.evals.graders.tables import csv_is, json_is
from selfstarter.evals.graders.texts import untouched
from selfstarter.evals.solving import (
    biggest_first,
    csv_text,
    json_text,
    put,
    rows_of,
    summed,
    writes,
    writes_from,
)
from selfstarter.evals.task import Solution, Task, all_of

# ── a CSV with quoted commas and empty cells, to typed JSON ──────────────────────────────────

BOOKS = """title,author,year,pages
The Left Hand of Darkness,Ursula K. Le Guin,1969,286
"Zen, and the Art of Motorcycle Maintenance",Robert M. Pirsig,1974,418
Momo,Michael Ende,1973,
"Eats, Shoots & Leaves",Lynne Truss,2003,209
Kindred,Octavia E. Butler,1979,264
Het diner,Herman Koch,2009,
"""


def book(row: dict[str, str], typed: bool = True, blank: object = None) -> dict[str, object]:
    pages = (int(row["pages"]) if typed else row["pages"]) if row["pages"] else blank
    return {**row, "year": int(row["year"]) if typed else row["year"], "pages": pages}


def books(typed: bool = True, blank: object = None) -> Solution:
    return writes_from(
        "books.csv", "books.json", lambda rows: json_text([book(r, typed, blank) for r in rows])
    )


BOOKS_TO_JSON = Task(
    name="books-to-json",
    family="convert",
    goal="Convert books.csv to books.json: a list with one object per book, using the column names"
    " as keys. Year and pages should be numbers, and where the pages are empty I want null.",
    files={"books.csv": BOOKS},
    grader=json_is(
        "books.json",
        [
            {
                "title": "The Left Hand of Darkness",
                "author": "Ursula K. Le Guin",
                "year": 1969,
                "pages": 286,
            },
            {
                "title": "Zen, and the Art of Motorcycle Maintenance",
                "author": "Robert M. Pirsig",
                "year": 1974,
                "pages": 418,
            },
            {"title": "Momo", "author": "Michael Ende", "year": 1973, "pages": None},
            {
                "title": "Eats, Shoots & Leaves",
                "author": "Lynne Truss",
                "year": 2003,
                "pages": 209,
            },
            {"title": "Kindred", "author": "Octavia E. Butler", "year": 1979, "pages": 264},
            {"title": "Het diner", "author": "Herman Koch", "year": 2009, "pages": None},
        ],
        any_order=True,
    ),
    reference=books(),
    wrong=(
        books(typed=False),
        books(blank=0),
        books(blank=""),
        writes_from(
            "books.csv", "books.json", lambda rows: json_text([book(r) for r in rows if r["pages"]])
        ),
    ),
)

# ── sums per group, of one month, without the rejected; thousands commas ─────────────────────

EXPENSES = """date,employee,category,amount,status
2024-02-27,Ines,Travel,212.40,approved
2024-02-29,Jonas,Software,49.00,approved
2024-03-01,Ines,Travel,89.90,approved
2024-03-02,Mira,Meals,23.50,approved
2024-03-04,Jonas,Hardware,"1,249.00",approved
2024-03-05,Mira,Travel,310.00,rejected
2024-03-07,Tom,Meals,18.20,approved
2024-03-07,Tom,Software,99.00,pending
2024-03-11,Ines,Meals,41.75,Rejected
2024-03-12,Jonas,Travel,145.60,approved
2024-03-13,Mira,Software,12.00,approved
2024-03-15,Tom,Hardware,64.95,approved
2024-03-18,Ines,Hardware,79.00,rejected
2024-03-19,Mira,Meals,36.40,pending
2024-03-21,Jonas,Travel,58.00,approved
2024-03-22,Tom,Travel,"1,020.00",approved
2024-03-26,Ines,Software,240.00,approved
2024-03-28,Mira,Meals,27.10,approved
2024-03-31,Tom,Meals,9.80,approved
2024-04-01,Jonas,Hardware,"2,310.00",approved
2024-04-02,Ines,Travel,77.70,approved
2024-04-03,Mira,Meals,15.00,rejected
2023-03-14,Tom,Travel,66.00,approved
"""


def expenses(month: str = "2024-03", drop: Sequence[str] = ("rejected", "Rejected")) -> Solution:
    def table(rows: list[dict[str, str]]) -> str:
        kept = [r for r in rows if r["date"].startswith(month) and r["status"] not in drop]
        return csv_text(["category", "total"], biggest_first(summed(kept, "category", "amount")))

    return writes_from("expenses.csv", "march.csv", table)


MARCH_EXPENSES = Task(
    name="march-expenses",
    family="aggregate",
    goal="expenses.csv has what the team spent. Please add up March 2024 per category and put it in"
    " march.csv with the columns category and total, the biggest first. Rejected expenses don't"
    " count, pending ones do.",
    files={"expenses.csv": EXPENSES},
    grader=csv_is(
        "march.csv",
        ["category", "total"],
        [["Hardware", 1313.95], ["Travel", 1313.5], ["Software", 351], ["Meals", 115]],
        in_order=True,
    ),
    reference=expenses(),
    wrong=(
        expenses(drop=()),
        expenses(drop=("rejected",)),
        expenses(month="20"),
        expenses(drop=("rejected", "Rejected", "pending")),
    ),
)

# ── a left join with a customer who is not in the list ───────────────────────────────────────

CUSTOMERS = """id,name,city
101,Bakkerij Smit,Utrecht
102,"Hansen, Lund & Co",Aarhus
103,Café Central,Wien
104,Olga Petrova,Riga
107,Nordlys AS,Bergen
"""
ORDERS = """order_id,customer_id,date,total
5001,103,2024-05-02,48.00
5002,101,2024-05-02,112.50
5003,107,2024-05-03,19.90
5004,105,2024-05-03,75.00
5005,102,2024-05-04,310.20
5006,101,2024-05-06,64.00
5007,104,2024-05-06,8.75
5008,109,2024-05-07,22.00
5009,102,2024-05-08,95.10
"""
NAMED_HEAD = ["order_id", "date", "name", "total"]


def named_orders(unknown: bool = True, by: str = "customer_id", blank: str = "") -> Solution:
    def solution(workspace: Path) -> str:
        names = {row["id"]: row["name"] for row in rows_of(workspace / "customers.csv")}
        rows = [
            [row["order_id"], row["date"], names.get(row[by], blank), row["total"]]
            for row in rows_of(workspace / "orders.csv")
            if unknown or row[by] in names
        ]
        put(workspace / "orders_named.csv", csv_text(NAMED_HEAD, rows))
        return "Done."

    return solution


ORDERS_NAMED = Task(
    name="orders-named",
    family="join",
    goal="Make orders_named.csv with the columns order_id, date, name and total: every order from"
    " orders.csv with the customer's name from customers.csv. If a customer isn't in our list just"
    " leave the name empty, I'll look those up by hand.",
    files={"customers.csv": CUSTOMERS, "orders.csv": ORDERS},
    grader=all_of(
        csv_is(
            "orders_named.csv",
            NAMED_HEAD,
            [
                ["5001", "2024-05-02", "Café Central", 48],
                ["5002", "2024-05-02", "Bakkerij Smit", 112.5],
                ["5003", "2024-05-03", "Nordlys AS", 19.9],
                ["5004", "2024-05-03", "", 75],
                ["5005", "2024-05-04", "Hansen, Lund & Co", 310.2],
                ["5006", "2024-05-06", "Bakkerij Smit", 64],
                ["5007", "2024-05-06", "Olga Petrova", 8.75],
                ["5008", "2024-05-07", "", 22],
                ["5009", "2024-05-08", "Hansen, Lund & Co", 95.1],
            ],
        ),
        untouched({"customers.csv": CUSTOMERS, "orders.csv": ORDERS}),
    ),
    reference=named_orders(),
    wrong=(
        named_orders(unknown=False),
        named_orders(by="order_id"),
        named_orders(blank="unknown"),
        writes("orders_named.csv", ORDERS),
    ),
)

# ── the same people twice, in different spellings ────────────────────────────────────────────

SIGNUPS = """name,email,signed_up
Anna Berg,anna.berg@mail.example,2024-01-15
Peter Novak,PETER.NOVAK@mail.example,2024-01-17
,,
Lea Martin,lea@atelier.example,2024-01-20
anna berg, Anna.Berg@mail.example ,2024-02-02
Sven Olsson,,2024-02-03
Peter Novak,peter.novak@mail.example,2024-02-05
Priya Shah,priya@shah.example,2024-02-09
Lea Martin,lea.martin@atelier.example,2024-02-11

Tom Ray,tom.ray@mail.example,2024-02-12
PRIYA SHAH,priya@shah.example,2024-03-01
"""


def addresses(fold: bool = True, strip: bool = True, keep_blank: bool = False) -> Solution:
    def table(rows: list[dict[str, str]]) -> str:
        kept: dict[str, list[str]] = {}
        for row in rows:
            email = row["email"].strip() if strip else row["email"]
            email = email.lower() if fold else email
            if email or (keep_blank and row["name"]):
                kept.setdefault(email, [row["name"], email, row["signed_up"]])
        return csv_text(["name", "email", "signed_up"], kept.values())

    return writes_from("signups.csv", "clean.csv", table)


CLEAN_SIGNUPS = Task(
    name="clean-signups",
    family="clean",
    goal="Our newsletter list signups.csv is a mess. Write clean.csv with the same columns: each"
    " e-mail address only once (upper and lower case are the same address, keep the first row),"
    " addresses in lower case, and drop the rows that have no address.",
    files={"signups.csv": SIGNUPS},
    grader=csv_is(
        "clean.csv",
        ["name", "email", "signed_up"],
        [
            ["Anna Berg", "anna.berg@mail.example", "2024-01-15"],
            ["Peter Novak", "peter.novak@mail.example", "2024-01-17"],
            ["Lea Martin", "lea@atelier.example", "2024-01-20"],
            ["Priya Shah", "priya@shah.example", "2024-02-09"],
            ["Lea Martin", "lea.martin@atelier.example", "2024-02-11"],
            ["Tom Ray", "tom.ray@mail.example", "2024-02-12"],
        ],
    ),
    reference=addresses(),
    wrong=(
        addresses(fold=False),
        addresses(strip=False),
        addresses(keep_blank=True),
    ),
)

TASKS = (BOOKS_TO_JSON, MARCH_EXPENSES, ORDERS_NAMED, CLEAN_SIGNUPS)
