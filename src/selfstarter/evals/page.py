"""The comparison as one page that needs nothing but itself."""

from collections.abc import Sequence
from html import escape

from selfstarter.evals.comparison import HEAD, Score, by_level, by_task, cells, mark, scores
from selfstarter.evals.running import Result

STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fff; --line: #d8dce0; --bar: #2f6fb0;
  --bad: #b3402f; --soft: #eef1f4 }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ea; --paper: #16181b; --line: #33383e;
  --bar: #6ea8e0; --bad: #e07a68; --soft: #20242a } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem }
.wide { overflow-x: auto } table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right }
th:first-child, td:first-child { text-align: left } th { background: var(--soft) }
svg text { fill: var(--ink); font: 13px system-ui, sans-serif } .false { color: var(--bad) }
"""
LEFT, WIDTH, ROW = 130, 480, 30
"""Pixels: where bars begin, how long 100 % is, how high a row is."""


def page(title: str, results: Sequence[Result], notes: Sequence[str]) -> str:
    found = scores(results)
    agents = [one.agent for one in found]
    levels = by_level(results).items()
    tasks = by_task(results).items()
    wrong = [
        (f"{r.task}", r.agent, str(r.attempt), r.ending or "broken", " ".join(r.reason.split()))
        for r in results
        if not r.passed
    ]
    body = [
        f"<h1>{escape(title)}</h1>",
        "<h2>Pass rate, with its 95 % interval</h2>",
        bars([(one.agent, one) for one in found]),
        table(HEAD, [cells(one) for one in found]),
        *(f"<p>{escape(note)}</p>" for note in notes),
        "<h2>By level</h2>",
        bars([(f"{level}: {one.agent}", one) for level, row in levels for one in row if one.runs]),
        "<h2>By task</h2>",
        table(("task", *agents), [(task, *map(mark, row)) for task, row in tasks]),
        "<h2>What was wrong</h2>",
        table(("task", "agent", "attempt", "ending", "what"), wrong),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>"
        + "\n".join(body)
        + "</body></html>\n"
    )


def bars(rows: Sequence[tuple[str, Score]]) -> str:
    """A bar for the rate, a whisker for the interval."""
    drawn: list[str] = []
    for number, (name, one) in enumerate(rows):
        y, (low, high) = number * ROW, one.interval
        end, a, b = (LEFT + WIDTH * share for share in (one.rate, low, high))
        drawn.append(
            f'<text x="0" y="{y + 19}">{escape(name)}</text>'
            f'<rect x="{LEFT}" y="{y + 6}" width="{end - LEFT:.1f}" height="16" fill="var(--bar)"/>'
            f'<path d="M{a:.1f} {y + 14}H{b:.1f}M{a:.1f} {y + 9}v10M{b:.1f} {y + 9}v10"'
            ' stroke="var(--ink)" fill="none"/>'
            f'<text x="{LEFT + WIDTH + 12}" y="{y + 19}">{one.rate:.0%}, {one.passed} of {one.runs}'
            "</text>"
        )
    height = max(1, len(rows)) * ROW
    wide = LEFT + WIDTH + 120
    return (
        f'<div class="wide"><svg role="img" aria-label="Pass rates" width="{wide}"'
        f' height="{height}">{"".join(drawn)}</svg></div>'
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    heads = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = "".join("<tr>" + "".join(map(shown, row)) + "</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{heads}</tr>{lines}</table></div>'


def shown(text: str) -> str:
    kind = ' class="false"' if "falsely" in text else ""
    return f"<td{kind}>{escape(text)}</td>"
