"""Convert, aggregate, join, clean."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from selfstarter.evals.graders.tables import csv_is, table_is
from selfstarter.evals.graders.texts import untouched
from selfstarter.evals.solving import (
    csv_text,
    json_text,
    loaded,
    put,
    rows_of,
    summed,
    writes,
    writes_from,
)
from selfstarter.evals.task import Solution, Task, all_of

# ── JSON to a sorted Markdown table ──────────────────────────────────────────────────────────

INVENTORY = {
    "updated": "2024-09-30",
    "servers": [
        {"name": "mail-02", "site": {"city": "Gdansk"}, "ram_gb": 16, "retired": False},
        {"name": "db-01", "site": {"city": "Lille"}, "ram_gb": 128, "retired": False},
        {"name": "web-11", "site": {"city": "Lille"}, "ram_gb": 32, "retired": False},
        {"name": "web-02", "site": {"city": "Gdansk"}, "ram_gb": 32, "retired": True},
        {"name": "backup-01", "site": {"city": "Turin"}, "ram_gb": 8, "retired": False},
        {"name": "web-09", "site": {"city": "Turin"}, "ram_gb": 64, "retired": False},
        {"name": "mail-01", "site": {"city": "Lille"}, "ram_gb": 16, "retired": True},
    ],
}
SERVER_HEAD = ["Name", "Location", "RAM (GB)"]


def servers(retired: bool = False, ordered: bool = True, key: str = "city") -> Solution:
    def solution(workspace: Path) -> str:
        found: list[dict[str, Any]] = loaded(workspace / "inventory.json")["servers"]
        rows = [
            (s["name"], s["site"][key] if key else s["site"], str(s["ram_gb"]))
            for s in found
            if retired or not s["retired"]
        ]
        lines = [" | ".join(map(str, row)) for row in (sorted(rows) if ordered else rows)]
        table = [" | ".join(SERVER_HEAD), "--- | --- | ---:", *lines]
        put(workspace / "servers.md", "".join(f"| {line} |\n" for line in table))
        return "servers.md is written."

    return solution


SERVER_TABLE = Task(
    name="server-table",
    family="convert",
    goal="I need servers.md for the wiki: a Markdown table made from inventory.json with the"
    " columns Name, Location (the city) and RAM (GB), sorted by name. Leave out the retired"
    " machines.",
    files={"inventory.json": json_text(INVENTORY)},
    grader=table_is(
        "servers.md",
        SERVER_HEAD,
        [
            ["backup-01", "Turin", 8],
            ["db-01", "Lille", 128],
            ["mail-02", "Gdansk", 16],
            ["web-09", "Turin", 64],
            ["web-11", "Lille", 32],
        ],
        in_order=True,
    ),
    reference=servers(),
    wrong=(
        servers(retired=True),
        servers(ordered=False),
        servers(key=""),
        writes("servers.md", "Name, Location, RAM (GB)\nbackup-01, Turin, 8\n"),
    ),
)

# ── nested JSON to one row per item ──────────────────────────────────────────────────────────

BASKETS: list[dict[str, object]] = [
    {"order": 7001, "customer": "Iversen", "items": [
        {"sku": "A-10", "quantity": 2, "price": 4.5}, {"sku": "C-77", "price": 19.95}]},
    {"order": 7002, "customer": "Dubois, Paul", "items": [{"sku": "B-05", "quantity": 1,
        "price": 7.0}]},
    {"order": 7003, "customer": "Okafor", "items": []},
    {"order": 7004, "customer": "Iversen", "items": [
        {"sku": "A-10", "quantity": 12, "price": 4.2}, {"sku": "B-05", "quantity": 3, "price": 7},
        {"sku": "D-31", "price": 120}]},
]  # fmt: skip
ITEM_HEAD = ["order", "customer", "sku", "quantity", "price"]


def order_items(default: object = 1, firsts: bool = False, empty: bool = False) -> Solution:
    def solution(workspace: Path) -> str:
        rows: list[list[object]] = []
        for order in loaded(workspace / "orders.json"):
            own = [order["order"], order["customer"]]
            for item in order["items"][:1] if firsts else order["items"]:
                rows.append([*own, item["sku"], item.get("quantity", default), item["price"]])
            if empty and not order["items"]:
                rows.append([*own, "", "", ""])
        put(workspace / "items.csv", csv_text(ITEM_HEAD, rows))
        return "Done."

    return solution


ORDER_ITEMS = Task(
    name="order-items",
    family="convert",
    goal="orders.json is an export of our shop. Flatten it into items.csv with one line per ordered"
    " item and the columns order, customer, sku, quantity, price. If there is no quantity it"
    " means 1.",
    files={"orders.json": json_text(BASKETS)},
    grader=csv_is(
        "items.csv",
        ITEM_HEAD,
        [
            [7001, "Iversen", "A-10", 2, 4.5],
            [7001, "Iversen", "C-77", 1, 19.95],
            [7002, "Dubois, Paul", "B-05", 1, 7],
            [7004, "Iversen", "A-10", 12, 4.2],
            [7004, "Iversen", "B-05", 3, 7],
            [7004, "Iversen", "D-31", 1, 120],
        ],
    ),
    reference=order_items(),
    wrong=(order_items(default=""), order_items(firsts=True), order_items(empty=True)),
)

# ── means per group, of one kind of meter, without the gaps ──────────────────────────────────

BUILDINGS = {"Harbour": 40, "Mill": 22, "Annex": 9}
GAPS = {2: "offline", 3: "n/a", 4: "n/a", 11: "", 19: "n/a", 22: "", 26: "-"}


def readings_csv() -> str:
    rows: list[list[object]] = []
    for day in range(1, 13):
        for n, (building, base) in enumerate(BUILDINGS.items()):
            kwh = f"{base + (day * (7 + n)) % 11 * 0.75:.2f}"
            gap = GAPS.get(len(rows) // 2, kwh)
            rows.append([f"2024-10-{day:02}", building, "electricity", gap])
            rows.append([f"2024-10-{day:02}", building, "gas", f"{base * 2.5 + day:.2f}"])
    return csv_text(["date", "building", "meter", "kwh"], rows)


READINGS = readings_csv()


def averages(meters: tuple[str, ...] = ("electricity",), zero: bool = False, mean: bool = True) -> Solution:  # noqa: E501 # fmt: skip
    def table(rows: list[dict[str, str]]) -> str:
        values: dict[str, list[float]] = {}
        for row in rows:
            number = re.fullmatch(r"[\d.]+", row["kwh"])
            if row["meter"] in meters and (number or zero):
                values.setdefault(row["building"], []).append(float(row["kwh"]) if number else 0)
        found = {name: sum(v) / (len(v) if mean else 1) for name, v in values.items()}
        return csv_text(["building", "average_kwh"], [(n, f"{v:.2f}") for n, v in found.items()])

    return writes_from("readings.csv", "averages.csv", table)


POWER_AVERAGES = Task(
    name="power-averages",
    family="aggregate",
    goal="Work out the average electricity reading of each building from readings.csv and save it"
    " as averages.csv (columns building and average_kwh, two decimals). The meters sometimes drop"
    " out, just ignore readings that aren't a number.",
    files={"readings.csv": READINGS},
    grader=csv_is(
        "averages.csv",
        ["building", "average_kwh"],
        [["Harbour", 44.02], ["Mill", 26], ["Annex", 13]],
    ),
    reference=averages(),
    wrong=(averages(("electricity", "gas")), averages(zero=True), averages(mean=False)),
)

# ── what is still open, after several payments ───────────────────────────────────────────────

INVOICES = """invoice,client,amount,due
R-301,Lindqvist,1200.00,2024-08-15
R-302,Atelier Roux,480.50,2024-08-20
R-303,Lindqvist,75.00,2024-08-31
R-304,Ferro Srl,2310.00,2024-09-05
R-305,Atelier Roux,99.90,2024-09-10
R-306,Kim & Sons,640.00,2024-09-12
R-307,Ferro Srl,150.00,2024-09-30
"""
PAYMENTS = """payment,invoice,amount,date
P1,R-301,600.00,2024-08-10
P2,R-302,480.50,2024-08-19
P3,R-301,600.00,2024-08-28
P4,R-304,1000.00,2024-09-01
P5,R-304,1000.00,2024-09-08
P6,R-306,700.00,2024-09-09
P7,R-311,88.00,2024-09-10
P8,R-307,150.00,2024-09-15
P9,R-307,-150.00,2024-09-17
"""
OPEN_HEAD = ["invoice", "client", "open"]


def open_invoices(all_payments: bool = True, refunds: bool = True, over: bool = False) -> Solution:
    def solution(workspace: Path) -> str:
        payments = rows_of(workspace / "payments.csv")
        if not refunds:
            payments = [row for row in payments if not row["amount"].startswith("-")]
        paid = summed(payments, "invoice", "amount")
        if not all_payments:
            paid = {row["invoice"]: float(row["amount"]) for row in payments}
        rows = [
            (row["invoice"], row["client"], f"{left:.2f}")
            for row in rows_of(workspace / "invoices.csv")
            if abs(left := float(row["amount"]) - paid.get(row["invoice"], 0)) > 0.001
            and (left > 0 or over)
        ]
        put(workspace / "open.csv", csv_text(OPEN_HEAD, rows))
        return "Done."

    return solution


OPEN_INVOICES = Task(
    name="open-invoices",
    family="join",
    goal="Which invoices are not fully paid yet? Compare invoices.csv with payments.csv and write"
    " open.csv with the columns invoice, client and open (the amount still owed). Some clients pay"
    " in parts, and a negative payment is money we gave back.",
    files={"invoices.csv": INVOICES, "payments.csv": PAYMENTS},
    grader=all_of(
        csv_is(
            "open.csv",
            OPEN_HEAD,
            [
                ["R-303", "Lindqvist", 75],
                ["R-304", "Ferro Srl", 310],
                ["R-305", "Atelier Roux", 99.9],
                ["R-307", "Ferro Srl", 150],
            ],
        ),
        untouched({"invoices.csv": INVOICES, "payments.csv": PAYMENTS}),
    ),
    reference=open_invoices(),
    wrong=(
        open_invoices(all_payments=False),
        open_invoices(refunds=False),
        open_invoices(over=True),
        writes("open.csv", "invoice,client,open\nR-303,Lindqvist,75\nR-305,Atelier Roux,99.90\n"),
    ),
)

# ── three spellings of a date ────────────────────────────────────────────────────────────────

MEMBERS = """member_no,name,joined
17,Greta Holm,2019-03-12
18,  Omar Haddad,05.11.2020
21,Lucie Bernard ,"March 3, 2021"
22,Paolo Ricci,2021-10-09
18,Omar Haddad,2020-11-05
25,Hanna Weiss,07.02.2022
26,Sam O'Brien,"November 28, 2022"
22,Paolo Ricci,09.10.2021
30,Noor Said,01.12.2023
"""
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%B %d, %Y")


def iso(text: str, formats: tuple[str, ...]) -> str:
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern).strftime("%Y-%m-%d")
        except ValueError:
            continue
    return text


def members(
    formats: tuple[str, ...] = DATES, once: bool = True, tidy: Callable[[str], str] = str.strip
) -> Solution:
    def table(rows: list[dict[str, str]]) -> str:
        clean = [(r["member_no"], tidy(r["name"]), iso(r["joined"], formats)) for r in rows]
        return csv_text(rows[0], dict.fromkeys(clean) if once else clean)

    return writes_from("members.csv", "members_clean.csv", table)


MEMBER_DATES = Task(
    name="member-dates",
    family="clean",
    goal="The joined dates in members.csv come in all sorts of formats (05.11.2020 is the 5th of"
    " November). Write members_clean.csv with the same columns, all dates like 2020-11-05, no"
    " blanks around the names, and members who are then listed twice only once.",
    files={"members.csv": MEMBERS},
    grader=csv_is(
        "members_clean.csv",
        ["member_no", "name", "joined"],
        [
            [17, "Greta Holm", "2019-03-12"],
            [18, "Omar Haddad", "2020-11-05"],
            [21, "Lucie Bernard", "2021-03-03"],
            [22, "Paolo Ricci", "2021-10-09"],
            [25, "Hanna Weiss", "2022-02-07"],
            [26, "Sam O'Brien", "2022-11-28"],
            [30, "Noor Said", "2023-12-01"],
        ],
    ),
    reference=members(),
    wrong=(
        members(formats=("%Y-%m-%d", "%m.%d.%Y", "%B %d, %Y")),
        members(formats=DATES[:2]),
        members(once=False),
        members(tidy=str),
    ),
)

TASKS = (SERVER_TABLE, ORDER_ITEMS, POWER_AVERAGES, OPEN_INVOICES, MEMBER_DATES)
