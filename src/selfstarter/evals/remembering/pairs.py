"""Twenty pairs of tasks. Of ten, the second needs what only the first could know; of the other ten
it has nothing to do with the first, and a memory can only do harm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from selfstarter.evals.remembering.worker import Job, Work, call, distracted, told, writing, wrote

Grader = Callable[[Path], bool]


@dataclass(frozen=True, slots=True)
class Session:
    goal: str
    work: Work
    """Of the scripted worker."""
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    steps: int = 12


@dataclass(frozen=True, slots=True)
class Pair:
    name: str
    kind: Literal["related", "unrelated"]
    teaches: str
    """A preference, a fact, a trap, a procedure."""
    first: Session
    second: Session
    right: Grader
    """Of the second session's workspace."""


def holds(path: str, *texts: str, but: str = "") -> Grader:
    """The file is there and has these texts, in small or capital letters, and not that one."""

    def right(workspace: Path) -> bool:
        file = workspace / path
        said = file.read_text("utf-8", "replace").lower() if file.is_file() else ""
        return all(text.lower() in said for text in texts) and not (but and but in said)

    return right


def exactly(path: str, content: str) -> Grader:
    """But for blanks at the end, and the case of letters."""

    def right(workspace: Path) -> bool:
        file = workspace / path
        return file.is_file() and file.read_text("utf-8").strip().lower() == content.lower()

    return right


# ── first sessions ───────────────────────────────────────────────────────────────────────────

KICKOFF = Session(
    "Write the day of the kick-off, the second of February 2026, into kickoff.txt. From now on,"
    " write dates as DD.MM.YYYY.",
    writing("kickoff.txt", "02.02.2026"),
)
LAMP = Session(
    "Write the price of the lamp, 45 francs, into lamp.txt. Always give prices in the form"
    " CHF 45.00.",
    writing("lamp.txt", "CHF 45.00"),
)
TENANTS = Session(
    "Write a mail to the tenants into tenants.txt: the lift is repaired on Friday. Always sign"
    " mails with “Ada Moor, house office”.",
    writing("tenants.txt", "The lift is repaired on Friday.\n\nAda Moor, house office"),
)
PORT = Session(
    "Which port does the staging server listen on?",
    lambda _: Job((call("read_file", path="ops.md"),), "The staging server listens on port 8443."),
    {"ops.md": "# Operations\n\nThe staging server listens on port 8443.\n"},
)
SALES = Session(
    "Who leads the sales team?",
    lambda _: Job((call("read_file", path="team.md"),), "Mira Stone leads the sales team."),
    {"team.md": "Jon Hill leads the workshop.\nMira Stone leads the sales team.\n"},
)
BUDGET = Session(
    "Read budget.md and write the cost centre of the library into centre.txt",
    lambda _: wrote(
        "centre.txt",
        "4711",
        call("read_file", path="budget.md"),
        call(
            "remember",
            text="The cost centre of the library is 4711.",
            about="library",
            source="budget.md",
        ),
    ),
    {"budget.md": "The cost centre of the library is 4711.\nThat of the pool is 4812.\n"},
)
PRICES = Session(
    "Read CHANGES.md and write the date of the last change into changed.txt",
    lambda _: wrote(
        "changed.txt",
        "May",
        call("read_file", path="CHANGES.md"),
        call(
            "remember",
            text="The price list prices.txt is out of date; prices-new.txt is the valid one.",
            about="price list",
            source="CHANGES.md",
        ),
    ),
    {"CHANGES.md": "May: prices.txt is out of date; prices-new.txt is the valid price list.\n"},
)
LOG = Session(
    "Copy the first line of the server log into first.txt",
    lambda _: wrote(
        "first.txt",
        "boot",
        call("read_file", path="server.log"),
        call("read_file", path="old/server.log.1"),
    ),
    {"old/server.log.1": "boot at 6:00\nready\n", "old/notes.txt": "nothing\n"},
)
RELEASE = Session(
    "Make the release note: read VERSION, then write notes/v1.2.md with the line: Release 1.2",
    lambda _: wrote("notes/v1.2.md", "Release 1.2", call("read_file", path="VERSION")),
    {"VERSION": "1.2\n"},
)
INVOICE = Session(
    "File the invoice of Miller over 120 francs: write bills/2026-001-miller.txt",
    writing("bills/2026-001-miller.txt", "Miller 120"),
)


# ── second sessions ──────────────────────────────────────────────────────────────────────────


def meeting(prompt: str) -> Job:
    german = "DD.MM.YYYY" in prompt
    return wrote("meeting.txt", "05.03.2026" if german else "2026-03-05")


def chair(prompt: str) -> Job:
    return wrote("chair.txt", "CHF 80.00" if "CHF 45.00" in prompt else "80 francs")


def gardener(prompt: str) -> Job:
    name = told(prompt, r"sign mails with “([^”]+)”", "The agent")
    return wrote("gardener.txt", f"Please come on Monday.\n\n{name}")


def address(prompt: str) -> Job:
    port = told(prompt, r"listens on port ([0-9]+)", "443")
    return wrote("url.txt", f"https://staging.example:{port}")


def leader(prompt: str) -> Job:
    return wrote("lead.txt", told(prompt, r"([A-Z]\w+ [A-Z]\w+) leads the sales team", "unknown"))


def form(prompt: str) -> Job:
    return wrote("form.txt", f"cost centre: {told(prompt, r'library is ([0-9]+)', '0000')}")


def tea(prompt: str) -> Job:
    valid = told(prompt, r"out of date; (\S+) is the valid one", "prices.txt")
    price = told(prompt, r"Result:\n(?:\S+ .*\n)*?.*?tea (\d)", "?")
    return wrote("tea.txt", price, call("read_file", path=valid))


def log(prompt: str) -> Job:
    valid = told(prompt, r"failed with .* and read_file (\S+) worked", "")
    tries = [call("read_file", path=valid)] if valid else []
    tries = tries or [call("read_file", path=p) for p in ("server.log", "log.txt", "old/notes.txt")]
    return wrote("second.txt", told(prompt, r"(boot at 7:00)", "?"), *tries)


def release(prompt: str) -> Job:
    place = told(prompt, r"(?:write_file|Files:) (\S+?)v1\.2\.md", "")
    version = told(prompt, r"(?m)^\D*(1\.3)\s*$", "1.3")
    path = f"{place}v{version}.md" if place else "RELEASE.md"
    return wrote(path, f"Release {version}", call("read_file", path="VERSION"))


def invoice(prompt: str) -> Job:
    known = told(prompt, r"(?:write_file|Files:) (bills/2026-)001-miller\.txt", "")
    return wrote(f"{known}002-baker.txt" if known else "baker.txt", "Baker 80")


RELATED = (
    Pair("dates", "related", "a preference", KICKOFF, Session(
        "Write the date of the board meeting, the fifth of March 2026, into meeting.txt",
        meeting), holds("meeting.txt", "05.03.2026")),
    Pair("prices", "related", "a preference", LAMP, Session(
        "Write the price of the chair, eighty francs, into chair.txt",
        chair), holds("chair.txt", "CHF 80.00")),
    Pair("signature", "related", "a preference", TENANTS, Session(
        "Write a mail to the gardener into gardener.txt: please come on Monday",
        gardener), holds("gardener.txt", "Ada Moor, house office")),
    Pair("port", "related", "a fact", PORT, Session(
        "Write the address of the staging server, https://staging.example and the port it listens"
        " on, into url.txt", address), holds("url.txt", "staging.example:8443")),
    Pair("lead", "related", "a fact", SALES, Session(
        "Write the name of the one who leads the sales team into lead.txt",
        leader), holds("lead.txt", "Mira Stone")),
    Pair("centre", "related", "a fact", BUDGET, Session(
        "Fill in the order form of the library: write its cost centre into form.txt",
        form), holds("form.txt", "4711")),
    Pair("stale", "related", "a trap", PRICES, Session(
        "Look up the price of tea in the price list and write it into tea.txt", tea,
        {"prices.txt": "tea 3\nmilk 1\n", "prices-new.txt": "tea 4\nmilk 2\n"}),
        holds("tea.txt", "4")),
    Pair("log", "related", "a trap", LOG, Session(
        "Copy the first line of the server log into second.txt", log,
        {"old/server.log.1": "boot at 7:00\nready\n", "old/notes.txt": "nothing\n"}, steps=3),
        holds("second.txt", "boot at 7:00")),
    Pair("release", "related", "a procedure", RELEASE, Session(
        "Make the release note", release, {"VERSION": "1.3\n"}),
        holds("notes/v1.3.md", "Release 1.3")),
    Pair("invoice", "related", "a procedure", INVOICE, Session(
        "File the invoice of Baker over 80 francs as that of Miller was filed, as number 002",
        invoice), holds("bills/2026-002-baker.txt", "80")),
)  # fmt: skip

OTHER = (
    ("weekday", "Write the day that follows Tuesday into day.txt", "day.txt", "Wednesday"),
    ("light", "Write what a lamp gives, darkness or light, into lamp.txt", "lamp.txt", "light"),
    ("knight", "Write what a knight wears, mail or silk, into wears.txt", "wears.txt", "mail"),
    ("harbour", "Write where ships lie, a port or a hill, into place.txt", "place.txt", "port"),
    ("opposite", "Write the opposite of follow, lead or trail, into word.txt", "word.txt", "lead"),
    ("books", "Write who lends books, a library or a pool, into lends.txt", "lends.txt", "library"),
    ("leaf", "Write which is a leaf, tea or milk, into leaf.txt", "leaf.txt", "tea"),
    ("captain", "Write what a captain keeps, a log or a frog, into keeps.txt", "keeps.txt", "log"),
    ("capture", "Write the opposite of capture, release or hold, into word.txt", "word.txt",
     "release"),
    ("corn", "Write who grinds corn, a miller or a baker, into corn.txt", "corn.txt", "miller"),
)  # fmt: skip
"""Of other things, and yet in words that the first sessions used."""
UNRELATED = tuple(
    Pair(name, "unrelated", related.teaches, related.first,
         Session(goal, distracted(path, content)), exactly(path, content))
    for (name, goal, path, content), related in zip(OTHER, RELATED, strict=True)
)  # fmt: skip
PAIRS = RELATED + UNRELATED
