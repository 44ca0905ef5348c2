"""What a person gets at every stop: the criteria with their evidence, what was done, what it cost,
how to go on. A projection of the state; the model has no hand in it but for its answer."""

import os
from datetime import UTC, datetime
from pathlib import Path

from selfstarter.core.budget import NAMES, amount, question
from selfstarter.core.cleaning import clean, in_a_line
from selfstarter.core.contract import Criterion
from selfstarter.core.events import CallChosen
from selfstarter.core.state import State
from selfstarter.words import N_, _

HEADLINES = {
    "done": N_("Done: every criterion passes."),
    "partly": N_("Partly done: some criteria do not pass."),
    "stuck": N_("Stopped: no more progress."),
    "out_of_budget": N_("Stopped: the budget is spent."),
    "out_of_time": N_("Stopped: the time is up."),
    "stopped": N_("Stopped by a person."),
    "failed": N_("Failed."),
}
UNPROVED = N_("Made, but not proved: nothing here can check it.")
TAKEN_BACK = N_("It ended ({ending}), and a person has taken its changes back since.")
RUNNING = N_("Running: it has not ended yet.")
TRIED = 12
FILES = 20
LONGEST = 60
"""Characters of what a call was about."""
MAIN = ("path", "command", "url", "query")
CELL = 240
"""Characters of one cell of a table."""
SOURCES = 60
"""Pages that are named."""
NOT_YOURS = N_("These words look like orders to an agent. They are the text's, not yours.")
BARRED = N_(
    "What should have run is allowed by a rule, as in `selfstarter resume … --allow"
    " 'read_page:url=https://docs.python.org/*'`; where nothing in the folder is private, hits and"
    " links are opened with `--public-files`"
)


def headline(state: State, driven: bool = False) -> str:
    if state.ended is None:
        return _(RUNNING) if driven and not question(state) else standing(state)
    if state.taken_back:
        return _(TAKEN_BACK, ending=_(state.ended.ending))
    seen = [state.checks.get(criterion.id) for criterion in state.criteria]
    if state.ended.ending == "partly" and seen and all(one and one.passed for one in seen):
        return _(UNPROVED)
    return _(HEADLINES[state.ended.ending])


def report(run_id: str, state: State, driven: bool = False) -> str:
    """Markdown; nothing in it drives a terminal. `driven`: a process pursues the run."""
    ended, contract = state.ended, state.contract
    head = headline(state, driven)
    lines = [f"# {head}", "", f"**{_('Goal')}** {state.goal_given}", ""]
    if ended and ended.reason:
        lines += [f"**{_('Why it stopped')}** {_(ended.reason)}", ""]
    if ended and ended.answer:
        lines += [f"**{_('Answer')}**", "", ended.answer, ""]
    if ended and ended.report:
        lines += [f"**{_('How it stands')}**", "", ended.report, ""]
    if contract:
        lines += [_("| done when | state | evidence |"), "| --- | --- | --- |"]
        lines += [criterion_row(criterion, state) for criterion in contract.criteria]
        lines.append("")
        if contract.assumptions:
            assumed = "; ".join(a.text for a in contract.assumptions)
            lines += [f"**{_('Assumed')}** {assumed}", ""]
    else:
        lines += [_("No contract was drafted."), ""]
    if looked := review_lines(state):
        lines += [f"**{_('Before the work')}** {looked}", ""]
    if tried := tried_lines(state):
        lines += [f"**{_('What was done')}**", "", *tried, ""]
    if made := state.ledger.made:
        more = f" {_('and {n} more', n=len(made) - FILES)}" if len(made) > FILES else ""
        lines += [f"**{_('Files made or changed')}** {in_cell(', '.join(made[:FILES]))}{more}", ""]
    if read := source_lines(state):
        lines += [f"**{_('Read of the web')}**", "", *read, ""]
    if state.children:
        lines += [f"**{_('Given to child runs')}**", "", *child_lines(run_id, state), ""]
    if state.barred:
        barred = [f"- {in_cell(line)}" for line in barred_lines(state)]
        lines += [f"**{_('Not permitted')}**", "", *barred, ""]
    if state.orders:
        found = [f"- {in_cell(f'{one.source}: “{one.words}”')}" for one in state.orders]
        lines += [f"**{_('Orders in what was read')}** {_(NOT_YOURS)}", "", *found, ""]
    if state.fired:
        noticed = "; ".join(f"{what} ({n}×)" for what, n in sorted(state.fired.items()))
        lines += [f"**{_('Going nowhere, as noticed on the way')}** {noticed}", ""]
    if state.dead_ends:
        lines += [f"**{_('Dead ends')}** {'; '.join(state.dead_ends)}", ""]
    if state.said:
        said = "; ".join(in_cell(one.text) for one in state.said)
        lines += [f"**{_('You said')}** {said}", ""]
    if state.warned:
        told = [amount(n, state.limits.of(n) or 0.0) for n in NAMES if n in state.warned]
        spent = _("most of {limits} was spent", limits=", ".join(told))
        lines += [f"**{_('Budget')}** {spent}", ""]
    if state.undone:
        back = in_cell(", ".join(state.undone))
        put_back = _("A person had these files put back as they were: {files}")
        lines += [f"**{_('Taken back')}** {put_back.format(files=back)}", ""]
    lines += [
        f"**{_('Cost')}** {cost(state)}",
        "",
        *fork_lines(state),
        f"**{_('Go on')}** {go_on(run_id, state, driven)}",
        *look_back_lines(run_id, state),
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
        return _("Waiting for a person: {asked}", asked=asked)
    return _("Paused: {why}.", why=state.paused.rstrip(".") or _("not finished yet"))


def criterion_row(criterion: Criterion, state: State) -> str:
    seen = state.checks.get(criterion.id)
    undecided = _("not judged") if seen and seen.undecided else ""
    found = _("not looked at") if seen is None else _("passed") if seen.passed else undecided
    mark = found or f"**{_('failed')}**"
    kind = f" ({_('as before')})" if criterion.invariant else ""
    evidence = in_cell(seen.evidence) if seen else ""
    return f"| {in_cell(criterion.text)}{kind} | {mark} | {evidence} |"


def in_cell(text: str) -> str:
    return in_a_line(text.replace("|", "/"), CELL)


def review_lines(state: State) -> str:
    """What a person who wanted to see the contract made of it."""
    started, seen = state.started, state.accepted
    if started is None or not started.review:
        return ""
    if not started.attended:
        return _("Nobody was there to look at what done means.")
    if seen is None:
        return _("Nobody has accepted what done means yet.")
    said = [_("You accepted what done means.")]
    said += [_("Dropped: {text}.", text=in_cell(text)) for text in seen.dropped]
    said += [_("Added: {text}.", text=in_cell(text)) for text in seen.added]
    return " ".join(said)


def tried_lines(state: State) -> list[str]:
    lines: list[str] = []
    if state.outline:
        read = sum(done for done, _ in state.studied.values())
        parts = _("read {n} parts of {sources} sources, noted {facts} facts")
        sources = len(state.outline.sources)
        lines.append(f"- {parts.format(n=read, sources=sources, facts=len(state.facts))}")
    turns = [turn for turn in state.transcript if turn.call and turn.result][:TRIED][::-1]
    for turn in turns:
        if turn.call and turn.result:
            why = f" ({in_cell(turn.result.error[:80])})" if turn.result.error else ""
            about = first_words(turn.call)
            lines.append(f"- {turn.call.tool}{about}: {_(turn.result.status)}{why}")
    if state.attempts:
        attempts = _("{n} independent attempts to compare with", n=len(state.attempts))
        lines.append(f"- {attempts}")
    return lines


def first_words(call: CallChosen) -> str:
    """Of its main argument: a path, a command, an address, a question; else of its first."""
    named = [call.args[name] for name in MAIN if call.args.get(name)]
    said = str(next(iter((*named, *call.args.values())), "")).strip().partition("\n")[0]
    return f" {in_cell(said)[:LONGEST]}" if said else ""


def source_lines(state: State) -> list[str]:
    """What was read from outside, each once, in the order of reading."""
    turns = [turn.result for turn in state.transcript if turn.result][::-1]
    read = {source.sha256: source for result in turns for source in result.sources}
    lines = [
        f"- <{source.url[:300]}> {in_cell(source.title)} ({day_of(source.at)}, {source.kept})"
        for source in [*read.values()][:SOURCES]
    ]
    if len(read) > SOURCES:
        lines.append(f"- {_('and {n} more', n=len(read) - SOURCES)}")
    return lines


def day_of(at: float) -> str:
    """In UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def barred_lines(state: State) -> list[str]:
    return [f"{one.tool}: {one.why}" for one in state.barred] + [_(BARRED)]


def child_lines(run_id: str, state: State) -> list[str]:
    lines: list[str] = []
    for child in state.children:
        back = child.returned
        stands = _("not back yet" if back is None else back.ending)
        goal = in_cell(child.errand.goal)
        lines.append(f"- `{run_id}.c{child.errand.number}` {stands}: {goal}")
        if back:
            tokens = back.spent.input + back.spent.output
            passed = sum(seen.passed for seen in back.criteria)
            of = _("({passed} of {criteria} criteria, {tokens} tokens, {steps} steps)")
            lines[-1] += " " + of.format(
                passed=passed,
                criteria=len(back.criteria),
                tokens=f"{tokens:,}",
                steps=back.spent.steps,
            )
    return lines


def cost(state: State) -> str:
    spent = state.spent
    known = f"${spent.cost_usd:.4f}"
    unknown = _("of unknown price ({known} known)", known=known)
    more = {
        _("{n} calls denied"): spent.denied,
        _("{n} tries without a reply"): spent.retries,
        _("{n} of them counted in full, for they may be billed"): spent.lost,
        _("{n} independent attempts included"): len(state.attempts),
    }
    said = [text.format(n=n) for text, n in more.items() if n]
    return ", ".join([spent_on(state, unknown if spent.unknown_cost else known), *said])


def fork_lines(state: State) -> list[str]:
    forked, before = state.forked, state.before
    if forked is None:
        return []
    said = _(
        "Of that, {tokens} tokens in {calls} model calls, {steps} steps, {time_s} s and {cost}"
        " were spent before event {at} by run {run}, which this one was branched off.",
        tokens=f"{before.tokens:,}",
        calls=before.calls,
        steps=before.steps,
        time_s=f"{before.time_s:.0f}",
        cost=f"${before.cost_usd:.4f}",
        at=forked.at,
        run=forked.run,
    )
    return [f"**{_('Before the fork')}** {said}", ""]


def spent_on(state: State, money: str) -> str:
    spent = state.spent
    return _(
        "{tokens} tokens ({input} in, of which {cached} cached; {output} out) in {calls} model"
        " calls, {steps} steps, {time_s} s, {money}",
        tokens=f"{spent.tokens:,}",
        input=f"{spent.input:,}",
        cached=f"{spent.cached:,}",
        output=f"{spent.output:,}",
        calls=spent.calls,
        steps=spent.steps,
        time_s=f"{spent.time_s:.0f}",
        money=money,
    )


def look_back_lines(run_id: str, state: State) -> list[str]:
    """Where files were changed; those of a child are kept with the run that it is a part of."""
    if "." in run_id or not (state.saved and state.ledger.artefacts):
        return []
    said = _(
        "see what changed: {diff}; take it all back: {undo}",
        diff=f"`selfstarter diff {run_id}`",
        undo=f"`selfstarter undo {run_id} --to start`",
    )
    return ["", f"**{_('Look back')}** {said}"]


def go_on(run_id: str, state: State, driven: bool = False) -> str:
    if driven and not state.ended and not question(state):
        return _("`selfstarter attach {run}` shows what it does", run=run_id)
    # A child goes on with the run that it is a part of.
    resume = f"`selfstarter resume {run_id.partition('.')[0]}`"
    if state.ended and state.ended.ending == "done":
        anew = _("{resume} looks at each criterion anew", resume=resume)
        return anew if state.taken_back else _("nothing is left to do")
    if state.waiting and (state.raise_asked or state.approval):
        place = f"{run_id}:{state.asked_at}"
        answer = _("`selfstarter approve {id}` or `selfstarter deny {id}`, then {resume}")
        return answer.format(id=place, resume=resume)
    if state.waiting and state.review_asked:
        place = f"{run_id}:{state.asked_at}"
        answer = _(
            "look at it with `selfstarter inbox`, then `selfstarter approve {id}`, `selfstarter say"
            ' {run} "…"` or `selfstarter deny {id}`, then {resume}'
        )
        return answer.format(id=place, run=run_id, resume=resume)
    if state.waiting:
        return _('`selfstarter say {run} "…"`, then {resume}', run=run_id, resume=resume)
    if state.ended and state.ended.ending == "partly" and state.finish and state.finish.missing:
        dropped = _(
            'say first which criterion is to be dropped or changed: `selfstarter say {run} "…"`,'
            " then {resume}"
        )
        return dropped.format(run=run_id.partition(".")[0], resume=resume)
    if not state.ended or state.ended.ending not in ("out_of_budget", "out_of_time"):
        return resume
    return _("{resume} with more: --max-steps, --max-tokens or --max-time", resume=resume)
