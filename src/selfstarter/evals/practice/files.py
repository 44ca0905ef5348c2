"""Tidy folders, edit a setting, sum up some notes."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from selfstarter.evals.graders.texts import edited, mentions, moved, on, untouched, words_at_most
from selfstarter.evals.solving import replaces, says, writes
from selfstarter.evals.task import Solution, Task, all_of

# ── a folder of downloads, sorted by kind ────────────────────────────────────────────────────

DOWNLOADS = {
    f"downloads/{name}": f"content of {name}\n"
    for name in ["holiday.jpg", "scan-0012.PNG", "invoice_march.pdf", "lease.final.pdf",
                 "letter.docx", "setup-1.4.exe", "backup.tar.gz", "readme.txt", "IMG_2210.JPG"]
}  # fmt: skip
KIND = {"jpg": "images", "png": "images", "pdf": "documents", "docx": "documents",
        "txt": "documents"}  # fmt: skip
SORTED = {
    path: f"downloads/{KIND.get(path.rpartition('.')[2].lower(), 'other')}/{path[10:]}"
    for path in DOWNLOADS
}


def moves(where: Mapping[str, str], copy: bool = False) -> Solution:
    def solution(workspace: Path) -> str:
        for old, new in where.items():
            (workspace / new).parent.mkdir(parents=True, exist_ok=True)
            (shutil.copy if copy else shutil.move)(workspace / old, workspace / new)
        return "Done."

    return solution


SORT_DOWNLOADS = Task(
    name="sort-downloads",
    family="organise",
    goal="Please tidy up the downloads folder: pictures (jpg, png) go to downloads/images, pdf,"
    " docx and txt files to downloads/documents and everything else to downloads/other. Keep the"
    " file names as they are.",
    files=DOWNLOADS,
    grader=moved(DOWNLOADS, SORTED),
    reference=moves(SORTED),
    wrong=(
        moves({old: new for old, new in SORTED.items() if old.islower()}),
        moves({old: new.lower() for old, new in SORTED.items()}),
        moves(SORTED, copy=True),
        moves({old: new.removeprefix("downloads/") for old, new in SORTED.items()}),
    ),
)

# ── two ports in one TOML file, comments to keep ─────────────────────────────────────────────

SETTINGS = """# Settings of the booking service. Ask Ruth before changing [database].
title = "Booking"

[server]
host = "0.0.0.0"
port = 8080        # behind the proxy
workers = 4

[database]
host = "db.internal"
port = 5432
pool = 10

[mail]
enabled = false
from = "no-reply@booking.example"
"""

SERVER_PORT = Task(
    name="server-port",
    family="edit",
    goal="In settings.toml the web server should listen on port 9090 from now on, and turn mail on."
    " Leave everything else in the file alone, the comments too.",
    files={"settings.toml": SETTINGS},
    grader=edited("settings.toml", SETTINGS, ("port = 8080", "port = 9090"), ("= false", "= true")),
    reference=replaces("settings.toml", ("port = 8080", "port = 9090"), ("= false", "= true")),
    wrong=(
        replaces("settings.toml", ("port = 8080", "port = 9090")),
        replaces(
            "settings.toml",
            ("port = 8080", "port = 9090"),
            ("port = 5432", "port = 9090"),
            ("= false", "= true"),
        ),
        replaces(
            "settings.toml",
            ("port = 8080        # behind the proxy", "port = 9090"),
            ("= false", "= true"),
        ),
        writes("settings.toml", "[server]\nport = 9090\n\n[mail]\nenabled = true\n"),
        replaces("settings.toml", ("port = 8080", 'port = "9090"'), ("= false", "= true")),
    ),
)

# ── four notes, one page ─────────────────────────────────────────────────────────────────────

NOTES = {
    "notes/2024-09-02-product.md": """# Product meeting, 2 September

Present: Dana, Luca, Wei. Long talk about the name of the new plan. No result, Dana asks the
users. The beta starts on 14 October for 40 customers. Luca still hopes for dark mode.
Decided: the beta starts on 14 October.
""",
    "notes/2024-09-09-finance.md": """# Finance, 9 September

Present: Dana, Irene. The cloud bill was 7,300 EUR in August, 18 % more than in July, because of
the test machines that nobody switches off. Decided: test machines are switched off at night.
Irene owns it.
""",
    "notes/2024-09-16-hiring.md": """# Hiring, 16 September

Present: Wei, Irene. Two candidates for support. Sofia is the better fit; she can start on
4 November. Decided: offer to Sofia. The second position is put off to next year.
""",
    "notes/2024-09-23-incident.md": """# After the outage, 23 September

The shop was down for 95 minutes on 19 September. Cause: an expired certificate. Decided: Luca
sets up a reminder 30 days ahead. We say sorry to the 12 customers who wrote in.
""",
}
GOOD_SUMMARY = """# September in short

- The beta starts on 14 October with 40 customers (2024-09-02-product.md).
- The cloud bill rose to 7,300 EUR; test machines are switched off at night, Irene owns it
  (2024-09-09-finance.md).
- Sofia gets the offer for support and can start on 4 November (2024-09-16-hiring.md).
- After the outage of 95 minutes, caused by an expired certificate, Luca sets up a reminder
  30 days ahead (2024-09-23-incident.md).
"""

MEETING_SUMMARY = Task(
    name="meeting-summary",
    family="summary",
    goal="Read the meeting notes in the notes folder and write summary.md for someone who was on"
    " holiday in September: what was decided in each of the four meetings, with the name of the"
    " file it comes from. At most 200 words.",
    files=NOTES,
    grader=all_of(
        mentions(
            "summary.md",
            (r"2024-09-02-product", r"beta", on(14, "Oct")),
            (r"2024-09-09-finance", r"test (machine|server)", r"night"),
            (r"2024-09-16-hiring", r"Sofia", r"offer|hire|hiring"),
            (r"2024-09-23-incident", r"Luca", r"remind|30[- ]days?|certificate"),
        ),
        words_at_most("summary.md", 200),
        untouched(NOTES),
    ),
    reference=writes("summary.md", GOOD_SUMMARY),
    wrong=(
        writes("summary.md", GOOD_SUMMARY.replace(" (2024-09-16-hiring.md)", "")),
        writes("summary.md", GOOD_SUMMARY.replace("14 October", "4 October")),
        writes("summary.md", "\n".join(NOTES.values())),
        writes("summary.md", "Four meetings: " + ", ".join(NOTES) + ".\n"),
        says("The beta starts on 14 October; see the notes."),
    ),
)

TASKS = (SORT_DOWNLOADS, SERVER_PORT, MEETING_SUMMARY)
