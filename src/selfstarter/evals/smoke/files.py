"""Tidy folders, edit a setting, sum up some reports."""

import configparser
import re
from pathlib import Path

from selfstarter.evals.graders.texts import (
    lines_differ,
    mentions,
    moved,
    on,
    text_of,
    untouched,
    words_at_most,
)
from selfstarter.evals.solving import replaces, says, writes
from selfstarter.evals.task import Solution, Task, all_of

# ── a heap of photos, a folder per month ─────────────────────────────────────────────────────

CAMERA = {
    f"camera/{name}": f"pixels of {name}\n"
    for name in ["IMG_20240512_101530.jpg", "IMG_20240512_101533.jpg", "PXL_20231231_235958.jpg",
                 "VID_20240601_080000.mp4", "screenshot-2024-05-30.png", "IMG_20230105_170102.jpg",
                 "scan 2023-01-19.pdf", "DSC004127.jpg", "notes.txt"]
}  # fmt: skip
DATE = re.compile(r"(20\d\d)-?([01]\d)-?[0-3]\d")


def by_month(
    pattern: re.Pattern[str] = DATE, form: str = "{0}-{1}", copy: bool = False
) -> Solution:
    def solution(workspace: Path) -> str:
        for path in sorted((workspace / "camera").iterdir()):
            if found := pattern.search(path.name):
                folder = path.parent / form.format(*found.groups())
                folder.mkdir(parents=True, exist_ok=True)
                (folder / path.name).write_bytes(path.read_bytes())
                if not copy:
                    path.unlink()
        return "Done."

    return solution


def in_month(path: str) -> str:
    found = DATE.search(path)
    return path.replace("camera/", f"camera/{found[1]}-{found[2]}/") if found else path


PHOTOS_BY_MONTH = Task(
    name="photos-by-month",
    family="organise",
    goal="The camera folder is one big heap. Move the files into a folder per month inside camera,"
    " like camera/2024-05. The date is in the file names, with or without dashes; files that don't"
    " have one stay where they are.",
    files=CAMERA,
    grader=moved(CAMERA, {path: in_month(path) for path in CAMERA}),
    reference=by_month(),
    wrong=(
        by_month(re.compile(r"(20\d\d)([01]\d)[0-3]\d")),
        by_month(form="{0}/{1}"),
        by_month(copy=True),
        by_month(re.compile(r"(\d\d\d\d)-?(\d\d)")),
    ),
)

# ── one of two timeouts in an INI file, and a new line ───────────────────────────────────────

SERVICE = """; service.ini -- read at start, restart after changes
[general]
name = gateway
timeout = 30

[upstream]
url = http://10.0.0.12:8000/api
; seconds
timeout = 30
verify = yes

[log]
level = INFO
file = /var/log/gateway.log
retries = 1
"""
OLD, NEW = "; seconds\ntimeout = 30", "; seconds\ntimeout = 60"


def retries_in_upstream(workspace: Path, answer: str) -> str:
    """The new line may stand anywhere in its section; all others are as they were."""
    text = text_of(workspace / "service.ini")
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        return f"service.ini is no INI file any more: {error}"
    if parser.get("upstream", "retries", fallback="") != "3":
        return "service.ini has no retries = 3 in [upstream]"
    rest = re.sub(r"^retries\s*=\s*3\s*\n", "", text, count=1, flags=re.MULTILINE)
    wanted = SERVICE.replace(OLD, NEW)
    return lines_differ("service.ini", rest, wanted)


UPSTREAM_TIMEOUT = Task(
    name="upstream-timeout",
    family="edit",
    goal="In service.ini please raise the timeout of the upstream section to 60 and add retries = 3"
    " there. The rest of the file has to stay exactly as it is, comments included.",
    files={"service.ini": SERVICE},
    grader=retries_in_upstream,
    reference=replaces("service.ini", (OLD, f"{NEW}\nretries = 3")),
    wrong=(
        replaces(
            "service.ini", ("timeout = 30", "timeout = 60"), ("verify", "retries = 3\nverify")
        ),
        replaces("service.ini", (OLD, NEW)),
        replaces("service.ini", (OLD, "timeout = 60\nretries = 3")),
        replaces("service.ini", (OLD, NEW), ("retries = 1", "retries = 3")),
        writes("service.ini", "[upstream]\ntimeout = 60\nretries = 3\n"),
    ),
)

# ── four inspection reports, one page ────────────────────────────────────────────────────────

REPORTS = {
    "reports/elm-street-4.txt": """Inspection of Elm Street 4, 6 May 2024. Inspector: R. Falk.
The roof is sound. Two cracked tiles over the porch, to be replaced by 30 September 2024.
In the cellar the main gas valve leaks slightly. It must be replaced by 20 May 2024.
The stairs could do with paint; no date.
""",
    "reports/harbour-road-17.txt": """Inspection of Harbour Road 17, 7 May 2024. Inspector: R. Falk.
Fire extinguishers: two of five are out of date. Exchange until 15 June 2024.
The lift was tested on 2 April without findings. Gutters are blocked on the north side, to be
cleaned before 31 July 2024.
""",
    "reports/mill-lane-22.txt": """Inspection of Mill Lane 22, 8 May 2024. Inspector: J. Oduya.
Handrail on the third floor is loose: fix by 24 May 2024. The front door does not close by
itself, the closer needs adjusting until 28 June 2024. Heating serviced last autumn.
""",
    "reports/station-square-1.txt": """Inspection of Station Square 1, 13 May 2024. J. Oduya.
Emergency lighting in the car park fails on level 2; repair until 3 June 2024. Damp patch in
flat 12, look at it again by 30 August 2024. The next inspection is due on 13 May 2026.
""",
}
GOOD_DIGEST = """# Urgent defects

- Elm Street 4: the main gas valve in the cellar leaks, replace it by 20 May 2024
  (elm-street-4.txt)
- Harbour Road 17: two fire extinguishers are out of date, exchange them until 15 June 2024
  (harbour-road-17.txt)
- Mill Lane 22: the handrail on the third floor is loose, fix it by 24 May 2024 (mill-lane-22.txt)
- Station Square 1: the emergency lighting fails on level 2 of the car park, repair it until
  3 June 2024 (station-square-1.txt)
"""


DIGEST = Task(
    name="inspection-digest",
    family="summary",
    goal="The reports folder has four inspection reports. Write digest.md for the owner: for each"
    " house the one defect that has to be fixed first, until when, and the name of the file where"
    " that's written. Keep it under 150 words.",
    files=REPORTS,
    grader=all_of(
        mentions(
            "digest.md",
            (r"elm-street-4\.txt", r"valve|gas", on(20, "May")),
            (r"harbour-road-17\.txt", r"extinguisher", on(15, "June")),
            (r"mill-lane-22\.txt", r"handrail", on(24, "May")),
            (r"station-square-1\.txt", r"emergency light", on(3, "June")),
        ),
        words_at_most("digest.md", 150),
        untouched(REPORTS),
    ),
    reference=writes("digest.md", GOOD_DIGEST),
    wrong=(
        writes("digest.md", GOOD_DIGEST.replace("20 May", "30 September")),
        writes("digest.md", GOOD_DIGEST.replace("\n  (harbour-road-17.txt)", "")),
        writes("digest.md", "\n\n".join(f"{name}\n{text}" for name, text in REPORTS.items())),
        writes("digest.md", GOOD_DIGEST.replace("24 May", "28 June").replace("handrail", "door")),
        says(GOOD_DIGEST),
    ),
)

TASKS = (PHOTOS_BY_MONTH, UPSTREAM_TIMEOUT, DIGEST)
