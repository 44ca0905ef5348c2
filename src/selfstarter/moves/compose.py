"""The reduce over long material: weigh the facts, write section by section, join, save.

The harness owns the structure, the table and the citations; the model chooses between facts and
writes sentences. A sentence with a number or a name that no fact holds is left out, so what is
written can be traced to a file.
"""

import re
from collections.abc import AsyncIterator

from selfstarter.core.contract import Fact, Outline
from selfstarter.core.events import CallChosen, FinishAsked
from selfstarter.core.hands import Hands
from selfstarter.core.state import State
from selfstarter.moves.sections import CONCLUSION, write_section
from selfstarter.moves.weigh import Composed, claim, clipped, weigh


async def compose(state: State, hands: Hands) -> AsyncIterator[Composed]:
    """The next step: a cell weighed, a section written, the whole saved, the work handed in."""
    outline = state.outline
    if outline is None:
        return
    steps: AsyncIterator[Composed]
    if state.task is None:
        steps = hand_in(state)
    elif cell := next_cell(state, outline):
        steps = weigh(state, hands, *cell)
    elif heading := next_heading(state, outline):
        steps = write_section(state, hands, heading)
    else:
        steps = save(state, state.task.path)
    async for event in steps:
        yield event


def next_cell(state: State, outline: Outline) -> tuple[str, str] | None:
    done = {(c.subject, c.aspect) for c in state.chosen}
    cells = ((s, a) for s in outline.subjects for a in outline.aspects)
    return next((cell for cell in cells if cell not in done), None)


def next_heading(state: State, outline: Outline) -> str | None:
    done = {section.heading for section in state.sections}
    return next((h for h in (*outline.subjects, CONCLUSION) if h not in done), None)


async def save(state: State, path: str) -> AsyncIterator[Composed]:
    yield CallChosen(
        call_id=f"{state.spent.steps + 1}",
        tool="write_file",
        args={"path": path, "content": document(state)},
        thought=f"The sections are joined and saved as {path}.",
        by="harness",
    )


async def hand_in(state: State) -> AsyncIterator[Composed]:
    written = next((task.path for task in state.plan if task.method == "compose"), "")
    used = {c.fact.source for c in state.chosen if c.fact}
    yield FinishAsked(summary=f"{written} is written, from {len(used)} sources.")


def document(state: State) -> str:
    outline = state.outline
    if outline is None:
        return ""
    sections = {s.heading: s.text for s in state.sections}
    body = [f"# {title(state.goal)}", "## Overview", table(state, outline)]
    for subject in outline.subjects:
        body += [f"## {subject}", sections.get(subject, "")]
    body += ["## Where the sources disagree", disagreements(state)]
    body += [f"## {CONCLUSION}", sections.get(CONCLUSION, "")]
    used = sorted({c.fact.source for c in state.chosen if c.fact})
    body += ["## Sources", "\n".join(f"- [{source}]" for source in used)]
    return "\n\n".join(body) + "\n"


def title(goal: str) -> str:
    """`Write a competitive analysis of our vendors to report.md. …` names the work itself."""
    first = re.split(r"(?<=[a-z0-9)/])[.:!?]\s", " ".join(goal.split()))[0]
    first = re.sub(r"\b((in)?to|in|as)\s+\S+\.\w+$", "", first.rstrip(".")).strip()
    asked = r"^(please\s+)?(write|make|create|draft|prepare|compile)\s+(me\s+)?((a|an|the)\s+)?"
    first = re.sub(r"\s+in\s+\S+/$", "", re.sub(asked, "", first, flags=re.I))
    return clipped(first[:1].upper() + first[1:])


def table(state: State, outline: Outline) -> str:
    cells = {(c.subject, c.aspect): c.fact for c in state.chosen}
    rows = [["", *outline.aspects], ["---"] * (len(outline.aspects) + 1)]
    for subject in outline.subjects:
        rows.append([subject, *(cell(cells.get((subject, a))) for a in outline.aspects)])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def cell(fact: Fact | None) -> str:
    return f"{fact.value.replace('|', '/')} [{fact.source}]" if fact else "not stated"


def disagreements(state: State) -> str:
    lines = [
        f"- {c.subject}, {c.aspect}: {c.fact.value} [{c.fact.source}],"
        f" but “{clipped(claim(o.quote, c.aspect))}” [{o.source}]."
        for c in state.chosen
        if c.fact
        for o in c.against
    ]
    return "\n".join(lines) or "No figures of theirs that were compared contradict each other."
