"""What a person gets at every stop: the criteria with their evidence, what was done, what it cost,
how to go on. A projection of the state; the model has no hand in it but for its answer."""

import os
from datetime import UTC, datetime
from pathlib import Path

from selfstarter.core.budget import NAMES, amount, question
from selfstarter.core.cleaning import clean
from selfstarter.core.contract import Criterion
from selfstarter.core.state import State

HEADLINES = {
    "done": "Done: every criterion passes.",
    "partly": "Partly done: some criteria do not pass.",
    "stuck": "Stopped: no more progress.",
    "out_of_budget": "Stopped: the budget is spent.",
    "out_of_time": "Stopped: the time is up.",
    "stopped": "Stopped by a person.",
    "failed": "Failed.",
}
TRIED = 12
SOURCES = 60
"""Pages that are named."""
BARRED = (
    "What should have run is allowed by a rule, as in `selfstarter resume … --allow"
    " 'read_page:url=https://docs.python.org/*'`; where nothing in the folder is private, hits and"
    " links are opened with `--public-files`"
)


def report(run_id: str, state: State) -> str:
    """Markdown; nothing in it drives a terminal."""
    ended, contract = state.ended, state.contract
    head = HEADLINES[ended.ending] if ended else standing(state)
    lines = [f"# {head}", "", f"**Goal** {state.goal}", ""]
    if ended and ended.reason:
        lines += [f"**Why it stopped** {ended.reason}", ""]
    if ended and ended.answer:
        lines += ["**Answer**", "", ended.answer, ""]
    if contract:
        lines += ["| done when | state | evidence |", "| --- | --- | --- |"]
        lines += [criterion_row(criterion, state) for criterion in contract.criteria]
        lines.append("")
        if contract.assumptions:
            lines += ["**Assumed** " + "; ".join(a.text for a in contract.assumptions), ""]
    else:
        lines += ["No contract was drafted.", ""]
    if tried := tried_lines(state):
        lines += ["**What was done**", "", *tried, ""]
    if read := source_lines(state):
        lines += ["**Read of the web**", "", *read, ""]
    if state.children:
        lines += ["**Given to child runs**", "", *child_lines(run_id, state), ""]
    if state.barred:
        barred = [f"- {in_cell(line)}" for line in barred_lines(state)]
        lines += ["**Not permitted**", "", *barred, ""]
    if state.fired:
        noticed = (f"{what} ({n}×)" for what, n in sorted(state.fired.items()))
        lines += ["**Going nowhere, as noticed on the way** " + "; ".join(noticed), ""]
    if state.dead_ends:
        lines += ["**Dead ends** " + "; ".join(state.dead_ends), ""]
    if state.said:
        lines += ["**You said** " + "; ".join(in_cell(text) for _, text in state.said), ""]
    if state.warned:
        told = [amount(n, state.limits.of(n) or 0.0) for n in NAMES if n in state.warned]
        lines += [f"**Budget** most of {', '.join(told)} was spent", ""]
    if state.undone:
        back = in_cell(", ".join(state.undone))
        lines += [f"**Taken back** A person had these files put back as they were: {back}", ""]
    lines += [
        f"**Cost** {cost(state)}",
        "",
        *fork_lines(state),
        f"**Go on** {go_on(run_id, state)}",
    ]
    return clean("\n".join(lines) + "\n")


def write_report(folder: Path, run_id: str, state: State) -> None:
    """Into `report.md` of the run's folder; only its owner may read it."""
    file = os.open(folder / "report.md", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as text:
        text.write(report(run_id, state))


def standing(state: State) -> str:
    """Of a run that has not ended."""
    if asked := question(state):
        return f"Waiting for a person: {asked}"
    return f"Paused: {state.paused or 'not finished yet'}."


def criterion_row(criterion: Criterion, state: State) -> str:
    seen = state.checks.get(criterion.id)
    mark = "not looked at" if seen is None else "passed" if seen.passed else "**failed**"
    kind = " (as before)" if criterion.invariant else ""
    evidence = in_cell(seen.evidence) if seen else ""
    return f"| {in_cell(criterion.text)}{kind} | {mark} | {evidence} |"


def in_cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())[:240]


def tried_lines(state: State) -> list[str]:
    lines: list[str] = []
    if state.outline:
        read = sum(done for done, _ in state.studied.values())
        lines.append(f"- read {read} parts of {len(state.outline.sources)} sources,"
                     f" noted {len(state.facts)} facts")  # fmt: skip
    turns = [turn for turn in state.transcript if turn.call and turn.result][:TRIED][::-1]
    for turn in turns:
        if turn.call and turn.result:
            why = f" ({in_cell(turn.result.error[:80])})" if turn.result.error else ""
            lines.append(f"- {turn.call.tool}: {turn.result.status}{why}")
    if state.attempts:
        lines.append(f"- {len(state.attempts)} independent attempts to compare with")
    return lines


def source_lines(state: State) -> list[str]:
    """What was read from outside, each once, in the order of reading."""
    turns = [turn.result for turn in state.transcript if turn.result][::-1]
    read = {source.sha256: source for result in turns for source in result.sources}
    lines = [
        f"- <{source.url[:300]}> {in_cell(source.title)} ({day_of(source.at)}, {source.kept})"
        for source in [*read.values()][:SOURCES]
    ]
    return [*lines, f"- and {len(read) - SOURCES} more"] if len(read) > SOURCES else lines


def day_of(at: float) -> str:
    """In UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def barred_lines(state: State) -> list[str]:
    return [f"{one.tool}: {one.why}" for one in state.barred] + [BARRED]


def child_lines(run_id: str, state: State) -> list[str]:
    lines: list[str] = []
    for child in state.children:
        back = child.returned
        stands = "not back yet" if back is None else back.ending
        goal = in_cell(child.errand.goal)
        lines.append(f"- `{run_id}.c{child.errand.number}` {stands}: {goal}")
        if back:
            tokens = back.spent.input + back.spent.output
            passed = sum(seen.passed for seen in back.criteria)
            lines[-1] += (
                f" ({passed} of {len(back.criteria)} criteria, {tokens:,} tokens,"
                f" {back.spent.steps} steps)"
            )
    return lines


def cost(state: State) -> str:
    spent = state.spent
    known = f"${spent.cost_usd:.4f}"
    money = f"of unknown price ({known} known)" if spent.unknown_cost else known
    more = [
        f"{spent.denied} calls denied" if spent.denied else "",
        f"{spent.retries} tries without a reply" if spent.retries else "",
        f"{spent.lost} of them counted in full, for they may be billed" if spent.lost else "",
        f"{len(state.attempts)} independent attempts included" if state.attempts else "",
    ]
    return ", ".join(part for part in (spent_on(state, money), *more) if part)


def fork_lines(state: State) -> list[str]:
    forked, before = state.forked, state.before
    if forked is None:
        return []
    said = (
        f"Of that, {before.tokens:,} tokens in {before.calls} model calls, {before.steps} steps,"
        f" {before.time_s:.0f} s and ${before.cost_usd:.4f} were spent before event {forked.at} by"
        f" run {forked.run}, which this one was branched off."
    )
    return [f"**Before the fork** {said}", ""]


def spent_on(state: State, money: str) -> str:
    spent = state.spent
    return (
        f"{spent.tokens:,} tokens ({spent.input:,} in, of which {spent.cached:,} cached;"
        f" {spent.output:,} out) in {spent.calls} model calls, {spent.steps} steps,"
        f" {spent.time_s:.0f} s, {money}"
    )


def go_on(run_id: str, state: State) -> str:
    if state.ended and state.ended.ending == "done":
        return "nothing is left to do"
    # A child goes on with the run that it is a part of.
    resume = f"`selfstarter resume {run_id.partition('.')[0]}`"
    if state.waiting and (state.raise_asked or state.approval):
        place = f"{run_id}:{state.asked_at}"
        return f"`selfstarter approve {place}` or `selfstarter deny {place}`, then {resume}"
    if state.waiting:
        return f'`selfstarter say {run_id} "…"`, then {resume}'
    return resume + (" --max-steps/--max-tokens/--max-time with more" if state.ended else "")
