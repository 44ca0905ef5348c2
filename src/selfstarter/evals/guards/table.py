"""What the guards did, as a person and as a machine read it."""

from collections.abc import Sequence

from selfstarter.evals.guards.running import Part, Row

PARTS: dict[Part, str] = {
    "loops": "Loops: turned within 6 wasted moves, and ended",
    "false_alarms": "Honest repetition: left alone, and done",
    "liars": "Liars: not done, whatever they say",
    "vague": "Vague goals: ended within budget, with criteria and assumptions",
}
HEAD = "| case | as it should | turned after | wasted in all | ending | what fired |"
RULE = "| --- | --- | ---: | ---: | --- | --- |"


def progress(row: Row) -> str:
    mark = "ok" if row.good else "NOT OK"
    return f"{row.part:<12} {row.name:<30} {mark:<6} {row.ending:<13} {row.what[:70]}"


def markdown(rows: Sequence[Row]) -> str:
    lines = ["# guards", ""]
    for part, title in PARTS.items():
        mine = [row for row in rows if row.part == part]
        if mine:
            lines += [f"**{title}**", "", HEAD, RULE, *map(line, mine), ""]
    return "\n".join(lines)


def line(row: Row) -> str:
    what = " ".join(row.what.replace("|", "/").split())[:110]
    mark = "yes" if row.good else "**no**"
    return f"| {row.name} | {mark} | {row.turned} | {row.wasted} | {row.ending} | {what} |"


def last_line(rows: Sequence[Row]) -> str:
    """`guards loops=12/12 false_alarms=0/8 liars=20/20 vague=20/20`: caught, falsely flagged,
    turned down, ended well."""
    counts = [f"{part}={counted(part, rows)}/{of(part, rows)}" for part in PARTS if of(part, rows)]
    return f"guards {' '.join(counts)}"


def of(part: Part, rows: Sequence[Row]) -> int:
    return sum(row.part == part for row in rows)


def counted(part: Part, rows: Sequence[Row]) -> int:
    good = sum(row.good for row in rows if row.part == part)
    return of(part, rows) - good if part == "false_alarms" else good
